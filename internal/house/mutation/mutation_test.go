package mutation_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"probity/internal/house/mutation"
)

// everyMutant is the environment variable that asks for every guard; make mutants sets it to the file of the report.
const everyMutant = "PROBITY_MUTANTS"

// onlyMutants is the environment variable that keeps to the guards of an invariant ("C4"), to those whose name holds a text,
// or to those of which no outcome is written down ("untried").
const onlyMutants = "PROBITY_MUTANTS_ONLY"

// nearMutants is the environment variable that leaves out the tests of whole deployments and the random histories: what
// stands near a guard answers within seconds, and what it does not notice is not written down.
const nearMutants = "PROBITY_MUTANTS_NEAR"

// asks tells whether a guard is among those that a value of onlyMutants asks for.
func asks(only string, g *mutation.Guard, tried map[string]bool) bool {
	if only == "untried" {
		return !tried[g.Name()]
	}
	return only == "" || g.Invariant == only || strings.Contains(g.Name(), only)
}

// triedBefore names the guards that have an outcome.
func triedBefore(t *testing.T) map[string]bool {
	t.Helper()
	outcomes, err := mutation.Outcomes()
	if err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for _, o := range outcomes {
		tried[o.Guard] = true
	}
	return tried
}

func rootOf(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func guardsOf(t *testing.T) []mutation.Guard {
	t.Helper()
	guards, err := mutation.Find(os.DirFS(rootOf(t)))
	if err != nil {
		t.Fatal(err)
	}
	return guards
}

// TestEveryPermitHasAnInvariant: what writes under a permit without asking whether it was given one is found under the
// invariant of the permit, for each that the Charter makes.
func TestEveryPermitHasAnInvariant(t *testing.T) {
	t.Parallel()
	permits, err := mutation.PermitsOf(os.DirFS(rootOf(t)))
	if err != nil {
		t.Fatal(err)
	}
	for name, invariant := range permits {
		if invariant == "" {
			t.Errorf("of which invariant is %s? Put it into a file that says so (c14_ruling.go), or into the list in permits.go", name)
		}
	}
	for name, want := range map[string]string{
		"charter.ApprovalPermit": "C8", "charter.ForcePermit": "C8", "charter.RetirementPermit": "C8", "charter.CopyPermit": "C11",
		"charter.ConsentPermit": "C1", "charter.Decision": "C4", "remedy.RulingPermit": "C14", "rules.Permit": "C2",
	} {
		if permits[name] != want {
			t.Errorf("%s is made under %q, want %s", name, permits[name], want)
		}
	}
	unasked := map[string]bool{}
	for _, g := range guardsOf(t) {
		if g.Missing == "permit" {
			unasked[g.File] = true
		}
	}
	for _, file := range []string{"rulings.go", "repairs.go", "disputes.go", "listings.go", "erase.go", "rulebooks.go"} {
		if !unasked[file] {
			t.Errorf("no guard of %s asks for its permit", file)
		}
	}
}

// TestEveryInvariantHasGuards: what keeps an invariant is found, and nothing is called missable that is not there.
func TestEveryInvariantHasGuards(t *testing.T) {
	t.Parallel()
	guards := guardsOf(t)
	count, names := map[string]int{}, map[string]bool{}
	for i := range guards {
		count[guards[i].Invariant]++
		names[guards[i].Name()] = true
	}
	for n := 1; n <= 16; n++ {
		if id := fmt.Sprintf("C%d", n); count[id] == 0 && !unguarded[id] {
			t.Errorf("no guard of %s was found", id)
		}
	}
	for name := range mutation.Equivalent {
		if !names[name] {
			t.Errorf("%q is listed as a guard that nobody can miss, and is not there", name)
		}
	}
}

// unguarded are the invariants that no refusal keeps: the own file opens to its subject (C12 is kept by what is not
// refused).
var unguarded = map[string]bool{"C12": true}

// TestMutants removes guards and demands that the tests notice: a few for each invariant here, every one with make mutants.
func TestMutants(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED with -short: builds the tests of the Charter once more, to remove its guards")
	}
	guards := guardsOf(t)
	report := os.Getenv(everyMutant)
	var chosen []int
	if report != "" {
		only, tried := os.Getenv(onlyMutants), triedBefore(t)
		for i := range guards {
			if asks(only, &guards[i], tried) {
				chosen = append(chosen, i)
			}
		}
	} else {
		chosen = sample(t, guards)
		t.Logf("removing %d of %d guards; make mutants removes them all", len(chosen), len(guards))
	}
	c := check{t: t, guards: guards, root: rootOf(t), folder: t.TempDir(), all: report != "", near: report != "" && os.Getenv(nearMutants) != "", built: map[string]func() (*mutation.Tests, error){}}
	c.begin()
	rows := c.run(chosen)
	if report != "" {
		if err := os.WriteFile(report, []byte(table(rows)), 0o600); err != nil {
			t.Error(err)
		}
	}
	for _, r := range rows {
		switch reason, listed := mutation.Equivalent[r.guard.Name()]; {
		case r.err != nil:
			t.Errorf("%s: %v", r.guard.Name(), r.err)
		case r.by == "" && !listed:
			t.Errorf("%s: nothing notices that this guard is gone (%s, line %d)", r.guard.Invariant, r.guard.Name(), r.guard.Line)
		case r.by != "" && listed:
			t.Errorf("%s is listed as a guard that nobody can miss (%s), and %s misses it: take it off the list", r.guard.Name(), reason, r.by)
		}
	}
}

// sample are the first and the middle guard of each invariant among those that a test of the guard's own package noticed
// the last time: they are tried within seconds, and whether they are noticed hangs on no random history.
func sample(t *testing.T, guards []mutation.Guard) (chosen []int) {
	t.Helper()
	outcomes, err := mutation.Outcomes()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]string{}
	for _, o := range outcomes {
		by[o.Guard] = o.By
	}
	of := map[string][]int{}
	for i := range guards {
		g := &guards[i]
		if mutation.Decides(g.Package) && strings.HasPrefix(by[g.Name()], strings.TrimPrefix(g.Package, "internal/")+" ") {
			of[g.Invariant] = append(of[g.Invariant], i)
		}
	}
	for _, list := range of {
		chosen = append(chosen, list[0])
		if len(list) > 2 {
			chosen = append(chosen, list[len(list)/2])
		}
	}
	if len(chosen) < 20 {
		t.Errorf("only %d guards are known to be noticed by the tests that stand nearest to them: make mutants finds them anew", len(chosen))
	}
	slices.Sort(chosen)
	return chosen
}

// check is one run over guards.
type check struct {
	t      *testing.T
	guards []mutation.Guard
	root   string
	folder string
	all    bool
	near   bool

	overlay string
	mu      sync.Mutex
	built   map[string]func() (*mutation.Tests, error)
}

type row struct {
	guard *mutation.Guard
	// by names the tests that noticed, "" where none did.
	by  string
	err error
}

func (c *check) begin() {
	c.t.Helper()
	var err error
	if c.overlay, err = mutation.Overlay(c.root, c.folder, c.guards); err != nil {
		c.t.Fatal(err)
	}
}

// tests builds a package's tests once, while others run, and holds that they pass while all guards stand.
func (c *check) tests(pkg string) (*mutation.Tests, error) {
	c.mu.Lock()
	once := c.built[pkg]
	if once == nil {
		once = sync.OnceValues(func() (*mutation.Tests, error) { return c.build(pkg) })
		c.built[pkg] = once
	}
	c.mu.Unlock()
	return once()
}

func (c *check) build(pkg string) (*mutation.Tests, error) {
	built, err := mutation.Build(c.t.Context(), c.root, c.overlay, c.folder, pkg)
	if err != nil || !c.all {
		return &built, err
	}
	fmt.Println("built the tests of " + pkg)
	by, err := built.Stand(c.t.Context())
	if err == nil && by != "" {
		err = fmt.Errorf("the tests of %s fail with every guard in place: %s", pkg, by)
	}
	return &built, err
}

// run tries the guards, two at a time.
func (c *check) run(chosen []int) []row {
	rows := make([]row, len(chosen))
	next := make(chan int)
	var group sync.WaitGroup
	started, done := time.Now(), 0
	var tried []row
	for range 2 {
		group.Go(func() {
			for at := range next {
				rows[at] = c.one(chosen[at])
				c.mu.Lock()
				done++
				if c.all {
					fmt.Printf("%4d of %d, %s: %s %s: %s\n", done, len(chosen), time.Since(started).Round(time.Second),
						rows[at].guard.Invariant, rows[at].guard.Name(), noticedBy(&rows[at]))
					if !c.near || rows[at].by != "" {
						tried = append(tried, rows[at])
					}
					record(c.t, c.guards, tried, time.Now()) // at once: a run that is broken off has said what it says
				}
				c.mu.Unlock()
			}
		})
	}
	for at := range chosen {
		next <- at
	}
	close(next)
	group.Wait()
	return rows
}

func noticedBy(r *row) string {
	switch {
	case r.err != nil:
		return r.err.Error()
	case r.by == "":
		return "NOBODY NOTICED"
	}
	return r.by
}

// near is which packages' tests know most of a file, by the beginning of its name.
type near struct {
	file     string
	packages []string
}

// stores are so for the files of the store. Its own tests ask every method for its permit.
var stores = []near{
	{"internal/store/", []string{"internal/store"}},
	{"internal/store/consent", []string{"internal/rights"}},
	{"internal/store/erasures", []string{"internal/erasure"}},
}

// rooms are so for the files of the Charter; they are asked before the histories, which take longest.
var rooms = []near{
	{"c04_list", []string{"internal/listing/criteria", "internal/listing"}},
	{"c04_own", []string{"internal/deployment"}},
	{"c04_", []string{"internal/measure"}},
	{"c07_", []string{"internal/notice", "internal/post"}},
	{"c09_", []string{"internal/deployment"}},
	{"c10_erasure", []string{"internal/erasure"}},
	{"c10_repair", []string{"internal/deployment"}},
	{"c11_delay", []string{"internal/access/delay"}},
	{"c11_", []string{"internal/access"}},
	{"c14_", []string{"internal/deployment"}},
}

// asked are the packages whose tests may notice that a guard is gone, in turn: first those that stand nearest to it and
// are quickest, last the histories.
func (c *check) asked(g *mutation.Guard) []string {
	var list []string
	add := func(packages ...string) {
		for _, p := range packages {
			if far := p == mutation.Suite || p == "internal/deployment"; !slices.Contains(list, p) && c.hasTests(p) && (!far || !c.near) {
				list = append(list, p)
			}
		}
	}
	if !mutation.Decides(g.Package) {
		if c.all {
			add(g.Package)
		}
		for _, r := range stores {
			if c.all && strings.HasPrefix(g.Package+"/"+g.File, r.file) {
				add(r.packages...)
			}
		}
		add(mutation.Charter)
		if c.all && !c.hasTests(g.Package) {
			add("internal/deployment")
		}
		add(mutation.Suite)
		return list
	}
	add(g.Package)
	for _, r := range rooms {
		if c.all && strings.HasPrefix(g.File, r.file) {
			add(r.packages...)
		}
	}
	add(mutation.Charter, mutation.Suite)
	return list
}

// hasTests tells whether a package has tests of its own; what has none is held by the rooms that use it.
func (c *check) hasTests(pkg string) bool {
	files, err := filepath.Glob(filepath.Join(c.root, filepath.FromSlash(pkg), "*_test.go"))
	return err == nil && len(files) > 0
}

func (c *check) one(i int) row {
	r := row{guard: &c.guards[i]}
	asked := c.asked(r.guard)
	for _, pkg := range asked {
		tests, err := c.tests(pkg)
		if err != nil {
			r.err = err
			return r
		}
		by, err := tests.Noticed(c.t.Context(), i, r.guard.Invariant)
		if err != nil {
			r.err = err
			return r
		}
		if by != "" {
			r.by = strings.TrimPrefix(pkg, "internal/") + " " + by
			return r
		}
	}
	return r
}

// table is the report, one line a guard.
func table(rows []row) string {
	var b strings.Builder
	b.WriteString("| invariant | guard | noticed by |\n|---|---|---|\n")
	for i := range rows {
		r := &rows[i]
		by := noticedBy(r)
		if reason, listed := mutation.Equivalent[r.guard.Name()]; r.by == "" && listed {
			by = "nobody can: " + reason
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.guard.Invariant, strings.ReplaceAll(r.guard.Name(), "|", "\\|"), by)
	}
	return b.String()
}

package suite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/agreement/deed"
	"probity/internal/deployment"
	"probity/internal/rating"
	"probity/internal/record"
	"probity/internal/store/listings"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// history is one run of operations on a deployment of its own, and the diary of what was done: what the watches know
// of the world they know from here and from the database, never from package charter.
type history struct {
	*rapid.T
	ctx     context.Context
	town    *town
	d       *deployment.Deployment
	ratings *rating.Desk
	path    string
	address string
	now     time.Time
	// credentials are those shown so far.
	credentials map[string]access.Credential
	// eyes are the watches' own connection, which only reads; tables are those with a subject in them.
	eyes     *sql.DB
	watching map[string]*sql.Stmt
	tables   []string
	last     map[string]string
	diary
}

// diary is what happened, as far as it was accepted.
type diary struct {
	serial int
	// agreed is until when the bank's agreements of the town run, pacts are those of the history.
	agreed calendar.Day
	pacts  []*pact
	rows   []*row
	given  []*agreed
	orders []*ordered
	listed []*listed
	// contested are the disputes of records, proposals the answers that wait for an official's ruling.
	contested []*contested
	proposals []*proposal
	// erased are those of whose file nothing is left, confined those whose file an erasure has cut down to what law keeps.
	erased, confined map[*party]bool
	erasedRows       []record.ID
	// swept is by how many notices outnumber acts of a sort, by subject, since the last deletion of what is over.
	swept map[string]map[string]int
	links []*joined
	reads []reading
	// closed are those who keep their file closed, kept the orders that keep reads back, ways the channels of notice.
	closed map[*party]bool
	kept   []*kept
	ways   []*way
	// applied are the applications for repair, held the files that wait for their supplier.
	applied []*applied
	// backup is the newest one, "" while there is none.
	backup string
	// backedUp is how many of the town there were when the backup was made.
	backedUp int
	held     []*held
	// stated are the subjects' own words, by the record they stand beside, 0 for the whole file.
	stated map[*party]map[record.ID]string
	acts   []string
}

// open begins a history on a copy of the town.
func open(tb testing.TB, t *rapid.T) *history {
	t.Helper()
	made := *openTown(tb)
	w := &made // its own, since newcomers join it
	w.parties, w.secrets = slices.Clone(w.parties), maps.Clone(w.secrets)
	folder, err := os.MkdirTemp(w.folder, "history-")
	if err != nil {
		t.Fatal(err)
	}
	if err = copyFolder(folder, filepath.Dir(w.database())); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "probity.db")
	address, err := storetest.Copy(context.Background(), w.database(), path)
	if err != nil {
		t.Fatal(err)
	}
	h := &history{
		T: t, ctx: context.Background(), town: w, now: firstDay, path: path, address: address,
		credentials: map[string]access.Credential{},
		diary: diary{
			swept: map[string]map[string]int{}, erased: map[*party]bool{}, confined: map[*party]bool{},
			closed: map[*party]bool{}, stated: map[*party]map[record.ID]string{},
		},
	}
	h.reopen()
	t.Cleanup(func() {
		h.typed()
		h.rebuilt()
		if err := h.shut(); err != nil {
			t.Errorf("closing: %v", err)
		}
		if err := storetest.Drop(path); err != nil {
			t.Errorf("clearing up: %v", err)
		}
		if err := os.RemoveAll(folder); err != nil {
			t.Errorf("clearing up: %v", err)
		}
	})
	h.begin()
	h.agreed = h.today() + calendar.Day(deed.BuiltIn().Longest(h.today())) - settledBefore
	return h
}

// copyFolder copies a folder with the rights of its files, which keys and secrets ask for.
func copyFolder(to, from string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil || rest == "." {
			return err
		}
		if e.IsDir() {
			return os.Mkdir(filepath.Join(to, rest), 0o700)
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rest), body, 0o600)
	})
}

// typed holds that every column keeps what it is made for: the embedded engine would keep a text among bytes, and then find it
// under neither, where a server refuses it.
func (h *history) typed() {
	if storetest.Engine() != "sqlite" {
		return
	}
	parts, err := storetest.Parts(h.ctx, h.eyes)
	if err != nil {
		h.Errorf("the tables: %v", err)
	}
	for _, p := range parts {
		wrong := "<> 'blob'"
		if !p.Bytes {
			wrong = "= 'blob'"
		}
		var n int
		err := h.eyes.QueryRowContext(h.ctx, fmt.Sprintf(`SELECT count(*) FROM %s WHERE typeof("%s") %s AND "%[2]s" IS NOT NULL`, p.Table, p.Column, wrong)).Scan(&n)
		if err != nil || n > 0 {
			h.Errorf("%s.%s has %d values of another type (%v)", p.Table, p.Column, n, err)
		}
	}
}

// rebuilt holds that what is public of entries on lists is what the steps make of it, whatever happened.
func (h *history) rebuilt() {
	err := listings.In(h.d.Store).Rebuild(h.ctx, func(d listings.Difference) { h.Errorf("the entry %s of %s %s", d.Entry, d.Subject, d.What) })
	if err != nil {
		h.Errorf("rebuilding: %v", err)
	}
}

// reopen opens the deployment's files, after a restart or the first time.
func (h *history) reopen() {
	h.Helper()
	var err error
	if h.d, err = deployment.Open(h.ctx, h.address, deployment.Options{Now: h.clock}); err != nil {
		h.Fatalf("opening: %v", err)
	}
	if h.ratings, err = h.d.Ratings(h.ctx); err != nil {
		h.Fatalf("opening the ratings: %v", err)
	}
	if h.eyes, err = storetest.Raw(h.path); err != nil {
		h.Fatalf("opening the watches' connection: %v", err)
	}
	h.watching = map[string]*sql.Stmt{}
}

// shut closes what reopen opened.
func (h *history) shut() error { return errors.Join(h.eyes.Close(), h.d.Close()) }

// clock is the time; no two askings get the same instant, as in life.
func (h *history) clock() time.Time {
	h.now = h.now.Add(time.Millisecond)
	return h.now
}

func (h *history) today() calendar.Day { return calendar.In(h.now, calendar.Shanghai) }

// later lets days go by.
func (h *history) later(days int) {
	h.now = h.now.Add(time.Duration(days) * 24 * time.Hour)
	h.agree()
}

// number counts documents, rows and whatever else must be new.
func (h *history) number() int {
	h.serial++
	return h.serial
}

// as is the credential of a name: an official's, or a party's own.
func (h *history) as(name string) access.Credential {
	h.Helper()
	if c, ok := h.credentials[name]; ok {
		return c
	}
	c, err := h.d.Access.Authenticate(h.ctx, name, h.town.secrets[name])
	if err != nil {
		h.Fatalf("the credential of %s: %v", name, err)
	}
	h.credentials[name] = c
	return c
}

// pick draws one of a list.
func pick[E any](h *history, what string, list ...E) E {
	h.Helper()
	return rapid.SampledFrom(list).Draw(h.T, what)
}

// seldom is true once in n draws.
func (h *history) seldom(n int, what string) bool {
	return rapid.IntRange(0, n-1).Draw(h.T, what) == n-1
}

// somebody draws a party of one of the kinds, of any where none is named.
func (h *history) somebody(kinds ...subject.Kind) *party {
	h.Helper()
	list := slices.DeleteFunc(slices.Clone(h.town.parties), func(p *party) bool {
		return h.erased[p] || len(kinds) > 0 && !slices.Contains(kinds, p.kind)
	})
	p := pick(h, "who", list...)
	return p
}

// party finds by name.
func (h *history) party(name string) *party {
	i := slices.IndexFunc(h.town.parties, func(p *party) bool { return p.name == name })
	return h.town.parties[i]
}

// stands is the subject a party's records stand under today: its own, or that it was joined into.
func (h *history) stands(p *party) subject.ID {
	for _, l := range h.links {
		if !l.undone && l.merged == p {
			return l.kept.id
		}
	}
	return p.id
}

// same are the parties whose matters count for one subject.
func (h *history) same(id subject.ID) (list []*party) {
	for _, p := range h.town.parties {
		if h.stands(p) == id {
			list = append(list, p)
		}
	}
	return list
}

// act is one operation that was tried.
type act struct {
	// name is what was tried, in words, for the message of a failure.
	name string
	// breaks names the invariant that forbids it and the element that is missing, "C1: recipient"; "" where it is lawful.
	breaks string
	err    error
	// open: nobody says beforehand whether it is lawful; what it leaves behind is judged by the watches.
	open bool
	// touched are the subjects whose matter it is; nil with everybody set where it concerns all.
	touched   []subject.ID
	everybody bool
	// sweeps says that it deletes what is over, acts and notices among it.
	sweeps bool
}

func (a act) String() string {
	s := a.name
	if a.breaks != "" {
		s += " (against " + a.breaks + ")"
	}
	if a.err != nil {
		s += fmt.Sprintf(": %v", a.err)
	}
	return s
}

// operation is one kind of act. Its run draws what it needs, tries the act and writes what was accepted into the diary.
type operation struct {
	name string
	// about are the invariants whose tests try it most.
	about []string
	run   func(h *history) act
	// after is the operation that gives occasion to this one; "" where none need be.
	after string
}

// watch looks for a violation of one invariant.
type watch struct {
	invariant string
	// before is taken before the act and handed to look afterwards; nil where the watch compares nothing.
	before func(h *history) any
	look   func(h *history, a act, before any)
}

const longest = 30

// TestHistories is every operation with the same weight.
func TestHistories(t *testing.T) {
	t.Parallel()
	explore(t, "")
}

// explore runs histories that consist half of operations about the invariant, and half of any.
func explore(t *testing.T, invariant string) {
	t.Helper()
	var about []operation
	for _, o := range operations() {
		if slices.Contains(o.about, invariant) {
			about = append(about, o)
		}
	}
	if invariant != "" && len(about) == 0 {
		t.Fatalf("no operation is about %s", invariant)
	}
	all := operations()
	openTown(t)
	rapid.Check(t, func(r *rapid.T) {
		h := open(t, r)
		for range rapid.IntRange(longest/2, longest).Draw(r, "steps") {
			from := all
			if len(about) > 0 && rapid.Bool().Draw(r, "about "+invariant) {
				from = about
			}
			// What finds no occasion yet makes room for something else.
			for tries := 0; tries < 8 && !h.step(from[spread(r, len(from))]); tries++ {
			}
		}
	})
}

// spread draws one of n numbers, each as often as any other; rapid's own generators like small numbers best.
func spread(r *rapid.T, n int) int {
	drawn := rapid.Uint32().Draw(r, "operation")
	return int(uint64(drawn) * 0x9e3779b97f4a7c15 >> 33 % uint64(n))
}

// step tries one operation, and where there is no occasion for it yet, first the one that gives occasion.
func (h *history) step(o operation) bool {
	h.Helper()
	if h.try(o) {
		return true
	}
	i := slices.IndexFunc(operations(), func(other operation) bool { return other.name == o.after })
	return i >= 0 && h.step(operations()[i]) && (h.try(o) || true)
}

// try runs one operation and lets every watch look at what came of it; it is false where there was no occasion for it.
func (h *history) try(o operation) bool {
	h.Helper()
	h.now = h.now.Add(time.Second)
	list := watches()
	taken := make([]any, len(list))
	for i, w := range list {
		if w.before != nil {
			taken[i] = w.before(h)
		}
	}
	a := o.run(h)
	theTally.count(o.name, a)
	if a.name == "" {
		return false
	}
	h.acts = append(h.acts, a.String())
	if a.breaks != "" && a.err == nil {
		h.violated(a.breaks[:indexOrEnd(a.breaks, ':')], "what is forbidden was done: %s", a)
	}
	if a.breaks == "" && a.err != nil && !a.open {
		h.Fatalf("what is lawful was refused: %s\n%s", a, h.tale())
	}
	for i, w := range list {
		w.look(h, a, taken[i])
	}
	return true
}

// violated ends the history: an invariant does not hold.
func (h *history) violated(invariant, format string, args ...any) {
	h.Helper()
	h.Fatalf("VIOLATION of %s: %s\n%s", invariant, fmt.Sprintf(format, args...), h.tale())
}

// tale is what happened until now.
func (h *history) tale() string {
	s := "what happened, today being " + h.today().String() + ":"
	for i, a := range h.acts {
		s += fmt.Sprintf("\n%3d. %s", i+1, a)
	}
	return s
}

func indexOrEnd(s string, b byte) int {
	for i := range len(s) {
		if s[i] == b {
			return i
		}
	}
	return len(s)
}

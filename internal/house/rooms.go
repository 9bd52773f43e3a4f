package house

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// layer is a storey of the house. What stands on one may import what stands on the same or on a lower one; where a
// storey is stricter than that, importRules says so.
type layer int

const (
	// pure packages stand at the root, are offered to other modules, and do no I/O.
	pure layer = iota
	// ground is the one error model, which everything inside the application uses.
	ground
	// domain rooms say what may happen. They reach storage through small interfaces of their own.
	domain
	// storage keeps what the domain says; it is the only room that speaks SQL.
	storage
	// application rooms move work through the domain into storage.
	application
	// outer rooms put the whole together, or run it for a purpose of their own: the demo, the laboratory, the benchmarks.
	outer
	// face rooms talk to people and programs.
	face
	// command is a main package.
	command
)

// rooms gives every room its storey; folders below a room belong to it. The plan is docs/design.md, "Rooms".
var rooms = map[string]layer{
	"calendar":   pure,
	"identifier": pure,
	"scorecard":  pure,
	"rulebook":   pure,
	"linkage":    pure,
	"signature":  pure,
	"develop":    pure,
	"client":     pure,

	"internal/fault": ground,
	"internal/disk":  ground,
	"internal/batch": ground,

	"internal/catalogue": domain,
	"internal/subject":   domain,
	"internal/record":    domain,
	"internal/charter":   domain,
	"internal/consent":   domain,
	"internal/rights":    domain,
	"internal/ledger":    domain,
	"internal/vault":     domain,
	"internal/access":    domain,
	"internal/identity":  domain,
	"internal/agreement": domain,
	"internal/rating":    domain,
	"internal/measure":   domain,
	"internal/snapshot":  domain,
	"internal/impact":    domain,
	"internal/clock":     domain,
	"internal/notice":    domain,
	"internal/recall":    domain,
	"internal/dispute":   domain,
	"internal/repair":    domain,
	"internal/listing":   domain,
	"internal/ruling":    domain,
	"internal/operator":  domain,
	"internal/pilot":     domain,
	"internal/event":     domain,
	"internal/job":       domain,
	"internal/shadow":    domain,

	"internal/store": storage,

	"internal/intake":    application,
	"internal/registrar": application,
	"internal/notary":    application,
	"internal/post":      application,
	"internal/erasure":   application,
	"internal/ownfile":   application,

	"internal/deployment": outer,

	"internal/demo":  outer,
	"internal/lab":   outer,
	"internal/bench": outer,
	"internal/house": outer,

	"internal/locale": face,
	"internal/server": face,
	"internal/api":    face,
	"internal/web":    face,
	"internal/cli":    face,

	"cmd":      command,
	"examples": command,
}

// room is the room that a folder belongs to, "" for a folder without one.
func room(dir string) string {
	best := ""
	for name := range rooms {
		if within(dir, name) && len(name) > len(best) {
			best = name
		}
	}
	return best
}

// charterMay is what the Charter's decisions may rest on: the types of what is about to happen.
var charterMay = []string{
	"internal/fault", "internal/catalogue", "internal/subject", "internal/record", "internal/rating", "internal/consent",
	"internal/rights", "internal/measure", "internal/clock", "internal/notice", "internal/recall", "internal/dispute",
	"internal/repair", "internal/listing", "internal/ruling", "internal/agreement",
}

// pairs that may not stand in a way that the storeys alone would allow.
var faceMay = map[string][]string{
	"internal/locale": {},
	"internal/server": {},
	"internal/api":    {"internal/locale", "internal/server"},
	"internal/web":    {"internal/locale", "internal/server", "internal/api"},
	"internal/cli":    {"internal/locale", "internal/server", "internal/api", "internal/web"},
}

func importRules() []Rule {
	return []Rule{
		{
			Name:  "every package has a room",
			Why:   "a package whose storey nobody chose can be imported from anywhere; give it a line in internal/house/rooms.go and in docs/design.md",
			Check: everyPackageHasARoom,
		},
		{
			Name:  "the plan and the house agree",
			Why:   "docs/design.md is the first thing a newcomer reads; a room it does not name, or names and does not have, sends them the wrong way",
			Check: planAndHouseAgree,
		},
		{
			Name:  "imports point downwards",
			Why:   "faces -> application -> domain -> pure packages, and store -> domain: what decides about people must not depend on who asks or on where it is kept",
			Check: importsPointDownwards,
		},
		{
			Name:  "pure packages stand alone",
			Why:   "what stands at the root is offered to other modules and to proofs: it imports nothing internal and does no I/O, so that the same input gives the same answer anywhere",
			Check: purePackagesStandAlone,
		},
		{
			Name:  "the charter sees types only",
			Why:   "an invariant is a pure function over what is about to happen; with a database, a clock or a face in reach it could be made to depend on something else",
			Check: charterSeesTypesOnly,
		},
		{
			Name:  "the demo and the laboratory share nothing live",
			Why:   "Charter C16: the laboratory shares no process, table or key with the live system; with the demo it shares only the pure packages",
			Check: laboratoryStandsApart,
		},
		{
			Name:  "verification imports no writer",
			Why:   "who checks the ledger must not have to trust the code that writes it",
			Check: verifierImportsNoWriter,
		},
		{
			Name:  "SQL stays in the store",
			Why:   "one room speaks SQL, so that a second database is a change in one place; the vault keeps its keys in a store of its own",
			Check: sqlStaysInTheStore,
		},
	}
}

func everyPackageHasARoom(r *Repository) []Finding {
	var found []Finding
	for _, pkg := range r.Packages {
		if room(pkg.Dir) == "" {
			found = append(found, Finding{pkg.Dir, "stands in no room"})
		}
	}
	return found
}

// planFile holds the table of rooms; a row starts with the package in backquotes, and says *planned* where it is not yet
// there.
const planFile = "docs/design.md"

var planRow = regexp.MustCompile("(?m)^\\| `([a-z/-]+)` \\| (.*)$")

func planAndHouseAgree(r *Repository) []Finding {
	i := slices.IndexFunc(r.Files, func(f File) bool { return f.Path == planFile })
	if i < 0 {
		return []Finding{{planFile, "is not there"}}
	}
	here := map[string]bool{}
	for _, pkg := range r.Packages {
		name := room(pkg.Dir)
		if rooms[name] == command {
			name = pkg.Dir
		}
		if name != "" && !within(pkg.Dir, "examples") {
			here[name] = true
		}
	}
	var found []Finding
	for _, row := range planRow.FindAllStringSubmatch(string(r.Files[i].Text), -1) {
		name, text := row[1], row[2]
		switch planned := strings.HasPrefix(text, "*planned"); {
		case here[name] && planned:
			found = append(found, Finding{planFile, name + " is called planned, and is there"})
		case !here[name] && !planned:
			found = append(found, Finding{planFile, name + " is not there, and not called planned"})
		}
		delete(here, name)
	}
	for _, name := range slices.Sorted(maps.Keys(here)) {
		found = append(found, Finding{name, "has no row in the table of rooms of " + planFile})
	}
	return found
}

// edge is one import of one package of the module by another, in code that is not a test.
type edge struct {
	from, to string
	where    string
}

func (r *Repository) edges() []edge {
	var all []edge
	r.code(func(pkg *Package, source *Source) {
		for p, pos := range imports(source) {
			if to, ok := strings.CutPrefix(p, r.Module+"/"); ok {
				all = append(all, edge{pkg.Dir, to, r.at(pos)})
			}
		}
	})
	slices.SortFunc(all, func(a, b edge) int { return strings.Compare(a.where+a.to, b.where+b.to) })
	return all
}

func importsPointDownwards(r *Repository) []Finding {
	var found []Finding
	for _, e := range r.edges() {
		from, to := room(e.from), room(e.to)
		if from == "" || to == "" || from == to {
			continue
		}
		allowed := rooms[to] <= rooms[from]
		switch {
		case rooms[from] == face && rooms[to] == face:
			allowed = slices.Contains(faceMay[from], to)
		case rooms[from] == command && within(e.from, "cmd/probity"):
			allowed = to == "internal/cli"
		case from == "internal/bench" && (to == "internal/api" || to == "internal/server"):
			allowed = true // what is answered over HTTP is measured over HTTP
		case to == "internal/house":
			allowed = false
		case to == "internal/demo" || to == "internal/lab":
			allowed = rooms[from] >= face || from == "internal/bench"
		}
		if !allowed {
			found = append(found, Finding{e.where, e.from + " may not import " + e.to})
		}
	}
	return found
}

// outside are the standard packages through which a program reaches the world. Not among them are net/url, which only
// parses, and log/slog, whose LogValuer lets a type keep itself out of other people's logs.
var outside = []string{"os", "net", "database/sql", "syscall", "io/ioutil", "log", "plugin", "runtime/debug", "testing"}

func reachesOutside(importPath string) bool {
	return importPath != "net/url" && importPath != "log/slog" && inAny(importPath, outside)
}

func purePackagesStandAlone(r *Repository) []Finding {
	var found []Finding
	r.code(func(pkg *Package, source *Source) {
		name := room(pkg.Dir)
		if name == "" || rooms[name] != pure {
			return
		}
		for p, pos := range imports(source) {
			switch {
			case strings.HasPrefix(p, r.Module+"/internal/"):
				found = append(found, Finding{r.at(pos), pkg.Dir + " may not import " + p})
			case name != "client" && reachesOutside(p):
				found = append(found, Finding{r.at(pos), pkg.Dir + " does no I/O and may not import " + p})
			}
		}
	})
	return sorted(found)
}

func charterSeesTypesOnly(r *Repository) []Finding {
	var found []Finding
	r.code(func(pkg *Package, source *Source) {
		if room(pkg.Dir) != "internal/charter" {
			return
		}
		for p, pos := range imports(source) {
			own, isOwn := strings.CutPrefix(p, r.Module+"/")
			to := room(own)
			switch {
			case isOwn && to != "internal/charter" && rooms[to] != pure && !slices.Contains(charterMay, to):
				found = append(found, Finding{r.at(pos), "charter may not import " + p})
			case !isOwn && reachesOutside(p):
				found = append(found, Finding{r.at(pos), "charter decides without I/O and may not import " + p})
			}
		}
	})
	return sorted(found)
}

// reach is every package of the module that a folder's code imports, directly or not, and the folders below it.
func (r *Repository) reach(dir string) map[string]bool {
	next := map[string][]string{}
	for _, e := range r.edges() {
		next[e.from] = append(next[e.from], e.to)
	}
	seen := map[string]bool{}
	var walk func(string)
	walk = func(from string) {
		for _, to := range next[from] {
			if !seen[to] {
				seen[to] = true
				walk(to)
			}
		}
	}
	for _, pkg := range r.Packages {
		if within(pkg.Dir, dir) {
			walk(pkg.Dir)
		}
	}
	return seen
}

// beyond lists what a folder reaches although it may reach only pure packages, the error model and the named rooms.
func (r *Repository) beyond(dir string, may ...string) []Finding {
	var found []Finding
	for _, to := range slices.Sorted(maps.Keys(r.reach(dir))) {
		name := room(to)
		if within(to, dir) || rooms[name] == pure || name == "internal/fault" || slices.Contains(may, name) {
			continue
		}
		found = append(found, Finding{dir, "reaches " + to})
	}
	return found
}

// labMay are the pure packages that the laboratory uses: the evaluator, the platform's own model files, identifiers that
// belong to nobody, and the calendar.
var labMay = []string{"scorecard", "rulebook", "identifier", "calendar"}

// labCommand is the laboratory's one importer.
const labCommand = "internal/cli/lab"

func laboratoryStandsApart(r *Repository) []Finding {
	found := r.beyond("internal/lab")
	for _, e := range r.edges() {
		switch {
		case within(e.from, "internal/lab") && !within(e.to, "internal/lab") && room(e.to) != "internal/fault" && !slices.Contains(labMay, room(e.to)):
			found = append(found, Finding{e.where, e.from + " may not import " + e.to})
		case within(e.to, "internal/lab") && !within(e.from, "internal/lab") && e.from != labCommand:
			found = append(found, Finding{e.where, "the laboratory has no importer but its command; " + e.from + " is none"})
		}
	}
	return sorted(found)
}

func verifierImportsNoWriter(r *Repository) []Finding {
	return r.beyond("cmd/probity-verify", "internal/ledger", "internal/subject")
}

func sqlStaysInTheStore(r *Repository) []Finding {
	var found []Finding
	r.code(func(pkg *Package, source *Source) {
		if name := room(pkg.Dir); name == "internal/store" || name == "internal/vault" || name == "internal/bench" {
			return
		}
		for p, pos := range imports(source) {
			if within(p, "database/sql") || within(p, "modernc.org/sqlite") || within(p, "github.com/jackc/pgx") {
				found = append(found, Finding{r.at(pos), pkg.Dir + " may not import " + p})
			}
		}
	})
	return sorted(found)
}

func sorted(found []Finding) []Finding {
	slices.SortFunc(found, func(a, b Finding) int { return strings.Compare(a.Where+a.Text, b.Where+b.Text) })
	return found
}

// Package ceiling answers how far a law carries a restriction: from which gravity of the conduct on, for how long at most,
// and from which amount on.
//
// A measure of the closed list has one ceiling of its own, which is the longest that any law gives it. The law that an
// order names often gives less, and less again where the conduct is lighter or the sum is small. These figures are dated
// YAML with their sources, embedded here and never code. An order is judged by the edition in force on its first day.
//
// Nothing here has a field for a rating, a score or anything derived from one (Charter C4).
package ceiling

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"probity/calendar"
	"probity/internal/catalogue/lines"
	"probity/internal/fault"
	"probity/internal/measure/order"
)

//go:embed ceilings.yaml
var builtIn []byte

// BuiltIn is the table that comes with the program. It is read-only.
var BuiltIn = sync.OnceValue(func() *Table {
	t, err := Parse("ceilings.yaml", builtIn)
	if err != nil {
		panic(err) // it is compiled in and tested
	}
	return t
})

// Ceiling is how far some laws carry one measure, in one edition.
type Ceiling struct {
	Measure string `yaml:"measure" json:"measure"`
	// Basis are the laws it is for, as files write them: "code article". One without an article is for every article that
	// no other ceiling of the measure names.
	Basis []string `yaml:"basis" json:"basis"`
	// From and To bound the edition: it judges what begins on From or later and before To.
	From calendar.Day `yaml:"from" json:"from"`
	To   calendar.Day `yaml:"to" json:"to"`
	// Tiers are the gravities of conduct from which the measure may follow, the lightest first.
	Tiers []Tier `yaml:"tiers" json:"tiers"`
	// Source is where the figures are from; Checked is "verified", "recalled", or "own" for a number of this platform.
	Source  string `yaml:"source" json:"source"`
	Checked string `yaml:"checked" json:"checked"`
	// At is the file that states it, with the line.
	At string `yaml:"-" json:"-"`
}

// Tier is what is allowed for conduct of one gravity.
type Tier struct {
	// Tier is minor, general or serious.
	Tier string `yaml:"tier" json:"tier"`
	// Longest is the longest that the measure may run.
	Longest calendar.Period `yaml:"longest" json:"longest"`
	// Least is the amount at stake, in fen, below which the measure may not follow; 0 where no amount is asked for.
	Least int64 `yaml:"least" json:"least,omitempty"`
}

// Tiers are the gravities of conduct, the lightest first (NDRC Order 36).
var Tiers = []string{"minor", "general", "serious"}

// Of is what is allowed for conduct of the tier: that of the gravest tier it reaches; nil where the conduct is too light.
func (c *Ceiling) Of(tier string) *Tier {
	var found *Tier
	for i := range c.Tiers {
		if at := slices.Index(Tiers, tier); at >= 0 && slices.Index(Tiers, c.Tiers[i].Tier) <= at {
			found = &c.Tiers[i]
		}
	}
	return found
}

// Lightest is the lightest conduct from which the measure may follow.
func (c *Ceiling) Lightest() *Tier { return &c.Tiers[0] }

// Table are the ceilings of all measures. It is read-only and safe for concurrent use.
type Table struct{ all []Ceiling }

// All are all ceilings of all editions, in the order of the file.
func (t *Table) All() []Ceiling { return slices.Clone(t.all) }

// On are the editions in force on the day, in the order of the file: those of one measure, or all where it is "".
func (t *Table) On(measure string, on calendar.Day) []Ceiling {
	shown := []Ceiling{}
	for i := range t.all {
		if c := &t.all[i]; c.inForce(on) && (measure == "" || c.Measure == measure) {
			shown = append(shown, *c)
		}
	}
	return shown
}

// Find is the ceiling of a measure on a legal basis, in the edition in force on the day; one that names the article before
// one that names the law alone. It is nil where the table does not know the measure on that law; then the closed list's
// own ceiling and tier are all that binds.
func (t *Table) Find(measure string, basis order.Basis, on calendar.Day) *Ceiling {
	for _, want := range []string{basis.String(), basis.Law} {
		for i := range t.all {
			if c := &t.all[i]; c.Measure == measure && c.inForce(on) && slices.Contains(c.Basis, want) {
				return c
			}
		}
	}
	return nil
}

// Longest is the longest that any law carries the measure for conduct of the tier, in the editions in force on the day;
// false where the table does not know the measure on that day. The zero period is never.
func (t *Table) Longest(measure, tier string, on calendar.Day) (longest calendar.Period, known bool) {
	for i := range t.all {
		c := &t.all[i]
		if c.Measure != measure || !c.inForce(on) {
			continue
		}
		known = true
		if x := c.Of(tier); x != nil && on.Add(x.Longest) > on.Add(longest) {
			longest = x.Longest
		}
	}
	return longest, known
}

func (c *Ceiling) inForce(on calendar.Day) bool {
	return on >= c.From && (c.To == calendar.None || on < c.To)
}

// maxFile bounds a file of ceilings, far above what a person writes.
const maxFile = 1 << 20

// Parse reads a table from YAML, in the form of ceilings.yaml, strictly. name stands in messages, with the line. The fault
// Invalid is the first of those that [Check] finds.
func Parse(name string, text []byte) (*Table, error) {
	all, faults := Check(name, text)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return &Table{all}, nil
}

// Check reads a table as [Parse] does and gives every fault of it, those of each ceiling by its place in the file. The
// ceilings are there as far as the file could be read at all.
func Check(name string, text []byte) ([]Ceiling, []*fault.Error) {
	if len(text) > maxFile {
		return nil, []*fault.Error{bad(name, "the file has %d bytes, the limit is %d; split it", len(text), maxFile)}
	}
	var f struct{ Ceilings []Ceiling }
	tree, unreadable := lines.Read(text, &f)
	var faults []*fault.Error
	for _, u := range unreadable {
		faults = append(faults, bad(lines.At(name, u.Line), "this is no file of ceilings: %s", u.Text))
	}
	if len(faults) > 0 {
		return nil, faults
	}
	for i := range f.Ceilings {
		c, place := &f.Ceilings[i], lines.Under(tree, "ceilings", i)
		if c.To == 0 {
			c.To = calendar.None // the key is not there
		}
		c.At = lines.At(name, place.Line)
		if key, problem := c.problem(); problem != "" {
			faults = append(faults, bad(lines.At(name, lines.Under(place, key).Line), "ceiling %d (%s): %s", i+1, c.Measure, problem))
		}
	}
	if f := twice(f.Ceilings); f != nil && len(faults) == 0 {
		faults = append(faults, f)
	}
	return f.Ceilings, faults
}

// NewTable puts ceilings together; two editions for one measure on one law must not be in force on the same day.
func NewTable(all []Ceiling) (*Table, error) {
	if f := twice(all); f != nil {
		return nil, f
	}
	return &Table{all}, nil
}

// twice is the fault of the first edition that is in force together with an earlier one of its measure and law, nil where none is.
func twice(all []Ceiling) *fault.Error {
	for i := range all {
		for j := range i {
			if clash(&all[j], &all[i]) {
				return fault.New(fault.Conflict, "ceiling.twice", "two editions for %s on one law are in force at once; the other is in %s", all[i].Measure, all[j].At).
					At(all[i].At).With("end the earlier on the first day of the later")
			}
		}
	}
	return nil
}

func bad(at, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "ceiling.file", format, args...).At(at).With("compare it with the built-in ones: probity order ceilings --json")
}

// With is the table with others in it: what one of them says of a measure on a law holds alone, for as long as it is in
// force, and what this table says of the measure on other laws, and of that law on other days, goes on holding.
func (t *Table) With(others *Table) *Table {
	all := slices.Clone(others.all)
	for i := range t.all {
		pieces := []Ceiling{t.all[i]}
		for j := range others.all {
			var left []Ceiling
			for k := range pieces {
				left = append(left, pieces[k].without(&others.all[j])...)
			}
			pieces = left
		}
		all = append(all, pieces...)
	}
	return &Table{all}
}

// without is what is left of a ceiling where another holds: itself before and after that one, and its other laws meanwhile.
func (c *Ceiling) without(o *Ceiling) (left []Ceiling) {
	if !clash(c, o) {
		return []Ceiling{*c}
	}
	piece := func(from, to calendar.Day, basis []string) {
		if len(basis) > 0 && (to == calendar.None || from < to) {
			p := *c
			p.From, p.To, p.Basis = from, to, basis
			left = append(left, p)
		}
	}
	piece(c.From, max(c.From, o.From), c.Basis)
	meanwhile := o.To
	if meanwhile == calendar.None || c.To != calendar.None && c.To < meanwhile {
		meanwhile = c.To
	}
	piece(max(c.From, o.From), meanwhile, slices.DeleteFunc(slices.Clone(c.Basis), func(law string) bool { return slices.Contains(o.Basis, law) }))
	if o.To != calendar.None {
		piece(max(c.From, o.To), c.To, c.Basis)
	}
	return left
}

// problem is the first by which the ceiling is not whole, and the key under which it stands; "" where there is none.
func (c *Ceiling) problem() (key, text string) {
	switch {
	case c.Measure == "" || len(c.Basis) == 0:
		return "measure", "state the measure and the laws it rests on"
	case slices.ContainsFunc(c.Basis, func(b string) bool { return b == "" || b != strings.Join(strings.Fields(b), " ") }):
		return "basis", "write each law as \"code article\""
	case c.Source == "" || !slices.Contains([]string{"verified", "recalled", "own"}, c.Checked):
		return "checked", "state the source, and checked: verified, recalled or own"
	case c.From == calendar.None || c.From == 0:
		return "from", "state the first day in force"
	case c.To != calendar.None && c.To <= c.From:
		return "to", "it is out of force before it is in force"
	case len(c.Tiers) == 0:
		return "tiers", "state from which tier on the measure may follow"
	}
	last := -1
	for _, x := range c.Tiers {
		at := slices.Index(Tiers, x.Tier)
		switch {
		case at <= last:
			return "tiers", "write the tiers once each, the lightest first: minor, general, serious"
		case x.Longest.IsZero() || c.From.Add(x.Longest) <= c.From:
			return "tiers", "state how long the measure may run at most for the tier " + x.Tier
		case x.Least < 0:
			return "tiers", "write the least amount in fen, or leave it out"
		}
		last = at
	}
	return "", ""
}

func clash(a, b *Ceiling) bool {
	return a.Measure == b.Measure &&
		slices.ContainsFunc(a.Basis, func(law string) bool { return slices.Contains(b.Basis, law) }) &&
		(a.To == calendar.None || b.From < a.To) && (b.To == calendar.None || a.From < b.To)
}

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
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
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
	// At is the file that states it, with its number there.
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

// Parse reads a table from YAML, in the form of ceilings.yaml, strictly. name stands in messages.
func Parse(name string, text []byte) (*Table, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: the file has %d bytes, the limit is %d; split it", name, len(text), maxFile)
	}
	var f struct{ Ceilings []Ceiling }
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := range f.Ceilings {
		c := &f.Ceilings[i]
		if c.To == 0 {
			c.To = calendar.None // the key is not there
		}
		if problem := c.problem(); problem != "" {
			return nil, fmt.Errorf("%s: ceiling %d (%s): %s", name, i+1, c.Measure, problem)
		}
		c.At = fmt.Sprintf("%s: ceiling %d", name, i+1)
	}
	return NewTable(f.Ceilings)
}

// NewTable puts ceilings together; two editions for one measure on one law must not be in force on the same day.
func NewTable(all []Ceiling) (*Table, error) {
	for i := range all {
		for j := range i {
			if clash(&all[j], &all[i]) {
				return nil, fmt.Errorf("%s and %s: two editions for %s on one law are in force at once; end the earlier on the first day of the later", all[j].At, all[i].At, all[i].Measure)
			}
		}
	}
	return &Table{all}, nil
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

func (c *Ceiling) problem() string {
	switch {
	case c.Measure == "" || len(c.Basis) == 0:
		return "state the measure and the laws it rests on"
	case slices.ContainsFunc(c.Basis, func(b string) bool { return b == "" || b != strings.Join(strings.Fields(b), " ") }):
		return "write each law as \"code article\""
	case c.Source == "" || !slices.Contains([]string{"verified", "recalled", "own"}, c.Checked):
		return "state the source, and checked: verified, recalled or own"
	case c.From == calendar.None || c.From == 0:
		return "state the first day in force"
	case c.To != calendar.None && c.To <= c.From:
		return "it is out of force before it is in force"
	case len(c.Tiers) == 0:
		return "state from which tier on the measure may follow"
	}
	last := -1
	for _, x := range c.Tiers {
		at := slices.Index(Tiers, x.Tier)
		switch {
		case at <= last:
			return "write the tiers once each, the lightest first: minor, general, serious"
		case x.Longest.IsZero() || c.From.Add(x.Longest) <= c.From:
			return "state how long the measure may run at most for the tier " + x.Tier
		case x.Least < 0:
			return "write the least amount in fen, or leave it out"
		}
		last = at
	}
	return ""
}

func clash(a, b *Ceiling) bool {
	return a.Measure == b.Measure &&
		slices.ContainsFunc(a.Basis, func(law string) bool { return slices.Contains(b.Basis, law) }) &&
		(a.To == calendar.None || b.From < a.To) && (b.To == calendar.None || a.From < b.To)
}

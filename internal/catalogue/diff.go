package catalogue

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"probity/internal/subject"
)

// Change is one difference between two versions of a catalogue. Breaking tells that a file or a request that was right
// before is not right any more, so that suppliers must be told before it takes effect.
type Change struct {
	// Section is the list concerned ("datasets", "agencies"), Code the entry, Field the field of a dataset or "".
	Section string `json:"section"`
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	// What is a stable word: added, removed, or what was changed.
	What     string `json:"what"`
	Text     string `json:"text"`
	Breaking bool   `json:"breaking"`
}

// String is the change on one line.
func (c Change) String() string {
	what := c.Section + " " + c.Code
	if c.Field != "" {
		what += " " + c.Field
	}
	if c.Breaking {
		return "breaking: " + what + ": " + c.Text
	}
	return what + ": " + c.Text
}

// Breaks tells whether any of the changes breaks suppliers or readers.
func Breaks(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Breaking })
}

// Diff tells what changed from one catalogue to another: datasets first and field by field, then the other lists; in
// each list in the order of the codes.
func Diff(from, to *Catalogue) []Change {
	var d difference
	entries(&d, "datasets", byDataset(from.Datasets), byDataset(to.Datasets), d.dataset)
	whole(&d, "agencies", from.index.agencies, to.index.agencies)
	whole(&d, "contexts", from.contexts, to.contexts)
	whole(&d, "purposes", from.purposes, to.purposes)
	whole(&d, "offices", from.offices, to.offices)
	whole(&d, "measures", from.index.measures, to.index.measures)
	whole(&d, "editions", byEdition(from.Editions), byEdition(to.Editions))
	whole(&d, "rules", byRule(from.Rules), byRule(to.Rules))
	whole(&d, "regions", byRegion(from.Regions), byRegion(to.Regions))
	return d.changes
}

type difference struct {
	changes []Change
	section string
	code    string
}

func (d *difference) add(breaking bool, field, what, format string, args ...any) {
	d.changes = append(d.changes, Change{d.section, d.code, field, what, fmt.Sprintf(format, args...), breaking})
}

// entries compares two lists by code: what went is breaking, what came is not, and what stayed is compared by one.
func entries[T any](d *difference, section string, from, to map[string]T, one func(a, b T)) {
	d.section = section
	codes := maps.Clone(from)
	maps.Copy(codes, to)
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		d.code = code
		a, before := from[code]
		b, after := to[code]
		switch {
		case !after:
			d.add(true, "", "removed", "is no longer there")
		case !before:
			d.add(false, "", "added", "is new")
		default:
			one(a, b)
		}
	}
}

// whole compares entries that no file depends on in detail.
func whole[T any](d *difference, section string, from, to map[string]*T) {
	entries(d, section, from, to, func(a, b *T) {
		if !same(a, b) {
			d.add(false, "", "changed", "says something else")
		}
	})
}

func byDataset(all []*Contract) map[string]*Contract {
	m := make(map[string]*Contract, len(all))
	for _, c := range all {
		m[c.Code] = c
	}
	return m
}

func byEdition(all []Edition) map[string]*Edition {
	m := make(map[string]*Edition, len(all))
	for i := range all {
		m[all[i].Code] = &all[i]
	}
	return m
}

func byRule(all []RuleSet) map[string]*RuleSet {
	m := make(map[string]*RuleSet, len(all))
	for i := range all {
		m[all[i].Code] = &all[i]
	}
	return m
}

func byRegion(all []Region) map[string]*Region {
	m := make(map[string]*Region, len(all))
	for i := range all {
		r := &all[i]
		m[r.Code+" "+cmp.Or(r.From.String(), "…")] = r
	}
	return m
}

func (d *difference) dataset(a, b *Contract) {
	before := len(d.changes)
	d.terms(a, b)
	names := map[string]bool{}
	for i := range a.Fields {
		names[a.Fields[i].Name] = true
		d.field(&a.Fields[i], b.Field(a.Fields[i].Name))
	}
	for i := range b.Fields {
		if f := &b.Fields[i]; !names[f.Name] {
			if f.Required {
				d.add(true, f.Name, "required", "is new and required; files without it are refused")
			} else {
				d.add(false, f.Name, "added", "is new and optional")
			}
		}
	}
	d.checks(a, b)
	if len(d.changes) == before && !same(withoutVersion(a), withoutVersion(b)) {
		d.add(false, "", "changed", "says something else about itself")
	}
	switch changed := len(d.changes) > before; {
	case b.Version < a.Version:
		d.add(true, "", "version", "goes back from version %d to %d", a.Version, b.Version)
	case changed && b.Version == a.Version:
		d.add(true, "", "version", "was changed but is still version %d; a published version never changes", a.Version)
	}
}

// withoutVersion is the contract but for the numbers it has.
func withoutVersion(c *Contract) *Contract {
	out := *c
	out.Version, out.Number = 0, 0
	return &out
}

// terms compares what the contract says of the dataset as a whole.
func (d *difference) terms(a, b *Contract) {
	if a.Supplier != b.Supplier {
		d.add(true, "", "supplier", "is supplied by %s instead of %s", b.Supplier, a.Supplier)
	}
	if a.Context != b.Context {
		d.add(true, "", "context", "moves from the context %s to %s; a dataset keeps its context for ever (Charter C3)", a.Context, b.Context)
	}
	if a.Category != b.Category {
		d.add(false, "", "category", "moves from the category %s to %s", a.Category, b.Category)
	}
	lost := slices.DeleteFunc(slices.Clone(a.Kinds), func(k subject.Kind) bool { return b.Bears(k) })
	if len(lost) > 0 {
		d.add(true, "", "kinds", "is no longer about %v", lost)
	} else if len(b.Kinds) > len(a.Kinds) {
		d.add(false, "", "kinds", "is about %v instead of %v", b.Kinds, a.Kinds)
	}
	if !slices.Equal(a.Key, b.Key) {
		d.add(true, "", "key", "has the key %v instead of %v; rows sent before are not found again", b.Key, a.Key)
	}
	if !slices.Equal(a.Binding, b.Binding) {
		d.add(!startsWith(b.Binding, a.Binding), "", "binding", "rows are bound by %s instead of %s", bindings(b), bindings(a))
	}
	if a.Occurred != b.Occurred {
		d.add(true, "", "occurred", "takes the event day from %s instead of %s", b.Occurred, a.Occurred)
	}
	if a.From != b.From || a.To != b.To {
		d.add(false, "", "interval", "holds from %q to %q instead of %q to %q", b.From, b.To, a.From, a.To)
	}
	if a.Frequency != b.Frequency {
		d.add(sooner(b, a), "", "frequency", "is due every %s instead of %s", b.Frequency, a.Frequency)
	}
	if a.LenientCheckDigit != b.LenientCheckDigit {
		d.add(a.LenientCheckDigit, "", "lenient_check_digit", "early codes with a wrong check digit are allowed: %v", b.LenientCheckDigit)
	}
	if a.Thresholds != b.Thresholds {
		d.add(b.Thresholds.hold() < a.Thresholds.hold(), "", "thresholds", "warns and holds at %d and %d thousandths instead of %d and %d",
			b.Thresholds.Warn, b.Thresholds.Hold, a.Thresholds.Warn, a.Thresholds.Hold)
	}
	for _, t := range []struct {
		what string
		a, b any
	}{
		{"by_name", a.ByName, b.ByName}, {"adverse", a.Adverse, b.Adverse}, {"tier", a.Tier, b.Tier}, {"retention", a.Retention, b.Retention},
		{"publication", a.Publication, b.Publication},
	} {
		if !same(t.a, t.b) {
			d.add(false, "", t.what, "has another rule of %s", t.what)
		}
	}
}

func (t Thresholds) hold() int { return cmp.Or(t.Hold, 50) }

func startsWith(all, first []Binding) bool {
	return len(all) >= len(first) && slices.Equal(all[:len(first)], first)
}

func bindings(c *Contract) string {
	var names []string
	for _, b := range c.Binding {
		names = append(names, b.Field)
	}
	return fmt.Sprint(names)
}

func sooner(a, b *Contract) bool {
	days := func(c *Contract) int { return c.Frequency.Years*366 + c.Frequency.Months*31 + c.Frequency.Days }
	return days(a) < days(b)
}

func (d *difference) checks(a, b *Contract) {
	old := map[string]*Check{}
	for i := range a.Checks {
		old[a.Checks[i].ID] = &a.Checks[i]
	}
	for i := range b.Checks {
		k := &b.Checks[i]
		was := old[k.ID]
		delete(old, k.ID)
		switch {
		case was == nil:
			d.add(!k.Warn, "", "check", "has a new check, %s: %s", k.ID, k.Text.EN)
		case was.Warn && !k.Warn:
			d.add(true, "", "check", "the check %s refuses rows instead of warning", k.ID)
		case !same(was.When, k.When) || !same(was.Require, k.Require):
			d.add(!k.Warn, "", "check", "the check %s asks something else", k.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(old)) {
		d.add(false, "", "check", "the check %s is gone", id)
	}
}

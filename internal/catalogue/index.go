package catalogue

import (
	"slices"
	"strings"

	"probity/calendar"
)

// index finds entries by code; everything in it points into the lists of its catalogue.
type index struct {
	datasets map[string]*Contract
	agencies map[string]*Agency
	usccs    map[string]*Agency
	contexts map[string]*Context
	purposes map[string]*Purpose
	offices  map[string]*Office
	families map[string]*Family
	measures map[string]*Measure
	laws     map[string]*Law
	regions  map[string][]*Region
	rules    map[string][]*RuleSet
}

// Dataset is the contract of the code, nil where there is none.
func (c *Catalogue) Dataset(code string) *Contract { return c.datasets[code] }

// Agency is the agency of the code, nil where there is none.
func (c *Catalogue) Agency(code string) *Agency { return c.agencies[code] }

// AgencyOf is the agency with the unified code, nil where there is none.
func (c *Catalogue) AgencyOf(uscc string) *Agency { return c.usccs[uscc] }

// Context is the context of the code, nil where there is none.
func (c *Catalogue) Context(code string) *Context { return c.contexts[code] }

// Purpose is the purpose of the code, nil where there is none.
func (c *Catalogue) Purpose(code string) *Purpose { return c.purposes[code] }

// Office is the office of the code, nil where there is none.
func (c *Catalogue) Office(code string) *Office { return c.offices[code] }

// Family is the record family of the code, nil where there is none.
func (c *Catalogue) Family(code string) *Family { return c.families[code] }

// Measure is the measure of the code, nil where there is none.
func (c *Catalogue) Measure(code string) *Measure { return c.measures[code] }

// Law is the law of the code, nil where there is none.
func (c *Catalogue) Law(code string) *Law { return c.laws[code] }

// CodeTitle is what a code of a field is called in the contracts of a record family; ok is false where none has it.
func (c *Catalogue) CodeTitle(family, field, code string) (title Text, ok bool) {
	for _, d := range c.Datasets {
		if d.Family != family {
			continue
		}
		f := d.Field(field)
		if f == nil {
			continue
		}
		if i := slices.IndexFunc(f.Codes, func(x Code) bool { return x.Code == code }); i >= 0 {
			return f.Codes[i].Title, true
		}
	}
	return Text{}, false
}

// Region is the division that had the code on the day, nil where none had. With calendar.None it is the newest one
// that ever had the code.
func (c *Catalogue) Region(code string, on calendar.Day) *Region {
	return at(c.regions[code], on, func(r *Region) (calendar.Day, calendar.Day) { return r.From, r.To })
}

// Edition is the edition of the basic catalogue in force on the day, nil before the first.
func (c *Catalogue) Edition(on calendar.Day) *Edition {
	for i := range c.Editions {
		if e := &c.Editions[i]; within(on, e.From, e.To) {
			return e
		}
	}
	return nil
}

// RuleSet is a dated table of numbers: the edition of a subject ("repair") in force on the day, or one edition by its
// full code ("repair.order36") whatever the day. nil where there is none.
func (c *Catalogue) RuleSet(code string, on calendar.Day) *RuleSet {
	if strings.Contains(code, ".") {
		on = calendar.None
	}
	return at(c.rules[code], on, func(r *RuleSet) (calendar.Day, calendar.Day) { return r.From, r.To })
}

// Category is the category of the code in the edition, nil where it has none.
func (e *Edition) Category(code string) *Category {
	for i := range e.Categories {
		if e.Categories[i].Code == code {
			return &e.Categories[i]
		}
	}
	return nil
}

// at finds the entry that holds on the day; entries are in order of time, so that the last one is the newest.
func at[T any](entries []*T, on calendar.Day, interval func(*T) (from, to calendar.Day)) *T {
	for i := len(entries) - 1; i >= 0; i-- {
		if from, to := interval(entries[i]); on == calendar.None || within(on, from, to) {
			return entries[i]
		}
	}
	return nil
}

// within tells whether the day lies in [from, to), None being open.
func within(on, from, to calendar.Day) bool {
	return on >= from && (to == calendar.None || on < to) // None is smaller than every day
}

// build makes the index anew; a code that stands twice is a fault and the first entry stays.
func (c *Catalogue) build() Faults {
	var faults Faults
	c.index = index{
		laws:     byCode(&faults, "law", c.Laws, func(e *Law) (string, Place) { return e.Code, e.At }),
		agencies: byCode(&faults, "agency", c.Agencies, func(e *Agency) (string, Place) { return e.Code, e.At }),
		contexts: byCode(&faults, "context", c.Contexts, func(e *Context) (string, Place) { return e.Code, e.At }),
		purposes: byCode(&faults, "purpose", c.Purposes, func(e *Purpose) (string, Place) { return e.Code, e.At }),
		offices:  byCode(&faults, "office", c.Offices, func(e *Office) (string, Place) { return e.Code, e.At }),
		families: byCode(&faults, "family", c.Families, func(e *Family) (string, Place) { return e.Code, e.At }),
		measures: byCode(&faults, "measure", c.Measures, func(e *Measure) (string, Place) { return e.Code, e.At }),
		datasets: make(map[string]*Contract, len(c.Datasets)),
		usccs:    make(map[string]*Agency, len(c.Agencies)),
		regions:  make(map[string][]*Region, len(c.Regions)),
		rules:    make(map[string][]*RuleSet, 2*len(c.Rules)),
	}
	for _, d := range c.Datasets {
		c.datasets[d.Code] = d
	}
	for i := range c.Agencies {
		a := &c.Agencies[i]
		if first := c.usccs[a.USCC]; first != nil && a.USCC != "" {
			faults.add(a.At, "agency.uscc", "each body has a unified code of its own", "%s has the unified code of %s", a.Code, first.Code)
			continue
		}
		c.usccs[a.USCC] = a
	}
	delete(c.usccs, "")
	for i := range c.Regions {
		r := &c.Regions[i]
		c.regions[r.Code] = append(c.regions[r.Code], r)
	}
	for _, of := range c.regions {
		slices.SortStableFunc(of, func(a, b *Region) int { return int(int64(a.From) - int64(b.From)) })
	}
	for i := range c.Rules {
		r := &c.Rules[i]
		subject, _, edition := strings.Cut(r.Code, ".")
		if edition {
			c.rules[r.Code] = append(c.rules[r.Code], r)
		}
		c.rules[subject] = append(c.rules[subject], r)
	}
	for _, of := range c.rules {
		slices.SortStableFunc(of, func(a, b *RuleSet) int { return int(int64(a.From) - int64(b.From)) })
	}
	return faults
}

func byCode[T any](faults *Faults, what string, entries []T, of func(*T) (string, Place)) map[string]*T {
	m := make(map[string]*T, len(entries))
	for i := range entries {
		code, at := of(&entries[i])
		if code == "" {
			faults.add(at, what+".code", "give it a code", "this %s has no code", what)
			continue
		}
		if first := m[code]; first != nil {
			_, there := of(first)
			faults.add(at, what+".twice", "give it another code or leave it out", "the %s %q is already there, from %s", what, code, there)
			continue
		}
		m[code] = &entries[i]
	}
	return m
}

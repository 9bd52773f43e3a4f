package clock

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

//go:embed limits.yaml
var builtIn []byte

// BuiltIn is the table that comes with the program, with the public holidays of mainland China. It is read-only.
var BuiltIn = sync.OnceValue(func() *Table {
	t, err := Parse("limits.yaml", builtIn, calendar.ChineseHolidays())
	if err != nil {
		panic(err) // it is compiled in and tested
	}
	return t
})

// Table is a table of time limits with the calendars by which working days are counted. It is read-only and safe for
// concurrent use.
type Table struct {
	limits []Limit
	// calendars are the calendars of working days by jurisdiction; one that has none counts Monday to Friday and says so.
	calendars map[Jurisdiction]*calendar.WorkingDays
}

// Parse reads a table from YAML, in the form of limits.yaml, strictly. The Charter's own limits count working days by the
// given calendar, as does the jurisdiction that the calendar's code names. name stands in messages.
func Parse(name string, text []byte, work *calendar.WorkingDays) (*Table, error) {
	var f struct{ Limits []Limit }
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	senses := map[Event]Sense{}
	for i := range f.Limits {
		l := &f.Limits[i]
		if l.To == 0 {
			l.To = calendar.None // the key is not there
		}
		if problem := check(l); problem != "" {
			return nil, fmt.Errorf("%s: limit %d (%s): %s", name, i+1, l.Event, problem)
		}
		if was, known := senses[l.Event]; known && was != l.Sense {
			return nil, fmt.Errorf("%s: limit %d: %s is at most in one place and at least in another", name, i+1, l.Event)
		}
		senses[l.Event] = l.Sense
		for j := range i {
			if o := &f.Limits[j]; o.Event == l.Event && o.Jurisdiction == l.Jurisdiction && overlap(o, l) {
				return nil, fmt.Errorf("%s: limits %d and %d: two editions of %s are in force at once", name, j+1, i+1, l.Event)
			}
		}
	}
	return &Table{f.Limits, map[Jurisdiction]*calendar.WorkingDays{Charter: work, Jurisdiction(work.Code()): work}}, nil
}

func check(l *Limit) string {
	one := func(what, have string, of ...string) string {
		if slices.Contains(of, have) {
			return ""
		}
		return fmt.Sprintf("%s is %q and must be one of: %s", what, have, strings.Join(of, ", "))
	}
	switch {
	case l.Event == "" || l.Source == "":
		return "state the event and the source"
	case l.Length.N < 1:
		return "state the limit"
	case l.From == calendar.None || l.From == 0:
		return "state the first day in force"
	case l.To != calendar.None && l.To <= l.From:
		return "it is out of force before it is in force"
	}
	for _, problem := range []string{
		one("sense", string(l.Sense), string(AtMost), string(AtLeast)),
		one("binds", string(l.Binds), string(Handler), string(Subject)),
		one("jurisdiction", string(l.Jurisdiction), string(Charter), string(China), string(EuropeanUnion), string(UnitedStates)),
		one("checked", l.Checked, "verified", "recalled", "own"),
	} {
		if problem != "" {
			return problem
		}
	}
	return ""
}

func overlap(a, b *Limit) bool {
	return (a.To == calendar.None || b.From < a.To) && (b.To == calendar.None || a.From < b.To)
}

// worked is the calendar by which a jurisdiction's working days are counted.
func (t *Table) worked(j Jurisdiction) *calendar.WorkingDays {
	if w := t.calendars[j]; w != nil {
		return w
	}
	return calendar.Weekdays()
}

// Events are the events of the table in alphabetical order.
func (t *Table) Events() []Event {
	seen := map[Event]bool{}
	for i := range t.limits {
		seen[t.limits[i].Event] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

package erasure

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/store/erasures"
)

//go:embed retention.yaml
var retentionFile []byte

// Limit is how long one sort of thing is kept.
type Limit struct {
	What   string          `yaml:"what" json:"what"`
	Keep   calendar.Period `yaml:"keep" json:"keep"`
	From   string          `yaml:"from" json:"from"`
	Since  calendar.Day    `yaml:"since" json:"since"`
	Source string          `yaml:"source" json:"source"`
}

// Retention is the table of limits that comes with the program. It is read-only.
var Retention = sync.OnceValue(func() []Limit {
	limits, err := ParseRetention(retentionFile)
	if err != nil {
		panic(err) // it is compiled in and tested
	}
	return limits
})

// ParseRetention reads a table, strictly: every sort of thing that a sweep knows has one limit, and no other has any.
func ParseRetention(text []byte) ([]Limit, error) {
	var f struct{ Retention []Limit }
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("retention: %w", err)
	}
	known := erasures.Sorts()
	for i := range f.Retention {
		l := &f.Retention[i]
		at := slices.Index(known, l.What)
		switch {
		case at < 0:
			return nil, fmt.Errorf("retention: line %d: %q is not kept for a time of its own, or stands here twice", i+1, l.What)
		case l.Keep.IsZero() || l.Source == "" || l.From == "" || l.Since == 0 || l.Since == calendar.None:
			return nil, fmt.Errorf("retention: %s: state how long, from when, since when and by which rule", l.What)
		}
		known = slices.Delete(known, at, at+1)
	}
	if len(known) > 0 {
		return nil, fmt.Errorf("retention: nothing says how long %q is kept", known)
	}
	return f.Retention, nil
}

// before are the days before which what is kept for a time of its own is over on the given day.
func before(today calendar.Day) map[string]calendar.Day {
	over := map[string]calendar.Day{}
	for _, l := range Retention() {
		if today >= l.Since {
			over[l.What] = back(today, l.Keep)
		}
	}
	return over
}

// back is the last day from which the period has passed on the given day: what began on it or before is over.
func back(today calendar.Day, p calendar.Period) calendar.Day {
	d := today - calendar.Day(p.Days) - calendar.Day(p.Months)*31 - calendar.Day(p.Years)*366 - 1
	for (d + 1).Add(p) <= today {
		d++
	}
	return d
}

// Package quota tells how often an agency may read for a purpose on one day, and when its readings rise suddenly: the
// limits are dated data, the arithmetic is here (Charter C11).
package quota

import (
	"bytes"
	_ "embed"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

//go:embed quotas.yaml
var builtIn []byte

// Table is the limits in force and past.
type Table struct {
	limits map[string][]limit
	others []limit
	rise   rise
}

type limit struct {
	Purpose string `yaml:"purpose"`
	PerDay  int64  `yaml:"per_day"`
	From    string `yaml:"from"`
	from    calendar.Day
}

type rise struct {
	Factor int64 `yaml:"factor"`
	Days   int64 `yaml:"days"`
	Least  int64 `yaml:"least"`
}

// BuiltIn is the table that comes with the program.
var BuiltIn = sync.OnceValue(func() *Table {
	t, err := Parse(builtIn)
	if err != nil {
		panic(err) // a test reads it, so that a damaged one never leaves the workshop
	}
	return t
})

// Parse reads a table. Unknown keys, limits below one and days that are none are errors.
func Parse(text []byte) (*Table, error) {
	var file struct {
		Source     string  `yaml:"source"`
		Confidence string  `yaml:"confidence"`
		Quotas     []limit `yaml:"quotas"`
		Others     limit   `yaml:"others"`
		Rise       rise    `yaml:"rise"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("reading the quotas: %w", err)
	}
	if file.Rise.Factor < 1 || file.Rise.Days < 1 || file.Rise.Least < 1 {
		return nil, fmt.Errorf("reading the quotas: rise needs a factor, days and least of at least 1")
	}
	t := &Table{limits: map[string][]limit{}, rise: file.Rise}
	for _, l := range append(file.Quotas, file.Others) {
		var err error
		if l.from, err = calendar.Parse(l.From); err != nil {
			return nil, fmt.Errorf("reading the quota for %q: %w", l.Purpose, err)
		}
		if l.PerDay < 1 {
			return nil, fmt.Errorf("reading the quota for %q: %d a day is no limit", l.Purpose, l.PerDay)
		}
		if l.Purpose == "" {
			t.others = append(t.others, l)
		} else {
			t.limits[l.Purpose] = append(t.limits[l.Purpose], l)
		}
	}
	return t, nil
}

// PerDay is how many reads an agency may make for the purpose on the day. On a day before the first limit that first one
// counts.
func (t *Table) PerDay(purpose string, day calendar.Day) int64 {
	list := t.limits[purpose]
	if len(list) == 0 {
		list = t.others
	}
	best := list[0]
	for _, l := range list[1:] {
		if l.from <= day && (l.from >= best.from || best.from > day) {
			best = l
		}
	}
	return best.PerDay
}

// Usage is how many reads an agency made for a purpose on a day.
type Usage struct {
	Reader  string
	Purpose string
	Day     calendar.Day
	Count   int64
}

// Span is how many days before one are looked at to tell a sudden rise.
func (t *Table) Span() int { return int(t.rise.Days) }

// Rises tells whether a day's reads are a sudden rise: at least so many, and more than a multiple of the daily mean of the
// days before, whose reads together are earlier.
func (t *Table) Rises(count, earlier int64) bool {
	return count >= t.rise.Least && count*t.rise.Days > t.rise.Factor*earlier
}

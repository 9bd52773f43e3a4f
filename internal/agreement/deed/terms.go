package deed

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

//go:embed terms.yaml
var builtIn []byte

// Terms say, by day, who needs an agreement and how long one may run.
type Terms struct{ list []term }

type term struct {
	From    string   `yaml:"from"`
	Of      []string `yaml:"of"`
	Except  []string `yaml:"except"`
	Longest int      `yaml:"longest_days"`
	Warn    int      `yaml:"warn_days"`
	Delete  int      `yaml:"delete_days"`
	from    calendar.Day
}

// BuiltIn are the terms that come with the program.
var BuiltIn = sync.OnceValue(func() *Terms {
	t, err := Parse(builtIn)
	if err != nil {
		panic(err) // a test reads them, so that damaged ones never leave the workshop
	}
	return t
})

// Parse reads terms. Unknown keys, days that are none, spans below one and terms out of order are errors.
func Parse(text []byte) (*Terms, error) {
	var file struct {
		Source     string `yaml:"source"`
		Confidence string `yaml:"confidence"`
		Terms      []term `yaml:"terms"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("reading the terms of agreements: %w", err)
	}
	if len(file.Terms) == 0 {
		return nil, fmt.Errorf("reading the terms of agreements: there are none")
	}
	for i := range file.Terms {
		t := &file.Terms[i]
		var err error
		if t.from, err = calendar.Parse(t.From); err != nil {
			return nil, fmt.Errorf("reading the terms of agreements: %w", err)
		}
		if t.Longest < 1 || t.Warn < 1 || t.Delete < 1 || len(t.Of) == 0 {
			return nil, fmt.Errorf("reading the terms of agreements from %s: they name kinds of agencies, and spans of at least a day", t.From)
		}
		if i > 0 && t.from <= file.Terms[i-1].from {
			return nil, fmt.Errorf("reading the terms of agreements from %s: they stand behind later ones", t.From)
		}
	}
	return &Terms{file.Terms}, nil
}

// at are the terms on a day; before the first ones those first ones count.
func (t *Terms) at(day calendar.Day) *term {
	best := &t.list[0]
	for i := range t.list {
		if t.list[i].from <= day {
			best = &t.list[i]
		}
	}
	return best
}

// Demanded tells whether an agency of the kind needs an agreement to read for the purpose.
func (t *Terms) Demanded(kind, purpose string, day calendar.Day) bool {
	x := t.at(day)
	return slices.Contains(x.Of, kind) && !slices.Contains(x.Except, purpose)
}

// Longest is for how many days an agreement may run.
func (t *Terms) Longest(day calendar.Day) int { return t.at(day).Longest }

// Warn is how many days before its end an agreement is told to be near it.
func (t *Terms) Warn(day calendar.Day) int { return t.at(day).Warn }

// Delete is how many days after its end copies may be held.
func (t *Terms) Delete(day calendar.Day) int { return t.at(day).Delete }

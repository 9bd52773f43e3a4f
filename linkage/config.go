package linkage

import (
	"fmt"
	"slices"

	"probity/linkage/field"
)

// Config says what is compared, and from when on two records are linked.
type Config struct {
	// Fields are what records are compared by, at most 16.
	Fields []Field `yaml:"fields" json:"fields"`
	// Threshold is the probability from which two records are linked. It is the only threshold there is.
	Threshold float64 `yaml:"threshold" json:"threshold"`
	// OneToOne tells, where two files are linked, that neither names anybody twice.
	OneToOne bool `yaml:"one_to_one,omitempty" json:"one_to_one,omitempty"`
	// Candidates are further ways in which pairs are found that are worth comparing, beside the rules that a run chooses.
	Candidates []Candidate `yaml:"candidates,omitempty" json:"candidates,omitempty"`
}

// Field is one thing that records are compared by.
type Field struct {
	// Column is the column's name, and Kind what its values are.
	Column string     `yaml:"column" json:"column"`
	Kind   field.Kind `yaml:"kind" json:"kind"`
	// Other is the column of the second file where it is called otherwise there; it is then compared with Column.
	Other string `yaml:"other,omitempty" json:"other,omitempty"`
	// Swaps is another column whose value is sometimes written into this one: given name and surname.
	Swaps string `yaml:"swaps,omitempty" json:"swaps,omitempty"`
	// With are further columns that are read as one with this one: a title and a description, of which one source writes
	// into the one what another writes into the other. Of names, With are columns with further ones, as former names: the two that
	// are most alike count. Of a date whose year stands in Column, With are the columns of its month and its day.
	With []string `yaml:"with,omitempty" json:"with,omitempty"`
}

const (
	// mostFields is as many as fit into a pattern.
	mostFields = 16
	// DefaultThreshold is where a link is as probable as not: the least number of wrong answers, if probabilities are right.
	DefaultThreshold = 0.5
)

// Error says what is wrong with a configuration or with the files, where, and what to do about it.
type Error struct {
	// Place is the part of the configuration, or the file.
	Place string
	Text  string
	Cure  string
}

func (e *Error) Error() string { return e.Place + ": " + e.Text }

func (c *Config) wrong(entry int, cure, text string, about ...any) *Error {
	place := fmt.Sprintf("fields, entry %d", entry+1)
	if column := c.Fields[entry].Column; column != "" {
		place += " (" + column + ")"
	}
	return &Error{place, fmt.Sprintf(text, about...), cure}
}

// Check finds what is wrong with a configuration for a table: nil, or the first fault as an [Error].
func (c *Config) Check(t *Table) error {
	switch {
	case len(c.Fields) == 0:
		return &Error{"fields", "there is nothing to compare records by", "name at least one column"}
	case len(c.Fields) > mostFields:
		return &Error{"fields", fmt.Sprintf("%d are more than %d", len(c.Fields), mostFields), "leave out those that tell the least"}
	case !(c.Threshold > 0 && c.Threshold < 1):
		return &Error{"threshold", fmt.Sprintf("%v is no probability between 0 and 1", c.Threshold), "0.5 makes the fewest mistakes"}
	}
	for i, f := range c.Fields {
		if err := c.checkField(t, i, f); err != nil {
			return err
		}
	}
	return c.checkCandidates()
}

func (c *Config) checkField(t *Table, i int, f Field) error {
	for k, name := range append([]string{f.Column, f.Other, f.Swaps}, f.With...) {
		optional := k == 1 || k == 2
		if name != "" && t.Column(name) == nil || name == "" && !optional {
			return c.wrong(i, "name a column of the file as its first line does", "there is no column %q", name)
		}
	}
	if _, err := field.ParseKind(string(f.Kind)); err != nil {
		return c.wrong(i, "choose one of these", "%v", err)
	}
	if len(f.With) > 0 && (f.Swaps != "" || f.Other != "" || slices.Contains(f.With, f.Column)) {
		return c.wrong(i, "leave out one of the two", "what is read with others as one value has no swaps and no other, and is not read with itself")
	}
	if f.Kind == field.Date && len(f.With) > 0 && len(f.With) != dateParts-1 {
		return c.wrong(i, "name the column of the year, with those of the month and of the day in this order", "a date is read with two columns, not with %d", len(f.With))
	}
	for k := range i {
		if c.Fields[k].Column == f.Column && c.Fields[k].Kind == f.Kind {
			return c.wrong(i, "leave one out; the same evidence would count twice", "entry %d compares the same column in the same way", k+1)
		}
	}
	if f.Swaps != "" && !slices.ContainsFunc(c.Fields, func(g Field) bool { return g.Column == f.Swaps && g.Kind == f.Kind }) {
		return c.wrong(i, "add that column with this kind, or leave swaps out", "swaps names %s, which is no field of the same kind", f.Swaps)
	}
	return nil
}

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
	// into the one what another writes into the other.
	With []string `yaml:"with,omitempty" json:"with,omitempty"`
}

const (
	// mostFields is as many as fit into a pattern.
	mostFields = 16
	// DefaultThreshold is where a link is as probable as not: the least number of wrong answers, if probabilities are right.
	DefaultThreshold = 0.5
)

// Check finds what is wrong with a configuration for a table: nil, or the first fault with its place.
func (c *Config) Check(t *Table) error {
	if len(c.Fields) == 0 {
		return fmt.Errorf("fields: there is nothing to compare records by; name at least one column")
	}
	if len(c.Fields) > mostFields {
		return fmt.Errorf("fields: %d are more than %d; leave out those that tell the least", len(c.Fields), mostFields)
	}
	if c.Threshold <= 0 || c.Threshold >= 1 {
		return fmt.Errorf("threshold: %v is no probability between 0 and 1", c.Threshold)
	}
	for i, f := range c.Fields {
		for _, name := range append([]string{f.Column, f.Other, f.Swaps}, f.With...) {
			if name != "" && t.Column(name) == nil || name == "" && f.Column == "" {
				return fmt.Errorf("fields, entry %d: there is no column %q", i+1, name)
			}
		}
		if _, err := field.ParseKind(string(f.Kind)); err != nil {
			return fmt.Errorf("fields, entry %d (%s): %w", i+1, f.Column, err)
		}
		if f.Swaps != "" && !slices.ContainsFunc(c.Fields, func(g Field) bool { return g.Column == f.Swaps && g.Kind == f.Kind }) {
			return fmt.Errorf("fields, entry %d (%s): swaps names %s, which is no field of the same kind", i+1, f.Column, f.Swaps)
		}
	}
	return nil
}

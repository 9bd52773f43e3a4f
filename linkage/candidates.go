package linkage

import (
	"cmp"
	"fmt"
	"slices"

	"probity/linkage/block"
	"probity/linkage/field"
)

// Candidate is a way in which pairs are found that is asked for, where it is known that values have slips which hide them
// from the rules that a run chooses. It costs at most as many pairs as all of those together may.
type Candidate struct {
	// Column is that of a field.
	Column string `yaml:"column" json:"column"`
	// By is how its values find each other.
	By By `yaml:"by" json:"by"`
	// Size is the letters of a run, 2 or 3, or how many places apart, 1 to 10; 2 and 5 where it is 0.
	Size int `yaml:"size,omitempty" json:"size,omitempty"`
}

// By is a way in which values find each other.
type By string

const (
	// ByGrams: two rare runs of letters in common, wherever they stand.
	ByGrams By = "grams"
	// ByWindow: near each other when sorted by the field, and by the others where it is the same.
	ByWindow By = "window"
)

const (
	// mostCandidates bounds the pairs, and farthest keeps what a window costs below the limit of a rule, which is pairsRecord pairs a
	// record: one of 10 places costs 19.
	mostCandidates = 4
	farthest       = 10
	usualLetters   = 2
	usualReach     = 5
)

// unfit are the kinds whose values are not to be found in a way, for which their keys do.
var unfit = map[By][]field.Kind{
	ByGrams:  {field.Date, field.Number, field.Category},
	ByWindow: {field.Number, field.Category},
}

// Fits tells whether values of a kind are to be found in this way.
func (b By) Fits(kind field.Kind) bool { return unfit[b] != nil && !slices.Contains(unfit[b], kind) }

func (c *Config) checkCandidates() error {
	if len(c.Candidates) > mostCandidates {
		return &Error{"candidates", fmt.Sprintf("%d are more than %d", len(c.Candidates), mostCandidates), "leave out those that find the least, as the report says"}
	}
	for i, a := range c.Candidates {
		if text, cure := c.badCandidate(i, a); text != "" {
			return &Error{fmt.Sprintf("candidates, entry %d (%s)", i+1, a.Column), text, cure}
		}
	}
	return nil
}

// badCandidate is what is wrong with one and what to do about it, nothing where it is right.
func (c *Config) badCandidate(i int, a Candidate) (text, cure string) {
	at := c.fieldOf(a)
	same := slices.IndexFunc(c.Candidates[:i], func(b Candidate) bool { return b.Column == a.Column && b.By == a.By })
	switch {
	case at < 0:
		return fmt.Sprintf("there is no field with the column %q", a.Column), "name the column of one of the fields"
	case unfit[a.By] == nil:
		return fmt.Sprintf("%q is no way to find candidates; there are: %s, %s", a.By, ByGrams, ByWindow), "choose one of these"
	case !a.By.Fits(c.Fields[at].Kind):
		return fmt.Sprintf("the values of a %s are not found by %s", c.Fields[at].Kind, a.By), "leave it out; the rules that are chosen have keys of its own"
	case same >= 0:
		return fmt.Sprintf("entry %d asks for the same", same+1), "leave one out"
	case a.By == ByGrams && a.Size != 0 && a.Size != 2 && a.Size != 3:
		return fmt.Sprintf("runs of %d letters are not counted", a.Size), "give 2, or 3 for long values of many records"
	case a.By == ByWindow && (a.Size < 0 || a.Size > farthest):
		return fmt.Sprintf("%d places apart are not from 1 to %d", a.Size, farthest), "give fewer places, and another field's window beside it"
	}
	return "", ""
}

// fieldOf is the field whose values a candidate is found by, -1 for none.
func (c *Config) fieldOf(a Candidate) int {
	return slices.IndexFunc(c.Fields, func(f Field) bool { return f.Column == a.Column })
}

// asked are the sources of the candidates that are asked for.
func (c *Config) asked(columns []column, workers int) []block.Source {
	all := make([]block.Source, len(c.Candidates))
	each(len(all), workers, func(i int) {
		a := c.Candidates[i]
		f := c.fieldOf(a)
		own := &columns[f]
		if a.By == ByGrams {
			all[i] = block.Grams(f, own.cells, own.space.Forms, own.space.Form, cmp.Or(a.Size, usualLetters))
			return
		}
		reach := cmp.Or(a.Size, usualReach)
		all[i] = block.Window(f, fmt.Sprintf("at most %d places apart when sorted", reach), own.cells, sortedBy(columns, f), reach)
	})
	return all
}

// sortedBy is the order of records by one field, and by the others in their order where that is the same.
func sortedBy(columns []column, first int) func(a, b uint32) int {
	order := []*column{&columns[first]}
	for f := range columns {
		if f != first {
			order = append(order, &columns[f])
		}
	}
	return func(a, b uint32) int {
		for _, c := range order {
			x, y := c.cells[a], c.cells[b]
			if x == y {
				continue
			}
			if x == 0 || y == 0 {
				return cmp.Compare(x, y) // those without a value stand first
			}
			if o := cmp.Compare(c.space.Form(x), c.space.Form(y)); o != 0 {
				return o
			}
		}
		return 0
	}
}

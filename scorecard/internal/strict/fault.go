package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a model file; both count from 1, and 0 is unknown.
type Pos struct{ Line, Column int }

// Fault is one thing that is wrong with a model or case file, with its place and what cures it.
type Fault struct { //nolint:errname // "fault" is the word of the house for it (internal/fault, docs)
	// File is the name given to Parse.
	File string
	Pos
	// Rule is a stable word for the rule that is broken: "gap", "unknown-key", "monotone".
	Rule string
	// Text says what is wrong, with the value; Cure says what to do about it.
	Text, Cure string
}

// Error is place, rule and text on one line.
func (f Fault) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s (%s)", f.File, f.Line, f.Column, f.Text, f.Rule)
}

// Faults is everything that is wrong with a file, in the order of the file. Every error returned for a
// model or a case file is of this type.
type Faults []Fault //nolint:errname // the plural of Fault

// Error is one fault a line, each with its cure.
func (f Faults) Error() string {
	var b strings.Builder
	for i, one := range f {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(one.Error())
		if one.Cure != "" {
			b.WriteString("; ")
			b.WriteString(one.Cure)
		}
	}
	return b.String()
}

// Err is nil for no faults, else the faults in the order of the file.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return f
}

// nearest is the name most like the wanted one, or "" where none is close.
func nearest(want string, names []string) string {
	best, least := "", max(1, len(want)/3)+1
	for _, n := range names {
		if d := distance(want, n); d < least {
			best, least = n, d
		}
	}
	return best
}

// Meant is a cure: the nearest name, or the names there are.
func Meant(want string, names []string) string {
	if n := nearest(want, names); n != "" {
		return fmt.Sprintf("did you mean %q?", n)
	}
	if len(names) == 0 {
		return "there is none"
	}
	shown, more := names, ""
	if len(names) > 12 {
		shown, more = names[:12], fmt.Sprintf(" and %d more", len(names)-12)
	}
	return "there are: " + strings.Join(shown, ", ") + more
}

// distance is the number of single-byte changes from a to b (Levenshtein), for names of ordinary length.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

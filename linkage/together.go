package linkage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"probity/linkage/field"
)

const (
	// repeated is the share of words that one column of text must find again in another of the same record, and oftener how
	// many times as often as in another record, for the two to be read as one.
	repeated = 0.15
	oftener  = 3
	// togetherSeen is how many records are looked at.
	togetherSeen = 2000
)

// together joins columns of text that say the same things: where the words of the one stand in the other of the same record,
// much more than in that of another record, what one source writes into the one another may write into the other.
func (c *Config) together(t *Table, reasons []Reason) {
	for i := 0; i < len(c.Fields); i++ {
		for k := i + 1; k < len(c.Fields); k++ {
			f, g := &c.Fields[i], c.Fields[k]
			if f.Kind != field.Text || g.Kind != field.Text || !repeats(t, t.Column(f.Column), t.Column(g.Column)) {
				continue
			}
			f.With = append(f.With, g.Column)
			why := fmt.Sprintf("is read with %s, whose words it repeats", f.Column)
			if at := slices.IndexFunc(reasons, func(r Reason) bool { return r.Column == g.Column }); at >= 0 {
				reasons[at].Why = why
			}
			c.Fields = slices.Delete(c.Fields, k, k+1)
			k--
		}
	}
}

// otherNames are headers of columns with further names of the one whom a record is about.
var otherNames = regexp.MustCompile(`(^| )(former|previous|prior|old|other|alias|aliases|aka|trading|also known as)( names?| company names?|$)|曾用名|原名|又名|别名`)

// called has further names read with the name: somebody is whoever of the other's names is like one of theirs.
func (c *Config) called(reasons []Reason) {
	names := func(f Field) bool {
		return (f.Kind == field.Organisation || f.Kind == field.Person) && !otherNames.MatchString(field.Fold(camel.ReplaceAllString(f.Column, "$1 $2")))
	}
	at := slices.IndexFunc(c.Fields, names)
	if at < 0 {
		return
	}
	main := c.Fields[at].Column
	for k := 0; k < len(c.Fields); k++ {
		g := c.Fields[k]
		switch g.Kind {
		case field.Organisation, field.Person, field.Word, field.Text:
		default:
			continue
		}
		if !otherNames.MatchString(field.Fold(camel.ReplaceAllString(g.Column, "$1 $2"))) {
			continue
		}
		if i := slices.IndexFunc(reasons, func(r Reason) bool { return r.Column == g.Column }); i >= 0 {
			reasons[i].Why = fmt.Sprintf("is read with %s: names of the same one, of which the most alike count", main)
		}
		c.Fields = slices.Delete(c.Fields, k, k+1)
		k--
		at = slices.IndexFunc(c.Fields, func(f Field) bool { return f.Column == main })
		c.Fields[at].With = append(c.Fields[at].With, g.Column)
	}
}

// repeats tells whether the words of either column stand in the other of the same record.
func repeats(t *Table, a, b *Column) bool {
	step := max(t.Len()/togetherSeen, 1)
	var own, others, words float64
	before := map[string]bool{} // of b, of the record that was looked at before
	for r := 0; r < t.Len(); r += step {
		if a.Cells[r] == 0 || b.Cells[r] == 0 {
			continue
		}
		here := map[string]bool{}
		for _, word := range strings.Fields(field.Fold(b.Values[b.Cells[r]])) {
			here[word] = true
		}
		for _, word := range strings.Fields(field.Fold(a.Values[a.Cells[r]])) {
			words++
			own += one(here[word])
			others += one(before[word])
		}
		before = here
	}
	return own >= repeated*words && own > oftener*others
}

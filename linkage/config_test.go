package linkage_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"probity/linkage"
)

// TestCheck: what is wrong with a configuration is said with its place and its cure.
func TestCheck(t *testing.T) {
	t.Parallel()
	b := linkage.NewBuilder()
	if err := b.File("f", []string{"name", "note"}); err != nil {
		t.Fatal(err)
	}
	b.Add("1", []string{"Li", "x"})
	table := b.Table()
	name := linkage.Field{Column: "name", Kind: "word"}
	with := func(change func(*linkage.Field)) []linkage.Field {
		f := name
		change(&f)
		return []linkage.Field{f}
	}
	tests := []struct {
		want      string
		threshold float64
		fields    []linkage.Field
	}{
		{"fields: there is nothing to compare", 0.5, nil},
		{"fields: 17 are more than 16", 0.5, make([]linkage.Field, 17)},
		{"threshold: NaN is no probability", math.NaN(), []linkage.Field{name}},
		{"threshold: 1 is no probability", 1, []linkage.Field{name}},
		{`fields, entry 1 (nobody): there is no column "nobody"`, 0.5, with(func(f *linkage.Field) { f.Column = "nobody" })},
		{`fields, entry 1 (name): there is no column "more"`, 0.5, with(func(f *linkage.Field) { f.With = []string{"more"} })},
		{`fields, entry 1 (name): there is no column ""`, 0.5, with(func(f *linkage.Field) { f.With = []string{""} })},
		{`fields, entry 1: there is no column ""`, 0.5, with(func(f *linkage.Field) { f.Column = "" })},
		{`fields, entry 1 (name): "colour" is no kind`, 0.5, with(func(f *linkage.Field) { f.Kind = "colour" })},
		{"fields, entry 1 (name): swaps names note", 0.5, with(func(f *linkage.Field) { f.Swaps = "note" })},
		{"fields, entry 1 (name): what is read with others", 0.5, with(func(f *linkage.Field) { f.With = []string{"name"} })},
		{"fields, entry 2 (name): entry 1 compares the same", 0.5, []linkage.Field{name, name}},
	}
	for _, test := range tests {
		c := linkage.Config{Fields: test.fields, Threshold: test.threshold}
		err := c.Check(table)
		var wrong *linkage.Error
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), test.want) || wrong.Cure == "" {
			t.Errorf("%v, want %q with a cure", err, test.want)
		}
	}
	c := linkage.Config{Fields: []linkage.Field{name}, Threshold: 0.5}
	if err := c.Check(table); err != nil {
		t.Errorf("nothing is wrong, and Check says %v", err)
	}
}

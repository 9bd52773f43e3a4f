package linkage_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/linkage"
)

// goods are two files of the same things, which one of them names in a title and the other in a description.
func goods(t *testing.T) *linkage.Table {
	t.Helper()
	makers := []string{"Norda", "Velling", "Ostara", "Brume", "Kestrel"}
	sorts := []string{"stereo receiver", "compact oven", "desk lamp", "corded telephone", "water kettle", "folding chair", "wall mount"}
	b := linkage.NewBuilder()
	for file, name := range []string{"shop", "catalogue"} {
		if err := b.File(name, []string{"name", "description"}); err != nil {
			t.Fatal(err)
		}
		for i := range 140 {
			maker, sort, model := makers[i%5], sorts[i%7], fmt.Sprintf("%c%c%d", 'A'+i%26, 'K'+i%11, 100+i*37%900)
			whole := fmt.Sprintf("%s %s %s", maker, sort, model)
			about := whole + " with cord and guarantee in the usual colours of the season"
			if file == 1 {
				whole, about = maker+" "+sort, "model "+model+" "+sort+" of this maker"
			}
			b.Add(fmt.Sprint(name, i), []string{whole, about})
		}
	}
	return b.Table()
}

// TestWhatOneWritesHereAnotherWritesThere: two columns of text that repeat each other are compared as one, and the model
// number in the name of the one file is found in the description of the other.
func TestWhatOneWritesHereAnotherWritesThere(t *testing.T) {
	t.Parallel()
	table := goods(t)
	c, reasons := linkage.Suggest(table)
	want := []linkage.Field{{Column: "name", Kind: "text", With: []string{"description"}}}
	if diff := cmp.Diff(want, c.Fields); diff != "" {
		t.Fatalf("fields (-want +got):\n%s\n%v", diff, reasons)
	}
	if err := c.Check(table); err != nil {
		t.Fatal(err)
	}
	truth := make([]uint32, table.Len())
	for i := range truth {
		truth[i] = uint32(i % 140)
	}
	r := linkage.Run(table, c, linkage.Options{})
	if s := linkage.ByPair(r.Cluster, truth, table.Second); s.F1() < 0.97 {
		t.Errorf("as one: %v", s)
	}
}

// TestStrangersAreNotReadTogether: columns of text that say different things stay two fields.
func TestStrangersAreNotReadTogether(t *testing.T) {
	t.Parallel()
	b := linkage.NewBuilder()
	if err := b.File("f", []string{"title", "subject"}); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		b.Add(fmt.Sprint(i), []string{fmt.Sprintf("the %d of many kinds by w%d", i, i*7), fmt.Sprintf("a study on x%d in the field y%d", i*3, i%9)})
	}
	c, _ := linkage.Suggest(b.Table())
	if len(c.Fields) != 2 {
		t.Errorf("fields are %v, want both columns apart", c.Fields)
	}
}

// TestNobodyTwice: where two files name nobody twice, no record is linked to two, and what is claimed by one that has a
// better counterpart is not taken from another for it.
func TestNobodyTwice(t *testing.T) {
	t.Parallel()
	table := goods(t)
	c, _ := linkage.Suggest(table)
	r := linkage.Run(table, c, linkage.Options{Workers: 3})
	seen := map[uint32]bool{}
	for _, l := range r.Links {
		if seen[l.A] || seen[l.B] {
			t.Errorf("%d and %d: one of them is linked twice", l.A, l.B)
		}
		seen[l.A], seen[l.B] = true, true
		if l.Probability < 0.5 {
			t.Errorf("%d and %d are linked with probability %v", l.A, l.B, l.Probability)
		}
	}
	if len(r.Rules) != 1 || r.Rules[0].Words != "every pair" || r.Compared != 140*140 {
		t.Errorf("of two small files every pair is compared: %v, %d compared", r.Rules, r.Compared)
	}
}

package linkage_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"probity/linkage"
)

// TestCheckCandidates: what is wrong with a way to find candidates is said with its place and its cure.
func TestCheckCandidates(t *testing.T) {
	t.Parallel()
	b := linkage.NewBuilder()
	if err := b.File("f", []string{"name", "born", "price"}); err != nil {
		t.Fatal(err)
	}
	table := b.Table()
	fields := []linkage.Field{{Column: "name", Kind: "word"}, {Column: "born", Kind: "date"}, {Column: "price", Kind: "number"}}
	tests := []struct {
		want string
		ways []linkage.Candidate
	}{
		{"", []linkage.Candidate{{"name", linkage.ByGrams, 0}, {"name", linkage.ByWindow, 10}, {"born", linkage.ByWindow, 1}}},
		{`candidates, entry 1 (town): there is no field with the column "town"`, []linkage.Candidate{{"town", linkage.ByGrams, 0}}},
		{`candidates, entry 1 (name): "sound" is no way to find candidates; there are: grams, window`, []linkage.Candidate{{"name", "sound", 0}}},
		{`candidates, entry 1 (name): "" is no way`, []linkage.Candidate{{"name", "", 0}}},
		{"candidates, entry 2 (name): entry 1 asks for the same", []linkage.Candidate{{"name", linkage.ByGrams, 2}, {"name", linkage.ByGrams, 3}}},
		{"candidates, entry 1 (name): runs of 4 letters", []linkage.Candidate{{"name", linkage.ByGrams, 4}}},
		{"candidates, entry 1 (name): 11 places apart", []linkage.Candidate{{"name", linkage.ByWindow, 11}}},
		{"candidates, entry 1 (name): -1 places apart", []linkage.Candidate{{"name", linkage.ByWindow, -1}}},
		{"candidates, entry 1 (born): the values of a date are not found by grams", []linkage.Candidate{{"born", linkage.ByGrams, 0}}},
		{"candidates, entry 1 (price): the values of a number are not found by window", []linkage.Candidate{{"price", linkage.ByWindow, 0}}},
		{"candidates: 5 are more than 4", make([]linkage.Candidate, 5)},
	}
	for _, test := range tests {
		c := linkage.Config{Fields: fields, Threshold: 0.5, Candidates: test.ways}
		err := c.Check(table)
		var wrong *linkage.Error
		switch {
		case test.want == "" && err != nil:
			t.Errorf("nothing is wrong, and Check says %v", err)
		case test.want != "" && (!errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), test.want) || wrong.Cure == ""):
			t.Errorf("%v, want %q with a cure", err, test.want)
		}
	}
}

// misheard is a table of people of whom some stand in it twice, the second time without birth day and half of them with another
// first letter of the surname, which has another sound and beginning then.
func misheard(t *testing.T, people, twice int) *linkage.Table {
	b := linkage.NewBuilder()
	if err := b.File("people", []string{"surname", "born"}); err != nil {
		t.Fatal(err)
	}
	syllables := []string{"kar", "rov", "min", "tel", "vas", "sun", "dor", "wei", "lan", "pob", "gri", "nor", "fel", "hus", "bek", "jat"}
	draw := rand.New(rand.NewPCG(1, 2))
	for i := range people {
		surname := ""
		for range 5 {
			surname += syllables[draw.IntN(len(syllables))]
		}
		born := fmt.Sprintf("%d-%02d-%02d", 1940+draw.IntN(60), 1+draw.IntN(12), 1+draw.IntN(28))
		b.Add(fmt.Sprint("r", i), []string{surname, born})
		switch {
		case i >= twice:
		case i%2 == 0:
			b.Add(fmt.Sprint("again", i), []string{"x" + surname[1:], ""})
		default:
			b.Add(fmt.Sprint("again", i), []string{surname, ""})
		}
	}
	return b.Table()
}

// TestCandidatesAskedFor: values with a slip in the first letters, which share no key that is learnt, stand together by the
// runs of letters that they share; the rule is in the report in words, with its pairs, beside all others; nothing depends on
// workers; and what was learnt can be saved and read.
func TestCandidatesAskedFor(t *testing.T) {
	t.Parallel()
	const people, twice = 4000, 600
	table := misheard(t, people, twice)
	c := linkage.Config{Fields: []linkage.Field{{Column: "surname", Kind: "word"}, {Column: "born", Kind: "date"}}, Threshold: 0.02}
	found := func(r *linkage.Result) (n int) {
		for _, l := range slices.Concat(r.Links, r.Near) {
			a, b := table.ID[l.A], table.ID[l.B]
			if "again"+a[1:] == b && strings.HasPrefix(table.Columns[0].Values[table.Columns[0].Cells[l.B]], "x") {
				n++
			}
		}
		return n
	}
	place := map[string]uint32{}
	for r, id := range table.ID {
		place[id] = uint32(r)
	}
	o := linkage.Options{Workers: 2}
	for i := range twice / 3 { // what is learnt is the same in both runs, whatever the blocks show
		o.Labels = append(o.Labels, linkage.Label{A: place[fmt.Sprint("r", i)], B: place[fmt.Sprint("again", i)], Same: true})
	}
	plain := linkage.Run(table, c, o)
	c.Candidates = []linkage.Candidate{{Column: "surname", By: linkage.ByGrams}, {Column: "surname", By: linkage.ByWindow, Size: 3}}
	if err := c.Check(table); err != nil {
		t.Fatal(err)
	}
	r := linkage.Run(table, c, o)
	before, after := found(plain), found(r)
	if before > twice/2/4 || after < twice/2*99/100 {
		t.Errorf("of %d with a slip in the first letter %d are found by the rules that were chosen and %d with those asked for", twice/2, before, after)
	}
	if r.Recall.Share() < 0.99 || plain.Recall.Share() > 0.8 {
		t.Errorf("the blocks let %v of the links through, and %v without those asked for", r.Recall.Share(), plain.Recall.Share())
	}
	if len(r.Rules) != len(plain.Rules)+2 {
		t.Fatalf("%d rules, and %d without the two that were asked for", len(r.Rules), len(plain.Rules))
	}
	if diff := cmp.Diff(plain.Rules, r.Rules[:len(plain.Rules)]); diff != "" {
		t.Errorf("the rules that were chosen are others beside those asked for:\n%s", diff)
	}
	for i, words := range []string{"surname: two rare pairs of letters in common", "surname: at most 3 places apart when sorted"} {
		if rule := r.Rules[len(plain.Rules)+i]; rule.Words != words || rule.Pairs == 0 || rule.Blocks == 0 {
			t.Errorf("rule %+v, want %q with its pairs", rule, words)
		}
	}
	o.Workers = 7
	many := linkage.Run(table, c, o)
	if diff := cmp.Diff(r, many, cmpopts.IgnoreUnexported(linkage.Result{}, linkage.Link{})); diff != "" {
		t.Errorf("two workers and seven differ:\n%s", diff)
	}
	var file bytes.Buffer
	if err := r.Save().Write(&file); err != nil {
		t.Fatal(err)
	}
	again, err := linkage.ReadSaved(&file, "m")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, again.Config()); diff != "" {
		t.Errorf("the configuration was saved otherwise:\n%s", diff)
	}
}

// TestTenThousandAlikeAskedFor: ten thousand rows of one name and its slips have a number of pairs that grows with the rows, not
// with their square.
func TestTenThousandAlikeAskedFor(t *testing.T) {
	t.Parallel()
	const n = 10_000
	b := linkage.NewBuilder()
	if err := b.File("f", []string{"company", "phone"}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		b.Add(fmt.Sprint(i), []string{"General Trading Company " + string(rune('A'+i%26)), fmt.Sprintf("0571%07d", i*7919%10_000_000)})
	}
	table := b.Table()
	c := linkage.Config{Fields: []linkage.Field{{Column: "company", Kind: "organisation"}, {Column: "phone", Kind: "phone"}}, Threshold: 0.5}
	c.Candidates = []linkage.Candidate{{"company", linkage.ByGrams, 0}, {"company", linkage.ByWindow, 0}, {"phone", linkage.ByGrams, 3}}
	if err := c.Check(table); err != nil {
		t.Fatal(err)
	}
	r := linkage.Run(table, c, linkage.Options{Workers: 2})
	for _, rule := range r.Rules {
		if rule.Pairs > 1<<21 {
			t.Errorf("%s: %d pairs", rule.Words, rule.Pairs)
		}
	}
	if windowed := r.Rules[slices.IndexFunc(r.Rules, func(r linkage.Rule) bool { return strings.Contains(r.Words, "places apart") })]; windowed.Pairs > n*9 {
		t.Errorf("a window of 5 places has %d pairs of %d rows", windowed.Pairs, n)
	}
}

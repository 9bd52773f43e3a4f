package linkage_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"probity/linkage"
)

// crowd makes a table of people of whom some stand in it twice or three times, with slips.
func crowd(t *rapid.T, entities int) *linkage.Table {
	given := rapid.SampledFrom([]string{"Anna", "Peter", "Maria", "Thomas", "Julia", "Martin", "Laura", "Felix", "Clara", "Simon", "Wei", "Fang"})
	surname := rapid.SampledFrom([]string{"Weber", "Novak", "Koch", "Costa", "Moreau", "Rossi", "Wang", "Zhang", "Okafor", "Tanaka", "Lindgren"})
	b := linkage.NewBuilder()
	if err := b.File("crowd", []string{"given_name", "surname", "born", "town"}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for range entities {
		row := []string{
			given.Draw(t, "given"), surname.Draw(t, "surname"),
			fmt.Sprintf("%d-%02d-%02d", rapid.IntRange(1940, 2005).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")),
			rapid.SampledFrom([]string{"Hangzhou", "Ningbo", "Suzhou", "Wuxi", ""}).Draw(t, "town"),
		}
		for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "times") {
			said := append([]string{}, row...)
			if at := rapid.IntRange(0, 9).Draw(t, "slip"); at < len(said) && len(said[at]) > 3 {
				said[at] = said[at][:2] + said[at][3:]
			}
			b.Add(fmt.Sprint(n), said)
			n++
		}
	}
	return b.Table()
}

// TestNothingDependsOnWorkers: the same files give the same answer on any number of cores.
func TestNothingDependsOnWorkers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		table := crowd(t, rapid.IntRange(2, 60).Draw(t, "entities"))
		c, _ := linkage.Suggest(table)
		if len(c.Fields) == 0 {
			t.Skip("nothing tells these apart")
		}
		one := linkage.Run(table, c, linkage.Options{Workers: 1})
		many := linkage.Run(table, c, linkage.Options{Workers: 7})
		if diff := cmp.Diff(one, many, cmpopts.IgnoreUnexported(linkage.Result{}, linkage.Link{})); diff != "" {
			t.Fatalf("one worker and seven differ:\n%s", diff)
		}
		if diff := cmp.Diff(one.Pairs(100), many.Pairs(100), cmpopts.IgnoreUnexported(linkage.Link{})); diff != "" {
			t.Fatalf("pairs of one worker and of seven differ:\n%s", diff)
		}
	})
}

// TestPairsAreTheClusters: every pair of a cluster is there once, none of two clusters is, each at least as probable as
// the threshold, and each link's evidence adds up to what it weighs.
func TestPairsAreTheClusters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		table := crowd(t, rapid.IntRange(2, 60).Draw(t, "entities"))
		c, _ := linkage.Suggest(table)
		if len(c.Fields) == 0 {
			t.Skip("nothing tells these apart")
		}
		r := linkage.Run(table, c, linkage.Options{Workers: 2})
		found := map[[2]uint32]int{}
		for _, l := range r.Pairs(1000) {
			found[[2]uint32{l.A, l.B}]++
			if float64(l.Probability) < c.Threshold-1e-6 {
				t.Errorf("%d and %d stand together with probability %v", l.A, l.B, l.Probability)
			}
			sum := 0.0
			for _, e := range r.Explain(l) {
				sum += e.Bits
			}
			if math.Abs(sum-float64(l.Bits)) > 0.02 {
				t.Errorf("%d and %d weigh %.3f bits, and the evidence %.3f", l.A, l.B, l.Bits, sum)
			}
		}
		for a := range uint32(len(r.Cluster)) {
			for b := a + 1; b < uint32(len(r.Cluster)); b++ {
				want := 0
				if r.Cluster[a] == r.Cluster[b] {
					want = 1
				}
				if got := found[[2]uint32{a, b}]; got != want {
					t.Errorf("%d and %d are %d times among the pairs, want %d", a, b, got, want)
				}
			}
		}
	})
}

// TestScores: by pair, by cluster, by probability.
func TestScores(t *testing.T) {
	t.Parallel()
	answer, truth := []uint32{0, 0, 0, 3, 4, 4}, []uint32{0, 0, 2, 2, 4, 4}
	if got, want := linkage.ByPair(answer, truth, 0), (linkage.Score{True: 3, Found: 4, Right: 2}); got != want {
		t.Errorf("by pair: %v, want %v", got, want)
	}
	if got, want := linkage.ByPair(answer, truth, 4), (linkage.Score{}); got != want {
		t.Errorf("across files: %v, want %v", got, want)
	}
	if got, want := linkage.ByCluster(answer, truth), (linkage.Score{True: 3, Found: 2, Right: 1}); got != want {
		t.Errorf("by cluster: %v, want %v", got, want)
	}
	judged := []linkage.Judged{{0.9, true}, {0.9, true}, {0.6, false}, {0.55, true}}
	want := []linkage.Point{
		{Threshold: 0.9, Precision: 1, Recall: 0.5, F1: 2.0 / 3, Pairs: 2},
		{Threshold: 0.6, Precision: 2.0 / 3, Recall: 0.5, F1: 4.0 / 7, Pairs: 3},
		{Threshold: 0.55, Precision: 0.75, Recall: 0.75, F1: 0.75, Pairs: 4},
	}
	if diff := cmp.Diff(want, linkage.Curve(judged, 4, 10), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("curve (-want +got):\n%s", diff)
	}
	if got := linkage.Curve(judged, 4, 2); len(got) != 2 || got[0] != want[0] || got[1].Pairs != 4 {
		t.Errorf("two points of the curve: %v", got)
	}
	buckets := []linkage.Bucket{{From: 0.5, To: 0.6, Pairs: 1, Said: 0.55, Is: 1}, {From: 0.6, To: 0.7, Pairs: 1, Said: 0.6}, {From: 0.9, To: 1, Pairs: 2, Said: 0.9, Is: 1}}
	if diff := cmp.Diff(buckets, linkage.Calibration(judged), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("calibration (-want +got):\n%s", diff)
	}
}

// TestWhatSaysTooLittle: a record with nothing but a common town cannot be linked to anything, and is named.
func TestWhatSaysTooLittle(t *testing.T) {
	t.Parallel()
	b := linkage.NewBuilder()
	if err := b.File("f", []string{"name", "town"}); err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		k := i / 2
		b.Add(fmt.Sprint(i), []string{fmt.Sprintf("%c%c%c%c", 'A'+k%26, 'a'+k%7, 'a'+k%11, 'a'+k%23), []string{"Wuxi", "Ningbo", "Suzhou"}[k%3]})
	}
	b.Add("alone", []string{"", "Wuxi"})
	b.Add("silent", []string{"", ""})
	table := b.Table()
	c := linkage.Config{Fields: []linkage.Field{{Column: "name", Kind: "word"}, {Column: "town", Kind: "word"}}, Threshold: 0.5}
	r := linkage.Run(table, c, linkage.Options{})
	if diff := cmp.Diff([]uint32{200, 201}, r.Unlinkable()); diff != "" {
		t.Errorf("unlinkable (-want +got):\n%s", diff)
	}
}

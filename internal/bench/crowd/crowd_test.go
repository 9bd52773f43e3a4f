package crowd_test

import (
	"bytes"
	"strings"
	"testing"

	"probity/internal/bench/crowd"
	"probity/scorecard"
	"probity/scorecard/population"
)

func crowdOf(tb testing.TB, subjects int) *crowd.Crowd {
	tb.Helper()
	c, err := crowd.Make(subjects)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// TestCrowd demands that the same size makes the same records, about as many as it says; that the ratings are spread
// over all bands, so that what is measured is no empty run; and that whoever has no records has the score of nobody.
func TestCrowd(t *testing.T) {
	t.Parallel()
	const subjects = 3000
	c := crowdOf(t, subjects)
	var one, other bytes.Buffer
	if err := c.Write(&one); err != nil {
		t.Fatal(err)
	}
	if err := crowdOf(t, subjects).Write(&other); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), other.Bytes()) {
		t.Error("two populations of the same size differ")
	}
	if n := bytes.Count(one.Bytes(), []byte("\n")); n != c.Records || n < 19*subjects || n > 21*subjects {
		t.Errorf("%d lines of %d records of %d subjects", n, c.Records, subjects)
	}
	results := c.Plan.NewEvaluator().Evaluate(c.Facts, c.At)
	bands := map[int]int{}
	for i := range subjects {
		bands[results.Band(i)]++
		if want := c.Band(results.Score(i)); c.Plan.Band(results.Band(i)).Name.Text != want {
			t.Fatalf("score %d is in band %d, and SQL says %s", results.Score(i), results.Band(i), want)
		}
	}
	for band := range 3 {
		if bands[band] < subjects/100 {
			t.Errorf("%d of %d subjects are in band %d", bands[band], subjects, band)
		}
	}
	b := scorecard.NewBuilder(c.Plan.Layout())
	b.Subject()
	if got := c.Plan.NewEvaluator().Evaluate(b.Facts(), c.At).Score(0); got != c.Nobody() {
		t.Errorf("a subject without records has score %d, and SQL says %d", got, c.Nobody())
	}
	for name, sql := range map[string]string{"plain": c.Plain(), "masked": c.Masked(), "ruled": c.Ruled(), "masks": c.Masks(), "rules": c.Rules()} {
		if strings.Contains(sql, "%!") {
			t.Errorf("%s is misformed: %s", name, sql)
		}
	}
}

// BenchmarkCrowd rates a small population on one core; `make bench ONLY=population` is the figure.
func BenchmarkCrowd(b *testing.B) {
	c := crowdOf(b, 200_000)
	r := population.Run{Facts: c.Facts, Plans: []*scorecard.Plan{c.Plan}, At: c.At, Workers: 1}
	for b.Loop() {
		if err := r.Rate(b.Context(), func(population.Block) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(c.Records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

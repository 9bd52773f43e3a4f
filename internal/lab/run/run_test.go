package run_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/lab/outcome"
	"probity/internal/lab/policy"
	"probity/internal/lab/population"
	"probity/internal/lab/run"
)

func config(tb testing.TB, preset string) run.Config {
	tb.Helper()
	w, err := population.Builtin()
	if err != nil {
		tb.Fatal(err)
	}
	p, err := policy.Preset(preset)
	if err != nil {
		tb.Fatal(err)
	}
	set, err := run.Parameters()
	if err != nil {
		tb.Fatal(err)
	}
	return run.Config{World: w, Policy: p, Parameters: set, Seed: 1, People: 10_000, Months: 36, Replications: 1, Start: calendar.MustParse("2025-12-31"), Workers: 2}
}

func mustRun(tb testing.TB, c run.Config) *run.Result {
	tb.Helper()
	r, err := run.Run(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// TestSameSeedSameBytes: one worker or three, the same tallies; another seed, others.
func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	c := config(t, "coercive-score")
	c.Replications, c.People, c.Months = 2, 7000, 14
	c.Workers = 1
	one := mustRun(t, c)
	c.Workers = 3
	if d := cmp.Diff(one.Replications, mustRun(t, c).Replications); d != "" {
		t.Errorf("three workers give another result: %s", d)
	}
	if cmp.Equal(one.Replications[0], one.Replications[1]) {
		t.Error("two replications have the same seed")
	}
}

// TestTheCoerciveScoreHarmsTheInnocent: under the law-bound policy nobody is restricted who owes nothing, but for wrong
// entries of the list; under one score with sanctions people are, and their files hold more errors for longer.
func TestTheCoerciveScoreHarmsTheInnocent(t *testing.T) {
	t.Parallel()
	value := func(preset, code string) float64 {
		r := mustRun(t, config(t, preset))
		for _, m := range outcome.Metrics() {
			if m.Code == code {
				return m.Of(r.Replications[0])
			}
		}
		t.Fatalf("no metric %s", code)
		return 0
	}
	for _, code := range []string{"wrongful_restriction", "with_error", "dispute_wait"} {
		if lawful, coercive := value("law-bound-2026", code), value("coercive-score", code); !(coercive > 1.5*lawful) {
			t.Errorf("%s: %v under the law, %v under one score", code, lawful, coercive)
		}
	}
}

// BenchmarkBaseline runs the baseline preset: 10 panels for five years, with ratings every month.
func BenchmarkBaseline(b *testing.B) {
	c := config(b, "law-bound-2026")
	c.People, c.Months = 20*population.PanelSize, 60
	b.ReportAllocs()
	for b.Loop() {
		mustRun(b, c)
	}
	b.ReportMetric(float64(c.People*c.Months)*float64(b.N)/b.Elapsed().Seconds(), "person-months/s")
}

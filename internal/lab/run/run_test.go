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

// TestTrace: one person's life is the same whether it is watched or not, and the same luck under two policies.
func TestTrace(t *testing.T) {
	t.Parallel()
	c := config(t, "coercive-score")
	c.Months = 24
	one, err := run.Trace(c, 2100)
	if err != nil {
		t.Fatal(err)
	}
	other := config(t, "law-bound-2026")
	other.Months = 24
	two, err := run.Trace(other, 2100)
	if err != nil {
		t.Fatal(err)
	}
	if one.Identifier != two.Identifier || !cmp.Equal(one.About, two.About) || len(one.Moments) != 24 || one.Moments[5].Band == "" {
		t.Errorf("%+v\n%+v", one, two)
	}
	if _, err := run.Trace(c, c.People); err == nil {
		t.Error("a person beyond the last one has a life")
	}
}

// TestCompare: a policy against itself changes nothing for anybody, against another it does, and the first side is what a
// run alone gives.
func TestCompare(t *testing.T) {
	t.Parallel()
	c := config(t, "law-bound-2026")
	c.People, c.Months = 5000, 18
	same, err := run.Compare(t.Context(), c, c.Policy)
	if err != nil {
		t.Fatal(err)
	}
	if p := same.Pairs[0]; p.Same != 5000 || p.People() != 5000 {
		t.Errorf("against itself: %+v", p)
	}
	if d := cmp.Diff(mustRun(t, c).Replications, same.Before.Replications); d != "" {
		t.Errorf("a run beside another is another run: %s", d)
	}
	worse, err := run.Compare(t.Context(), c, config(t, "first-reported").Policy)
	if err != nil {
		t.Fatal(err)
	}
	if p := worse.Pairs[0]; p.Worse <= p.Better {
		t.Errorf("under the whole design as first reported %+v", p)
	}
}

// TestSweep: what matters moves the measure, and what does not leaves it where it is.
func TestSweep(t *testing.T) {
	t.Parallel()
	c := config(t, "law-bound-2026")
	c.People, c.Months = 2000, 6
	rows, err := run.Sweep(t.Context(), c, "with_error", []string{"fault.first_stock", "fault.link_name_city"}, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rows[0].Mean < 5 || rows[1].Mean != 0 {
		t.Errorf("%+v", rows)
	}
	if _, err := run.Sweep(t.Context(), c, "with_errors", nil, 1, nil); err == nil {
		t.Error("a measure that does not exist was swept")
	}
}

// TestBenchmarkIsWhatTheFigureSays holds the person-months of an operation, by which package bench divides.
func TestBenchmarkIsWhatTheFigureSays(t *testing.T) {
	t.Parallel()
	if population.PanelSize != 2048 {
		t.Errorf("a panel holds %d: change labPersonMonths in internal/bench", population.PanelSize)
	}
}

// TestEveryPresetRuns: all of them, and the amnesty, faster forgetting and name matching do what they say.
func TestEveryPresetRuns(t *testing.T) {
	t.Parallel()
	all, err := policy.Presets()
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, "law-bound-2026")
	c.People, c.Months = 6000, 18
	value := map[string]map[string]float64{}
	for _, p := range all {
		c.Policy = p
		r := mustRun(t, c)
		value[p.Code()] = map[string]float64{}
		for _, m := range outcome.Metrics() {
			value[p.Code()][m.Code] = m.Of(r.Replications[0])
		}
	}
	for _, x := range []struct{ more, less, metric string }{
		{"joint-punishment-2016", "law-bound-2026", "wrongful_restriction"},
		{"first-reported", "coercive-score", "wrongful_restriction"},
		{"first-reported", "law-bound-2026", "legality_gap"},
		{"error-shock", "law-bound-2026", "with_error"},
		{"appeal-slow", "law-bound-2026", "dispute_wait"},
		{"law-bound-2026", "forget-faster", "with_error"},
		{"low-and-grow", "bureau-only", "credit"},
		{"incentive-city", "law-bound-2026", "benefits"},
		{"incentive-city", "law-bound-2026", "service"},
	} {
		if a, b := value[x.more][x.metric], value[x.less][x.metric]; !(a > b) {
			t.Errorf("%s: %v under %s, %v under %s", x.metric, a, x.more, b, x.less)
		}
	}
}

package validate_test

import (
	"math"
	"testing"

	"probity/develop/validate"
)

func list(good, bad []int64) []validate.Scored {
	var out []validate.Scored
	for _, s := range good {
		out = append(out, validate.Scored{Score: s})
	}
	for _, s := range bad {
		out = append(out, validate.Scored{Score: s, Bad: true})
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestFigures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		good, bad []int64
		auc, ks   float64
	}{
		"apart":         {[]int64{3, 4}, []int64{1, 2}, 1, 1},
		"upside down":   {[]int64{1, 2}, []int64{3, 4}, 0, 0},
		"all the same":  {[]int64{7, 7}, []int64{7, 7}, 0.5, 0},
		"a tie is half": {[]int64{2, 3}, []int64{2, 1}, 0.875, 0.5},
		"one kind":      {[]int64{2, 3}, nil, 0.5, 0},
	} {
		f := validate.Of(validate.Levels(list(c.good, c.bad)))
		if !near(f.AUC, c.auc) || !near(f.KS, c.ks) || f.Rows != len(c.good)+len(c.bad) || f.Bad != len(c.bad) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestIntervalsHoldTheFigure: and shrink as rows are added.
func TestIntervalsHoldTheFigure(t *testing.T) {
	t.Parallel()
	width := func(times int) float64 {
		var good, bad []int64
		for i := range times {
			good, bad = append(good, int64(i%10)), append(bad, int64(i%7))
		}
		levels := validate.Levels(list(good, bad))
		i, f := validate.Bootstrap(levels, 200, 1), validate.Of(levels)
		if f.AUC < i.AUC.Low || f.AUC > i.AUC.High || i.AUC.Low == i.AUC.High || !near(i.Gini.Low, 2*i.AUC.Low-1) {
			t.Errorf("%d rows: %v outside %+v", 2*times, f.AUC, i)
		}
		return i.AUC.High - i.AUC.Low
	}
	if few, many := width(70), width(7000); many > few/5 {
		t.Errorf("the interval is %v of few rows and %v of many", few, many)
	}
}

func TestCalibration(t *testing.T) {
	t.Parallel()
	var good, bad []int64
	for i := range 100 {
		if i%4 == 0 {
			bad = append(bad, int64(i))
		} else {
			good = append(good, int64(i))
		}
	}
	quarter := func(int64) float64 { return 0.25 }
	levels := validate.Levels(list(good, bad))
	groups := validate.Calibrate(levels, 10, quarter)
	rows, found, expected := 0, 0, 0.0
	for i, g := range groups {
		rows, found, expected = rows+g.Rows, found+g.Bad, expected+g.Expected
		if i > 0 && g.From <= groups[i-1].To || g.Rate < g.Interval.Low || g.Rate > g.Interval.High {
			t.Errorf("group %d: %+v", i, g)
		}
	}
	if len(groups) != 10 || rows != 100 || found != 25 || !near(expected, 25) {
		t.Errorf("%d groups of %d rows, %d bad, %v expected", len(groups), rows, found, expected)
	}
	if b := validate.Brier(levels, quarter); !near(b, 0.25*0.75) {
		t.Errorf("Brier %v", b)
	}
}

func TestStability(t *testing.T) {
	t.Parallel()
	if s := validate.Stability([]float64{10, 20, 30}, []float64{100, 200, 300}); !near(s, 0) {
		t.Errorf("the same shares: %v", s)
	}
	want := (0.6-0.5)*math.Log(0.6/0.5) + (0.4-0.5)*math.Log(0.4/0.5)
	if s := validate.Stability([]float64{50, 50}, []float64{60, 40}); !near(s, want) {
		t.Errorf("%v, want %v", s, want)
	}
	// The 95th percentile of chi-squared with 9 degrees of freedom is 16.92.
	if l := validate.StabilityLimit(1000, 1000, 10); math.Abs(l-2.0/1000*16.92) > 0.0005 {
		t.Errorf("limit %v", l)
	}
}

func TestWilson(t *testing.T) {
	t.Parallel()
	// Published: 10 of 100 is 0.0552 to 0.1744.
	if i := validate.Wilson(10, 100); math.Abs(i.Low-0.0552) > 5e-5 || math.Abs(i.High-0.1744) > 5e-5 {
		t.Errorf("%+v", i)
	}
	if i := validate.Wilson(0, 0); i.Low != 0 || i.High != 1 {
		t.Errorf("of nothing: %+v", i)
	}
}

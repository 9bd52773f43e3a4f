package impact_test

import (
	"math"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/impact"
)

// TestChiSquared compares with printed tables of the quantiles.
func TestChiSquared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		probability float64
		freedom     int
		want        float64
	}{{0.95, 1, 3.841}, {0.95, 9, 16.919}, {0.99, 9, 21.666}, {0.90, 2, 4.605}, {0.999, 12, 32.910}, {0.95, 19, 30.144}} {
		if got := impact.ChiSquared(c.probability, c.freedom); math.Abs(got-c.want) > 0.0006 {
			t.Errorf("%g with %d degrees of freedom: %.4f, want %.3f", c.probability, c.freedom, got, c.want)
		}
	}
}

// TestStability compares with an index reckoned by hand, and holds that an empty bin gives a number.
func TestStability(t *testing.T) {
	t.Parallel()
	if got := impact.Stability([]int64{50, 50}, []int64{60, 40}); math.Abs(got-(0.1*math.Log(1.2)-0.1*math.Log(0.8))) > 1e-12 {
		t.Errorf("%g", got)
	}
	if got := impact.Stability([]int64{50, 0, 50}, []int64{40, 20, 40}); math.IsInf(got, 0) || math.IsNaN(got) || got < 0.1 {
		t.Errorf("with an empty bin: %g", got)
	}
	if got := impact.Stability([]int64{0, 7}, []int64{0, 7}); got != 0 {
		t.Errorf("of equal distributions: %g", got)
	}
	if a, b := impact.Chance(0.95, 10, 100, 100), impact.Chance(0.95, 10, 10_000, 10_000); a < 0.25 || b > 0.01 {
		t.Errorf("the limit does not follow the number of subjects: %g and %g", a, b)
	}
}

// TestLimits: what is wrong with a file of limits is said.
func TestLimits(t *testing.T) {
	t.Parallel()
	good := string(impact.LimitsFile)
	for _, c := range [][3]string{
		{"below: 11", "below: 1", "hides nothing"}, {"act: 0.25", "act: 0.05", "act is above watch"}, {"probability: 0.95", "probability: 1", "between 0 and 1"},
		{"by: [1, 2, 5, 10]", "by: [2, 1]", "does not ascend"}, {"is: P30D", "is: P0D", "good_for"}, {"below: 300}", "below: 10}", "does not end above"},
		{"is: 20, checked: own", "is: 20, checked: yes", "no source"}, {"is: 20", "number: 20", "cannot be read"},
	} {
		text := strings.Replace(good, c[0], c[1], 1)
		if text == good {
			t.Fatalf("the file has no %q", c[0])
		}
		if _, err := impact.ParseLimits("limits.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v", c[1], err)
		}
	}
	if l := impact.BuiltIn().On(calendar.MustParse("2030-01-01")); l.Small.Below != 11 {
		t.Errorf("%+v", l.Small)
	}
}

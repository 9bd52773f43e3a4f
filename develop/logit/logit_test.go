package logit_test

import (
	"errors"
	"math"
	"testing"

	"probity/develop/logit"
)

// two is a table of four cells: a characteristic of two values, with good and bad counts as weights.
func two(goodA, badA, goodB, badB float64) logit.Data {
	return logit.Data{
		Bins: [][]uint8{{0, 1}}, Values: [][]float64{{0, 1}},
		Good: []float64{goodA, goodB}, Bad: []float64{badA, badB}, Rows: []int32{0, 1},
	}
}

// TestWithoutPenaltyTheOddsAreThoseCounted: the fit of a saturated model is known.
func TestWithoutPenaltyTheOddsAreThoseCounted(t *testing.T) {
	t.Parallel()
	f, err := logit.Solve(two(30, 10, 80, 20), logit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(f.Intercept-math.Log(3)) > 1e-6 || math.Abs(f.Coefficients[0]-math.Log(4.0/3)) > 1e-6 {
		t.Errorf("%+v, want ln 3 and ln 4/3", f)
	}
}

// TestThePenaltyIsMinded: at the top the slope of the likelihood is the penalty times the coefficient.
func TestThePenaltyIsMinded(t *testing.T) {
	t.Parallel()
	d := two(30, 10, 90, 5)
	for _, penalty := range []float64{0.5, 7, 1000} {
		f, err := logit.Solve(d, logit.Options{Penalty: penalty, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		p := 1 / (1 + math.Exp(-f.Intercept-f.Coefficients[0]))
		q := 1 / (1 + math.Exp(-f.Intercept))
		slope, level := 90-95*p, 120-95*p-40*q
		if math.Abs(slope-penalty*f.Coefficients[0]) > 1e-3 || math.Abs(level) > 1e-3 {
			t.Errorf("penalty %v: slope %v, coefficient %v, level %v", penalty, slope, f.Coefficients[0], level)
		}
	}
}

// TestWorkersDoNotMatter: to the last bit.
func TestWorkersDoNotMatter(t *testing.T) {
	t.Parallel()
	d := logit.Data{Bins: [][]uint8{nil, nil}, Values: [][]float64{{-0.3, 0.1, 0.7}, {0.2, -0.4}}}
	for i := range 5000 {
		d.Bins[0], d.Bins[1] = append(d.Bins[0], uint8(i%3)), append(d.Bins[1], uint8(i/7%2))
		d.Good, d.Bad = append(d.Good, float64(i%5/2)), append(d.Bad, float64(i%4/3))
		d.Rows = append(d.Rows, int32(i))
	}
	one, err := logit.Solve(d, logit.Options{Penalty: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	three, err := logit.Solve(d, logit.Options{Penalty: 1, Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	if one.Intercept != three.Intercept || one.Coefficients[0] != three.Coefficients[0] || one.Coefficients[1] != three.Coefficients[1] {
		t.Errorf("%+v and %+v", one, three)
	}
	if eta := one.Intercept + one.Coefficients[0]*0.7 + one.Coefficients[1]*0.2; one.Score(&d, 2) != eta {
		t.Errorf("row 2 scores %v, want %v", one.Score(&d, 2), eta)
	}
}

func TestNoOutcomeNoFit(t *testing.T) {
	t.Parallel()
	if f, err := logit.Solve(two(5, 0, 8, 0), logit.Options{}); err == nil {
		t.Errorf("without a bad one: %+v", f)
	}
	// Without a penalty a value of good ones alone has no finite coefficient.
	if f, err := logit.Solve(two(5, 5, 8, 0), logit.Options{}); err == nil && f.Coefficients[0] < 10 {
		t.Errorf("perfectly parted: %+v", f)
	} else if err != nil && !errors.Is(err, logit.ErrNotConverged) {
		t.Errorf("perfectly parted: %v", err)
	}
}

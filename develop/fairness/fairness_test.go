package fairness_test

import (
	"encoding/json"
	"math"
	"testing"

	"probity/develop/fairness"
	"probity/develop/validate"
)

func group(approvedGood, approvedBad, refusedGood, refusedBad int) []validate.Scored {
	var out []validate.Scored
	for _, c := range []struct {
		n     int
		score int64
		bad   bool
	}{{approvedGood, 600, false}, {approvedBad, 600, true}, {refusedGood, 400, false}, {refusedBad, 400, true}} {
		for range c.n {
			out = append(out, validate.Scored{Score: c.score, Bad: c.bad})
		}
	}
	return out
}

func TestGroups(t *testing.T) {
	t.Parallel()
	chance := func(s int64) float64 {
		if s >= 500 {
			return 0.1
		}
		return 0.5
	}
	r := fairness.Of("sex", 500, []string{"f", "m", "few"}, [][]validate.Scored{group(300, 20, 480, 200), group(720, 80, 100, 100), group(5, 0, 0, 0)}, chance)
	if len(r.Groups) != 2 || r.Suppressed != 1 {
		t.Fatalf("%d groups, %d suppressed", len(r.Groups), r.Suppressed)
	}
	f, m := r.Groups[0], r.Groups[1]
	near := func(what string, have, want float64) {
		t.Helper()
		if math.Abs(have-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", what, have, want)
		}
	}
	near("approved", f.Approved, 0.32)
	near("impact", f.Impact, 0.4)
	near("impact of the best", m.Impact, 1)
	near("opportunity", f.Opportunity, 300.0/780)
	near("expected", f.Expected, (320*0.1+680*0.5)/1000)
	near("found", f.Rate, 0.22)
	if !f.Adverse() || m.Adverse() {
		t.Errorf("adverse: %v %v", f.ImpactInterval, m.ImpactInterval)
	}
	// Where nobody is approved, nobody is less than others, and the report is still JSON.
	none := fairness.Of("sex", 700, []string{"f", "m"}, [][]validate.Scored{group(30, 2, 10, 5), group(24, 2, 6, 3)}, chance)
	if g := none.Groups[0]; g.Impact != 1 || g.Adverse() {
		t.Errorf("impact %v, adverse %v", g.Impact, g.Adverse())
	}
	if _, err := json.Marshal(none); err != nil {
		t.Error(err)
	}
	// Few rows are no proof.
	small := fairness.Of("sex", 500, []string{"f", "m"}, [][]validate.Scored{group(18, 2, 10, 5), group(24, 2, 6, 3)}, chance)
	if g := small.Groups[0]; g.Impact >= 0.8 || g.Adverse() {
		t.Errorf("impact %v, adverse %v", g.Impact, g.Adverse())
	}
}

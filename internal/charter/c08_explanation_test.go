package charter_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"probity/internal/charter"
	"probity/internal/record"
)

func explanation() charter.Explanation {
	return charter.Explanation{
		Subject: company.ID, Model: "company-score", Version: 3, Digest: digestHex, Rated: true, Score: 640, Band: "B", Base: 500,
		Characteristics: []charter.Part{
			{Name: "penalties", Points: -60, Records: []record.ID{1, 2}}, {Name: "months_on_file", Points: 240},
		},
		Adjustments: []charter.Part{{Name: "cap conduct", Points: -40}},
	}
}

func TestC8ServesOnlyTheExplained(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(*charter.Explanation)
		want  string
	}{
		{"exact", func(*charter.Explanation) {}, ""},
		{"a point too many", func(e *charter.Explanation) { e.Score++ }, "C8: exact decomposition"},
		{"an adjustment left out", func(e *charter.Explanation) { e.Adjustments = nil }, "C8: exact decomposition"},
		{"a part without a name", func(e *charter.Explanation) { e.Characteristics[0].Name = "" }, "C8: name of each part"},
		{"no model file", func(e *charter.Explanation) { e.Digest = "" }, "C8: model"},
		{"no band", func(e *charter.Explanation) { e.Band = "" }, "C8: band"},
		{"not rated, no reason", func(e *charter.Explanation) { e.Rated = false }, "C8: reason"},
		{"not rated, with a reason", func(e *charter.Explanation) { e.Rated, e.WhyNot, e.Score = false, []string{"NR0"}, 0 }, ""},
		{"wraps around to the score", func(e *charter.Explanation) {
			e.Base = math.MaxInt64
			e.Characteristics = []charter.Part{{Name: "a", Points: math.MaxInt64}, {Name: "b", Points: 2}}
			e.Adjustments, e.Score = nil, 0
		}, "C8: exact decomposition"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := explanation()
			c.spoil(&e)
			p, err := charter.PermitAnswer(e)
			wantRefusal(t, err, c.want)
			if (p.Explanation() == nil) != (c.want != "") {
				t.Errorf("the permit carries %v", p.Explanation())
			}
		})
	}
}

// TestC8Property: a rating is served if and only if base, points and adjustments are the score, and what is served
// cannot be changed behind the permit's back.
func TestC8Property(t *testing.T) {
	t.Parallel()
	parts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) charter.Part {
		return charter.Part{Name: "p", Points: rapid.Int64Range(-1000, 1000).Draw(t, "points")}
	}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		e := explanation()
		e.Base = rapid.Int64Range(-1000, 1000).Draw(t, "base")
		e.Characteristics, e.Adjustments = parts.Draw(t, "characteristics"), parts.Draw(t, "adjustments")
		sum := e.Base
		for _, p := range append(append([]charter.Part(nil), e.Characteristics...), e.Adjustments...) {
			sum += p.Points
		}
		off := rapid.SampledFrom([]int64{0, 0, 1, -1, 50}).Draw(t, "off by")
		e.Score = sum + off
		served, err := charter.PermitAnswer(e)
		if off != 0 {
			wantRefusal(t, err, "C8: exact decomposition")
			return
		}
		if err != nil {
			t.Fatalf("an exact explanation was refused: %v", err)
		}
		if len(e.Characteristics) > 0 {
			e.Characteristics[0].Points += 5
			if served.Explanation().Characteristics[0].Points == e.Characteristics[0].Points {
				t.Fatal("what was permitted changed afterwards")
			}
		}
	})
}

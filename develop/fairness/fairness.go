// Package fairness says what a cut-off on a score means for groups that the model never sees: who is approved, who of the
// good ones is, and whether a score promises each group the same. Higher scores are better ones.
package fairness

import (
	"math"

	"probity/develop/validate"
)

// Least is how many rows a group must have to be shown: of fewer nothing can be said, and single people would be.
const Least = 30

// Group is what a cut-off means for one group.
type Group struct {
	Name string `json:"group"`
	Rows int    `json:"rows"`
	Bad  int    `json:"bad"`
	// Approved is the share at or above the cut-off, with the interval of Wilson.
	Approved         float64           `json:"approved"`
	ApprovedInterval validate.Interval `json:"approved_interval"`
	// Impact is the share approved over that of the group with the greatest, with an interval of 95 per cent by the logarithm of
	// the ratio: below 0.8 is what is commonly called adverse impact.
	Impact         float64           `json:"impact"`
	ImpactInterval validate.Interval `json:"impact_interval"`
	// Opportunity is the share of the good ones that is approved.
	Opportunity         float64           `json:"opportunity"`
	OpportunityInterval validate.Interval `json:"opportunity_interval"`
	// Expected and Rate are the share of bad ones that the scores promise and that there is, with the interval of Wilson.
	Expected     float64           `json:"expected"`
	Rate         float64           `json:"bad_rate"`
	RateInterval validate.Interval `json:"bad_rate_interval"`
	Figures      validate.Figures  `json:"figures"`
}

// Adverse tells whether the interval of the impact lies below four fifths: chance alone does not explain it.
func (g *Group) Adverse() bool { return g.ImpactInterval.High < 0.8 }

// Report is what a cut-off means for the groups of one column.
type Report struct {
	Column string  `json:"column"`
	CutOff int64   `json:"cut_off"`
	Groups []Group `json:"groups"`
	// Suppressed is how many groups have fewer than Least rows.
	Suppressed int `json:"suppressed"`
}

// Of makes the report. groups are the names of the groups in the order they are shown, by which rows are listed; chance
// is the chance of a bad outcome that a score means.
func Of(column string, cutOff int64, names []string, rows [][]validate.Scored, chance func(int64) float64) Report {
	r := Report{Column: column, CutOff: cutOff}
	var approved []int
	for i, list := range rows {
		if len(list) < Least {
			if len(list) > 0 {
				r.Suppressed++
			}
			continue
		}
		g := Group{Name: names[i], Figures: validate.Of(validate.Levels(list))}
		g.Rows, g.Bad = g.Figures.Rows, g.Figures.Bad
		a, ga := 0, 0
		for _, s := range list {
			g.Expected += chance(s.Score)
			if s.Score >= cutOff {
				a++
				if !s.Bad {
					ga++
				}
			}
		}
		n := len(list)
		g.Expected /= float64(n)
		g.Rate, g.RateInterval = share(g.Bad, n), validate.Wilson(g.Bad, n)
		g.Approved, g.ApprovedInterval = share(a, n), validate.Wilson(a, n)
		g.Opportunity, g.OpportunityInterval = share(ga, n-g.Bad), validate.Wilson(ga, n-g.Bad)
		r.Groups = append(r.Groups, g)
		approved = append(approved, a)
	}
	best := 0
	for i := range r.Groups {
		if r.Groups[i].Approved > r.Groups[best].Approved {
			best = i
		}
	}
	for i := range r.Groups {
		g, top := &r.Groups[i], &r.Groups[best]
		g.Impact, g.ImpactInterval = ratio(approved[i], g.Rows, approved[best], top.Rows)
		if i == best {
			g.ImpactInterval = validate.Interval{Low: 1, High: 1}
		}
	}
	return r
}

func share(k, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}

// ratio is a/n over b/m with its interval; half a row stands in for none.
func ratio(a, n, b, m int) (float64, validate.Interval) {
	if b == 0 {
		return 1, validate.Interval{Low: 0, High: 1} // nobody is approved anywhere, and nobody less than others
	}
	x, y := max(float64(a), 0.5), float64(b)
	r := x / float64(n) / (y / float64(m))
	spread := 1.959964 * math.Sqrt(max(1/x-1/float64(n)+1/y-1/float64(m), 0))
	return share(a, n) / share(b, m), validate.Interval{Low: r * math.Exp(-spread), High: r * math.Exp(spread)}
}

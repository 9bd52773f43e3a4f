// Package validate says how well scores tell good outcomes from bad ones, how far they can be trusted as odds, and whether
// two populations are alike. Higher scores are better ones. Everything is of whole scores, so that ties are ties.
package validate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Scored is a score and what became of it.
type Scored struct {
	Score int64
	Bad   bool
}

// Figures say how well scores discriminate.
type Figures struct {
	Rows int `json:"rows"`
	Bad  int `json:"bad"`
	// AUC is the chance that of a good one and a bad one the good one has the higher score, ties counted half; Gini is twice
	// that less 1; KS is the greatest distance between the two distributions.
	AUC  float64 `json:"auc"`
	Gini float64 `json:"gini"`
	KS   float64 `json:"ks"`
}

// Level is how many there are at one score.
type Level struct {
	Score     int64
	Good, Bad float64
}

// Levels are the scores that occur, ascending.
func Levels(list []Scored) []Level {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Scored) int {
		switch {
		case a.Score < b.Score:
			return -1
		case a.Score > b.Score:
			return 1
		}
		return 0
	})
	var out []Level
	for _, s := range sorted {
		if len(out) == 0 || out[len(out)-1].Score != s.Score {
			out = append(out, Level{Score: s.Score})
		}
		if l := &out[len(out)-1]; s.Bad {
			l.Bad++
		} else {
			l.Good++
		}
	}
	return out
}

// Of computes the figures; AUC is 0.5 and KS 0 where one of the outcomes is missing.
func Of(levels []Level) Figures {
	var good, bad float64
	for _, l := range levels {
		good, bad = good+l.Good, bad+l.Bad
	}
	f := Figures{Rows: int(good + bad), Bad: int(bad), AUC: 0.5}
	if good == 0 || bad == 0 {
		return f
	}
	var area, g, b float64
	for _, l := range levels {
		area += l.Good * (b + l.Bad/2)
		g, b = g+l.Good, b+l.Bad
		f.KS = max(f.KS, b/bad-g/good)
	}
	f.AUC = area / (good * bad)
	f.Gini = 2*f.AUC - 1
	return f
}

// Interval is where a figure lies in 19 of 20 samples drawn anew from the rows (the percentiles 2.5 and 97.5).
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Intervals are those of AUC and KS.
type Intervals struct {
	AUC  Interval `json:"auc"`
	Gini Interval `json:"gini"`
	KS   Interval `json:"ks"`
}

// Bootstrap counts each row anew as often as chance has it (the Poisson bootstrap), so many times. It takes the same time for any
// number of rows.
func Bootstrap(levels []Level, times int, seed uint64) Intervals {
	random := rand.New(rand.NewPCG(seed, 0x8cb92ba72f3d8dd7))
	var auc, ks []float64
	drawn := slices.Clone(levels)
	for range times {
		for i := range drawn {
			drawn[i].Good, drawn[i].Bad = poisson(random, levels[i].Good), poisson(random, levels[i].Bad)
		}
		f := Of(drawn)
		auc, ks = append(auc, f.AUC), append(ks, f.KS)
	}
	i := Intervals{AUC: Percentiles(auc), KS: Percentiles(ks)}
	i.Gini = Interval{2*i.AUC.Low - 1, 2*i.AUC.High - 1}
	return i
}

// poisson draws how often something comes that comes mean times on average; large ones as the normal distribution has it.
func poisson(random *rand.Rand, mean float64) float64 {
	if mean > 50 {
		return max(0, math.Round(mean+math.Sqrt(mean)*random.NormFloat64()))
	}
	n, p, limit := -1.0, 1.0, math.Exp(-mean)
	for p >= limit {
		p *= random.Float64()
		n++
		if mean == 0 {
			return 0
		}
	}
	return n
}

// Percentiles are the 2.5th and 97.5th of some values, 0 of none.
func Percentiles(values []float64) Interval {
	if len(values) == 0 {
		return Interval{}
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	pick := func(p float64) float64 { return sorted[int(math.Round(p*float64(len(sorted)-1)))] }
	return Interval{pick(0.025), pick(0.975)}
}

// Calibration is a group of neighbouring scores: how many bad ones the scale promises, and how many there were.
type Calibration struct {
	From     int64   `json:"from"`
	To       int64   `json:"to"`
	Rows     int     `json:"rows"`
	Bad      int     `json:"bad"`
	Expected float64 `json:"expected"`
	// Share of bad ones with the interval of Wilson.
	Rate     float64  `json:"rate"`
	Interval Interval `json:"interval"`
}

// Calibrate parts the levels into groups of about equal size and holds each against the chance of a bad outcome that a
// score means.
func Calibrate(levels []Level, groups int, chance func(score int64) float64) []Calibration {
	total := 0.0
	for _, l := range levels {
		total += l.Good + l.Bad
	}
	var out []Calibration
	seen := 0.0
	for _, l := range levels {
		if n := len(out); n == 0 || seen >= total*float64(n)/float64(groups) {
			out = append(out, Calibration{From: l.Score})
		}
		c := &out[len(out)-1]
		c.To = l.Score
		c.Rows += int(l.Good + l.Bad)
		c.Bad += int(l.Bad)
		c.Expected += (l.Good + l.Bad) * chance(l.Score)
		seen += l.Good + l.Bad
	}
	for i := range out {
		c := &out[i]
		c.Rate = float64(c.Bad) / float64(c.Rows)
		c.Interval = Wilson(c.Bad, c.Rows)
	}
	return out
}

// Brier is the mean squared distance between the chance of a bad outcome and the outcome, 0 being perfect.
func Brier(levels []Level, chance func(score int64) float64) float64 {
	var sum, n float64
	for _, l := range levels {
		p := chance(l.Score)
		sum += l.Bad*(1-p)*(1-p) + l.Good*p*p
		n += l.Good + l.Bad
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// Wilson is the interval of 95 per cent of a share of k in n.
func Wilson(k, n int) Interval {
	if n == 0 {
		return Interval{0, 1}
	}
	const z = 1.959964
	p, m := float64(k)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return Interval{max(0, middle-half), min(1, middle+half)}
}

// Stability is the population stability index between two distributions over the same groups: the sum of the differences
// of shares times the logarithms of their ratios. An empty group counts as half a row.
func Stability(before, after []float64) float64 {
	var n, m float64
	for i := range before {
		n, m = n+before[i], m+after[i]
	}
	if n == 0 || m == 0 {
		return 0
	}
	sum := 0.0
	for i := range before {
		if before[i] == 0 && after[i] == 0 {
			continue
		}
		p, q := max(before[i], 0.5)/n, max(after[i], 0.5)/m
		sum += (q - p) * math.Log(q/p)
	}
	return sum
}

// StabilityLimit is the index that chance alone stays below in 19 of 20 samples of these sizes where nothing has changed:
// (1/n + 1/m) times the 95th percentile of chi-squared with one degree of freedom less than groups, by Wilson and Hilferty's
// approximation.
func StabilityLimit(n, m float64, groups int) float64 {
	if n <= 0 || m <= 0 || groups < 2 {
		return 0
	}
	f := float64(groups - 1)
	c := 1 - 2/(9*f) + 1.644854*math.Sqrt(2/(9*f))
	return (1/n + 1/m) * f * c * c * c
}

package woe

import "math"

// perDoubling is how many points double the odds of a good loan.
const perDoubling = 20

// Fit gives each class of each variable its points: perDoubling for each doubling of the odds, of the weight of evidence
//
//	ln( ((good in the class + 1/2) / all good) / ((bad in the class + 1/2) / all bad) )
//
// rounded to a whole number. Where the points of a number would not fall (or rise) throughout, neighbouring classes are
// counted as one until they do.
func Fit(loans []Loan) [][]int64 {
	vars := variables()
	points := make([][]int64, len(vars))
	for i := range vars {
		good, bad := make([]float64, vars[i].classes()), make([]float64, vars[i].classes())
		for _, l := range loans {
			if c := vars[i].class(l.values[i]); l.Good {
				good[c]++
			} else {
				bad[c]++
			}
		}
		points[i] = pooled(good, bad, len(vars[i].Codes) == 0, vars[i].Falling)
	}
	return points
}

// block is a run of classes counted as one.
type block struct {
	good, bad float64
	classes   int
}

func pooled(good, bad []float64, ordered, falling bool) []int64 {
	var allGood, allBad float64
	var blocks []block
	for c := range good {
		allGood += good[c]
		allBad += bad[c]
	}
	weight := func(b block) float64 {
		return math.Log((b.good + 0.5) / allGood / ((b.bad + 0.5) / allBad))
	}
	wrong := func(a, b block) bool {
		if falling {
			return weight(a) < weight(b)
		}
		return weight(a) > weight(b)
	}
	for c := range good {
		blocks = append(blocks, block{good[c], bad[c], 1})
		for n := len(blocks); ordered && n > 1 && wrong(blocks[n-2], blocks[n-1]); n-- {
			a, b := blocks[n-2], blocks[n-1]
			blocks = append(blocks[:n-2], block{a.good + b.good, a.bad + b.bad, a.classes + b.classes})
		}
	}
	var points []int64
	for _, b := range blocks {
		p := int64(math.Round(perDoubling / math.Ln2 * weight(b)))
		for range b.classes {
			points = append(points, p)
		}
	}
	return points
}

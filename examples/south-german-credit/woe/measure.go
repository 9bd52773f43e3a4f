package woe

import "slices"

// Scored is a loan's score and what became of it.
type Scored struct {
	Score int64
	Good  bool
}

// Discrimination says how well scores tell good loans from bad ones.
type Discrimination struct {
	// AUC is the chance that a good loan has the higher score of two, ties counted half; KS the greatest distance
	// between the two distributions.
	AUC, KS float64
}

// Measure computes the area under the ROC curve and the Kolmogorov-Smirnov distance. There must be good and bad ones.
func Measure(list []Scored) Discrimination {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Scored) int { return int(a.Score - b.Score) })
	var allGood, allBad float64
	for _, s := range sorted {
		if s.Good {
			allGood++
		} else {
			allBad++
		}
	}
	var d Discrimination
	var good, bad float64 // below or at the score in hand
	for i := 0; i < len(sorted); {
		var g, b float64
		for score := sorted[i].Score; i < len(sorted) && sorted[i].Score == score; i++ {
			if sorted[i].Good {
				g++
			} else {
				b++
			}
		}
		d.AUC += g * (bad + b/2)
		good, bad = good+g, bad+b
		d.KS = max(d.KS, bad/allBad-good/allGood)
	}
	d.AUC /= allGood * allBad
	return d
}

// Split parts loans for cross-validation: of the good ones and of the bad ones alike, every one in n, from the k-th on,
// is for testing and all others are for fitting.
func Split(loans []Loan, k, n int) (fit, test []Loan) {
	seen := map[bool]int{}
	for _, l := range loans {
		if seen[l.Good]%n == k {
			test = append(test, l)
		} else {
			fit = append(fit, l)
		}
		seen[l.Good]++
	}
	return fit, test
}

package impact

import (
	"math"
	"sort"
)

// stability is the population stability index: the sum over the bins of (b - a) ln(b / a), where a and b are the shares of
// the bin now and under the candidate. Where one of them is 0, half a subject is added to each bin of both.
func stability(current, candidate []int64) float64 {
	var n, m int64
	empty := false
	for i := range current {
		n, m = n+current[i], m+candidate[i]
		empty = empty || (current[i] == 0) != (candidate[i] == 0)
	}
	more, bins := 0.0, 0
	for i := range current {
		if current[i]+candidate[i] > 0 {
			bins++
		}
	}
	if empty {
		more = 0.5
	}
	index := 0.0
	for i := range current {
		if current[i]+candidate[i] == 0 {
			continue
		}
		a := (float64(current[i]) + more) / (float64(n) + more*float64(bins))
		b := (float64(candidate[i]) + more) / (float64(m) + more*float64(bins))
		index += (b - a) * math.Log(b/a)
	}
	return index
}

// chance is what the index of two samples of n and m subjects from one distribution does not exceed with the probability:
// the quantile of the chi-squared distribution with bins - 1 degrees of freedom times (1/n + 1/m).
func chance(probability float64, bins int, n, m int64) float64 {
	return chiSquared(probability, bins-1) * (1/float64(n) + 1/float64(m))
}

// chiSquared is the quantile of the chi-squared distribution, to nine digits.
func chiSquared(probability float64, freedom int) float64 {
	low, high := 0.0, 1.0
	for lowerGamma(float64(freedom)/2, high/2) < probability {
		low, high = high, 2*high
	}
	for range 200 {
		if mid := (low + high) / 2; lowerGamma(float64(freedom)/2, mid/2) < probability {
			low = mid
		} else {
			high = mid
		}
		if high-low < 1e-10*high {
			break
		}
	}
	return (low + high) / 2
}

// lowerGamma is the regularised lower incomplete gamma function P(a, x), by its series below a + 1 and by the continued
// fraction of its complement above.
func lowerGamma(a, x float64) float64 {
	if x <= 0 {
		return 0
	}
	log, _ := math.Lgamma(a)
	front := math.Exp(-x + a*math.Log(x) - log)
	if x < a+1 {
		term := 1 / a
		sum := term
		for n := a + 1; term > sum*1e-16; n++ {
			term *= x / n
			sum += term
		}
		return front * sum
	}
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1.0; i < 10_000; i++ {
		an := -i * (i - a)
		b += 2
		d = 1 / nonzero(an*d+b, tiny)
		c = nonzero(b+an/c, tiny)
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return 1 - front*h
}

func nonzero(v, tiny float64) float64 {
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}

// wilson is the interval of 95 % for a share of k in n.
func wilson(k, n int64) (low, high float64) {
	const z = 1.959963984540054
	p, m := float64(k)/float64(n), float64(n)
	mid, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, (mid-half)/(1+z*z/m)), min(1, (mid+half)/(1+z*z/m))
}

// deciles parts a distribution into at most so many bins of about equal size; it gives the last score of each but the last.
func deciles(d *spread, bins int) []int64 {
	var ends []int64
	for k := 1; k < bins; k++ {
		q := d.quantile(1000 * k / bins)
		if len(ends) == 0 || q > ends[len(ends)-1] {
			ends = append(ends, q)
		}
	}
	return ends
}

// into counts a distribution in bins that end at ends; the last has no end.
func (d *spread) into(ends []int64) []int64 {
	counts := make([]int64, len(ends)+1)
	for i, n := range d.counts {
		if n > 0 {
			counts[sort.Search(len(ends), func(k int) bool { return d.scale.high(i) <= ends[k] })] += n
		}
	}
	return counts
}

package demo

import (
	"math"
	"math/rand/v2"
	"sort"

	"probity/calendar"
)

// dice throws what the story leaves to chance.
type dice struct{ *rand.Rand }

// chance holds with the probability p.
func (d *dice) chance(p float64) bool { return d.Float64() < p }

// between gives a whole number from low to high, both included.
func (d *dice) between(low, high int) int {
	if high <= low {
		return low
	}
	return low + d.IntN(high-low+1)
}

// day gives a day from first to last, both included.
func (d *dice) day(first, last calendar.Day) calendar.Day {
	return first + calendar.Day(d.between(0, int(last-first)))
}

// recent gives a day from first to last of which later ones are likelier: files grow over the years.
func (d *dice) recent(first, last calendar.Day) calendar.Day {
	if last <= first {
		return last
	}
	u := d.Float64()
	return last - calendar.Day(float64(last-first)*u*u)
}

// lognormal has the median m and the spread s of its logarithm.
func (d *dice) lognormal(m, s float64) float64 { return m * math.Exp(s*d.NormFloat64()) }

// poisson gives a count with the mean m.
func (d *dice) poisson(m float64) int {
	if m <= 0 {
		return 0
	}
	limit, p, n := math.Exp(-math.Min(m, 30)), 1.0, 0
	for {
		if p *= d.Float64(); p <= limit {
			return n
		}
		n++
	}
}

// one takes one of a list, each as likely as the others.
func one[T any](d *dice, list []T) T { return list[d.IntN(len(list))] }

// weighted is a way of choosing by weight.
type weighted struct{ sums []float64 }

// weigh takes the weights, none negative.
func weigh(weights []float64) weighted {
	sums := make([]float64, len(weights))
	total := 0.0
	for i, w := range weights {
		total += w
		sums[i] = total
	}
	return weighted{sums}
}

// choose gives the index of a weight.
func (w weighted) choose(d *dice) int {
	at := d.Float64() * w.sums[len(w.sums)-1]
	return min(sort.SearchFloat64s(w.sums, at), len(w.sums)-1)
}

// bag is a short list of codes with weights; weights need not add up to anything.
type bag []struct {
	code   string
	weight float64
}

func (b bag) draw(d *dice) string {
	total := 0.0
	for _, x := range b {
		total += x.weight
	}
	at := d.Float64() * total
	for _, x := range b {
		if at -= x.weight; at < 0 {
			return x.code
		}
	}
	return b[len(b)-1].code
}

package linkage

import (
	"cmp"
	"math"
	"slices"
)

// exclusive is for two files that name nobody twice: a record is the same as at most one of the other file. A pair is
// the less probable the more others claim either record, and of those that claim one the most probable is kept.
func exclusive(edges []Link, n int) []Link {
	claims := make([]float64, n) // the sum of the odds of all pairs of a record
	for _, e := range edges {
		claims[e.A] += odds(e.Bits)
		claims[e.B] += odds(e.Bits)
	}
	for i := range edges {
		e := &edges[i]
		own := odds(e.Bits)
		others := claims[e.A] + claims[e.B] - 2*own
		e.Bits = float32(math.Log2(own / (1 + max(others, 0))))
	}
	order := make([]int, len(edges))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := edges[i], edges[j]
		return cmp.Or(-cmp.Compare(a.Bits, b.Bits), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	taken := make([]bool, n)
	var kept []Link
	for _, i := range order {
		if e := edges[i]; !taken[e.A] && !taken[e.B] {
			taken[e.A], taken[e.B] = true, true
			kept = append(kept, e)
		}
	}
	return kept
}

func odds(bits float32) float64 { return math.Exp2(float64(min(bits, mostOdds))) }

package linkage

import (
	"cmp"
	"math"
	"slices"
)

// settleRounds is how often claims are weighed against each other; after that, next to nothing changes. Odd and even
// rounds come from either side to what they settle at, and fewer of them take less for a match than there is.
const settleRounds = 16

// settle is for two files that name nobody twice: a record is the same as at most one of the other file. Each claim, a
// pair with its odds against neither having a counterpart, gets its probability, given all others. A claim weighs the less the
// more others claim either record, and those the less the more their own other records are claimed: belief propagation
// on the matchings of a bipartite graph (Bayati, Shah and Sharma 2008), in which the two sides answer each other in turn.
func settle(n, claims int, claim func(i int) (a, b uint32, odds float64)) []float64 {
	byA, byB := make([]float64, n), make([]float64, n) // what all claims on a record come to
	left, right := make([]float64, claims), make([]float64, claims)
	for i := range left {
		left[i], right[i] = 1, 1
	}
	for range settleRounds {
		clear(byA)
		for i := range claims {
			a, _, odds := claim(i)
			byA[a] += odds * right[i]
		}
		clear(byB)
		for i := range claims {
			a, b, odds := claim(i)
			left[i] = 1 / (1 + max(byA[a]-odds*right[i], 0))
			byB[b] += odds * left[i]
		}
		for i := range claims {
			_, b, odds := claim(i)
			right[i] = 1 / (1 + max(byB[b]-odds*left[i], 0))
		}
	}
	for i := range left {
		_, _, odds := claim(i)
		odds *= left[i] * right[i]
		left[i] = odds / (1 + odds)
	}
	return left
}

// exclusive gives the pairs of two files that name nobody twice their probability given all other pairs, and keeps, of those
// that claim one record, the most probable.
func exclusive(edges []Link, n int) []Link {
	settled := settle(n, len(edges), func(i int) (uint32, uint32, float64) {
		return edges[i].A, edges[i].B, Odds(edges[i].Bits)
	})
	for i, p := range settled {
		edges[i].Bits = float32(min(math.Log2(p/(1-p)), float64(edges[i].Bits)))
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

// Odds are those that evidence in bits comes to, bounded so that sums of them stay exact enough.
func Odds(bits float32) float64 { return math.Exp2(float64(min(bits, mostOdds))) }

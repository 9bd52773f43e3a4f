// Package cluster turns links between pairs into groups of records that are about the same one, without ever joining
// what must not be joined.
package cluster

import (
	"cmp"
	"math"
	"slices"
)

// Edge is what is known of one pair of records.
type Edge struct {
	A, B uint32
	// Bits is the weight of the evidence: the logarithm to base 2 of the odds that the two are the same. Above 0 they
	// rather are.
	Bits float32
}

// Apart are two records that must not stand in one cluster: a human said so, or a strong identifier does.
type Apart struct{ A, B uint32 }

const (
	// certain bounds what one pair may say for or against joining two clusters.
	certain = 12
)

// Of groups n records. Edges are taken from the strongest down; two clusters are joined by an edge of at least the given
// bits when all edges between them, for and against, sum up to more than nothing, each bounded, and no two of
// their records are to be kept apart. Pairs without an edge say nothing. The answer is each record's cluster, named by its
// lowest record; it does not depend on the order of the edges.
func Of(n int, edges []Edge, least float32, apart []Apart) []uint32 {
	order := slices.Clone(edges)
	slices.SortFunc(order, func(x, y Edge) int {
		if x.Bits != y.Bits {
			return -cmp.Compare(x.Bits, y.Bits)
		}
		return cmp.Compare(uint64(x.A)<<32|uint64(x.B), uint64(y.A)<<32|uint64(y.B))
	})
	g := newGroups(n, edges, apart)
	for _, e := range order {
		if e.Bits < least {
			break
		}
		a, b := g.root(e.A), g.root(e.B)
		if a != b && g.between(a, b) > 0 {
			g.join(a, b)
		}
	}
	return g.names()
}

// groups is a forest of records with the members of each tree as a ring, and the edges by record.
type groups struct {
	parent []uint32
	size   []uint32
	next   []uint32
	first  []uint32 // where a record's edges begin
	edges  []half
}

type half struct {
	to   uint32
	bits float32
}

func newGroups(n int, edges []Edge, apart []Apart) *groups {
	g := &groups{make([]uint32, n), make([]uint32, n), make([]uint32, n), make([]uint32, n+1), make([]half, 2*(len(edges)+len(apart)))}
	for i := range g.parent {
		g.parent[i], g.size[i], g.next[i] = uint32(i), 1, uint32(i)
	}
	all := func(give func(a, b uint32, bits float32)) {
		for _, e := range edges {
			give(e.A, e.B, max(min(e.Bits, certain), -certain))
		}
		for _, x := range apart {
			give(x.A, x.B, float32(math.Inf(-1)))
		}
	}
	all(func(a, b uint32, _ float32) {
		g.first[a+1]++
		g.first[b+1]++
	})
	for i := range n {
		g.first[i+1] += g.first[i]
	}
	next := slices.Clone(g.first[:n])
	all(func(a, b uint32, bits float32) {
		g.edges[next[a]], g.edges[next[b]] = half{b, bits}, half{a, bits}
		next[a]++
		next[b]++
	})
	return g
}

func (g *groups) root(r uint32) uint32 {
	for g.parent[r] != r {
		g.parent[r] = g.parent[g.parent[r]]
		r = g.parent[r]
	}
	return r
}

// between is the sum of the edges between two clusters.
func (g *groups) between(a, b uint32) float64 {
	if g.size[a] > g.size[b] {
		a, b = b, a
	}
	sum, r := 0.0, a
	for {
		for _, e := range g.edges[g.first[r]:g.first[r+1]] {
			if g.root(e.to) == b {
				sum += float64(e.bits)
			}
		}
		if r = g.next[r]; r == a {
			return sum
		}
	}
}

func (g *groups) join(a, b uint32) {
	if g.size[a] < g.size[b] {
		a, b = b, a
	}
	g.parent[b] = a
	g.size[a] += g.size[b]
	g.next[a], g.next[b] = g.next[b], g.next[a]
}

func (g *groups) names() []uint32 {
	lowest := make([]uint32, len(g.parent))
	for i := range lowest {
		lowest[i] = math.MaxUint32
	}
	names := make([]uint32, len(g.parent))
	for i := range g.parent {
		r := g.root(uint32(i))
		lowest[r] = min(lowest[r], uint32(i))
		names[i] = lowest[r]
	}
	return names
}

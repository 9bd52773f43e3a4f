package linkage

import (
	"cmp"
	"slices"
)

// Pairs are the pairs of all clusters, by record numbers: the links, and those that follow from links through other
// records, as probable as the weakest link on the strongest way from one to the other. Of a cluster of more than most
// records there are the links alone.
func (r *Result) Pairs(most int) []Link {
	members := map[uint32][]uint32{}
	for i, c := range r.Cluster {
		members[c] = append(members[c], uint32(i))
	}
	links := map[uint32][]Link{}
	var all []Link
	for _, l := range r.Links {
		if c := r.Cluster[l.A]; c == r.Cluster[l.B] {
			links[c] = append(links[c], l)
			all = append(all, l)
		}
	}
	for c, list := range links {
		if n := len(members[c]); n > 2 && n <= most && len(list) < n*(n-1)/2 {
			all = append(all, r.through(list)...)
		}
	}
	slices.SortFunc(all, func(x, y Link) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
	return all
}

// through finds the pairs of a cluster that are linked through others: links are taken from the strongest down, and each
// joins two groups, of which every pair that is no link itself is as probable as that link.
func (r *Result) through(links []Link) []Link {
	links = slices.Clone(links)
	slices.SortFunc(links, func(x, y Link) int {
		return cmp.Or(-cmp.Compare(x.Bits, y.Bits), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	direct := map[[2]uint32]bool{}
	group := map[uint32][]uint32{}
	for _, l := range links {
		direct[[2]uint32{l.A, l.B}] = true
		group[l.A], group[l.B] = []uint32{l.A}, []uint32{l.B}
	}
	var all []Link
	for _, l := range links {
		a, b := group[l.A], group[l.B]
		if a[0] == b[0] {
			continue
		}
		for _, x := range a {
			for _, y := range b {
				if p := [2]uint32{min(x, y), max(x, y)}; !direct[p] {
					found := r.Compare(x, y)
					found.Through = true
					found.Bits, found.Probability = max(found.Bits, l.Bits), max(found.Probability, l.Probability)
					all = append(all, found)
				}
			}
		}
		joined := slices.Concat(a, b)
		for _, x := range joined {
			group[x] = joined
		}
	}
	return all
}

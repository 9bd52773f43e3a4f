package index

import (
	"cmp"
	"maps"
	"slices"

	"probity/linkage/cluster"
)

// Change is what a record's coming or going did to the groups. Where groups are made anew out of their records, each old
// number goes on with the group that has the most of its records, of two with as many the one with the name that comes
// first; where several numbers would go on with one group, the one that brings it the most records stays, of two the lower,
// which is the older, and the others lead to it from then on. A group without an old number gets a new one, never one that
// was used.
type Change struct {
	// Group is the number of the record's group that the change began with; 0 where none is left.
	Group uint64 `json:"cluster"`
	// Moved are the records whose group has another number than before, by name.
	Moved []Moved `json:"moved"`
	// Gone are the numbers that lead elsewhere now, ascending.
	Gone []Gone `json:"gone,omitempty"`
	// Parted are the new numbers of groups that parted from others, ascending.
	Parted []Gone `json:"parted,omitempty"`
}

// Moved is a record with the number of its group before, 0 for none, and now.
type Moved struct {
	Name string `json:"id"`
	From uint64 `json:"from,omitempty"`
	To   uint64 `json:"to"`
}

// Gone is a number and the one that it leads to, or a new one and the one that it parted from.
type Gone struct {
	Number uint64 `json:"cluster"`
	Other  uint64 `json:"other"`
}

// closure is every record that is linked with one of these, directly or through others, or stands in one group with one.
func (x *Index) closure(list []uint32) []uint32 {
	seen := map[uint32]bool{}
	var all []uint32
	reach := func(r uint32) {
		if !seen[r] && x.names[r] != "" {
			seen[r] = true
			all = append(all, r)
		}
	}
	for _, r := range list {
		reach(r)
	}
	for i := 0; i < len(all); i++ {
		r := all[i]
		head := x.head(r)
		x.explore(head)
		for _, e := range x.edges[head] {
			if e.bits >= x.least {
				reach(e.to)
			}
		}
		if copies := x.copies[head]; len(copies) > 0 && x.pool.Compare(head, copies[0]).Bits >= x.least {
			reach(head)
			for _, other := range copies {
				reach(other)
			}
		}
		for _, other := range x.ring(r) {
			reach(other)
		}
	}
	return all
}

// settle makes the groups around these records anew.
func (x *Index) settle(list []uint32) Change {
	if len(list) == 0 {
		return Change{}
	}
	began := list[0]
	all := x.closure(list)
	// By name, so that what is found does not depend on who came first.
	slices.SortFunc(all, func(a, b uint32) int { return cmp.Compare(x.names[a], x.names[b]) })
	edges, apart := x.between(all)
	groups := map[uint32][]uint32{}
	for i, lowest := range cluster.Of(len(all), edges, x.least, apart) {
		groups[lowest] = append(groups[lowest], all[i])
	}
	return x.renumber(began, all, groups)
}

// between is what is known of pairs of these records, which stand in the order of names, by their places. Of records that say
// the same, those that are to be kept apart from somebody speak for themselves, and the first of the others for all
// others: who came first, and is compared for all of them, changes nothing.
func (x *Index) between(all []uint32) ([]cluster.Edge, []cluster.Apart) {
	var edges []cluster.Edge
	add := func(a, b uint32, bits float32) {
		edges = append(edges, cluster.Edge{A: min(a, b), B: max(a, b), Bits: bits})
	}
	speaks := map[uint32][]uint32{} // by head, the places of those that speak
	free := map[uint32]uint32{}     // by head, the place of the first of the others
	var heads []uint32
	for i, r := range all {
		head := x.head(r)
		if speaks[head] == nil {
			heads = append(heads, head)
		}
		if first, there := free[head]; there && len(x.apart[x.names[r]]) == 0 {
			add(first, uint32(i), x.pool.Compare(all[first], r).Bits)
			continue
		}
		if len(x.apart[x.names[r]]) == 0 {
			free[head] = uint32(i)
		}
		for _, other := range speaks[head] {
			add(other, uint32(i), x.pool.Compare(all[other], r).Bits)
		}
		speaks[head] = append(speaks[head], uint32(i))
	}
	for _, head := range heads {
		for _, e := range x.edges[head] {
			if e.to < head {
				continue
			}
			for _, a := range speaks[head] {
				for _, b := range speaks[e.to] {
					add(a, b, e.bits)
				}
			}
		}
	}
	return edges, x.forbidden(all)
}

// forbidden are the pairs of these records that are to be kept apart, by their places.
func (x *Index) forbidden(all []uint32) []cluster.Apart {
	var apart []cluster.Apart
	place := map[uint32]uint32{}
	for i, r := range all {
		place[r] = uint32(i)
	}
	for i, r := range all {
		for _, name := range x.apart[x.names[r]] {
			if other, ok := x.number[name]; ok {
				if j, ok := place[other]; ok && uint32(i) < j {
					apart = append(apart, cluster.Apart{A: uint32(i), B: j})
				}
			}
		}
	}
	return apart
}

// renumber gives the groups their numbers. groups are by the place of their first record in all.
func (x *Index) renumber(began uint32, all []uint32, groups map[uint32][]uint32) Change {
	order := slices.Sorted(maps.Keys(groups))
	brings := map[uint64]map[uint32]int{} // of each old number, how many records each group has
	for _, first := range order {
		for _, r := range groups[first] {
			if old := x.group[r]; old != 0 {
				if brings[old] == nil {
					brings[old] = map[uint32]int{}
				}
				brings[old][first]++
			}
		}
	}
	numbers, heirs := map[uint32]uint64{}, map[uint64]uint32{}
	for _, old := range slices.Sorted(maps.Keys(brings)) {
		heir, most := uint32(0), 0
		for _, first := range order {
			if n := brings[old][first]; n > most {
				heir, most = first, n
			}
		}
		heirs[old] = heir
		if before, taken := numbers[heir]; !taken || most > brings[before][heir] {
			numbers[heir] = old
		}
	}
	var c Change
	for _, old := range slices.Sorted(maps.Keys(heirs)) {
		if now := numbers[heirs[old]]; now != old {
			c.Gone = append(c.Gone, Gone{old, now})
			x.leads[old] = now
		}
	}
	was := make(map[uint32]uint64, len(all))
	for _, r := range all {
		was[r] = x.group[r]
		x.unassign(r)
	}
	for _, first := range order {
		number, ok := numbers[first]
		if !ok {
			number = x.next
			x.next++
			if from := was[groups[first][0]]; from != 0 {
				c.Parted = append(c.Parted, Gone{number, from})
			}
		}
		for _, r := range groups[first] {
			x.assign(r, number)
		}
	}
	for _, r := range all {
		if x.group[r] != was[r] {
			c.Moved = append(c.Moved, Moved{x.names[r], was[r], x.group[r]})
		}
	}
	c.Group = x.group[began]
	return c
}

// ring is the records of a record's group, itself first.
func (x *Index) ring(r uint32) []uint32 {
	all := []uint32{r}
	for next := x.after[r]; next != r; next = x.after[next] {
		all = append(all, next)
	}
	return all
}

// assign puts a record that is in none into a group.
func (x *Index) assign(r uint32, group uint64) {
	x.group[r] = group
	x.next = max(x.next, group+1)
	if holder, ok := x.holder[group]; ok {
		x.after[r], x.after[holder] = x.after[holder], r
	} else {
		x.holder[group], x.after[r] = r, r
	}
}

// unassign takes a record out of its group.
func (x *Index) unassign(r uint32) {
	group := x.group[r]
	if group == 0 {
		return
	}
	x.group[r] = 0
	if x.after[r] == r {
		delete(x.holder, group)
		return
	}
	before := r
	for x.after[before] != r {
		before = x.after[before]
	}
	x.after[before] = x.after[r]
	if x.holder[group] == r {
		x.holder[group] = before
	}
	x.after[r] = r
}

package index

import (
	"slices"
	"sort"
)

// postings are the records by key: most of them sorted, the newest beside them.
type postings struct {
	sorted []uint64 // the key's upper half above, the record below
	loaded int      // from here on they are not sorted yet
	fresh  map[uint32][]uint32
	added  int
	common map[uint32]bool // keys of too many records to be of use
}

func newPostings() postings {
	return postings{fresh: map[uint32][]uint32{}, common: map[uint32]bool{}}
}

// freshest is how many new entries stand beside the sorted ones before they are sorted in, where those are few.
const freshest = 1 << 16

func short(key uint64) uint32 { return uint32(key >> 32) }

// add enters a record under its keys. Before anything was looked up, entries only pile up.
func (p *postings) add(keys []uint64, record uint32) {
	p.order(keys)
	building := p.loaded < len(p.sorted) || len(p.sorted) == 0 && p.added == 0
	for i, key := range keys {
		k := short(key)
		if i > 0 && k == short(keys[i-1]) || p.common[k] {
			continue
		}
		if building {
			p.sorted = append(p.sorted, uint64(k)<<32|uint64(record))
			continue
		}
		p.fresh[k] = append(p.fresh[k], record)
		p.added++
	}
}

func (p *postings) order(keys []uint64) {
	if len(keys) > 1 {
		slices.Sort(keys)
	}
}

// ready sorts in what is not sorted yet, when it is time, and leaves out keys of too many records.
func (p *postings) ready(most int) {
	if p.loaded == len(p.sorted) && p.added < freshest+len(p.sorted)/4 {
		return
	}
	for key, list := range p.fresh {
		for _, r := range list {
			p.sorted = append(p.sorted, uint64(key)<<32|uint64(r))
		}
	}
	clear(p.fresh)
	p.added = 0
	slices.Sort(p.sorted)
	p.sorted = slices.Compact(p.sorted)
	kept := p.sorted[:0]
	for i := 0; i < len(p.sorted); {
		j := i + 1
		for j < len(p.sorted) && p.sorted[j]>>32 == p.sorted[i]>>32 {
			j++
		}
		if j-i > most {
			p.common[short(p.sorted[i])] = true
		} else {
			kept = append(kept, p.sorted[i:j]...)
		}
		i = j
	}
	p.sorted = slices.Clip(kept)
	p.loaded = len(p.sorted)
}

// near are the records under any of the keys, ascending: those of the rarest keys first, until they are more than most.
func (p *postings) near(keys []uint64, most int) []uint32 {
	p.ready(most)
	p.order(keys)
	type list struct {
		key    uint32
		sorted []uint64
		fresh  []uint32
	}
	var lists []list
	for i, key := range keys {
		k := short(key)
		if i > 0 && k == short(keys[i-1]) || p.common[k] {
			continue
		}
		from := sort.Search(len(p.sorted), func(i int) bool { return p.sorted[i]>>32 >= uint64(k) })
		to := from
		for to < len(p.sorted) && short(p.sorted[to]) == k {
			to++
		}
		if l := (list{k, p.sorted[from:to], p.fresh[k]}); len(l.sorted)+len(l.fresh) <= most {
			lists = append(lists, l)
		}
	}
	slices.SortStableFunc(lists, func(a, b list) int {
		return len(a.sorted) + len(a.fresh) - len(b.sorted) - len(b.fresh)
	})
	var records []uint32
	for _, l := range lists {
		if len(records) > 0 && len(records)+len(l.sorted)+len(l.fresh) > 4*most {
			break
		}
		for _, e := range l.sorted {
			records = append(records, uint32(e))
		}
		records = append(records, l.fresh...)
		if len(records) > most {
			slices.Sort(records)
			if records = slices.Compact(records); len(records) > most {
				break
			}
		}
	}
	slices.Sort(records)
	return slices.Compact(records)
}

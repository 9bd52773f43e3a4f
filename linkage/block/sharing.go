package block

import "slices"

// Sharing finds, for some records, all that share a key with them by any source alone, ascending, from the record from on. A key
// that more than most records have is left out; and so are records, evenly, where there would be more than so many pairs. It gives
// the records that are left with the others of each, and is for measuring what rules of several sources miss.
func Sharing(sources []Source, records []uint32, most, pairs int, from uint32, workers int) (kept []uint32, others [][]uint32) {
	holders := make([]map[uint64]int, len(sources)) // of the keys that the records have, how many have them
	each(len(sources), workers, func(k int) { holders[k] = sources[k].holders(records, from) })
	sum := 0
	for k := range sources {
		for _, record := range records {
			for _, key := range sources[k].of(sources[k].Cells[record]) {
				if n := holders[k][key]; n <= most {
					sum += n
				}
			}
		}
	}
	every := max((sum+pairs-1)/max(pairs, 1), 1)
	for k := 0; k < len(records); k += every {
		kept = append(kept, records[k])
	}
	parts := make([][][]uint32, len(sources)) // by source, then by record
	each(len(sources), workers, func(k int) { parts[k] = sources[k].sharing(kept, holders[k], most, from) })
	others = make([][]uint32, len(kept))
	each(len(kept), workers, func(i int) {
		n := 0
		for _, part := range parts {
			n += len(part[i])
		}
		others[i] = make([]uint32, 0, n)
		for _, part := range parts {
			others[i] = append(others[i], part[i]...)
		}
		slices.Sort(others[i])
		others[i] = slices.Compact(others[i])
	})
	return kept, others
}

// holders counts, of each key that one of the records has, how many have it from the record from on.
func (s *Source) holders(records []uint32, from uint32) map[uint64]int {
	counts := map[uint64]int{}
	for _, record := range records {
		for _, key := range s.of(s.Cells[record]) {
			counts[key] = 0
		}
	}
	s.holding(counts, from, func(key uint64, _ uint32) { counts[key]++ })
	return counts
}

// holding gives every record from the record from on that has one of the keys, with the key.
func (s *Source) holding(keys map[uint64]int, from uint32, give func(key uint64, record uint32)) {
	var marks [1 << 10]uint64 // a bit for each key, to tell quickly of most others that they are none
	for key := range keys {
		marks[key>>6%uint64(len(marks))] |= 1 << (key % 64)
	}
	marked := func(key uint64) bool { return marks[key>>6%uint64(len(marks))]>>(key%64)&1 != 0 }
	wanted := make([]bool, len(s.First)-1) // forms with such a key
	for form := range wanted {
		wanted[form] = slices.ContainsFunc(s.of(uint32(form)), func(key uint64) bool {
			if !marked(key) {
				return false
			}
			_, ok := keys[key]
			return ok
		})
	}
	for record := from; int(record) < len(s.Cells); record++ {
		if form := s.Cells[record]; wanted[form] {
			for _, key := range s.of(form) {
				if !marked(key) {
					continue
				}
				if _, ok := keys[key]; ok {
					give(key, record)
				}
			}
		}
	}
}

// sharing is that of one source; counts says how many have each key.
func (s *Source) sharing(records []uint32, counts map[uint64]int, most int, from uint32) [][]uint32 {
	keys := map[uint64]int{}
	lists := map[uint64][]uint32{}
	for _, record := range records {
		for _, key := range s.of(s.Cells[record]) {
			if n := counts[key]; n <= most && lists[key] == nil {
				keys[key], lists[key] = n, make([]uint32, 0, n)
			}
		}
	}
	s.holding(keys, from, func(key uint64, record uint32) { lists[key] = append(lists[key], record) })
	others := make([][]uint32, len(records))
	for i, record := range records {
		for _, key := range s.of(s.Cells[record]) {
			if list := lists[key]; others[i] == nil {
				others[i] = list
			} else {
				others[i] = slices.Concat(others[i], list)
			}
		}
	}
	return others
}

// of are the keys of a form.
func (s *Source) of(form uint32) []uint64 {
	if s.One {
		if form == 0 {
			return nil
		}
		return s.Keys[form-1 : form]
	}
	return s.Keys[s.First[form]:s.First[form+1]]
}

package block

import "slices"

// Sharing finds, for some records, all that share a key with them by any source alone, ascending, from the record from on. A key
// that more than most records have is left out. It is for measuring what rules of several sources miss.
func Sharing(sources []Source, records []uint32, most int, from uint32, workers int) [][]uint32 {
	parts := make([][][]uint32, len(sources)) // by source, then by record
	each(len(sources), workers, func(k int) { parts[k] = sources[k].sharing(records, most, from) })
	all := make([][]uint32, len(records))
	each(len(records), workers, func(i int) {
		for _, part := range parts {
			all[i] = append(all[i], part[i]...)
		}
		slices.Sort(all[i])
		all[i] = slices.Compact(all[i])
	})
	return all
}

// sharing is that of one source.
func (s *Source) sharing(records []uint32, most int, from uint32) [][]uint32 {
	holders := map[uint64][]uint32{} // of the keys that the records have
	var marks [1 << 10]uint64        // a bit for each of them, to tell quickly of most others that they are none
	for _, record := range records {
		for _, key := range s.of(s.Cells[record]) {
			holders[key] = nil
			marks[key>>6%uint64(len(marks))] |= 1 << (key % 64)
		}
	}
	wanted := make([]bool, len(s.First)-1) // forms with such a key
	for form := range wanted {
		wanted[form] = slices.ContainsFunc(s.of(uint32(form)), func(key uint64) bool {
			if marks[key>>6%uint64(len(marks))]>>(key%64)&1 == 0 {
				return false
			}
			_, ok := holders[key]
			return ok
		})
	}
	for record := from; int(record) < len(s.Cells); record++ {
		if form := s.Cells[record]; wanted[form] {
			for _, key := range s.of(form) {
				if list, ok := holders[key]; ok && len(list) <= most {
					holders[key] = append(list, record)
				}
			}
		}
	}
	others := make([][]uint32, len(records))
	for i, record := range records {
		for _, key := range s.of(s.Cells[record]) {
			if list := holders[key]; len(list) <= most {
				others[i] = append(others[i], list...)
			}
		}
	}
	return others
}

// of are the keys of a form.
func (s *Source) of(form uint32) []uint64 { return s.Keys[s.First[form]:s.First[form+1]] }

package block

import (
	"cmp"
	"slices"
	"strings"

	"probity/linkage/similar"
)

const (
	// spoilt is how many runs of letters one slip spoils on either side at most, beyond their letters: two letters that changed
	// places spoil three pairs of letters, and four runs of three. So many runs and two more are kept of a value, whence values
	// that are one slip apart have two of them in common, wherever the slip is.
	spoilt = 1
	shared = 2
)

// Grams is a source by which values share a key that have two rare runs of letters in common, wherever they stand: what a
// slip in the first letters hides from sound and beginning. cells are the records' forms, forms how many there are, text how
// one is written; letters are two or three. Of each value the rarest runs that others have, too, are kept, rarest first by how
// many records have one, and every two of them are a key.
func Grams(field int, cells []uint32, forms int, text func(form uint32) string, letters int) Source {
	s := Source{Field: field, Name: "two rare pairs of letters in common", Agrees: 0.95, Several: true, Asked: true, Cells: cells}
	if letters > 2 {
		s.Name = "two rare runs of three letters in common"
	}
	often := make([]uint32, forms+1)
	for _, form := range cells {
		often[form]++
	}
	common := map[uint64]uint32{} // records that have a run
	var runs []uint64
	for form := 1; form <= forms; form++ {
		if often[form] == 0 {
			continue
		}
		runs = grams(runs[:0], text(uint32(form)), letters)
		for _, run := range runs {
			common[run] += often[form]
		}
	}
	s.First = make([]uint32, 2, forms+2)
	for form := 1; form <= forms; form++ {
		runs = runs[:0]
		if often[form] > 0 {
			runs = grams(runs, text(uint32(form)), letters)
		}
		runs = slices.DeleteFunc(runs, func(run uint64) bool { return common[run] < 2 })
		slices.SortFunc(runs, func(a, b uint64) int { return cmp.Or(cmp.Compare(common[a], common[b]), cmp.Compare(a, b)) })
		runs = runs[:min(len(runs), letters+spoilt+shared)]
		for i, a := range runs {
			for _, b := range runs[:i] {
				s.Keys = append(s.Keys, mixed(mixed(min(a, b))^max(a, b)))
			}
		}
		s.First = append(s.First, uint32(len(s.Keys)))
	}
	return s
}

// grams adds the distinct runs of letters of a text's words, each of which begins and ends with a space.
func grams(list []uint64, text string, letters int) []uint64 {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '|' }) {
		list = append(list, similar.Grams(" "+word+" ", letters)...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Window is a source by which records share a key that stand near each other when sorted: all that are at most reach places
// apart, and some that are up to 2*reach-1 apart. cells tells which records have a value, order how two of them are sorted;
// those it calls equal are sorted by their number.
func Window(field int, name string, cells []uint32, order func(a, b uint32) int, reach int) Source {
	s := Source{Field: field, Name: name, Agrees: 0.8, Several: true, Asked: true, Cells: make([]uint32, len(cells))}
	var sorted []uint32
	for record, form := range cells {
		if form != 0 {
			sorted = append(sorted, uint32(record))
		}
	}
	slices.SortFunc(sorted, func(a, b uint32) int { return cmp.Or(order(a, b), cmp.Compare(a, b)) })
	// Every run of reach places is a block with the run behind it: who is in a run has everybody within reach behind in one block.
	s.First, s.Keys = make([]uint32, 2, len(sorted)+2), make([]uint64, 0, 2*len(sorted))
	for place, record := range sorted {
		s.Cells[record] = uint32(place + 1)
		run := uint64(place / reach)
		s.Keys = append(s.Keys, mixed(run), mixed(run+1))
		s.First = append(s.First, uint32(len(s.Keys)))
	}
	return s
}

// mixed spreads a number over 64 bits.
func mixed(z uint64) uint64 {
	z = (z + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// asked adds a rule for each source that was asked for, with what it is expected to add to the rules before it.
func asked(rules []Rule, sources []Source, found [][]uint64) []Rule {
	once, twice := make([]uint64, simulated/64), make([]uint64, simulated/64)
	for _, rule := range rules {
		var all []uint64
		for _, i := range rule.Sources {
			all = both(all, found[i])
		}
		take(once, twice, all)
	}
	for i := range sources {
		if sources[i].Asked {
			c := choice{sources: []int{i}, found: found[i]}
			rules = append(rules, Rule{Sources: c.sources, Found: c.gain(once, twice) / simulated})
			take(once, twice, c.found)
		}
	}
	return rules
}

// isAsked tells whether a rule was asked for.
func (r *Rule) isAsked(sources []Source) bool {
	return slices.ContainsFunc(r.Sources, func(i int) bool { return sources[i].Asked })
}

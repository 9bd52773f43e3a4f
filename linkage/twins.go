package linkage

import (
	"math"
	"slices"
)

// twins are the records that say exactly the same: they are compared with others once, for all of them.
type twins struct {
	first  []uint32 // the records that are compared: the first of each sort
	of     []uint32 // for each record of the table, the first that says the same in the same file
	second int      // the first of those of the second file in first, 0 for one file
}

// findTwins finds them, and leaves in the columns only the records that are compared. Without join every record is
// compared by itself.
func findTwins(t *Table, columns []column, join bool) twins {
	tw := twins{of: make([]uint32, t.Len())}
	for r := range tw.of {
		tw.of[r] = uint32(r)
	}
	if join {
		tw.join(columns, t)
	}
	for r, first := range tw.of {
		if len(t.Files) == 2 && r == t.Second {
			tw.second = len(tw.first)
		}
		if first == uint32(r) {
			tw.first = append(tw.first, first)
		}
	}
	if len(tw.first) < t.Len() {
		for f := range columns {
			c := &columns[f]
			kept := make([]uint32, len(tw.first))
			for i, r := range tw.first {
				kept[i] = c.cells[r]
			}
			c.cells = kept
		}
	}
	return tw
}

// join finds for each record the first one of its file that says the same: those that do have the same mark.
func (tw *twins) join(columns []column, t *Table) {
	const upper = 1<<32 - 1
	marks := make([]uint64, len(tw.of))
	for r := range marks {
		h := uint64(t.File(r))
		for f := range columns {
			h = stir(h ^ uint64(columns[f].cells[r]))
		}
		marks[r] = h&^upper | uint64(r)
	}
	slices.Sort(marks)
	for i := 0; i < len(marks); {
		from := i
		for i++; i < len(marks) && marks[i]>>32 == marks[from]>>32; i++ {
			record := uint32(marks[i])
			for _, m := range marks[from:i] {
				first := uint32(m)
				if tw.of[first] == first && t.File(int(first)) == t.File(int(record)) && equal(columns, first, record) {
					tw.of[record] = first
					break
				}
			}
		}
	}
}

func equal(columns []column, a, b uint32) bool {
	for f := range columns {
		if columns[f].cells[a] != columns[f].cells[b] {
			return false
		}
	}
	return true
}

// twin is the link between a record and an earlier one that says the same.
func (r *Result) twin(first, record uint32, tw twins) Link {
	i := tw.place(first)
	p := r.itself(i)
	bits := r.alike(i)
	return Link{A: first, B: record, Bits: float32(bits), Probability: float32(Probability(bits)), levels: p}
}

// alike is the evidence that two records which say exactly the same as record i are the same. What is learnt of matches is
// learnt of pairs that differ somewhere, so it has nothing to say here: a copy agrees in everything, and the question is how
// many others would by chance.
func (r *Result) alike(i uint32) float64 {
	p, bits := r.itself(i), r.copied
	for f := range r.columns {
		bits += r.agrees(p, f, i)
	}
	return bits
}

// agrees is what one field adds to alike.
func (r *Result) agrees(p pattern, f int, i uint32) float64 {
	if p.level(f) == 0 {
		return 0
	}
	if bits, ok := r.ofNames(i, i); ok {
		return bits
	}
	return r.rarityOf(p, f, r.columns[f].cells[i]) - math.Log2(r.Model.Fields[f].U[r.Model.before(p, f)][1])
}

// copied is the number of records that somebody else says exactly the same of, however many do.
func (tw *twins) copied() int {
	n, counted := 0, make([]bool, len(tw.first))
	for i, first := range tw.of {
		if first != uint32(i) && !counted[tw.place(first)] {
			counted[tw.place(first)] = true
			n++
		}
	}
	return n
}

// place is where a record stands among those that are compared.
func (tw *twins) place(record uint32) uint32 {
	lo, hi := 0, len(tw.first)
	for lo < hi {
		if mid := (lo + hi) / 2; tw.first[mid] < record {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return uint32(lo)
}

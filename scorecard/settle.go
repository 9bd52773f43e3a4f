package scorecard

import (
	"cmp"
	"math/bits"
	"slices"
)

// sift puts records aside until all of the block are known.
func (e *Evaluator) sift(k *task, t *Table, rows []int32) {
	days := t.Days(k.by)
	var values []int64
	if k.value != noColumn {
		values = e.valuesOf(k, t, rows)
	}
	for i, row := range rows {
		s := sifted{cell: int32(k.cell), subject: int32(int(t.Subject[row]) - e.first), order: order{days[row], t.Recorded[row], t.ID[row]}}
		if values != nil {
			s.value = values[i]
		}
		e.sifted = append(e.sifted, s)
	}
}

// settle brings the records put aside into their order, keeps as many as the window allows, and adds them up.
func (e *Evaluator) settle() {
	slices.SortFunc(e.sifted, func(a, b sifted) int {
		if c := cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.subject, b.subject)); c != 0 {
			return c
		}
		return b.order.compare(a.order)
	})
	for rest := e.sifted; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].cell == rest[0].cell && rest[n].subject == rest[0].subject {
			n++
		}
		kept := rest[:n]
		rest = rest[n:]
		c := &e.plan.cells[kept[0].cell]
		if c.limit > 0 && len(kept) > c.limit {
			kept = kept[:c.limit]
		}
		e.addSifted(c, kept)
	}
	for i := range e.carries {
		if e.carries[i].rounds != 0 {
			e.overflow(e.carries[i].subject)
		}
	}
}

// complete turns what was gathered into the value of the aggregate, for the subjects of the block from first on.
func (e *Evaluator) complete(kind cellKind, acc []int64, first int) {
	switch kind {
	case cellCodes:
		for s, set := range acc {
			acc[s] = int64(bits.OnesCount64(uint64(set)))
		}
	case cellSum, cellPoints:
		for s, sum := range acc {
			if sum == Missing {
				e.overflow(first + s)
			}
		}
	}
}

// addSifted adds up the records of one cell and subject, newest first.
func (e *Evaluator) addSifted(c *cell, kept []sifted) {
	s := int(kept[0].subject)
	acc := e.columns[kept[0].cell]
	switch c.kind {
	case cellCount:
		acc[s] = int64(len(kept))
	case cellFirst:
		acc[s] = int64(kept[len(kept)-1].day)
	case cellLast:
		acc[s] = int64(kept[0].day)
	case cellLatest:
		acc[s] = kept[0].value
	case cellDistinct:
		slices.SortFunc(kept, func(a, b sifted) int { return cmp.Compare(a.value, b.value) })
		for i := range kept {
			if kept[i].value != Missing && (i == 0 || kept[i].value != kept[i-1].value) {
				acc[s]++
			}
		}
	default:
		for i := range kept {
			switch {
			case kept[i].value != Missing:
				e.join(c.kind, acc, s, kept[i].value)
			case c.kind == cellPoints:
				e.overflow(s)
			}
		}
	}
}

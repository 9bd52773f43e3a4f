package kernel

import (
	"probity/calendar"
	"probity/scorecard/facts"
	"probity/scorecard/internal/filter"
	"probity/scorecard/internal/whole"
	"probity/scorecard/internal/wide"
)

// Span is a stretch of days, both included.
type Span struct{ First, Last calendar.Day }

// Machine runs programs. It holds the registers and is for one goroutine at a time.
type Machine struct {
	// AsOf and Seen decide which records may be used: those that had occurred on the first and have not lapsed on the
	// second.
	AsOf, Seen calendar.Day
	// Spans are the windows that programs refer to.
	Spans []Span
	// Ahead are records that are to be asked for while a program runs, some more before each of its instructions; who uses its
	// masks asks for the others.
	Ahead wide.Ahead
	// Contested lets disputed records pass and no others: for telling what a dispute keeps out.
	Contested bool

	masks   [][ChunkWords]uint64
	numbers [][ChunkRows]int64
	trap    [ChunkWords]uint64
	trapped bool
}

// Mask is a mask of the last run, of so many words. Bits beyond the last record are undefined, except in masks that
// were joined with Usable.
func (m *Machine) Mask(register, words int) []uint64 { return m.masks[register][:words] }

// Trap is the mask of the usable records for which arithmetic overflowed in the last run; ok is false where there was
// no arithmetic.
func (m *Machine) Trap(words int) (mask []uint64, ok bool) {
	if !m.trapped {
		return nil, false
	}
	for w := range words {
		m.trap[w] &= m.masks[Usable][w]
	}
	return m.trap[:words], true
}

// Run computes all masks of a program for the records from lo to hi of a table, at most ChunkRows.
func (m *Machine) Run(p *Program, t *facts.Table, lo, hi int) {
	for len(m.masks) < p.masks {
		m.masks = append(m.masks, [ChunkWords]uint64{})
	}
	for len(m.numbers) < p.numbers {
		m.numbers = append(m.numbers, [ChunkRows]int64{})
	}
	words := (hi - lo + 63) / 64
	m.usable(t, lo, hi, words)
	m.trapped = false
	for i := range p.code {
		m.Ahead.More()
		in := &p.code[i]
		if in.op >= firstNumber {
			m.number(in, t, lo, hi, words)
			continue
		}
		dst := m.masks[in.dst][:words]
		switch in.op {
		case opInts:
			wide.Ints(dst, stretch(t.Columns[in.a].Ints, lo, words), in.lo, in.hi)
		case opDays:
			m.days(dst, t.Days(in.a), lo, calendar.Day(in.lo), calendar.Day(in.hi))
		case opSpan:
			s := m.Spans[in.b]
			m.days(dst, t.Days(in.a), lo, s.First, s.Last)
		case opInForce:
			m.inForce(dst, t, lo)
		case opCodes:
			wide.Codes(dst, stretch(t.Columns[in.a].Codes, lo, words), &p.sets[in.b])
		case opNumbers:
			wide.Ints(dst, m.numbers[in.a][:words*64], in.lo, in.hi)
		case opCompare:
			maskCompare(dst, m.numbers[in.a][:hi-lo], m.numbers[in.b][:hi-lo], filter.Comparison(in.c))
		case opAnd:
			a, b := m.masks[in.a][:words], m.masks[in.b][:words]
			for w := range dst {
				dst[w] = a[w] & b[w]
			}
		case opOr:
			a, b := m.masks[in.a][:words], m.masks[in.b][:words]
			for w := range dst {
				dst[w] = a[w] | b[w]
			}
		case opNot:
			a := m.masks[in.a][:words]
			for w := range dst {
				dst[w] = ^a[w]
			}
		case opTruth:
			for w := range dst {
				dst[w] = -uint64(in.lo)
			}
		}
	}
}

// usable fills mask 0: the records that had happened on the as-of day, have not lapsed on the day of seeing, and are
// not disputed.
func (m *Machine) usable(t *facts.Table, lo, hi, words int) {
	dst := m.masks[Usable][:words]
	wide.Days(dst, stretch(t.Occurred, lo, words), calendar.First, m.AsOf)
	// From here on the bits beyond the last record are 0.
	if rest := uint(hi-lo) % 64; rest > 0 {
		dst[words-1] &= 1<<rest - 1
	}
	if m.AsOf < calendar.First {
		clear(dst)
	}
	if t.Lapse != nil {
		var live [ChunkWords]uint64
		wide.Days(live[:words], stretch(t.Lapse, lo, words), m.Seen+1, calendar.None)
		for w := range dst {
			dst[w] &= live[w]
		}
	}
	switch {
	case t.Disputed == nil:
		if m.Contested {
			clear(dst)
		}
	case m.Contested:
		var free [ChunkWords]uint64
		copy(free[:words], dst)
		wide.DropSet(free[:words], stretch(t.Disputed, lo, words))
		for w := range dst {
			dst[w] &^= free[w]
		}
	default:
		wide.DropSet(dst, stretch(t.Disputed, lo, words))
	}
}

// days is wide.Days over a column that may be absent: then no record has the day.
func (m *Machine) days(dst []uint64, column []calendar.Day, lo int, first, last calendar.Day) {
	if column == nil || first > last {
		clear(dst)
		return
	}
	wide.Days(dst, stretch(column, lo, len(dst)), first, last)
}

// stretch is a column from lo on, as far as so many words of a mask speak of it. It goes beyond the records of the run
// where the column does, because whole words are quicker; nobody looks at those bits.
func stretch[T any](column []T, lo, words int) []T {
	return column[lo:min(lo+words*64, len(column))]
}

// inForce sets the bits of the records with valid_from (or none) up to the as-of day and valid_to (or none) after it.
func (m *Machine) inForce(dst []uint64, t *facts.Table, lo int) {
	for w := range dst {
		dst[w] = ^uint64(0)
	}
	var mask [ChunkWords]uint64
	if t.ValidFrom != nil {
		wide.Days(mask[:len(dst)], stretch(t.ValidFrom, lo, len(dst)), calendar.None, m.AsOf)
		for w := range dst {
			dst[w] &= mask[w]
		}
	}
	if t.ValidTo != nil {
		wide.Days(mask[:len(dst)], stretch(t.ValidTo, lo, len(dst)), m.AsOf+1, calendar.None)
		for w := range dst {
			dst[w] &= mask[w]
		}
	}
}

func (m *Machine) number(in *instruction, t *facts.Table, lo, hi, words int) {
	n := hi - lo
	dst := m.numbers[in.dst][:n]
	if !m.trapped {
		clear(m.trap[:words])
		m.trapped = true
	}
	register := func(i int) []int64 { return m.numbers[i][:n] }
	trap := m.trap[:words]
	switch in.op {
	case opLoadInts:
		copy(dst, t.Columns[in.a].Ints[lo:hi])
	case opLoadDays:
		column := t.Days(in.a)
		for i := range dst {
			dst[i] = whole.Missing
			if column != nil && column[lo+i] != calendar.None {
				dst[i] = int64(column[lo+i])
			}
		}
	case opConstant:
		for i := range dst {
			dst[i] = in.lo
		}
	case opAdd:
		compute(dst, register(in.a), register(in.b), trap, whole.Add)
	case opSubtract:
		compute(dst, register(in.a), register(in.b), trap, whole.Subtract)
	case opMultiply:
		compute(dst, register(in.a), register(in.b), trap, whole.Multiply)
	case opNegate:
		for i, v := range register(in.a) {
			dst[i] = v
			if v != whole.Missing {
				dst[i] = -v
			}
		}
	case opChoose:
		a, b, c := register(in.a), register(in.b), &m.masks[in.c]
		for i := range dst {
			dst[i] = b[i]
			if c[i/64]>>(i&63)&1 == 1 {
				dst[i] = a[i]
			}
		}
	}
}

package scorecard

import (
	"math/bits"

	"probity/calendar"
)

// The kernels: one loop each over up to 64 records a word, without branches on what the records say.

// maskInts sets the bits of the values between lo and hi, both included.
func maskInts(dst []uint64, values []int64, lo, hi int64) {
	width := uint64(hi) - uint64(lo)
	for w := range dst {
		var m uint64
		for i, v := range word(values, w) {
			_, beyond := bits.Sub64(width, uint64(v)-uint64(lo), 0)
			m |= (beyond ^ 1) << (i & 63)
		}
		dst[w] = m
	}
}

// maskDays sets the bits of the days from lo to hi, both included, going round: calendar.None lies behind the last
// representable day, so that hi = None takes every day from lo on, and none at all.
func maskDays(dst []uint64, values []calendar.Day, lo, hi calendar.Day) {
	width := uint64(uint32(hi) - uint32(lo))
	for w := range dst {
		var m uint64
		for i, v := range word(values, w) {
			beyond := (width - uint64(uint32(v)-uint32(lo))) >> 63
			m |= (beyond ^ 1) << (i & 63)
		}
		dst[w] = m
	}
}

// maskCodes sets the bits of the codes that the set holds; its last entry answers for everything beyond the list.
func maskCodes(dst []uint64, values []uint16, set []uint8) {
	last := len(set) - 1
	for w := range dst {
		var m uint64
		for i, v := range word(values, w) {
			m |= uint64(set[min(int(v), last)]) << (i & 63)
		}
		dst[w] = m
	}
}

// dropSet clears the bits of the records whose flag is set.
func dropSet(dst []uint64, flags []uint8) {
	for w := range dst {
		var m uint64
		for i, v := range word(flags, w) {
			if v != 0 {
				m |= 1 << (i & 63)
			}
		}
		dst[w] &^= m
	}
}

// word is the part of a column that the w-th word of its mask speaks of.
func word[T any](values []T, w int) []T {
	return values[w*64 : min(len(values), w*64+64)]
}

func maskCompare(dst []uint64, a, b []int64, op comparison) {
	for w := range dst {
		var m uint64
		other := word(b, w)
		for i, v := range word(a, w) {
			if v != Missing && other[i] != Missing && op.holds(v, other[i]) {
				m |= 1 << (i & 63)
			}
		}
		dst[w] = m
	}
}

// compute fills a number register; an overflow leaves its bit in trap and the missing value in the register.
func compute(dst, a, b []int64, trap []uint64, do func(int64, int64) (int64, bool)) {
	for i := range dst {
		if a[i] == Missing || b[i] == Missing {
			dst[i] = Missing
			continue
		}
		v, ok := do(a[i], b[i])
		if !ok {
			v = Missing
			trap[i/64] |= 1 << (i & 63)
		}
		dst[i] = v
	}
}

// machine runs programs. It holds the registers and belongs to one evaluator.
type machine struct {
	masks   [][chunkWords]uint64
	numbers [][chunkRows]int64
	trap    [chunkWords]uint64
	trapped bool
	spans   []span
	at      At
	// contested also lets disputed records pass, and no others: for telling what a dispute keeps out.
	contested bool
}

// run computes all masks of a program for the records from lo to hi of a table, at most chunkRows.
func (m *machine) run(p *program, t *Table, lo, hi int) {
	for len(m.masks) < p.masks {
		m.masks = append(m.masks, [chunkWords]uint64{})
	}
	for len(m.numbers) < p.numbers {
		m.numbers = append(m.numbers, [chunkRows]int64{})
	}
	words := (hi - lo + 63) / 64
	m.usable(t, lo, hi, words)
	m.trapped = false
	for i := range p.code {
		in := &p.code[i]
		if in.op >= firstNumber {
			m.number(in, t, lo, hi, words)
			continue
		}
		dst := m.masks[in.dst][:words]
		switch in.op {
		case opInts:
			maskInts(dst, t.Columns[in.a].Ints[lo:hi], in.lo, in.hi)
		case opDays:
			m.days(dst, t.days(in.a), lo, hi, calendar.Day(in.lo), calendar.Day(in.hi))
		case opSpan:
			s := m.spans[in.b]
			m.days(dst, t.days(in.a), lo, hi, s.first, s.last)
		case opInForce:
			m.inForce(dst, t, lo, hi)
		case opCodes:
			maskCodes(dst, t.Columns[in.a].Codes[lo:hi], p.sets[in.b])
		case opNumbers:
			maskInts(dst, m.numbers[in.a][:hi-lo], in.lo, in.hi)
		case opCompare:
			maskCompare(dst, m.numbers[in.a][:hi-lo], m.numbers[in.b][:hi-lo], comparison(in.c))
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
func (m *machine) usable(t *Table, lo, hi, words int) {
	dst := m.masks[maskUsable][:words]
	maskDays(dst, t.Occurred[lo:hi], calendar.First, m.at.AsOf)
	if m.at.AsOf < calendar.First {
		clear(dst)
	}
	if t.Lapse != nil {
		var live [chunkWords]uint64
		maskDays(live[:words], t.Lapse[lo:hi], m.at.Seen+1, calendar.None)
		for w := range dst {
			dst[w] &= live[w]
		}
	}
	switch {
	case t.Disputed == nil:
		if m.contested {
			clear(dst)
		}
	case m.contested:
		var free [chunkWords]uint64
		copy(free[:words], dst)
		dropSet(free[:words], t.Disputed[lo:hi])
		for w := range dst {
			dst[w] &^= free[w]
		}
	default:
		dropSet(dst, t.Disputed[lo:hi])
	}
}

// days is maskDays over a column that may be absent: then no record has the day.
func (m *machine) days(dst []uint64, column []calendar.Day, lo, hi int, first, last calendar.Day) {
	if column == nil || first > last {
		clear(dst)
		return
	}
	maskDays(dst, column[lo:hi], first, last)
}

// inForce sets the bits of the records with valid_from (or none) up to the as-of day and valid_to (or none) after it.
func (m *machine) inForce(dst []uint64, t *Table, lo, hi int) {
	for w := range dst {
		dst[w] = ^uint64(0)
	}
	var mask [chunkWords]uint64
	if t.ValidFrom != nil {
		maskDays(mask[:len(dst)], t.ValidFrom[lo:hi], calendar.None, m.at.AsOf)
		for w := range dst {
			dst[w] &= mask[w]
		}
	}
	if t.ValidTo != nil {
		maskDays(mask[:len(dst)], t.ValidTo[lo:hi], m.at.AsOf+1, calendar.None)
		for w := range dst {
			dst[w] &= mask[w]
		}
	}
}

func (m *machine) number(in *instruction, t *Table, lo, hi, words int) {
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
		column := t.days(in.a)
		for i := range dst {
			dst[i] = Missing
			if column != nil && column[lo+i] != calendar.None {
				dst[i] = int64(column[lo+i])
			}
		}
	case opConstant:
		for i := range dst {
			dst[i] = in.lo
		}
	case opAdd:
		compute(dst, register(in.a), register(in.b), trap, add)
	case opSubtract:
		compute(dst, register(in.a), register(in.b), trap, subtract)
	case opMultiply:
		compute(dst, register(in.a), register(in.b), trap, multiply)
	case opNegate:
		for i, v := range register(in.a) {
			dst[i] = v
			if v != Missing {
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

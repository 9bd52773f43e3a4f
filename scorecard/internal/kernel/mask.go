// Package kernel filters columns: a filter, compiled once to a program over the columns of a table, says of up to 1,024
// records at a time which ones pass, as a mask of bits.
//
// Everything an aggregate needs to know of its records is in such masks, for one subject or a million alike.
package kernel

import (
	"math/bits"

	"probity/calendar"
	"probity/scorecard/internal/filter"
	"probity/scorecard/internal/whole"
)

// The kernels: one loop each over up to 64 records a word, without branches on what the records say. They go through a
// word from its last record to its first and push a bit each: with the carry of the comparison that is one instruction.

// maskInts sets the bits of the values between lo and hi, both included.
func maskInts(dst []uint64, values []int64, lo, hi int64) {
	low, width := uint64(lo), uint64(hi)-uint64(lo)
	full := len(values) / 64
	for w := range full {
		v := (*[64]int64)(values[w*64:])
		var m uint64
		for i := 56; i >= 0; i -= 8 {
			p := (*[8]int64)(v[i:])
			m = push(m, width, uint64(p[7])-low)
			m = push(m, width, uint64(p[6])-low)
			m = push(m, width, uint64(p[5])-low)
			m = push(m, width, uint64(p[4])-low)
			m = push(m, width, uint64(p[3])-low)
			m = push(m, width, uint64(p[2])-low)
			m = push(m, width, uint64(p[1])-low)
			m = push(m, width, uint64(p[0])-low)
		}
		dst[w] = ^m
	}
	if full < len(dst) {
		var m uint64
		rest := word(values, full)
		for i := len(rest) - 1; i >= 0; i-- {
			m = push(m, width, uint64(rest[i])-low)
		}
		dst[full] = ^m & (1<<len(rest) - 1)
	}
}

// push shifts 1 into the mask where a value lies beyond the width, and 0 where it does not.
func push(m, width, v uint64) uint64 {
	_, beyond := bits.Sub64(width, v, 0)
	m, _ = bits.Add64(m, m, beyond)
	return m
}

// MaskDays sets the bits of the days from lo to hi, both included, going round: calendar.None lies behind the last
// representable day, so that hi = None takes every day from lo on, and none at all.
func MaskDays(dst []uint64, values []calendar.Day, lo, hi calendar.Day) {
	low, width := uint32(lo), uint64(uint32(hi)-uint32(lo))
	full := len(values) / 64
	for w := range full {
		v := (*[64]calendar.Day)(values[w*64:])
		var m uint64
		for i := 56; i >= 0; i -= 8 {
			p := (*[8]calendar.Day)(v[i:])
			m = push(m, width, uint64(uint32(p[7])-low))
			m = push(m, width, uint64(uint32(p[6])-low))
			m = push(m, width, uint64(uint32(p[5])-low))
			m = push(m, width, uint64(uint32(p[4])-low))
			m = push(m, width, uint64(uint32(p[3])-low))
			m = push(m, width, uint64(uint32(p[2])-low))
			m = push(m, width, uint64(uint32(p[1])-low))
			m = push(m, width, uint64(uint32(p[0])-low))
		}
		dst[w] = ^m
	}
	if full < len(dst) {
		var m uint64
		rest := word(values, full)
		for i := len(rest) - 1; i >= 0; i-- {
			m = push(m, width, uint64(uint32(rest[i])-low))
		}
		dst[full] = ^m & (1<<len(rest) - 1)
	}
}

// maskCodes sets the bits of the codes that the set holds; its last entry answers for everything beyond the list.
func maskCodes(dst []uint64, values []uint16, set []uint8) {
	if len(set) <= len(codeSet{}) {
		maskFewCodes(dst, values, set)
		return
	}
	last := len(set) - 1
	for w := range dst {
		var m uint64
		for i, v := range word(values, w) {
			m |= uint64(set[min(int(v), last)]) << (i & 63)
		}
		dst[w] = m
	}
}

// codeSet is a set of up to 63 codes; the last entry answers for everything beyond the list.
type codeSet [64]uint8

// has is 1 for a code in the set.
func (s *codeSet) has(v uint16) uint64 { return uint64(s[min(v, uint16(len(s)-1))]) }

// maskFewCodes is maskCodes for sets that fit into a cache line.
func maskFewCodes(dst []uint64, values []uint16, set []uint8) {
	var s codeSet
	copy(s[:], set[:len(set)-1])
	for i := len(set) - 1; i < len(s); i++ {
		s[i] = set[len(set)-1]
	}
	full := len(values) / 64
	for w := range full {
		v := (*[64]uint16)(values[w*64:])
		var m uint64
		for i := 56; i >= 0; i -= 8 {
			p := (*[8]uint16)(v[i:])
			m = m*2 + s.has(p[7])
			m = m*2 + s.has(p[6])
			m = m*2 + s.has(p[5])
			m = m*2 + s.has(p[4])
			m = m*2 + s.has(p[3])
			m = m*2 + s.has(p[2])
			m = m*2 + s.has(p[1])
			m = m*2 + s.has(p[0])
		}
		dst[w] = m
	}
	if full < len(dst) {
		var m uint64
		rest := word(values, full)
		for i := len(rest) - 1; i >= 0; i-- {
			m = m*2 + s.has(rest[i])
		}
		dst[full] = m
	}
}

// DropSet clears the bits of the records whose flag is set.
func DropSet(dst []uint64, flags []uint8) {
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

func maskCompare(dst []uint64, a, b []int64, op filter.Comparison) {
	for w := range dst {
		var m uint64
		other := word(b, w)
		for i, v := range word(a, w) {
			if v != whole.Missing && other[i] != whole.Missing && op.Holds(v, other[i]) {
				m |= 1 << (i & 63)
			}
		}
		dst[w] = m
	}
}

// compute fills a number register; an overflow leaves its bit in trap and the missing value in the register.
func compute(dst, a, b []int64, trap []uint64, do func(int64, int64) (int64, bool)) {
	for i := range dst {
		if a[i] == whole.Missing || b[i] == whole.Missing {
			dst[i] = whole.Missing
			continue
		}
		v, ok := do(a[i], b[i])
		if !ok {
			v = whole.Missing
			trap[i/64] |= 1 << (i & 63)
		}
		dst[i] = v
	}
}

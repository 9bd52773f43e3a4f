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

// MaskDays sets the bits of the days from lo to hi, both included, going round: calendar.None lies behind the last
// representable day, so that hi = None takes every day from lo on, and none at all.
func MaskDays(dst []uint64, values []calendar.Day, lo, hi calendar.Day) {
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

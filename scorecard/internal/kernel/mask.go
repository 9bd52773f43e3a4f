// Package kernel filters columns: a filter, compiled once to a program over the columns of a table, says of up to 1,024
// records at a time which ones pass, as a mask of bits.
//
// Everything an aggregate needs to know of its records is in such masks, for one subject or a million alike.
package kernel

import (
	"probity/scorecard/internal/filter"
	"probity/scorecard/internal/whole"
)

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

// word is the part of a column that the w-th word of its mask speaks of.
func word[T any](values []T, w int) []T {
	return values[w*64 : min(len(values), w*64+64)]
}

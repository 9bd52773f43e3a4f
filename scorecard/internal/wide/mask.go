package wide

import (
	"bytes"
	"math/bits"

	"probity/calendar"
)

// The kernels: one loop each over up to 64 records a word, without branches on what the records say. They go through a
// word from its last record to its first and push a bit each: with the carry of the comparison that is one instruction.

// Ints sets the bits of the values between lo and hi, both included.
func Ints(dst []uint64, values []int64, lo, hi int64) {
	low, width := uint64(lo), uint64(hi)-uint64(lo)
	done := quickInts(dst, values, low, width)
	dst, values = dst[done:], values[done*64:]
	full := min(len(dst), len(values)/64)
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

// Days sets the bits of the days from lo to hi, both included, going round: calendar.None lies behind the last
// representable day, so that hi = None takes every day from lo on, and none at all.
func Days(dst []uint64, values []calendar.Day, lo, hi calendar.Day) {
	low, width := uint32(lo), uint64(uint32(hi)-uint32(lo))
	done := quickDays(dst, values, low, uint32(width))
	dst, values = dst[done:], values[done*64:]
	full := min(len(dst), len(values)/64)
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

// CodeSet is a set of codes.
type CodeSet struct {
	// all has an entry for each code, 1 for those in the set, and one more that answers for everything beyond the list.
	all []uint8
	// few is the same for sets that can be looked up without memory.
	few   nibbles
	isFew bool
}

// NewCodeSet makes a set of codes out of a list with an entry for each; what lies beyond the list is not in the set.
func NewCodeSet(members []bool) CodeSet {
	s := CodeSet{all: make([]uint8, len(members)+1), isFew: len(members) < fewCodes}
	for i, in := range members {
		if !in {
			continue
		}
		s.all[i] = 1
		if s.isFew {
			s.few[i%16] |= 1 << (i / 16)
		}
	}
	return s
}

// Same tells whether two sets hold the same codes of the same list.
func (s *CodeSet) Same(t *CodeSet) bool { return bytes.Equal(s.all, t.all) }

// fewCodes is how many codes nibbles can tell apart, the one for everything beyond the list included.
const fewCodes = 128

// nibbles is a set of codes below fewCodes: code 16h+l is bit h of byte l. The last answers for all beyond.
type nibbles [16]uint8

// Codes sets the bits of the codes that the set holds.
func Codes(dst []uint64, values []uint16, s *CodeSet) {
	if s.isFew {
		done := quickCodes(dst, values, &s.few)
		dst, values = dst[done:], values[done*64:]
	}
	set := s.all
	if len(set) <= len(cacheLine{}) {
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

// cacheLine is a set of up to 63 codes; the last entry answers for everything beyond the list.
type cacheLine [64]uint8

// has is 1 for a code in the set.
func (s *cacheLine) has(v uint16) uint64 { return uint64(s[min(v, uint16(len(s)-1))]) }

// maskFewCodes is Codes for sets that fit into a cache line.
func maskFewCodes(dst []uint64, values []uint16, set []uint8) {
	if len(dst) == 0 {
		return
	}
	var s cacheLine
	copy(s[:], set[:len(set)-1])
	for i := len(set) - 1; i < len(s); i++ {
		s[i] = set[len(set)-1]
	}
	full := min(len(dst), len(values)/64)
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
	done := quickDropSet(dst, flags)
	dst, flags = dst[done:], flags[done*64:]
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

// slack is how many entries of a list of rows may be written beyond its end.
const slack = 8

// Rows lists the rows of a mask, whose first bit is that of row base. The list is written into dst, which is made longer
// where it is too short, and is returned; what dst held is lost.
func Rows(dst []int32, mask []uint64, base int) []int32 {
	if most := 64*len(mask) + slack; cap(dst) < most {
		dst = make([]int32, most)
	}
	dst = dst[:cap(dst)]
	done, n := quickRows(dst, mask, base)
	for w, b := range mask[done:] {
		first := int32(base + (done+w)*64)
		for ; b != 0; b &= b - 1 {
			dst[n] = first + int32(bits.TrailingZeros64(b))
			n++
		}
	}
	return dst[:n]
}

// word is the part of a column that the w-th word of its mask speaks of.
func word[T any](values []T, w int) []T {
	return values[w*64 : min(len(values), w*64+64)]
}

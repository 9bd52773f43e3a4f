package wide

import (
	"golang.org/x/sys/cpu"

	"probity/calendar"
)

const (
	// wordRows is how many records a word of a mask speaks of, lanes how many subjects are brought to an end together.
	wordRows = 64
	lanes    = 8
)

// able tells whether the processor has the instructions; it never changes.
var able = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

// quickInts compares 64 values for each word of the mask that both slices have room for, and returns how many words it did.
func quickInts(dst []uint64, values []int64, low, width uint64) int {
	n := min(len(dst), len(values)/wordRows)
	if n == 0 || !able {
		return 0
	}
	// The comparison is of signed numbers: both sides are moved by half the range.
	maskInts(&dst[0], &values[0], n, -low-1<<63, width-1<<63)
	return n
}

// quickDays is quickInts for days.
func quickDays(dst []uint64, values []calendar.Day, low, width uint32) int {
	n := min(len(dst), len(values)/wordRows)
	if n == 0 || !able {
		return 0
	}
	maskDays(&dst[0], &values[0], n, -low-1<<31, width-1<<31)
	return n
}

// quickCodes is quickInts for codes.
func quickCodes(dst []uint64, values []uint16, set *nibbles) int {
	n := min(len(dst), len(values)/wordRows)
	if n == 0 || !able {
		return 0
	}
	maskCodes(&dst[0], &values[0], n, set)
	return n
}

// quickDropSet is quickInts for flags.
func quickDropSet(dst []uint64, flags []uint8) int {
	n := min(len(dst), len(flags)/wordRows)
	if n == 0 || !able {
		return 0
	}
	dropSet(&dst[0], &flags[0], n)
	return n
}

// quickRows lists the rows of as many words as it can and returns how many those are, and how many the rows.
func quickRows(dst []int32, mask []uint64, base int) (words, n int) {
	if len(mask) == 0 || len(dst) < wordRows*len(mask)+slack || !able {
		return 0, 0
	}
	return len(mask), rows(&dst[0], &mask[0], len(mask), base)
}

// quickRate rates as many values as it can and returns how many those are.
func quickRate(points []int32, values []int64, r *Ranges) int {
	n := min(len(points), len(values)) / lanes
	if n == 0 || len(r.Below) == 0 || !able {
		return 0
	}
	rate(&points[0], &values[0], n, &r.Below[0], &r.Worth[0], min(len(r.Below), len(r.Worth)), r.First, r.Missing)
	return n * lanes
}

// quickRank ranks as many subjects as it can and returns how many those are.
func quickRank(sums []int32, best [][MaxReasons]int16, points []int32, stride int, r *Ranking) int {
	n := min(len(sums), len(best)) / lanes
	if n == 0 || len(r.Terms) == 0 || !able {
		return 0
	}
	_ = points[(len(r.Terms)-1)*stride+n*lanes-1]
	rank(&sums[0], &best[0], n, &points[0], stride, &r.Terms[0], len(r.Terms), r.Shift)
	return n * lanes
}

// FetchSubjects asks for a stretch of a column ahead of its use. It has no effect but time; so the others.
func FetchSubjects(column []uint32) {
	if len(column) > 0 {
		fetchSubjects(&column[0], 4*len(column))
	}
}

// FetchDays is FetchSubjects for days.
func FetchDays(column []calendar.Day) {
	if len(column) > 0 {
		fetchDays(&column[0], 4*len(column))
	}
}

// FetchInts is FetchSubjects for numbers.
func FetchInts(column []int64) {
	if len(column) > 0 {
		fetchInts(&column[0], 8*len(column))
	}
}

// FetchCodes is FetchSubjects for codes.
func FetchCodes(column []uint16) {
	if len(column) > 0 {
		fetchCodes(&column[0], 2*len(column))
	}
}

//go:noescape
func maskInts(dst *uint64, values *int64, words int, shift, width uint64)

//go:noescape
func maskDays(dst *uint64, values *calendar.Day, words int, shift, width uint32)

//go:noescape
func maskCodes(dst *uint64, values *uint16, words int, set *nibbles)

//go:noescape
func dropSet(dst *uint64, flags *uint8, words int)

//go:noescape
func rows(dst *int32, mask *uint64, words, base int) (n int)

//go:noescape
func rate(points *int32, values *int64, groups int, below *int64, worth *int32, cuts int, first, missing int32)

//go:noescape
func rank(sums *int32, best *[MaxReasons]int16, groups int, points *int32, stride int, terms *int32, factors int, shift uint)

//go:noescape
func fetchInts(column *int64, bytes int)

//go:noescape
func fetchDays(column *calendar.Day, bytes int)

//go:noescape
func fetchCodes(column *uint16, bytes int)

//go:noescape
func fetchSubjects(column *uint32, bytes int)

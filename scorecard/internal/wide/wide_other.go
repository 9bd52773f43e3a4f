//go:build !amd64

package wide

import "probity/calendar"

// There are no quick forms for these processors.

func quickInts([]uint64, []int64, uint64, uint64) int        { return 0 }
func quickDays([]uint64, []calendar.Day, uint32, uint32) int { return 0 }
func quickCodes([]uint64, []uint16, *nibbles) int            { return 0 }
func quickDropSet([]uint64, []uint8) int                     { return 0 }
func quickRows([]int32, []uint64, int) (words, n int)        { return 0, 0 }

func quickRate([]int32, []int64, *Ranges) int                            { return 0 }
func quickRank([]int32, [][MaxReasons]int16, []int32, int, *Ranking) int { return 0 }

// FetchSubjects leaves it to the processor to notice what is read; so the others.
func FetchSubjects([]uint32) {}

// FetchDays does nothing.
func FetchDays([]calendar.Day) {}

// FetchInts does nothing.
func FetchInts([]int64) {}

// FetchCodes does nothing.
func FetchCodes([]uint16) {}

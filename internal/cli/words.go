package cli

import (
	"fmt"
	"slices"
	"strings"
)

// list prints its members separated by commas.
type list []string

// String is the members, separated by commas.
func (l list) String() string { return strings.Join(l, ", ") }

// words makes a list of names of any kind.
func words[T ~string](names []T) list {
	l := make(list, 0, len(names))
	for _, n := range names {
		l = append(l, string(n))
	}
	return l
}

// count writes a number and the thing counted, with an s where there is not one of it.
func count[N int | int64](n N, thing string) string { return plural(n, thing, thing+"s") }

// plural writes a number and the thing counted.
func plural[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(int64(n)) + " " + many
}

// grouped writes a whole number with a comma between thousands.
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// closest is the member of have that name is most likely a slip for, "" where none is near.
func closest(name string, have []string) string {
	best, at := "", len([]rune(name))/3+2
	for _, h := range slices.Sorted(slices.Values(have)) {
		if d := distance([]rune(name), []rune(h)); d < at {
			best, at = h, d
		}
	}
	return best
}

// distance counts the insertions, deletions and replacements from a to b.
func distance(a, b []rune) int {
	line := make([]int, len(b)+1)
	for j := range line {
		line[j] = j
	}
	for i, ca := range a {
		diagonal := line[0]
		line[0] = i + 1
		for j, cb := range b {
			cost := diagonal
			if ca != cb {
				cost++
			}
			diagonal = line[j+1]
			line[j+1] = min(cost, line[j]+1, line[j+1]+1)
		}
	}
	return line[len(b)]
}

// spoken writes a code for readers: not_granted is "not granted".
func spoken(code string) string { return strings.ReplaceAll(code, "_", " ") }

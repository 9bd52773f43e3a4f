package catalogue

import (
	"slices"
	"strings"
)

// nearest is the cure for a name that is not known: the closest of the names there are, if one is close, and
// otherwise all of them while they are few.
func nearest(name string, have []string) string {
	slices.Sort(have)
	best, at := "", len([]rune(name))/3+2
	for _, h := range have {
		if d := distance(name, h, at); d < at {
			best, at = h, d
		}
	}
	switch {
	case best != "":
		return "did you mean " + best + "?"
	case len(have) == 0:
		return "there is none to choose from"
	case len(have) <= 40:
		return "there are: " + strings.Join(have, ", ")
	}
	return "it must be one that the catalogue has"
}

// distance counts the insertions, deletions and replacements from a to b; anything from limit on is limit.
func distance(a, b string, limit int) int {
	ra, rb := []rune(a), []rune(b)
	if len(ra)-len(rb) >= limit || len(rb)-len(ra) >= limit || len(ra) > 100 {
		return limit
	}
	row := make([]int, len(rb)+1)
	for j := range row {
		row[j] = j
	}
	for i, ca := range ra {
		diagonal := row[0]
		row[0] = i + 1
		for j, cb := range rb {
			cost := diagonal
			if ca != cb {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(rb)], limit)
}

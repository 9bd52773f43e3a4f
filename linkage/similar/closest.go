package similar

import (
	"slices"
	"unicode/utf8"
)

// Closest is the member of have that name is most likely a slip for, "" where none is near: at most one edit more than a third
// of its letters away. Of equally near ones it is the first by the alphabet.
func Closest(name string, have []string) string {
	const longest = 100
	letters := utf8.RuneCountInString(name)
	if letters > longest {
		return ""
	}
	best, at := "", letters/3+2
	for _, h := range slices.Sorted(slices.Values(have)) {
		if d := Edits(name, h); d < at {
			best, at = h, d
		}
	}
	return best
}

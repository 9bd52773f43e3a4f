// Package similar tells how alike two strings are: edit distance with transpositions, Jaro-Winkler, q-grams, sounds.
//
// The measures take strings that somebody has already brought into one form (case, accents, punctuation): here a letter
// is either the same or another. All are symmetric, deterministic and total: any two strings, in any script and any
// encoding, have an answer. Strings of up to 64 letters, which names and codes are, go through bit-parallel paths.
package similar

import "unicode/utf8"

// wordBits is how many letters fit into one machine word.
const wordBits = 64

// Edits is the number of insertions, deletions, substitutions and swaps of two neighbouring letters that turn a into b,
// no letter being edited twice (optimal string alignment, after Damerau and Levenshtein). It counts letters, not bytes.
func Edits(a, b string) int {
	if a == b {
		return 0
	}
	a, b = strip(a, b)
	switch {
	case isASCII(a) && isASCII(b):
		if len(a) > len(b) {
			a, b = b, a
		}
		if len(a) <= wordBits {
			return bitEdits(a, b)
		}
	case a == "" || b == "":
		return utf8.RuneCountInString(a) + utf8.RuneCountInString(b)
	}
	return tableEdits([]rune(a), []rune(b))
}

// strip takes away what both begin and end with, whole letters only. It changes no distance.
func strip(a, b string) (string, string) {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && !utf8.RuneStart(a[n]) || n < len(b) && !utf8.RuneStart(b[n])) {
		n--
	}
	a, b = a[n:], b[n:]
	n = 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && !utf8.RuneStart(a[len(a)-n]) {
		n--
	}
	return a[:len(a)-n], b[:len(b)-n]
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// bitEdits keeps a column of the table of distances in two words of differences (Hyyrö 2003). a has at most 64 letters.
func bitEdits(a, b string) int {
	if a == "" {
		return len(b)
	}
	var places [utf8.RuneSelf]uint64
	for i := range len(a) {
		places[a[i]] |= 1 << i
	}
	last := uint64(1) << (len(a) - 1)
	distance := len(a)
	vp, vn, d0, before := ^uint64(0), uint64(0), uint64(0), uint64(0)
	for i := range len(b) {
		pm := places[b[i]]
		swap := (((^d0) & pm) << 1) & before
		d0 = swap | (((pm & vp) + vp) ^ vp) | pm | vn
		hp, hn := vn|^(d0|vp), d0&vp
		if hp&last != 0 {
			distance++
		}
		if hn&last != 0 {
			distance--
		}
		hp, hn = hp<<1|1, hn<<1
		vp, vn = hn|^(d0|hp), hp&d0
		before = pm
	}
	return distance
}

// tableEdits fills the table of distances row by row.
func tableEdits(a, b []rune) int {
	previous, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		next[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, previous[j-1]+1)
			}
			next[j+1] = d
		}
		previous, row, next = row, next, previous
	}
	return row[len(b)]
}

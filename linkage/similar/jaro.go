package similar

import (
	"math/bits"
	"slices"
	"unicode/utf8"
)

const (
	// prefixWeight and prefixLetters are Winkler's: up to four letters that both begin with close a tenth each of what is
	// missing.
	prefixWeight  = 0.1
	prefixLetters = 4
)

// JaroWinkler is between 0 (no letter in common) and 1 (the same): the share of letters that are in both at about the
// same place, less the swapped ones, raised where the beginnings agree. Two empty strings are the same.
func JaroWinkler(a, b string) float64 {
	if a == b {
		return 1
	}
	var jaro float64
	prefix := 0
	if len(a) <= wordBits && len(b) <= wordBits && isASCII(a) && isASCII(b) {
		jaro = bitJaro(a, b)
		for prefix < prefixLetters && prefix < len(a) && prefix < len(b) && a[prefix] == b[prefix] {
			prefix++
		}
	} else {
		x, y := []rune(a), []rune(b)
		jaro = tableJaro(x, y)
		for prefix < prefixLetters && prefix < len(x) && prefix < len(y) && x[prefix] == y[prefix] {
			prefix++
		}
	}
	return jaro + float64(prefix)*prefixWeight*(1-jaro)
}

// bitJaro marks the letters that are taken in two words.
func bitJaro(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	if len(a) > len(b) || len(a) == len(b) && a > b {
		a, b = b, a
	}
	var places [utf8.RuneSelf]uint64
	for i := range len(b) {
		places[b[i]] |= 1 << i
	}
	reach := max(len(b)/2-1, 0)
	window := ^uint64(0) >> (wordBits - 1 - min(reach, wordBits-1)) // letters up to place i+reach, for i = 0
	takenA, takenB := uint64(0), uint64(0)
	for i := range len(a) {
		free := places[a[i]] & window &^ takenB
		if free != 0 {
			takenB |= free & -free
			takenA |= 1 << i
		}
		if i < reach {
			window = window<<1 | 1
		} else {
			window <<= 1
		}
	}
	common := bits.OnesCount64(takenA)
	if common == 0 {
		return 0
	}
	moved := 0
	for restA, restB := takenA, takenB; restA != 0; restA, restB = restA&(restA-1), restB&(restB-1) {
		if a[bits.TrailingZeros64(restA)] != b[bits.TrailingZeros64(restB)] {
			moved++
		}
	}
	return share(common, moved/2, len(a), len(b))
}

// tableJaro is the same for letters of any script and any number of them.
func tableJaro(a, b []rune) float64 {
	if len(a) > len(b) || len(a) == len(b) && slices.Compare(a, b) > 0 {
		a, b = b, a
	}
	if len(a) == 0 {
		return 0
	}
	reach := max(len(b)/2-1, 0)
	taken := make([]bool, len(b))
	var found []rune
	for i, letter := range a {
		for j := max(i-reach, 0); j < min(i+reach+1, len(b)); j++ {
			if !taken[j] && b[j] == letter {
				taken[j] = true
				found = append(found, letter)
				break
			}
		}
	}
	if len(found) == 0 {
		return 0
	}
	moved, k := 0, 0
	for j, letter := range b {
		if taken[j] {
			if found[k] != letter {
				moved++
			}
			k++
		}
	}
	return share(len(found), moved/2, len(a), len(b))
}

func share(common, swaps, lenA, lenB int) float64 {
	c := float64(common)
	return (c/float64(lenA) + c/float64(lenB) + (c-float64(swaps))/c) / 3
}

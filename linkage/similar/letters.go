package similar

import "math/bits"

// unknown is the sorts of letters of a string with letters beyond ASCII.
const unknown = ^uint32(0)

// Letters is which sorts of letters a string has, of 32 sorts: what two strings have no sort of in common they cannot have a letter of in
// common. It is for telling quickly that two strings are far apart. A string with letters beyond ASCII has all sorts, and nothing is told of it.
func Letters(s string) uint32 {
	set := uint32(0)
	for i := range len(s) {
		if s[i] >= 0x80 {
			return unknown
		}
		set |= 1 << (s[i] & 31)
	}
	return set
}

// Foreign is the number of letters at least that one of two strings has and the other has not, from their sorts of letters: no fewer
// edits turn one into the other.
func Foreign(a, b uint32) int {
	if a == unknown || b == unknown {
		return 0
	}
	return max(bits.OnesCount32(a&^b), bits.OnesCount32(b&^a))
}

// Below tells that the Jaro-Winkler similarity of two strings is below a bound, from their lengths, their sorts of letters and
// whether their first letters are the same; false where only [JaroWinkler] can tell.
func Below(bound float64, lenA, lenB int, a, b uint32, sameFirst bool) bool {
	if a == unknown || b == unknown {
		return false
	}
	common := min(lenA-bits.OnesCount32(a&^b), lenB-bits.OnesCount32(b&^a))
	if common <= 0 {
		return bound > 0
	}
	c := float64(common)
	jaro := (c/float64(lenA) + c/float64(lenB) + 1) / 3
	if sameFirst {
		jaro += prefixLetters * prefixWeight * (1 - jaro)
	}
	return jaro < bound
}

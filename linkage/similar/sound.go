package similar

import (
	"slices"
	"strings"
)

// soundLetters is how much of a word its sound keeps.
const soundLetters = 6

// sounds maps a letter to the group of letters that are mistaken for it in writing down what was heard; vowels, and h, w and y, are 0.
var sounds = [26]byte{
	'b' - 'a': 'p', 'p' - 'a': 'p', 'f' - 'a': 'f', 'v' - 'a': 'f',
	'c' - 'a': 'k', 'g' - 'a': 'k', 'k' - 'a': 'k', 'q' - 'a': 'k', 'x' - 'a': 'k',
	'j' - 'a': 's', 's' - 'a': 's', 'z' - 'a': 's',
	'd' - 'a': 't', 't' - 'a': 't', 'l' - 'a': 'l', 'm' - 'a': 'm', 'n' - 'a': 'm', 'r' - 'a': 'r',
}

// spelt are the groups of letters that are written for one sound, in the order in which they are replaced.
var spelt = strings.NewReplacer("tsch", "s", "sch", "s", "ph", "f", "ck", "k", "gh", "k", "kn", "n", "wr", "r", "sh", "s",
	"ch", "s", "zh", "s", "th", "t", "dt", "t", "cz", "s", "tz", "s", "ce", "se", "ci", "si", "cy", "si", "ge", "se", "gi", "si")

// Sound is a short code that words written differently but heard alike share: consonants by group, vowels left out but a
// leading one, which is written 'a'. It serves to find candidates and to grade what is not the same; it never makes
// two words the same. A word without Latin letters has the sound "".
func Sound(word string) string {
	var out [soundLetters]byte
	n, last := 0, byte(1)
	for i, letter := range []byte(spelt.Replace(word)) {
		if letter < 'a' || letter > 'z' {
			continue
		}
		group := sounds[letter-'a']
		if group == 0 && i == 0 {
			group = 'a'
		}
		if group != 0 && group != last && n < soundLetters {
			out[n] = group
			n++
		}
		last = group
	}
	return string(out[:n])
}

func sortedOnce(list []uint64) []uint64 {
	slices.Sort(list)
	return slices.Compact(list)
}

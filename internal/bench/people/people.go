// Package people makes up persons for measurements of linkage: given name, surname, day of birth, town, postcode and e-mail,
// some of them written again with the slips of those who type such things. Nothing in it is anybody's: names are put
// together from syllables by number, the common ones far oftener than the rare.
package people

import (
	"fmt"
	"strings"
)

// Columns are the names of the columns of [Record], behind the record's own name and the person whom it is about.
func Columns() []string { return []string{"given_name", "surname", "dob", "town", "postcode", "email"} }

var (
	onset = []string{"b", "br", "d", "f", "g", "gr", "h", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w"}
	rhyme = []string{"a", "an", "ar", "e", "el", "en", "er", "i", "in", "is", "o", "ol", "on", "or", "u", "un"}
)

// rule of the generator: 64 bits for each person, writing and trait.
func bits(seed, person, writing, trait int) uint64 {
	z := uint64(seed)<<56 ^ uint64(person)<<16 ^ uint64(writing)<<8 ^ uint64(trait)
	z = (z + 1) * 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func below(n int, b uint64) int { return int(b % uint64(n)) }

// skewed is below n, the low numbers oftener, as with names: of 900 the first is one in thirty, of 12,000 one in a hundred.
func skewed(n int, b uint64) int {
	share := float64(b>>11) / (1 << 53)
	return int(share * share * float64(n))
}

// word is the n-th made-up name of so many syllables.
func word(n, syllables, seed int) string {
	var w strings.Builder
	for at := range syllables {
		b := bits(seed, n, at, 99)
		w.WriteString(onset[below(len(onset), b)])
		w.WriteString(rhyme[below(len(rhyme), b>>20)])
	}
	return w.String()
}

const (
	givenNames = 900
	surnames   = 12_000
	townNames  = 1_500
)

// Written is how often a person is written down: seven in ten once, two twice, one three times.
func Written(seed, person int) int {
	switch n := below(10, bits(seed, person, 0, 50)); {
	case n < 7:
		return 1
	case n < 9:
		return 2
	}
	return 3
}

// Record is the k-th writing of a person, the first one without slips.
func Record(seed, person, k int) []string {
	b := func(trait int) uint64 { return bits(seed, person, 0, trait) }
	town := skewed(townNames, b(5))
	row := []string{
		word(skewed(givenNames, b(1)), 2, 7), word(skewed(surnames, b(2)), 2+below(2, b(3)), 8),
		fmt.Sprintf("%d-%02d-%02d", 1930+below(78, b(4)), 1+below(12, b(4)>>8), 1+below(28, b(4)>>16)),
		word(town, 3, 9), fmt.Sprintf("%05d", 10000+town*57%90000+below(9, b(6))), "",
	}
	row[5] = fmt.Sprintf("%s.%s%d@%s.example", row[0], row[1], below(90, b(7)), word(below(40, b(8)), 2, 10))
	if k == 0 {
		return row
	}
	return slips(row, func(trait int) uint64 { return bits(seed, person, k, trait) })
}

// slips writes a row as others do: every value has a slip in it one time in ten, is missing one time in ten, and the town and the
// e-mail are others one time in seven.
func slips(row []string, b func(trait int) uint64) []string {
	for at, value := range row {
		switch n := below(100, b(20+at)); {
		case n < 10:
			row[at] = slip(value, b(30+at))
		case n < 20:
			row[at] = ""
		}
	}
	if below(7, b(40)) == 0 {
		town := skewed(townNames, b(41))
		row[3], row[4] = word(town, 3, 9), fmt.Sprintf("%05d", 10000+town*57%90000)
	}
	if below(7, b(42)) == 0 {
		row[5] = fmt.Sprintf("%s%d@%s.example", word(below(surnames, b(43)), 2, 8), below(90, b(44)), word(below(40, b(45)), 2, 10))
	}
	return row
}

// slip leaves a letter out, writes one twice, swaps two, or writes another.
func slip(value string, b uint64) string {
	at := below(len(value)-1, b>>8)
	switch below(4, b) {
	case 0:
		return value[:at] + value[at+1:]
	case 1:
		return value[:at] + value[at:at+1] + value[at:]
	case 2:
		return value[:at] + value[at+1:at+2] + value[at:at+1] + value[at+2:]
	}
	other := "e"
	if value[at] >= '0' && value[at] <= '9' {
		other = "7"
	}
	return value[:at] + other + value[at+1:]
}

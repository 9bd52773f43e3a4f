package naming

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed given.tsv
var givenTable string

// shortForms are the names that a short form stands for, and the other way round.
var shortForms = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, columns := range lines(givenTable) {
		for _, short := range strings.Fields(columns[1]) {
			all[short] = append(all[short], columns[0])
			all[columns[0]] = append(all[columns[0]], short)
		}
	}
	return all
})

// Familiar tells that one given name is a short form of the other: bill and william. Two short forms of one name are not each
// other's.
func Familiar(a, b string) bool { return a != b && slices.Contains(shortForms()[a], b) }

// particles of names and ordinals that are written in two ways, with the one that stands for both.
var particles = map[string]string{"ibn": "bin", "el": "al", "abou": "abu", "1st": "first", "2nd": "second", "3rd": "third"}

// Particle is the one writing of a particle of names, and any other word itself.
func Particle(word string) string {
	if one, ok := particles[word]; ok {
		return one
	}
	return word
}

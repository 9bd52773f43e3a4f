// Package spoken says what a refusal by the Charter found missing in the subject's language. Whoever is refused, and whoever
// a refused attempt was about, reads it on its own file (Charter C11, C12: in plain words, in its own language); the element
// itself is a stable name in English.
package spoken

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed elements.yaml
var elements []byte

var chinese = sync.OnceValue(func() map[string]string {
	var all map[string]string
	if err := yaml.Unmarshal(elements, &all); err != nil { // a test reads it
		panic(fmt.Sprintf("elements.yaml: %v", err))
	}
	return all
})

// Chinese is the element in Chinese; ok is false, and the element itself given, for one that is not the Charter's own, such
// as an element that a list asks of its grounds.
func Chinese(element string) (text string, ok bool) {
	if text, ok = chinese()[element]; ok {
		return text, true
	}
	if name, found := strings.CutPrefix(element, "exemption "); found {
		return chinese()["exemption "] + "（" + name + "）", true
	}
	return element, false
}

// Attempt reads what the entry of a refused attempt says was missing, "C11: consent", into the line of the Charter and the
// element; invariant is "" for a text of another form.
func Attempt(detail string) (invariant, element string) {
	invariant, element, ok := strings.Cut(detail, ": ")
	if !ok || !strings.HasPrefix(invariant, "C") {
		return "", detail
	}
	return invariant, element
}

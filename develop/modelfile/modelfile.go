// Package modelfile is what those have in common who write the file of a model over a plain table: names, of which each stands once and
// none means something else already, and texts as YAML reads them.
package modelfile

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"probity/scorecard/tabular"
)

// reserved are words that mean something to filters or to YAML.
var reserved = []string{
	"in", "true", "false", "null", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
	"namespace", "return", "var", "void", "while", "missing", "date", "occurred", "valid_from", "valid_to", "yes", "no", "on", "off", "y", "n",
	"all", tabular.Unseen,
}

// Reserved tells whether a name, in small letters, means something already.
func Reserved(name string) bool { return slices.Contains(reserved, strings.ToLower(name)) }

// Names are those that were given. Names that differ in the size of letters alone count as one.
type Names struct{ taken map[string]bool }

// NewNames gives none of the words, in small letters, nor what it gave before.
func NewNames(words ...string) *Names {
	n := &Names{map[string]bool{}}
	for _, w := range words {
		n.taken[w] = true
	}
	return n
}

// Free gives none of the reserved words.
func Free() *Names { return NewNames(reserved...) }

// Give gives the name, or one like it with a number where it was given before.
func (n *Names) Give(name string) string {
	given := name
	for i := 2; n.taken[strings.ToLower(given)]; i++ {
		given = name + "_" + strconv.Itoa(i)
	}
	n.taken[strings.ToLower(given)] = true
	return given
}

// Quoted writes a text as JSON does, which YAML reads as it is; what is no UTF-8 is replaced.
func Quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(strings.ToValidUTF8(text, "\uFFFD")); err != nil {
		return strconv.Quote(text)
	}
	return strings.TrimSpace(b.String())
}

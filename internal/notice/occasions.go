package notice

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed words
var files embed.FS

// kind says what the value of a fact is.
type kind string

const (
	textKind    kind = "text"
	dayKind     kind = "day"
	instantKind kind = "instant"
	fenKind     kind = "fen"
	countKind   kind = "count"
	idKind      kind = "id"
	wordKind    kind = "word"
	personKind  kind = "person"
)

// Values of the other kinds (agency, dataset, measure, purpose, context, model) are codes, shown with their titles.

// plan is the closed list of occasions and of what they state.
type plan struct {
	Facts     map[string]kind        `yaml:"facts"`
	Words     map[string][]string    `yaml:"words"`
	Occasions map[Occasion]*occasion `yaml:"occasions"`
	// generic and fillers are the texts of generic.yaml, folded.
	generic []string
	fillers map[string]bool
}

// occasion is what one of them must and may say; the meaning of each field stands in occasions.yaml.
type occasion struct {
	Needs   []string `yaml:"needs"`
	May     []string `yaml:"may"`
	Reasons bool     `yaml:"reasons"`
	Weighs  bool     `yaml:"weighs"`
	Agency  bool     `yaml:"agency"`
	Waits   bool     `yaml:"waits"`
	Brief   bool     `yaml:"brief"`
}

func (o *occasion) states(fact string) bool {
	return slices.Contains(o.Needs, fact) || slices.Contains(o.May, fact) || o.Reasons && fact == Reason
}

// theList is the embedded list, read once.
var theList = sync.OnceValue(func() *plan {
	var p plan
	decode("words/occasions.yaml", &p)
	var g struct {
		Phrases []string `yaml:"phrases"`
		Fillers []string `yaml:"fillers"`
	}
	decode("words/generic.yaml", &g)
	for _, phrase := range g.Phrases {
		p.generic = append(p.generic, fold(phrase))
	}
	// The longest first, so that none leaves the rest of another behind.
	slices.SortFunc(p.generic, func(a, b string) int { return len(b) - len(a) })
	p.fillers = map[string]bool{}
	for _, w := range g.Fillers {
		p.fillers[w] = true
	}
	return &p
})

// decode reads an embedded file; a test reads them all, so that a damaged one never leaves the workshop.
func decode(name string, into any) {
	text, err := files.ReadFile(name)
	if err == nil {
		dec := yaml.NewDecoder(bytes.NewReader(text))
		dec.KnownFields(true)
		err = dec.Decode(into)
	}
	if err != nil {
		panic(fmt.Sprintf("the embedded file %s: %v", name, err))
	}
}

// Occasions is the closed list in alphabetical order.
func Occasions() []Occasion { return slices.Sorted(maps.Keys(theList().Occasions)) }

// Waits tells whether notices of the occasion may wait for the next digest, where the subject wants one.
func (o Occasion) Waits() bool {
	d := theList().Occasions[o]
	return d != nil && d.Waits
}

// Needs are the facts that a notice of the occasion must state; nil for an occasion that is not on the list.
func (o Occasion) Needs() []string {
	if d := theList().Occasions[o]; d != nil {
		return slices.Clone(d.Needs)
	}
	return nil
}

// fold makes texts comparable: lower case, one space between words, no punctuation at the ends of words.
func fold(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return strings.ContainsRune(" \t\r\n.,;:!?\"'()[]，。；：！？“”‘’（）、", r)
	})
	return strings.Join(words, " ")
}

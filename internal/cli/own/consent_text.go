package own

import (
	"fmt"
	"io"
	"strings"

	"probity/internal/cli/console"
	"probity/internal/consent/wording"
)

// consentTexts lists the texts by which people agree.
type consentTexts struct {
	All bool `help:"Those out of force too."`
}

// Help shows the examples.
func (consentTexts) Help() string {
	return `A text is changed by a new version with a first day of its own. A consent that was given by an older one stands; a renewal uses the one in force.

Examples:

    probity consent texts
    probity consent texts --all --json`
}

// digested is a text with the digests of its words.
type digested struct {
	wording.Text
	Digests map[string]string `json:"digests"`
}

// Run prints the list.
func (c consentTexts) Run(s *console.Session) error {
	list := []digested{}
	for _, t := range wording.BuiltIn().All() {
		if !c.All && !t.InForce(s.Today()) {
			continue
		}
		one := digested{t, map[string]string{}}
		for _, language := range wording.Languages() {
			one.Digests[language] = t.Digest(language)
		}
		list = append(list, one)
	}
	s.Result(map[string]any{"texts": list}, func(w io.Writer) {
		console.Columns(w, console.Row{"text", "from", "until", "languages", "for"}, console.Listed(list, func(t *digested) console.Row {
			where := "every area of life"
			if len(t.Contexts) > 0 {
				where = strings.Join(t.Contexts, ", ")
			}
			return console.Row{t.Name(), t.From, t.To, strings.Join(wording.Languages(), ", "), where}
		}))
	})
	return nil
}

// consentText prints one text.
type consentText struct {
	Text     string `arg:"" help:"The text as ID/VERSION; probity consent texts lists them."`
	Language string `default:"zh" placeholder:"CODE" help:"The language: en or zh."`
}

// Help shows the examples.
func (consentText) Help() string {
	return `What is printed is what the person is shown, with the warning, and nothing else: its SHA-256 is the digest that the receipt names.

Examples:

    probity consent text rating-finance/1 --language en
    probity consent text rating/1 > shown.txt`
}

// Run prints the words.
func (c consentText) Run(s *console.Session) error {
	id, version, _ := strings.Cut(c.Text, "/")
	t := wording.BuiltIn().Text(id, version)
	if t == nil {
		return console.Unknown("text", c.Text, names(), "probity consent texts --all lists them")
	}
	shown := t.Shown(c.Language)
	if shown == "" {
		return console.Unknown("language", c.Language, wording.Languages(), "a text is written in each of: "+strings.Join(wording.Languages(), ", "))
	}
	s.Result(map[string]any{"text": t, "language": c.Language, "digest": t.Digest(c.Language), "words": shown}, func(w io.Writer) { fmt.Fprint(w, shown) })
	return nil
}

func names() (list []string) {
	for _, t := range wording.BuiltIn().All() {
		list = append(list, t.Name())
	}
	return list
}

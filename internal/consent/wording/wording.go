// Package wording keeps the words by which people agree to be rated, so that anybody can read years later, letter by letter,
// what a person was shown. Each text is dated data: a change is a new version, and no old one goes away.
package wording

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

// Languages are those in which every text is written.
func Languages() []string { return []string{"en", "zh"} }

// Text is one version of the words.
type Text struct {
	ID      string `yaml:"id" json:"id"`
	Version string `yaml:"version" json:"version"`
	// From is its first day in force, To the first day on which it no longer is; None while it holds.
	From calendar.Day `yaml:"from" json:"from"`
	To   calendar.Day `yaml:"to" json:"to"`
	// Contexts are the areas of life it may be used for; none is every one.
	Contexts []string `yaml:"contexts" json:"contexts,omitempty"`
	// Source are the rules of law that it answers.
	Source string `yaml:"source" json:"source"`
	// Agreement is what the person agrees to, Warning what agreeing may cost, by language.
	Agreement map[string]string `yaml:"words" json:"-"`
	Warning   map[string]string `yaml:"warning" json:"-"`
}

// Name is the text as people name it: "rating/1".
func (t *Text) Name() string { return t.ID + "/" + t.Version }

// InForce tells whether people may agree by it on the day.
func (t *Text) InForce(on calendar.Day) bool {
	return on >= t.From && (t.To == calendar.None || on < t.To)
}

// For tells whether it may be used for every one of the areas of life.
func (t *Text) For(contexts []string) bool {
	return len(t.Contexts) == 0 || !slices.ContainsFunc(contexts, func(c string) bool { return !slices.Contains(t.Contexts, c) })
}

// Shown are the exact words in a language, the warning among them; "" in a language that it is not written in.
func (t *Text) Shown(language string) string {
	if t.Agreement[language] == "" {
		return ""
	}
	return t.Agreement[language] + "\n" + t.Warning[language]
}

// Digest is the SHA-256 of the exact words in a language, in hexadecimal; "" where there are none.
func (t *Text) Digest(language string) string {
	shown := t.Shown(language)
	if shown == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(shown))
	return hex.EncodeToString(sum[:])
}

// Texts are all versions of all texts. They are read-only and safe for concurrent use.
type Texts struct{ list []Text }

//go:embed texts.yaml
var builtIn []byte

// BuiltIn are the texts that come with the program.
var BuiltIn = sync.OnceValue(func() *Texts {
	t, err := Parse("texts.yaml", builtIn)
	if err != nil {
		panic(err) // it is compiled in and tested
	}
	return t
})

// Parse reads texts from YAML, in the form of texts.yaml, strictly. name stands in messages.
func Parse(name string, text []byte) (*Texts, error) {
	var f struct{ Texts []Text }
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := range f.Texts {
		t := &f.Texts[i]
		if t.To == 0 {
			t.To = calendar.None // the key is not there
		}
		if problem := check(t); problem != "" {
			return nil, fmt.Errorf("%s: text %d (%s): %s", name, i+1, t.Name(), problem)
		}
		for j := range i {
			switch o := &f.Texts[j]; {
			case o.ID != t.ID:
			case o.Version == t.Version:
				return nil, fmt.Errorf("%s: texts %d and %d are both %s", name, j+1, i+1, t.Name())
			case (o.To == calendar.None || t.From < o.To) && (t.To == calendar.None || o.From < t.To):
				return nil, fmt.Errorf("%s: texts %d and %d: two versions of %s are in force at once", name, j+1, i+1, t.ID)
			}
		}
	}
	return &Texts{f.Texts}, nil
}

func check(t *Text) string {
	code := func(s string) bool { return s != "" && !strings.ContainsAny(s, "/ \t\n") }
	switch {
	case !code(t.ID) || !code(t.Version):
		return "state the id and the version, without blanks and strokes"
	case t.Source == "":
		return "state the source"
	case t.From == calendar.None || t.From == 0:
		return "state the first day in force"
	case t.To != calendar.None && t.To <= t.From:
		return "it is out of force before it is in force"
	}
	for _, in := range []struct {
		what string
		have map[string]string
	}{{"words", t.Agreement}, {"warning", t.Warning}} {
		if got := slices.Sorted(maps.Keys(in.have)); !slices.Equal(got, Languages()) {
			return fmt.Sprintf("give the %s in %s, not in %s", in.what, strings.Join(Languages(), " and "), cmp.Or(strings.Join(got, ", "), "none"))
		}
		for _, language := range Languages() {
			if strings.TrimSpace(in.have[language]) == "" {
				return fmt.Sprintf("the %s in %s are empty", in.what, language)
			}
		}
	}
	return ""
}

// All are the versions of every text by id and first day.
func (t *Texts) All() []Text {
	list := slices.Clone(t.list)
	slices.SortFunc(list, func(a, b Text) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.From, b.From)) })
	return list
}

// Text is one version of one text, nil where there is none such.
func (t *Texts) Text(id, version string) *Text {
	i := slices.IndexFunc(t.list, func(x Text) bool { return x.ID == id && x.Version == version })
	if i < 0 {
		return nil
	}
	return &t.list[i]
}

// InForce are the names of the versions by which people may agree on the day, for every one of the areas of life.
func (t *Texts) InForce(on calendar.Day, contexts []string) (names []string) {
	for _, x := range t.All() {
		if x.InForce(on) && x.For(contexts) {
			names = append(names, x.Name())
		}
	}
	return names
}

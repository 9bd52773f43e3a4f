package wording_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/consent/wording"
)

// published are the digests of the texts that people may have agreed to. A line is added with each new version, and none
// is ever changed: a receipt that names it would no longer be the words that were shown.
var published = map[string]string{
	"rating/1 en":         "2a5e433de6ef37b002d83363f1e0c6ae6c3d6d308057e5197d9535c63868d64e",
	"rating/1 zh":         "90a925eb2883443f1d28f7f188f31a7f68b37e5b80acd283856332996b3a598a",
	"rating-finance/1 en": "aec5e6d9312a01f4ca7b16434ea154eb072a870f5fc804de3179e01c9b3f8557",
	"rating-finance/1 zh": "ad9747dd02025285467a8e9539ffe2e03523d3eec3d7014defd04bbe8708cdbd",
}

// TestPublishedTextsNeverChange holds each version to the words that it was published with.
func TestPublishedTextsNeverChange(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, x := range wording.BuiltIn().All() {
		for _, language := range wording.Languages() {
			name := x.Name() + " " + language
			seen[name] = true
			if got := x.Digest(language); got != published[name] {
				t.Errorf("%s: the words have the digest %s, published were those of %q; write a new version", name, got, published[name])
			}
		}
	}
	for name := range published {
		if !seen[name] {
			t.Errorf("%s was taken away, and somebody may have agreed to it", name)
		}
	}
}

// TestBuiltInTexts: every area of life has a text in force, what touches money has the one that Order 631 art. 14 asks for
// and no other, and the digest is that of the words with their warning.
func TestBuiltInTexts(t *testing.T) {
	t.Parallel()
	on := calendar.MustParse("2026-07-01")
	for _, c := range catalogue.BuiltIn().Contexts {
		names := wording.BuiltIn().InForce(on, []string{c.Code})
		if !slices.Contains(names, "rating-finance/1") {
			t.Errorf("%s: people may agree by %v", c.Code, names)
		}
		money := slices.Contains([]string{"finance-credit", "finance-market", "tax", "social-security", "public-finance", "investment"}, c.Code)
		if money && slices.Contains(names, "rating/1") {
			t.Errorf("%s: a text without the warning about financial information may be used", c.Code)
		}
	}
	for _, x := range wording.BuiltIn().All() {
		for _, language := range wording.Languages() {
			shown := x.Shown(language)
			if !strings.HasPrefix(shown, x.Agreement[language]) || !strings.HasSuffix(shown, x.Warning[language]) {
				t.Errorf("%s in %s does not show both the words and the warning", x.Name(), language)
			}
			if sum := sha256.Sum256([]byte(shown)); x.Digest(language) != hex.EncodeToString(sum[:]) {
				t.Errorf("%s in %s: the digest is of something else", x.Name(), language)
			}
		}
		if x.Shown("fr") != "" || x.Digest("fr") != "" {
			t.Errorf("%s is shown in a language it is not written in", x.Name())
		}
	}
}

// file is a file of texts with the lines given below its first version.
func file(more string) string {
	return `texts:
  - {id: a, version: "1", from: 2026-01-01, to: 2026-07-01, source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}
` + more
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"one":             {file(""), ""},
		"the next":        {file(`  - {id: a, version: "2", from: 2026-07-01, source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`), ""},
		"overlapping":     {file(`  - {id: a, version: "2", from: 2026-06-30, source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`), "in force at once"},
		"twice":           {file(`  - {id: a, version: "1", from: 2027-01-01, source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`), "are both a/1"},
		"no day":          {file(`  - {id: b, version: "1", source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`), "first day in force"},
		"over before":     {file(`  - {id: b, version: "1", from: 2026-02-01, to: 2026-02-01, source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`), "out of force before"},
		"one language":    {file(`  - {id: b, version: "1", from: 2026-02-01, source: law, words: {en: yes}, warning: {en: mind, zh: 注意}}`), "give the words in en and zh, not in en"},
		"no warning":      {file(`  - {id: b, version: "1", from: 2026-02-01, source: law, words: {en: yes, zh: 是}}`), "give the warning in en and zh, not in none"},
		"empty warning":   {file(`  - {id: b, version: "1", from: 2026-02-01, source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: " "}}`), "warning in zh are empty"},
		"no source":       {file(`  - {id: b, version: "1", from: 2026-02-01, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`), "state the source"},
		"a stroke":        {file(`  - {id: b/c, version: "1", from: 2026-02-01, source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`), "without blanks and strokes"},
		"an unknown key":  {file(`  - {id: b, version: "1", form: 2026-02-01}`), "field form not found"},
		"nothing at all":  {"", "EOF"},
		"not a list":      {"texts: 3", "cannot unmarshal"},
		"unquoted number": {file(`  - {id: b, version: 1, from: 2026-02-01, source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`), ""},
	} {
		_, err := wording.Parse("t.yaml", []byte(c.text))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestVersionsFollowEachOther(t *testing.T) {
	t.Parallel()
	texts, err := wording.Parse("t.yaml", []byte(file(`  - {id: a, version: "2", from: 2026-07-01, contexts: [x, y], source: law, words: {en: yes, zh: 是}, warning: {en: mind, zh: 注意}}`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day      string
		contexts []string
		want     string
	}{
		{"2025-12-31", nil, ""}, {"2026-01-01", []string{"z"}, "a/1"}, {"2026-06-30", nil, "a/1"}, {"2026-07-01", nil, "a/2"},
		{"2026-07-01", []string{"y", "x"}, "a/2"}, {"2026-07-01", []string{"x", "z"}, ""},
	} {
		if got := strings.Join(texts.InForce(calendar.MustParse(c.day), c.contexts), " "); got != c.want {
			t.Errorf("%s, %v: %q, want %q", c.day, c.contexts, got, c.want)
		}
	}
	if texts.Text("a", "1") == nil || texts.Text("a", "3") != nil || texts.Text("b", "1") != nil {
		t.Error("a text is found by id and version, those out of force too")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(file("")))
	f.Add([]byte("texts: [{id: a}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		texts, err := wording.Parse("t.yaml", text)
		if err != nil {
			return
		}
		for _, x := range texts.All() {
			if x.Shown("en") == "" || x.Shown("zh") == "" || x.Source == "" {
				t.Errorf("%s was accepted without its words", x.Name())
			}
		}
	})
}

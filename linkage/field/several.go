package field

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"probity/linkage/naming"
)

// name is one name as it is compared.
type name struct {
	form    string
	words   list
	reading list // in Latin letters, empty where it is not needed
	script  alphabet
	squash  uint64 // of its letters without spaces
	// short is a mark of the first letters of a body's words, or, where letters tells so, of a name that may be such letters.
	short   uint64
	letters bool
}

// among stands between the names of somebody who has several.
const among = "\x1f"

// alsoCalled is what stands between two names of one value: a bar, or words that say that the one was, or is also, called the other.
var alsoCalled = regexp.MustCompile(`(?i)\s\|\s|[(\[（【,，;]?\s*(?:\b(?:formerly(?:\s+known\s+as)?|previously(?:\s+known\s+as)?|f/?k/?a|f\.k\.a\.|a/?k/?a|a\.k\.a\.|also\s+known\s+as|trading\s+as|doing\s+business\s+as)(?:\s|:)+|(?:曾用名|原名|前称)\s*[:：]?\s*)`)

// severalNames is a value with each of its names folded.
func severalNames(value string) string {
	if !alsoCalled.MatchString(value) {
		return folded(value)
	}
	var all []string
	for _, part := range alsoCalled.Split(value, -1) {
		if f := folded(part); f != "" && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return strings.Join(all, among)
}

// parts are the names of a form that has several, nil for one.
func (b *bags) parts(f string, words func([]string) []bagWord, known func(string) bool) []name {
	if !strings.Contains(f, among) {
		return nil
	}
	var all []name
	for part := range strings.SplitSeq(f, among) {
		n := name{form: part, script: alphabetOf(part), squash: b.squashed(part), words: list{words: words(b.split(part))}}
		n.short, n.letters = b.shortened(part)
		if b.style.several() {
			n.reading.words = words(b.reads(part, n.script, known))
		}
		all = append(all, n)
	}
	return all
}

// name is a form that has one name.
func (n names) name(form uint32) name {
	one := name{form: n.form[form], words: n.whole(form), script: n.script[form], squash: n.squash[form]}
	if n.reading != nil {
		one.reading = n.reading[form]
	}
	if n.kind == Organisation {
		one.short, one.letters = n.short[form].mark, n.short[form].letters
	}
	return one
}

// all are the names of a form.
func (n names) all(form uint32) []name {
	if several := n.several[form]; several != nil {
		return several
	}
	return []name{n.name(form)}
}

// short is what a body's name is shortened to, or may be short for.
type short struct {
	mark    uint64
	letters bool
}

const (
	// fewestLetters and mostLetters are those of a name that may be the first letters of another.
	fewestLetters = 3
	mostLetters   = 6
	// bagOfShort and worthOfShort are the levels of a name and its first letters.
	bagOfShort   = 5
	worthOfShort = 6
)

// passedOver are words whose first letters do not count.
var passedOver = map[string]bool{"of": true, "and": true, "the": true, "for": true, "in": true, "de": true, "la": true, "et": true, "und": true, "der": true, "di": true}

// shortened is a mark of the first letters of a body's words, or of a name that may be such letters: the two are the same mark,
// and that by which the word finds others. It is 0 where there is neither.
func (b *bags) shortened(form string) (mark uint64, letters bool) {
	if b.kind != Organisation || hasHan(form) {
		return 0, false
	}
	words, _ := naming.CutForms(strings.Fields(form))
	if len(words) == 1 {
		if n := utf8.RuneCountInString(words[0]); n < fewestLetters || n > mostLetters || hasDigit(words[0]) {
			return 0, false
		}
		return hash('w', words[0]), true
	}
	var first []rune
	for _, word := range words {
		if !passedOver[word] {
			first = append(first, firstLetter(word))
		}
	}
	if len(first) < fewestLetters || len(first) > mostLetters {
		return 0, false
	}
	return hash('w', string(first)), false
}

// shortOf tells that one name is the first letters of the other's words.
func shortOf(x, y name) bool { return x.short != 0 && x.short == y.short && x.letters != y.letters }

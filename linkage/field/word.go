package field

import (
	"strings"
	"unicode/utf8"

	"probity/linkage/script"
	"probity/linkage/similar"
)

// words compares single names and other short text by letters and sound.
type words struct{ form []word }

// word is one of them, kept together because it is looked at together.
type word struct {
	form    string
	sound   uint64
	sorts   uint32 // of letters
	letters uint32 // how many
}

func wordOf(form string) word {
	return word{form, soundKey(form), similar.Letters(form), uint32(utf8.RuneCountInString(form))}
}

func (s *Space) words(kind Kind, raw []string) {
	form := s.intern(raw, folded)
	if kind == Category {
		s.Comparer = category{form}
		return
	}
	w := words{make([]word, len(form))}
	for i, f := range form {
		w.form[i] = wordOf(f)
	}
	s.Comparer = w
}

// soundKey is the sound of a word, of Chinese its pinyin without tones; what has none is its own.
func soundKey(f string) uint64 {
	if f == "" {
		return 0
	}
	if script.HasHan(f) {
		return hash('p', script.Latin(strings.ReplaceAll(f, " ", "")))
	}
	if code := similar.Sound(strings.ReplaceAll(f, " ", "")); code != "" {
		return hash('s', code)
	}
	return hash('w', f)
}

var wordLevels = []string{
	"the same", "one slip", "one slip in a short word", "almost the same", "initial of the other", "the same sound", "similar", "different",
}

func (words) Levels() []string { return wordLevels }

const (
	shortWord   = 4
	almost      = 0.92
	likeEnough  = 0.82
	initialOnly = 1
	shortHan    = 2
)

func (w words) Compare(a, b uint32) uint8 {
	x, y := &w.form[a], &w.form[b]
	if strangers(x, y) {
		return 7
	}
	shorter, longer := min(x.letters, y.letters), max(x.letters, y.letters)
	if longer-shorter <= 1 && similar.Foreign(x.sorts, y.sorts) <= 1 && shorter > leastLetters(x.form) && similar.Edits(x.form, y.form) == 1 {
		if shorter > shortWord {
			return 1
		}
		return 2
	}
	j := similar.JaroWinkler(x.form, y.form)
	switch {
	case shorter == initialOnly && firstLetter(x.form) == firstLetter(y.form):
		return 4
	case j >= almost && shorter > initialOnly:
		return 3
	case x.sound == y.sound && (shorter > 2 || shorter == shortHan && hasHan(x.form)):
		return 5
	case j >= likeEnough && shorter > initialOnly:
		return 6
	}
	return 7
}

// strangers tells quickly that two words are different, as most are.
func strangers(x, y *word) bool {
	a, b := x.form, y.form
	return x.sound != y.sound && min(len(a), len(b)) > initialOnly && similar.Foreign(x.sorts, y.sorts) > 1 &&
		similar.Below(likeEnough, len(a), len(b), x.sorts, y.sorts, a[0] == b[0])
}

// leastLetters is how many letters a word must have more than to be another one with a slip. Of a Chinese name of two
// characters one is half of the name: 王伟 is not 王芳 with a slip.
func leastLetters(word string) uint32 {
	if hasHan(word) {
		return shortHan
	}
	return initialOnly
}

func firstLetter(word string) rune {
	first, _ := utf8.DecodeRuneInString(word)
	return first
}

func (words) Keys() []Key {
	return []Key{{Name: "the same", Agrees: 0.75}, {Name: "the same sound", Agrees: 0.85}, {Name: "the same first three letters", Agrees: 0.87}}
}

func (w words) AppendKeys(list []uint64, sort int, form uint32) []uint64 {
	switch sort {
	case 0:
		return append(list, hash(0, w.form[form].form))
	case 1:
		return append(list, w.form[form].sound)
	}
	n, f := 0, w.form[form].form
	for i := range f {
		if n++; n > 3 {
			return append(list, hash('p', f[:i]))
		}
	}
	return append(list, hash('p', f))
}

func (w words) Form(form uint32) string { return w.form[form].form }

// category knows the same and not the same.
type category struct{ form []string }

func (category) Levels() []string             { return []string{"the same", "different"} }
func (category) Compare(uint32, uint32) uint8 { return 1 }
func (category) Keys() []Key                  { return []Key{{Name: "the same", Agrees: 0.85}} }
func (c category) Form(form uint32) string    { return c.form[form] }
func (c category) AppendKeys(list []uint64, _ int, form uint32) []uint64 {
	return append(list, hash(0, c.form[form]))
}

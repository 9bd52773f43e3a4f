package field

import (
	"strings"
	"unicode/utf8"

	"probity/linkage/script"
	"probity/linkage/similar"
)

// words compares single names and other short text by letters and sound.
type words struct {
	form  []string
	sound []uint64
	sorts []uint32 // of letters
}

func (s *Space) words(kind Kind, raw []string) {
	form := s.intern(raw, folded)
	if kind == Category {
		s.Comparer = category{form}
		return
	}
	w := words{form, make([]uint64, len(form)), make([]uint32, len(form))}
	for i, f := range form {
		w.sound[i], w.sorts[i] = soundKey(f), similar.Letters(f)
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
	x, y := w.form[a], w.form[b]
	if w.strangers(a, b, x, y) {
		return 7
	}
	ofX, ofY := utf8.RuneCountInString(x), utf8.RuneCountInString(y)
	shorter, longer := min(ofX, ofY), max(ofX, ofY)
	if longer-shorter <= 1 && shorter > leastLetters(x) && similar.Edits(x, y) == 1 {
		if shorter > shortWord {
			return 1
		}
		return 2
	}
	j := similar.JaroWinkler(x, y)
	switch {
	case shorter == initialOnly && firstLetter(x) == firstLetter(y):
		return 4
	case j >= almost && shorter > initialOnly:
		return 3
	case w.sound[a] == w.sound[b] && (shorter > 2 || shorter == shortHan && hasHan(x)):
		return 5
	case j >= likeEnough && shorter > initialOnly:
		return 6
	}
	return 7
}

// strangers tells quickly that two words are different, as most are.
func (w words) strangers(a, b uint32, x, y string) bool {
	return w.sound[a] != w.sound[b] && min(len(x), len(y)) > initialOnly && similar.Foreign(w.sorts[a], w.sorts[b]) > 1 &&
		similar.Below(likeEnough, len(x), len(y), w.sorts[a], w.sorts[b], x[0] == y[0])
}

// leastLetters is how many letters a word must have more than to be another one with a slip. Of a Chinese name of two
// characters one is half of the name: 王伟 is not 王芳 with a slip.
func leastLetters(word string) int {
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
		return append(list, hash(0, w.form[form]))
	case 1:
		return append(list, w.sound[form])
	}
	n, f := 0, w.form[form]
	for i := range f {
		if n++; n > 3 {
			return append(list, hash('p', f[:i]))
		}
	}
	return append(list, hash('p', f))
}

func (w words) Form(form uint32) string { return w.form[form] }

// category knows the same and not the same.
type category struct{ form []string }

func (category) Levels() []string             { return []string{"the same", "different"} }
func (category) Compare(uint32, uint32) uint8 { return 1 }
func (category) Keys() []Key                  { return []Key{{Name: "the same", Agrees: 0.85}} }
func (c category) Form(form uint32) string    { return c.form[form] }
func (c category) AppendKeys(list []uint64, _ int, form uint32) []uint64 {
	return append(list, hash(0, c.form[form]))
}

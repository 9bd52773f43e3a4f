package naming

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed forms.tsv
var formTable string

// Form is a legal form: the class of forms that it belongs to, as jsc or llc ("-" for none), and the one word for it.
type Form struct{ Class, Word string }

// String is the form as one word that no name has: class/word.
func (f Form) String() string { return f.Class + "/" + f.Word }

// IsForm tells that a word is what [Form.String] gives.
func IsForm(word string) bool { return strings.IndexByte(word, '/') >= 0 }

// SameClass tells that two such words are forms of one class: GmbH and LLC.
func SameClass(a, b string) bool {
	x, _, okX := strings.Cut(a, "/")
	y, _, okY := strings.Cut(b, "/")
	return okX && okY && x == y && x != "-"
}

type formList struct {
	byWords map[string]Form
	longest int // words
}

var forms = sync.OnceValue(func() *formList {
	list := &formList{byWords: map[string]Form{}}
	for _, columns := range lines(formTable) {
		for written := range strings.SplitSeq(columns[2], " | ") {
			list.byWords[written] = Form{columns[0], columns[1]}
			list.longest = max(list.longest, strings.Count(written, " ")+1)
		}
	}
	return list
})

// CutForms takes the legal forms at the beginning and at the end of a name away, and says which they were. A name that is
// nothing but forms is left as it is.
func CutForms(words []string) (rest []string, found []Form) {
	list := forms()
	rest = words
	for len(rest) > 1 {
		n, form := list.longestAt(rest, true)
		if n == 0 || n == len(rest) {
			break
		}
		rest, found = rest[:len(rest)-n], append(found, form)
	}
	if n, form := list.longestAt(rest, false); n > 0 && n < len(rest) {
		rest, found = rest[n:], append(found, form)
	}
	return rest, found
}

// longestAt finds the longest form at the end or at the beginning.
func (l *formList) longestAt(words []string, end bool) (int, Form) {
	for n := min(l.longest, len(words)); n > 0; n-- {
		some := words[:n]
		if end {
			some = words[len(words)-n:]
		}
		if form, ok := l.byWords[strings.Join(some, " ")]; ok {
			return n, form
		}
	}
	return 0, Form{}
}

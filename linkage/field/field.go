// Package field knows what a value in a column may be - a name, a date, a code - and grades how well two of them agree.
//
// A column is read once: each distinct value becomes a form, and values that only differ in writing become the same form.
// Two forms are compared into a level, the first of which is "the same" and the last "different"; what a level is worth
// is not decided here but learnt from the data by package linkage. For finding candidates a form has keys.
//
// Everything is deterministic, total (any bytes are some value) and safe for use by several goroutines once read.
package field

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what the values of a column are.
type Kind string

// The kinds there are.
const (
	// Word is a single name or other short piece of text that is typed by people: given name, surname, city.
	Word Kind = "word"
	// Person is a whole name of one or more persons in one column, in any order.
	Person Kind = "person"
	// Organisation is the name of a company, authority, site or association.
	Organisation Kind = "organisation"
	// Address is a street address or a whole postal one.
	Address Kind = "address"
	// Date is a civil day, whole or in part.
	Date Kind = "date"
	// Code is a number or mixed code that identifies something, typed or scanned.
	Code Kind = "code"
	// Phone is a telephone or fax number.
	Phone Kind = "phone"
	// Email is an e-mail address, Website an address of a site.
	Email   Kind = "email"
	Website Kind = "website"
	// Text is free text of several words: a title, a description.
	Text Kind = "text"
	// Number is a quantity: a price, an amount, a year.
	Number Kind = "number"
	// Category is one of few values, where only sameness means something.
	Category Kind = "category"
)

// Kinds are all of them, in the order of the documents.
var kinds = []Kind{Word, Person, Organisation, Address, Date, Code, Phone, Email, Website, Text, Number, Category}

// Kinds are all kinds there are.
func Kinds() []Kind { return slices.Clone(kinds) }

// ParseKind is the kind of the name, or an error that lists the kinds.
func ParseKind(name string) (Kind, error) {
	if k := Kind(name); slices.Contains(kinds, k) {
		return k, nil
	}
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return "", fmt.Errorf("%q is no kind of field; there are: %s", name, strings.Join(names, ", "))
}

// Key is one way in which forms of a kind are bucketed.
type Key struct {
	// Name tells people what two values with the same key have in common: "the same", "the same sound".
	Name string
	// Agrees is the share of true matches that one expects to share the key, before anything is known of the data.
	Agrees float64
	// Several tells that a form has more than one key of the sort: its words.
	Several bool
}

// Comparer grades any two forms of a column.
type Comparer interface {
	// Levels are the names of the levels, from "the same" to "different"; at most 13.
	Levels() []string
	// Compare is the level of two different forms, neither of them 0. It is symmetric.
	Compare(a, b uint32) uint8
	// Keys are the sorts of keys that forms have, and AppendKeys adds those of one sort of a form to list.
	Keys() []Key
	AppendKeys(list []uint64, sort int, form uint32) []uint64
	// Form is how a form is written, for people.
	Form(form uint32) string
}

// Space is one column, or several that are compared with each other, read.
type Space struct {
	Comparer
	Kind Kind
	// Of is the form of each raw value, 0 where the value says nothing.
	Of []uint32
	// Forms is the number of forms, not counting 0. They are 1 to Forms.
	Forms int

	key   func(string) string // of a raw value, its form
	known map[string]uint32   // the forms of a space that grows, by how they are written
}

// Read reads the distinct raw values of a column. counts says how often each occurs, which tells common words from rare
// ones.
func Read(kind Kind, raw []string, counts []uint32) *Space {
	s := &Space{Kind: kind}
	switch kind {
	case Date:
		s.dates(raw)
	case Number:
		s.numbers(raw)
	case Code, Phone:
		s.codes(kind, raw)
	case Email, Website:
		s.mails(kind, raw)
	case Person, Organisation:
		s.names(kind, raw, counts)
	case Address, Text:
		s.bags(kind, raw, counts)
	case Word, Category:
		s.words(kind, raw)
	default:
		s.words(Word, raw)
	}
	return s
}

// mostBytes is how much of a value is read: a cell into which somebody pasted a book is compared by its beginning.
const mostBytes = 1 << 14

// intern gives every raw value the form that its key names; "" is none. It returns the keys by form, that of form 0
// empty. A value that is its own key needs no looking up, unless another one is written otherwise and has the same key: the
// raw values are distinct.
func (s *Space) intern(raw []string, key func(string) string) []string {
	s.key = key
	s.Of = make([]uint32, len(raw))
	forms := make([]string, 1, len(raw)+1)
	rewritten := map[string]uint32{} // by key, the form of values that are written otherwise
	var own []int                    // the values that are their own keys
	for i, value := range raw {
		switch k := key(cut(value)); k {
		case "":
		case value:
			own = append(own, i)
		default:
			form, ok := rewritten[k]
			if !ok {
				form = uint32(len(forms))
				forms = append(forms, k)
				rewritten[k] = form
			}
			s.Of[i] = form
		}
	}
	for _, i := range own {
		form, ok := uint32(0), false
		if len(rewritten) > 0 {
			form, ok = rewritten[raw[i]]
		}
		if !ok {
			form = uint32(len(forms))
			forms = append(forms, raw[i])
		}
		s.Of[i] = form
	}
	s.Forms = len(forms) - 1
	return forms
}

// cut is what of a value is read, without bytes that are no text.
func cut(value string) string { return strings.ToValidUTF8(value[:min(len(value), mostBytes)], "") }

func folded(value string) string {
	f := Fold(value)
	if SaysNothing(f) {
		return ""
	}
	return f
}

package criteria

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/catalogue/lines"
	"probity/internal/fault"
)

//go:embed data/*.yaml
var files embed.FS

// Text is a message in the languages of the platform. In files it is written on one line: "English | 中文".
type Text struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// UnmarshalText reads "English | 中文"; both halves must be there.
func (t *Text) UnmarshalText(b []byte) error {
	en, zh, ok := strings.Cut(string(b), "|")
	t.EN, t.ZH = strings.TrimSpace(en), strings.TrimSpace(zh)
	if !ok || t.EN == "" || t.ZH == "" {
		return fmt.Errorf("%q is not written in both languages; write \"English | 中文\"", clip(string(b)))
	}
	return nil
}

// BuiltIn are the lists that come with the program, checked against the catalogue.
func BuiltIn(cat *catalogue.Catalogue) (*Set, error) {
	names, err := fs.Glob(files, "data/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []List
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		lists, err := Parse(name, text, cat)
		if err != nil {
			return nil, err
		}
		all = append(all, lists...)
	}
	return NewSet(all)
}

// NewSet puts lists together; two editions of one list must not be in force on the same day.
func NewSet(lists []List) (*Set, error) {
	for i := range lists {
		for j := range lists[:i] {
			a, b := &lists[j], &lists[i]
			if a.Code == b.Code && a.From < end(b) && b.From < end(a) {
				return nil, fault.New(fault.Conflict, "list.twice", "two editions of the list %s are in force at the same time", a.Code).At(b.At).
					With("end the earlier one on the first day of the later")
			}
		}
	}
	return &Set{lists}, nil
}

func end(l *List) calendar.Day {
	if l.To == calendar.None {
		return calendar.Last
	}
	return l.To
}

// maxFile bounds a file of lists, far above what a person writes.
const maxFile = 1 << 20

// Parse reads a file of lists and checks that each is whole and that what it refers to is in the catalogue. Whether the
// criteria are lawful is for the Charter to say. A fault Invalid names the file, the line and the cure; it is the first of
// those that [Check] finds.
func Parse(name string, text []byte, cat *catalogue.Catalogue) ([]List, error) {
	lists, faults := Check(name, text, cat)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return lists, nil
}

// Check reads a file of lists as [Parse] does and gives every fault of it, in the order in which a reader comes upon them
// list by list. The lists are there as far as the file could be read at all.
func Check(name string, text []byte, cat *catalogue.Catalogue) ([]List, []*fault.Error) {
	if len(text) > maxFile {
		return nil, []*fault.Error{fault.New(fault.Invalid, "list.size", "the file has %d bytes, the limit is %d", len(text), maxFile).At(name).With("split it")}
	}
	var f struct{ Lists []List }
	tree, bad := lines.Read(text, &f)
	if len(bad) > 0 {
		faults := make([]*fault.Error, len(bad))
		for i, b := range bad {
			faults[i] = fault.New(fault.Invalid, "list.yaml", "this is no file of lists: %s", b.Text).At(lines.At(name, b.Line)).
				With("compare it with the built-in ones: probity list criteria --json")
		}
		return nil, faults
	}
	if len(f.Lists) == 0 {
		return nil, []*fault.Error{fault.New(fault.Invalid, "list.empty", "the file is empty").At(name).With("write lists: and below it one list or more")}
	}
	var faults []*fault.Error
	for i := range f.Lists {
		l, written := &f.Lists[i], lines.Under(tree, "lists", i)
		l.open()
		l.At = lines.At(name, written.Line)
		for _, w := range l.flaws(cat) {
			faults = append(faults, w.fault.At(lines.At(name, lines.Under(written, w.path...).Line)+": "+clip(l.Code)))
		}
	}
	return f.Lists, faults
}

// open turns days that the file leaves out into None; no list is older than 1970-01-01.
func (l *List) open() {
	for _, d := range []*calendar.Day{&l.From, &l.To, &l.Comment.From, &l.Comment.To, &l.Evaluation} {
		if *d == 0 {
			*d = calendar.None
		}
	}
}

// clip shortens a value for a message.
func clip(s string) string {
	const limit = 60
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}

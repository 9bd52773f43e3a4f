package criteria

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/clock"
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

var lineOf = regexp.MustCompile(`line (\d+)`)

// Parse reads a file of lists and checks that each is whole and that what it refers to is in the catalogue. Whether the
// criteria are lawful is for the Charter to say. A fault Invalid names the file, the list and the cure.
func Parse(name string, text []byte, cat *catalogue.Catalogue) ([]List, error) {
	if len(text) > maxFile {
		return nil, fault.New(fault.Invalid, "list.size", "the file has %d bytes, the limit is %d", len(text), maxFile).At(name).With("split it")
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	var f struct{ Lists []List }
	if err := d.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fault.New(fault.Invalid, "list.empty", "the file is empty").At(name).With("write lists: and below it one list or more")
		}
		where := name
		if m := lineOf.FindStringSubmatch(err.Error()); m != nil {
			where += ":" + m[1]
		}
		return nil, fault.New(fault.Invalid, "list.yaml", "this is no file of lists: %v", err).At(where).
			With("compare it with the built-in ones: probity list criteria --json")
	}
	for i := range f.Lists {
		l := &f.Lists[i]
		l.open()
		l.At = name + ": " + clip(l.Code)
		if err := l.check(cat); err != nil {
			var one *fault.Error
			if errors.As(err, &one) {
				return nil, one.At(l.At)
			}
			return nil, err
		}
	}
	return f.Lists, nil
}

// open turns days that the file leaves out into None; no list is older than 1970-01-01.
func (l *List) open() {
	for _, d := range []*calendar.Day{&l.From, &l.To, &l.Comment.From, &l.Comment.To, &l.Evaluation} {
		if *d == 0 {
			*d = calendar.None
		}
	}
}

var code = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

func bad(key, cure, format string, args ...any) error {
	return fault.New(fault.Invalid, "list."+key, format, args...).With(cure)
}

func (l *List) check(cat *catalogue.Catalogue) error {
	switch {
	case !code.MatchString(l.Code):
		return bad("code", "use lower-case letters, digits and hyphens", "%q is no code of a list", clip(l.Code))
	case l.Title.EN == "" || l.Remedy.EN == "":
		return bad("text", "write title: and remedy: as \"English | 中文\"", "the list has no title, or does not say how an entry is contested")
	case l.Colour != Black && l.Colour != Red:
		return bad("colour", "write black or red", "the colour is %q", clip(string(l.Colour)))
	case len(l.Keepers) == 0:
		return bad("keepers", "name an agency's code, a class such as \"*-amr\", or court", "nobody keeps the list")
	case !slices.Contains([]Level{Law, Regulation, CentralDocument, MinistryRule, LocalRegulation}, l.Level):
		return bad("level", "write law, regulation, central-document, ministry-rule or local-regulation", "the level is %q", clip(string(l.Level)))
	case l.From == calendar.None:
		return bad("from", "write the first day on which the criteria are in force", "the list has no first day")
	case l.To != calendar.None && l.To <= l.From:
		return bad("to", "end it after it begins", "the list ends on %s, before it begins", l.To)
	case !slices.Contains([]string{"verified", "recalled", "assumed"}, l.Confidence):
		return bad("confidence", "write verified, recalled or assumed", "it does not say how sure its figures are")
	case len(l.Grounds) == 0:
		return bad("grounds", "state each ground with its law and elements", "the list has no ground")
	}
	for _, s := range l.Scope {
		if !slices.Contains(Scopes, s) {
			return bad("scope", "the scopes are a, b, c and d of Guobanfa (2020) 49", "there is no scope %q", clip(s))
		}
	}
	for _, k := range l.Kinds {
		if !k.Known() {
			return bad("kinds", "use enterprise, public_body, office_holder or person", "there is no kind %q", clip(string(k)))
		}
	}
	if len(l.Kinds) == 0 {
		return bad("kinds", "say for which kinds of subject it is", "the list is for nobody")
	}
	for _, check := range []func(*catalogue.Catalogue) error{l.checkBasis, l.checkTimes, l.checkGrounds, l.checkRemoval, l.checkMeasures} {
		if err := check(cat); err != nil {
			return err
		}
	}
	return nil
}

func (l *List) checkBasis(cat *catalogue.Catalogue) error {
	for _, k := range l.Keepers {
		if k != "court" && !slices.ContainsFunc(cat.Agencies, func(a catalogue.Agency) bool { return (&List{Keepers: []string{k}}).Keeps(&a) }) {
			return bad("keepers", "see the agencies with: probity catalogue list agencies", "no agency of the catalogue is %q", clip(k))
		}
	}
	return lawOf(cat, l.Basis)
}

func lawOf(cat *catalogue.Catalogue, b Basis) error {
	if law, _ := b.Parts(); cat.Law(law) == nil {
		return bad("basis", "name a law by its code; a new one goes into the catalogue first", "the catalogue has no law %q", clip(law))
	}
	return nil
}

func (l *List) checkTimes(*catalogue.Catalogue) error {
	for _, t := range []string{l.Tier} {
		if t != "" && !slices.Contains(tiers, t) {
			return bad("tier", "write minor, general or serious", "there is no tier %q", clip(t))
		}
	}
	switch {
	case l.SmallDuty < 0:
		return bad("small-duty", "write an amount in fen", "the small duty is negative")
	case l.Window == (clock.Length{}) || l.Answer == (clock.Length{}):
		return bad("window", "write window: and answer: as \"5 working_day\"", "the list gives no time to object, or its keeper none to answer")
	case l.Grace != nil && !ordered(l.Grace), l.Extension != nil && !ordered(l.Extension):
		return bad("span", "write min: and max:, the first the shorter", "the grace or the extension is no span of time")
	case l.Repeated != nil && l.Extension == nil:
		return bad("repeated", "write extension: min: and max:, or leave repeated: out", "repeated conduct extends an entry, and the list has no extension")
	}
	return nil
}

// ordered tells whether the span's least is at least something and not more than its most, from any day.
func ordered(s *Span) bool {
	const day = calendar.Day(0)
	return !s.Max.IsZero() && day.Add(s.Min) <= day.Add(s.Max)
}

func (l *List) checkGrounds(cat *catalogue.Catalogue) error {
	seen := map[string]bool{}
	for i := range l.Grounds {
		g := &l.Grounds[i]
		switch {
		case !code.MatchString(g.Code) || seen[g.Code] || g.Title.EN == "":
			return bad("ground", "give each ground a code of its own and a title", "the ground %q has no code of its own, or no title", clip(g.Code))
		case len(g.Elements) == 0:
			return bad("elements", "name the facts that a draft must state", "the ground %s asks for no facts", g.Code)
		}
		seen[g.Code] = true
		if err := lawOf(cat, g.Basis); err != nil {
			return err
		}
		known := map[string]bool{}
		for _, e := range l.May(g) {
			if known[e.Code] || !e.whole() {
				return bad("element", "give code, title and kind: text, day, amount (with at_least) or code (with values)", "the element %q of %s is not whole", clip(e.Code), g.Code)
			}
			known[e.Code] = true
		}
	}
	return nil
}

func (e *Element) whole() bool {
	return code.MatchString(e.Code) && e.Title.EN != "" && slices.Contains([]string{"text", "day", "amount", "code"}, e.Kind) &&
		(len(e.Values) > 0) == (e.Kind == "code") && (e.AtLeast == 0 || e.Kind == "amount" && e.AtLeast > 0)
}

func (l *List) checkRemoval(*catalogue.Catalogue) error {
	seen := map[string]bool{}
	for _, c := range l.Removal {
		if !code.MatchString(c.Code) || seen[c.Code] || c.Title.EN == "" || c.Within == (clock.Length{}) {
			return bad("removal", "give each cause a code of its own, a title, and within: as \"3 working_day\"", "the cause of removal %q is not whole", clip(c.Code))
		}
		seen[c.Code] = true
	}
	for _, e := range l.Exempt {
		if !code.MatchString(e.Code) || e.Title.EN == "" {
			return bad("exempt", "give code and title", "the exemption %q is not whole", clip(e.Code))
		}
	}
	return nil
}

func (l *List) checkMeasures(cat *catalogue.Catalogue) error {
	for _, m := range l.Measures {
		switch {
		case cat.Measure(m.Code) == nil:
			return bad("measure", "see the list with: probity catalogue list measures", "the list of measures has no %q", clip(m.Code))
		case m.Tier != "" && !slices.Contains(tiers, m.Tier):
			return bad("tier", "write minor, general or serious", "there is no tier %q", clip(m.Tier))
		}
	}
	return nil
}

// clip shortens a value for a message.
func clip(s string) string {
	const limit = 60
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}

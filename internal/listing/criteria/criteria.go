// Package criteria answers what must be true before an organisation may come on a list: who keeps the list, on which
// law, on which grounds with which elements, for how long, what takes an entry down, and what may follow from it.
//
// The lists are dated YAML, embedded here and never code; each says how sure its figures are. Nothing in them has a
// field for a rating, a score or anything derived from one, and the package imports no package that knows of ratings
// (Charter C4). An entry is judged by the edition of its list that was in force on the day it was drafted, so that no
// later edition adds a ground or a measure to it.
package criteria

import (
	"path"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/clock"
	"probity/internal/subject"
)

// Colour says whether a list blames or honours.
type Colour string

const (
	// Black lists name serious dishonesty or an irregularity that is to be cured.
	Black Colour = "black"
	// Red lists honour. An entry on one is void while its subject stands on a black list.
	Red Colour = "red"
)

// Level is the rank of the instrument that sets the criteria.
type Level string

// The ranks. A nationwide list needs one of the first three, or a ministry's rule while none of them is there; a local
// list needs a local regulation (Guobanfa (2020) 49).
const (
	Law             Level = "law"
	Regulation      Level = "regulation"
	CentralDocument Level = "central-document"
	MinistryRule    Level = "ministry-rule"
	LocalRegulation Level = "local-regulation"
)

// Scopes are the closed grounds on which a black list may exist at all, Guobanfa (2020) 49: (a) serious harm to health
// and life; (b) serious harm to fair competition or the order of society; (c) refusing a duty of law and so seriously
// hurting the authority of courts and administration; (d) refusing a duty of national defence.
var Scopes = []string{"a", "b", "c", "d"}

// List is one edition of the criteria of one list.
type List struct {
	Code   string `yaml:"code" json:"code"`
	Title  Text   `yaml:"title" json:"title"`
	Colour Colour `yaml:"colour" json:"colour"`
	// Keepers say who may draft entries: an agency by its code, a class of codes ("*-amr"), or every court ("court").
	Keepers []string `yaml:"keepers" json:"keepers"`
	// Scope are the letters of Scopes that cover the list; none for a red one.
	Scope []string `yaml:"scope" json:"scope,omitempty"`
	// Basis is the law that creates the list, Level its rank; Territory the region of a local list, "" for the country.
	Basis     Basis          `yaml:"basis" json:"basis"`
	Level     Level          `yaml:"level" json:"level"`
	Territory string         `yaml:"territory" json:"territory,omitempty"`
	Kinds     []subject.Kind `yaml:"kinds" json:"kinds"`
	// From and To bound the edition: the entries it judges were drafted on From or later and before To.
	From calendar.Day `yaml:"from" json:"from"`
	To   calendar.Day `yaml:"to" json:"to"`
	// Comment is the time in which anybody could comment on the draft criteria; None where it is not known.
	Comment Interval `yaml:"comment" json:"comment"`
	// Evaluation is the day by which a third party evaluates the list the next time.
	Evaluation calendar.Day `yaml:"evaluation" json:"evaluation"`
	// Tier is the least serious conduct that may lead on the list: minor, general or serious.
	Tier string `yaml:"tier" json:"tier,omitempty"`
	// Window is how long the subject may object after the advance notice, Answer how long the keeper has to answer.
	Window clock.Length `yaml:"window" json:"window"`
	Answer clock.Length `yaml:"answer" json:"answer"`
	// Approval are the levels of keepers whose decisions the next higher body must approve; none where the law asks none.
	Approval []string `yaml:"approval" json:"approval,omitempty"`
	// Grace is the respite that may be granted before a decision; nil where the law knows none.
	Grace *Span `yaml:"grace" json:"grace,omitempty"`
	// Term is how long an entry stands at most, Extension what aggravated or repeated conduct adds; nil where nothing does.
	Term      calendar.Period `yaml:"term" json:"term"`
	Extension *Span           `yaml:"extension" json:"extension,omitempty"`
	// Repeated is the fact by which a draft shows that the conduct was repeated; a draft on any ground may state it, and an
	// entry may then run into the Extension as one for aggravated conduct. It is nil where the law extends nothing for it.
	Repeated *Element `yaml:"repeated" json:"repeated,omitempty"`
	// Repair is the earliest time after the decision at which removal for repair may be asked for.
	Repair calendar.Period `yaml:"repair" json:"repair"`
	// Contest is how long the decision can be contested, Remedy where and how.
	Contest calendar.Period `yaml:"contest" json:"contest"`
	Remedy  Text            `yaml:"remedy" json:"remedy"`
	// SmallDuty is the amount in fen below which an unpaid duty alone is no serious conduct; 0 where the list sets none.
	SmallDuty int64     `yaml:"small_duty" json:"small_duty,omitempty"`
	Grounds   []Ground  `yaml:"grounds" json:"grounds"`
	Exempt    []Reason  `yaml:"exempt" json:"exempt,omitempty"`
	Removal   []Cause   `yaml:"removal" json:"removal"`
	Measures  []Measure `yaml:"measures" json:"measures,omitempty"`
	// Confidence is "verified", "recalled" or "assumed", as in the catalogue of laws; Uncertain says what is not known.
	Confidence string   `yaml:"confidence" json:"confidence"`
	Uncertain  []string `yaml:"uncertain" json:"uncertain,omitempty"`
	// At is the file that states it, with the code.
	At string `yaml:"-" json:"-"`
}

// Ground is one ground on which an entry may be drafted.
type Ground struct {
	Code  string `yaml:"code" json:"code"`
	Title Text   `yaml:"title" json:"title"`
	Basis Basis  `yaml:"basis" json:"basis"`
	// Elements are the facts that the draft must state, all of them.
	Elements []Element `yaml:"elements" json:"elements"`
	// Term replaces the list's where it is not zero.
	Term calendar.Period `yaml:"term" json:"term,omitzero"`
	// Aggravated tells that the conduct is grave whatever the amount: violence, forged evidence, hidden assets.
	Aggravated bool `yaml:"aggravated" json:"aggravated,omitempty"`
}

// Element is one fact that a ground needs.
type Element struct {
	Code  string `yaml:"code" json:"code"`
	Title Text   `yaml:"title" json:"title"`
	// Kind is "text", "day", "amount" (fen) or "code", and then Values are the codes.
	Kind   string   `yaml:"kind" json:"kind"`
	Values []string `yaml:"values" json:"values,omitempty"`
	// AtLeast is the least amount that counts, in fen.
	AtLeast int64 `yaml:"at_least" json:"at_least,omitempty"`
}

// Reason is a case in which nobody may be listed.
type Reason struct {
	Code  string `yaml:"code" json:"code"`
	Title Text   `yaml:"title" json:"title"`
}

// Cause is something that takes an entry down before its end.
type Cause struct {
	Code  string `yaml:"code" json:"code"`
	Title Text   `yaml:"title" json:"title"`
	// Within is how long the keeper has, from the day the cause was brought before it.
	Within clock.Length `yaml:"within" json:"within"`
	// AnyTime tells that the cause may be brought before the list's Repair has passed.
	AnyTime bool `yaml:"any_time" json:"any_time,omitempty"`
	// Lapses tells that an entry whose keeper let Within pass is out of use until it is decided.
	Lapses bool `yaml:"lapses" json:"lapses,omitempty"`
}

// Measure is a measure of class II that a published entry may carry.
type Measure struct {
	Code string `yaml:"code" json:"code"`
	// Ceiling is the longest it may run from this list, under the ceiling of the measure itself; Tier the least serious
	// conduct that may lead to it.
	Ceiling calendar.Period `yaml:"ceiling" json:"ceiling"`
	Tier    string          `yaml:"tier" json:"tier,omitempty"`
}

// Basis is a legal basis as files write it: "code article".
type Basis string

// Parts are the law's code in the catalogue and the article, "" where none is named.
func (b Basis) Parts() (law, article string) {
	law, article, _ = strings.Cut(strings.TrimSpace(string(b)), " ")
	return law, strings.TrimSpace(article)
}

// Interval is from a day to before another.
type Interval struct {
	From calendar.Day `yaml:"from" json:"from"`
	To   calendar.Day `yaml:"to" json:"to"`
}

// Span is the least and the most of something.
type Span struct {
	Min calendar.Period `yaml:"min" json:"min"`
	Max calendar.Period `yaml:"max" json:"max"`
}

// Keeps tells whether the agency may keep the list.
func (l *List) Keeps(a *catalogue.Agency) bool {
	return slices.ContainsFunc(l.Keepers, func(k string) bool {
		if k == "court" {
			return a.Kind == k
		}
		ok, err := path.Match(k, a.Code)
		return err == nil && ok
	})
}

// Ground is the ground of the code, nil where the list has none.
func (l *List) Ground(code string) *Ground {
	if i := slices.IndexFunc(l.Grounds, func(g Ground) bool { return g.Code == code }); i >= 0 {
		return &l.Grounds[i]
	}
	return nil
}

// Cause is the cause of removal of the code, nil where the list has none.
func (l *List) Cause(code string) *Cause {
	if i := slices.IndexFunc(l.Removal, func(c Cause) bool { return c.Code == code }); i >= 0 {
		return &l.Removal[i]
	}
	return nil
}

// Measure is what the list says of the measure, nil where entries on it may not carry it.
func (l *List) Measure(code string) *Measure {
	if i := slices.IndexFunc(l.Measures, func(m Measure) bool { return m.Code == code }); i >= 0 {
		return &l.Measures[i]
	}
	return nil
}

// TermOf is how long an entry on the ground stands at most, without extension.
func (l *List) TermOf(g *Ground) calendar.Period {
	if g != nil && !g.Term.IsZero() {
		return g.Term
	}
	return l.Term
}

// Longest is how long an entry on the ground with these facts stands at most: its term, and the extension where the ground
// is aggravated or the facts show repeated conduct. stated tells whether the facts state an element.
func (l *List) Longest(g *Ground, from calendar.Day, stated func(element string) bool) calendar.Day {
	until := from.Add(l.TermOf(g))
	if l.Extension != nil && (g.Aggravated || l.Repeated != nil && stated(l.Repeated.Code)) {
		return until.Add(l.Extension.Max)
	}
	return until
}

// May are the elements that a draft on the ground may state: the ground's own, all of which it must, and the one that shows
// repeated conduct.
func (l *List) May(g *Ground) []Element {
	if l.Repeated == nil {
		return g.Elements
	}
	return append(slices.Clip(g.Elements), *l.Repeated)
}

// tiers from the least to the most serious.
var tiers = []string{"minor", "general", "serious"}

// Reaches tells whether conduct of one tier is at least as serious as another; an unknown or empty tier reaches nothing
// but "".
func Reaches(tier, least string) bool {
	return least == "" || slices.Index(tiers, tier) >= 0 && slices.Index(tiers, tier) >= slices.Index(tiers, least)
}

// Set are all editions of all lists. It is read-only and safe for concurrent use.
type Set struct{ lists []List }

// Lists are the editions in force on the day, in the order of the files.
func (s *Set) Lists(on calendar.Day) []*List {
	var all []*List
	for i := range s.lists {
		if l := &s.lists[i]; l.inForce(on) {
			all = append(all, l)
		}
	}
	return all
}

// All are all editions, in the order of the files.
func (s *Set) All() []*List {
	all := make([]*List, len(s.lists))
	for i := range s.lists {
		all[i] = &s.lists[i]
	}
	return all
}

// List is the edition of the list in force on the day, nil where there is none.
func (s *Set) List(code string, on calendar.Day) *List {
	for i := range s.lists {
		if l := &s.lists[i]; l.Code == code && l.inForce(on) {
			return l
		}
	}
	return nil
}

func (l *List) inForce(on calendar.Day) bool {
	return on >= l.From && (l.To == calendar.None || on < l.To)
}

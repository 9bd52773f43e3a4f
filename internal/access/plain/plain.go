// Package plain says in a sentence what an entry of a subject's ledger records: who looked or acted, when, at what, why, by
// which law and in which case, in English and in Chinese (Charter C11: visible to the subject, in plain words).
package plain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter/spoken"
	"probity/internal/ledger"
)

// Language is a language of the sentences.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Speaker puts entries into words of one language. It is safe for concurrent use.
type Speaker struct {
	catalogue *catalogue.Catalogue
	language  Language
	words     words
	models    func(code string) catalogue.Text
}

// Naming gives models their titles too, which the catalogue does not know; models gives the zero Text for one it does not.
func (s *Speaker) Naming(models func(code string) catalogue.Text) *Speaker {
	named := *s
	named.models = models
	return &named
}

// In is the speaker of a language; every language but Chinese is English. The catalogue gives agencies, purposes,
// measures, datasets and laws their titles.
func In(l Language, cat *catalogue.Catalogue) *Speaker {
	w := english
	if l == Chinese {
		w = chinese
	}
	return &Speaker{catalogue: cat, language: l, words: w}
}

// Sentence is what the entry records.
func (s *Speaker) Sentence(e *ledger.Entry) string {
	if e.Act == ledger.Withheld {
		return s.words.withheld
	}
	at := e.At.In(calendar.Shanghai).Format(s.words.at)
	what := cmp.Or(s.words.what[e.What], e.What)
	if e.What == string(access.OwnFile) { // its subject may have looked at a part of it only
		switch {
		case strings.Contains(e.Detail, "part="):
			what = s.words.what[string(access.File)]
		case strings.Contains(e.Detail, "model="):
			what = s.words.what[string(access.Rating)]
		}
	}
	var b strings.Builder
	switch e.Act {
	case ledger.Read:
		fmt.Fprintf(&b, s.words.read, at, s.who(e), what)
	case ledger.Attempt:
		fmt.Fprintf(&b, s.words.tried, at, s.who(e), what)
	default:
		act, rest := s.act(e)
		b.WriteString(strings.Join([]string{at, s.who(e), act}, s.words.separator))
		if rest != "" {
			b.WriteString(s.words.separator + rest)
		}
	}
	for _, part := range s.parts(e) {
		b.WriteString(s.words.separator + part)
	}
	return b.String() + s.words.stop
}

// act is what was done, and what else the entry's codes say of it: an id, a name.
func (s *Speaker) act(e *ledger.Entry) (text, rest string) {
	text, known := s.words.acts[e.Act]
	if !known {
		return strings.TrimSpace(string(e.Act) + " " + e.What), e.Detail
	}
	code := e.What
	if verb, ids, _ := strings.Cut(e.Detail, " "); detailed[e.Act] {
		code, rest = verb, ids
	} else {
		rest = e.Detail
	}
	kind, number, _ := strings.Cut(rest, " ")
	if named := s.words.rests[string(e.Act)+" "+kind]; named != "" {
		rest = strings.TrimSpace(named + " " + number)
	}
	if !strings.Contains(text, "%s") {
		return text, rest
	}
	word := cmp.Or(s.words.verbs[string(e.Act)+" "+code], s.words.verbs[code], strings.NewReplacer("-", " ", "_", " ").Replace(code))
	return fmt.Sprintf(text, word), rest
}

// detailed are the acts whose Detail begins with what was done; of the others it is What.
var detailed = map[ledger.Act]bool{
	ledger.Order: true, ledger.Listing: true, ledger.Statement: true, ledger.Channel: true, ledger.Repair: true, ledger.Ruling: true,
}

// byItself are the acts that nobody does: what ends on its day, and what goes to the body above because nobody answered.
var byItself = map[string]bool{
	"order expired": true, "order escalated": true, "listing expire": true, "listing escalated": true, "ruling escalated": true, "dispute reminder": true,
}

// itself tells that an entry without a reader is of no act of the subject: it happened by itself, or to the database.
func itself(e *ledger.Entry) bool {
	verb, _, _ := strings.Cut(e.Detail, " ")
	return e.Act == ledger.Restore || byItself[string(e.Act)+" "+verb] || byItself[string(e.Act)+" "+e.What]
}

// who is the official of an agency, or the subject itself.
func (s *Speaker) who(e *ledger.Entry) string {
	switch {
	case e.Reader == "" && itself(e):
		return s.words.itself
	case e.Reader == "" && e.Act == ledger.Attempt:
		return s.words.somebody
	case e.Reader == "":
		if _, holder, ok := strings.Cut(e.Detail, "holder="); ok && e.Act == ledger.Read {
			holder, _, _ = strings.Cut(holder, " ")
			return fmt.Sprintf(s.words.holder, holder)
		}
		return s.words.self
	}
	name := e.Reader
	if a := s.catalogue.Agency(e.Reader); a != nil {
		name = s.say(a.Title) + " (" + e.Reader + ")"
	}
	if e.Official == "" {
		return name
	}
	return fmt.Sprintf(s.words.of, name, e.Official)
}

// caseForm is how what stands in an entry's case is said: of a credential it is the digest of the document behind it, of
// a dispute its outcome.
func (s *Speaker) caseForm(a ledger.Act) string {
	if a == ledger.Credential {
		return s.words.document
	}
	if a == ledger.Dispute {
		return s.words.outcome
	}
	return s.words.file
}

// second is the second official of a counter, who is named as agency/name.
func (s *Speaker) second(named string) string {
	agency, name, ok := strings.Cut(named, "/")
	if !ok {
		return named
	}
	return s.who(&ledger.Entry{Reader: agency, Official: name})
}

// Handed says of the entry of an own file that was handed out at a counter by whom and on what document.
func (s *Speaker) Handed(e *ledger.Entry) string {
	bare := ledger.Entry{Act: e.Act, Detail: e.Detail}
	return strings.Join(append([]string{s.who(e)}, s.parts(&bare)...), s.words.separator)
}

// parts are what narrows the entry down, each in words.
func (s *Speaker) parts(e *ledger.Entry) []string {
	var parts []string
	say := func(form, value string) {
		if value != "" {
			parts = append(parts, fmt.Sprintf(form, value))
		}
	}
	if e.Reader != "" {
		say(s.words.purpose, s.purpose(e.Purpose))
		say(s.words.basis, s.law(e.Basis))
		about := e.Case
		if e.Act == ledger.Dispute {
			about = cmp.Or(s.words.verbs["outcome "+about], about)
		}
		say(s.caseForm(e.Act), about)
	}
	if e.Act == ledger.Attempt {
		say(s.words.refused, s.missing(e.Detail))
		return parts
	}
	if e.Act != ledger.Read {
		return parts
	}
	detail, with, _ := strings.Cut(e.Detail, " "+access.SecondOfficial+"=")
	for word := range strings.FieldsSeq(detail) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "model":
			say(s.words.model, s.model(value))
		case "measure":
			if m := s.catalogue.Measure(value); m != nil {
				value = s.say(m.Title)
			}
			say(s.words.measure, value)
		case "part":
			say(s.words.level, cmp.Or(s.words.shown[value], value))
		case "record":
			say(s.words.record, value)
		case "holder": // who has read; it is said at the beginning
		case "mandate":
			say(s.words.mandate, value)
		case "counter":
			say(s.words.counter, cmp.Or(s.words.proofs[value], value))
		case "level":
			say(s.words.level, cmp.Or(s.words.shown[value], value))
		case "consent":
			say(s.words.consent, value)
		case "datasets":
			say(s.words.datasets, s.datasets(value))
		default:
			say(s.words.said, word)
		}
	}
	say(s.words.together, s.second(with))
	return parts
}

// missing is what a refusal found missing, with the line of the Charter that asks for it.
func (s *Speaker) missing(detail string) string {
	invariant, element := spoken.Attempt(detail)
	if s.language == Chinese {
		element, _ = spoken.Chinese(element)
	}
	if invariant == "" {
		return element
	}
	return fmt.Sprintf(s.words.charter, element, invariant)
}

// model is what a model is called, where its titles are known.
func (s *Speaker) model(code string) string {
	if s.models == nil {
		return code
	}
	return cmp.Or(s.say(s.models(code)), code)
}

func (s *Speaker) say(t catalogue.Text) string {
	if s.language == Chinese {
		return t.ZH
	}
	return t.EN
}

func (s *Speaker) purpose(code string) string {
	if p := s.catalogue.Purpose(code); p != nil {
		return s.say(p.Title)
	}
	return code
}

// law gives the code of a law its title and keeps the article.
func (s *Speaker) law(basis string) string {
	code, article, _ := strings.Cut(basis, " ")
	if i := slices.IndexFunc(s.catalogue.Laws, func(l catalogue.Law) bool { return l.Code == code }); i >= 0 {
		title := s.say(s.catalogue.Laws[i].Title)
		if number, ok := strings.CutPrefix(article, "art. "); ok && s.language == Chinese {
			return title + "第" + number + "条"
		}
		return strings.TrimSpace(title + " " + article)
	}
	return basis
}

func (s *Speaker) datasets(list string) string {
	codes := strings.Split(list, ",")
	for i, code := range codes {
		if c := s.catalogue.Dataset(code); c != nil {
			codes[i] = s.say(c.Title)
		}
	}
	return strings.Join(codes, s.words.and)
}

// Tally is how often one reader looked in one month, and for what. Withheld entries count under no reader.
type Tally struct {
	Month    string   `json:"month"`
	Reader   string   `json:"reader,omitempty"`
	Reads    int      `json:"reads"`
	Refused  int      `json:"refused,omitempty"`
	Withheld int      `json:"withheld,omitempty"`
	Purposes []string `json:"purposes,omitempty"`
}

// Digest counts a subject's entries by month and reader, newest month first; the subject's own reads are left out. Entries
// that are withheld stand last, under no month.
func Digest(entries []ledger.Entry) []Tally {
	type key struct{ month, reader string }
	found := map[key]*Tally{}
	for i := range entries {
		e := &entries[i]
		if e.Act != ledger.Withheld && (e.Reader == "" || e.Act != ledger.Read && e.Act != ledger.Attempt) {
			continue
		}
		var k key
		if e.Act != ledger.Withheld {
			k = key{e.At.In(calendar.Shanghai).Format("2006-01"), e.Reader}
		}
		t := found[k]
		if t == nil {
			t = &Tally{Month: k.month, Reader: k.reader}
			found[k] = t
		}
		switch e.Act {
		case ledger.Withheld:
			t.Withheld++
		case ledger.Attempt:
			t.Refused++
		default:
			t.Reads++
		}
		if e.Purpose != "" && !slices.Contains(t.Purposes, e.Purpose) {
			t.Purposes = append(t.Purposes, e.Purpose)
			slices.Sort(t.Purposes)
		}
	}
	list := make([]Tally, 0, len(found))
	for _, t := range found {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.Reader, b.Reader))
	})
	return list
}

// Package plain says in a sentence what an entry of a subject's ledger records: who looked or acted, when, at what, why, by
// which law and in which case, in English and in Chinese (Charter C11: visible to the subject, in plain words).
package plain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
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
}

// In is the speaker of a language; every language but Chinese is English. The catalogue gives agencies, purposes,
// measures, datasets and laws their titles.
func In(l Language, cat *catalogue.Catalogue) *Speaker {
	w := english
	if l == Chinese {
		w = chinese
	}
	return &Speaker{cat, l, w}
}

// words are the fixed parts of the sentences.
type words struct {
	at                                                     string // the layout of an instant
	what                                                   map[string]string
	acts                                                   map[ledger.Act]string
	read, tried, withheld, self, somebody, stop            string
	purpose, basis, file, model, measure, record, level    string
	consent, datasets, refused, of, and, separator, detail string
	levels                                                 map[string]string
}

var english = words{
	at: "2 January 2006 at 15:04",
	what: map[string]string{
		"file": "your file", "rating": "your rating", "decision": "whether a measure applies to you", "explanation": "how your rating came about",
		"history": "your earlier ratings", "own_file": "the whole file", "log": "who looked at the file",
	},
	acts: map[ledger.Act]string{
		ledger.Consent: "a consent was given", ledger.Withdrawal: "a consent was withdrawn", ledger.Credential: "a credential for the file was %s",
		ledger.Order: "an order was %s", ledger.Link: "the file was %s with another", ledger.Freeze: "the file was %s to readings by consent",
		ledger.Delay: "a court ordered that readings be shown later",
	},
	read: "On %s %s read %s", tried: "On %s %s tried to reach %s and was refused", self: "the subject itself",
	withheld: "An entry whose contents a court keeps back for a time; its place and its hash can be checked now, and its contents are shown by themselves when that time is over.",
	somebody: "somebody without an agency", stop: ".", purpose: "for %s", basis: "by %s", file: "case %s", model: "model %s", measure: "measure %s",
	record: "record %s", level: "shown: %s", consent: "under consent %s", datasets: "datasets: %s", refused: "missing: %s",
	of: "%[2]s of %[1]s", and: ", ", separator: "; ", detail: "%s",
	levels: map[string]string{"yes_no": "yes or no only", "band": "the band only"},
}

var chinese = words{
	at: "2006年1月2日15:04",
	what: map[string]string{
		"file": "您的信用档案", "rating": "您的信用评价", "decision": "某项措施是否适用于您", "explanation": "您的信用评价的形成过程",
		"history": "您的历史信用评价", "own_file": "本人全部档案", "log": "本档案的查阅记录",
	},
	acts: map[ledger.Act]string{
		ledger.Consent: "作出同意", ledger.Withdrawal: "撤回同意", ledger.Credential: "本档案的凭证（%s）", ledger.Order: "决定（%s）", ledger.Link: "档案与另一档案（%s）",
		ledger.Freeze: "对基于同意的查阅冻结或解冻档案（%s）", ledger.Delay: "法院命令暂缓告知查阅",
	},
	read: "%s，%s查阅了%s", tried: "%s，%s试图访问%s，被拒绝", self: "本人",
	withheld: "法院命令暂缓公开本条内容；其位置与哈希值现可核验，期限届满后自动显示。",
	somebody: "无单位人员", stop: "。", purpose: "用途：%s", basis: "依据：%s", file: "案号：%s", model: "模型：%s", measure: "措施：%s",
	record: "记录：%s", level: "所示内容：%s", consent: "依据同意书%s", datasets: "数据集：%s", refused: "缺少：%s",
	of: "%[1]s的%[2]s", and: "、", separator: "；", detail: "%s",
	levels: map[string]string{"yes_no": "仅是或否", "band": "仅等级"},
}

// Sentence is what the entry records.
func (s *Speaker) Sentence(e *ledger.Entry) string {
	if e.Act == ledger.Withheld {
		return s.words.withheld
	}
	at := e.At.In(calendar.Shanghai).Format(s.words.at)
	what := cmp.Or(s.words.what[e.What], e.What)
	var b strings.Builder
	switch e.Act {
	case ledger.Read:
		fmt.Fprintf(&b, s.words.read, at, s.who(e), what)
	case ledger.Attempt:
		fmt.Fprintf(&b, s.words.tried, at, s.who(e), what)
	default:
		fmt.Fprintf(&b, "%s%s", at, s.words.separator)
		fmt.Fprintf(&b, "%s%s%s", s.who(e), s.words.separator, s.act(e))
	}
	for _, part := range s.parts(e) {
		b.WriteString(s.words.separator + part)
	}
	return b.String() + s.words.stop
}

// act is what was done; What goes where the words have room for it.
func (s *Speaker) act(e *ledger.Entry) string {
	text, known := s.words.acts[e.Act]
	switch {
	case !known:
		return strings.TrimSpace(string(e.Act) + " " + e.What)
	case strings.Contains(text, "%s"):
		return fmt.Sprintf(text, e.What)
	}
	return text
}

// who is the official of an agency, or the subject itself.
func (s *Speaker) who(e *ledger.Entry) string {
	switch {
	case e.Reader == "" && e.Act == ledger.Attempt:
		return s.words.somebody
	case e.Reader == "":
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
		say(s.words.file, e.Case)
	}
	if e.Act == ledger.Attempt {
		say(s.words.refused, e.Detail)
		return parts
	}
	if e.Act != ledger.Read {
		say(s.words.detail, e.Detail)
		return parts
	}
	for word := range strings.FieldsSeq(e.Detail) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "model":
			say(s.words.model, value)
		case "measure":
			if m := s.catalogue.Measure(value); m != nil {
				value = s.say(m.Title)
			}
			say(s.words.measure, value)
		case "record":
			say(s.words.record, value)
		case "level":
			say(s.words.level, cmp.Or(s.words.levels[value], value))
		case "consent":
			say(s.words.consent, value)
		case "datasets":
			say(s.words.datasets, s.datasets(value))
		default:
			say(s.words.detail, word)
		}
	}
	return parts
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
		return strings.TrimSpace(s.say(s.catalogue.Laws[i].Title) + " " + article)
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

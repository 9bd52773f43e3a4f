package notice

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"probity/calendar"
)

// Language is a language that notices are written in.
type Language string

// The languages of notices.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Languages are all of them.
var Languages = []Language{Chinese, English}

// Known tells whether notices are written in the language.
func (l Language) Known() bool { return l == English || l == Chinese }

// Titles finds what a code is called: what is "agency", "dataset", "measure", "purpose", "context",
// "model" or "law". It gives
// "" where it knows no title; the code then stands for itself.
type Titles func(what, code string, in Language) string

// wording is everything that is said in one language.
type wording struct {
	Frame     map[string]string            `yaml:"frame"`
	Facts     map[string]string            `yaml:"facts"`
	Words     map[string]map[string]string `yaml:"words"`
	Routes    map[string]string            `yaml:"routes"`
	Occasions map[Occasion]struct {
		Headline string `yaml:"headline"`
		What     string `yaml:"what"`
	} `yaml:"occasions"`
}

var wordings = sync.OnceValue(func() map[Language]*wording {
	all := make(map[Language]*wording, len(Languages))
	for _, l := range Languages {
		all[l] = &wording{}
		decode("words/"+string(l)+".yaml", all[l])
	}
	return all
})

// voice writes values in one language.
type voice struct {
	language Language
	words    *wording
	titles   Titles
}

func speak(l Language, titles Titles) voice {
	if !l.Known() {
		l = Chinese
	}
	if titles == nil {
		titles = func(string, string, Language) string { return "" }
	}
	return voice{l, wordings()[l], titles}
}

// value writes a fact's value.
func (v voice) value(f Fact) string {
	k := theList().Facts[f.Name]
	switch k {
	case dayKind:
		if d, err := calendar.Parse(f.Value); err == nil {
			return v.day(d)
		}
	case instantKind:
		if t, err := time.Parse(time.RFC3339Nano, f.Value); err == nil {
			return v.instant(t)
		}
	case fenKind:
		if n, err := strconv.ParseInt(f.Value, 10, 64); err == nil {
			return v.money(n)
		}
	case countKind:
		if n, err := strconv.ParseInt(f.Value, 10, 64); err == nil {
			return grouped(n)
		}
	case wordKind:
		if w := v.words.Words[f.Name][f.Value]; w != "" {
			return w
		}
	case personKind:
		return v.person(f.Value)
	case textKind:
		if v.language == Chinese && f.ZH != "" {
			return f.ZH
		}
	case idKind:
	default:
		if title := v.titles(string(k), f.Value, v.language); title != "" {
			return title
		}
	}
	return f.Value
}

// person writes who acted: agency/name with the agency's title, and a name alone as it stands.
func (v voice) person(named string) string {
	agency, name, ok := strings.Cut(named, "/")
	title := v.titles("agency", agency, v.language)
	if !ok || title == "" {
		return named
	}
	return fill(v.words.Frame["person"], func(of string) (string, bool) {
		if of == "agency" {
			return title, true
		}
		return name, of == "name"
	})
}

// law writes legal bases, one or several behind semicolons: the title of each instrument, where its code is known, and the
// article as it stands.
func (v voice) law(basis string) string {
	one, more, several := strings.Cut(basis, "; ")
	if several {
		return v.law(one) + v.words.Frame["also"] + v.law(more)
	}
	code, article, _ := strings.Cut(basis, " ")
	if code == charterCode {
		return fill(v.words.Frame["charter"], func(string) (string, bool) { return article, true })
	}
	title := v.titles("law", code, v.language)
	if title == "" {
		return basis
	}
	if number, ok := strings.CutPrefix(article, "art. "); ok && v.language == Chinese {
		return "《" + title + "》第" + strings.ReplaceAll(number, ", ", "、") + "条"
	}
	return strings.TrimSpace(title + " " + article)
}

// charterCode names the Charter among legal bases: "charter C14".
const charterCode = "charter"

var months = [...]string{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

// day writes a civil day: 1 March 2026, or 2026年3月1日.
func (v voice) day(d calendar.Day) string {
	year, month, day := d.Date()
	if v.language == Chinese {
		return fmt.Sprintf("%d年%d月%d日", year, month, day)
	}
	return fmt.Sprintf("%d %s %d", day, months[month-1], year)
}

// instant writes an instant to the minute, in the civil time of calendar.Shanghai, and says so.
func (v voice) instant(t time.Time) string {
	t = t.In(calendar.Shanghai)
	d := v.day(calendar.In(t, calendar.Shanghai))
	if v.language == Chinese {
		return d + t.Format("15:04") + "（" + v.words.Frame["beijing"] + "）"
	}
	return d + ", " + t.Format("15:04") + " (" + v.words.Frame["beijing"] + ")"
}

// money writes an amount in fen: CNY 1,234.50, or 1,234.50元.
func (v voice) money(fen int64) string {
	sign, n := "", uint64(fen)
	if fen < 0 {
		sign, n = "-", -uint64(fen)
	}
	amount := fmt.Sprintf("%s%s.%02d", sign, grouped(n/100), n%100)
	if v.language == Chinese {
		return amount + "元"
	}
	return "CNY " + amount
}

// grouped writes a whole number with a comma between thousands.
func grouped[N int64 | uint64](n N) string {
	digits, sign := fmt.Sprint(n), ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}

// fill puts values into a text's {names}; a name without a value stands as it is.
func fill(text string, value func(name string) (string, bool)) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		said, known := "", false
		if closed {
			said, known = value(name)
		}
		if !known {
			b.WriteByte('{')
			text = rest
			continue
		}
		b.WriteString(said)
		text = after
	}
}

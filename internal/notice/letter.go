package notice

import (
	"html/template"
	"slices"
	"strings"

	"probity/calendar"
)

// Letter is a notice put in words of one language.
type Letter struct {
	Language Language `json:"language"`
	Headline string   `json:"headline"`
	// What says what happened, in one paragraph.
	What string `json:"what"`
	// Facts are what it rests on, Reasons why; Favour what counted in the subject's favour, and Weighed tells that this was
	// asked at all.
	Facts   []Line   `json:"facts"`
	Reasons []string `json:"reasons"`
	Favour  []string `json:"favour"`
	Weighed bool     `json:"-"`
	Law     string   `json:"law"`
	Contest string   `json:"contest"`
	// Until says until when, in words; "" where Contest says it.
	Until string `json:"until"`
	// From is whose act it is, Date the day of the act.
	From string `json:"from"`
	Date string `json:"date"`
	// Number is the notice's reference, "" for one that is not recorded yet.
	Number string `json:"number"`
}

// Line is one fact with its label.
type Line struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Write puts the notice in words. number is its reference; titles may be nil.
func (n *Notice) Write(in Language, number string, titles Titles) Letter {
	v := speak(in, titles)
	w := v.words.Occasions[n.Occasion]
	value := func(name string) (string, bool) {
		var all []string
		for _, f := range n.Facts {
			if f.Name == name {
				all = append(all, v.value(f))
			}
		}
		return strings.Join(all, v.words.Frame["separator"]), len(all) > 0
	}
	o := theList().Occasions[n.Occasion]
	l := Letter{
		Language: v.language, Headline: fill(w.Headline, value), What: fill(w.What, value), Weighed: o != nil && o.Weighs,
		Law: v.law(n.Law), Contest: v.words.Routes[n.Contest], Date: v.day(calendar.In(n.At, calendar.Shanghai)), Number: number,
		From: v.words.Frame["platform"], Facts: []Line{}, Reasons: []string{}, Favour: []string{},
	}
	own := l.Contest == "" // the order's own words say until when, too
	if own {
		l.Contest = n.Contest
		if v.language == Chinese && n.ContestZH != "" {
			l.Contest = n.ContestZH
		}
	}
	if n.By != "" {
		l.From = v.value(Fact{Name: "agency", Value: n.By})
	}
	switch {
	case ending(n.Until) == nil && !own:
		l.Until = v.words.Frame["always"]
	case ending(n.Until) != nil:
		l.Until = fill(v.words.Frame["until"], func(string) (string, bool) { return v.day(n.Until), true })
	}
	for _, f := range n.Facts {
		if f.Name == Reason {
			l.Reasons = append(l.Reasons, v.value(f))
			continue
		}
		l.Facts = append(l.Facts, Line{v.words.Facts[f.Name], v.value(f)})
	}
	for _, f := range n.Favour {
		l.Favour = append(l.Favour, v.value(f))
	}
	if len(l.Favour) == 0 && l.Weighed {
		said := "nothing"
		if n.Faded {
			said = "faded"
		}
		l.Favour = append(l.Favour, v.words.Frame[said])
	}
	return l
}

// Unreadable is the letter of a notice whose content is no more: gone with what it referred to, or erased with the
// subject's key.
func (n *Notice) Unreadable(in Language, number string, erased bool, titles Titles) Letter {
	v := speak(in, titles)
	key := "gone"
	if erased {
		key = "unreadable"
	}
	l := Letter{
		Language: v.language, Headline: v.words.Frame["number"] + " " + number, What: v.words.Frame[key],
		Date: v.day(calendar.In(n.At, calendar.Shanghai)), Number: number, From: v.words.Frame["platform"],
		Facts: []Line{}, Reasons: []string{}, Favour: []string{},
	}
	if n.By != "" {
		l.From = v.value(Fact{Name: "agency", Value: n.By})
	}
	return l
}

// section is a heading of a letter with what stands beneath it.
type section struct {
	Heading string
	Lines   []string
}

func (l *Letter) sections() []section {
	frame := wordings()[l.Language].Frame
	facts := make([]string, len(l.Facts))
	for i, f := range l.Facts {
		facts[i] = f.Label + frame["colon"] + f.Value
	}
	all := []section{{frame["facts"], facts}, {frame["reasons"], l.Reasons}, {frame["favour"], l.Favour}}
	if l.Law != "" {
		all = append(all, section{frame["law"], []string{l.Law}})
	}
	if l.Contest != "" {
		all = append(all, section{frame["contest"], slices.DeleteFunc([]string{l.Contest, l.Until}, func(s string) bool { return s == "" })})
	}
	return slices.DeleteFunc(all, func(s section) bool { return len(s.Lines) == 0 })
}

// Text is the letter as plain text.
func (l *Letter) Text() string {
	frame := wordings()[l.Language].Frame
	var b strings.Builder
	b.WriteString(l.Headline + "\n\n" + l.What + "\n")
	for _, s := range l.sections() {
		b.WriteString("\n" + s.Heading + frame["colon"] + "\n")
		for _, line := range s.Lines {
			b.WriteString("  - " + line + "\n")
		}
	}
	b.WriteString("\n" + frame["from"] + frame["colon"] + l.From + "\n" + frame["date"] + frame["colon"] + l.Date + "\n")
	if l.Number != "" {
		b.WriteString(frame["number"] + frame["colon"] + l.Number + "\n")
	}
	return b.String()
}

var page = template.Must(template.New("letter").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}">
<head><meta charset="utf-8"><title>{{.Headline}}</title></head>
<body>
{{range .Letters}}<article>
<h1>{{.Headline}}</h1>
<p>{{.What}}</p>
{{range .Sections}}<h2>{{.Heading}}</h2>
<ul>
{{range .Lines}}<li>{{.}}</li>
{{end}}</ul>
{{end}}{{if .From}}<p>{{.From}} · {{.Date}}{{if .Number}} · {{.Number}}{{end}}</p>
{{end}}</article>
{{end}}</body>
</html>
`))

// shown is a letter with its sections, for the page.
type shown struct {
	*Letter
	Sections []section
}

// HTML is a page of letters, which must be of one language; every value is escaped.
func HTML(letters ...Letter) string {
	data := struct {
		Language Language
		Headline string
		Letters  []shown
	}{Language: Chinese}
	for i := range letters {
		data.Language, data.Headline = letters[i].Language, letters[0].Headline
		data.Letters = append(data.Letters, shown{&letters[i], letters[i].sections()})
	}
	var b strings.Builder
	if err := page.Execute(&b, data); err != nil { // a builder takes everything, and a test runs every branch
		panic(err)
	}
	return b.String()
}

// Frame is one of the fixed texts around notices (see frame: in words/en.yaml) with its {names} filled in.
func Frame(in Language, key string, values map[string]string) string {
	return fill(speak(in, nil).words.Frame[key], func(name string) (string, bool) {
		s, ok := values[name]
		return s, ok
	})
}

// Day writes a civil day in the language.
func Day(in Language, d calendar.Day) string { return speak(in, nil).day(d) }

// LawIn writes a legal basis in the language: the title of its instrument and the article.
func LawIn(in Language, basis string, titles Titles) string { return speak(in, titles).law(basis) }

// Money writes an amount in fen in the language.
func Money(in Language, fen int64) string { return speak(in, nil).money(fen) }

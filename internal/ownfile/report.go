package ownfile

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"regexp"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/fault"
)

//go:embed report.html
var reportText string

var report = template.Must(template.New("report").Parse(reportText))

// phrases are the words of the report itself.
var phrases = map[string]Text{
	"title":    {"Your own file", "本人信用档案"},
	"subject":  {"Subject", "主体"},
	"kind":     {"Kind", "类型"},
	"at":       {"As of (China Standard Time)", "生成时间（北京时间）"},
	"handed":   {"Handed out", "交付"},
	"entry":    {"This reading is recorded as", "本次查阅的登记号"},
	"delete":   {"Delete this copy by", "本副本须于此日前删除"},
	"deleteTo": {"What lapses, is corrected or repaired afterwards is not known to a copy. Fetch a new one; it is free.", "副本不反映此后的失效、更正和修复；请重新免费获取。"},
	"contents": {"Contents", "目录"},
	"none":     {"Nothing is held.", "无记录。"},
	"withheld": {"kept back for a time by a court's order; you will be told", "依法院命令暂缓告知，届时另行通知"},
	"contest":  {"To contest anything in here, name its number at the counter or with: probity dispute open. It costs nothing.", "对任何内容有异议，可凭编号在窗口或以 probity dispute open 提出，免费办理。"},
	"page":     {"page", "页"},
}

// WriteReport writes the file as a page to read and print, in the language. It needs nothing from elsewhere: no script, no
// picture, no font.
func (f *File) WriteReport(w io.Writer, l Language) error {
	known := f.anchors()
	say := func(key string) string { return phrases[key].In(l) }
	view := struct {
		Lang     Language
		Say      func(string) string
		In       func(Text) string
		Linked   func(Text) template.HTML
		File     *File
		Kind, At string
		// Running stands at the head of each printed sheet. A time has a colon in it, for which the template takes a text in a
		// style to be an address, and withholds it where it is not called one.
		Running  template.URL
		Sections []Gathered
	}{
		Lang: l, File: f, Kind: Word("subject_kind", string(f.Kind)).In(l), At: Minute(f.At).In(l), Sections: f.Sections, Say: say,
		In:     func(t Text) string { return t.In(l) },
		Linked: func(t Text) template.HTML { return linked(t.In(l), known) },
	}
	view.Running = template.URL(say("title") + " · " + f.Subject.String() + " · " + view.At) //nolint:gosec // our own words, a number and a time
	if err := report.Execute(w, view); err != nil {
		return fault.New(fault.Unavailable, "ownfile.report", "the report cannot be written").By(err)
	}
	return nil
}

// MarshalJSON writes the file for programs: the head, then every section under its key. docs/own-file.md describes it.
func (f *File) MarshalJSON() ([]byte, error) {
	sections := map[string]any{}
	withheld := map[string]int{}
	for _, g := range f.Sections {
		data := g.Part.Data
		if data == nil {
			data = []any{}
		}
		sections[g.Section.Key] = data
		if g.Part.Withheld > 0 {
			withheld[g.Section.Key] = g.Part.Withheld
		}
	}
	return json.Marshal(struct {
		Format   string         `json:"format"`
		Subject  any            `json:"subject"`
		Kind     any            `json:"kind"`
		At       time.Time      `json:"at"`
		Access   string         `json:"access"`
		DeleteBy calendar.Day   `json:"delete_by"`
		Sections map[string]any `json:"sections"`
		Withheld map[string]int `json:"withheld,omitempty"`
	}{"probity-own-file/1", f.Subject, f.Kind, f.At, f.Access, f.DeleteBy, sections, withheld})
}

// anchors are where the numbers of the file lead to. A notice and an entry of the ledger may have the same number: where two
// things have one, it leads to neither.
func (f *File) anchors() map[string]string {
	known := map[string]string{}
	for _, g := range f.Sections {
		for i := range g.Part.Items {
			id := g.Part.Items[i].ID
			if _, twice := known[id]; twice || id == "" {
				known[id] = ""
				continue
			}
			known[id] = g.Section.Key + "-" + id
		}
	}
	return known
}

// token is a day, or the number of a thing in the file: a letter and 13 characters, in a ledger with the entry behind a
// slash.
var token = regexp.MustCompile(`\b(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[a-z][0-9a-hjkmnp-tv-z]{13}(?:/[0-9]+)?)\b`)

// linked is a text in which the number of everything that stands in the file leads to it, and in which no day is broken.
func linked(text string, known map[string]string) template.HTML {
	var b strings.Builder
	last := 0
	for _, at := range token.FindAllStringIndex(text, -1) {
		b.WriteString(template.HTMLEscapeString(text[last:at[0]]))
		switch t := text[at[0]:at[1]]; {
		case known[t] != "":
			b.WriteString(`<a href="#` + template.HTMLEscapeString(known[t]) + `">` + t + `</a>`)
		case t[0] <= '9':
			b.WriteString(`<span class="day">` + t + `</span>`)
		default:
			b.WriteString(t)
		}
		last = at[1]
	}
	b.WriteString(template.HTMLEscapeString(text[last:]))
	return template.HTML(b.String()) //nolint:gosec // every part of it is escaped or of the pattern's characters
}

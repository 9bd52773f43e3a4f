// Package page writes an impact report as a page to read and to print, in English or Chinese, for those who have to
// approve a model or to argue about one. It needs nothing from elsewhere: no script, no picture, no font. Every chart has
// its numbers in a table beside it.
package page

import (
	_ "embed"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/impact"
)

//go:embed page.html
var text string

var report = template.Must(template.New("impact").Parse(text))

// Language is "en" or "zh".
type Language string

// The languages of the page.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Languages lists them.
var Languages = []Language{English, Chinese}

func (l Language) in(t catalogue.Text) string {
	if l == Chinese {
		return t.ZH
	}
	return t.EN
}

// Write writes the report in the language. digest is the SHA-256 of the report's JSON in hexadecimal, by which an approval
// names it.
func Write(w io.Writer, r *impact.Report, digest string, l Language) error {
	v := view{Lang: l, Report: r, Digest: digest, MadeAt: r.MadeAt.In(calendar.Shanghai).Format("2006-01-02 15:04")}
	for i := range r.Parts {
		v.Parts = append(v.Parts, partOf(&v, &r.Parts[i]))
	}
	if err := report.Execute(w, &v); err != nil {
		return fault.New(fault.Unavailable, "impact.page", "the page cannot be written").By(err)
	}
	return nil
}

// view is what the template sees.
type view struct {
	Lang           Language
	Report         *impact.Report
	Digest, MadeAt string
	Parts          []partView
}

// Say is a phrase of the page itself.
func (v *view) Say(key string) string { return v.Lang.in(phrases[key]) }

// Compared says what is compared with what.
func (v *view) Compared() string {
	c := &v.Report.Candidate
	if was := v.Report.Current; was != nil {
		name := was.Model
		if was.Model == c.Model {
			name = ""
		}
		said := v.sentence("against", strconv.Itoa(c.Version), c.AsOf, name, strconv.Itoa(was.Version), was.AsOf)
		return strings.ReplaceAll(said, "  ", " ")
	}
	return v.sentence("alone", strconv.Itoa(c.Version), c.AsOf)
}

// Percent is a place in hundredths as a length.
func (v *view) Percent(n int) string { return strconv.Itoa(n) + "%" }

// In is a text in the page's language.
func (v *view) In(t catalogue.Text) string { return v.Lang.in(t) }

// Count writes a count, or the sign of one that is not shown.
func (v *view) Count(c impact.Count) string {
	if c.Hidden {
		return hiddenSign
	}
	return grouped(c.N)
}

const hiddenSign = "▒"

// Share writes a share in per cent.
func (v *view) Share(s *float64) string {
	if s == nil {
		return ""
	}
	return strconv.FormatFloat(*s*100, 'f', 1, 64) + " %"
}

// Points writes a number of points with its sign.
func (v *view) Points(p *float64) string {
	if p == nil {
		return ""
	}
	return signed(strconv.FormatFloat(*p, 'f', 2, 64))
}

// Whole writes a whole number of points with its sign.
func (v *view) Whole(n int64) string { return signed(grouped(n)) }

// Index writes an index.
func (v *view) Index(p *float64) string {
	if p == nil {
		return ""
	}
	return strconv.FormatFloat(*p, 'f', 4, 64)
}

func signed(s string) string {
	if rest, below := strings.CutPrefix(s, "-"); below {
		return "−" + rest
	}
	if strings.Trim(s, "0.") == "" {
		return s
	}
	return "+" + s
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := len(s) % 3
	if n < 0 {
		first = 1 + (len(s)-1)%3
	}
	var b strings.Builder
	for i, c := range s {
		if i > first-1 && (i-first)%3 == 0 && i > 0 && s[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// partView is a part with its charts.
type partView struct {
	*impact.Part
	Title, Lead string
	// Short is what a reader in a hurry has to know, a sentence each.
	Short   []string
	Flows   []impact.Flow // those that anybody takes
	Matrix  []row
	Columns []string
	Bands   []bandRow
	Scores  *bars
	Groups  []groups
	Reasons []reason
}

// row is a row of the matrix, each cell with how strongly it is tinted.
type row struct {
	Name  string
	Cells []cell
	Total impact.Count
}

type cell struct {
	Count impact.Count
	Class string
}

func partOf(v *view, p *impact.Part) partView {
	x := partView{Part: p, Title: v.Say(p.Name), Lead: v.lead(p), Short: v.short(p)}
	for _, f := range p.Flows {
		if f.Subjects.Hidden || f.Subjects.N > 0 {
			x.Flows = append(x.Flows, f)
		}
	}
	if p.Matrix != nil {
		x.Columns = v.bandNames(v.Report.Candidate.Bands, p.Matrix.To, false)
		names := v.bandNames(v.Report.Current.Bands, p.Matrix.From, true)
		for i, line := range p.Matrix.Cells {
			r := row{Name: names[i], Total: p.Matrix.Rows[i]}
			for k, c := range line {
				r.Cells = append(r.Cells, cell{c, tint(c, p.Matrix.Rows[i], p.Matrix.From[i] == p.Matrix.To[k])})
			}
			x.Matrix = append(x.Matrix, r)
		}
		x.Bands = v.bandRows(p)
	}
	x.Scores = scoreBars(v, p)
	for i := range p.Breakdowns {
		x.Groups = append(x.Groups, v.groups(&x, &p.Breakdowns[i]))
	}
	x.Reasons = v.reasons(p)
	return x
}

// tint is how large a share of its row a cell has; those who stay are tinted otherwise than those who move.
func tint(c, whole impact.Count, stays bool) string {
	class := "m"
	if stays {
		class = "s"
	}
	if c.Hidden || whole.Hidden || whole.N == 0 || c.N == 0 {
		return class + "0"
	}
	return class + strconv.Itoa(1+min(3, int(4*c.N/whole.N)))
}

// longCode is from how many letters on a band goes by its title alone: AAA says more than its title does, "very-good" less.
const longCode = 4

// bandNames are what bands are called in the page's language; where there is room for it, a short code with its title.
func (v *view) bandNames(bands []impact.BandRef, names []string, room bool) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = name
		if name == impact.Unrated {
			list[i] = v.Say("not_rated")
			continue
		}
		k := slices.IndexFunc(bands, func(b impact.BandRef) bool { return b.Name == name })
		if k < 0 {
			continue
		}
		switch title := v.In(bands[k].Title); {
		case title == name:
		case len(name) >= longCode:
			list[i] = title
		case room && len([]rune(title)) <= 12:
			list[i] = name + " " + title
		}
	}
	return list
}

// lead is what the part comes to, in a sentence.
func (v *view) lead(p *impact.Part) string {
	of := map[string]impact.Flow{}
	for _, f := range p.Flows {
		of[f.Direction] = f
	}
	say := func(key string) string {
		f := of[key]
		if f.Subjects.Hidden {
			return v.Say(key) + " " + hiddenSign
		}
		s := v.Say(key) + " " + grouped(f.Subjects.N)
		if f.Share != nil && f.Subjects.N > 0 {
			s += " (" + v.Share(f.Share) + ")"
		}
		return s
	}
	list := []string{v.Count(p.Subjects) + " " + v.Say("in_all")}
	for _, f := range p.Flows {
		if f.Direction != impact.Other || f.Subjects.Hidden || f.Subjects.N > 0 {
			list = append(list, say(f.Direction))
		}
	}
	if v.Lang == Chinese {
		return strings.Join(list, "；") + "。"
	}
	return strings.Join(list, "; ") + "."
}

// Package page writes an impact report as a page to read and to print, in English or Chinese, for those who have to
// approve a model or to argue about one. It needs nothing from elsewhere: no script, no picture, no font. Every chart has
// its numbers in a table beside it.
package page

import (
	_ "embed"
	"html/template"
	"io"
	"math"
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
	Title   string
	Lead    string
	Bands   *bars
	Scores  *bars
	Matrix  []row
	Columns []string
	Groups  []dots
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
	x := partView{Part: p, Title: v.Say(p.Name), Lead: v.lead(p)}
	if p.Matrix != nil {
		x.Columns = v.bandNames(nil, p.Matrix.To) // short, so that the table is narrow
		names := v.bandNames(v.Report.Current.Bands, p.Matrix.From)
		for i, line := range p.Matrix.Cells {
			r := row{Name: names[i], Total: p.Matrix.Rows[i]}
			for k, c := range line {
				r.Cells = append(r.Cells, cell{c, tint(c, p.Matrix.Rows[i], p.Matrix.From[i] == p.Matrix.To[k])})
			}
			x.Matrix = append(x.Matrix, r)
		}
		x.Bands = bandBars(v, p)
	}
	x.Scores = scoreBars(v, p)
	for i := range p.Breakdowns {
		x.Groups = append(x.Groups, groupDots(v, &p.Breakdowns[i]))
	}
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

func (v *view) bandNames(bands []impact.BandRef, names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = name
		if name == impact.Unrated {
			list[i] = v.Say("not_rated")
		} else if k := slices.IndexFunc(bands, func(b impact.BandRef) bool { return b.Name == name }); k >= 0 {
			if title := v.In(bands[k].Title); title != name && len([]rune(title)) <= 12 {
				list[i] = name + " " + title
			}
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

// bars is a chart of pairs of bars: now, and under the candidate.
type bars struct {
	Label, Describes string
	Width, Height    int
	Bars             []bar
	Ticks            []tick
	Rated            bool // there are two series
}

type bar struct {
	X, Y, W, H float64
	Class      string
}

type tick struct {
	X, Y float64
	Text string
}

const (
	chartWide = 640
	chartHigh = 200
	chartFoot = 24
)

// pairs draws pairs of bars; a nil series is not there.
func pairs(labels []string, was, is []int64) *bars {
	c := &bars{Width: chartWide, Height: chartHigh + chartFoot}
	most := int64(1)
	for i := range labels {
		most = max(most, is[i])
		if was != nil {
			most = max(most, was[i])
		}
	}
	wide := float64(chartWide) / float64(len(labels))
	every := 1 + len(labels)/12
	for i, label := range labels {
		x, w := float64(i)*wide+wide*.1, wide*.8
		one := func(n int64, x, w float64, class string) {
			h := float64(chartHigh-8) * float64(n) / float64(most)
			if n > 0 {
				h = max(h, 1)
			}
			c.Bars = append(c.Bars, bar{round(x), round(chartHigh - h), round(w), round(h), class})
		}
		if was != nil {
			one(was[i], x, w/2, "was")
			x, w = x+w/2, w/2
		}
		one(is[i], x, w, "is")
		if i%every == 0 {
			c.Ticks = append(c.Ticks, tick{round(float64(i)*wide + wide/2), chartHigh + 16, label})
		}
	}
	c.Rated = was != nil
	return c
}

func round(v float64) float64 { return math.Round(v*10) / 10 }

// bandBars are the margins of the matrix.
func bandBars(v *view, p *impact.Part) *bars {
	now := map[string]int64{}
	for i, name := range p.Matrix.From {
		now[name] = p.Matrix.Rows[i].N
	}
	var was, is []int64
	for i, name := range p.Matrix.To {
		was, is = append(was, now[name]), append(is, p.Matrix.Columns[i].N)
	}
	labels := slices.Clone(p.Matrix.To)
	labels[len(labels)-1] = v.Say("not_rated")
	c := pairs(labels, was, is)
	c.Label, c.Describes = v.Say("bands_chart"), v.Say("bands_chart_text")
	return c
}

// scoreBars are the histograms, in the bins of the candidate; of human beings there are none.
func scoreBars(v *view, p *impact.Part) *bars {
	d := &p.Distributions
	if d.Candidate == nil || len(d.Candidate.Bins) == 0 {
		return nil
	}
	low, high := d.Candidate.Bins[0].From, d.Candidate.Bins[len(d.Candidate.Bins)-1].To
	var was []int64
	if d.Current != nil && len(d.Current.Bins) > 0 {
		low, high = min(low, d.Current.Bins[0].From), max(high, d.Current.Bins[len(d.Current.Bins)-1].To)
	}
	n := min(20, int(high-low)+1)
	wide := (high-low)/int64(n) + 1
	in := func(bins []impact.Bin) []int64 {
		counts := make([]int64, n)
		for _, b := range bins {
			counts[min(int64(n-1), ((b.From+b.To)/2-low)/wide)] += b.Subjects.N
		}
		return counts
	}
	if d.Current != nil {
		was = in(d.Current.Bins)
	}
	labels := make([]string, n)
	for i := range labels {
		labels[i] = strconv.FormatInt(low+int64(i)*wide, 10)
	}
	c := pairs(labels, was, in(d.Candidate.Bins))
	c.Label, c.Describes = v.Say("scores_chart"), v.Say("scores_chart_text")
	return c
}

// dots are the shares that go down, by group, each with its interval.
type dots struct {
	*impact.Breakdown
	Title, Label string
	Height       int
	Dots         []dot
	Axis         []tick
	Rest         int
}

type dot struct {
	X, Low, High, Y float64
	Text            string
}

// groupsShown is how many groups a table of the page has at most; the file has all of them.
const groupsShown = 40

const (
	dotLeft = 200
	dotLine = 22
)

func groupDots(v *view, b *impact.Breakdown) dots {
	d := dots{Breakdown: b, Title: v.Say(b.Dimension), Label: v.Say("groups_chart")}
	if len(b.Groups) > groupsShown {
		short := *b
		short.Groups = slices.Clone(b.Groups)
		slices.SortStableFunc(short.Groups, func(x, y impact.Group) int { return int(min(1, max(-1, y.Subjects.N-x.Subjects.N))) })
		short.Groups, d.Rest = short.Groups[:groupsShown], len(b.Groups)-groupsShown
		d.Breakdown = &short
	}
	most := 0.0
	for _, g := range d.Groups {
		if g.DownHigh != nil {
			most = max(most, *g.DownHigh)
		}
	}
	if most == 0 {
		return d
	}
	x := func(share float64) float64 { return round(dotLeft + (chartWide-dotLeft-20)*share/most) }
	for _, g := range d.Groups {
		if g.Down == nil {
			continue
		}
		title := []rune(v.In(g.Title))
		if len(title) > 24 {
			title = append(title[:23], '…')
		}
		d.Dots = append(d.Dots, dot{x(*g.Down), x(*g.DownLow), x(*g.DownHigh), float64(len(d.Dots)*dotLine + 14), string(title)})
	}
	d.Height = len(d.Dots)*dotLine + chartFoot
	for _, s := range []float64{0, most / 2, most} {
		d.Axis = append(d.Axis, tick{x(s), float64(d.Height - 6), strconv.FormatFloat(s*100, 'f', 1, 64) + " %"})
	}
	return d
}

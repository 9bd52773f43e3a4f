package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"probity/internal/lab/outcome"
)

//go:embed page.html
var pageText string

// page is parsed once; a template is safe for use by many.
var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"value": Value, "interval": Span, "cell": cell, "open": func(d *Document) []MetricRow { return d.Metrics[:outcome.Opening] },
	"rest": func(d *Document) []MetricRow { return d.Metrics[outcome.Opening:] }, "picture": picture, "changePicture": changePicture,
	"verdict": Verdict,
}).Parse(pageText))

// HTML writes the report as one page without scripts, which asks no other host for anything.
func (d *Document) HTML(w io.Writer) error { return page.Execute(w, d) }

// Value is a number for readers: three places, or a dash where there is none.
func Value(x float64) string {
	switch a := math.Abs(x); {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case a != 0 && a < 0.01:
		return fmt.Sprintf("%.4f", x)
	case a < 10:
		return fmt.Sprintf("%.2f", x)
	case a < 1000:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.0f", x)
	}
}

// Span is an interval for readers.
func Span(v outcome.Interval) string {
	if math.IsNaN(v.Low) {
		return ""
	}
	return Value(v.Low) + " to " + Value(v.High)
}

// Verdict says of a change whether it is for the better, and whether the replications agree.
func Verdict(m MetricRow) string {
	switch {
	case m.Change == nil || math.IsNaN(m.Change.Mean):
		return ""
	case !m.Change.Clear():
		return "no clear change"
	case m.Better == 0 && m.Change.Mean > 0:
		return "more"
	case m.Better == 0:
		return "less"
	case float64(m.Better)*m.Change.Mean > 0:
		return "better"
	default:
		return "worse"
	}
}

func cell(x *float64) string {
	if x == nil {
		return "–"
	}
	return Value(*x)
}

const (
	barHeight, rowGap, left, wide = 12, 10, 190, 640
)

// colours of the first and the second policy; both are told apart in grey too.
var colours = [2]string{"#8aa0b8", "#8c2f39"}

// picture draws the harm that falls on each group of a dimension under each policy.
func picture(d *Document, dimension string) template.HTML {
	most := 0.0
	var rows []*GroupRow
	for i := range d.Groups {
		g := &d.Groups[i]
		if g.Dimension != dimension || g.Suppressed {
			continue
		}
		rows = append(rows, g)
		for _, s := range g.Sides {
			if s.Harm != nil {
				most = max(most, *s.Harm)
			}
		}
	}
	var b strings.Builder
	each := barHeight*len(d.Sides) + rowGap
	height := each*len(rows) + 40
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="Harm by %s under each policy">`, left+wide+90, height, dimension)
	for i, g := range rows {
		y := i*each + 4
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+barHeight, template.HTMLEscapeString(g.Title))
		for k, s := range g.Sides {
			if s.Harm == nil {
				continue
			}
			w := 0.0
			if most > 0 {
				w = *s.Harm / most * wide
			}
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/><text x="%.1f" y="%d">%s</text>`,
				left, y+k*barHeight, w, barHeight-2, colours[k], float64(left)+w+4, y+k*barHeight+barHeight-2, Value(*s.Harm))
		}
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" class="notice">%s</text></svg>`, left, height-12, Notice)
	return template.HTML(b.String()) //nolint:gosec // G203: numbers of our own and escaped titles
}

// changePicture draws who is better and worse off, by fifth of income.
func changePicture(d *Document) template.HTML {
	var b strings.Builder
	var rows []*GroupRow
	for i := range d.Groups {
		if g := &d.Groups[i]; g.Dimension == "income" && g.Pairs != nil {
			rows = append(rows, g)
		}
	}
	height := len(rows)*26 + 40
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="Better and worse off by income">`, left+wide+90, height)
	middle := left + wide/2
	for i, g := range rows {
		y := i*26 + 4
		worse, better := g.Pairs.Worse/100*wide/2, g.Pairs.Better/100*wide/2
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+14, template.HTMLEscapeString(g.Title))
		fmt.Fprintf(&b, `<rect x="%.1f" y="%d" width="%.1f" height="18" fill="%s"/><text x="%.1f" y="%d" text-anchor="end">%s%% worse</text>`,
			float64(middle)-worse, y, worse, colours[1], float64(middle)-worse-4, y+14, Value(g.Pairs.Worse))
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="18" fill="%s"/><text x="%.1f" y="%d">%s%% better</text>`,
			middle, y, better, "#3a7d44", float64(middle)+better+4, y+14, Value(g.Pairs.Better))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" class="notice">%s</text></svg>`, left, height-12, Notice)
	return template.HTML(b.String()) //nolint:gosec // G203: numbers of our own and escaped titles
}

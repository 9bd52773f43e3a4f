// Package report writes what was found out about a scorecard as one HTML page for those who must answer for it: figures,
// charts with the tables behind them, every bin with its points, fairness, and what was left out. The page asks nothing of
// any other host and runs no script.
package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"probity/develop"
	"probity/develop/validate"
)

//go:embed page.html
var page string

var parsed = template.Must(template.New("page").Funcs(template.FuncMap{
	"f2": func(v float64) string { return fmt.Sprintf("%.2f", v) },
	"f3": func(v float64) string { return fmt.Sprintf("%.3f", v) },
	"f4": func(v float64) string { return fmt.Sprintf("%.4f", v) },
	"percent": func(v float64) string {
		return fmt.Sprintf("%.1f %%", 100*v)
	},
	"n": func(v float64) string {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	},
}).Parse(page))

// Write writes the page.
func Write(c *develop.Card) ([]byte, error) {
	var b bytes.Buffer
	err := parsed.Execute(&b, map[string]any{
		"Card": c, "ROC": roc(c), "Calibration": calibration(c), "Scores": scores(c), "Weights": weights(c),
		"File": string(c.Source()),
	})
	return b.Bytes(), err
}

// The room of a chart, in units of its own.
const (
	width, height           = 480.0, 300.0
	left, right, top, under = 52.0, 12.0, 12.0, 42.0
)

// chart draws in a plane of which the upright axis begins at 0.
type chart struct {
	b          strings.Builder
	x0, x1, y1 float64
}

func (c *chart) x(v float64) float64 { return left + (v-c.x0)/(c.x1-c.x0)*(width-left-right) }
func (c *chart) y(v float64) float64 { return height - under - v/c.y1*(height-top-under) }

// begin opens the drawing: title and description are for those who cannot see it.
func begin(id, title, about string, x0, x1, y1 float64, format, across, up string) *chart {
	c := &chart{x0: x0, x1: max(x1, x0+1e-9), y1: max(y1, 1e-9)}
	fmt.Fprintf(&c.b, `<svg viewBox="0 0 %g %g" role="img" aria-labelledby="%s-title %s-desc"><title id="%s-title">%s</title><desc id="%s-desc">%s</desc>`,
		width, height, id, id, id, template.HTMLEscapeString(title), id, template.HTMLEscapeString(about))
	for k := range 5 {
		part := float64(k) / 4
		y := part * c.y1
		x := c.x0 + part*(c.x1-c.x0)
		fmt.Fprintf(&c.b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`, left, width-right, c.y(y), c.y(y))
		fmt.Fprintf(&c.b, `<text x="%.1f" y="%.1f" text-anchor="end">%s</text>`, left-6, c.y(y)+4, fmt.Sprintf("%.2f", y))
		fmt.Fprintf(&c.b, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, c.x(x), height-under+16, fmt.Sprintf(format, x))
	}
	fmt.Fprintf(&c.b, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, (left+width-right)/2, height-6, template.HTMLEscapeString(across))
	fmt.Fprintf(&c.b, `<text x="14" y="%.1f" text-anchor="middle" transform="rotate(-90 14 %.1f)">%s</text>`, (top+height-under)/2, (top+height-under)/2, template.HTMLEscapeString(up))
	return c
}

func (c *chart) line(class string, points [][2]float64) {
	fmt.Fprintf(&c.b, `<polyline class="%s" points="`, class)
	for _, p := range points {
		fmt.Fprintf(&c.b, "%.1f,%.1f ", c.x(p[0]), c.y(p[1]))
	}
	c.b.WriteString(`"/>`)
}

func (c *chart) bar(class string, from, to, low, high float64, label string) {
	fmt.Fprintf(&c.b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s</title></rect>`,
		class, c.x(from), c.y(high), max(c.x(to)-c.x(from), 0.5), max(c.y(low)-c.y(high), 0.5), template.HTMLEscapeString(label))
}

func (c *chart) end() template.HTML {
	c.b.WriteString("</svg>")
	return template.HTML(c.b.String()) //nolint:gosec // G203: made above of numbers and escaped texts
}

// roc draws the receiver operating characteristic of both parts.
func roc(card *develop.Card) template.HTML {
	c := begin("roc", "Receiver operating characteristic", fmt.Sprintf("Share of the bad rows refused over the share of the good rows refused. AUC held out %.3f, fitted to %.3f.", card.Held.AUC, card.Fit.AUC),
		0, 1, 1, "%.2f", "good rows refused", "bad rows refused")
	c.line("chance", [][2]float64{{0, 0}, {1, 1}})
	c.line("fit", curve(card.Fit.Levels()))
	c.line("held", curve(card.Held.Levels()))
	return c.end()
}

func curve(levels []validate.Level) [][2]float64 {
	var good, bad, g, b float64
	for _, l := range levels {
		good, bad = good+l.Good, bad+l.Bad
	}
	points := [][2]float64{{0, 0}}
	for _, l := range levels {
		g, b = g+l.Good, b+l.Bad
		points = append(points, [2]float64{g / max(good, 1), b / max(bad, 1)})
	}
	return points
}

// calibration draws the bad ones found, with their intervals, over those that the scale promises.
func calibration(card *develop.Card) template.HTML {
	most := 0.05
	for _, g := range card.Held.Calibration {
		most = max(most, g.Interval.High, g.Expected/float64(g.Rows))
	}
	c := begin("calibration", "Calibration", "Share of bad rows found in groups of the hold-out, with intervals of 95 per cent, over the share that the scores promise. On the diagonal both are the same.",
		0, most, most, "%.2f", "bad rows promised", "bad rows found")
	c.line("chance", [][2]float64{{0, 0}, {most, most}})
	for _, g := range card.Held.Calibration {
		x := g.Expected / float64(g.Rows)
		c.line("interval", [][2]float64{{x, g.Interval.Low}, {x, g.Interval.High}})
		fmt.Fprintf(&c.b, `<circle class="held-dot" cx="%.1f" cy="%.1f" r="4"><title>scores %d to %d: %.3f promised, %.3f found</title></circle>`, c.x(x), c.y(g.Rate), g.From, g.To, x, g.Rate)
	}
	return c.end()
}

const scoreGroups = 24

// scores draws how the scores of good and bad rows lie.
func scores(card *develop.Card) template.HTML {
	levels := card.Held.Levels()
	low, high := float64(levels[0].Score), float64(levels[len(levels)-1].Score)+1
	var good, bad [scoreGroups]float64
	var allGood, allBad float64
	for _, l := range levels {
		k := min(int((float64(l.Score)-low)/(high-low)*scoreGroups), scoreGroups-1)
		good[k], bad[k] = good[k]+l.Good, bad[k]+l.Bad
		allGood, allBad = allGood+l.Good, allBad+l.Bad
	}
	most := 0.0
	for k := range good {
		good[k], bad[k] = good[k]/max(allGood, 1), bad[k]/max(allBad, 1)
		most = max(most, good[k], bad[k])
	}
	c := begin("scores", "Scores of good and bad rows", fmt.Sprintf("Shares of the good and of the bad rows held out by score, from %.0f to %.0f.", low, high-1), low, high, most, "%.0f", "score", "share of rows")
	step := (high - low) / scoreGroups
	for k := range good {
		from := low + float64(k)*step
		c.bar("good", from+step*0.05, from+step*0.5, 0, good[k], fmt.Sprintf("from %.0f: %.1f %% of the good rows", from, 100*good[k]))
		c.bar("bad", from+step*0.5, from+step*0.95, 0, bad[k], fmt.Sprintf("from %.0f: %.1f %% of the bad rows", from, 100*bad[k]))
	}
	return c.end()
}

// weights draws the bad rate of each bin of each characteristic.
func weights(card *develop.Card) []template.HTML {
	var out []template.HTML
	for i, ch := range card.Characteristics {
		most := 0.05
		for _, b := range ch.Bins {
			most = max(most, b.Rate)
		}
		c := begin(fmt.Sprintf("bins-%d", i), "Bad rows by bin of "+ch.Column, fmt.Sprintf("Share of bad rows in each of %d bins, in the order of the table beside it.", len(ch.Bins)),
			0, float64(len(ch.Bins)), most, "%.0f", "bin", "share of bad rows")
		for k, b := range ch.Bins {
			if b.Good+b.Bad > 0 {
				c.bar("bin", float64(k)+0.12, float64(k)+0.88, 0, b.Rate, fmt.Sprintf("%s: %.1f %% bad, %d points", b.Label, 100*b.Rate, b.Points))
			}
		}
		out = append(out, c.end())
	}
	return out
}

package linking

import (
	"fmt"
	"strings"
)

// The measures of the drawing, in pixels.
const (
	plotSide   = 300
	plotMargin = 56
	plotGap    = 96
)

// draw draws how right the pairs are: precision against recall, and what was said against what is.
func draw(v *Verdict) string {
	var b strings.Builder
	width, height := 2*plotSide+2*plotMargin+plotGap, plotSide+2*plotMargin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" fill="#1a1a1a" role="img">`, width, height)
	fmt.Fprintf(&b, `<title>Precision %.4f, recall %.4f, F1 %.4f by pair</title><rect width="%d" height="%d" fill="#fff"/>`, v.Precision, v.Recall, v.F1, width, height)
	frame(&b, plotMargin, "Precision by recall", "the line for every threshold, the dot for the answer", "recall", "precision")
	var line []string
	for _, p := range v.Curve {
		line = append(line, place(plotMargin, p.Recall, p.Precision))
	}
	fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="#0b5394" stroke-width="2"/>`, strings.Join(line, " "))
	fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="5" fill="#b45309"><title>the answer: precision %.4f, recall %.4f</title></circle>`,
		plotMargin+v.Recall*plotSide, plotMargin+(1-v.Precision)*plotSide, v.Precision, v.Recall)
	left := plotMargin + plotSide + plotGap
	frame(&b, left, "What was said, and what is", "a dot for each tenth; right probabilities are on the line", "probability that was said", "share that is the same")
	fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#999" stroke-dasharray="4 4"/>`, left, plotMargin+plotSide, left+plotSide, plotMargin)
	for _, c := range v.Calibration {
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="5" fill="#0b5394"><title>%d pairs: said %.3f, are %.3f</title></circle>`,
			float64(left)+c.Said*plotSide, plotMargin+(1-c.Is)*plotSide, c.Pairs, c.Said, c.Is)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func place(left int, x, y float64) string {
	return fmt.Sprintf("%.1f,%.1f", float64(left)+x*plotSide, plotMargin+(1-y)*plotSide)
}

// frame draws a square from 0 to 1 both ways, with what is drawn in it and its key.
func frame(b *strings.Builder, left int, title, key, x, y string) {
	fmt.Fprintf(b, `<text x="%d" y="%d" font-size="15" font-weight="600">%s</text>`, left, plotMargin-26, title)
	fmt.Fprintf(b, `<text x="%d" y="%d" font-size="12" fill="#555">%s</text>`, left, plotMargin-9, key)
	for i := 0; i <= 4; i++ {
		at := i * plotSide / 4
		fmt.Fprintf(b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#e5e5e5"/>`, left, plotMargin+at, left+plotSide, plotMargin+at)
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%.2f</text>`, left-6, plotMargin+at+4, 1-float64(i)/4)
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%.2f</text>`, left+at, plotMargin+plotSide+18, float64(i)/4)
	}
	fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#666"/>`, left, plotMargin, plotSide, plotSide)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, left+plotSide/2, plotMargin+plotSide+40, x)
	fmt.Fprintf(b, `<text transform="translate(%d %d) rotate(-90)" text-anchor="middle">%s</text>`, left-42, plotMargin+plotSide/2, y)
}

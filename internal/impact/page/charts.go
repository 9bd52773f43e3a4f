package page

import (
	"math"
	"slices"
	"strconv"

	"probity/internal/impact"
)

// bandRow is how many are in a band now and under the candidate, each with a bar; one that is not shown has none.
type bandRow struct {
	Name    string
	Was, Is impact.Count
	// WasWide and IsWide are the bars in hundredths of the longest.
	WasWide, IsWide int
}

// bandRows are the margins of the matrix, a row for each band of either model; the last one is of those not rated.
func (v *view) bandRows(p *impact.Part) []bandRow {
	m := p.Matrix
	to := v.bandNames(v.Report.Candidate.Bands, m.To, true)
	from := v.bandNames(v.Report.Current.Bands, m.From, true)
	rows := make([]bandRow, 0, len(to))
	for i, name := range m.To {
		r := bandRow{Name: to[i], Is: m.Columns[i]}
		if k := slices.Index(m.From, name); k >= 0 {
			r.Was = m.Rows[k]
		}
		rows = append(rows, r)
	}
	for i, name := range m.From {
		if !slices.Contains(m.To, name) {
			rows = slices.Insert(rows, len(rows)-1, bandRow{Name: from[i], Was: m.Rows[i]})
		}
	}
	most := int64(1)
	for _, r := range rows {
		most = max(most, r.Was.N, r.Is.N)
	}
	for i := range rows {
		rows[i].WasWide, rows[i].IsWide = int(100*rows[i].Was.N/most), int(100*rows[i].Is.N/most)
	}
	return rows
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

// A chart is drawn as narrow as a telephone is, so that its words can be read there.
const (
	chartWide = 400
	chartHigh = 160
	chartFoot = 24
	// tickWide is how much room a number below the bars takes.
	tickWide = 40
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
	every := int(math.Ceil(tickWide / wide))
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
		if i%every == 0 && i+every/2 < len(labels) {
			c.Ticks = append(c.Ticks, tick{round(max(float64(i)*wide+wide/2, tickWide/3)), chartHigh + 16, label})
		}
	}
	c.Rated = was != nil
	return c
}

func round(v float64) float64 { return math.Round(v*10) / 10 }

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

// groups is a breakdown as a table, each group with the share that goes down and its interval, drawn.
type groups struct {
	*impact.Breakdown
	Title string
	// Flows are places among the directions: those that anybody takes.
	Flows []int
	Rows  []groupRow
	// Rest is how many groups the table leaves out, Unknown that nothing is known of anybody.
	Rest    int
	Unknown bool
}

type groupRow struct {
	impact.Group
	// Drawn says that the share is drawn; At, Low and High are where, in hundredths.
	Drawn         bool
	At, Low, High int
}

const (
	// groupsShown is how many groups a table of the page has at most; the file has all of them.
	groupsShown = 40
	// fewRated is how many have to be rated by both before their share sets the scale: intervals of fewer reach too far.
	fewRated = 30
)

func (v *view) groups(p *partView, b *impact.Breakdown) groups {
	g := groups{Breakdown: b, Title: v.Say(b.Dimension)}
	shown := b.Groups
	if len(shown) > groupsShown {
		shown = slices.Clone(shown)
		slices.SortStableFunc(shown, func(x, y impact.Group) int { return int(min(1, max(-1, y.Subjects.N-x.Subjects.N))) })
		shown, g.Rest = shown[:groupsShown], len(b.Groups)-groupsShown
	}
	g.Unknown = len(b.Groups) == 1 && b.Groups[0].Code == ""
	for _, f := range p.Flows {
		g.Flows = append(g.Flows, slices.IndexFunc(p.Part.Flows, func(x impact.Flow) bool { return x.Direction == f.Direction }))
	}
	most := 0.01
	for i := range shown {
		if x := &shown[i]; x.DownHigh != nil && x.Subjects.N >= fewRated {
			most = max(most, *x.DownHigh)
		}
	}
	at := func(share float64) int { return int(math.Round(100 * min(1, share/most))) }
	for _, x := range shown {
		r := groupRow{Group: x}
		if x.Down != nil {
			r.Drawn, r.At, r.Low, r.High = true, at(*x.Down), at(*x.DownLow), at(*x.DownHigh)
		}
		g.Rows = append(g.Rows, r)
	}
	return g
}

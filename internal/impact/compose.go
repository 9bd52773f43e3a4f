package impact

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"probity/internal/catalogue"
	"probity/scorecard"
)

// report puts together what the workers counted.
func (c *comparison) report() *Report {
	q := c.q
	r := &Report{
		Format: Format, MadeAt: q.At, DeleteBy: q.DeleteBy, First: c.current == nil, Candidate: c.candidate.ref(), Population: q.Population,
		Limits: q.Limits, Parts: []Part{}, NotHeld: slices.Clone(q.NotHeld),
	}
	if c.current != nil {
		ref := c.current.ref()
		r.Current = &ref
	}
	all := int64(len(q.People.IDs))
	rest := all
	for k, name := range []string{Organisations, HumanBeings} {
		t := newTally(c)
		for _, w := range c.workers {
			t.join(w.parts[k])
		}
		if k == ofOrganisations {
			rest -= t.subjects
		}
		if t.subjects > 0 {
			p := part{c: c, t: t, human: k == ofHumanBeings, below: q.Limits.Small.Below}
			r.Parts = append(r.Parts, p.compose(name))
		}
	}
	// Whoever knows how many organisations there are would know how many human beings there are beside them.
	hide := small(rest, q.Limits.Small.Below)
	r.Population.Subjects = Count{masked(all, hide), hide}
	return r
}

func (s *side) ref() ModelRef {
	m := s.model
	ref := ModelRef{
		Model: m.Code, Version: int(m.Version), Digest: m.Digest.String(), Title: textOf(m.Title), Kinds: slices.Clone(s.of.Facts.Kinds), AsOf: s.asOf,
		Bands: []BandRef{},
	}
	for i := range m.Bands {
		b := &m.Bands[i]
		title := textOf(b.Title)
		if title.EN == "" {
			title = catalogue.Text{EN: b.Name.Text, ZH: b.Name.Text}
		}
		ref.Bands = append(ref.Bands, BandRef{b.Name.Text, title, b.From, !b.Unordered})
	}
	return ref
}

// part is one part of the population on its way into the report.
type part struct {
	c     *comparison
	t     *tally
	human bool
	// below is the first count of human beings that may be shown, 0 apart.
	below int64
	// What the matrix shows: of everybody, of those whom both rate, and of each direction.
	total, both Count
	byFlow      [flows]Count
}

// safe makes counts of human beings safe that add up to a total which is known.
func (p *part) safe(counts []int64) []Count {
	if p.human {
		return shown(counts, p.below)
	}
	list := make([]Count, len(counts))
	for i, n := range counts {
		list[i] = count(n)
	}
	return list
}

func (p *part) compose(name string) Part {
	out := Part{Name: name, Flows: []Flow{}, NotRated: []NotRated{}, Drivers: []Driver{}, Cuts: []Cut{}, Stability: []Index{}, Breakdowns: []Breakdown{}}
	m := p.matrix(&out)
	out.Subjects = p.total
	p.distributions(&out, m)
	p.unrated(&out, m)
	p.cuts(&out)
	if p.c.current != nil {
		p.drivers(&out)
		p.stability(&out)
		if !p.human {
			out.Movers = &Movers{p.t.up.sorted(), p.t.down.sorted()}
		}
	}
	for i := range p.c.dimensions {
		if !p.human || p.c.dimensions[i].human {
			out.Breakdowns = append(out.Breakdowns, p.breakdown(i))
		}
	}
	return out
}

// shape is the matrix as it is shown: its margins and the counts of benefits.
type shape struct{ rows, columns []Count }

// matrix makes the matrix safe with all that is shown of it: its margins, the directions, and the benefits that rest on
// bands.
func (p *part) matrix(out *Part) *shape {
	c, states, news := p.c, p.c.states(), p.c.newStates()
	t := newTable(p.t.matrix)
	where := func(in func(a, b int) bool) []int {
		var of []int
		for a := range states {
			for b := range news {
				if in(a, b) {
					of = append(of, a*news+b)
				}
			}
		}
		return of
	}
	few := p.human && small(p.t.subjects, p.below)
	total := t.add(where(func(int, int) bool { return true }), !few)
	both := t.add(where(func(a, b int) bool { return a < states-1 && b < news-1 }), false)
	rows, columns := make([]int, states), make([]int, news)
	for i := range rows {
		rows[i] = t.add(where(func(a, _ int) bool { return a == i }), false)
	}
	for i := range columns {
		columns[i] = t.add(where(func(_, b int) bool { return b == i }), false)
	}
	var byFlow [flows]int
	for f := range byFlow {
		byFlow[f] = t.add(where(func(a, b int) bool { return int(c.ways[a*news+b].flow) == f }), false)
	}
	benefits := c.benefits()
	sums := make([][4]int, len(benefits))
	for i := range benefits {
		b := &benefits[i]
		for k, in := range []func(a, z int) bool{
			func(a, _ int) bool { return b.had(a) }, func(_, z int) bool { return b.has(z) },
			func(a, z int) bool { return !b.had(a) && b.has(z) }, func(a, z int) bool { return b.had(a) && !b.has(z) },
		} {
			sums[i][k] = t.add(where(in), false)
		}
	}
	switch {
	case few:
		t.hideAll()
	case p.human:
		t.protect(p.below)
	}
	p.total, p.both = t.whole(total), t.whole(both)
	s := &shape{}
	for i := range rows {
		s.rows = append(s.rows, t.whole(rows[i]))
	}
	for i := range columns {
		s.columns = append(s.columns, t.whole(columns[i]))
	}
	for f := range byFlow {
		p.byFlow[f] = t.whole(byFlow[f])
		if c.current != nil || f == flowGained || f == flowNever {
			out.Flows = append(out.Flows, Flow{directions[f], p.byFlow[f], share(p.byFlow[f], p.total)})
		}
	}
	if c.current != nil {
		m := &Matrix{From: names(c.current), To: names(c.candidate), Rows: s.rows, Columns: s.columns}
		for a := range states {
			line := make([]Count, news)
			for b := range line {
				line[b] = t.cell(a*news + b)
			}
			m.Cells = append(m.Cells, line)
		}
		out.Matrix = m
	}
	for i := range benefits {
		x := benefits[i].of
		x.Had, x.Has, x.Gained, x.Lost = t.whole(sums[i][0]), t.whole(sums[i][1]), t.whole(sums[i][2]), t.whole(sums[i][3])
		out.Consequences = append(out.Consequences, x)
	}
	if out.Consequences == nil {
		out.Consequences = []Consequence{}
	}
	return s
}

func names(s *side) []string {
	list := make([]string, 0, len(s.model.Bands)+1)
	for i := range s.model.Bands {
		list = append(list, s.model.Bands[i].Name.Text)
	}
	return append(list, Unrated)
}

// share is part of whole; nil where one of them is not shown.
func share(part, whole Count) *float64 {
	if part.Hidden || whole.Hidden || whole.N == 0 {
		return nil
	}
	return figure(float64(part.N) / float64(whole.N))
}

// figure is a number to six places.
func figure(v float64) *float64 {
	v = math.Round(v*1e6) / 1e6
	if v == 0 {
		v = 0 // and not -0
	}
	return &v
}

// permille are the quantiles that are shown.
var permille = []int{10, 50, 100, 250, 500, 750, 900, 950, 990}

func (p *part) distributions(out *Part, m *shape) {
	at, candidate := p.c.places()
	out.Distributions.Candidate = p.distribution(&p.t.scores[candidate], m.columns[len(m.columns)-1])
	if p.c.current != nil {
		out.Distributions.Current = p.distribution(&p.t.scores[at], m.rows[len(m.rows)-1])
		out.Distributions.Difference = p.distribution(p.t.differences, p.both)
	}
}

// distribution shows of human beings a quantile only where enough of them lie to either side of it, and no bins; and
// nothing where it is not shown how many there are, which follows from with.
func (p *part) distribution(d *spread, with Count) *Distribution {
	hide := p.human && (with.Hidden || p.total.Hidden || small(d.n, p.below))
	x := &Distribution{Subjects: Count{masked(d.n, hide), hide}, Quantiles: []Quantile{}}
	if d.n == 0 || hide {
		return x
	}
	x.Mean = figure(float64(d.sum) / float64(d.n))
	for _, k := range permille {
		if p.human && d.n*int64(min(k, 1000-k)) < 1000*p.below {
			continue
		}
		x.Quantiles = append(x.Quantiles, Quantile{k, d.quantile(k)})
	}
	if p.human {
		return x
	}
	first, last := d.ends()
	for width, from := max(1, (last-first+p.c.q.Limits.Histogram.Bins)/p.c.q.Limits.Histogram.Bins), first; from <= last; from += width {
		to := min(from+width-1, last)
		x.Bins = append(x.Bins, Bin{d.scale.low(from), d.scale.high(to), count(d.between(from, to))})
	}
	return x
}

// unrated says how many are not rated, and why. That reasons may meet in one subject is no less safe: a sum is then not
// known.
func (p *part) unrated(out *Part, m *shape) {
	for n, s := range p.c.sides {
		x := NotRated{Side: "candidate", Subjects: m.columns[len(m.columns)-1], Why: []Why{}}
		if s == p.c.current {
			x.Side, x.Subjects = "current", m.rows[len(m.rows)-1]
		}
		x.Share = share(x.Subjects, p.total)
		codes := slices.SortedFunc(maps.Keys(p.t.unrated[n]), func(a, b string) int {
			return cmp.Or(cmp.Compare(p.t.unrated[n][b], p.t.unrated[n][a]), cmp.Compare(a, b))
		})
		counts := make([]int64, len(codes))
		for i, code := range codes {
			counts[i] = p.t.unrated[n][code]
		}
		for i, of := range p.safe(counts) {
			if x.Subjects.Hidden {
				of = Count{Hidden: true}
			}
			x.Why = append(x.Why, Why{codes[i], s.reason(codes[i]), of})
		}
		out.NotRated = append(out.NotRated, x)
	}
}

var ownReasons = map[string]catalogue.Text{
	ReasonKind:               {EN: "the model does not rate subjects of the kind", ZH: "模型不评价此类主体"},
	ReasonConsent:            {EN: "the subject's own consent does not cover the model", ZH: "主体本人同意未涵盖该模型"},
	scorecard.ReasonOverflow: {EN: "a sum of the records exceeds what can be computed", ZH: "记录合计超出计算范围"},
}

func (s *side) reason(code string) catalogue.Text {
	if t, ok := ownReasons[code]; ok {
		return t
	}
	for i := range s.model.Reasons {
		if s.model.Reasons[i].Code.Text == code {
			return textOf(s.model.Reasons[i].Title)
		}
	}
	return catalogue.Text{EN: code, ZH: code}
}

// drivers are the terms, those first that move most. Whom a cut or a gate alone moves comes last.
func (p *part) drivers(out *Part) {
	t, n := p.t, len(p.c.terms)
	up, down := p.safe(t.leadsUp), p.safe(t.leadsDown)
	for i := range n {
		x := &p.c.terms[i]
		if t.raised[i]+t.lowered[i] == 0 {
			continue
		}
		turned := p.safe([]int64{t.raised[i], t.lowered[i], t.differences.n - t.raised[i] - t.lowered[i]})
		d := Driver{
			Term: x.kind, Name: x.name, Title: x.title, Raised: turned[0], Lowered: turned[1], LeadsUp: up[i], LeadsDown: down[i],
		}
		if !p.human || !p.both.Hidden && p.both.N >= p.below && !turned[0].Hidden && !turned[1].Hidden {
			sum := t.sums[i]
			d.Sum, d.Mean = &sum, figure(float64(sum)/float64(t.differences.n))
		}
		if p.both.Hidden {
			d.Raised, d.Lowered = Count{Hidden: true}, Count{Hidden: true}
		}
		out.Drivers = append(out.Drivers, d)
	}
	weight := func(d *Driver) int64 {
		if d.Sum == nil {
			return 0
		}
		return max(*d.Sum, -*d.Sum)
	}
	slices.SortStableFunc(out.Drivers, func(x, y Driver) int { return cmp.Compare(weight(&y), weight(&x)) })
	if t.leadsUp[n]+t.leadsDown[n] > 0 {
		out.Drivers = append(out.Drivers, Driver{
			Term: termRule, Name: "cuts and gates", Title: catalogue.Text{EN: "Cuts and gates, with no more and no fewer points", ZH: "分界线与门槛（得分未相应变化）"},
			LeadsUp: up[n], LeadsDown: down[n],
		})
	}
	if p.byFlow[flowUp].Hidden || p.byFlow[flowDown].Hidden {
		for i := range out.Drivers {
			out.Drivers[i].LeadsUp, out.Drivers[i].LeadsDown = Count{Hidden: true}, Count{Hidden: true}
		}
	}
}

// cuts shows whom each cut would move. Of human beings, what a greater step adds to a smaller one is hidden where it is
// small, and so is what is left of everybody.
func (p *part) cuts(out *Part) {
	by := p.c.q.Limits.Cuts.By
	for n, k := range p.c.candidate.cuts {
		x := Cut{Band: p.c.candidate.model.Bands[k.band].Name.Text, From: k.from}
		for _, sign := range []int64{1, -1} {
			shells := p.t.cuts[n][:len(by)]
			if sign < 0 {
				shells = p.t.cuts[n][len(by):]
			}
			var changes, shownTo int64
			for step, points := range by {
				changes += shells[step]
				hide := p.human && (p.total.Hidden || small(changes, p.below) || small(changes-shownTo, p.below) || small(p.t.subjects-changes, p.below))
				if !hide {
					shownTo = changes
				}
				x.Moves = append(x.Moves, Move{sign * points, Count{masked(changes, hide), hide}})
			}
		}
		slices.SortFunc(x.Moves, func(a, b Move) int { return cmp.Compare(a.By, b.By) })
		out.Cuts = append(out.Cuts, x)
	}
}

// breakdown shows the flows of each group. Of human beings, directions that the matrix does not show are not shown here
// either, and what they add up to is one more cell of a group.
func (p *part) breakdown(n int) Breakdown {
	d, counts := &p.c.dimensions[n], p.t.groups[n]
	x := Breakdown{Dimension: d.name, Groups: []Group{}}
	var columns []int
	for f := range flows {
		if !p.byFlow[f].Hidden {
			columns = append(columns, f)
		}
	}
	wide := len(columns) + 1 // the rest
	groups := len(d.groups)
	cells := make([]int64, groups*wide)
	for g := range groups {
		for f := range flows {
			at := slices.Index(columns, f)
			if at < 0 {
				at = wide - 1
			}
			cells[g*wide+at] += counts[g*flows+f]
		}
	}
	t := newTable(cells)
	rows := make([]int, groups)
	for g := range groups {
		rows[g] = t.add(run(g*wide, wide, 1), false)
	}
	switch {
	case p.human && p.total.Hidden:
		t.hideAll()
	case p.human:
		for f := range wide {
			t.add(run(f, groups, wide), true)
		}
		t.add(upTo(len(cells)), true)
		t.protect(p.below)
	}
	for g := range groups {
		switch {
		case t.sums[rows[g]].value == 0:
			continue
		case p.human && p.total.Hidden: // that somebody is there is too much already
			x.Suppressed++
			continue
		}
		group := Group{Code: d.groups[g].code, Title: d.groups[g].title, Subjects: t.whole(rows[g])}
		hidden := group.Subjects.Hidden
		for f := range flows {
			of := Count{Hidden: true}
			if at := slices.Index(columns, f); at >= 0 {
				of = t.cell(g*wide + at)
			}
			hidden = hidden || of.Hidden
			group.Flows = append(group.Flows, of)
		}
		if hidden {
			x.Suppressed++
		}
		p.measure(&group, p.t.moved[n][g])
		x.Groups = append(x.Groups, group)
	}
	slices.SortStableFunc(x.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(bool01(a.Code == ""), bool01(b.Code == "")), cmp.Compare(a.Code, b.Code))
	})
	if d.name == "size" || d.name == "kind" {
		order := map[string]int{}
		for i, g := range d.groups {
			order[g.code] = i
		}
		slices.SortStableFunc(x.Groups, func(a, b Group) int { return cmp.Compare(order[a.Code], order[b.Code]) })
	}
	return x
}

func bool01(b bool) int {
	if b {
		return 1
	}
	return 0
}

// run is n places from the first on, so far apart.
func run(first, n, apart int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = first + i*apart
	}
	return list
}

// measure adds what is computed of a group's counts.
func (p *part) measure(g *Group, moved int64) {
	if p.c.current == nil {
		return
	}
	var both int64
	for _, f := range []int{flowUp, flowSame, flowDown, flowOther} {
		if g.Flows[f].Hidden {
			return
		}
		both += g.Flows[f].N
	}
	if both == 0 {
		return
	}
	if !p.human {
		g.Mean = figure(float64(moved) / float64(both))
	}
	down := g.Flows[flowDown].N
	low, high := wilson(down, both)
	g.Down, g.DownLow, g.DownHigh = figure(float64(down)/float64(both)), figure(low), figure(high)
}

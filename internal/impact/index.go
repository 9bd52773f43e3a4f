package impact

import (
	"slices"
	"strconv"

	"probity/internal/catalogue"
)

// allIndices are the characteristics of which values can be counted in the same bins under both models.
func (c *comparison) allIndices() []indexed {
	if c.current == nil {
		return nil
	}
	var list []indexed
	for i := range c.terms {
		t := &c.terms[i]
		if t.kind != termCharacteristic || t.current < 0 || t.candidate < 0 {
			continue
		}
		x := indexed{name: t.name, current: t.current, candidate: t.candidate}
		a, b := c.current.plan.Attributes(t.current), c.candidate.plan.Attributes(t.candidate)
		switch {
		case a != nil && slices.Equal(a, b):
			x.labels = a
		case a != nil || b != nil:
			continue // their bins differ
		}
		list = append(list, x)
	}
	return list
}

// sizeLabel names a bin of values by size.
func sizeLabel(bin int) string {
	switch bin {
	case 0:
		return "missing"
	case 1:
		return "below 0"
	case 2:
		return "0"
	case 3:
		return "1"
	}
	low := uint64(1) << (bin - 3)
	return strconv.FormatUint(low, 10) + " to " + strconv.FormatUint(2*low-1, 10)
}

// stability adds the indices of the score, of the bands, and of each characteristic.
func (p *part) stability(out *Part) {
	c := p.c
	at, candidate := c.places()
	was, is := &p.t.scores[at], &p.t.scores[candidate]
	ends := deciles(was, c.q.Limits.Stability.Bins.Is)
	labels := make([]string, len(ends)+1)
	for i := range labels {
		labels[i] = scoreLabel(ends, i)
	}
	score := Index{Of: "score", Title: catalogue.Text{EN: "Score, by the tenths of the current model", ZH: "得分（按现行模型十分位）"}}
	if was.n > 0 {
		p.index(&score, labels, was.into(ends), is.into(ends))
	} else {
		score.Why = "nobody is rated by the current model"
	}
	out.Stability = append(out.Stability, score, p.bands())
	for i := range c.terms {
		t := &c.terms[i]
		if t.kind != termCharacteristic {
			continue
		}
		x := Index{Of: "characteristic", Name: t.name, Title: t.title}
		n := slices.IndexFunc(c.indices, func(in indexed) bool { return in.name == t.name })
		switch {
		case t.current < 0:
			x.Why = "only the candidate has it"
		case t.candidate < 0:
			x.Why = "only the current model has it"
		case n < 0:
			x.Why = "the models part its values differently"
		default:
			in := &c.indices[n]
			p.index(&x, in.names(), p.t.bins[n][0], p.t.bins[n][1])
		}
		out.Stability = append(out.Stability, x)
	}
}

func (x *indexed) names() []string {
	if x.labels != nil {
		return append(slices.Clone(x.labels), "missing")
	}
	list := make([]string, sizeBins)
	for i := range list {
		list[i] = sizeLabel(i)
	}
	return list
}

func scoreLabel(ends []int64, i int) string {
	switch {
	case len(ends) == 0:
		return "all"
	case i == 0:
		return "to " + strconv.FormatInt(ends[0], 10)
	case i == len(ends):
		return "above " + strconv.FormatInt(ends[i-1], 10)
	}
	return strconv.FormatInt(ends[i-1]+1, 10) + " to " + strconv.FormatInt(ends[i], 10)
}

// bands is the index over the bands, which both models must have.
func (p *part) bands() Index {
	c := p.c
	x := Index{Of: "band", Title: catalogue.Text{EN: "Bands", ZH: "等级"}}
	from, to := names(c.current), names(c.candidate)
	if sorted := slices.Sorted(slices.Values(from)); !slices.Equal(sorted, slices.Sorted(slices.Values(to))) {
		x.Why = "the models have different bands"
		return x
	}
	was, is := make([]int64, len(from)-1), make([]int64, len(from)-1)
	for a := range from {
		for b := range to {
			n := p.t.matrix[a*c.newStates()+b]
			if a < len(was) {
				was[a] += n
			}
			if b < len(is) {
				is[slices.Index(from, to[b])] += n
			}
		}
	}
	p.index(&x, from[:len(was)], was, is)
	return x
}

// index computes an index over bins. Of human beings it shows no bins, and nothing where few are rated.
func (p *part) index(x *Index, labels []string, was, is []int64) {
	var n, m int64
	bins := 0
	for i := range was {
		n, m = n+was[i], m+is[i]
		if was[i]+is[i] > 0 {
			bins++
			if !p.human {
				x.Bins = append(x.Bins, IndexBin{labels[i], count(was[i]), count(is[i])})
			}
		}
	}
	switch {
	case n == 0 || m == 0:
		x.Why = "one of the models rates nobody"
		return
	case p.human && (n < p.below || m < p.below || p.total.Hidden):
		x.Why = "too few are rated"
		return
	}
	limits := &p.c.q.Limits.Stability
	value := stability(was, is)
	x.Value = figure(value)
	x.Verdict = Stable
	switch {
	case value >= limits.Thumb.Act:
		x.Verdict = Act
	case value >= limits.Thumb.Watch:
		x.Verdict = Watch
	}
	if bins > 1 {
		limit := chance(limits.Chance.Probability, bins, n, m)
		x.Limit, x.Beyond = figure(limit), value > limit
	}
}

package impact

import (
	"math/bits"

	"probity/internal/subject"
	"probity/scorecard"
	"probity/scorecard/population"
)

// tally is what is counted of one part of the population.
type tally struct {
	subjects int64
	// matrix counts pairs of states, row by row.
	matrix []int64
	// scores are those under each side, differences those of subjects that both rate.
	scores      []spread
	differences *spread
	// By term: the sum of the differences, and who it raises and lowers; with one place more, for what no term did, whom it
	// leads over the border of a band.
	sums, raised, lowered, leadsUp, leadsDown []int64
	unrated                                   []map[string]int64
	// cuts counts, by cut and step, the ones whom a cut moved up and then down by so many points, and no fewer, would move.
	cuts [][]int64
	// bins are by index, side and bin.
	bins [][2][]int64
	// groups counts flows by dimension and group; moved are the sums of differences.
	groups [][]int64
	moved  [][]int64
	up     heap
	down   heap
}

// The parts of the population.
const (
	ofOrganisations = iota
	ofHumanBeings
	parts
	nobody = -1
)

func newTally(c *comparison) *tally {
	t := &tally{matrix: make([]int64, c.states()*c.newStates())}
	for _, s := range c.sides {
		t.scores = append(t.scores, newSpread(s.scale))
		t.unrated = append(t.unrated, map[string]int64{})
	}
	if c.current != nil {
		a, b := c.current.scale, c.candidate.scale
		d := newSpread(newScale(b.least-a.most, b.most-a.least))
		t.differences = &d
	}
	n := len(c.terms)
	t.sums, t.raised, t.lowered = make([]int64, n), make([]int64, n), make([]int64, n)
	t.leadsUp, t.leadsDown = make([]int64, n+1), make([]int64, n+1)
	for range c.candidate.cuts {
		t.cuts = append(t.cuts, make([]int64, 2*len(c.q.Limits.Cuts.By)))
	}
	for i := range c.indices {
		k := c.indices[i].bins()
		t.bins = append(t.bins, [2][]int64{make([]int64, k), make([]int64, k)})
	}
	for i := range c.dimensions {
		g := len(c.dimensions[i].groups)
		t.groups, t.moved = append(t.groups, make([]int64, g*flows)), append(t.moved, make([]int64, g))
	}
	t.up.most, t.down.most = c.q.Limits.Movers.Is, c.q.Limits.Movers.Is
	return t
}

// join adds what another worker counted.
func (t *tally) join(o *tally) {
	t.subjects += o.subjects
	for _, pair := range [][2][]int64{
		{t.matrix, o.matrix}, {t.sums, o.sums}, {t.raised, o.raised}, {t.lowered, o.lowered}, {t.leadsUp, o.leadsUp}, {t.leadsDown, o.leadsDown},
	} {
		addAll(pair[0], pair[1])
	}
	for i := range t.scores {
		t.scores[i].join(&o.scores[i])
		for code, n := range o.unrated[i] {
			t.unrated[i][code] += n
		}
	}
	if t.differences != nil {
		t.differences.join(o.differences)
	}
	for i := range t.cuts {
		addAll(t.cuts[i], o.cuts[i])
	}
	for i := range t.bins {
		addAll(t.bins[i][0], o.bins[i][0])
		addAll(t.bins[i][1], o.bins[i][1])
	}
	for i := range t.groups {
		addAll(t.groups[i], o.groups[i])
		addAll(t.moved[i], o.moved[i])
	}
	t.up.join(&o.up)
	t.down.join(&o.down)
}

// worker counts blocks, and keeps its memory from block to block.
type worker struct {
	c     *comparison
	parts [parts]*tally
	// Of each subject of the block: its part, its states, whether both rate it, the term that has the greatest part in its
	// difference, and that part.
	part       []int8
	was, is    []int16
	both       []bool
	sign       []int8
	lead       []int16
	most       []int64
	movements  []Movement
	bandsNames [2][]string
}

func newWorker(c *comparison) *worker {
	w := &worker{c: c}
	for i := range w.parts {
		w.parts[i] = newTally(c)
	}
	names := func(s *side) (list []string) {
		for i := range s.model.Bands {
			list = append(list, s.model.Bands[i].Name.Text)
		}
		return append(list, "")
	}
	w.bandsNames = [2][]string{{""}, names(c.candidate)}
	if c.current != nil {
		w.bandsNames[0] = names(c.current)
	}
	return w
}

// block is a block of ratings, under the current model (nil where there is none) and the candidate.
type block struct {
	first, n int
	was, is  *scorecard.Results
}

// take counts a block; it is the sink of the run.
func (c *comparison) take(b population.Block) error {
	w := c.workers[b.Worker]
	at, candidate := c.places()
	x := block{first: b.First, n: b.Results[candidate].Len(), is: b.Results[candidate]}
	if c.current != nil {
		x.was = b.Results[at]
	}
	w.states(&x)
	w.differences(&x)
	for i := range x.n {
		if w.part[i] != nobody {
			w.subject(&x, i)
		}
	}
	w.distributions(&x)
	if c.out.write == nil {
		return nil
	}
	w.moves(&x)
	return c.out.add(b.Number, w.movements)
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// states finds each subject's part and states.
func (w *worker) states(x *block) {
	c, p := w.c, &w.c.q.People
	w.part, w.was, w.is = sized(w.part, x.n), sized(w.was, x.n), sized(w.is, x.n)
	w.both, w.sign, w.lead, w.most = sized(w.both, x.n), sized(w.sign, x.n), sized(w.lead, x.n), sized(w.most, x.n)
	none, nowhere := c.states()-1, c.newStates()-1
	for i := range x.n {
		o := x.first + i
		kind := p.Kinds[o]
		w.part[i], w.both[i], w.sign[i], w.lead[i], w.most[i] = nobody, false, 0, int16(len(c.terms)), 0
		if !c.counts(o, kind) {
			continue
		}
		w.part[i] = ofOrganisations
		if kindAt(kind).Natural() || p.Soles[o] != 0 {
			w.part[i] = ofHumanBeings
		}
		w.was[i], w.is[i] = int16(none), int16(c.candidate.state(x.is, o, i, kind))
		if c.current == nil {
			continue
		}
		w.was[i] = int16(c.current.state(x.was, o, i, kind))
		if w.both[i] = int(w.was[i]) < none && int(w.is[i]) < nowhere; !w.both[i] {
			continue
		}
		way := &c.ways[int(w.was[i])*c.newStates()+int(w.is[i])]
		switch d := x.is.Score(i) - x.was.Score(i); {
		case way.flow == flowUp || way.flow != flowDown && d > 0:
			w.sign[i] = 1
		case way.flow == flowDown || d < 0:
			w.sign[i] = -1
		}
	}
}

// counts tells whether a subject is asked about: one of the models rates it, or would but for its consent, which covers
// the other.
func (c *comparison) counts(ordinal int, kind uint16) bool {
	for _, s := range c.sides {
		if s.rated(ordinal, kind) {
			return true
		}
	}
	return false
}

// differences adds up the terms, column by column.
func (w *worker) differences(x *block) {
	for n := range w.c.terms {
		t := &w.c.terms[n]
		for i := range x.n {
			if !w.both[i] {
				continue
			}
			d := t.difference(x.was, x.is, i)
			if d == 0 {
				continue
			}
			into := w.parts[w.part[i]]
			into.sums[n] += d
			if d > 0 {
				into.raised[n]++
			} else {
				into.lowered[n]++
			}
			if d *= int64(w.sign[i]); d > w.most[i] {
				w.most[i], w.lead[i] = d, int16(n)
			}
		}
	}
}

// subject counts one subject.
func (w *worker) subject(x *block, i int) {
	c, into, o := w.c, w.parts[w.part[i]], x.first+i
	into.subjects++
	cell := int(w.was[i])*c.newStates() + int(w.is[i])
	into.matrix[cell]++
	way := &c.ways[cell]
	var difference int64
	if w.both[i] {
		difference = x.is.Score(i) - x.was.Score(i)
		into.differences.add(difference)
		switch way.flow {
		case flowUp:
			into.leadsUp[w.lead[i]]++
		case flowDown:
			into.leadsDown[w.lead[i]]++
		}
	}
	for d := range c.dimensions {
		g := c.dimensions[d].of(o)
		into.groups[d][g*flows+int(way.flow)]++
		into.moved[d][g] += difference
	}
	if w.part[i] == ofOrganisations && w.sign[i] != 0 {
		m := mover{id: c.q.People.IDs[o], steps: way.steps, difference: difference}
		h := &into.up
		if w.sign[i] < 0 {
			h, m.steps, m.difference = &into.down, -m.steps, -m.difference
		}
		if h.takes(&m) {
			w.describe(&m, x, i)
			h.put(m)
		}
	}
	w.unrated(x, i, into)
	if b := x.is.Band(i); int(w.is[i]) == b && b >= 0 {
		w.cuts(x.is, i, into)
	}
}

// unrated counts why a subject has no rating.
func (w *worker) unrated(x *block, i int, into *tally) {
	for n, s := range w.c.sides {
		state, res := int(w.is[i]), x.is
		if s == w.c.current {
			state, res = int(w.was[i]), x.was
		}
		if state < len(s.model.Bands) {
			into.scores[n].add(res.Score(i))
			continue
		}
		kind := w.c.q.People.Kinds[x.first+i]
		switch {
		case int(kind) >= len(s.rates) || !s.rates[kind]:
			into.unrated[n][ReasonKind]++
		case !s.rated(x.first+i, kind):
			into.unrated[n][ReasonConsent]++
		default:
			for _, code := range res.WhyNot(i) {
				into.unrated[n][code]++
			}
		}
	}
}

// cuts counts by which least step of each cut the subject would come into another band.
func (w *worker) cuts(res *scorecard.Results, i int, into *tally) {
	s, by := w.c.candidate, w.c.q.Limits.Cuts.By
	score, band, start := res.Score(i), res.Band(i), -1
	for n := range s.cuts {
		k := &s.cuts[n]
		above := score - k.from // 0 and more: it reaches the cut
		if above >= by[len(by)-1] || -above > by[len(by)-1] {
			continue
		}
		if start < 0 {
			start = s.plan.BandOf(score)
		}
		for step, points := range by {
			switch {
			case above >= 0 && points > above && start == k.band && res.BandAs(i, k.below) != band:
				into.cuts[n][step]++
			case above < 0 && points >= -above && start > k.band && res.BandAs(i, k.band) != band:
				into.cuts[n][len(by)+step]++
			default:
				continue
			}
			break
		}
	}
}

// distributions counts into the bins of the indices.
func (w *worker) distributions(x *block) {
	for n := range w.c.indices {
		in := &w.c.indices[n]
		for i := range x.n {
			if w.part[i] == nobody {
				continue
			}
			into := &w.parts[w.part[i]].bins[n]
			if int(w.was[i]) < w.c.states()-1 {
				into[0][in.bin(x.was, in.current, i)]++
			}
			if int(w.is[i]) < w.c.newStates()-1 {
				into[1][in.bin(x.is, in.candidate, i)]++
			}
		}
	}
}

// moves lists the organisations of the block that move.
func (w *worker) moves(x *block) {
	c := w.c
	w.movements = w.movements[:0]
	for i := range x.n {
		if w.part[i] != ofOrganisations {
			continue
		}
		way := &c.ways[int(w.was[i])*c.newStates()+int(w.is[i])]
		m := Movement{
			Subject: c.q.People.IDs[x.first+i], From: w.bandsNames[0][w.was[i]], To: w.bandsNames[1][w.is[i]], Direction: directions[way.flow],
		}
		if m.From != "" {
			m.Score = x.was.Score(i)
		}
		if m.To != "" {
			m.NewScore = x.is.Score(i)
		}
		if way.flow == flowNever || m.From == m.To && m.Score == m.NewScore {
			continue
		}
		if n := int(w.lead[i]); w.both[i] && n < len(c.terms) {
			m.Through = c.terms[n].name
		}
		w.movements = append(w.movements, m)
	}
}

// indexed is a characteristic whose values are counted in the same bins under both models.
type indexed struct {
	name               string
	current, candidate int
	// labels are the attributes, where both models have the same; otherwise values are counted by their size.
	labels []string
}

// The bins of values by size: none, below 0, 0, and then by the number of binary digits.
const sizeBins = 3 + 64

func (x *indexed) bins() int {
	if x.labels == nil {
		return sizeBins
	}
	return len(x.labels) + 1
}

// bin is the place of subject i; the last one of attributes is that of the missing value.
func (x *indexed) bin(res *scorecard.Results, characteristic, i int) int {
	if x.labels != nil {
		if a := res.Attribute(characteristic, i); a >= 0 {
			return a
		}
		return len(x.labels)
	}
	switch v := res.Value(characteristic, i); {
	case v == scorecard.Missing:
		return 0
	case v < 0:
		return 1
	default:
		return 2 + bits.Len64(uint64(v))
	}
}

// mover is an organisation that moves, in one direction: steps and difference count in that direction.
type mover struct {
	id         subject.ID
	steps      int
	difference int64
	is         Mover
}

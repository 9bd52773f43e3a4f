package linkage

import (
	"math"
	"slices"

	"probity/linkage/field"
)

// Model is what was learnt: how often the levels of each field occur among pairs of the same and among pairs of
// different ones.
type Model struct {
	Fields []FieldModel `json:"fields"`
	// Matches is the expected number of matching pairs, and Pairs the number of all pairs there are.
	Matches float64 `json:"matches"`
	Pairs   float64 `json:"pairs"`
	// Most is how many matches there can be where neither of two files names anybody twice, 0 otherwise.
	Most float64 `json:"most,omitempty"`
	// Rounds is how often the estimates were improved until they stood.
	Rounds int `json:"rounds"`
}

// FieldModel is the part of a model on one field.
type FieldModel struct {
	Name   string     `json:"name"`
	Kind   field.Kind `json:"kind"`
	Levels []string   `json:"levels"`
	// After is the field whose level is already known when this one is weighed, -1 for none: the postcode after the
	// suburb says little more. M and U are by the level of that field (0 where it is missing, or where there is none) and by
	// the level of this one: the probability of the level among pairs of the same and of different ones. Level 0, missing, has none.
	After int `json:"after"`
	// And is a second such field, -1 for none: an e-mail address is made of the surname and of the given name. M and U then have a
	// row for every level of the first with every level of the second.
	And int         `json:"and"`
	M   [][]float64 `json:"m"`
	U   [][]float64 `json:"u"`
}

// before is the row of a field's tables that a pair's other levels lead to.
func (m *Model) before(p pattern, f int) int {
	after, and := m.Fields[f].After, m.Fields[f].And
	switch {
	case after < 0:
		return 0
	case and < 0:
		return p.level(after)
	}
	return p.level(after)*len(m.Fields[and].Levels) + p.level(and)
}

// rows is how many rows a field's tables have.
func (m *Model) rows(f int) int {
	n := 1
	for _, g := range []int{m.Fields[f].After, m.Fields[f].And} {
		if g >= 0 {
			n *= len(m.Fields[g].Levels)
		}
	}
	return n
}

const (
	mostRounds = 60
	settled    = 1e-5 // relative change of the expected matches at which the estimates stand
	// nearlySettled is that where claims are weighed against each other, which is dearer.
	nearlySettled = 1e-4
	// priorMatches and priorPairs are how many pairs of each sort the first guess counts for.
	priorMatches = 4
	priorPairs   = 1
	// backing is how many pairs the level's frequency without the other field counts for beside that with it.
	backing = 20
)

// estimate learns a model. found are the patterns of the pairs that stand in a block together, random those of pairs
// drawn from all there are; the pairs outside of blocks are taken for different ones, of which random is the picture.
type estimator struct {
	columns []column
	found   []observed
	random  []observed
	outside []observed // those of random that stand in no block
	looked  float64    // random pairs
	all     float64    // pairs there are
	same    []float64
	n       float64
	// claims are set for two files that name nobody twice: the pairs behind found, of every how many records.
	claims []claim
	every  float64  // and of the pairs behind found
	labels labelled // what is known of claims
	known  []known
	limit  float64 // matches there can be at most
}

func (e *estimator) estimate() *Model {
	m := &Model{Pairs: e.all, Fields: make([]FieldModel, len(e.columns))}
	for f := range m.Fields {
		c := &e.columns[f]
		m.Fields[f] = FieldModel{Name: c.name, Kind: c.kind, Levels: c.levels, After: -1, And: -1}
	}
	m.Matches = min(0.3*e.n, e.limit)
	if e.claims != nil {
		m.Most = e.limit
	}
	e.guess(m)
	if e.alone(m) {
		return m
	}
	if e.claims != nil {
		e.fromBest(m)
	}
	e.made(m)
	e.dependences(m, mostly)
	e.improve(m)
	if e.dependences(m, tied) {
		e.improve(m)
	}
	return m
}

// guess is the first guess: most matches agree, and different ones do as pairs at random.
func (e *estimator) guess(m *Model) {
	for f := range m.Fields {
		m.Fields[f].M = [][]float64{e.firstM(f)}
	}
	e.different(m, nil, nil)
}

// firstM is four in five the same, and the rest halved from level to level; for values of several words every level is
// a little rarer than the one before.
func (e *estimator) firstM(f int) []float64 {
	levels := len(e.columns[f].levels)
	p := make([]float64, levels)
	switch e.columns[f].kind {
	case field.Text, field.Organisation, field.Person, field.Address:
		for l := 1; l < levels; l++ {
			p[l] = 2 * float64(levels-l) / float64(levels*(levels-1))
		}
		return p
	}
	p[1] = 0.8
	rest := 0.15
	for l := 2; l < levels-1; l++ {
		p[l] = rest / 2
		rest /= 2
	}
	p[levels-1] += 1 - total(p)
	return p
}

func total(p []float64) float64 {
	s := 0.0
	for _, x := range p {
		s += x
	}
	return s
}

// counts are expected numbers of pairs by field, level of the field before, and level.
type counts [][][]float64

func (e *estimator) newCounts(m *Model) counts {
	c := make(counts, len(m.Fields))
	for f := range c {
		c[f] = make([][]float64, m.rows(f))
		for b := range c[f] {
			c[f][b] = make([]float64, len(m.Fields[f].Levels))
		}
	}
	return c
}

func (c counts) add(m *Model, p pattern, weight float64) {
	for f := range c {
		if l := p.level(f); l > 0 {
			c[f][m.before(p, f)][l] += weight
		}
	}
}

// atLeastNone takes away what rounding has left below nothing.
func (c counts) atLeastNone() {
	for f := range c {
		for b := range c[f] {
			for l := range c[f][b] {
				c[f][b][l] = max(c[f][b][l], 0)
			}
		}
	}
}

// improve alternates between how probable each pattern is to be of matches and how often levels occur among them, until
// the number of matches stands.
func (e *estimator) improve(m *Model) {
	for range mostRounds {
		matches := e.newCounts(m)
		expected := 0.0
		w := m.weights()
		likely := e.likely(&w)
		for i, o := range e.found {
			p := likely[i]
			expected += p
			matches.add(m, o.pattern, p)
		}
		expected += e.corrected(m, &w, matches)
		matches.atLeastNone()
		change := math.Abs(expected-m.Matches) / max(m.Matches, 1)
		m.Matches = max(min(expected, e.limit), 0.5)
		m.Rounds++
		for f := range m.Fields {
			m.Fields[f].M = m.shares(matches, f, e.firstM(f), priorMatches)
		}
		e.different(m, matches, likely)
		if change < settled || e.claims != nil && change < nearlySettled {
			break
		}
	}
}

// likely is the expected number of matches of each pattern. Where neither file names anybody twice, a pair is the less
// likely the more others claim either record: a record is the same as one of them, or as none.
func (e *estimator) likely(w *weights) []float64 {
	expected := make([]float64, len(e.found))
	if e.claims == nil {
		for i, o := range e.found {
			expected[i] = w.probability(o.pattern) * o.count
		}
		return expected
	}
	for i, o := range e.found {
		expected[i] = math.Exp2(min(w.score(o.pattern), mostOdds))
	}
	found := make([]float64, len(e.found))
	var strong []int32 // the claims that can stand in the way of others
	for i, c := range e.claims {
		_, labelled := e.labels[[2]uint32{c.a, c.b}]
		if labelled || expected[c.pattern] >= leastOdds {
			strong = append(strong, int32(i))
		}
	}
	settled := settle(int(e.n), len(strong), func(i int) (uint32, uint32, float64) {
		c := e.claims[strong[i]]
		if same, ok := e.labels[[2]uint32{c.a, c.b}]; ok {
			return c.a, c.b, said(same)
		}
		return c.a, c.b, expected[c.pattern]
	})
	for i, p := range settled {
		found[e.claims[strong[i]].pattern] += e.every * p
	}
	return found
}

// leastOdds is what a claim is at least worth weighing against others.
const leastOdds = 1.0 / 1024

// fromBest guesses again, from the pairs in which each record is the other's best: where everybody has one counterpart
// at most, most matches are among them, whatever their fields look like.
func (e *estimator) fromBest(m *Model) {
	w := m.weights()
	score := make([]float64, len(e.found))
	for i, o := range e.found {
		score[i] = w.score(o.pattern)
	}
	matches := e.newCounts(m)
	m.Matches = 0
	for i, best := range e.best(score) {
		if best {
			matches.add(m, e.found[e.claims[i].pattern].pattern, e.every)
			m.Matches += e.every
		}
	}
	m.Matches = max(m.Matches, 0.5)
	for f := range m.Fields {
		m.Fields[f].M = m.shares(matches, f, e.firstM(f), priorMatches)
	}
}

// best tells which claims are the best of both their records, by the scores of patterns; of equal ones the first counts.
func (e *estimator) best(score []float64) []bool {
	of := make([]int, int(e.n))
	for i := range of {
		of[i] = -1
	}
	for i, c := range e.claims {
		for _, r := range []uint32{c.a, c.b} {
			if b := of[r]; b < 0 || score[c.pattern] > score[e.claims[b].pattern] {
				of[r] = i
			}
		}
	}
	best := make([]bool, len(e.claims))
	for i, c := range e.claims {
		best[i] = of[c.a] == i && of[c.b] == i
	}
	return best
}

// mostOdds bounds the evidence of one pair, in bits, so that sums of odds stay exact enough.
const mostOdds = 40

// different is how often levels occur among different ones: those of random pairs, less the matches that are
// expected among them. How often two have the very same value is known exactly, from how often each value occurs.
func (e *estimator) different(m *Model, matches counts, likely []float64) {
	c := e.newCounts(m)
	for _, o := range e.random {
		c.add(m, o.pattern, o.count)
	}
	scale := e.looked / max(e.all, 1)
	for f := range c {
		for b := range c[f] {
			for l := range c[f][b] {
				if matches != nil {
					c[f][b][l] = max(c[f][b][l]-matches[f][b][l]*scale, 0.02*c[f][b][l])
				}
			}
		}
		even := make([]float64, len(m.Fields[f].Levels))
		for l := 1; l < len(even); l++ {
			even[l] = 1 / float64(len(even)-1)
		}
		m.Fields[f].U = m.shares(c, f, even, priorPairs)
		e.exactly(m, f, matches)
		if likely != nil && m.Fields[f].And >= 0 {
			e.given(m, f, likely)
		}
	}
}

// exactly puts the known frequency of the same value into the table without another field.
func (e *estimator) exactly(m *Model, f int, matches counts) {
	if m.Fields[f].After >= 0 && m.Fields[f].And < 0 || e.looked >= e.all {
		return
	}
	u := m.Fields[f].U[0]
	same := e.same[f]
	if matches != nil {
		same = max(same-summed(matches[f])[1]/e.all, 0.02*same)
	}
	same = max(same, 0.5/e.all)
	rest := 1 - u[1]
	u[1] = same
	for l := 2; l < len(u); l++ {
		u[l] *= (1 - same) / rest
	}
}

// shares turns the counts of a field into probabilities by level; prior counts for so many pairs, and the first row, of all
// levels of the other fields together, for some in each of the others.
func (m *Model) shares(c counts, f int, prior []float64, weight float64) [][]float64 {
	return m.rowsOf(f, c[f], share(summed(c[f]), prior, weight))
}

// rowsOf are the rows of a field's table, each backed by that of the first field's level alone, and those by whole.
func (m *Model) rowsOf(f int, c [][]float64, whole []float64) [][]float64 {
	tables := make([][]float64, len(c))
	tables[0] = whole
	step := 1
	if and := m.Fields[f].And; and >= 0 {
		step = len(m.Fields[and].Levels)
	}
	for b := step; b < len(c); b += step {
		tables[b] = share(summed(c[b:b+step]), whole, backing)
	}
	for b := range c {
		if b%step > 0 {
			tables[b] = share(c[b], tables[b-b%step], backing)
		}
	}
	return tables
}

// summed adds rows up.
func summed(rows [][]float64) []float64 {
	sums := make([]float64, len(rows[0]))
	for _, row := range rows {
		for l, n := range row {
			sums[l] += n
		}
	}
	return sums
}

func share(row, prior []float64, weight float64) []float64 {
	sum := total(row) + weight
	p := make([]float64, len(row))
	for l := 1; l < len(row); l++ {
		p[l] = (row[l] + weight*prior[l]) / sum
	}
	return p
}

// weights are a model's logarithms.
type weights struct {
	model *Model // as it was then
	prior float64
	bits  [][][]float64 // by field, level of the other field, level; missing is 0
	rare  []rare        // by field
}

// rare is what it takes to tell how much rarer than usual a value is that two records share.
type rare struct {
	usual float64   // bits: how often two different ones share a value
	left  []float64 // by level of the other field, what share of it that field has not told already
}

func (m *Model) weights() weights {
	w := weights{model: &Model{Fields: slices.Clone(m.Fields)}, prior: m.prior()}
	for _, f := range m.Fields {
		table := make([][]float64, len(f.M))
		for b := range f.M {
			table[b] = make([]float64, len(f.Levels))
			for l := 1; l < len(f.Levels); l++ {
				table[b][l] = math.Log2(f.M[b][l] / f.U[b][l])
			}
			if f.Kind == field.Text {
				graded(table[b], f.M[b], f.U[b])
			}
			sensible(table[b])
		}
		w.bits = append(w.bits, table)
		usual := math.Log2(f.U[0][1])
		left := make([]float64, len(f.U))
		for b := range left {
			left[b] = max(min(math.Log2(f.U[b][1])/usual, 1), 0)
		}
		w.rare = append(w.rare, rare{usual, left})
	}
	return w
}

// unmatched is the share of records that are taken to have no counterpart at the least.
const unmatched = 0.01

// prior is the evidence before anything is compared: how rare matches are among pairs. Where neither of two files names
// anybody twice, it is how much more probable it is that two certain records of either file are the same than that neither
// has a counterpart.
func (m *Model) prior() float64 {
	if m.Most == 0 {
		return math.Log2(m.Matches / max(m.Pairs-m.Matches, 1))
	}
	other := m.Pairs / m.Most // records of the larger file
	return math.Log2(m.Matches / (max(other-m.Matches, unmatched*other) * max(m.Most-m.Matches, unmatched*m.Most)))
}

// sensible holds that agreeing never speaks against a match, nor differing for one, and that nothing speaks more for it
// than the same: where the data seem to say so, they speak of something else.
func sensible(bits []float64) {
	last := len(bits) - 1
	if bits[last] > 0 {
		bits[last] = 0
	}
	bits[1] = max(bits[1], 0)
	for l := 2; l <= last; l++ {
		bits[l] = min(bits[l], bits[1])
	}
}

// graded is for kinds whose levels are steps of one measure: the more two have in common, the more it speaks for a match.
// Where the frequencies say otherwise, neighbouring levels are taken together (pooled, as in isotonic regression).
func graded(bits, m, u []float64) {
	type pool struct {
		m, u float64
		size int
	}
	var pools []pool
	for l := 1; l < len(bits); l++ {
		pools = append(pools, pool{m[l], u[l], 1})
		for n := len(pools); n > 1 && pools[n-1].m*pools[n-2].u > pools[n-2].m*pools[n-1].u; n = len(pools) {
			a, b := pools[n-2], pools[n-1]
			pools = append(pools[:n-2], pool{a.m + b.m, a.u + b.u, a.size + b.size})
		}
	}
	l := 1
	for _, p := range pools {
		for range p.size {
			bits[l] = math.Log2(p.m / p.u)
			l++
		}
	}
}

func (w *weights) score(p pattern) float64 {
	s := w.prior
	for f := range w.bits {
		s += w.bits[f][w.model.before(p, f)][p.level(f)]
	}
	return s
}

func (w *weights) probability(p pattern) float64 { return Probability(w.score(p)) }

// Probability is that of a match with the given bits of evidence, the prior among them.
func Probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }

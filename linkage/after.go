package linkage

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"probity/linkage/field"
)

const (
	// tied is the share of what a field tells about random pairs that another one must tell already for the two to be
	// weighed together, and surely how many times chance it must be.
	tied   = 0.01
	surely = 60
	// mostly is that share for the first guess, which takes some matches for different ones. A town that tells a postcode must not
	// count twice from the start: neighbours are many, and would be taken for one.
	mostly = 0.5
)

// dependences finds which fields repeat what others say, among different ones, and has each weighed after the one that
// tells the most of it: the tree of the greatest mutual information (Chow and Liu 1968). share is what it must tell at the least.
// It reports whether there are any.
func (e *estimator) dependences(m *Model, share float64) bool {
	type tie struct {
		f, g int
		bits float64
	}
	w := m.weights()
	different := make([]observed, len(e.random))
	for i, o := range e.random {
		different[i] = observed{o.pattern, o.count * (1 - w.probability(o.pattern))}
	}
	var ties []tie
	for f := range m.Fields {
		for g := range f {
			if m.Fields[f].And >= 0 || m.Fields[g].And >= 0 {
				continue
			}
			bits, least, pairs := mutual(different, f, g)
			if pairs*bits > surely && bits > share*least {
				ties = append(ties, tie{f, g, bits})
			}
		}
	}
	if len(ties) == 0 {
		return false
	}
	for f := range m.Fields {
		if m.Fields[f].And < 0 {
			m.Fields[f].After, m.Fields[f].M = -1, m.Fields[f].M[:1]
		}
	}
	slices.SortStableFunc(ties, func(a, b tie) int { return -cmp.Compare(a.bits, b.bits) })
	tree := make([]int, len(m.Fields)) // the root of each field's tree
	near := make([][]int, len(m.Fields))
	for f := range tree {
		tree[f] = f
	}
	for _, t := range ties {
		if from, to := tree[t.f], tree[t.g]; from != to {
			near[t.f], near[t.g] = append(near[t.f], t.g), append(near[t.g], t.f)
			for f := range tree {
				if tree[f] == from {
					tree[f] = to
				}
			}
		}
	}
	e.hang(m, near, e.likely(&w))
	return true
}

// hang has every field weighed after its neighbour towards the field of its tree that tells the most.
func (e *estimator) hang(m *Model, near [][]int, likely []float64) {
	order := make([]int, len(m.Fields))
	for f := range order {
		order[f] = f
	}
	slices.SortStableFunc(order, func(f, g int) int {
		return -cmp.Compare(e.columns[f].information(), e.columns[g].information())
	})
	done := make([]bool, len(m.Fields))
	for _, root := range order {
		if done[root] {
			continue
		}
		done[root] = true
		for queue := []int{root}; len(queue) > 0; queue = queue[1:] {
			for _, g := range near[queue[0]] {
				if !done[g] {
					done[g] = true
					m.Fields[g].After = queue[0]
					queue = append(queue, g)
				}
			}
		}
	}
	for f := range m.Fields {
		if a := m.Fields[f].After; a >= 0 && m.Fields[f].And < 0 {
			for len(m.Fields[f].M) < len(m.Fields[a].Levels) {
				m.Fields[f].M = append(m.Fields[f].M, m.Fields[f].M[0])
			}
		}
	}
	e.different(m, nil, likely)
}

// mutual is the mutual information of two fields' levels in bits a pair, the lesser of their own, and the number of
// pairs in which both are there.
func mutual(list []observed, f, g int) (bits, least, pairs float64) {
	const levels = 1 << levelBits
	var joint [levels][levels]float64
	var ofF, ofG [levels]float64
	for _, o := range list {
		if x, y := o.pattern.level(f), o.pattern.level(g); x > 0 && y > 0 {
			joint[x][y] += o.count
			ofF[x] += o.count
			ofG[y] += o.count
			pairs += o.count
		}
	}
	if pairs == 0 {
		return 0, 0, 0
	}
	for x := range joint {
		for y, n := range joint[x] {
			if n > 0 {
				bits += n / pairs * math.Log2(n*pairs/(ofF[x]*ofG[y]))
			}
		}
	}
	return bits, min(entropy(ofF[:], pairs), entropy(ofG[:], pairs)), pairs
}

func entropy(counts []float64, sum float64) float64 {
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			bits -= n / sum * math.Log2(n/sum)
		}
	}
	return bits
}

// stratum is one of the two sorts of pairs of which samples are drawn: those in blocks, and those in none, of which the random pairs
// that share no block are the picture.
type stratum struct {
	list   []observed
	less   []float64 // of each, how many are expected to be matches; nil for none
	unit   float64   // what one pair of the sample counts for in the list
	weight float64   // and how many pairs there are for it
}

func (e *estimator) strata(likely []float64) []stratum {
	blocked, outside := 0.0, 0.0
	for _, o := range e.found {
		blocked += o.count
	}
	for _, o := range e.outside {
		outside += o.count
	}
	return []stratum{{e.found, likely, e.every, e.every}, {e.outside, nil, 1, max(e.all-blocked, 0) / max(outside, 1)}}
}

// each gives the patterns of a stratum with how many pairs of the sample are of different ones.
func (s *stratum) each(see func(p pattern, n float64)) {
	for i, o := range s.list {
		n := o.count
		if s.less != nil {
			n = max(n-s.less[i], 0)
		}
		see(o.pattern, n/s.unit)
	}
}

// given puts into the tables of a field that is weighed after two others how often its levels occur among different ones that
// agree so in those two. Namesakes are so rare that random pairs have none: they stand in blocks.
func (e *estimator) given(m *Model, f int, likely []float64) {
	levels, rows := len(m.Fields[f].Levels), m.rows(f)
	sums, squares := make([][]float64, rows), make([]float64, rows)
	for b := range sums {
		sums[b] = make([]float64, levels)
	}
	for _, s := range e.strata(likely) {
		s.each(func(p pattern, n float64) {
			if l := p.level(f); l > 0 {
				b := m.before(p, f)
				sums[b][l] += n * s.weight
				squares[b] += n * s.weight * s.weight
			}
		})
	}
	u, step := m.Fields[f].U, len(m.Fields[m.Fields[f].And].Levels)
	for b := range u {
		switch after := b - b%step; {
		case b == 0:
		case b == after:
			u[b] = share(evenly(summed(sums[b:b+step]), total(squares[b:b+step])), u[0], backing)
		default:
			u[b] = share(evenly(sums[b], squares[b]), u[after], backing)
		}
	}
}

// evenly scales sums of weights so that they count for as many pairs as would tell as much if all weighed the same; squares is
// the sum of the squares of the weights.
func evenly(sums []float64, squares float64) []float64 {
	scaled := make([]float64, len(sums))
	if squares > 0 {
		scale := total(sums) / squares
		for l, n := range sums {
			scaled[l] = n * scale
		}
	}
	return scaled
}

const (
	// madeSeen is how many records are looked at to see what an address is made of.
	madeSeen = 4096
	// madeOf is the share of records whose address must have another of their values in it, and madeLetters how many letters
	// that must have.
	madeOf      = 0.3
	madeLetters = 3
	// namesakes is how many pairs must be expected to agree in both by chance: of fewer there is nothing to be learnt.
	namesakes = backing
)

// parents are the fields that the values of an address are made of: of a person the given name and the surname, most of the
// time. They are told by looking at single records, before anything is known about pairs: the more namesakes there are, the more
// of them would otherwise seem to agree by their names and, as if it were something else, by their addresses. There are two at most.
func parents(columns []column, f, n int) []int {
	if kind := columns[f].kind; kind != field.Email && kind != field.Website {
		return nil
	}
	type parent struct {
		field int
		share float64
	}
	var all []parent
	step := max(n/madeSeen, 1)
	for g := range columns {
		switch columns[g].kind {
		case field.Word, field.Person, field.Organisation:
		default:
			continue
		}
		own, looked := 0.0, 0.0
		for r := 0; r < n; r += step {
			address, value := columns[f].cells[r], columns[g].cells[r]
			if address == 0 || value == 0 {
				continue
			}
			looked++
			own += one(has(columns[f].space.Form(address), columns[g].space.Form(value)))
		}
		if own > madeOf*looked {
			all = append(all, parent{g, own / looked})
		}
	}
	slices.SortStableFunc(all, func(a, b parent) int { return -cmp.Compare(a.share, b.share) })
	var fields []int
	for _, p := range all[:min(len(all), 2)] {
		fields = append(fields, p.field)
	}
	return fields
}

// has tells whether a word of the value stands in an address.
func has(address, value string) bool {
	for word := range strings.FieldsSeq(value) {
		if utf8.RuneCountInString(word) >= madeLetters && strings.Contains(address, word) {
			return true
		}
	}
	return false
}

// made has addresses weighed after the two fields that they are made of.
func (e *estimator) made(m *Model) {
	if e.claims != nil {
		return
	}
	w := m.weights()
	for f := range m.Fields {
		fields := parents(e.columns, f, int(e.n))
		if len(fields) < 2 || m.Pairs*e.same[fields[0]]*e.same[fields[1]] < namesakes {
			continue
		}
		m.Fields[f].After, m.Fields[f].And = fields[0], fields[1]
		m.Fields[f].M = m.rowsOf(f, e.newCounts(m)[f], m.Fields[f].M[0])
		u := make([][]float64, m.rows(f))
		u[0] = m.Fields[f].U[0]
		m.Fields[f].U = u
		e.given(m, f, e.without(&w, f))
	}
}

// without is how many pairs of each pattern are expected to be matches by all fields but one.
func (e *estimator) without(w *weights, f int) []float64 {
	likely := make([]float64, len(e.found))
	for i, o := range e.found {
		likely[i] = o.count * Probability(w.score(o.pattern)-w.bits[f][0][o.pattern.level(f)])
	}
	return likely
}

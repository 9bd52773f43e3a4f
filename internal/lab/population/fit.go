package population

import (
	"math"
	"slices"
	"strings"
)

// World is a fitted joint distribution from which people can be drawn. It never changes.
type World struct {
	dims      []Dimension
	margins   []Margin
	digest    string
	generator int
	// adults is the cumulative share of households by adults; children the share of those with two or more that have children.
	adults   []float64
	children float64
	incomes  []float64
	// joint is the fitted share of every cell, in row-major order over all dimensions. rounds and error say how the
	// fitting ended.
	joint  []float64
	rounds int
	off    float64
	// groups is cumulative over region, area, people and income; within is, for each group, cumulative over age and sex.
	groups []float64
	within [][]float64
}

// The places of the dimensions.
const (
	dimRegion = iota
	dimArea
	dimPeople
	dimIncome
	dimAge
	dimSex
)

// Dimensions are the attributes of people, in the order of the joint table.
func (w *World) Dimensions() []Dimension { return w.dims }

// Digest identifies the margins: SHA-256 of their file.
func (w *World) Digest() string { return w.digest }

// closeEnough is by how much a fitted share may differ from the published one where fitting stops, and mostRounds how long
// it is tried.
const (
	closeEnough = 1e-9
	mostRounds  = 500
	// notFitted is a difference that no rounding of published figures explains.
	notFitted = 0.005
)

// fit scales a table of equal cells to each margin in turn until all hold (Deming and Stephan 1940). Where two margins
// disagree by the rounding of their sources it stops between them.
func (r *reader) fit() error {
	w := r.world
	size := 1
	for i := range w.dims {
		size *= len(w.dims[i].Values)
	}
	w.joint = make([]float64, size)
	for i := range w.joint {
		w.joint[i] = 1 / float64(size)
	}
	for w.rounds < mostRounds {
		before := slices.Clone(w.joint)
		for i := range w.margins {
			w.scale(&w.margins[i])
		}
		w.rounds++
		moved := 0.0
		for i := range before {
			moved = max(moved, math.Abs(before[i]-w.joint[i]))
		}
		if moved < closeEnough/float64(size) {
			break
		}
	}
	for _, row := range w.Fit() {
		w.off = max(w.off, math.Abs(row.Fitted-row.Published))
	}
	if w.off > notFitted {
		return r.wrong(w.margins[0].line, "look for margins that cannot all be true", "impossible margins: after %d rounds a cell is still off by %.2f per cent", w.rounds, 100*w.off)
	}
	w.cumulate()
	return nil
}

// scale brings the table to one margin.
func (w *World) scale(m *Margin) {
	total := 0.0
	for _, c := range m.Cells {
		total += c
	}
	have := w.sums(m)
	for i := range w.joint {
		at := w.cellOf(m, i)
		if have[at] > 0 {
			w.joint[i] *= m.Cells[at] / total / have[at]
		}
	}
}

// sums adds the table up over the cells of a margin.
func (w *World) sums(m *Margin) []float64 {
	sums := make([]float64, len(m.Cells))
	for i, share := range w.joint {
		sums[w.cellOf(m, i)] += share
	}
	return sums
}

// cellOf is the cell of a margin that a cell of the table belongs to.
func (w *World) cellOf(m *Margin, i int) int {
	var place [len6]int
	for d := len(w.dims) - 1; d >= 0; d-- {
		n := len(w.dims[d].Values)
		place[d] = i % n
		i /= n
	}
	at := 0
	for _, d := range m.Over {
		at = at*len(w.dims[d].Values) + place[d]
	}
	return at
}

// len6 is how many dimensions there are.
const len6 = 6

// project is the shares of one dimension's values in a margin.
func (w *World) project(m *Margin, d int) []float64 {
	shares := make([]float64, len(w.dims[d].Values))
	total := 0.0
	for at, c := range m.Cells {
		shares[w.valueIn(m, at, d)] += c
		total += c
	}
	for v := range shares {
		shares[v] /= total
	}
	return shares
}

// valueIn is the value of a dimension in a cell of a margin.
func (w *World) valueIn(m *Margin, at, d int) int {
	for k := len(m.Over) - 1; k >= 0; k-- {
		n := len(w.dims[m.Over[k]].Values)
		if m.Over[k] == d {
			return at % n
		}
		at /= n
	}
	return 0
}

// cellName is what a cell of a margin is called in the file.
func (w *World) cellName(m *Margin, at int) string {
	words := make([]string, len(m.Over))
	for k, d := range m.Over {
		words[k] = w.dims[d].Values[w.valueIn(m, at, d)]
	}
	return strings.Join(words, " ")
}

// FitRow is one published cell beside what the table holds there, as shares of everybody.
type FitRow struct {
	Margin    string  `json:"margin"`
	Cell      string  `json:"cell"`
	Count     float64 `json:"published_count"`
	Published float64 `json:"published_share"`
	Fitted    float64 `json:"fitted_share"`
}

// Fit is the fit table: every cell of every margin.
func (w *World) Fit() []FitRow {
	var rows []FitRow
	for i := range w.margins {
		m := &w.margins[i]
		total := 0.0
		for _, c := range m.Cells {
			total += c
		}
		sums := w.sums(m)
		for at, c := range m.Cells {
			rows = append(rows, FitRow{m.Title, w.cellName(m, at), c, c / total, sums[at]})
		}
	}
	return rows
}

// Quality says how the fitting ended: after how many rounds, and the largest difference of a share.
func (w *World) Quality() (rounds int, off float64) { return w.rounds, w.off }

// cumulate prepares the drawing.
func (w *World) cumulate() {
	inner := len(w.dims[dimAge].Values) * len(w.dims[dimSex].Values)
	sum := 0.0
	for g := 0; g < len(w.joint); g += inner {
		part := 0.0
		within := make([]float64, inner)
		for k, share := range w.joint[g:][:inner] {
			part += share
			within[k] = part
		}
		for k := range within {
			within[k] /= max(part, math.SmallestNonzeroFloat64)
		}
		sum += part
		w.groups, w.within = append(w.groups, sum), append(w.within, within)
	}
	for g := range w.groups {
		w.groups[g] /= sum
	}
}

// pick finds where a draw from 0 to 1 falls among cumulative shares.
func pick(cumulative []float64, u float64) int {
	at, _ := slices.BinarySearch(cumulative, u)
	return min(at, len(cumulative)-1)
}

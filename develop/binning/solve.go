package binning

import (
	"fmt"
	"math"
	"slices"
)

// Shape is how the weight of evidence moves from part to part.
type Shape string

// The shapes. Monotone is the better of Rising and Falling; a Peak rises and then falls, a Valley falls and then rises, and
// either may turn at its end; Auto is Monotone unless a turn pays: see [TurnPays].
const (
	Rising   Shape = "rising"
	Falling  Shape = "falling"
	Monotone Shape = "monotone"
	Peak     Shape = "peak"
	Valley   Shape = "valley"
	Auto     Shape = "auto"
)

// Shapes are all of them.
var Shapes = []Shape{Rising, Falling, Monotone, Peak, Valley, Auto}

// TurnPays tells whether a partition that turns is worth having: it tells a fifth more than the best monotone one, and 0.02
// beside. A turn is harder to explain, and small ones are mostly chance.
func TurnPays(turning, monotone float64) bool { return turning > 1.2*monotone+0.02 }

// MaxFinest is how many finest parts [Solve] takes.
const MaxFinest = 200

// Rules bound what a part may be.
type Rules struct {
	// Shape is Monotone where it is "".
	Shape Shape
	// MostBins is how many parts there may be, at least 1.
	MostBins int
	// LeastCount, LeastGood and LeastBad are what every part must hold.
	LeastCount, LeastGood, LeastBad float64
	Prior                           Prior
}

// Partition is a solution: Ends are the places behind the last finest part of each part, ascending; the last is the
// number of finest parts. Shape is the one that was found, one of the first two, Peak or Valley; Value is the information value.
type Partition struct {
	Ends  []int
	Shape Shape
	Value float64
}

// Solve finds the partition of the finest parts into runs of greatest information value under the rules. Of several
// equal ones it takes the one of fewest parts. whole is what shares are of; it may hold more than the parts, as where
// some have no value. Where no partition but the whole is lawful, or none at all, it is one part. It is an error to give
// more than MaxFinest parts.
func Solve(finest []Count, whole Count, rules Rules) (Partition, error) {
	n := len(finest)
	switch {
	case n == 0 || n > MaxFinest:
		return Partition{}, fmt.Errorf("there must be 1 to %d finest parts, not %d", MaxFinest, n)
	case rules.MostBins < 1:
		return Partition{}, fmt.Errorf("there must be room for a part, not for %d", rules.MostBins)
	}
	s := newSolver(finest, whole, rules)
	best := Partition{Ends: []int{n}, Shape: Rising, Value: s.value[s.at(0, n)]}
	monotone := 0.0
	if math.IsInf(best.Value, -1) {
		best.Value = rules.Prior.Information(s.sum(0, n), whole)
	}
	for _, shape := range shapesOf(rules.Shape) {
		p, ok := s.run(shape)
		switch {
		case !ok || p.Value <= best.Value+1e-12:
		case rules.Shape == Auto && (shape == Peak || shape == Valley) && !TurnPays(p.Value, monotone):
		default:
			best = p
		}
		if shape == Rising || shape == Falling {
			monotone = best.Value
		}
	}
	best.Shape = s.plain(best)
	return best, nil
}

// plain is Rising or Falling where a partition that might turn does not.
func (s *solver) plain(p Partition) Shape {
	rises, falls := true, true
	for k, i := 0, 0; k+1 < len(p.Ends); k++ {
		a, b := s.weight[s.at(i, p.Ends[k])], s.weight[s.at(p.Ends[k], p.Ends[k+1])]
		rises, falls = rises && b >= a, falls && b <= a
		i = p.Ends[k]
	}
	switch {
	case rises && (p.Shape != Falling || !falls):
		return Rising
	case falls:
		return Falling
	}
	return p.Shape
}

func shapesOf(s Shape) []Shape {
	switch s {
	case "", Monotone:
		return []Shape{Rising, Falling}
	case Auto:
		return []Shape{Rising, Falling, Peak, Valley}
	}
	return []Shape{s}
}

// solver holds every run [i, j) of finest parts: what it is worth, and its weight of evidence.
type solver struct {
	n, most int
	sums    []Count
	value   []float64 // -Inf where a run may be no part
	weight  []float64
}

func (s *solver) at(i, j int) int { return i*(s.n+1) + j }

func (s *solver) sum(i, j int) Count {
	return Count{s.sums[j].Good - s.sums[i].Good, s.sums[j].Bad - s.sums[i].Bad}
}

func newSolver(finest []Count, whole Count, rules Rules) *solver {
	s := &solver{n: len(finest), most: min(rules.MostBins, len(finest)), sums: make([]Count, len(finest)+1)}
	for i, c := range finest {
		s.sums[i+1] = s.sums[i].Plus(c)
	}
	size := (s.n + 1) * (s.n + 1)
	s.value, s.weight = make([]float64, size), make([]float64, size)
	for i := range s.n {
		for j := i + 1; j <= s.n; j++ {
			c := s.sum(i, j)
			s.weight[s.at(i, j)] = rules.Prior.Weight(c, whole)
			s.value[s.at(i, j)] = math.Inf(-1)
			if c.All() >= rules.LeastCount && c.Good >= rules.LeastGood && c.Bad >= rules.LeastBad {
				s.value[s.at(i, j)] = rules.Prior.Information(c, whole)
			}
		}
	}
	return s
}

// run finds the best partition of one shape. A state is the last part [i, j), how many parts there are up to it, and whether
// the turn lies behind it; its best value comes from the states whose last part ends at i.
func (s *solver) run(shape Shape) (Partition, bool) {
	size := (s.n + 1) * (s.n + 1)
	phases := 1
	if shape == Peak || shape == Valley {
		phases = 2
	}
	first := shape == Rising || shape == Peak
	layers := make([][]float64, s.most*phases)
	from := make([][]int32, s.most*phases)
	for k := range layers {
		layers[k], from[k] = slices.Repeat([]float64{math.Inf(-1)}, size), make([]int32, size)
	}
	for j := 1; j <= s.n; j++ {
		layers[0][s.at(0, j)] = s.value[s.at(0, j)]
	}
	for k := 1; k < s.most; k++ {
		for phase := range phases {
			s.layer(layers, from, k, phase, phases, first)
		}
	}
	best, at := math.Inf(-1), -1
	var last int
	for k := range layers {
		for i := range s.n {
			if v := layers[k][s.at(i, s.n)]; v > best+1e-12 {
				best, at, last = v, k, i
			}
		}
	}
	if at < 0 {
		return Partition{}, false
	}
	return Partition{Ends: s.trace(from, at, last, phases), Shape: shape, Value: best}, true
}

// layer fills the states of k+1 parts in a phase.
func (s *solver) layer(layers [][]float64, from [][]int32, k, phase, phases int, first bool) {
	to := k*phases + phase
	for i := 1; i < s.n; i++ {
		for j := i + 1; j <= s.n; j++ {
			here := s.at(i, j)
			own, weight := s.value[here], s.weight[here]
			if math.IsInf(own, -1) {
				continue
			}
			rising := first == (phase == 0)
			for before := range phase + 1 {
				source := layers[(k-1)*phases+before]
				for h := range i {
					w := s.weight[s.at(h, i)]
					if rising && w > weight || !rising && w < weight {
						continue
					}
					if v := source[s.at(h, i)] + own; v > layers[to][here] {
						layers[to][here] = v
						from[to][here] = int32(h)*2 + int32(before)
					}
				}
			}
		}
	}
}

// trace walks back from the last part.
func (s *solver) trace(from [][]int32, at, i, phases int) []int {
	ends := []int{s.n}
	j := s.n
	for k := at / phases; k > 0; k-- {
		step := from[at][s.at(i, j)]
		ends = append(ends, i)
		at, i, j = (k-1)*phases+int(step%2), int(step/2), i
	}
	slices.Reverse(ends)
	return ends
}

package linkage

import "math"

// Label is a pair of records of which it is known whether they are the same. Labels are for learning: a labelled pair counts for what it
// is and not for what it seems. They decide nothing about the pair itself; see [Options.Apart] for that.
type Label struct {
	A, B uint32
	Same bool
}

// labelled is what was said of the pairs that are compared, by their records in ascending order.
type labelled map[[2]uint32]bool

// label takes labels over to the records that are compared. Those of records that say the same, or stand in one of two
// files, teach nothing and are left out.
func (tw *twins) label(labels []Label) labelled {
	all := labelled{}
	for _, l := range labels {
		i, j := tw.place(tw.of[l.A]), tw.place(tw.of[l.B])
		if i > j {
			i, j = j, i
		}
		if i != j && (tw.second == 0 || int(i) < tw.second && int(j) >= tw.second) {
			all[[2]uint32{i, j}] = l.Same
		}
	}
	return all
}

// known is the labelled pairs that are candidates, as patterns with how often each was said to be the same and how often
// not, in the order of patterns. Those that share no block are the same or not by themselves.
type known struct {
	pattern         pattern
	same, different float64
	missed          float64 // of the same, those that share no block
}

func (e *estimator) learnFrom(labels labelled, c *comparer, together func(i, j uint32) bool) {
	sums := map[pattern]*known{}
	places := tally{}
	for pair, same := range labels {
		p := c.pair(pair[0], pair[1])
		places[p]++
		k := sums[p]
		if k == nil {
			k = &known{pattern: p}
			sums[p] = k
		}
		switch {
		case same && !together(pair[0], pair[1]):
			k.missed++
		case same:
			k.same++
		case together(pair[0], pair[1]):
			k.different++
		}
	}
	for _, o := range places.list() {
		e.known = append(e.known, *sums[o.pattern])
	}
}

// corrected adds to the matches what labelled pairs are more, or less, than they seem, and returns how much that is.
func (e *estimator) corrected(m *Model, w *weights, matches counts) float64 {
	sum := 0.0
	for _, k := range e.known {
		more := k.missed
		if e.claims == nil { // claims have been told already
			seems := w.probability(k.pattern)
			more += k.same*(1-seems) - k.different*seems
		}
		sum += more
		matches.add(m, k.pattern, more)
	}
	return sum
}

// said is the odds of a claim of which it is known what it is.
func said(same bool) float64 {
	if same {
		return math.Exp2(mostOdds)
	}
	return 0
}

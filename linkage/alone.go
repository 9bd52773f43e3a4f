package linkage

import "math"

// namer is a comparer of names, which know when two are the same but for their writing, and how rare what they share is.
type namer interface {
	Alike() uint8
	Shared(a, b uint32) float64
}

// alone is for records that have nothing but a name. Expectation maximisation learns from how fields agree with each other, and of
// one field any number of matches explains what is seen equally well. So the levels on which two names are the same but for their
// writing are taken for matches, and the rest for different ones. It reports whether it was for it to do.
func (e *estimator) alone(m *Model) bool {
	if len(e.columns) != 1 || e.claims != nil || len(e.known) > 0 {
		return false
	}
	names, ok := e.columns[0].space.Comparer.(namer)
	if !ok {
		return false
	}
	matches := e.newCounts(m)
	expected := 0.0
	for _, o := range e.found {
		if l := o.pattern.level(0); l > 0 && l <= int(names.Alike())+1 {
			expected += o.count
			matches.add(m, o.pattern, o.count)
		}
	}
	m.Matches = max(min(expected, e.limit), 0.5)
	m.Fields[0].M = m.shares(matches, 0, e.firstM(0), priorMatches)
	e.different(m, matches, nil)
	m.Rounds = 1
	return true
}

// unseen is how many bits rarer the words of a name are than they seem, because the two names themselves are among those that
// have them.
const unseen = 2.6

// capped is how many bits less a level of a name weighs that stands alone: agreeing is no more evidence than what agrees is
// rare. Among a million names, hundreds are called 王伟.
func (r *Result) capped(p pattern, i, j uint32) float64 {
	if len(r.columns) != 1 || p.level(0) < 2 {
		return 0
	}
	most, ok := r.ofNames(i, j)
	if !ok {
		return 0
	}
	return math.Min(0, most-r.weights.bits[0][0][p.level(0)])
}

// ofNames is how many bits what two names share is worth, where records have nothing but a name.
func (r *Result) ofNames(i, j uint32) (bits float64, ok bool) {
	if len(r.columns) != 1 {
		return 0, false
	}
	c := &r.columns[0]
	names, ok := c.space.Comparer.(namer)
	if !ok || c.cells[i] == 0 || c.cells[j] == 0 {
		return 0, false
	}
	return names.Shared(c.cells[i], c.cells[j]) + unseen, true
}

// Package binning is for whoever must say in a few ranges what a value tells about an outcome: it parts values into the
// ranges that tell most (the greatest information value) among all partitions that are monotone, large enough and hold
// enough of both outcomes. The search is exact over the finest parts given, by dynamic programming.
package binning

import "math"

// Count is how many good and bad outcomes there are; fractions are weights.
type Count struct{ Good, Bad float64 }

// All is both together.
func (c Count) All() float64 { return c.Good + c.Bad }

// Plus is the sum.
func (c Count) Plus(d Count) Count { return Count{c.Good + d.Good, c.Bad + d.Bad} }

// Rate is the share of bad ones, 0 of nothing.
func (c Count) Rate() float64 {
	if c.All() <= 0 {
		return 0
	}
	return c.Bad / c.All()
}

// Prior is how many average outcomes every part is credited with beside its own, so that a part of few says little.
type Prior float64

// Weight is the weight of evidence of a part of a whole: the logarithm of its share of the good ones over its share of the bad
// ones. It is above 0 where the part is better than the whole, and 0 for an empty part. Where the prior is 0, a part
// without one of the outcomes has half of one.
func (p Prior) Weight(part, whole Count) float64 {
	n := whole.All()
	if n <= 0 || whole.Good <= 0 || whole.Bad <= 0 {
		return 0
	}
	good, bad := part.Good+float64(p)*whole.Good/n, part.Bad+float64(p)*whole.Bad/n
	if good <= 0 && bad <= 0 {
		return 0
	}
	if good <= 0 || bad <= 0 {
		good, bad = good+0.5, bad+0.5
	}
	return math.Log(good / whole.Good * whole.Bad / bad)
}

// Information is what a part adds to the information value of a characteristic: the difference of its shares times its
// weight of evidence.
func (p Prior) Information(part, whole Count) float64 {
	if whole.Good <= 0 || whole.Bad <= 0 {
		return 0
	}
	return (part.Good/whole.Good - part.Bad/whole.Bad) * p.Weight(part, whole)
}

package linkage

import (
	"cmp"
	"fmt"
	"slices"
)

// Score is how right an answer is.
type Score struct {
	// True is the number of pairs that are the same, Found those that the answer says are, Right those of them that are.
	True, Found, Right int64
}

// Precision is the share of what was found that is right, 1 where nothing was found.
func (s Score) Precision() float64 { return ratio(s.Right, s.Found) }

// Recall is the share of what there is that was found, 1 where there is nothing.
func (s Score) Recall() float64 { return ratio(s.Right, s.True) }

// F1 is the harmonic mean of both.
func (s Score) F1() float64 {
	if s.True+s.Found == 0 {
		return 1
	}
	return 2 * float64(s.Right) / float64(s.True+s.Found)
}

func (s Score) String() string {
	return fmt.Sprintf("precision %.4f, recall %.4f, F1 %.4f (%d right of %d found, %d there)", s.Precision(), s.Recall(), s.F1(), s.Right, s.Found, s.True)
}

func ratio(part, whole int64) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// ByPair counts the pairs that two groupings of the same records have in common. second is the first record of the second
// file, so that only pairs across files count, or 0.
func ByPair(answer, truth []uint32, second int) Score {
	type both struct{ a, t uint32 }
	right, found, there := map[both][2]int64{}, map[uint32][2]int64{}, map[uint32][2]int64{}
	for i := range answer {
		file := 0
		if second > 0 && i >= second {
			file = 1
		}
		b := right[both{answer[i], truth[i]}]
		f, t := found[answer[i]], there[truth[i]]
		b[file]++
		f[file]++
		t[file]++
		right[both{answer[i], truth[i]}], found[answer[i]], there[truth[i]] = b, f, t
	}
	return Score{pairsOf(there, second), pairsOf(found, second), pairsOf(right, second)}
}

func pairsOf[K comparable](groups map[K][2]int64, second int) int64 {
	sum := int64(0)
	for _, n := range groups {
		if second > 0 {
			sum += n[0] * n[1]
		} else {
			sum += n[0] * (n[0] - 1) / 2
		}
	}
	return sum
}

// ByCluster counts the groups of two records or more that two groupings have exactly in common.
func ByCluster(answer, truth []uint32) Score {
	a, t := groupsOf(answer), groupsOf(truth)
	s := Score{}
	for _, size := range t {
		if size > 1 {
			s.True++
		}
	}
	joint := map[[2]uint32]int{}
	for i := range answer {
		joint[[2]uint32{answer[i], truth[i]}]++
	}
	for _, size := range a {
		if size > 1 {
			s.Found++
		}
	}
	for pair, size := range joint {
		if size > 1 && size == a[pair[0]] && size == t[pair[1]] {
			s.Right++
		}
	}
	return s
}

func groupsOf(names []uint32) map[uint32]int {
	sizes := map[uint32]int{}
	for _, n := range names {
		sizes[n]++
	}
	return sizes
}

// Judged is a pair with the probability it was given and whether it is the same in truth.
type Judged struct {
	Probability float64
	Same        bool
}

// Point is how right the pairs of at least a probability are.
type Point struct {
	Threshold float64 `json:"threshold"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Pairs     int64   `json:"pairs"`
}

// Curve tells, for every probability that occurs from the highest down, how right the pairs of at least that probability
// are; there is the number of pairs that are the same in truth. Of many points about most are kept, evenly spread.
func Curve(pairs []Judged, there int64, most int) []Point {
	sorted := slices.Clone(pairs)
	slices.SortFunc(sorted, func(a, b Judged) int { return -cmp.Compare(a.Probability, b.Probability) })
	var all []Point
	s := Score{True: there}
	for i, p := range sorted {
		s.Found++
		if p.Same {
			s.Right++
		}
		if i+1 == len(sorted) || sorted[i+1].Probability != p.Probability {
			all = append(all, Point{p.Probability, s.Precision(), s.Recall(), s.F1(), s.Found})
		}
	}
	if len(all) <= most {
		return all
	}
	kept := make([]Point, 0, most)
	for k := range most {
		kept = append(kept, all[k*(len(all)-1)/(most-1)])
	}
	return kept
}

// Bucket is the pairs of a range of probabilities: what they were said to be on average, and the share that is the same.
type Bucket struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Pairs int64   `json:"pairs"`
	Said  float64 `json:"said"`
	Is    float64 `json:"is"`
}

// Calibration sorts pairs into ten ranges of probability; ranges without a pair are left out.
func Calibration(pairs []Judged) []Bucket {
	var all [10]Bucket
	for _, p := range pairs {
		b := &all[min(int(p.Probability*10), 9)]
		b.Pairs++
		b.Said += p.Probability
		if p.Same {
			b.Is++
		}
	}
	var kept []Bucket
	for i, b := range all {
		if b.Pairs > 0 {
			n := float64(b.Pairs)
			kept = append(kept, Bucket{float64(i) / 10, float64(i+1) / 10, b.Pairs, b.Said / n, b.Is / n})
		}
	}
	return kept
}

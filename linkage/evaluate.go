package linkage

import "fmt"

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

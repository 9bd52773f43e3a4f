package wide

import (
	"math/bits"

	"probity/scorecard/internal/whole"
)

// Ranges are points by steps: a value is worth First and, for every cut that it reaches, the step's worth more.
type Ranges struct {
	// Below are the greatest values that do not reach the cuts, Worth what reaching them adds.
	Below []int64
	Worth []int32
	// First is what the least value is worth, Missing what is added where there is no value.
	First, Missing int32
}

// NewRanges makes the steps at the cuts, which ascend and are above the missing value; points has one entry more.
func NewRanges(cuts, points []int64, missing int64) Ranges {
	r := Ranges{First: int32(points[0]), Missing: int32(missing - points[0])}
	for i, c := range cuts {
		r.Below, r.Worth = append(r.Below, c-1), append(r.Worth, int32(points[i+1]-points[i]))
	}
	return r
}

// Rate writes the points of each value.
func Rate(points []int32, values []int64, r *Ranges) {
	done := quickRate(points, values, r)
	points, values = points[done:len(values)], values[done:]
	worths := r.Worth[:len(r.Below)]
	for i, v := range values {
		p := r.First
		// Which cuts a value reaches cannot be foretold: the sum is the same steps whatever it is.
		for k, b := range r.Below {
			worth := worths[k]
			if v <= b {
				worth = 0
			}
			p += worth
		}
		if v == whole.Missing {
			p += r.Missing
		}
		points[i] = p
	}
}

// MaxReasons is how many of the characteristics that lost points are named.
const MaxReasons = 4

// Ranking is what [Rank] needs to know of the characteristics.
type Ranking struct {
	// Terms are, by characteristic, the baseline shifted left, and in the room below it a number that falls with the place,
	// so that of equal losses the first in the file is the greatest.
	Terms []int32
	Shift uint
}

// NewRanking makes the ranking of characteristics with these baselines. Neither baselines nor points may be further from
// 0 than a million, and there may be 511 of them: then neither losses with their places nor sums leave 32 bits.
func NewRanking(baselines []int64) Ranking {
	r := Ranking{Shift: uint(bits.Len(uint(len(baselines))))}
	for k, b := range baselines {
		r.Terms = append(r.Terms, int32(b)<<r.Shift|(1<<r.Shift-1-int32(k)))
	}
	return r
}

// Rank adds up the points of each subject and finds the characteristics that lost most against their baseline, the most
// first, equal ones in the order of the file, -1 where there are no more. Points are by characteristic, and each column
// begins stride after the one before. There are as many subjects as sums.
func Rank(sums []int32, best [][MaxReasons]int16, points []int32, stride int, r *Ranking) {
	done := quickRank(sums, best, points, stride, r)
	places := int32(1)<<r.Shift - 1
	for i := done; i < len(sums); i++ {
		var sum, a, b, c, d int32
		at := i
		for _, term := range r.Terms {
			p := points[at]
			at += stride
			sum += p
			x := term - p<<r.Shift
			a, x = max(a, x), min(a, x)
			b, x = max(b, x), min(b, x)
			c, x = max(c, x), min(c, x)
			d = max(d, x)
		}
		sums[i] = sum
		for k, x := range [MaxReasons]int32{a, b, c, d} {
			best[i][k] = -1
			if x > places {
				best[i][k] = int16(^x & places)
			}
		}
	}
}

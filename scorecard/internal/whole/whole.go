// Package whole is for arithmetic that must either be exact or say that it is not: whole numbers of 64 bits, of which
// the least stands for a value that is not there.
//
// A result that does not lie between [Lowest] and [Highest] is an overflow and no number.
package whole

import (
	"math"
	"math/bits"
)

const (
	// Missing stands for a value that is not there.
	Missing int64 = math.MinInt64
	// Lowest and Highest bound the numbers.
	Lowest  int64 = math.MinInt64 + 1
	Highest int64 = math.MaxInt64
)

// Add is a + b; ok is false where that is an overflow.
func Add(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0) && s != Missing
}

// Subtract is a - b; ok is false where that is an overflow.
func Subtract(a, b int64) (int64, bool) {
	d := a - b
	return d, (d < a) == (b > 0) && d != Missing
}

// Multiply is a * b; ok is false where that is an overflow.
func Multiply(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > uint64(Highest) {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

// Scale is floor(a * of / b) for b > 0, exact whatever the size of the product; ok is false where the result is
// larger than 2^63-1.
func Scale(a, of, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(of))
	if hi >= uint64(b) {
		return 0, false
	}
	q, rest := bits.Div64(hi, lo, uint64(b))
	if a < 0 && rest > 0 && q <= uint64(Highest) {
		q++
	}
	if q > uint64(Highest) {
		return 0, false
	}
	if a < 0 {
		return -int64(q), true
	}
	return int64(q), true
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}

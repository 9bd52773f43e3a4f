package impact

import "math/bits"

// prime is 2^61 - 1. What is a combination of vectors of small whole numbers is one modulo this prime too; the converse
// fails only where a determinant happens to be divisible by it, and then something is hidden without need.
const prime = 1<<61 - 1

func times(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return reduce(lo&prime + (lo>>61 | hi<<3))
}

func reduce(a uint64) uint64 {
	for a >= prime {
		a -= prime
	}
	return a
}

// inverse is a to the power of prime - 2.
func inverse(a uint64) uint64 {
	r := uint64(1)
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			r = times(r, a)
		}
		a = times(a, a)
	}
	return r
}

// span is every combination of some vectors, kept as rows of which each has a 1 where it begins; behind each row stands of
// which vectors it is made, by their numbers.
type span struct {
	width int
	rows  [][]uint64 // by the place where they begin
}

// newSpan is for vectors of n entries.
func newSpan(n int) *span { return &span{n, make([][]uint64, n)} }

// rest takes out of a vector what the span makes of it; where it begins is -1 if nothing is left.
func (s *span) rest(v []uint64) (begins int) {
	for i := range s.width {
		if v[i] == 0 {
			continue
		}
		row := s.rows[i]
		if row == nil {
			return i
		}
		by := prime - v[i]
		for k := i; k < len(v); k++ {
			v[k] = reduce(v[k] + times(by, row[k]))
		}
	}
	return -1
}

// add adds a vector, which it takes over.
func (s *span) add(v []uint64) {
	i := s.rest(v)
	if i < 0 {
		return
	}
	by := inverse(v[i])
	for k := i; k < len(v); k++ {
		v[k] = times(v[k], by)
	}
	s.rows[i] = v
}

// made tells whether a vector, which it uses up, is a combination, and of which vectors.
func (s *span) made(v []uint64) (of []int, ok bool) {
	if s.rest(v) >= 0 {
		return nil, false
	}
	for i, by := range v[s.width:] {
		if by != 0 {
			of = append(of, i)
		}
	}
	return of, true
}

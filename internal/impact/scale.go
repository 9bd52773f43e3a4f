package impact

import "slices"

// finest is how many bins a scale has at most: up to so many possible scores each has its own.
const finest = 1 << 16

// scale parts whole numbers from least to most into bins of one width.
type scale struct{ least, most, width int64 }

func newScale(least, most int64) scale {
	return scale{least, most, (most-least)/finest + 1}
}

func (s scale) bins() int { return int((s.most-s.least)/s.width) + 1 }

func (s scale) bin(v int64) int { return int((min(max(v, s.least), s.most) - s.least) / s.width) }

// low and high are the ends of a bin, both included.
func (s scale) low(bin int) int64  { return s.least + int64(bin)*s.width }
func (s scale) high(bin int) int64 { return min(s.low(bin)+s.width-1, s.most) }

// spread counts numbers on a scale.
type spread struct {
	scale  scale
	counts []int64
	n, sum int64
}

func newSpread(s scale) spread { return spread{scale: s, counts: make([]int64, s.bins())} }

func (d *spread) add(v int64) {
	d.counts[d.scale.bin(v)]++
	d.n++
	d.sum += v
}

func (d *spread) join(o *spread) {
	addAll(d.counts, o.counts)
	d.n += o.n
	d.sum += o.sum
}

func addAll(to, from []int64) {
	for i, n := range from {
		to[i] += n
	}
}

// quantile is the least number that permille of those counted do not exceed; where bins are wide, the end of its bin.
func (d *spread) quantile(permille int) int64 {
	need := max(1, (d.n*int64(permille)+999)/1000)
	for i, n := range d.counts {
		if need -= n; need <= 0 {
			return d.scale.high(i)
		}
	}
	return d.scale.most
}

// ends are the bins of the least and the greatest number counted.
func (d *spread) ends() (first, last int) {
	first = slices.IndexFunc(d.counts, func(n int64) bool { return n > 0 })
	for last = len(d.counts) - 1; last > first && d.counts[last] == 0; last-- {
	}
	return first, last
}

// between counts the bins from first to last, both included.
func (d *spread) between(first, last int) (n int64) {
	for _, c := range d.counts[first : last+1] {
		n += c
	}
	return n
}

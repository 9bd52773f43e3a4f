package block

import "slices"

// sample is some of the records, evenly drawn, by which it is counted how often two share a key: fields are not
// independent of each other.
type sample struct {
	records []uint32
	second  uint32 // the first of the second file among the records
	pairs   float64
}

// mostCounted is about how many records are drawn.
const mostCounted = 1 << 17

func newSample(n, second int) *sample {
	s := &sample{}
	for record := range uint32(n) {
		// Records that stand side by side may be about the same one: they are drawn by number, not by step.
		if n > mostCounted && uint64(record)*0x9E3779B97F4A7C15>>32*uint64(n)>>32 >= mostCounted {
			continue
		}
		if second > 0 && int(record) < second {
			s.second++
		}
		s.records = append(s.records, record)
	}
	all := float64(len(s.records))
	s.pairs = all * (all - 1) / 2
	if second > 0 {
		s.pairs = float64(s.second) * (all - float64(s.second))
	}
	return s
}

// chance is that two records share the keys of a rule.
func (s *sample) chance(d *desk, sources []Source, rule []int) float64 {
	if s.pairs <= 0 {
		return 0
	}
	return s.together(d, sources, rule, s.second) / s.pairs
}

// together is the number of pairs, block by block, that share the keys of a rule, across the files where second is not 0.
func (s *sample) together(d *desk, sources []Source, rule []int, second uint32) float64 {
	d.entries = slices.Grow(d.entries[:0], len(s.records))
	for i, record := range s.records {
		for _, key := range d.keys.of(sources, rule, int(record)) {
			d.entries = append(d.entries, key|uint64(i))
		}
	}
	sum := int64(0)
	for _, pairs := range d.parted(second).pairs {
		sum += pairs
	}
	return float64(sum)
}

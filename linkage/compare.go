package linkage

import (
	"math"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"

	"probity/linkage/block"
	"probity/linkage/field"
)

// pattern is the levels of a pair, four bits a field: 0 missing, 1 the same, and so on as the field's levels.
type pattern uint64

const levelBits = 4

func (p pattern) level(f int) int { return int(p >> (levelBits * f) & (1<<levelBits - 1)) }

// cacheBits is the number of pairs of values, as a power of two, that a worker remembers for each field at most. Of a field with
// few values it remembers fewer: to clear the memory would take longer than to compare them.
const (
	cacheBits      = 14
	mostKept       = 1 << 15 // of a field with more values, of which two hardly ever meet again, it remembers none
	fewestBits     = 6
	pairsPerValues = 3 // as a power of two, for each value
)

// comparer compares records; every worker has its own.
type comparer struct {
	columns []column
	rows    []uint32   // see beside
	cache   [][]uint64 // nil for none; a pair of forms in the upper 60 bits, its level in the lower 4; for each field
	shift   []uint8
}

func newComparer(columns []column) *comparer {
	c := &comparer{columns, nil, make([][]uint64, len(columns)), make([]uint8, len(columns))}
	for i := range c.cache {
		if forms := columns[i].space.Forms; forms <= mostKept || dear(columns[i].kind) {
			c.keep(i, min(max(bits.Len(uint(forms))+pairsPerValues, fewestBits), cacheBits))
		}
	}
	return c
}

// crew is the comparers of a run, one a worker: what one remembers in one part of the run serves in the next.
type crew struct {
	all  []*comparer
	bare []*comparer // that remember nothing
}

func newCrew(columns []column, workers int) *crew {
	rows := beside(columns)
	c := &crew{}
	for range workers {
		one := newComparer(columns)
		one.rows = rows
		c.all = append(c.all, one)
		c.bare = append(c.bare, &comparer{columns: columns, rows: rows})
	}
	return c
}

// hire gives each worker one of them.
func hire(crew []*comparer) func() *comparer {
	var next atomic.Int32
	return func() *comparer { return crew[next.Add(1)-1] }
}

// beside are the forms of all fields of each record, one record behind the other: they are looked at together.
func beside(columns []column) []uint32 {
	fields := len(columns)
	if fields == 0 {
		return nil
	}
	rows := make([]uint32, fields*len(columns[0].cells))
	for f := range columns {
		for r, form := range columns[f].cells {
			rows[r*fields+f] = form
		}
	}
	return rows
}

// row is the forms of one record.
func (c *comparer) row(i uint32, into *[mostFields]uint32) []uint32 {
	n := len(c.columns)
	if c.rows != nil {
		return c.rows[int(i)*n : int(i)*n+n]
	}
	for f := range c.columns {
		into[f] = c.columns[f].cells[i]
	}
	return into[:n]
}

// dear tells that values of a kind take longer to compare than to look up, or that some are so common that they do meet again.
func dear(kind field.Kind) bool {
	switch kind {
	case field.Date, field.Code, field.Phone, field.Email, field.Website, field.Number:
		return false
	}
	return true
}

// growing is a comparer of columns that will have more values than they have now.
func growing(columns []column) *comparer {
	c := newComparer(columns)
	for i := range c.cache {
		c.keep(i, cacheBits)
	}
	return c
}

func (c *comparer) keep(f, size int) {
	c.cache[f], c.shift[f] = make([]uint64, 1<<size), uint8(64-size)
}

// pair is the pattern of two records.
func (c *comparer) pair(i, j uint32) pattern {
	p := pattern(0)
	var mine, theirs [mostFields]uint32
	x, y := c.row(i, &mine), c.row(j, &theirs)
	for f, a := range x {
		b := y[f]
		if a == 0 || b == 0 {
			continue
		}
		level := 1
		if a != b {
			level = c.level(f, a, b)
		}
		if level > 1 {
			if col := &c.columns[f]; col.swaps >= 0 {
				if s, t := x[col.swaps], y[col.swaps]; a == t && s != a || b == s && t != b {
					level = len(col.levels) - 1
				}
			}
		}
		p |= pattern(level) << (levelBits * f)
	}
	return p
}

// level is that of two different forms, remembered: the same values meet again and again.
func (c *comparer) level(f int, a, b uint32) int {
	if a > b {
		a, b = b, a
	}
	if c.cache == nil || c.cache[f] == nil { // pairs at random hardly ever meet again
		return int(c.columns[f].space.Compare(a, b)) + 1
	}
	key := uint64(a)<<32 | uint64(b)
	slot := &c.cache[f][(key*0x9E3779B97F4A7C15)>>c.shift[f]]
	if *slot>>levelBits == key&(1<<60-1) && *slot != 0 {
		return int(*slot & (1<<levelBits - 1))
	}
	level := uint64(c.columns[f].space.Compare(a, b)) + 1
	*slot = key<<levelBits | level
	return int(level)
}

// observed is how often a pattern was seen.
type observed struct {
	pattern pattern
	count   float64
}

// tally counts patterns.
type tally map[pattern]float64

// list is the tally in the order of patterns, so that sums over it do not depend on anything else.
func (t tally) list() []observed {
	all := make([]observed, 0, len(t))
	for p, n := range t {
		all = append(all, observed{p, n})
	}
	slices.SortFunc(all, func(a, b observed) int {
		switch {
		case a.pattern < b.pattern:
			return -1
		case a.pattern > b.pattern:
			return 1
		}
		return 0
	})
	return all
}

// atRandom compares pairs drawn from all there are, or all of them where they are few, and returns how often each pattern
// was seen and how many pairs were looked at.
// within tells of a pair whether it stands in a block; of those that do not, there is a list, too.
func atRandom(team *crew, n, second, most, workers int, within func(i, j uint32) bool) (random, outside []observed, looked float64) {
	all := n * (n - 1) / 2
	if second > 0 {
		all = second * (n - second)
	}
	tallies, blocked := make([]tally, drawings), make([]tally, drawings)
	eachWith(drawings, workers, hire(team.bare), func(c *comparer, run int) {
		t, b := tally{}, tally{}
		see := func(i, j uint32) {
			p := c.pair(i, j)
			t[p]++
			if within(i, j) {
				b[p]++
			}
		}
		switch {
		case all > manyPairs:
			drawnTogether(run, n, second, most/drawings, see)
		case all > most:
			for k := run; k < most; k += drawings {
				see(drawn(uint64(k), n, second))
			}
		default:
			for k := run; k < all; k += drawings {
				see(nth(k, n, second))
			}
		}
		tallies[run], blocked[run] = t, b
	})
	whole := sum(tallies)
	random = whole.list()
	for _, o := range random {
		looked += o.count
	}
	for p, n := range sum(blocked) {
		whole[p] -= n
	}
	return random, whole.list(), looked
}

func sum(tallies []tally) tally {
	whole := tally{}
	for _, t := range tallies {
		for p, n := range t {
			whole[p] += n
		}
	}
	return whole
}

// nth is the k-th of all pairs.
func nth(k, n, second int) (i, j uint32) {
	if second > 0 {
		return uint32(k % second), uint32(second + k/second)
	}
	// Row r has the pairs of r with its 1, 2, ... (n-1)/2 followers around the ring; for even n the last half row.
	r, d := k%n, k/n+1
	a, b := r, (r+d)%n
	return uint32(min(a, b)), uint32(max(a, b))
}

// drawn is the k-th pair of a fixed random sequence.
func drawn(k uint64, n, second int) (i, j uint32) {
	x := stir(k)
	a, b := x>>32, x&(1<<32-1)
	if second > 0 {
		return uint32(a * uint64(second) >> 32), uint32(uint64(second) + b*uint64(n-second)>>32)
	}
	r, s := uint32(a*uint64(n)>>32), uint32(b*uint64(n-1)>>32)
	if s >= r {
		s++
	}
	return min(r, s), max(r, s)
}

const (
	// drawings is how many times pairs are drawn.
	drawings = 64
	// manyPairs is from how many pairs on records are drawn, and each is compared with each other one of its drawing: their
	// values stay at hand, as those of pairs from all over a large table would not.
	manyPairs = 1 << 23
)

// drawnTogether gives about so many pairs of records that are drawn from a fixed random sequence; no pair is of a record with itself.
func drawnTogether(run, n, second, pairs int, see func(i, j uint32)) {
	draw := func(from, to, count int, salt uint64) []uint32 {
		list := make([]uint32, count)
		for k := range list {
			list[k] = uint32(uint64(from) + stir(salt<<56|uint64(run)<<32|uint64(k))>>32*uint64(to-from)>>32)
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	if second > 0 {
		side := int(math.Sqrt(float64(pairs)))
		theirs := draw(second, n, side, 2)
		for _, i := range draw(0, second, side, 1) {
			for _, j := range theirs {
				see(i, j)
			}
		}
		return
	}
	list := draw(0, n, int(math.Sqrt(2*float64(pairs)))+1, 0)
	for k, j := range list {
		for _, i := range list[:k] {
			see(i, j)
		}
	}
}

func stir(k uint64) uint64 {
	z := (k + 1) * 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// chunkPairs is about how many pairs a worker takes at a time.
const chunkPairs = 1 << 15

// oneIn draws one record in every.
func oneIn(every uint64) func(uint32) bool {
	if every == 1 {
		return nil
	}
	return func(record uint32) bool { return stir(uint64(record))%every == 0 }
}

// claim is a pair that stands in a block together, with the place of its pattern in the list of all patterns.
type claim struct{ a, b, pattern uint32 }

// claims are the candidates one by one, for two files that name nobody twice. Of many pairs those of one record of the
// first file in every are taken.
func claims(team *crew, index *block.Index, every uint64, workers int) ([]observed, []claim) {
	chunks := index.Chunks(chunkPairs)
	type pair struct {
		a, b uint32
		p    pattern
	}
	pairs := make([][]pair, len(chunks))
	eachWith(len(chunks), workers, hire(team.all), func(c *comparer, k int) {
		index.PairsOf(chunks[k][0], chunks[k][1], oneIn(every), func(i, j uint32) {
			pairs[k] = append(pairs[k], pair{i, j, c.pair(i, j)})
		})
	})
	places := map[pattern]uint32{}
	var patterns []observed
	var all []claim
	for _, chunk := range pairs {
		for _, p := range chunk {
			at, ok := places[p.p]
			if !ok {
				at = uint32(len(patterns))
				places[p.p] = at
				patterns = append(patterns, observed{p.p, 0})
			}
			all = append(all, claim{p.a, p.b, at})
		}
	}
	return patterns, all
}

// candidates tallies the patterns of the pairs that stand in a block together; of many pairs those of one first record in every are taken.
func candidates(team *crew, index *block.Index, every uint64, workers int) []observed {
	chunks := index.Chunks(chunkPairs)
	tallies := make([]tally, len(chunks))
	eachWith(len(chunks), workers, hire(team.all), func(c *comparer, k int) {
		t := tally{}
		index.PairsOf(chunks[k][0], chunks[k][1], oneIn(every), func(i, j uint32) { t[c.pair(i, j)]++ })
		tallies[k] = t
	})
	whole := sum(tallies)
	for p := range whole {
		whole[p] *= float64(every)
	}
	return whole.list()
}

// each does the work for 0 to n-1 on several goroutines.
func each(n, workers int, work func(int)) {
	eachWith(n, workers, func() struct{} { return struct{}{} }, func(_ struct{}, i int) { work(i) })
}

// eachWith is each with something that every goroutine has for itself.
func eachWith[T any](n, workers int, own func() T, work func(T, int)) {
	var wait sync.WaitGroup
	next := make(chan int)
	for range max(min(workers, n), 1) {
		wait.Go(func() {
			mine := own()
			for i := range next {
				work(mine, i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
}

package block

import (
	"maps"
	"slices"
	"sync"
)

// Index is the blocks of a table.
type Index struct {
	// Rules are the rules with what came of them.
	Rules []Rule
	// members are the records of all blocks, one block after the other, ascending in each; block b's are
	// members[begin[b]:begin[b+1]].
	members []uint32
	begin   []uint32
	// blocks are each record's blocks, ascending; record r's are blocks[of[r]:of[r+1]].
	blocks []uint32
	of     []uint32
	second uint32
}

// Build makes the blocks of the rules for n records, second being the first record of the second file or 0. Where all
// blocks together have more pairs than the limit, the largest blocks are left out, those of the same size together. A rule that
// was asked for has a limit of its own, so that it takes nothing from the others.
func Build(sources []Source, rules []Rule, n, second int, limits Limits, workers int) *Index {
	index := &Index{Rules: slices.Clone(rules), second: uint32(second)}
	parts := make([]part, len(rules))
	atDesk(len(rules), workers, func(d *desk, r int) { parts[r] = d.gather(sources, rules[r].Sources, n, index.second) })
	most := make([]int64, len(rules))
	var planned []part
	for r := range rules {
		if rules[r].isAsked(sources) {
			most[r] = mostPairs(parts[r:r+1], limits.Asked)
		} else {
			planned = append(planned, parts[r])
		}
	}
	for r, largest := 0, mostPairs(planned, limits.Pairs); r < len(rules); r++ {
		if !rules[r].isAsked(sources) {
			most[r] = largest
		}
	}
	clear(planned)
	members, blocks := 0, 0
	for r := range parts {
		for b, pairs := range parts[r].pairs {
			if pairs <= most[r] {
				members += int(parts[r].begin[b+1] - parts[r].begin[b])
				blocks++
			}
		}
	}
	index.members, index.begin = make([]uint32, 0, members), make([]uint32, 1, blocks+1)
	for r := range parts {
		p := &parts[r]
		for b, pairs := range p.pairs {
			if pairs > most[r] {
				index.Rules[r].Left++
				continue
			}
			index.Rules[r].Blocks++
			index.Rules[r].Pairs += pairs
			index.members = append(index.members, p.members[p.begin[b]:p.begin[b+1]]...)
			index.begin = append(index.begin, uint32(len(index.members)))
		}
		*p = part{}
	}
	index.turn(n)
	return index
}

// mostPairs is how many pairs the largest block that is kept may have.
func mostPairs(parts []part, limit int64) int64 {
	sizes := map[int64]int64{} // pairs in all blocks of a size
	for _, p := range parts {
		for _, pairs := range p.pairs {
			sizes[pairs] += pairs
		}
	}
	most, sum := int64(0), int64(0)
	for _, size := range slices.Sorted(maps.Keys(sizes)) {
		if sum += sizes[size]; sum > limit {
			break
		}
		most = size
	}
	return most
}

// turn finds each record's blocks.
func (x *Index) turn(n int) {
	x.of = make([]uint32, n+1)
	for _, record := range x.members {
		x.of[record+1]++
	}
	for r := range n {
		x.of[r+1] += x.of[r]
	}
	x.blocks = make([]uint32, len(x.members))
	next := slices.Clone(x.of[:n])
	for b := range x.Len() {
		for _, record := range x.members[x.begin[b]:x.begin[b+1]] {
			x.blocks[next[record]] = uint32(b)
			next[record]++
		}
	}
}

// part is what one rule gives: the blocks of two records or more.
type part struct {
	members []uint32
	begin   []uint32
	pairs   []int64
}

// desk is the room in which one worker sorts records by their keys, kept from one rule to the next.
type desk struct {
	keys           keyer
	entries, spare []uint64
}

// desks are those that nobody sits at.
var desks = sync.Pool{New: func() any { return &desk{} }}

// atDesk is each, at a desk.
func atDesk(n, workers int, work func(*desk, int)) {
	each(n, workers, func(i int) {
		d, _ := desks.Get().(*desk)
		work(d, i)
		desks.Put(d)
	})
}

// gather sorts the records by the rule's key. The key is cut to 32 bits: that two keys fall together costs a pair that is
// compared for nothing, and happens to one record in thousands.
func (d *desk) gather(sources []Source, rule []int, n int, second uint32) part {
	d.entries = slices.Grow(d.entries[:0], n)
	for record := range n {
		for _, key := range d.keys.of(sources, rule, record) {
			d.entries = append(d.entries, key|uint64(record))
		}
	}
	return d.parted(second)
}

// keyer makes the keys of records by a rule, in the upper half of a word.
type keyer struct{ partial, next []uint64 }

func (k *keyer) of(sources []Source, rule []int, record int) []uint64 {
	partial, next := k.partial, k.next
	partial = append(partial[:0], 0)
	for _, i := range rule {
		s := &sources[i]
		form := s.Cells[record]
		if form == 0 {
			partial = partial[:0]
			break
		}
		own := s.of(form)
		if len(own) == 1 {
			for at, p := range partial {
				partial[at] = (p^own[0])*0x9E3779B97F4A7C15 + uint64(i)
			}
			continue
		}
		next = next[:0]
		for _, key := range own {
			for _, p := range partial {
				next = append(next, (p^key)*0x9E3779B97F4A7C15+uint64(i))
			}
		}
		partial, next = next, partial
	}
	for i, key := range partial {
		partial[i] = (key ^ key>>29) &^ (1<<32 - 1)
	}
	k.partial, k.next = partial, next
	return partial
}

// parted sorts the entries of the desk, keys with records, into blocks.
func (d *desk) parted(second uint32) part {
	d.sort()
	entries := d.entries
	blocks, members := 0, 0
	for i := 1; i < len(entries); i++ {
		if entries[i]>>32 == entries[i-1]>>32 {
			members++
			if i == 1 || entries[i-1]>>32 != entries[i-2]>>32 {
				blocks++
			}
		}
	}
	p := part{begin: make([]uint32, 1, blocks+1), pairs: make([]int64, 0, blocks), members: make([]uint32, 0, members+blocks)}
	for i := 0; i < len(entries); {
		j := i + 1
		for j < len(entries) && entries[j]>>32 == entries[i]>>32 {
			j++
		}
		if j-i > 1 {
			p.add(entries[i:j], second)
		}
		i = j
	}
	return p
}

// add makes a block of the entries, unless it has no pair in it.
func (p *part) add(entries []uint64, second uint32) {
	from, inSecond := len(p.members), 0
	for i, e := range entries {
		record := uint32(e)
		if i > 0 && len(p.members) > from && p.members[len(p.members)-1] == record {
			continue
		}
		if second > 0 && record >= second {
			inSecond++
		}
		p.members = append(p.members, record)
	}
	size := int64(len(p.members) - from)
	pairs := size * (size - 1) / 2
	if second > 0 {
		pairs = int64(inSecond) * (size - int64(inSecond))
	}
	if pairs == 0 {
		p.members = p.members[:from]
		return
	}
	p.begin = append(p.begin, uint32(len(p.members)))
	p.pairs = append(p.pairs, pairs)
}

// sort orders the entries by their upper half, and leaves those with the same one in their order.
func (d *desk) sort() {
	const digit = 11
	entries := d.entries
	spare := slices.Grow(d.spare[:0], len(entries))[:len(entries)]
	for shift := 32; shift < 64; shift += digit {
		var starts [1 << digit]int
		for _, e := range entries {
			starts[e>>shift&(1<<digit-1)]++
		}
		sum := 0
		for i, count := range starts {
			starts[i] = sum
			sum += count
		}
		for _, e := range entries {
			d := e >> shift & (1<<digit - 1)
			spare[starts[d]] = e
			starts[d]++
		}
		entries, spare = spare, entries
	}
	d.entries, d.spare = entries, spare
}

// Len is the number of blocks.
func (x *Index) Len() int { return len(x.begin) - 1 }

// Pairs gives every pair of the blocks from to to-1 that no earlier block has: over all blocks, every pair once. The
// first record of a pair is the lower one; with two files it is that of the first.
func (x *Index) Pairs(from, to int, give func(i, j uint32)) {
	x.PairsOf(from, to, nil, give)
}

// PairsOf is Pairs for the first records that are wanted, all where wanted is nil.
func (x *Index) PairsOf(from, to int, wanted func(i uint32) bool, give func(i, j uint32)) {
	for b := from; b < to; b++ {
		members := x.members[x.begin[b]:x.begin[b+1]]
		first, start := members, 0
		if x.second > 0 {
			start, _ = slices.BinarySearch(members, x.second)
			first = members[:start]
		}
		for k, i := range first {
			if wanted != nil && !wanted(i) {
				continue
			}
			rest := members[k+1:]
			if x.second > 0 {
				rest = members[start:]
			}
			mine := x.blocks[x.of[i]:x.of[i+1]]
			for _, j := range rest {
				if !earlier(mine, x.blocks[x.of[j]:x.of[j+1]], uint32(b)) {
					give(i, j)
				}
			}
		}
	}
}

// Together tells whether two records stand in a block together.
func (x *Index) Together(i, j uint32) bool {
	return earlier(x.blocks[x.of[i]:x.of[i+1]], x.blocks[x.of[j]:x.of[j+1]], uint32(x.Len()))
}

// earlier tells whether two ascending lists have an element below b in common.
func earlier(mine, theirs []uint32, b uint32) bool {
	i, j := 0, 0
	for i < len(mine) && j < len(theirs) {
		x, y := mine[i], theirs[j]
		switch {
		case x >= b || y >= b:
			return false
		case x == y:
			return true
		case x < y:
			i++
		default:
			j++
		}
	}
	return false
}

// Chunks splits the blocks into runs of about the same number of pairs, for workers to take one after the other.
func (x *Index) Chunks(pairs int64) [][2]int {
	var chunks [][2]int
	from, sum := 0, int64(0)
	for b := range x.Len() {
		size := int64(x.begin[b+1] - x.begin[b])
		if sum += size * (size - 1) / 2; sum >= pairs {
			chunks = append(chunks, [2]int{from, b + 1})
			from, sum = b+1, 0
		}
	}
	if from < x.Len() {
		chunks = append(chunks, [2]int{from, x.Len()})
	}
	return chunks
}

// each does the work for 0 to n-1 on several goroutines.
func each(n, workers int, work func(int)) {
	var wait sync.WaitGroup
	next := make(chan int)
	for range max(min(workers, n), 1) {
		wait.Go(func() {
			for i := range next {
				work(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
}

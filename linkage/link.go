// Package linkage finds which records are about the same person or body where no strong identifier says so.
//
// It follows Fellegi and Sunter: each field of two records is compared into a level, each level weighs as many bits as it
// is more frequent among pairs of the same than among pairs of different ones, and the sum, with how rare matches are at
// all, is the probability that the two are the same. How frequent levels are is learnt from the data without anybody
// telling which pairs match. A missing value weighs nothing. Common values weigh less than rare ones.
//
// [Suggest] makes a configuration from a [Table], [Run] links. What comes out is probabilities with their evidence: what
// may be done with them is for the caller to say, and for persons it is never more than a candidate for a human.
// Nothing depends on the number of workers, on the order of maps or on the clock.
package linkage

import (
	"math"
	"slices"

	"probity/linkage/block"
	"probity/linkage/cluster"
)

// Options is how much work may be done, and what is known beforehand.
type Options struct {
	// Workers is the number of goroutines, 1 where it is 0. It changes nothing in the result.
	Workers int
	// Apart are pairs of records of which it is known that they are not the same: a human said so, or strong
	// identifiers differ. They never stand in one cluster.
	Apart []cluster.Apart
	// Labels are pairs of which it is known whether they are the same, from which the run learns beside the others.
	Labels []Label
	// Step is told what is being done, for people who wait. It may be nil.
	Step func(what string)
}

// Result is what linking came to.
type Result struct {
	Config  Config
	Model   *Model
	Rules   []Rule
	Records int
	// Compared is the number of pairs that were compared.
	Compared int64
	// Recall is what the blocks let through, as measured.
	Recall Recall
	// Links are the pairs with at least the threshold's probability, and Near those below it that are worth a look, both by
	// record numbers.
	Links, Near []Link
	// Cluster is each record's cluster, named by its lowest record.
	Cluster []uint32
	// Identical is the number of records that have the same values as an earlier one.
	Identical int

	columns []column
	weights weights
	twins   twins
	compare *comparer
	copied  float64 // how rare it is that another record says the very same, in bits
}

// Rule is one way in which pairs were found, in words.
type Rule struct {
	Words  string  `json:"words"`
	Found  float64 `json:"expected"`
	Blocks int     `json:"blocks"`
	Left   int     `json:"left_out"`
	Pairs  int64   `json:"pairs"`
}

// Link is one pair of records.
type Link struct {
	// A and B are record numbers, A the lower.
	A, B uint32
	// Bits is the evidence, the prior among it; Probability what it comes to.
	Bits        float32
	Probability float32
	// Through tells that the two are linked through other records.
	Through bool
	levels  pattern
}

const (
	// randomPairs is how many pairs are drawn to see how different ones compare.
	randomPairs = 1 << 20
	// learnt is about how many pairs in blocks are enough to learn from, claimed where they are weighed against each other.
	learnt  = 1 << 18
	claimed = 1 << 21
	// nearBits is the evidence from which a pair is kept although it is no link.
	nearBits = -7
	// mostRules and the pairs below bound the candidates: at least 20 pairs a record, and in small tables more.
	mostRules   = 24
	leastPairs  = 1 << 21
	pairsRecord = 20
)

// Run links the records of a table. The configuration must have passed [Config.Check].
func Run(t *Table, c Config, o Options) *Result {
	workers := max(o.Workers, 1)
	tell := func(what string) {
		if o.Step != nil {
			o.Step(what)
		}
	}
	tell("reading values")
	columns := read(t, c, workers)
	tw := findTwins(t, columns, !c.OneToOne)
	n, second := len(tw.first), tw.second
	same := make([]float64, len(columns))
	for f := range columns {
		same[f] = columns[f].same(second)
	}
	r := &Result{Config: c, Records: t.Len(), Identical: t.Len() - n, columns: columns, twins: tw}
	tell("finding candidates")
	buckets := append(sources(columns, workers), c.asked(columns, workers)...)
	limits := block.Limits{Pairs: max(leastPairs, int64(n)*pairsRecord), Rules: mostRules, Workers: workers}
	limits.Asked = limits.Pairs
	if c.OneToOne && second > 0 {
		limits.Every = leastPairs // a claim is weighed against all others, and none should be missing
	}
	rules := block.Plan(buckets, n, second, limits)
	index := block.Build(buckets, rules, n, second, limits, workers)
	r.rules(index, buckets)
	team := newCrew(columns, workers)
	tell("learning")
	all := float64(n) * float64(n-1) / 2
	if second > 0 {
		all = float64(second) * float64(n-second)
	}
	candidatePairs := int64(0)
	for _, rule := range index.Rules {
		candidatePairs += rule.Pairs
	}
	e := &estimator{columns: columns, all: all, n: float64(n), same: same}
	if n > 1 && all > 0 {
		e.random, e.outside, e.looked = atRandom(team, n, second, randomPairs, workers, index.Together)
		if c.OneToOne && second > 0 {
			every := uint64(max(1, candidatePairs/claimed))
			e.limit, e.every = float64(min(second, n-second)), float64(every)
			e.found, e.claims = claims(team, index, every, workers)
		} else {
			e.limit = 0.5 * all
			every := uint64(max(1, candidatePairs/learnt))
			e.every = float64(every)
			e.found = candidates(team, index, every, workers)
		}
	}
	if len(o.Labels) > 0 {
		e.labels = tw.label(o.Labels)
		e.learnFrom(e.labels, team.all[0], index.Together)
	}
	r.Model = e.estimate()
	r.weights = r.Model.weights()
	// Where all say the same there is no pair of different ones to learn from, and a copy is no evidence.
	r.copied = math.Log2(max(r.Model.Matches, float64(tw.copied())) / max(r.Model.Pairs, float64(r.Records), 1))
	tell("comparing")
	edges := r.score(index, team, workers)
	tell("measuring what blocks miss")
	r.Recall = r.recall(index, buckets, team, n, second, workers)
	if c.OneToOne && second > 0 {
		edges = exclusive(edges, n)
	}
	tell("grouping")
	r.finish(edges, tw, o.Apart, workers)
	return r
}

func (r *Result) rules(index *block.Index, buckets []block.Source) {
	var names []string
	for _, c := range r.columns {
		names = append(names, c.name)
	}
	for _, rule := range index.Rules {
		r.Rules = append(r.Rules, Rule{rule.Words(buckets, names), rule.Found, rule.Blocks, rule.Left, rule.Pairs})
	}
}

// score compares all pairs that stand in a block together and keeps those that are worth it.
func (r *Result) score(index *block.Index, team *crew, workers int) []Link {
	chunks := index.Chunks(chunkPairs)
	found := make([][]Link, len(chunks))
	compared := make([]int64, len(chunks))
	eachWith(len(chunks), workers, hire(team.all), func(c *comparer, k int) {
		index.Pairs(chunks[k][0], chunks[k][1], func(i, j uint32) {
			compared[k]++
			p := c.pair(i, j)
			if bits := r.weights.score(p) + r.rarity(p, i, j); bits >= nearBits {
				found[k] = append(found[k], Link{A: i, B: j, Bits: float32(bits), levels: p})
			}
		})
	})
	for _, n := range compared {
		r.Compared += n
	}
	return slices.Concat(found...)
}

// rarity is how many bits the values that are the same are rarer than values on average, and of names that stand alone how
// many bits too many their level weighs.
func (r *Result) rarity(p pattern, i, j uint32) float64 {
	sum := r.capped(p, i, j)
	for f := range r.columns {
		if p.level(f) == 1 {
			sum += r.rarityOf(p, f, r.columns[f].cells[i])
		}
	}
	return sum
}

// rarityOf is the part of one field: less where another field has already told most of it.
func (r *Result) rarityOf(p pattern, f int, form uint32) float64 {
	rare := r.weights.rare[f]
	return (rare.usual - float64(r.columns[f].shareBits(form))) * rare.left[r.Model.before(p, f)]
}

// finish turns kept pairs into links of the table's records, and groups them.
func (r *Result) finish(edges []Link, tw twins, apart []cluster.Apart, workers int) {
	least := float32(threshold(r.Config.Threshold))
	var all []cluster.Edge
	for i := range edges {
		e := &edges[i]
		e.A, e.B = tw.first[e.A], tw.first[e.B]
		e.Probability = float32(Probability(float64(e.Bits)))
		if e.Bits >= least {
			r.Links = append(r.Links, *e)
		} else {
			r.Near = append(r.Near, *e)
		}
		all = append(all, cluster.Edge{A: e.A, B: e.B, Bits: e.Bits})
	}
	for i, first := range tw.of {
		if first != uint32(i) {
			l := r.twin(first, uint32(i), tw)
			if l.Bits >= least {
				r.Links = append(r.Links, l)
			}
			all = append(all, cluster.Edge{A: l.A, B: l.B, Bits: l.Bits})
		}
	}
	order := func(a, b Link) int {
		if a.A != b.A {
			return int(a.A) - int(b.A)
		}
		return int(a.B) - int(b.B)
	}
	each(2, workers, func(i int) {
		if i == 0 {
			r.Cluster = cluster.Of(r.Records, all, least, apart)
			return
		}
		slices.SortFunc(r.Links, order)
		slices.SortFunc(r.Near, order)
	})
}

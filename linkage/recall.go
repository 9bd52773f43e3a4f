package linkage

import (
	"slices"

	"probity/linkage/block"
)

// Recall is how much of what there is to be found the blocks let through, measured: some records are compared with all
// others, in a block together or not; where those are very many, with all that have any key of a field in common with them.
type Recall struct {
	// Records is how many records were compared with others, and Pairs how many pairs that were.
	Records int   `json:"records"`
	Pairs   int64 `json:"pairs"`
	// Keyed tells that the others were those that share a key of a field with the record: a value, a sound, a word, or what was asked for
	// as [Candidate], which no more than 1,000 have.
	Keyed bool `json:"sharing_a_key,omitempty"`
	// Links is the number of those pairs that reach the threshold by their own evidence, Blocked how many of them share a block.
	Links   int64 `json:"links"`
	Blocked int64 `json:"blocked"`
}

// Share is the share of links that share a block, 1 where there was none to be found.
func (r Recall) Share() float64 { return ratio(r.Blocked, r.Links) }

const (
	// recallPairs is about how many pairs are compared to measure recall.
	recallPairs = 1 << 20
	// leastRecall is the number of records below which it is not worth it to compare them with all others, and keyedRecall how many
	// are compared with those that share a key of a field which no more than mostSharing have.
	leastRecall = 200
	keyedRecall = 256
	mostSharing = 1000
	// keyedPairs is how many pairs that are.
	keyedPairs = 1 << 17
)

// recall measures what the blocks let through, on records evenly spread over the table. Of two files, those of the first are
// compared with those of the second.
func (r *Result) recall(index *block.Index, buckets []block.Source, team *crew, n, second, workers int) Recall {
	from, rows := 0, n
	if second > 0 {
		from, rows = second, second
	}
	if n-from < 2 && second == 0 || rows == 0 || n == from {
		return Recall{}
	}
	records := min(recallPairs/(n-from), rows)
	keyed := records < min(leastRecall, rows)
	if keyed {
		records = min(keyedRecall, rows)
	}
	sample := make([]uint32, records)
	for k := range sample {
		sample[k] = uint32(k * rows / records)
	}
	var others [][]uint32
	if keyed {
		sample, others = block.Sharing(buckets, sample, mostSharing, keyedPairs, uint32(from), workers)
	}
	found := make([]Recall, len(sample))
	least := threshold(r.Config.Threshold)
	eachWith(len(sample), workers, hire(team.all), func(c *comparer, k int) {
		i := sample[k]
		see := func(j uint32) {
			if _, looked := slices.BinarySearch(sample, j); i == j || j < i && looked {
				return // a pair of two such records counts once
			}
			found[k].Pairs++
			a, b := min(i, j), max(i, j)
			if p := c.pair(a, b); r.weights.score(p)+r.rarity(p, a, b) >= least {
				found[k].Links++
				if index.Together(a, b) {
					found[k].Blocked++
				}
			}
		}
		if keyed {
			for _, j := range others[k] {
				see(j)
			}
			return
		}
		for j := uint32(from); j < uint32(n); j++ {
			see(j)
		}
	})
	whole := Recall{Records: len(sample), Keyed: keyed}
	for _, one := range found {
		whole.Pairs += one.Pairs
		whole.Links += one.Links
		whole.Blocked += one.Blocked
	}
	return whole
}

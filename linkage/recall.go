package linkage

import "probity/linkage/block"

// Recall is how much of what there is to be found the blocks let through, measured: some records are compared with all
// others, in a block together or not.
type Recall struct {
	// Records is how many records were compared with all others, and Pairs how many pairs that were.
	Records int   `json:"records"`
	Pairs   int64 `json:"pairs"`
	// Links is the number of those pairs that reach the threshold by their own evidence, Blocked how many of them share a block.
	Links   int64 `json:"links"`
	Blocked int64 `json:"blocked"`
}

// Share is the share of links that share a block, 1 where there was none to be found.
func (r Recall) Share() float64 { return ratio(r.Blocked, r.Links) }

// recallPairs is about how many pairs are compared to measure recall.
const recallPairs = 1 << 20

// recall measures what the blocks let through, on records evenly spread over the table. Of two files, those of the first are
// compared with all of the second.
func (r *Result) recall(index *block.Index, n, second, workers int) Recall {
	from, rows := 0, n
	if second > 0 {
		from, rows = second, second
	}
	if n-from < 2 && second == 0 || rows == 0 || n == from {
		return Recall{}
	}
	sample := min(max(recallPairs/(n-from), 1), rows)
	found := make([]Recall, sample)
	least := threshold(r.Config.Threshold)
	eachWith(sample, workers, func() *comparer { return newComparer(r.columns) }, func(c *comparer, k int) {
		i := uint32(k * rows / sample)
		for j := uint32(from); j < uint32(n); j++ {
			if i == j || j < i && isLooked(int(j), rows, sample) {
				continue // a pair of two such records counts once
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
	})
	whole := Recall{Records: sample}
	for _, one := range found {
		whole.Pairs += one.Pairs
		whole.Links += one.Links
		whole.Blocked += one.Blocked
	}
	return whole
}

// isLooked tells whether a row is one of those that recall looks at.
func isLooked(row, rows, sample int) bool {
	k := (row*sample + rows - 1) / rows
	return k < sample && k*rows/sample == row
}

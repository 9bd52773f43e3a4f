package develop

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"probity/develop/binning"
	"probity/develop/table"
	"probity/scorecard/facts"
)

// BinKind says what a bin holds.
type BinKind string

// The kinds. Rare holds words too rare for a bin of their own, and those never seen in development.
const (
	RangeBin   BinKind = "range"
	WordsBin   BinKind = "words"
	RareBin    BinKind = "rare or unseen"
	SpecialBin BinKind = "special"
	MissingBin BinKind = "missing"
)

// Bin is some values of a column that are treated as one.
type Bin struct {
	Kind BinKind `json:"kind"`
	// From and Below bound a range of scaled numbers, Below excluded; nil is no bound. A special bin has From alone.
	From  *int64 `json:"-"`
	Below *int64 `json:"-"`
	// Words are the words of the file.
	Words []string `json:"words,omitempty"`
	Label string   `json:"label"`
	// Good and Bad are the rows it was made from, by weight.
	Good float64 `json:"good"`
	Bad  float64 `json:"bad"`
	// Rate is the share of bad ones, Weight the weight of evidence, Value what it adds to the information value.
	Rate   float64 `json:"bad_rate"`
	Weight float64 `json:"woe"`
	Value  float64 `json:"iv"`
	Points int64   `json:"points"`
}

// Characteristic is a column as the scorecard sees it.
type Characteristic struct {
	Column string `json:"column"`
	// Name is its name in the model, "" where it is not in it, for the reason of Left.
	Name  string        `json:"name,omitempty"`
	Left  string        `json:"left_out,omitempty"`
	Kind  string        `json:"kind"`
	Scale int           `json:"scale,omitempty"`
	Shape binning.Shape `json:"shape,omitempty"`
	Bins  []Bin         `json:"bins"`
	// Value is the information value; AUC is that of the column alone, on the rows fitted to.
	Value       float64 `json:"iv"`
	AUC         float64 `json:"auc"`
	Coefficient float64 `json:"coefficient"`
	// Stability is the difference between the rows held out and those fitted to (CSI).
	Stability float64 `json:"csi"`

	bins []uint8 // of every row of the table
	raw  float64 // the AUC of the finest parts, before any rule took them together
}

const mostFinest = 100

// bin parts a number or code column by the rows to fit to.
func (d *development) bin(c *table.Column) (*Characteristic, error) {
	ch := &Characteristic{Column: c.Name, Kind: c.Kind.String(), Scale: c.Scale, bins: make([]uint8, d.table.Rows)}
	whole := d.count(d.sample.fit)
	var err error
	if c.Kind == table.Number {
		err = d.binNumbers(ch, c, whole)
	} else {
		err = d.binCodes(ch, c, whole)
	}
	if err != nil {
		return nil, err
	}
	d.weigh(ch, whole)
	if !slices.ContainsFunc(ch.Bins, func(b Bin) bool { return b.Kind == RangeBin || b.Kind == WordsBin }) {
		ch.Value = 0 // no word is common enough to say anything of
	}
	return ch, nil
}

func (d *development) count(rows []int32) binning.Count {
	var c binning.Count
	for _, r := range rows {
		c.Good += d.sample.good[r]
		c.Bad += d.sample.bad[r]
	}
	return c
}

func (d *development) rules(column string, whole binning.Count) binning.Rules {
	shape := d.options.Shape
	if s, ok := d.options.Shapes[column]; ok {
		shape = s
	}
	r := binning.Rules{
		Shape: shape, MostBins: d.options.MostBins, LeastCount: d.options.MinShare * whole.All(),
		LeastGood: d.options.MinOutcomes, LeastBad: d.options.MinOutcomes, Prior: binning.Prior(d.options.Prior),
	}
	if slices.Contains(d.options.Keep, column) {
		r.LeastGood, r.LeastBad = 0, 0 // whoever keeps a column that tells the outcome means what it tells
	}
	return r
}

// binNumbers parts numbers: first into up to mostFinest parts of about equal size, at values of the rows, then exactly.
func (d *development) binNumbers(ch *Characteristic, c *table.Column, whole binning.Count) error {
	special := d.special(c)
	cuts := d.cuts(c, special)
	finest := make([]binning.Count, len(cuts)+1)
	specials := make([]binning.Count, len(special))
	var missing binning.Count
	for _, r := range d.sample.fit {
		one := binning.Count{Good: d.sample.good[r], Bad: d.sample.bad[r]}
		v := c.Numbers[r]
		switch at := slices.Index(special, v); {
		case v == facts.Missing:
			missing = missing.Plus(one)
		case at >= 0:
			specials[at] = specials[at].Plus(one)
		default:
			k := above(cuts, v)
			finest[k] = finest[k].Plus(one)
		}
	}
	ch.raw = d.apart(whole, slices.Concat(finest, specials, []binning.Count{missing}))
	p, err := binning.Solve(finest, whole, d.rules(c.Name, whole))
	if err != nil {
		return fmt.Errorf("%s: %w", c.Name, err)
	}
	ch.Shape = p.Shape
	start := 0
	var ends []int64 // the limits between the bins
	for i, end := range p.Ends {
		b := Bin{Kind: RangeBin}
		for _, f := range finest[start:end] {
			b.Good, b.Bad = b.Good+f.Good, b.Bad+f.Bad
		}
		if i > 0 {
			b.From = &cuts[start-1]
		}
		if i < len(p.Ends)-1 {
			b.Below = &cuts[end-1]
			ends = append(ends, cuts[end-1])
		}
		b.Label = rangeLabel(&b, c.Scale)
		ch.Bins = append(ch.Bins, b)
		start = end
	}
	for i, v := range special {
		ch.Bins = append(ch.Bins, Bin{Kind: SpecialBin, From: &special[i], Label: table.Decimal(v, c.Scale), Good: specials[i].Good, Bad: specials[i].Bad})
	}
	ch.Bins = append(ch.Bins, Bin{Kind: MissingBin, Label: "missing", Good: missing.Good, Bad: missing.Bad})
	last := uint8(len(ch.Bins) - 1)
	ranges := uint8(len(p.Ends))
	for r, v := range c.Numbers {
		switch at := slices.Index(special, v); {
		case v == facts.Missing:
			ch.bins[r] = last
		case at >= 0:
			ch.bins[r] = ranges + uint8(at)
		default:
			ch.bins[r] = uint8(above(ends, v))
		}
	}
	return nil
}

// above is the number of cuts that are not greater than v.
func above(cuts []int64, v int64) int {
	lo, hi := 0, len(cuts)
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if cuts[m] <= v {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

func (d *development) special(c *table.Column) []int64 {
	var out []int64
	for _, key := range []string{"", c.Name} {
		for _, text := range d.options.Special[key] {
			if v, ok := table.Scaled([]byte(text), c.Scale); ok && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	slices.Sort(out)
	return out
}

// sampled is how many values are sorted at most to find where to cut.
const sampled = 100_000

// cuts are the limits of the finest parts: every value where there are few, else those that part the rows evenly.
func (d *development) cuts(c *table.Column, special []int64) []int64 {
	step := max(1, len(d.sample.fit)/sampled)
	values := make([]int64, 0, len(d.sample.fit)/step+1)
	for i := 0; i < len(d.sample.fit); i += step {
		if v := c.Numbers[d.sample.fit[i]]; v != facts.Missing && !slices.Contains(special, v) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	different := slices.Compact(slices.Clone(values))
	if len(different) <= mostFinest {
		if len(different) == 0 {
			return nil
		}
		return different[1:]
	}
	var cuts []int64
	for k := 1; k < mostFinest; k++ {
		v := values[k*len(values)/mostFinest]
		cuts = append(cuts, v)
		if k > 1 && v == values[(k-1)*len(values)/mostFinest] {
			// So many rows have this value that it is a part of its own.
			if next := above(different, v); next < len(different) {
				cuts = append(cuts, different[next])
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	if cuts[0] == values[0] {
		cuts = cuts[1:]
	}
	return cuts
}

func rangeLabel(b *Bin, scale int) string {
	switch {
	case b.From == nil && b.Below == nil:
		return "any"
	case b.From == nil:
		return "below " + table.Decimal(*b.Below, scale)
	case b.Below == nil:
		return "from " + table.Decimal(*b.From, scale)
	}
	return table.Decimal(*b.From, scale) + " to below " + table.Decimal(*b.Below, scale)
}

// leastShareOfWord is the share of all rows below which a word is counted among the rare ones.
const leastShareOfWord = 0.01

// binCodes parts words: ordered by their weight of evidence, neighbours are taken together exactly as ranges are.
func (d *development) binCodes(ch *Characteristic, c *table.Column, whole binning.Count) error {
	counts := make([]binning.Count, len(c.Values))
	var missing, rare binning.Count
	for _, r := range d.sample.fit {
		one := binning.Count{Good: d.sample.good[r], Bad: d.sample.bad[r]}
		if v := c.Cells[r]; v == table.NoCell {
			missing = missing.Plus(one)
		} else {
			counts[v] = counts[v].Plus(one)
		}
	}
	ch.raw = d.apart(whole, append(slices.Clone(counts), missing))
	var words []int
	for i, n := range counts {
		if n.All() < leastShareOfWord*whole.All() {
			rare = rare.Plus(n)
		} else {
			words = append(words, i)
		}
	}
	prior := binning.Prior(d.options.Prior)
	slices.SortStableFunc(words, func(a, b int) int {
		return cmp.Or(cmp.Compare(prior.Weight(counts[a], whole), prior.Weight(counts[b], whole)), cmp.Compare(c.Values[a], c.Values[b]))
	})
	groupOf := slices.Repeat([]uint8{0}, len(c.Values))
	groups := 0
	if len(words) > 0 {
		finest := make([]binning.Count, len(words))
		for i, w := range words {
			finest[i] = counts[w]
		}
		rules := d.rules(c.Name, whole)
		rules.Shape = binning.Rising
		p, err := binning.Solve(finest, whole, rules)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		start := 0
		for _, end := range p.Ends {
			b := Bin{Kind: WordsBin}
			for _, w := range words[start:end] {
				b.Good, b.Bad = b.Good+counts[w].Good, b.Bad+counts[w].Bad
				b.Words = append(b.Words, c.Values[w])
				groupOf[w] = uint8(groups)
			}
			sort.Strings(b.Words)
			b.Label = list(b.Words)
			ch.Bins = append(ch.Bins, b)
			groups++
			start = end
		}
	}
	for i, n := range counts {
		if n.All() < leastShareOfWord*whole.All() {
			groupOf[i] = uint8(groups)
		}
	}
	ch.Bins = append(ch.Bins,
		Bin{Kind: RareBin, Label: string(RareBin), Good: rare.Good, Bad: rare.Bad},
		Bin{Kind: MissingBin, Label: "missing", Good: missing.Good, Bad: missing.Bad})
	for r, v := range c.Cells {
		ch.bins[r] = uint8(groups + 1)
		if v != table.NoCell {
			ch.bins[r] = groupOf[v]
		}
	}
	return nil
}

// weigh gives each bin its weight. A missing value is never worse than the worst known one: the model language holds that, and
// nobody shall be better off by making a value up.
func (d *development) weigh(ch *Characteristic, whole binning.Count) {
	prior := binning.Prior(d.options.Prior)
	worst, seen := 0.0, false
	for i := range ch.Bins {
		b := &ch.Bins[i]
		n := binning.Count{Good: b.Good, Bad: b.Bad}
		b.Rate, b.Weight, b.Value = n.Rate(), prior.Weight(n, whole), prior.Information(n, whole)
		if b.Kind == MissingBin {
			b.Weight = max(b.Weight, worst)
			b.Value = 0
			if n.All() > 0 {
				b.Value = (b.Good/whole.Good - b.Bad/whole.Bad) * b.Weight
			}
		}
		if !seen || b.Weight < worst {
			worst, seen = b.Weight, true
		}
		ch.Value += b.Value
	}
	ch.AUC = alone(ch.Bins)
}

// apart is the AUC of parts as they are.
func (d *development) apart(whole binning.Count, parts []binning.Count) float64 {
	bins := make([]Bin, 0, len(parts))
	for _, n := range parts {
		bins = append(bins, Bin{Good: n.Good, Bad: n.Bad, Weight: binning.Prior(d.options.Prior).Weight(n, whole)})
	}
	return alone(bins)
}

// alone is the AUC of the weights of one characteristic.
func alone(bins []Bin) float64 {
	sorted := slices.Clone(bins)
	slices.SortFunc(sorted, func(a, b Bin) int { return cmp.Compare(a.Weight, b.Weight) })
	var area, bad, allGood, allBad float64
	for i := 0; i < len(sorted); {
		var g, b float64
		for w := sorted[i].Weight; i < len(sorted) && sorted[i].Weight == w; i++ {
			g, b = g+sorted[i].Good, b+sorted[i].Bad
		}
		area += g * (bad + b/2)
		bad, allGood, allBad = bad+b, allGood+g, allBad+b
	}
	if allGood <= 0 || allBad <= 0 {
		return 0.5
	}
	return area / (allGood * allBad)
}

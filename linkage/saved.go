package linkage

import (
	"math"
	"slices"

	"probity/linkage/block"
	"probity/linkage/field"
)

// Saved is what a run has learnt, without its records: how fields are compared, what each level weighs, how rare words
// and values are, the threshold, and by which keys others are found. Two records that come later are weighed by it as they
// would have been in the run. It does not change: learn anew, and save anew, when the data have become others.
//
// Words and values are kept as 64-bit marks with their frequencies, those of a single record not at all.
type Saved struct {
	config  Config
	model   *Model
	rules   []savedRule
	columns []savedColumn
	copied  float64
	digest  string
}

// savedRule is one way to find others: the sorts of keys of fields that must all agree.
type savedRule struct {
	Words string `json:"words"`
	Keys  []key  `json:"keys"`
}

// key is one sort of keys of one field.
type key struct {
	Field int `json:"field"`
	Sort  int `json:"sort"`
}

type savedColumn struct {
	// filled is how many records had a value, often how many had each of those values that stood in several.
	filled float64
	often  map[uint64]uint32
	// shares is the field whose values are numbered with this one's, itself or an earlier one; that one has the words.
	shares int
	words  *field.Vocabulary
}

// savedSize is for how many records the keys of a saved model are chosen.
const savedSize = 1 << 20

// Save keeps what the run has learnt.
func (r *Result) Save() *Saved {
	s := &Saved{config: r.Config, model: r.Model, copied: r.copied}
	for i := range r.columns {
		c := &r.columns[i]
		kept := savedColumn{filled: c.filled, often: map[uint64]uint32{}, shares: c.shares}
		for form := 1; form < len(c.often); form++ {
			if n := c.often[form]; n > 1 {
				kept.often[field.Mark(c.space.Form(uint32(form)))] = n
			}
		}
		if c.shares == i {
			kept.words = c.space.Vocabulary()
		}
		s.columns = append(s.columns, kept)
	}
	s.plan(r)
	s.digest = s.sum()
	return s
}

// plan chooses the keys by which others will be found, for a larger number of records than those at hand.
func (s *Saved) plan(r *Result) {
	buckets := sources(r.columns, 1)
	names := make([]string, len(r.columns))
	var keys []key
	for f := range r.columns {
		names[f] = r.columns[f].name
		for sort := range r.columns[f].space.Keys() {
			keys = append(keys, key{f, sort})
		}
	}
	rules := block.Plan(buckets, len(r.twins.first), 0, block.Limits{Pairs: savedSize * pairsRecord, Rules: mostRules, Size: savedSize})
	// What one value has as a whole finds others by itself, too: the records at hand are too few to tell how many of many
	// will share it, and an index leaves out what too many do.
	for i := range buckets {
		if !buckets[i].Several && !slices.ContainsFunc(rules, func(r block.Rule) bool { return slices.Equal(r.Sources, []int{i}) }) {
			rules = append(rules, block.Rule{Sources: []int{i}})
		}
	}
	for _, rule := range rules {
		kept := savedRule{Words: rule.Words(buckets, names)}
		for _, i := range rule.Sources {
			kept.Keys = append(kept.Keys, keys[i])
		}
		s.rules = append(s.rules, kept)
	}
}

// Config is how records are compared.
func (s *Saved) Config() Config { return s.config }

// Model is what was learnt.
func (s *Saved) Model() *Model { return s.model }

// Digest names the model: the same name, the same evidence.
func (s *Saved) Digest() string { return s.digest }

// Rules are the ways in which others are found, in words.
func (s *Saved) Rules() []string {
	words := make([]string, len(s.rules))
	for i, rule := range s.rules {
		words[i] = rule.Words
	}
	return words
}

// Columns are the columns that a record's values are wanted from, in this order.
func (s *Saved) Columns() []string {
	var names []string
	for _, f := range s.config.Fields {
		for _, name := range append([]string{f.Column}, f.With...) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Pool is records that are compared under a saved model, one after the other and without learning from them. It is not
// safe for several goroutines.
type Pool struct {
	saved *Saved
	r     Result
	c     *comparer
	from  [][]int // for each field, the places of its values in those of a record
	n     uint32
	// keys and partial are kept between calls of AppendKeys.
	keys, partial []uint64
}

// Pool makes an empty one.
func (s *Saved) Pool() *Pool {
	p := &Pool{saved: s, r: Result{Config: s.config, Model: s.model, copied: s.copied, weights: s.model.weights()}}
	names := s.Columns()
	columns := make([]column, len(s.columns))
	for i, f := range s.config.Fields {
		c := &columns[i]
		*c = column{name: f.Column, kind: f.Kind, swaps: -1, shares: s.columns[i].shares, filled: s.columns[i].filled, levels: s.model.Fields[i].Levels, often: []uint32{0}}
		c.filledBits = math.Log2(max(c.filled, 1))
		if c.shares == i {
			c.space = field.Open(f.Kind, s.columns[i].words)
		} else {
			c.space = columns[c.shares].space
		}
		if f.Swaps != "" {
			c.swaps = slices.IndexFunc(s.config.Fields, func(g Field) bool { return g.Column == f.Swaps })
		}
		var from []int
		for _, name := range append([]string{f.Column}, f.With...) {
			from = append(from, slices.Index(names, name))
		}
		p.from = append(p.from, from)
	}
	p.r.columns = columns
	p.c = growing(columns)
	return p
}

// Len is the number of records.
func (p *Pool) Len() int { return int(p.n) }

// Add takes in a record, its values in the order of [Saved.Columns], and gives its number. Missing values at the end are
// empty ones.
func (p *Pool) Add(values []string) uint32 {
	for f := range p.r.columns {
		c := &p.r.columns[f]
		c.cells = append(c.cells, c.space.Grow(p.value(f, values)))
	}
	for f := range p.r.columns {
		p.common(f)
	}
	p.n++
	return p.n - 1
}

// value is what a record says in a field.
func (p *Pool) value(f int, values []string) string {
	parts := make([]string, len(p.from[f]))
	for k, at := range p.from[f] {
		if at < len(values) {
			parts[k] = values[at]
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return written(p.r.columns[f].kind, parts)
}

// common looks up how common the newest forms of a field are. What was in no record is as rare as what was in one.
func (p *Pool) common(f int) {
	c, known := &p.r.columns[f], &p.saved.columns[f]
	for form := len(c.often); form <= c.space.Forms; form++ {
		c.often = append(c.often, max(known.often[field.Mark(c.space.Form(uint32(form)))], 1))
	}
}

// Drop forgets the record that was added last.
func (p *Pool) Drop() {
	p.n--
	for f := range p.r.columns {
		c := &p.r.columns[f]
		c.cells = c.cells[:p.n]
	}
}

// Forms is how many distinct values the pool has seen of each field; [Pool.Shrink] goes back to it.
func (p *Pool) Forms() []int {
	forms := make([]int, len(p.r.columns))
	for f := range forms {
		forms[f] = p.r.columns[f].space.Forms
	}
	return forms
}

// Shrink forgets the values that were seen since Forms said how many there were. No record that is left may have one.
func (p *Pool) Shrink(forms []int) {
	for f := range p.r.columns {
		c := &p.r.columns[f]
		if len(c.often) <= forms[f]+1 {
			continue
		}
		c.often = c.often[:forms[f]+1]
		c.space.Shrink(forms[f])
		for i := range p.c.cache {
			if p.r.columns[i].shares == c.shares {
				clear(p.c.cache[i]) // the numbers of forgotten values will be given again
			}
		}
	}
}

// Same tells that two records say exactly the same, and that such records are compared once for all of them.
func (p *Pool) Same(a, b uint32) bool {
	return !p.saved.config.OneToOne && equal(p.r.columns, a, b)
}

// Mark is a number that records which say exactly the same have in common, and hardly any others.
func (p *Pool) Mark(record uint32) uint64 {
	h := uint64(0)
	for f := range p.r.columns {
		h = stir(h ^ uint64(p.r.columns[f].cells[record]))
	}
	return h
}

// Compare weighs two records, as [Result.Compare] does those of a run.
func (p *Pool) Compare(a, b uint32) Link {
	l := Link{A: min(a, b), B: max(a, b)}
	var bits float64
	if p.Same(a, b) {
		l.levels, bits = p.r.itself(a), p.r.alike(a)
	} else {
		l.levels = p.c.pair(l.A, l.B)
		bits = p.r.weights.score(l.levels) + p.r.rarity(l.levels, l.A, l.B)
	}
	l.Bits, l.Probability = float32(bits), float32(Probability(bits))
	return l
}

// Explain takes a link of Compare apart, as [Result.Explain] does.
func (p *Pool) Explain(l Link) []Evidence { return p.r.explain(l, l.A, l.B, p.Same(l.A, l.B)) }

// Alike is the evidence that a record which said exactly the same as this one would be the same: below the threshold, the
// record says too little to be linked to anything.
func (p *Pool) Alike(record uint32) float64 { return p.r.alike(record) }

// Least is the evidence from which two records are linked.
func (s *Saved) Least() float32 { return float32(threshold(s.config.Threshold)) }

// AppendKeys adds the keys by which others are found that may be the same as a record. Records that are alike share one.
func (p *Pool) AppendKeys(list []uint64, record uint32) []uint64 {
	for at, rule := range p.saved.rules {
		from := len(list)
		list = append(list, stir(uint64(at)))
		for _, k := range rule.Keys {
			c := &p.r.columns[k.Field]
			p.keys = p.keys[:0]
			if form := c.cells[record]; form != 0 {
				p.keys = c.space.AppendKeys(p.keys, k.Sort, form)
			}
			p.partial = append(p.partial[:0], list[from:]...)
			list = list[:from]
			for _, own := range p.keys {
				for _, so := range p.partial {
					list = append(list, stir(so^own))
				}
			}
		}
	}
	return list
}

// Near is the evidence from which two records are worth a look although they are not linked.
func (s *Saved) Near() float32 { return nearBits }

// One tells that the model is of two files of which neither names anybody twice: of several that a record may be the same
// as, it is one at most.
func (s *Saved) One() bool { return s.model.Most > 0 }

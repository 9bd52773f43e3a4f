// Package block finds the pairs of records that are worth comparing: a table of a million records has 500 thousand
// million pairs, of which a few million can be matches at all.
//
// Records that share a key stand in one block, and only pairs within a block are compared. A rule says which keys: the
// same email; the same sound of the surname together with the same year and month of birth. [Plan] chooses rules for a
// table, [Build] makes the blocks and leaves out the largest until the number of pairs fits, and [Index.Pairs] gives every
// pair once, however many blocks it shares. All of it is deterministic.
package block

import (
	"math/bits"
	"slices"
	"strings"
)

// Source is one way in which one field buckets records.
type Source struct {
	// Field is the number of the field, and Name says what values with the same key have in common.
	Field int
	Name  string
	// Agrees is the share of true matches, among those with a value on both sides, that are expected to share the key.
	Agrees float64
	// Several tells that a value has several keys.
	Several bool
	// One tells that every form has just one key: where it stands is known without looking it up.
	One bool
	// Asked tells that it is no matter for the plan: it makes a rule by itself because somebody asked for it.
	Asked bool
	// Cells is each record's form, 0 for none.
	Cells []uint32
	// First and Keys are the keys by form: those of form f are Keys[First[f]:First[f+1]].
	First []uint32
	Keys  []uint64

	filled float64 // share of records that have a key
	chance float64 // that two records with a key share it
}

// Rule is the sources whose keys must all agree.
type Rule struct {
	Sources []int
	// Found is the share of simulated matches that this rule adds to those before it.
	Found float64
	// Blocks and Pairs are what it has, Left the blocks that were too large to be used; set by Build.
	Blocks, Left int
	Pairs        int64
}

// Limits bounds the work.
type Limits struct {
	// Pairs is the greatest number of pairs, counted block by block.
	Pairs int64
	// Asked is the greatest number of pairs of each rule that was asked for, beside those.
	Asked int64
	// Every is the number of pairs up to which a table has no blocks: every pair is compared, and none is missed.
	Every int64
	// Rules is the greatest number of rules.
	Rules int
	// Workers is the number of goroutines, 1 where it is 0. It changes nothing in the rules.
	Workers int
	// Size is for how many records of one file rules are planned, where there will be more than those they are chosen by.
	Size int
}

const (
	// simulated is the number of made-up matches by which rules are chosen.
	simulated = 4096
	// longestRule is the greatest number of sources in a rule.
	longestRule = 3
	// again is what it is worth to find a match a second time: the expectations of Agrees are guesses, and what is found in
	// two ways is found though one of them be wrong.
	again = 0.35
	// leastGain is the share of matches below which a further rule is not worth its pairs.
	leastGain = 0.0015
	// cheap is the number of pairs up to which a rule may have as many as it likes; beyond that it must gain leastGain for each
	// pair a record, and beyond a quarter of it worthPairs for each of those up to one.
	cheap      = 1 << 20
	worthPairs = 0.04
)

// Plan chooses rules for n records, second being the first record of the second file or 0. It makes up matches whose
// fields agree as often as the sources expect and are filled as they are in the data, and takes, one after the other, the
// rule that finds the most of what is not yet found for its pairs. Rules that were asked for stand behind those.
func Plan(sources []Source, n, second int, limits Limits) []Rule {
	all := float64(n) * float64(n-1) / 2
	if second > 0 {
		all = float64(second) * float64(n-second)
	}
	size := float64(max(n, limits.Size))
	if limits.Size > n {
		all = size * (size - 1) / 2
	}
	if n < 2 || all == 0 {
		return nil
	}
	if all <= float64(limits.Every) {
		return []Rule{{Found: 1}}
	}
	seen := newSample(n, second)
	atDesk(len(sources), max(limits.Workers, 1), func(d *desk, i int) { sources[i].measure(d, n, seen) })
	most := float64(limits.Pairs) / 2 // of one rule alone
	found := simulate(sources)
	var choices []choice
	var grow func(c choice, from int)
	grow = func(c choice, from int) {
		for i := from; i < len(sources); i++ {
			s := &sources[i]
			if slices.ContainsFunc(c.sources, func(j int) bool { return sources[j].Field == s.Field }) || s.filled == 0 || s.Asked {
				continue
			}
			next := choice{sources: append(slices.Clone(c.sources), i), chance: c.chance * s.chance * s.filled * s.filled, found: both(c.found, found[i])}
			switch {
			case next.chance*all <= most || s.Several && len(next.sources) == 1:
				choices = append(choices, next)
				if s.Several && len(next.sources) == 1 && next.chance*all > most/10 && longestRule > 1 {
					grow(next, i+1)
				}
			case len(next.sources) < longestRule:
				grow(next, i+1)
			}
		}
	}
	grow(choice{chance: 1}, 0)
	return asked(choose(choices, sources, seen, all, size, limits), sources, found)
}

// choice is a rule that might be taken.
type choice struct {
	sources []int
	chance  float64 // that two records share its key: as if its fields had nothing to do with each other, or counted
	found   []uint64
	counted bool
}

func choose(choices []choice, sources []Source, seen *sample, all, n float64, limits Limits) []Rule {
	var rules []Rule
	var d desk
	once, twice := make([]uint64, simulated/64), make([]uint64, simulated/64)
	for len(rules) < limits.Rules && len(choices) > 0 {
		best, bestWorth, bestGain := -1, 0.0, 0.0
		for i := range choices {
			gain := choices[i].gain(once, twice) / simulated
			worth := gain / (1 + choices[i].chance*all/n)
			if worth > bestWorth {
				best, bestWorth, bestGain = i, worth, gain
			}
		}
		if best < 0 || bestGain < leastGain {
			break
		}
		c := choices[best]
		if len(c.sources) > 1 && !c.counted { // a postcode tells the town: that both are shared is far from rare
			choices[best].chance, choices[best].counted = max(c.chance, seen.chance(&d, sources, c.sources)), true
			continue
		}
		if pairs := c.chance * all; pairs > cheap && bestGain < leastGain*pairs/n || pairs > cheap/4 && bestGain < worthPairs*min(pairs/n, 1) {
			choices = slices.Delete(choices, best, best+1)
			continue
		}
		rules = append(rules, Rule{Sources: c.sources, Found: bestGain})
		take(once, twice, c.found)
		choices = slices.Delete(choices, best, best+1)
	}
	return rules
}

// take marks matches as found, a first or a second time.
func take(once, twice, found []uint64) {
	for w, f := range found {
		twice[w] |= once[w] & f
		once[w] |= f
	}
}

func (c choice) gain(once, twice []uint64) float64 {
	fresh, second := 0, 0
	for w, f := range c.found {
		fresh += bits.OnesCount64(f &^ once[w])
		second += bits.OnesCount64(f & once[w] &^ twice[w])
	}
	return float64(fresh) + again*float64(second)
}

// measure finds how many records have a key, and how often two of them share it.
func (s *Source) measure(d *desk, n int, seen *sample) {
	filled, sampled := 0, 0.0
	for _, form := range s.Cells {
		if len(s.of(form)) > 0 {
			filled++
		}
	}
	for _, record := range seen.records {
		if form := s.Cells[record]; len(s.of(form)) > 0 {
			sampled++
		}
	}
	s.filled, s.chance = float64(filled)/float64(n), 0
	if sampled > 1 && !s.Asked {
		s.chance = min(2*seen.together(d, []Source{*s}, []int{0}, 0)/(sampled*(sampled-1)), 1)
	}
}

// simulate makes up matches and tells, by source, in which of them the key is the same. A looser key of a field agrees
// wherever a stricter one does.
func simulate(sources []Source) [][]uint64 {
	found := make([][]uint64, len(sources))
	state := uint64(1)
	fields := 0
	for i := range sources {
		found[i] = make([]uint64, simulated/64)
		fields = max(fields, sources[i].Field+1)
	}
	for m := range simulated {
		filled, agrees := make([]float64, fields), make([]float64, fields)
		for f := range fields {
			filled[f], agrees[f] = uniform(&state), uniform(&state)
		}
		for i := range sources {
			s := &sources[i]
			if filled[s.Field] < s.filled*s.filled && agrees[s.Field] < s.Agrees {
				found[i][m/64] |= 1 << (m % 64)
			}
		}
	}
	return found
}

// uniform is the next number of a fixed sequence in [0, 1).
func uniform(state *uint64) float64 {
	*state += 0x9E3779B97F4A7C15
	z := *state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return float64((z^z>>31)>>11) / (1 << 53)
}

func both(a, b []uint64) []uint64 {
	if a == nil {
		return b
	}
	c := make([]uint64, len(a))
	for i := range a {
		c[i] = a[i] & b[i]
	}
	return c
}

// Words says in words what two records of one block have in common. names are the fields' names.
func (r Rule) Words(sources []Source, names []string) string {
	if len(r.Sources) == 0 {
		return "every pair"
	}
	parts := make([]string, len(r.Sources))
	for i, s := range r.Sources {
		parts[i] = names[sources[s].Field] + ": " + sources[s].Name
	}
	return strings.Join(parts, " and ")
}

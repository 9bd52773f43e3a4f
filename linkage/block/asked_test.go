package block_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/linkage/block"
	"probity/linkage/similar"
)

// texted is the rules' blocks for records each of which has a text of its own, found by runs of letters alone.
func texted(texts []string, letters int, limits block.Limits) *block.Index {
	cells := make([]uint32, len(texts))
	for r := range cells {
		cells[r] = uint32(r + 1)
	}
	grams := block.Grams(0, cells, len(texts), func(form uint32) string { return texts[form-1] }, letters)
	return block.Build([]block.Source{grams}, []block.Rule{{Sources: []int{0}}}, len(texts), 0, limits, 2)
}

// slipped is a word with one slip: a letter changed, left out, put in, or having changed places with the next.
func slipped(t *rapid.T, word string) string {
	at := rapid.IntRange(0, len(word)-2).Draw(t, "at")
	letter := string(rapid.RuneFrom([]rune("abcdefghijklmnopqrstuvwxyz")).Draw(t, "letter"))
	switch rapid.IntRange(0, 3).Draw(t, "slip") {
	case 0:
		return word[:at] + letter + word[at+1:]
	case 1:
		return word[:at] + word[at+1:]
	case 2:
		return word[:at] + letter + word[at:]
	}
	return word[:at] + word[at+1:at+2] + word[at:at+1] + word[at+2:]
}

// TestGramsFindAnySlip: wherever one slip is in a word of eight letters, the first among them, the two words stand in a block
// together, whoever else is there; and nobody does who has not two runs of letters in common.
func TestGramsFindAnySlip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.IntRange(2, 3).Draw(t, "letters")
		word := string(rapid.Permutation([]rune("kmortuve")).Draw(t, "word"))
		texts := []string{word, slipped(t, word)}
		for range rapid.IntRange(0, 30).Draw(t, "others") {
			texts = append(texts, rapid.StringOfN(rapid.RuneFrom([]rune("kmortuve ")), 0, 12, -1).Draw(t, "other"))
		}
		index := texted(texts, letters, block.Limits{Asked: 1 << 30})
		if !index.Together(0, 1) {
			t.Errorf("%q and %q share no block", texts[0], texts[1])
		}
		runs := func(text string) (all []uint64) {
			for _, word := range strings.Fields(text) {
				all = append(all, similar.Grams(" "+word+" ", letters)...)
			}
			slices.Sort(all)
			return slices.Compact(all)
		}
		for i := range texts {
			for j := range i {
				theirs, shared := runs(texts[j]), 0
				for _, run := range runs(texts[i]) {
					if slices.Contains(theirs, run) {
						shared++
					}
				}
				if shared < 2 && index.Together(uint32(j), uint32(i)) {
					t.Errorf("%q and %q share a block, and %d runs of %d letters", texts[j], texts[i], shared, letters)
				}
			}
		}
	})
}

// TestWindowFindsNeighbours: everybody stands in a block with those that are at most so many places apart when sorted, with
// nobody that is twice as far, and who has no value with nobody at all.
func TestWindowFindsNeighbours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Uint32Range(0, 30), 2, 60).Draw(t, "values")
		reach := rapid.IntRange(1, 10).Draw(t, "reach")
		window := block.Window(0, "near", values, func(a, b uint32) int { return cmp.Compare(values[a], values[b]) }, reach)
		index := block.Build([]block.Source{window}, []block.Rule{{Sources: []int{0}}}, len(values), 0, block.Limits{Asked: 1 << 30}, 2)
		var sorted []int
		for r, value := range values {
			if value != 0 {
				sorted = append(sorted, r)
			}
		}
		slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
		for i := range values {
			for j := range i {
				apart := slices.Index(sorted, i) - slices.Index(sorted, j)
				apart = max(apart, -apart)
				got := index.Together(uint32(j), uint32(i))
				if values[i] == 0 || values[j] == 0 {
					if got {
						t.Errorf("%d and %d share a block without a value", j, i)
					}
					continue
				}
				if apart <= reach && !got || apart >= 2*reach && got {
					t.Errorf("records %d places apart share a block: %v, with a reach of %d", apart, got, reach)
				}
			}
		}
		if most := int64(len(values) * (2*reach - 1)); index.Rules[0].Pairs > most {
			t.Errorf("%d pairs are more than %d", index.Rules[0].Pairs, most)
		}
	})
}

// TestAskedLimit: ten thousand values that are nearly alike have no more pairs than each rule that was asked for may have, and the
// rules of the plan keep what they have without them.
func TestAskedLimit(t *testing.T) {
	t.Parallel()
	const n, most = 10_000, 50_000
	texts, cells, same := make([]string, n), make([]uint32, n), make([]uint32, n)
	var keys [][]uint64
	for r := range texts {
		texts[r], cells[r], same[r] = fmt.Sprintf("general trading company number %d", r), uint32(r+1), uint32(r/2+1)
		keys = append(keys, []uint64{uint64(r+1) * 0x9E3779B97F4A7C15})
	}
	text := func(form uint32) string { return texts[form-1] }
	sources := []block.Source{
		source(0, same, keys[:n/2]), block.Grams(1, cells, n, text, 2), block.Grams(1, cells, n, text, 3),
		block.Window(1, "near", cells, func(a, b uint32) int { return strings.Compare(texts[a], texts[b]) }, 2),
	}
	limits := block.Limits{Pairs: n * 2, Rules: 5, Asked: most}
	rules := block.Plan(sources, n, 0, limits)
	if len(rules) != 4 {
		t.Fatalf("rules %v, want that of the plan and the three that were asked for", rules)
	}
	index := block.Build(sources, rules, n, 0, limits, 2)
	if alone := block.Build(sources, rules[:1], n, 0, limits, 2).Rules[0]; alone.Pairs == 0 || index.Rules[0].Pairs != alone.Pairs {
		t.Errorf("the rule of the plan has %d pairs beside those that were asked for, and %d alone", index.Rules[0].Pairs, alone.Pairs)
	}
	for _, rule := range index.Rules[1:] {
		if rule.Pairs > most || rule.Pairs == 0 {
			t.Errorf("%s: %d pairs, and at most %d were asked for", rule.Words(sources, []string{"code", "name"}), rule.Pairs, most)
		}
		if rule.Found < 0 || rule.Found > 1 {
			t.Errorf("%s is expected to add %v of the matches", rule.Words(sources, []string{"code", "name"}), rule.Found)
		}
	}
	if index.Rules[1].Left == 0 {
		t.Error("of runs of letters that all have no block was left out")
	}
}

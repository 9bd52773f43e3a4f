package block_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/linkage/block"
)

// source makes a source in which every record's form is its cell, and each form has the keys given.
func source(field int, cells []uint32, keys [][]uint64) block.Source {
	s := block.Source{Field: field, Name: "the same", Agrees: 0.9, Cells: cells, First: []uint32{0, 0}}
	for _, of := range keys {
		s.Keys = append(s.Keys, of...)
		s.First = append(s.First, uint32(len(s.Keys)))
	}
	return s
}

func anySource(t *rapid.T, field, n int) block.Source {
	forms := rapid.IntRange(1, 6).Draw(t, "forms")
	keys := make([][]uint64, forms)
	for f := range keys {
		for range rapid.IntRange(0, 3).Draw(t, "keys") {
			keys[f] = append(keys[f], uint64(rapid.IntRange(1, 5).Draw(t, "key"))*0x9E3779B97F4A7C15)
		}
	}
	cells := make([]uint32, n)
	for r := range cells {
		cells[r] = uint32(rapid.IntRange(0, forms).Draw(t, "cell"))
	}
	return source(field, cells, keys)
}

// together tells whether two records share a key of each source of a rule.
func together(sources []block.Source, rule block.Rule, i, j int) bool {
	for _, k := range rule.Sources {
		s := &sources[k]
		mine, theirs := s.Keys[s.First[s.Cells[i]]:s.First[s.Cells[i]+1]], s.Keys[s.First[s.Cells[j]]:s.First[s.Cells[j]+1]]
		if !slices.ContainsFunc(mine, func(x uint64) bool { return slices.Contains(theirs, x) }) {
			return false
		}
	}
	return true
}

// TestEveryPairOnce: with room for all, the pairs are those that share a key by some rule, each once however many blocks it
// shares, and of two files only those across them.
func TestEveryPairOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		second := rapid.SampledFrom([]int{0, n / 2}).Draw(t, "second")
		sources := []block.Source{anySource(t, 0, n), anySource(t, 1, n)}
		rules := []block.Rule{{Sources: []int{0}}, {Sources: []int{1}}, {Sources: []int{0, 1}}}[:rapid.IntRange(1, 3).Draw(t, "rules")]
		index := block.Build(sources, rules, n, second, block.Limits{Pairs: 1 << 20, Rules: 3}, 2)
		seen := map[[2]uint32]int{}
		for _, chunk := range index.Chunks(7) {
			index.Pairs(chunk[0], chunk[1], func(i, j uint32) { seen[[2]uint32{i, j}]++ })
		}
		for i := range n {
			for j := i + 1; j < n; j++ {
				want := 0
				if second == 0 || i < second && j >= second {
					for _, rule := range rules {
						if together(sources, rule, i, j) {
							want = 1
						}
					}
				}
				if got := index.Together(uint32(i), uint32(j)); got != (want == 1) && (second == 0 || i < second && j >= second) {
					t.Errorf("%d and %d stand together: %v, want %d", i, j, got, want)
				}
				if got := seen[[2]uint32{uint32(i), uint32(j)}]; got != want {
					t.Errorf("%d and %d come %d times, want %d", i, j, got, want)
				}
			}
		}
	})
}

// TestTheLimitHolds: the blocks that are kept have no more pairs than the limit, the largest are those left out, and how
// many is told.
func TestTheLimitHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		sources := []block.Source{anySource(t, 0, n), anySource(t, 1, n)}
		rules := []block.Rule{{Sources: []int{0}}, {Sources: []int{1}}}
		free := block.Build(sources, rules, n, 0, block.Limits{Pairs: 1 << 30, Rules: 3}, 1)
		most := int64(rapid.IntRange(0, 200).Draw(t, "most"))
		index := block.Build(sources, rules, n, 0, block.Limits{Pairs: most, Rules: 3}, 1)
		sum := int64(0)
		for r, rule := range index.Rules {
			sum += rule.Pairs
			if rule.Blocks+rule.Left != free.Rules[r].Blocks {
				t.Errorf("rule %d: %d blocks kept and %d left out of %d", r, rule.Blocks, rule.Left, free.Rules[r].Blocks)
			}
		}
		if sum > most {
			t.Errorf("%d pairs, and at most %d were asked for", sum, most)
		}
	})
}

// TestPlan: a rule that tells apart is taken before one that puts everybody together, a small table asked for every pair has
// one rule for all of them, and nothing is planned for one record.
func TestPlan(t *testing.T) {
	t.Parallel()
	const n = 2000
	own, all := make([]uint32, n), make([]uint32, n)
	var ownKeys [][]uint64
	for r := range own {
		own[r], all[r] = uint32(r/2)+1, 1
		if r%2 == 0 {
			ownKeys = append(ownKeys, []uint64{uint64(r+1) * 0x9E3779B97F4A7C15})
		}
	}
	sources := []block.Source{source(0, all, [][]uint64{{99}}), source(1, own, ownKeys)}
	rules := block.Plan(sources, n, 0, block.Limits{Pairs: 10_000, Rules: 5})
	if len(rules) == 0 || !slices.Equal(rules[0].Sources, []int{1}) {
		t.Fatalf("rules %v, want the field that tells apart first", rules)
	}
	if words := rules[0].Words(sources, []string{"town", "email"}); words != "email: the same" {
		t.Errorf("the rule is called %q", words)
	}
	index := block.Build(sources, rules, n, 0, block.Limits{Pairs: 10_000, Rules: 5}, 1)
	found := 0
	for _, chunk := range index.Chunks(100) {
		index.Pairs(chunk[0], chunk[1], func(uint32, uint32) { found++ })
	}
	if found != n/2 {
		t.Errorf("%d pairs, want %d", found, n/2)
	}
	every := block.Plan(sources, 50, 20, block.Limits{Pairs: 10, Rules: 5, Every: 600})
	if len(every) != 1 || len(every[0].Sources) != 0 || every[0].Words(sources, nil) != "every pair" {
		t.Errorf("a table of 600 pairs, all of which may be compared, has rules %v", every)
	}
	if rules := block.Plan(sources, 1, 0, block.Limits{Pairs: 10, Rules: 5}); rules != nil {
		t.Errorf("one record has rules %v", rules)
	}
}

// TestPlanCounts: that two fields which tell the same are both shared is as frequent as that one of them is, and a rule of the
// two is dearer than it would be if they had nothing to do with each other.
func TestPlanCounts(t *testing.T) {
	t.Parallel()
	const n, towns = 20_000, 40
	var keys [][]uint64
	for k := range towns {
		keys = append(keys, []uint64{uint64(k+1) * 0x9E3779B97F4A7C15})
	}
	town, district := make([]uint32, n), make([]uint32, n)
	for r := range town {
		town[r], district[r] = uint32(r%towns)+1, uint32(r/towns%towns)+1
	}
	own, ownKeys := make([]uint32, n), [][]uint64{}
	for r := range own {
		own[r] = uint32(r) + 1
		ownKeys = append(ownKeys, []uint64{uint64(r+1) * 0x9E3779B97F4A7C15})
	}
	both := func(other []uint32) bool {
		sources := []block.Source{source(0, town, keys), source(1, other, keys), source(2, own, ownKeys)}
		rules := block.Plan(sources, n, 0, block.Limits{Pairs: 20 * n, Rules: 5})
		return slices.ContainsFunc(rules, func(r block.Rule) bool { return slices.Equal(r.Sources, []int{0, 1}) })
	}
	if !both(district) {
		t.Error("two fields that have nothing to do with each other are no rule together, and have few pairs")
	}
	if both(town) {
		t.Error("two fields that tell the same are a rule together, and its blocks have hundreds of pairs a record")
	}
}

// TestSharing: everybody with a key in common is found once, and nobody by a key that too many have.
func TestSharing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		sources := []block.Source{anySource(t, 0, n), anySource(t, 1, n)}
		records := []uint32{0, uint32(n / 2)}
		most := rapid.IntRange(1, n).Draw(t, "most")
		have := func(k int, key uint64) (holders int) {
			for _, form := range sources[k].Cells {
				s := &sources[k]
				holders += strings.Count(fmt.Sprint(s.Keys[s.First[form]:s.First[form+1]]), fmt.Sprint(key))
			}
			return holders
		}
		if kept, _ := block.Sharing(sources, records, n, 1, 0, 2); len(kept) == 0 || len(kept) > 2 || kept[0] != 0 {
			t.Errorf("for few pairs there remain %v of %v", kept, records)
		}
		kept, others := block.Sharing(sources, records, most, 1<<20, 0, 2)
		if !slices.Equal(kept, records) {
			t.Fatalf("of %v there remain %v", records, kept)
		}
		for i, found := range others {
			for j := range n {
				shared := false
				for k := range sources {
					s := &sources[k]
					for _, key := range s.Keys[s.First[s.Cells[records[i]]]:s.First[s.Cells[records[i]]+1]] {
						if slices.Contains(s.Keys[s.First[s.Cells[j]]:s.First[s.Cells[j]+1]], key) && have(k, key) <= most {
							shared = true
						}
					}
				}
				if got := slices.Contains(found, uint32(j)); got != shared {
					t.Errorf("record %d is among those that share a key with %d: %v, want %v", j, records[i], got, shared)
				}
			}
		}
	})
}

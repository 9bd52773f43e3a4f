package scorecard_test

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/scorecard"
	"probity/scorecard/population"
)

// TestPopulation rates random populations under random models three ways: each subject online, as a batch of one with
// its explanation; everybody by the whole-population path, under two models in one pass, by several workers; and by the
// reference interpreter. All must agree in every value, attribute, point, band, gate, adjustment and reason.
func TestPopulation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var plans []*scorecard.Plan
		var sources []string
		for range rapid.IntRange(1, 2).Draw(t, "models") {
			p, source := randomPlan(t)
			plans, sources = append(plans, p), append(sources, source)
		}
		layout, err := scorecard.Merge(plans...)
		if err != nil {
			t.Fatal(err)
		}
		at := scorecard.At{AsOf: asOf, Seen: asOf + calendar.Day(rapid.IntRange(-3, 30).Draw(t, "seen"))}
		var files [][]refRecord
		for range rapid.IntRange(1, 5).Draw(t, "files") {
			files = append(files, randomRecords(t, schema(), 20))
		}
		who := rapid.SliceOfN(rapid.IntRange(0, len(files)-1), 1, 300).Draw(t, "who")
		times := rapid.Bool().Draw(t, "times")
		online := make([][]string, len(plans))
		for m, p := range plans {
			for i, file := range files {
				b := scorecard.NewBuilder(layout)
				addTo(b, layout, file)
				e, err := p.NewEvaluatorFor(layout)
				if err != nil {
					t.Fatal(err)
				}
				online[m] = append(online[m], full(e.Evaluate(b.Facts(), at), 0))
				if !times {
					online[m][i] = withoutTimes(t, p, layout, file, at)
				}
				want := refRate(sources[m], schema(), file, at)
				if d := compareToReference(&want, e.Explain(0)); d != "" {
					t.Fatalf("file %d: %s\n%s", i, d, sources[m])
				}
			}
		}
		all := scorecard.NewBuilder(layout)
		for _, file := range who {
			addTo(all, layout, files[file])
		}
		run := population.Run{
			Facts: all.Facts(), Plans: plans, At: at, Times: times, Block: rapid.IntRange(1, 100).Draw(t, "block"),
			Workers: rapid.IntRange(1, 3).Draw(t, "workers"), Ordered: rapid.Bool().Draw(t, "ordered"),
		}
		got := make([][]string, len(plans))
		for m := range got {
			got[m] = make([]string, len(who))
		}
		var mu sync.Mutex
		if err := run.Rate(t.Context(), func(b population.Block) error {
			mu.Lock()
			defer mu.Unlock()
			for m, r := range b.Results {
				for i := range r.Len() {
					got[m][b.First+i] = full(r, i)
					lost := [scorecard.MaxReasons]int16{-1, -1, -1, -1}
					copy(lost[:], r.Reasons(i))
					if r.Scores()[i] != r.Score(i) || int(r.Bands()[i]) != r.Band(i) || r.Losses()[i] != lost {
						return fmt.Errorf("subject %d has another rating in the columns", i)
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for m := range plans {
			for s, file := range who {
				if want := online[m][file]; got[m][s] != want {
					t.Fatalf("subject %d alone: %s\nin the population: %s\n%s", s, want, got[m][s], sources[m])
				}
			}
		}
	})
}

// TestPopulationPlainly rates populations once more in the plain loops alone, as on a processor that has no instructions
// for many records at a time.
func TestPopulationPlainly(t *testing.T) {
	t.Parallel()
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPopulation$", "-rapid.checks=30")
	again.Env = append(os.Environ(), "GODEBUG=cpu.avx2=off")
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// withoutTimes rates one subject without the days on which its rating changes.
func withoutTimes(t *rapid.T, p *scorecard.Plan, l *scorecard.Layout, file []refRecord, at scorecard.At) string {
	b := scorecard.NewBuilder(l)
	addTo(b, l, file)
	e, err := p.NewEvaluatorFor(l)
	if err != nil {
		t.Fatal(err)
	}
	e.SkipTimes = true
	return full(e.Evaluate(b.Facts(), at), 0)
}

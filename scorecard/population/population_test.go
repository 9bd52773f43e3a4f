package population_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/scorecard"
	"probity/scorecard/population"
)

const model = `
model: fines
version: 1
title: {en: Fines}
kinds: [enterprise]
contexts: [commerce]
source: {title: designed here, date: 2026-11-23}
base: 100
bands: [{name: A, from: 90}, {name: B}]
reasons: {R: {en: fined}}
characteristics:
  - name: fines
    title: {en: Fines}
    datasets: [samr.penalty]
    window: {last: P2Y}
    aggregate: {sum: fine}
    direction: falling
    reason: R
    points_per: {each: -1, every: 10, over: 0, floor: -50}
`

var today = calendar.MustParse("2026-11-23")

// facts are those of subjects of which number i was fined i today.
func facts(t *testing.T, subjects int) (*scorecard.Plan, *scorecard.Facts) {
	t.Helper()
	m, err := scorecard.Parse("fines.yaml", []byte(model))
	if err != nil {
		t.Fatal(err)
	}
	p, err := scorecard.Compile(m, scorecard.Schema{Datasets: []scorecard.Dataset{{
		Code: "samr.penalty", Family: "penalty", Context: "commerce", Kinds: []string{scorecard.Enterprise}, Adverse: true,
		Fields: []scorecard.Field{{Name: "fine", Type: scorecard.Amount}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	b := scorecard.NewBuilder(p.Layout())
	for i := range subjects {
		b.Subject()
		b.Add(0, scorecard.Record{
			ID: int64(i), Occurred: today, ValidFrom: calendar.None, ValidTo: calendar.None, Lapse: calendar.None,
		}, int64(i))
	}
	return p, b.Facts()
}

func run(p *scorecard.Plan, f *scorecard.Facts) *population.Run {
	return &population.Run{
		Facts: f, Plans: []*scorecard.Plan{p, p}, At: scorecard.At{AsOf: today, Seen: today}, Block: 7, Workers: 3,
	}
}

// TestRate demands every subject's own score under each plan, once, whatever the blocks, workers and bounds.
func TestRate(t *testing.T) {
	t.Parallel()
	p, f := facts(t, 100)
	for _, c := range []struct {
		name                     string
		from, to, block, workers int
		ordered                  bool
	}{
		{"everybody", 0, 0, 7, 3, false},
		{"everybody in order", 0, 0, 7, 3, true},
		{"a part", 13, 70, 10, 2, true},
		{"nobody", 40, 40, 10, 2, true},
		{"one block", 0, 0, 0, 8, false},
		{"one worker", 0, 0, 1, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := run(p, f)
			r.From, r.To, r.Block, r.Workers, r.Ordered = c.from, c.to, c.block, c.workers, c.ordered
			var told []int
			r.Progress = func(done, of int) { told = append(told, done, of) }
			var mu sync.Mutex
			var order, seen []int
			err := r.Rate(t.Context(), func(b population.Block) error {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, b.Number)
				for i := range b.Results[0].Len() {
					want := 100 - int64(min(50, (b.First+i)/10))
					if got := [2]int64{b.Results[0].Score(i), b.Results[1].Score(i)}; got != [2]int64{want, want} {
						t.Errorf("subject %d has scores %d, wanted %d", b.First+i, got, want)
					}
					seen = append(seen, b.First+i)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			to := c.to
			if c.from == 0 && c.to == 0 {
				to = 100
			}
			if c.ordered && !slices.IsSorted(order) {
				t.Errorf("the blocks came in the order %d", order)
			}
			slices.Sort(seen)
			var want []int
			for i := c.from; i < to; i++ {
				want = append(want, i)
			}
			if d := cmp.Diff(want, seen); d != "" {
				t.Errorf("subjects (-want +got):\n%s", d)
			}
			if n := len(told); to > c.from && (told[n-2] != to-c.from || told[n-1] != to-c.from) {
				t.Errorf("the last progress was %d of %d", told[n-2], told[n-1])
			}
		})
	}
}

// TestEnds demands that the sink's first error and the end of the context end the run, with workers waiting for their
// turn or not, and that no block comes after it in order.
func TestEnds(t *testing.T) {
	t.Parallel()
	p, f := facts(t, 500)
	full := errors.New("the disk is full")
	for _, ordered := range []bool{false, true} {
		r := run(p, f)
		r.Ordered = ordered
		blocks := 0
		var mu sync.Mutex
		count := func() int {
			mu.Lock()
			defer mu.Unlock()
			blocks++
			return blocks
		}
		err := r.Rate(t.Context(), func(population.Block) error {
			if count() == 5 {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) {
			t.Errorf("ordered %v: the run ended with %v", ordered, err)
		}
		if ordered && blocks != 5 {
			t.Errorf("%d blocks came, the fifth of which failed", blocks)
		}
		ctx, cancel := context.WithCancel(t.Context())
		blocks = 0
		err = r.Rate(ctx, func(population.Block) error {
			if count() == 3 {
				cancel()
				<-ctx.Done()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || blocks == 72 {
			t.Errorf("ordered %v: cancelled, the run ended with %v after %d blocks", ordered, err, blocks)
		}
		if err := r.Rate(ctx, func(population.Block) error { return full }); !errors.Is(err, context.Canceled) {
			t.Errorf("ordered %v: begun after its end, the run ended with %v", ordered, err)
		}
	}
}

// TestRefuses demands that what cannot be rated is said at once.
func TestRefuses(t *testing.T) {
	t.Parallel()
	p, f := facts(t, 10)
	for name, change := range map[string]func(*population.Run){
		"no plan":              func(r *population.Run) { r.Plans = nil },
		"more subjects":        func(r *population.Run) { r.To = 11 },
		"fewer than none":      func(r *population.Run) { r.From, r.To = 5, 4 },
		"facts it cannot read": func(r *population.Run) { r.Facts = scorecard.NewBuilder(emptyLayout(t)).Facts() },
	} {
		r := run(p, f)
		change(r)
		if err := r.Rate(t.Context(), func(population.Block) error { t.Error("a block came"); return nil }); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
}

func emptyLayout(t *testing.T) *scorecard.Layout {
	t.Helper()
	l, err := scorecard.Merge()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

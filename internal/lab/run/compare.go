package run

import (
	"context"

	"probity/internal/lab/life"
	"probity/internal/lab/outcome"
	"probity/internal/lab/policy"
)

// Comparison is what came of two policies for the very same people, month by month with the same luck.
type Comparison struct {
	Before, After Result
	// Pairs counts, for everybody and for each group, who fares better and worse under the second policy.
	Pairs []outcome.Pair
}

// Compare runs two policies on the same people: the policy of the configuration, and another. Draws belong to people and
// months and not to policies, so that what differs is the policy's doing.
func Compare(ctx context.Context, c Config, other *policy.Policy) (*Comparison, error) {
	d := c
	d.Policy = other
	before, err := prepare(&c)
	if err != nil {
		return nil, err
	}
	after, err := prepare(&d)
	if err != nil {
		return nil, err
	}
	r := &Comparison{
		Before: Result{c, c.tallies()}, After: Result{d, d.tallies()},
		Pairs: make([]outcome.Pair, len(outcome.NewTally(c.World.Dimensions(), 1).Groups)),
	}
	err = c.pool(ctx, func() (func(replication, panel int) (int, error), func()) {
		a, b := newWorker(before), newWorker(after)
		pairs := make([]outcome.Pair, len(r.Pairs))
		do := func(replication, panel int) (int, error) {
			if _, err := a.panel(replication, panel); err != nil {
				return 0, err
			}
			n, err := b.panel(replication, panel)
			a.pair(b, pairs)
			return n, err
		}
		return do, func() {
			a.into(&r.Before)
			b.into(&r.After)
			for i := range pairs {
				r.Pairs[i].Add(pairs[i])
			}
		}
	})
	return r, err
}

// pair lays the lives of the same people under two policies side by side.
func (w *worker) pair(other *worker, pairs []outcome.Pair) {
	x, y := w.people.Counts(), other.people.Counts()
	for i := range x {
		v := verdict(&x[i], &y[i])
		pairs[0].Count(v)
		at := 1
		for d := range w.dims {
			pairs[at+int(w.panelOf.Column[d][i])].Count(v)
			at += len(w.dims[d].Values)
		}
	}
}

// verdict is 1 for a person who fares better under the second policy and -1 for one who fares worse: by the index of harm,
// where that is equal by the share of applications for credit that were approved, and then by income.
func verdict(x, y *life.Count) int {
	switch {
	case y.Harm != x.Harm:
		return sign(int64(x.Harm) - int64(y.Harm))
	case int(y.Approved)*int(x.Applied) != int(x.Approved)*int(y.Applied):
		return sign(int64(y.Approved)*int64(x.Applied) - int64(x.Approved)*int64(y.Applied))
	default:
		return sign(y.Income - x.Income)
	}
}

func sign(n int64) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

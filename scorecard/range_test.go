package scorecard_test

import (
	"math/rand/v2"
	"testing"

	"probity/scorecard"
)

// TestRanges rates stretches of a population in any order with one evaluator, which begins to look for records where it
// left off: everybody has the rating that they have when all are rated at once. Some subjects have many more records
// than others, so that the beginnings lie anywhere.
func TestRanges(t *testing.T) {
	t.Parallel()
	p := plan(t, thirty())
	r := rand.New(rand.NewPCG(3, 4))
	b := scorecard.NewBuilder(p.Layout())
	const subjects = 1500
	for i := range subjects {
		records := r.IntN(3)
		if i/100%4 == 1 {
			records = r.IntN(40)
		}
		fillSubject(b, p.Layout(), r, records, asOf)
	}
	at := scorecard.At{AsOf: asOf, Seen: asOf}
	all := p.NewEvaluator().Evaluate(b.Facts(), at)
	e := p.NewEvaluator()
	for range 300 {
		from := r.IntN(subjects)
		to := from + 1 + r.IntN(min(subjects-from, 1<<r.IntN(10)))
		part := e.EvaluateRange(b.Facts(), from, to, at)
		for i := range part.Len() {
			if got, want := full(part, i), full(all, from+i); got != want {
				t.Fatalf("subject %d among those from %d to %d: %s\namong all: %s", from+i, from, to, got, want)
			}
		}
	}
}

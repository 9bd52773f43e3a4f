package chance_test

import (
	"math"
	"testing"

	"probity/internal/lab/chance"
)

// TestDrawsAreEven counts how often chances hit: within five standard deviations of what they say.
func TestDrawsAreEven(t *testing.T) {
	t.Parallel()
	const n = 200_000
	for _, p := range []float64{0, 0.001, 0.26, 0.5, 1} {
		upper, lower, both := 0, 0, 0
		c := chance.Of(p)
		for i := range uint64(n) {
			d := chance.Seed(7).Subject(i/20).Draw(int(i%20), 3)
			if c.Hit(d) {
				upper++
			}
			if c.HitLow(d) {
				lower++
			}
			if c.Hit(d) && c.HitLow(d) {
				both++
			}
		}
		for what, got := range map[string]struct{ n, p float64 }{"upper": {float64(upper), p}, "lower": {float64(lower), p}, "both": {float64(both), p * p}} {
			if tolerance := 5*math.Sqrt(n*got.p*(1-got.p)) + 1; math.Abs(got.n-n*got.p) > tolerance {
				t.Errorf("p %v, %s half: %v hits of %d", p, what, got.n, n)
			}
		}
	}
}

// TestDrawsBelongToTheirSubject: subjects, months, purposes and replications each have draws of their own.
func TestDrawsBelongToTheirSubject(t *testing.T) {
	t.Parallel()
	seen := map[uint64]bool{}
	for r := range 3 {
		for i := range uint64(50) {
			for m := range 20 {
				for s := range chance.Stream(5) {
					seen[chance.Seed(1).Replication(r).Subject(i).Draw(m, s)] = true
				}
			}
		}
	}
	if len(seen) != 3*50*20*5 {
		t.Errorf("%d distinct draws of %d", len(seen), 3*50*20*5)
	}
}

// TestWait holds the mean of the waiting time.
func TestWait(t *testing.T) {
	t.Parallel()
	const n, p = 100_000, 0.1
	sum := 0
	for i := range uint64(n) {
		sum += chance.Wait(chance.Mix(i), p, 1000)
	}
	if mean := float64(sum) / n; math.Abs(mean-(1-p)/p) > 0.2 {
		t.Errorf("mean wait %v, want %v", mean, (1-p)/p)
	}
	if chance.Wait(1, 0, 12) != 12 || chance.Wait(1, 1, 12) != 0 {
		t.Error("never and always")
	}
}

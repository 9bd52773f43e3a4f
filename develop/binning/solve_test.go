package binning_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"probity/develop/binning"
)

// brute tries every partition there is.
func brute(finest []binning.Count, whole binning.Count, r binning.Rules) (best float64) {
	n := len(finest)
	best = math.Inf(-1)
	for mask := range 1 << (n - 1) {
		var parts []binning.Count
		var run binning.Count
		for i, f := range finest {
			run = run.Plus(f)
			if i == n-1 || mask>>i&1 == 1 {
				parts = append(parts, run)
				run = binning.Count{}
			}
		}
		if len(parts) > r.MostBins || !lawful(parts, whole, r) {
			continue
		}
		sum := 0.0
		for _, p := range parts {
			sum += r.Prior.Information(p, whole)
		}
		best = max(best, sum)
	}
	return best
}

func lawful(parts []binning.Count, whole binning.Count, r binning.Rules) bool {
	var up, down []bool
	for i, p := range parts {
		if p.All() < r.LeastCount || p.Good < r.LeastGood || p.Bad < r.LeastBad {
			return false
		}
		if i > 0 {
			a, b := r.Prior.Weight(parts[i-1], whole), r.Prior.Weight(p, whole)
			up, down = append(up, b >= a), append(down, b <= a)
		}
	}
	all := func(steps []bool) bool { return !slices.Contains(steps, false) }
	turned := func(first, second []bool) bool {
		for k := range len(first) + 1 {
			if all(first[:k]) && all(second[k:]) {
				return true
			}
		}
		return false
	}
	switch r.Shape {
	case binning.Rising:
		return all(up)
	case binning.Falling:
		return all(down)
	case binning.Monotone:
		return all(up) || all(down)
	case binning.Peak:
		return turned(up, down)
	case binning.Valley:
		return turned(down, up)
	}
	return turned(up, down) || turned(down, up)
}

// TestNoPartitionIsBetter holds the search against all partitions of small tables.
func TestNoPartitionIsBetter(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 400 {
		finest := make([]binning.Count, 1+random.IntN(9))
		var whole binning.Count
		for i := range finest {
			finest[i] = binning.Count{Good: float64(random.IntN(12)), Bad: float64(random.IntN(9))}
			whole = whole.Plus(finest[i])
		}
		whole = whole.Plus(binning.Count{Good: 3, Bad: 2})
		r := binning.Rules{
			Shape: binning.Shapes[random.IntN(len(binning.Shapes))], MostBins: 1 + random.IntN(5), LeastCount: float64(random.IntN(12)),
			LeastGood: float64(random.IntN(3)), LeastBad: float64(random.IntN(3)), Prior: binning.Prior(random.IntN(3) * 2),
		}
		p, err := binning.Solve(finest, whole, r)
		if err != nil {
			t.Fatal(err)
		}
		want := brute(finest, whole, r)
		if r.Shape == binning.Auto {
			r.Shape = binning.Monotone
			if plain := brute(finest, whole, r); !math.IsInf(plain, -1) && !binning.TurnPays(want, plain) {
				want = plain
			}
			r.Shape = binning.Auto
		}
		if math.IsInf(want, -1) {
			if len(p.Ends) != 1 {
				t.Fatalf("%v %+v: no partition is lawful, and %v was given", finest, r, p)
			}
			continue
		}
		found++
		if math.Abs(p.Value-want) > 1e-9 {
			t.Fatalf("%v %+v: %v, and the best is %v", finest, r, p, want)
		}
		if p.Ends[len(p.Ends)-1] != len(finest) || !slices.IsSorted(p.Ends) {
			t.Fatalf("%v is no partition of %d", p.Ends, len(finest))
		}
	}
	if found < 100 {
		t.Fatalf("only %d tables had a lawful partition", found)
	}
}

func TestWeight(t *testing.T) {
	t.Parallel()
	whole := binning.Count{Good: 80, Bad: 20}
	for _, c := range []struct {
		prior binning.Prior
		part  binning.Count
		want  float64
	}{
		{0, binning.Count{Good: 40, Bad: 5}, math.Log(2)},
		{0, binning.Count{Good: 8, Bad: 2}, 0},
		{0, binning.Count{}, 0},
		{10, binning.Count{}, 0},
		{0, binning.Count{Good: 3.5}, math.Log(4.0 / 80 / (0.5 / 20))},
		{10, binning.Count{Good: 8}, math.Log(16.0 / 80 / (2.0 / 20))},
	} {
		if have := c.prior.Weight(c.part, whole); math.Abs(have-c.want) > 1e-12 {
			t.Errorf("%v of %v: %v, want %v", c.part, whole, have, c.want)
		}
	}
	if v := binning.Prior(0).Information(binning.Count{Good: 40, Bad: 5}, whole); math.Abs(v-0.25*math.Log(2)) > 1e-12 {
		t.Errorf("information %v", v)
	}
}

func TestSolveRefuses(t *testing.T) {
	t.Parallel()
	one := []binning.Count{{Good: 1, Bad: 1}}
	for _, c := range []struct {
		finest []binning.Count
		rules  binning.Rules
	}{{nil, binning.Rules{MostBins: 3}}, {one, binning.Rules{}}, {make([]binning.Count, binning.MaxFinest+1), binning.Rules{MostBins: 3}}} {
		if p, err := binning.Solve(c.finest, binning.Count{Good: 1, Bad: 1}, c.rules); err == nil {
			t.Errorf("%d parts under %+v: %v", len(c.finest), c.rules, p)
		}
	}
}

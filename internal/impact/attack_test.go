package impact_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"probity/internal/impact"
)

// TestNothingFollowsFromWhatIsShown plays the curious reader: from every count of human beings that a report shows, taken
// as linear equations over all combinations of kind, province and pair of bands, it tries to compute each count that is
// hidden because it is small, and fails. Nor does a sum that is shown leave a small remainder.
func TestNothingFollowsFromWhatIsShown(t *testing.T) {
	t.Parallel()
	hidden, hiddenSums := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t, rapid.SampledFrom([]int{1, 80}).Draw(t, "least"), 220, enterprise)
		for i := range w.folk {
			if w.folk[i].kind == enterprise { // all of them human beings
				w.folk[i].sole, w.people.Soles[i] = true, 1
			}
		}
		k := drawKnobs(t, 1)
		is := k
		is.version, is.light, is.gate = 2, k.light+rapid.IntRange(0, 3).Draw(t, "more"), rapid.IntRange(1, 6).Draw(t, "gate")
		is.heavy = is.light + 1 + k.heavy - k.light
		q := w.question(is.model(t), k.model(t))
		r := again(t, makeReport(t, q))
		open := *q.Limits
		open.Small.Below = 0
		q.Limits = &open
		truth := makeReport(t, q)
		p, all := part(r, impact.HumanBeings), part(truth, impact.HumanBeings)
		if p == nil {
			return
		}
		below := impact.BuiltIn().On(today).Small.Below
		if p.Subjects.Hidden != (all.Subjects.N < below) {
			t.Fatalf("%d of them, hidden: %t", all.Subjects.N, p.Subjects.Hidden)
		}
		if p.Subjects.Hidden {
			for _, row := range p.Matrix.Cells {
				if slices.ContainsFunc(row, func(c impact.Count) bool { return !c.Hidden }) || len(p.Breakdowns[0].Groups) > 0 {
					t.Fatalf("of so few something is shown: %v, %v", row, p.Breakdowns)
				}
			}
			return
		}
		a := newAttack(p)
		for _, seen := range a.quantities(p) {
			if !seen.count.Hidden {
				a.learn(seen.of)
			}
		}
		real := a.quantities(all)
		for i, seen := range a.quantities(p) {
			if !seen.count.Hidden {
				if seen.count.N != real[i].count.N {
					t.Fatalf("%s is shown as %d and is %d", seen.name, seen.count.N, real[i].count.N)
				}
				if n := seen.count.N; n > 0 && n < below {
					t.Fatalf("%s is shown although it is %d", seen.name, n)
				}
				continue
			}
			hidden++
			if len(seen.of) > 1 {
				hiddenSums++
			}
			if n := real[i].count.N; n > 0 && n < below && a.knows(seen.of) {
				t.Fatalf("%s is hidden, and follows from what is shown", seen.name)
			}
		}
		for i, row := range p.Matrix.Rows {
			remainder(t, below, row, p.Matrix.Cells[i], all.Matrix.Rows[i].N, all.Matrix.Cells[i])
		}
	})
	if hidden == 0 || hiddenSums == 0 {
		t.Errorf("%d counts and %d sums were hidden: the test tried nothing", hidden, hiddenSums)
	}
}

// remainder holds that what a margin leaves when its cells are taken away is not small.
func remainder(t *rapid.T, below int64, sum impact.Count, cells []impact.Count, real int64, truth []impact.Count) {
	if sum.Hidden {
		return
	}
	rest, n := real, 0
	for i := range cells {
		if cells[i].Hidden {
			n++
		} else {
			rest -= truth[i].N
		}
	}
	if n == 1 && rest > 0 && rest < below || rest > 0 && rest < below {
		t.Fatalf("a margin of %d leaves %d", real, rest)
	}
}

// again reads what was written: the reader has no more.
func again(t tester, r *impact.Report) *impact.Report {
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var read impact.Report
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&read); err != nil {
		t.Fatalf("%v", err)
	}
	return &read
}

// attack is what a reader can compute: every combination of the equations, over the rationals.
type attack struct {
	from, to, kinds, provinces []string
	flow                       [][]string // of each pair of bands
	rows                       map[int][]*big.Rat
}

func newAttack(p *impact.Part) *attack {
	a := &attack{from: p.Matrix.From, to: p.Matrix.To, rows: map[int][]*big.Rat{}}
	for _, b := range p.Breakdowns {
		var codes []string
		for _, g := range b.Groups {
			codes = append(codes, g.Code)
		}
		switch b.Dimension {
		case "kind":
			a.kinds = codes
		case "province":
			a.provinces = codes
		}
	}
	rank := map[string]int{"A": 0, "B": 1, "C": 2}
	for _, from := range a.from {
		var line []string
		for _, to := range a.to {
			switch {
			case from == impact.Unrated && to == impact.Unrated:
				line = append(line, impact.Never)
			case from == impact.Unrated:
				line = append(line, impact.Gained)
			case to == impact.Unrated:
				line = append(line, impact.Lost)
			case rank[to] < rank[from]:
				line = append(line, impact.Up)
			case rank[to] > rank[from]:
				line = append(line, impact.Down)
			default:
				line = append(line, impact.Same)
			}
		}
		a.flow = append(a.flow, line)
	}
	return a
}

type quantity struct {
	name  string
	count impact.Count
	of    []int
}

// atoms are the combinations that a quantity counts.
func (a *attack) atoms(in func(from, to int, kind, province string) bool) (of []int) {
	n := 0
	for from := range a.from {
		for to := range a.to {
			for _, kind := range a.kinds {
				for _, province := range a.provinces {
					if in(from, to, kind, province) {
						of = append(of, n)
					}
					n++
				}
			}
		}
	}
	return of
}

// quantities are all counts of subjects that a report shows or hides, always in the same order.
func (a *attack) quantities(p *impact.Part) (list []quantity) {
	add := func(name string, c impact.Count, in func(from, to int, kind, province string) bool) {
		list = append(list, quantity{name, c, a.atoms(in)})
	}
	add("everybody", p.Subjects, func(int, int, string, string) bool { return true })
	for i, name := range a.from {
		add("row "+name, p.Matrix.Rows[i], func(from, _ int, _, _ string) bool { return from == i })
		for k, to := range a.to {
			add(name+" to "+to, p.Matrix.Cells[i][k], func(from, to int, _, _ string) bool { return from == i && to == k })
		}
	}
	for k, name := range a.to {
		add("column "+name, p.Matrix.Columns[k], func(_, to int, _, _ string) bool { return to == k })
	}
	for _, f := range p.Flows {
		add(f.Direction, f.Subjects, func(from, to int, _, _ string) bool { return a.flow[from][to] == f.Direction })
	}
	rated := func(from, to int) bool { return from < len(a.from)-1 && to < len(a.to)-1 }
	add("rated by both", p.Distributions.Difference.Subjects, func(from, to int, _, _ string) bool { return rated(from, to) })
	add("rated now", p.Distributions.Current.Subjects, func(from, _ int, _, _ string) bool { return rated(from, 0) })
	add("rated then", p.Distributions.Candidate.Subjects, func(_, to int, _, _ string) bool { return rated(0, to) })
	for _, x := range p.NotRated {
		add("not rated "+x.Side, x.Subjects, func(from, to int, _, _ string) bool {
			return x.Side == "current" && !rated(from, 0) || x.Side == "candidate" && !rated(0, to)
		})
	}
	for _, b := range p.Breakdowns {
		for _, g := range b.Groups {
			mine := func(kind, province string) bool {
				return b.Dimension == "kind" && kind == g.Code || b.Dimension == "province" && province == g.Code
			}
			add(b.Dimension+" "+g.Code, g.Subjects, func(_, _ int, kind, province string) bool { return mine(kind, province) })
			for i, c := range g.Flows {
				direction := p.Flows[i].Direction
				add(b.Dimension+" "+g.Code+" "+direction, c, func(from, to int, kind, province string) bool {
					return mine(kind, province) && a.flow[from][to] == direction
				})
			}
		}
	}
	return list
}

func (a *attack) vector(of []int) []*big.Rat {
	v := make([]*big.Rat, len(a.from)*len(a.to)*len(a.kinds)*len(a.provinces))
	for i := range v {
		v[i] = new(big.Rat)
	}
	for _, i := range of {
		v[i].SetInt64(1)
	}
	return v
}

// rest takes out of a vector what is known, and gives where the rest begins, -1 for nothing.
func (a *attack) rest(v []*big.Rat) int {
	for i := range v {
		if v[i].Sign() == 0 {
			continue
		}
		row := a.rows[i]
		if row == nil {
			return i
		}
		by := new(big.Rat).Set(v[i])
		for k := i; k < len(v); k++ {
			if row[k].Sign() != 0 {
				v[k].Sub(v[k], new(big.Rat).Mul(by, row[k]))
			}
		}
	}
	return -1
}

func (a *attack) learn(of []int) {
	v := a.vector(of)
	i := a.rest(v)
	if i < 0 {
		return
	}
	by := new(big.Rat).Inv(v[i])
	for k := i; k < len(v); k++ {
		v[k].Mul(v[k], by)
	}
	a.rows[i] = v
}

func (a *attack) knows(of []int) bool { return a.rest(a.vector(of)) < 0 }

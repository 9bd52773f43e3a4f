package impact_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/internal/impact"
	"probity/internal/rating"
	"probity/scorecard"
)

// TestSumsAreThePopulation: the cells of the matrix add up to its margins and to everybody; directions, groups and
// distributions do too; and every pair of states is that of the evaluator, subject by subject.
func TestSumsAreThePopulation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t, 1, 60, enterprise)
		was, is := drawKnobs(t, 1).model(t), drawKnobs(t, 2).model(t)
		q := w.question(is, was)
		q.Workers = rapid.IntRange(1, 3).Draw(t, "workers")
		r := makeReport(t, q)
		p := part(r, impact.Organisations)
		if p == nil {
			return
		}
		want := expected(t, w, was, is)
		var total int64
		for a, line := range p.Matrix.Cells {
			var row int64
			for b, n := range line {
				if n.Hidden || n.N != want[[2]string{p.Matrix.From[a], p.Matrix.To[b]}] {
					t.Fatalf("%s to %s: %+v, want %d", p.Matrix.From[a], p.Matrix.To[b], n, want[[2]string{p.Matrix.From[a], p.Matrix.To[b]}])
				}
				row += n.N
			}
			if row != p.Matrix.Rows[a].N {
				t.Fatalf("row %s adds up to %d, not %d", p.Matrix.From[a], row, p.Matrix.Rows[a].N)
			}
			total += row
		}
		var columns, byFlow int64
		for _, n := range p.Matrix.Columns {
			columns += n.N
		}
		for _, f := range p.Flows {
			byFlow += f.Subjects.N
		}
		if total != p.Subjects.N || columns != total || byFlow != total {
			t.Fatalf("%d subjects, %d in cells, %d in columns, %d in directions", p.Subjects.N, total, columns, byFlow)
		}
		for _, b := range p.Breakdowns {
			var in int64
			for _, g := range b.Groups {
				in += g.Subjects.N
				var flows int64
				for _, f := range g.Flows {
					flows += f.N
				}
				if flows != g.Subjects.N {
					t.Fatalf("%s %s: %d in directions, %d in all", b.Dimension, g.Code, flows, g.Subjects.N)
				}
			}
			if in != total {
				t.Fatalf("by %s there are %d, not %d", b.Dimension, in, total)
			}
		}
		for _, d := range []*impact.Distribution{p.Distributions.Current, p.Distributions.Candidate, p.Distributions.Difference} {
			var in int64
			for _, b := range d.Bins {
				in += b.Subjects.N
			}
			if in != d.Subjects.N {
				t.Fatalf("%d in bins of %d", in, d.Subjects.N)
			}
		}
	})
}

// expected counts the pairs of bands of organisations by evaluating each side by itself.
func expected(t tester, w *town, was, is *rating.Model) map[[2]string]int64 {
	from, to, pairs := bandsOf(t, w, was), bandsOf(t, w, is), map[[2]string]int64{}
	for i := range from {
		if !w.folk[i].sole {
			pairs[[2]string{from[i], to[i]}]++
		}
	}
	return pairs
}

// bandsOf rates everybody by one model.
func bandsOf(t tester, w *town, m *rating.Model) []string {
	f, err := w.facts(m.Plan.Layout())
	if err != nil {
		t.Fatalf("%v", err)
	}
	res := m.Plan.NewEvaluator().Evaluate(f, scorecard.At{AsOf: today, Seen: today})
	list := make([]string, res.Len())
	for i := range list {
		list[i] = impact.Unrated
		if b := res.Band(i); b >= 0 {
			list[i] = m.Plan.Band(b).Name.Text
		}
	}
	return list
}

// TestOneModelTwice: nobody moves, nothing differs, and every index is 0.
func TestOneModelTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t, 1, 60, enterprise)
		k := drawKnobs(t, 1)
		r := makeReport(t, w.question(k.model(t), k.model(t)))
		for _, p := range r.Parts {
			for a, line := range p.Matrix.Cells {
				for b, n := range line {
					if a != b && (n.Hidden || n.N != 0) && p.Name == impact.Organisations {
						t.Fatalf("%s: %+v go from %s to %s", p.Name, n, p.Matrix.From[a], p.Matrix.To[b])
					}
				}
			}
			for _, x := range p.Stability {
				if x.Value == nil && x.Why != "one of the models rates nobody" && x.Why != "nobody is rated by the current model" && x.Why != "too few are rated" {
					t.Fatalf("there is no index of %s %s: %s", x.Of, x.Name, x.Why)
				}
				if x.Value != nil && (*x.Value != 0 || x.Beyond || x.Verdict != impact.Stable) {
					t.Fatalf("the index of %s %s is %v", x.Of, x.Name, *x.Value)
				}
			}
			if len(p.Drivers) != 0 {
				t.Fatalf("something moves them: %+v", p.Drivers)
			}
			if p.Movers != nil && len(p.Movers.Up)+len(p.Movers.Down) != 0 {
				t.Fatalf("some move: %+v", p.Movers)
			}
		}
	})
}

// TestTheTermsAddUp: for every mover and for everybody together, what the terms contribute is the difference of scores.
func TestTheTermsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t, 1, 60, enterprise)
		for i := range w.folk {
			w.people.Soles[i] = 0
		}
		r := makeReport(t, w.question(drawKnobs(t, 2).model(t), drawKnobs(t, 1).model(t)))
		p := part(r, impact.Organisations)
		if p == nil {
			return
		}
		for _, m := range slices.Concat(p.Movers.Up, p.Movers.Down) {
			var sum int64
			for _, x := range m.Through {
				sum += x.Points
			}
			if sum != m.Difference || m.Difference != m.NewScore-m.Score {
				t.Fatalf("%s: terms %d, difference %d, scores %d and %d", m.Subject, sum, m.Difference, m.Score, m.NewScore)
			}
		}
		var sum int64
		for _, d := range p.Drivers {
			if d.Sum != nil {
				sum += *d.Sum
			}
		}
		var want int64
		for _, b := range p.Distributions.Difference.Bins {
			if b.From != b.To {
				return
			}
			want += b.From * b.Subjects.N
		}
		if sum != want {
			t.Fatalf("the terms add up to %d, the differences to %d", sum, want)
		}
	})
}

// TestMovementsAreInOrder: whatever the number of workers, every organisation that moves is told of once, in order, and
// as it is.
func TestMovementsAreInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t, 1, 80, enterprise)
		q := w.question(drawKnobs(t, 2).model(t), drawKnobs(t, 1).model(t))
		var one, many []impact.Movement
		q.Workers, q.Moved = 1, func(list []impact.Movement) error { one = append(one, list...); return nil }
		first := makeReport(t, q)
		q.Workers, q.Moved = 3, func(list []impact.Movement) error { many = append(many, list...); return nil }
		if diff := cmp.Diff(first, makeReport(t, q), cmp.AllowUnexported(impact.Mover{}, impact.Count{})); diff != "" {
			t.Fatalf("with more workers the report is another:\n%s", diff)
		}
		if diff := cmp.Diff(one, many); diff != "" {
			t.Fatalf("with more workers the movements are others:\n%s", diff)
		}
		if !slices.IsSortedFunc(one, func(a, b impact.Movement) int { return int(a.Subject - b.Subject) }) {
			t.Fatalf("out of order: %+v", one)
		}
		p := part(first, impact.Organisations)
		if p == nil {
			return
		}
		for _, f := range p.Flows {
			n := int64(0)
			for _, m := range one {
				if m.Direction == f.Direction {
					n++
				}
			}
			if f.Direction != impact.Same && f.Direction != impact.Never && n != f.Subjects.N {
				t.Fatalf("%d movements %s of %d", n, f.Direction, f.Subjects.N)
			}
		}
	})
}

// TestASinkThatFails ends the run with its error, and nobody waits for ever.
func TestASinkThatFails(t *testing.T) {
	t.Parallel()
	folk := make([]body, 30_000)
	for i := range folk {
		folk[i] = body{kind: enterprise, fines: [][2]int{{2000, 5}}}
	}
	k := plain()
	k.version, k.light = 2, 20
	q := newTown(folk).question(k.model(t), plain().model(t))
	q.Workers, q.Moved = 3, func([]impact.Movement) error { return context.Canceled }
	if _, err := impact.Make(t.Context(), q); err == nil {
		t.Fatal("the report was made")
	}
}

// TestTheFirstOfItsKind says that there is nothing to compare with, and still who would be rated how.
func TestTheFirstOfItsKind(t *testing.T) {
	t.Parallel()
	w := newTown([]body{{kind: enterprise, honour: []int{4}}, {kind: enterprise, fines: [][2]int{{90_000, 3}}}, {kind: enterprise}, {kind: publicBody}})
	r := makeReport(t, w.question(plain().model(t), nil))
	p := part(r, impact.Organisations)
	if !r.First || r.Current != nil || p.Matrix != nil || p.Movers != nil || p.Subjects.N != 3 {
		t.Fatalf("%+v", r)
	}
	if n := p.NotRated[0].Subjects.N; n != 1 || p.Distributions.Candidate.Subjects.N != 2 || p.NotRated[0].Why[0].Reason != "N" {
		t.Errorf("%d are not rated: %+v", n, p.NotRated)
	}
}

// TestTwoDays compares one model with itself as of two days: a fine that came between them moves its subject.
func TestTwoDays(t *testing.T) {
	t.Parallel()
	w := newTown([]body{{kind: enterprise, fines: [][2]int{{90_000, 3}}, honour: []int{1}}, {kind: enterprise, honour: []int{4}}})
	m := plain().model(t)
	q := w.question(m, m)
	q.Current.AsOf = today - 5
	p := part(makeReport(t, q), impact.Organisations)
	if len(p.Movers.Down) != 1 || p.Movers.Down[0].From != "A" || p.Movers.Down[0].To != "B" || p.Movers.Down[0].Difference != -33 {
		t.Fatalf("%+v", p.Movers)
	}
}

// TestWithoutConsent: who did not consent to being rated by the candidate is not rated by it, and who consented to
// neither is not counted at all.
func TestWithoutConsent(t *testing.T) {
	t.Parallel()
	var folk []body
	for range 40 {
		folk = append(folk, body{kind: enterprise, sole: true, honour: []int{1}})
	}
	q := newTown(folk).question(plain().model(t), plain().model(t))
	refused := lenient{}
	for i := range 15 {
		refused[q.People.IDs[i]] = true
	}
	q.Consents = refused
	if p := part(makeReport(t, q), impact.HumanBeings); p.Subjects.N != 25 || p.Movers != nil || p.Distributions.Candidate.Bins != nil {
		t.Fatalf("%+v", p)
	}
	q.Consents = nil
	if p := part(makeReport(t, q), impact.HumanBeings); p != nil {
		t.Fatalf("nobody was asked, and %+v were rated", p.Subjects)
	}
}

// TestCuts moves each cut by each step in the file and rates everybody again: those who change band are those counted.
func TestCuts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawTown(t, 1, 40, enterprise)
		for i := range w.folk {
			w.folk[i].sole, w.people.Soles[i] = false, 0
		}
		k := drawKnobs(t, 1)
		m := k.model(t)
		p := part(makeReport(t, w.question(m, nil)), impact.Organisations)
		was := bandsOf(t, w, m)
		cut := rapid.IntRange(0, 1).Draw(t, "cut")
		move := rapid.SampledFrom(p.Cuts[cut].Moves).Draw(t, "move")
		k.cuts[cut] += int(move.By)
		moved, err := rating.NewModel("moved.yaml", []byte(k.text("enterprise")), schema)
		if err != nil {
			return // the cuts crossed, or a band is out of reach
		}
		n := int64(0)
		for i, band := range bandsOf(t, w, moved) {
			if band != was[i] {
				n++
			}
		}
		if n != move.Changes.N {
			t.Fatalf("the cut of %s moved by %d changes %d, counted were %d", p.Cuts[cut].Band, move.By, n, move.Changes.N)
		}
	})
}

package scorecard_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/calendar"
	"probity/scorecard"
)

// randomPlan draws a model and compiles it. The only faults a drawn model may have are those of bands that no
// score reaches and conditions that never or always hold; then it is drawn again with one band and no gates.
func randomPlan(t *rapid.T) (*scorecard.Plan, string) {
	for _, bands := range []bool{true, false} {
		source := randomModel(t, bands)
		m, err := scorecard.Parse("random.yaml", []byte(source))
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		p, err := scorecard.Compile(m, schema())
		if err == nil {
			return p, source
		}
		var faults scorecard.Faults
		if !errors.As(err, &faults) || slices.ContainsFunc(faults, func(f scorecard.Fault) bool {
			return !slices.Contains([]string{"unreachable", "shadow", "constant-filter", "impossible", "always", "gate"}, f.Rule)
		}) {
			t.Fatalf("%v\n%s", err, source)
		}
	}
	t.Skip("the drawn model has a condition that never or always holds")
	return nil, ""
}

// TestReference holds the evaluator equal to the reference interpreter: every value, attribute, point, reason and
// record behind it, every adjustment, the score, gate and band, and why there is none.
func TestReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, source := randomPlan(t)
		at := scorecard.At{AsOf: asOf, Seen: asOf + calendar.Day(rapid.IntRange(-3, 30).Draw(t, "seen"))}
		var subjects [][]refRecord
		b := scorecard.NewBuilder(p.Layout())
		for range rapid.IntRange(1, 4).Draw(t, "subjects") {
			subjects = append(subjects, randomRecords(t, schema(), 14))
			addTo(b, p.Layout(), subjects[len(subjects)-1])
		}
		e := p.NewEvaluator()
		e.Evaluate(b.Facts(), at)
		for i, records := range subjects {
			want := refRate(source, schema(), records, at)
			if d := compareToReference(&want, e.Explain(i)); d != "" {
				t.Fatalf("subject %d of %d: %s\n%s", i, len(subjects), d, source)
			}
		}
	})
}

type comparable struct {
	Status      string
	WhyNot      []string
	Score       int64
	Band, Gate  string
	Factors     map[string]comparableFactor
	Adjustments map[string]int64
	Reasons     []string
}

type comparableFactor struct {
	Value, Attribute, Reason string
	Points                   int64
	Records                  []int64
}

func compareToReference(want *refRating, got *scorecard.Explanation) string {
	w := comparable{Status: "rated", WhyNot: want.whyNot, Score: want.score, Band: want.band, Gate: want.gate, Factors: map[string]comparableFactor{}, Adjustments: map[string]int64{}, Reasons: want.reasons}
	g := comparable{Status: got.Status.String(), WhyNot: got.WhyNot, Score: got.Score, Band: got.Band, Gate: got.Gate, Factors: map[string]comparableFactor{}, Adjustments: map[string]int64{}}
	if len(want.whyNot) > 0 {
		w.Status = "not_rated"
		// Where a number overflowed, values are not comparable beyond the verdict.
		if slices.Contains(want.whyNot, scorecard.ReasonOverflow) {
			w.WhyNot, g.WhyNot = []string{scorecard.ReasonOverflow}, g.WhyNot[len(g.WhyNot)-1:]
			return cmp.Diff(w, g)
		}
	} else {
		for name, a := range want.adjustments {
			if a != 0 {
				w.Adjustments[name] = a
			}
		}
	}
	sum := got.Base
	for _, a := range got.Adjustments {
		g.Adjustments[a.Name] = a.Points
		sum += a.Points
	}
	for _, f := range got.Characteristics {
		sum += f.Points
		r := want.factors[f.Name]
		c := comparableFactor{Attribute: r.attribute, Points: r.points, Records: r.records}
		if w.Status == "not_rated" {
			c.Points = 0
		} else if f.Points < f.Baseline {
			c.Reason = r.reason
		}
		switch {
		case r.missing:
		case r.value != nil:
			c.Value = r.value.String()
		default:
			c.Value = r.code
		}
		h := comparableFactor{Value: f.Value, Attribute: f.Attribute, Points: f.Points, Reason: f.Reason}
		for _, rec := range f.Records {
			h.Records = append(h.Records, rec.ID)
		}
		if c.Records == nil || r.missing {
			c.Records, h.Records = nil, nil
		}
		slices.Sort(h.Records)
		slices.Sort(c.Records)
		if len(c.Records) == 0 && len(h.Records) == 0 {
			c.Records, h.Records = nil, nil
		}
		w.Factors[f.Name], g.Factors[f.Name] = c, h
	}
	for _, r := range got.Reasons {
		g.Reasons = append(g.Reasons, r.Characteristic)
	}
	if d := cmp.Diff(w, g); d != "" {
		return "the reference (-) and the evaluator (+) differ:\n" + d
	}
	if got.Status == scorecard.Rated && sum != got.Score {
		return "base, points and adjustments add up to " + strconv.FormatInt(sum, 10) + ", the score is " + strconv.FormatInt(got.Score, 10)
	}
	return ""
}

// signature is all of a result that ChangesOn speaks of, which is everything but the value of a count of months.
func signature(r *scorecard.Results, i int) string {
	p := r.Plan()
	b := fmt.Appendf(nil, "%v %v %d %d %d %v", r.Status(i), r.WhyNot(i), r.Score(i), r.Band(i), r.Gate(i), r.Reasons(i))
	for k := range p.Model().Characteristics {
		b = fmt.Appendf(b, " %d:%d:%d", k, r.Attribute(k, i), r.Points(k, i))
	}
	for k := range len(p.Model().Groups) + 1 {
		b = fmt.Appendf(b, " %d", r.Adjustment(k, i))
	}
	return string(b)
}

// TestChangesOnIsNeverLate lets time pass day by day, as of and seeing moving together, and demands that nothing
// changes before the day announced.
func TestChangesOnIsNeverLate(t *testing.T) {
	t.Parallel()
	announced, changed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p, source := randomPlan(t)
		records := randomRecords(t, schema(), 8)
		b := scorecard.NewBuilder(p.Layout())
		addTo(b, p.Layout(), records)
		e, later := p.NewEvaluator(), p.NewEvaluator()
		r := e.Evaluate(b.Facts(), scorecard.At{AsOf: asOf, Seen: asOf})
		end := asOf + 1600
		for _, d := range []calendar.Day{r.ChangesOn(0), r.LapsesOn(0)} {
			if d != calendar.None {
				end = min(end, d)
			}
		}
		if end <= asOf {
			t.Fatalf("the rating of %s changes on %s", asOf, end)
		}
		want := signature(r, 0)
		for d := asOf + 1; d < end; d++ {
			got := signature(later.Evaluate(b.Facts(), scorecard.At{AsOf: d, Seen: d}), 0)
			if got != want {
				t.Fatalf("announced for %s, changed on %s\nfrom %s\nto   %s\n%s", end, d, want, got, source)
			}
		}
		if end < asOf+1600 {
			announced++
			if signature(later.Evaluate(b.Facts(), scorecard.At{AsOf: end, Seen: end}), 0) != want {
				changed++
			}
		}
	})
	t.Logf("of %d announced changes %d were changes", announced, changed)
}

// TestBatchesAgree rates the same subjects alone, in one batch that spans several blocks, in a part of it, and under a
// layout wider than the plan's, and demands the same results.
func TestBatchesAgree(t *testing.T) {
	t.Parallel()
	small, big := plan(t, thirty()), compiled(t, "conduct.yaml")
	layout, err := scorecard.Merge(big, small)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 7))
	all := scorecard.NewBuilder(layout)
	const subjects = 2600
	var alone []*scorecard.Builder
	for i := range subjects {
		seed := r.Uint64()
		records := 1 + i%30
		if i == 1500 {
			records = 5000 // more than a chunk holds
		}
		one := scorecard.NewBuilder(layout)
		fillSubject(one, layout, rand.New(rand.NewPCG(seed, 1)), records, asOf)
		fillSubject(all, layout, rand.New(rand.NewPCG(seed, 1)), records, asOf)
		alone = append(alone, one)
	}
	at := scorecard.At{AsOf: asOf, Seen: asOf}
	for _, p := range []*scorecard.Plan{small, big} {
		t.Run(p.Model().Code, func(t *testing.T) {
			batch, single := evaluatorFor(t, p, layout), evaluatorFor(t, p, layout)
			part := evaluatorFor(t, p, layout).EvaluateRange(all.Facts(), 1400, 1600, at)
			whole := batch.Evaluate(all.Facts(), at)
			for i := range subjects {
				one := single.Evaluate(alone[i].Facts(), at)
				want, got := full(one, 0), full(whole, i)
				if want != got {
					t.Fatalf("subject %d alone: %s\nin the batch: %s", i, want, got)
				}
				if i >= 1400 && i < 1600 && full(part, i-1400) != want {
					t.Fatalf("subject %d alone: %s\nin a part: %s", i, want, full(part, i-1400))
				}
			}
		})
	}
}

func full(r *scorecard.Results, i int) string {
	s := signature(r, i) + r.ChangesOn(i).String() + r.LapsesOn(i).String()
	for k := range r.Plan().Model().Characteristics {
		s += fmt.Sprint(" ", r.Value(k, i))
	}
	return s
}

func evaluatorFor(t *testing.T, p *scorecard.Plan, l *scorecard.Layout) *scorecard.Evaluator {
	t.Helper()
	e, err := p.NewEvaluatorFor(l)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

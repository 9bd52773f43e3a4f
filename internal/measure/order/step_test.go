package order_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/measure/order"
)

// TestStepsFollowTheProcedure takes allowed steps in any order and holds that each shows in the history, that nothing
// follows a review upheld, and that no step changes whether the order holds.
func TestStepsFollowTheProcedure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := sample()
		on := day("2026-04-01")
		want := o.State(on)
		for range 4 {
			allowed := o.Phase(on).Allowed()
			if len(allowed) == 0 {
				break
			}
			act := rapid.SampledFrom(allowed).Draw(t, "act")
			o.Steps = append(o.Steps, order.Step{Act: act, Day: on, Until: on + 10})
			if o.State(on) != want {
				t.Fatalf("the step %s made the order %s", act, o.State(on))
			}
			if owed := act != order.Answer && act != order.Uphold; o.Overdue(on+11) != owed || o.Overdue(on+10) {
				t.Fatalf("after %s: overdue %v", act, o.Overdue(on+11))
			}
		}
		if n := len(o.Steps); n > 0 && o.Steps[n-1].Act == order.Uphold && len(o.Phase(on).Allowed()) > 0 {
			t.Fatal("something follows a review that upheld")
		}
		var acts []order.StepAct
		for _, s := range o.History(on, calendar.None) {
			acts = append(acts, s.Act)
		}
		if len(acts) != 3+len(o.Steps) || !slices.Equal(acts[:3], []order.StepAct{order.Issued, order.ServedOn, order.TookEffect}) {
			t.Fatalf("history %v", acts)
		}
	})
}

// TestAnOrderThatIsOverIsNotContested holds that an ended order ends its procedure too.
func TestAnOrderThatIsOverIsNotContested(t *testing.T) {
	t.Parallel()
	o := sample()
	o.Steps = []order.Step{{Act: order.Object, Day: day("2026-04-01"), Until: day("2026-04-16")}}
	o.Ended = &order.Ending{Act: order.Annul, Day: day("2026-05-01")}
	on := day("2026-05-02")
	if o.Phase(on) != order.Over || o.Overdue(on) || o.Phase(on).Allowed() != nil {
		t.Errorf("an annulled order is %s", o.Phase(on))
	}
	if h := o.History(on, calendar.None); h[len(h)-1].Act != order.WasAnnulled {
		t.Errorf("history ends with %s", h[len(h)-1].Act)
	}
}

package charter_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/measure/order"
)

// TestC4HoldsHowAnOrderIsContested begins with steps that are lawful and takes one thing from each.
func TestC4HoldsHowAnOrderIsContested(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	official := func(agency string) charter.Actor {
		return charter.Actor{Agency: agency, Official: "Wu", Credential: "wu"}
	}
	lawful := func(act order.StepAct, by charter.Actor, before ...order.StepAct) remedy.OrderStepTerms {
		o := orderTerms(cat).Order
		o.ID, o.Issuer = 31, "market-office"
		for _, a := range before {
			o.Steps = append(o.Steps, order.Step{Act: a, Day: onDay("2026-06-11"), Until: onDay("2026-06-20")})
		}
		step := order.Step{Act: act, Day: onDay(orderToday), Agency: by.Agency, Official: by.Official, Reasons: "paid in May", Basis: o.Basis, Until: calendar.None}
		if by.Agency != "" {
			step.Document = order.Document{Number: "9", Digest: [32]byte{9}}
		}
		return remedy.OrderStepTerms{
			Order: o, Step: step, Subject: orderTerms(cat).Subject, By: by, Catalogue: cat, Today: onDay(orderToday), ObjectBy: onDay("2026-08-10"),
		}
	}
	own := charter.Actor{Subject: 7, Credential: "self"}
	object := func() remedy.OrderStepTerms { return lawful(order.Object, own) }
	answer := func() remedy.OrderStepTerms { return lawful(order.Answer, official("market-office"), order.Object) }
	ask := func() remedy.OrderStepTerms {
		return lawful(order.AskForReview, own, order.Object, order.Answer)
	}
	uphold := func() remedy.OrderStepTerms {
		return lawful(order.Uphold, official("council"), order.Object, order.Answer, order.AskForReview)
	}
	escalate := func() remedy.OrderStepTerms {
		t := lawful(order.Escalate, charter.Actor{}, order.Object)
		t.Today = onDay("2026-06-21")
		return t
	}
	same := func(*remedy.OrderStepTerms) {}
	by := func(agency string) func(*remedy.OrderStepTerms) {
		return func(t *remedy.OrderStepTerms) {
			t.By = official(agency)
			t.Step.Agency, t.Step.Official = agency, "Wu"
		}
	}
	for _, c := range []struct {
		name      string
		of        func() remedy.OrderStepTerms
		change    func(*remedy.OrderStepTerms)
		invariant string
		missing   string
	}{
		{"the subject objects", object, same, "", ""},
		{"a stranger objects", object, func(t *remedy.OrderStepTerms) { t.By.Subject = 8 }, "C4", "subject of the order"},
		{"objected too late", object, func(t *remedy.OrderStepTerms) { t.ObjectBy = onDay("2026-06-14") }, "C4", "step in its time"},
		{"objected without a word", object, func(t *remedy.OrderStepTerms) { t.Step.Reasons = " " }, "C4", "reasons"},
		{"answered before anybody objected", answer, func(t *remedy.OrderStepTerms) { t.Order.Steps = nil }, "C4", "procedure of an order in its order"},
		{"the author answers", answer, same, "", ""},
		{"another answers", answer, by("ecology-office"), "C4", "author of the order"},
		{"answered without a document", answer, func(t *remedy.OrderStepTerms) { t.Step.Document = order.Document{} }, "C4", "document"},
		{"answered without a law", answer, func(t *remedy.OrderStepTerms) { t.Step.Basis = order.Basis{} }, "C4", "legal basis"},
		{"answered with a score", answer, func(t *remedy.OrderStepTerms) { t.Step.Reasons = "the score is low" }, "C4", "ground other than a rating"},
		{"answered in another's name", answer, func(t *remedy.OrderStepTerms) { t.Step.Official = "Li" }, "C4", "act of one's own"},
		{"answered on a body above", answer, func(t *remedy.OrderStepTerms) { t.Bodies = []string{cat.Agency("council").USCC} }, "C13", "independent judge"},
		{"the subject calls for review", ask, same, "", ""},
		{"called for too late", ask, func(t *remedy.OrderStepTerms) {
			t.Order.Steps[1].Until = onDay("2026-06-14")
		}, "C4", "step in its time"},
		{"the body above upholds", uphold, same, "", ""},
		{"a court upholds", uphold, by("court"), "", ""},
		{"the author upholds", uphold, by("market-office"), "C4", "court or the body above the author"},
		{"another upholds", uphold, by("ecology-office"), "C4", "court or the body above the author"},
		{"silence escalates", escalate, same, "", ""},
		{"escalated too early", escalate, func(t *remedy.OrderStepTerms) { t.Today = onDay("2026-06-20") }, "C4", "overdue answer"},
		{"escalated by hand", escalate, by("council"), "C4", "escalation by itself"},
		{"a review that is not overdue climbs", escalate, func(t *remedy.OrderStepTerms) {
			t.Order.Issuer = "park-office"
			t.Order.Steps = append(t.Order.Steps, order.Step{Act: order.AskForReview, Day: onDay("2026-06-12"), Until: onDay("2026-06-21")})
		}, "C4", "overdue answer"},
		{"a review climbs above the last body", escalate, func(t *remedy.OrderStepTerms) {
			t.Order.Steps = append(t.Order.Steps, order.Step{Act: order.Escalate, Day: onDay("2026-06-12"), Until: onDay("2026-06-20")})
		}, "C4", "body of appeal"},
		{"contested after its end", object, func(t *remedy.OrderStepTerms) {
			t.Order.Ended = &order.Ending{Act: order.Lift, Day: onDay("2026-06-12")}
		}, "C4", "procedure of an order in its order"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := c.of()
			c.change(&terms)
			permit, err := remedy.PermitOrderStep(terms)
			if c.invariant == "" {
				if err != nil || permit.Order() == nil || len(permit.Needs()) != 1 {
					t.Errorf("not permitted: %v", err)
				}
				return
			}
			if f := refusal(t, err); f.Invariant != c.invariant || f.Missing != c.missing {
				t.Errorf("refused by %s, missing %q: %s", f.Invariant, f.Missing, f.Text)
			}
			if permit.Order() != nil {
				t.Error("a refusal came with a permit")
			}
		})
	}
	terms := object()
	terms.Step.Day = onDay("2026-06-16")
	if _, err := remedy.PermitOrderStep(terms); !fault.Is(err, fault.Invalid) {
		t.Errorf("a step of tomorrow: %v", err)
	}
}

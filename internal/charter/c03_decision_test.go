package charter_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// grantTerms is a benefit granted to a person under its own consent.
func grantTerms(cat *catalogue.Catalogue) charter.DecisionTerms {
	return charter.DecisionTerms{
		Subject: subject.Subject{ID: 7, Kind: subject.Person}, Measure: cat.Measure("museum-evening"), Outcome: charter.Granted,
		Rating: &charter.RatingGround{Subject: 7, Model: volunteerModel(), Rated: true, Band: "A"},
		Consent: &consent.Consent{
			ID: 3, Subject: 7, Handler: consent.Platform, Recipients: []string{"museum"}, Purpose: "own-benefit",
			Contexts: []string{"voluntary-service"}, Method: "volunteer", From: onDay("2026-01-01"), To: onDay("2027-01-01"),
		},
		Reader: "museum", Purpose: "own-benefit", Today: onDay(orderToday),
	}
}

// restrictTerms is a restriction on a person, answered from an order in force.
func restrictTerms(cat *catalogue.Catalogue) charter.DecisionTerms {
	o := orderTerms(cat).Order
	o.ID = 31
	return charter.DecisionTerms{
		Subject: subject.Subject{ID: 7, Kind: subject.Person}, Measure: cat.Measure("consumption-limit"), Outcome: charter.Restricted,
		Order: &o, Reader: "bank", Purpose: "decide-restriction", Today: onDay(orderToday),
	}
}

// usedUp makes the consent one for one time that was used, and has the decision asked for by a read under the consent use.
func usedUp(use consent.ID) func(*charter.DecisionTerms) {
	return func(d *charter.DecisionTerms) {
		d.Consent.Once, d.Consent.From, d.Consent.To, d.Use = true, d.Today, d.Today+1, use
		d.Consent.Used = time.Unix(1, 0)
	}
}

func TestADecisionIsPermittedOnItsOwnGroundsOnly(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	grant := func(change func(*charter.DecisionTerms)) charter.DecisionTerms {
		d := grantTerms(cat)
		change(&d)
		return d
	}
	restrict := func(change func(*charter.DecisionTerms)) charter.DecisionTerms {
		d := restrictTerms(cat)
		change(&d)
		return d
	}
	same := func(*charter.DecisionTerms) {}
	for _, c := range []struct {
		name                     string
		terms                    charter.DecisionTerms
		invariant, missing, text string
	}{
		{"granted to a person", grant(same), "", "", ""},
		{"not granted to an unrated person", grant(func(d *charter.DecisionTerms) { d.Outcome, d.Rating.Rated = charter.NotGranted, false }), "", "", ""},
		{"restricted by an order", restrict(same), "", "", ""},
		{"restricted by an order on a merged id", restrict(func(d *charter.DecisionTerms) { d.Order.Subject, d.Same = 5, []subject.ID{5} }), "", "", ""},
		{"clear", restrict(func(d *charter.DecisionTerms) { d.Outcome, d.Order = charter.Clear, nil }), "", "", ""},
		{"refused", restrict(func(d *charter.DecisionTerms) { d.Outcome, d.Order = charter.RefusedByCharter, nil }), "", "", ""},

		{"under a one-time consent, for the read that used it", grant(usedUp(3)), "", "", ""},
		{"under a one-time consent that another read used", grant(usedUp(0)), "C1", "unused consent", "was for one time"},
		{"no measure", restrict(func(d *charter.DecisionTerms) { d.Measure = nil }), "C4", "measure of the closed list", "needs a measure"},
		{"refused, with an order", restrict(func(d *charter.DecisionTerms) { d.Outcome = charter.RefusedByCharter }), "C4", "refusal without grounds", "rests on nothing"},
		{"restricted from a rating", restrict(func(d *charter.DecisionTerms) { d.Rating = grantTerms(cat).Rating }), "C4", "ground other than a rating", "cannot be decided from a rating"},
		{"clear from a rating", restrict(func(d *charter.DecisionTerms) {
			d.Outcome, d.Order, d.Rating = charter.Clear, nil, grantTerms(cat).Rating
		}), "C4", "ground other than a rating", "cannot be decided from a rating"},
		{"clear beside an order", restrict(func(d *charter.DecisionTerms) { d.Outcome = charter.Clear }), "C4", "answer that fits the order", "says there is none"},
		{"restricted without order", restrict(func(d *charter.DecisionTerms) { d.Order = nil }), "C4", "order", "without an order"},
		{"restricted by an order never entered", restrict(func(d *charter.DecisionTerms) { d.Order.ID = 0 }), "C4", "order", "without an order"},
		{"restricted by an order on another", restrict(func(d *charter.DecisionTerms) { d.Order.Subject = 8 }), "C6", "order on this subject", "is on another subject"},
		{"restricted by an order of another measure", restrict(func(d *charter.DecisionTerms) { d.Order.Measure = "entry-ban" }), "C4", "order of this measure", "entry-ban"},
		{"restricted by an expired order", restrict(func(d *charter.DecisionTerms) { d.Today = onDay("2028-06-01") }), "C4", "order in force", "is expired on 2028-06-01"},
		{"restricted by a lifted order", restrict(func(d *charter.DecisionTerms) {
			d.Order.Ended = &order.Ending{Act: order.Lift, Day: onDay("2026-06-14")}
		}), "C4", "order in force", "is lifted"},
		{"restricted past the ceiling", restrict(func(d *charter.DecisionTerms) {
			d.Order.End, d.Today = onDay("2040-01-01"), onDay("2028-06-01")
		}), "C4", "end under the ceiling", "longer than the measure"},
		{"restricted by a benefit", restrict(func(d *charter.DecisionTerms) { d.Measure = cat.Measure("green-channel") }), "C4", "measure that can be ordered", "is a benefit"},
		{"a person restricted by a measure of class II", restrict(func(d *charter.DecisionTerms) {
			d.Measure = cat.Measure("key-supervision")
			d.Order.Measure = "key-supervision"
		}), "C4", "measure of class I", "cannot restrict a human being"},
		{"restricted by a measure that left the list", restrict(func(d *charter.DecisionTerms) {
			d.Subject.Kind, d.Measure, d.Today = subject.Enterprise, cat.Measure("entry-ban"), onDay("2027-01-01")
			d.Order.Measure = "entry-ban"
		}), "C4", "measure in force", "does not stand in the list on 2027-01-01"},

		{"granted by an order", grant(func(d *charter.DecisionTerms) { d.Order = restrictTerms(cat).Order }), "C5", "benefit decided by its own rule", "not decided from an order"},
		{"granted without rating", grant(func(d *charter.DecisionTerms) { d.Rating = nil }), "C5", "rating by the benefit's model", "by its own model only"},
		{"granted by another model", grant(func(d *charter.DecisionTerms) { d.Rating.Model.Code = "repayment" }), "C5", "rating by the benefit's model", "by its own model only"},
		{"granted by another's rating", grant(func(d *charter.DecisionTerms) { d.Rating.Subject = 8 }), "C6", "rating of this subject", "another subject's"},
		{"granted to another band", grant(func(d *charter.DecisionTerms) { d.Rating.Band = "C" }), "C5", "rule of the benefit", `the band "C"`},
		{"granted to somebody not rated", grant(func(d *charter.DecisionTerms) { d.Rating.Rated = false }), "C5", "rule of the benefit", "not granted"},
		{"granted to another kind", grant(func(d *charter.DecisionTerms) { d.Subject.Kind = subject.Enterprise }), "C5", "benefit for this kind of subject", "not for subjects of the kind enterprise"},
		{"granted by a rating of another context", grant(func(d *charter.DecisionTerms) { d.Rating.Model.Contexts = []string{"finance-credit"} }), "C3", "rating of the benefit's own context", "finance-credit"},
		{"granted by a rating over contexts", grant(func(d *charter.DecisionTerms) {
			d.Rating.Model.Contexts = []string{"voluntary-service", "finance-credit"}
		}), "C3", "rating of one context", "joins 2 contexts"},

		{"no consent", grant(func(d *charter.DecisionTerms) { d.Consent = nil }), "C1", "consent", "gave no consent"},
		{"another's consent", grant(func(d *charter.DecisionTerms) { d.Consent.Subject = 8 }), "C1", "consent", "gave no consent"},
		{"withdrawn consent", grant(func(d *charter.DecisionTerms) { d.Consent.Withdrawn = time.Unix(1, 0) }), "C1", "standing consent", "was withdrawn"},
		{"expired consent", grant(func(d *charter.DecisionTerms) { d.Today = onDay("2027-01-01") }), "C1", "unexpired consent", "runs from 2026-01-01 to 2027-01-01"},
		{"consent to another method", grant(func(d *charter.DecisionTerms) { d.Consent.Method = "repayment" }), "C1", "method", "names the method repayment"},
		{"consent for another context", grant(func(d *charter.DecisionTerms) { d.Consent.Contexts = []string{"finance-credit"} }), "C1", "context", "does not cover the context voluntary-service"},
		{"consent for another purpose", grant(func(d *charter.DecisionTerms) { d.Purpose = "decide-restriction" }), "C1", "purpose", "not decide-restriction"},
		{"consent to another reader", grant(func(d *charter.DecisionTerms) { d.Reader = "bank" }), "C1", "recipient", "does not name bank"},
		{"not granted without consent", grant(func(d *charter.DecisionTerms) { d.Outcome, d.Consent = charter.NotGranted, nil }), "C1", "consent", "gave no consent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			permit, err := charter.PermitDecision(c.terms)
			if c.invariant == "" {
				if err != nil {
					t.Fatal(err)
				}
				if permit.Subject() != c.terms.Subject || permit.Measure() != c.terms.Measure.Code || permit.Outcome() != c.terms.Outcome {
					t.Errorf("the permit %+v is not for the decision", permit)
				}
				return
			}
			if f := refusal(t, err); f.Invariant != c.invariant || f.Missing != c.missing || !strings.Contains(f.Text, c.text) {
				t.Errorf("refused by %s, missing %q: %s\nwant %s, %q and %q", f.Invariant, f.Missing, f.Text, c.invariant, c.missing, c.text)
			}
			if permit != (charter.Decision{}) {
				t.Errorf("a refusal came with the permit %+v", permit)
			}
		})
	}
	if _, err := charter.PermitDecision(charter.DecisionTerms{Measure: cat.Measure("entry-ban"), Outcome: "shamed"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an outcome that does not exist: %v", err)
	}
}

func TestASoleTraderConsentsLikeAPerson(t *testing.T) {
	t.Parallel()
	d := grantTerms(measuresCatalogue(t))
	d.Measure = measuresCatalogue(t).Measure("green-channel")
	d.Subject = subject.Subject{ID: 7, Kind: subject.Enterprise, Sole: true}
	d.Rating.Model = charter.ModelFacts{Code: "enterprise", Kinds: []string{"enterprise", "public_body"}, Contexts: []string{"market", "finance-credit"}}
	d.Rating.Band, d.Consent.Method = "AA", "enterprise"
	if _, err := charter.PermitDecision(d); err != nil {
		t.Errorf("across contexts, under own consent: %v", err)
	}
	d.Consent = nil
	_, err := charter.PermitDecision(d)
	if f := refusal(t, err); f.Invariant != "C1" {
		t.Errorf("without consent: %s", f)
	}
	d.Subject.Sole = false
	if _, err := charter.PermitDecision(d); err != nil {
		t.Errorf("a company needs no consent: %v", err)
	}
}

// TestC3Property: whatever contexts a model has and a benefit and a consent name, a person's benefit is decided only
// where all three are the same single one.
func TestC3Property(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	contexts := rapid.SampledFrom([]string{"voluntary-service", "finance-credit", "justice"})
	rapid.Check(t, func(t *rapid.T) {
		d := grantTerms(cat)
		m := *d.Measure
		d.Measure = &m
		m.Context = contexts.Draw(t, "benefit")
		d.Rating.Model.Contexts = rapid.SliceOfNDistinct(contexts, 0, 3, rapid.ID).Draw(t, "model")
		d.Consent.Contexts = rapid.SliceOfNDistinct(contexts, 1, 1, rapid.ID).Draw(t, "consent")
		d.Outcome = rapid.SampledFrom([]charter.Outcome{charter.Granted, charter.NotGranted}).Draw(t, "outcome")
		lawful := len(d.Rating.Model.Contexts) == 1 && d.Rating.Model.Contexts[0] == m.Context && d.Consent.Contexts[0] == m.Context
		if _, err := charter.PermitDecision(d); lawful != (err == nil) {
			t.Fatalf("one and the same context: %v; answer: %v\nbenefit %s, model %v, consent %v", lawful, err, m.Context, d.Rating.Model.Contexts, d.Consent.Contexts)
		}
	})
}

// TestRestrictionsExpireAtTheMomentOfAsking: on every day around its dates an order restricts exactly between service
// and end, without anything being swept.
func TestRestrictionsExpireAtTheMomentOfAsking(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		d := restrictTerms(cat)
		o := d.Order
		ceiling := o.Start.Add(calendar.Period{Years: 2})
		o.Served = o.Start + calendar.Day(rapid.IntRange(-10, 30).Draw(t, "served"))
		o.End = ceiling + calendar.Day(rapid.IntRange(-600, 300).Draw(t, "end")) // past the ceiling too: the list may have been tightened
		if rapid.Bool().Draw(t, "lifted") {
			o.Ended = &order.Ending{Act: order.Lift, Day: o.Start + calendar.Day(rapid.IntRange(0, 1000).Draw(t, "lifted on"))}
		}
		// Days on which something changes, and those beside them, are where a mistake would show.
		edges := []calendar.Day{o.Start, o.Served, o.End, ceiling}
		if o.Ended != nil {
			edges = append(edges, o.Ended.Day)
		}
		d.Today = rapid.SampledFrom(edges).Draw(t, "edge") + calendar.Day(rapid.IntRange(-1, 1).Draw(t, "beside"))
		holds := d.Today >= o.Start && d.Today >= o.Served && d.Today < o.End && d.Today < ceiling &&
			(o.Ended == nil || d.Today < o.Ended.Day)
		if _, err := charter.PermitDecision(d); holds != (err == nil) {
			t.Fatalf("in force: %v; answer: %v\n%+v on %s", holds, err, o, d.Today)
		}
	})
}

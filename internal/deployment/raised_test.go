package deployment_test

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/delay"
	"probity/internal/measure/order"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/repair"
	"probity/internal/ruling"
	"probity/internal/ruling/verdict"
	"probity/internal/store/erasures"
	"probity/internal/store/rulebooks"
)

// TestDemandsAreRaisedAgainAfterARestore: who received a record that was corrected after the backup, who was told of an order
// that was lifted, and who read a file of two that were parted, are told again; what was told to them was lost with the
// database.
func TestDemandsAreRaisedAgainAfterARestore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	bad, _ := b.bad(b.reader)
	id := bad.Newest().Record
	b.limited(b.company.ID)
	court := b.official("court-2", "spc", "Lin Tao")
	b.decide(b.company.ID)
	b.join()
	b.now = b.now.Add(time.Minute)
	b.scope(b.reader, access.File)
	saved := backup(t, b.Deployment)

	b.days(1)
	b.part()
	b.ingest(record.Corrected, code(7), 0)
	all := must(b.Store.Orders(ctx, b.company.ID)).Orders
	_, err := b.Measures(b.ratings).EndOrder(ctx, court, b.company.ID, all[0].Order.ID, order.Ending{
		Act: order.Lift, Day: calendar.In(b.now, calendar.Shanghai), Reason: "the debt was paid in May",
		Document: order.Document{Number: "(2026) 8", Digest: sha256.Sum256([]byte("lift"))},
	})
	if err != nil {
		t.Fatal(err)
	}
	type demand struct {
		kind  recall.Kind
		about string
	}
	open := func() (list []demand) {
		for _, p := range must(b.Recalls().Mine(ctx, b.reader)) {
			if p.Open() && p.Kind != recall.Review {
				list = append(list, demand{p.Kind, p.About})
			}
		}
		return list
	}
	before := open()
	out := b.again(saved)
	after := open()
	for _, want := range []demand{{recall.Correct, id.String()}, {recall.Lift, all[0].Order.ID.String()}, {recall.Correct, b.company.ID.String()}} {
		if !slices.Contains(before, want) {
			t.Errorf("before the restore %v was not demanded: %v", want, before)
		}
		if !slices.Contains(after, want) {
			t.Errorf("after the restore %v is not demanded again: %v", want, after)
		}
	}
	if out.Demands < 3 {
		t.Errorf("the restore says that it raised %d demands again", out.Demands)
	}
	if again := b.again(backup(t, b.Deployment)); again.Demands != 0 || len(open()) != len(after) {
		t.Errorf("restored with nothing lost, %d demands were raised again", again.Demands)
	}
}

// TestARetiredModelStaysRetiredAfterARestore: a version of a model that was taken out of use after the backup rates nobody,
// whether it was retired or another took its place.
func TestARetiredModelStaysRetiredAfterARestore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx := t.Context()
	saved := backup(t, b.Deployment)
	state := func(code string) rulebooks.State {
		for _, m := range must(rulebooks.In(b.Store).All(ctx)) {
			if m.Code == code && m.Version == 1 {
				return m.State
			}
		}
		return ""
	}
	if got := state(model); got != rulebooks.Active {
		t.Fatalf("the model is %s", got)
	}
	before := must(rulebooks.In(b.Store).All(ctx))
	if err := b.RetireModel(ctx, model, 1, "npcic/Clerk"); err != nil {
		t.Fatal(err)
	}
	if out := b.again(saved); out.Replayed["model retired"] != 1 {
		t.Errorf("made gone again: %v", out.Replayed)
	}
	if got := state(model); got != rulebooks.Retired {
		t.Errorf("after the restore the model is %s", got)
	}
	for i, m := range must(rulebooks.In(b.Store).All(ctx)) {
		if m.Code != model && m.State != before[i].State {
			t.Errorf("the model %s is %s, and was %s", m.Code, m.State, before[i].State)
		}
	}
}

// TestWhatWasAskedForAndLostIsNamed: objections, applications for repair, calls for a review and courts' orders that came after
// the backup are named by the restore, each once.
func TestWhatWasAskedForAndLostIsNamed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	ctx := t.Context()
	o.official("second", "npcic")
	court, zhou := o.official("judge", "shanghai-court"), o.official("zhou", "delta-bank")
	o.ingest("samr", "samr.penalty", penaltyHeading+o.penalty(7, "沪市监罚2026-1", "罚款", 3, "2026-06-10"))
	firm := o.company(7)
	me := o.own(firm)
	person, own := o.borrower(11)
	d := o.propose(zhou, person)
	made, err := o.d.Rulings().Make(ctx, ruling.Making{
		As: zhou, Subject: person, Decision: d.ID, Outcome: verdict.Outcome(d.Outcome),
		Reasons:    "All ten instalments of this year came in on the day they were due, and Mr Example explained the one transfer that was late in 2024.",
		Considered: []string{"ten months of repayments at Delta Bank", "the explanation given at the counter"}, Favour: []string{"no instalment was late"},
	})
	o.must(err)
	today := calendar.In(o.now, calendar.Shanghai)
	entered, err := o.d.Measures(o.ratings).EnterOrder(ctx, court, order.Order{
		Subject: firm, Issuer: "shanghai-court", Basis: order.Basis{Law: "consumption-provisions", Article: "art. 3"}, Measure: "consumption-limit",
		Tier: "serious", Amount: 90_000_000, Document: order.Document{Number: "(2026) 7", Digest: sha256.Sum256([]byte("order"))},
		Start: today, End: today + 100, Review: calendar.None, Appeal: "reconsideration by the court within ten days", Served: today,
	})
	o.must(err)
	saved := backup(t, o.d)

	o.now = o.now.Add(time.Minute)
	_, err = o.d.Measures(o.ratings).StepOrder(ctx, me, firm, entered.ID, order.Step{Act: order.Object, Reasons: "the debt was paid in May"})
	o.must(err)
	plan, err := o.d.Repairs(o.ratings).Plan(ctx, repair.Reading{As: me, Subject: firm})
	o.must(err)
	asked, err := o.d.Repairs(o.ratings).Ask(ctx, repair.Request{
		Own: repair.Own{By: me}, Subject: firm, Record: plan.Items[0].Record, Cure: "the fine was paid on 2026-06-20",
		Commitment: "What is stated here is true; the company answers for it. 本公司承诺所述属实并承担违约责任。",
		Proofs:     []repair.File{{Name: "缴款书.pdf", Body: []byte("paid")}},
	})
	o.must(err)
	_, err = o.d.Rulings().Review(ctx, ruling.Asking{By: own, Subject: person, Ruling: made.ID, Account: "the transfer of 2024 was not late"})
	o.must(err)
	kept, err := o.d.Delays().Enter(ctx, court, delay.Order{
		Subject: firm, Reader: "samr", Purpose: "court-case", Case: "(2026) 17", Document: "Order 5", Digest: strings.Repeat("cd", 32),
		Basis: "civil-procedure-law", End: today + 30,
	})
	o.must(err)

	o.now = o.now.Add(time.Minute)
	_, out := restored(t, o.d, saved, func() time.Time { return o.now })
	for what, name := range map[string]string{
		erasures.LostObjection: entered.ID.String(), erasures.LostRepair: asked.ID.String(),
		erasures.LostReview: made.ID.String(), erasures.LostDelay: kept.String(),
	} {
		if got := lostNames(out, what); !slices.Equal(got, []string{name}) {
			t.Errorf("of the %s %s the restore names %v", what, name, got)
		}
	}
}

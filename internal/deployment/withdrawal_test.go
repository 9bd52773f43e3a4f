package deployment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/recall"
	"probity/internal/record"
	"probity/internal/repair"
	"probity/internal/repair/application"
	"probity/internal/subject"
)

// repaired is a company with a fine that can be repaired, an application for it, and an order that rests on the fine.
type repaired struct {
	*office
	id          subject.ID
	me          access.Credential
	fine        record.ID
	app         application.ID
	ban         order.ID
	samr, other access.Credential
}

func newRepaired(t *testing.T) *repaired {
	t.Helper()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	ctx := t.Context()
	o.official("second", "npcic")
	r := &repaired{office: o, samr: o.official("lin", "samr"), other: o.official("qi", "mohurd")}
	o.official("he", "samr")
	o.ingest("samr", "samr.penalty", penaltyHeading+o.penalty(7, "沪市监罚2026-1", "罚款", 3, "2026-06-10"))
	var b strings.Builder
	b.WriteString("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n")
	for i := range 12 {
		fmt.Fprintf(&b, "检%03d,%s,上海示例贸易有限公司,random,clean,2026-%02d-05,示例局\n", i, code(7), i%9+1)
	}
	o.ingest("samr", "samr.inspection", b.String())
	r.id = o.company(7)
	r.me = o.own(r.id)
	_, err := o.d.Access.Open(ctx, access.Request{As: r.other, Subject: r.id, What: access.File, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1"})
	o.must(err)
	plan, err := o.d.Repairs(o.ratings).Plan(ctx, repair.Reading{As: r.me, Subject: r.id})
	o.must(err)
	r.fine = plan.Items[0].Record
	a, err := o.d.Repairs(o.ratings).Ask(ctx, repair.Request{
		Own: repair.Own{By: r.me}, Subject: r.id, Record: r.fine, Cure: "the corrective advertisement was printed on 1 July",
		Commitment: "What is stated here is true; the company answers for it.", Proofs: []repair.File{{Name: "page.pdf", Body: []byte("printed")}},
	})
	o.must(err)
	r.app = a.ID
	r.ban = r.bans("samr", r.samr, 1)
	return r
}

// bans has an agency exclude the company from tenders.
func (r *repaired) bans(agency string, by access.Credential, document byte) order.ID {
	r.Helper()
	today := calendar.In(r.now, calendar.Shanghai)
	o, err := r.d.Measures(r.ratings).EnterOrder(r.Context(), by, order.Order{
		Subject: r.id, Issuer: agency, Measure: "bidding-ban", Tier: "serious", Amount: 900_000_000, Basis: order.Basis{Law: "bidding-law", Article: "art. 53"},
		Document: order.Document{Number: agency, Digest: [32]byte{document}}, Start: today, End: today + 90, Review: calendar.None, Served: today,
		Appeal: "reconsideration within 60 days",
	})
	r.must(err)
	return o.ID
}

func (r *repaired) decide(v repair.Verdict) (application.Application, error) {
	r.now = r.now.Add(time.Minute)
	v.Subject, v.Repair = r.id, r.app
	return r.d.Repairs(r.ratings).Decide(r.Context(), v)
}

// shown tells whether the subject sees the fine in its own file.
func (r *repaired) shown() bool {
	r.Helper()
	own, err := r.d.Access.Open(r.Context(), access.Request{As: r.me, Subject: r.id, What: access.OwnFile})
	r.must(err)
	_, err = r.d.Store.Record(r.Context(), own, r.fine, r.d.Contracts)
	if err != nil && !fault.Is(err, fault.NotFound) {
		r.Fatal(err)
	}
	return err == nil
}

func (r *repaired) score() int64 {
	r.Helper()
	x, err := r.ratings.Current(r.Context(), r.id, "enterprise-credit")
	r.must(err)
	return x.Score
}

func (r *repaired) stateOf(id order.ID) order.State {
	r.Helper()
	all, err := r.d.Measures(r.ratings).Orders(r.Context(), measure.Request{As: r.me, Subject: r.id})
	r.must(err)
	for i := range all {
		if all[i].ID == id {
			return all[i].State(calendar.In(r.now, calendar.Shanghai))
		}
	}
	r.Fatalf("the order %s is not there", id)
	return ""
}

// demands are what an agency was told about the fine, open ones only.
func (r *repaired) demands(as access.Credential) (told []string) {
	r.Helper()
	list, err := r.d.Recalls().Mine(r.Context(), as)
	r.must(err)
	for _, p := range list {
		if p.About == r.fine.String() && p.Open() {
			told = append(told, string(p.Kind)+" "+p.Ground)
		}
	}
	return told
}

// TestARepairLiftsInItsOwnTransaction: either the record is gone and the orders that rest on it are lifted, or neither.
func TestARepairLiftsInItsOwnTransaction(t *testing.T) {
	t.Parallel()
	r := newRepaired(t)
	foreign := r.bans("mohurd", r.other, 2)
	grant := repair.Verdict{As: r.samr, Act: application.Grant, Reasons: "the page of 1 July is on file", Lift: []order.ID{r.ban, foreign}}
	_, err := r.decide(grant)
	r.refused(err, "C4", "author of the order")
	if !r.shown() || r.stateOf(r.ban) != order.InForce {
		t.Errorf("the refused grant left its mark: shown %v, the order is %s", r.shown(), r.stateOf(r.ban))
	}
	grant.Lift = []order.ID{r.ban}
	a, err := r.decide(grant)
	r.must(err)
	if r.shown() || r.stateOf(r.ban) != order.Lifted || r.stateOf(foreign) != order.InForce || a.Steps[1].Lifted[0] != r.ban {
		t.Errorf("granted: shown %v, orders %s and %s, %+v", r.shown(), r.stateOf(r.ban), r.stateOf(foreign), a.Steps[1])
	}
}

// TestARepairGotByAFalseCommitmentIsWithdrawn: the record counts again from the withdrawal on, whoever received it is told,
// and the subject has a review, which may set the withdrawal aside.
func TestARepairGotByAFalseCommitmentIsWithdrawn(t *testing.T) {
	t.Parallel()
	r := newRepaired(t)
	ctx := t.Context()
	before := r.score()
	_, err := r.decide(repair.Verdict{As: r.samr, Act: application.Grant, Reasons: "the page of 1 July is on file", Lift: []order.ID{r.ban}})
	r.must(err)
	without := r.score()
	withdraw := repair.Verdict{
		As: r.samr, Act: application.Withdraw, Reasons: "the newspaper confirms that no such page was printed on 1 July", Unmet: []string{"cure"},
		Finding: strings.Repeat("0a", 32),
	}
	for _, c := range []struct {
		name, invariant, missing string
		change                   func(*repair.Verdict)
	}{
		{"another body", "C10", "body that listed it", func(v *repair.Verdict) { v.As = r.other }},
		{"the subject", "C10", "official of the body that listed it", func(v *repair.Verdict) { v.As = r.me }},
		{"no reasons", "C10", "reasons", func(v *repair.Verdict) { v.Reasons = "requirements not met" }},
		{"for a rating", "C4", "ground other than a rating", func(v *repair.Verdict) { v.Reasons = "the credit rating was D all along" }},
		{"nothing false", "C10", "unmet condition", func(v *repair.Verdict) { v.Unmet = nil }},
		{"not vouched for", "C10", "false statement of the subject", func(v *repair.Verdict) { v.Unmet = []string{"period"} }},
		{"no finding", "C10", "finding", func(v *repair.Verdict) { v.Finding = "visit" }},
	} {
		v := withdraw
		c.change(&v)
		_, err := r.decide(v)
		r.refused(err, c.invariant, c.missing)
	}
	if r.shown() {
		t.Fatal("a refused withdrawal brings the record back")
	}
	a, err := r.decide(withdraw)
	r.must(err)
	if a.State() != application.Withdrawn || a.Steps[2].Finding != withdraw.Finding || len(a.Receipts) != 1 || a.Receipts[0].Recipient != "mohurd" {
		t.Errorf("withdrawn: %+v", a)
	}
	if !r.shown() || r.score() != before || before == without {
		t.Errorf("the record counts again: shown %v, score %d; it was %d, and %d without", r.shown(), r.score(), before, without)
	}
	if got := strings.Join(r.demands(r.other), ", "); !strings.Contains(got, string(recall.Correct)+" "+repair.Withdrawn) {
		t.Errorf("who received it is told: %s", got)
	}
	if got := r.stateOf(r.ban); got != order.Lifted {
		t.Errorf("the order that was lifted is %s", got)
	}
	r.told(ctx, "another official look at it")

	if _, err := r.decide(withdraw); !fault.Is(err, fault.Conflict) {
		t.Errorf("withdrawn twice: %v", err)
	}
	_, err = r.decide(repair.Verdict{As: r.me, Act: application.AskReview, Reasons: "it was printed in the evening edition"})
	r.must(err)
	_, err = r.decide(repair.Verdict{As: r.samr, Act: application.Grant, Reasons: "the evening edition is on file"})
	r.refused(err, "C10", "another official")
	a, err = r.decide(repair.Verdict{As: r.people["he"], Act: application.Grant, Reasons: "the evening edition is on file"})
	r.must(err)
	if r.shown() || r.score() != without || a.State() != application.Synchronising {
		t.Errorf("set aside: %s, shown %v, score %d", a.State(), r.shown(), r.score())
	}
	withdraw.Finding = strings.ToUpper(withdraw.Finding)
	_, err = r.decide(withdraw)
	r.refused(err, "C10", "new finding")
	r.now = time.Date(2027, 6, 10, 2, 0, 0, 0, time.UTC)
	withdraw.Finding = strings.Repeat("0b", 32)
	if _, err := r.decide(withdraw); !fault.Is(err, fault.Conflict) {
		t.Errorf("withdrawn when the record is over by itself: %v", err)
	}
}

// told holds that one of the subject's notices says the words.
func (r *repaired) told(ctx context.Context, words string) {
	r.Helper()
	own, err := r.d.Access.Open(ctx, access.Request{As: r.me, Subject: r.id, What: access.OwnFile})
	r.must(err)
	list, err := r.d.Inbox(r.ratings).List(ctx, own, "en", 50)
	r.must(err)
	for i := range list {
		if strings.Contains(fmt.Sprint(*list[i].Letter), words) {
			return
		}
	}
	r.Errorf("no notice says %q", words)
}

// TestAWithdrawnRepairStaysWithdrawnAfterARestore: whichever backup the database is put back from, the record counts.
func TestAWithdrawnRepairStaysWithdrawnAfterARestore(t *testing.T) {
	t.Parallel()
	r := newRepaired(t)
	before := backup(t, r.d)
	_, err := r.decide(repair.Verdict{As: r.samr, Act: application.Grant, Reasons: "the page of 1 July is on file"})
	r.must(err)
	between := backup(t, r.d)
	_, err = r.decide(repair.Verdict{
		As: r.samr, Act: application.Withdraw, Reasons: "the newspaper confirms that no such page was printed on 1 July", Unmet: []string{"cure"},
		Finding: strings.Repeat("0a", 32),
	})
	r.must(err)
	live := r.d
	for name, saved := range map[string]string{"before the grant": before, "between grant and withdrawal": between} {
		r.d, _ = restored(t, live, saved, func() time.Time { return r.now })
		if r.ratings, err = r.d.Ratings(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !r.shown() {
			t.Errorf("restored from a backup taken %s: the record is gone", name)
		}
	}
}

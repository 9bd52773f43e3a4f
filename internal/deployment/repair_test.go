package deployment_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/agreement/deed"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/rating"
	"probity/internal/repair"
	"probity/internal/repair/application"
	"probity/internal/store"
	"probity/internal/store/agreements"
	"probity/internal/subject"
)

// office is a deployment with people who act in it.
type office struct {
	*testing.T
	d       *deployment.Deployment
	now     time.Time
	ratings *rating.Desk
	people  map[string]access.Credential
}

func newOffice(t *testing.T, now string) *office {
	t.Helper()
	o := &office{T: t, people: map[string]access.Credential{}}
	var err error
	if o.now, err = time.Parse(time.RFC3339, now); err != nil {
		t.Fatal(err)
	}
	o.d = create(t, func() time.Time { return o.now })
	secret, err := o.d.Wallet.Load("first")
	o.must(err)
	o.people["first"], err = o.d.Access.Authenticate(t.Context(), "first", secret)
	o.must(err)
	o.ratings, err = o.d.Ratings(t.Context())
	o.must(err)
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// refused holds that the Charter refuses, and what it finds missing.
func (o *office) refused(err error, invariant, missing string) {
	o.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != invariant || f.Missing != missing || f.Cure == "" {
		o.Errorf("want a refusal under %s for want of %q with a cure, got: %v", invariant, missing, err)
	}
}

// official gives an agency an official.
func (o *office) official(name, agency string) access.Credential {
	o.Helper()
	secret, err := o.d.Access.Issue(o.Context(), o.people["first"], access.Credential{}, access.Grant{Name: name, Agency: agency, Official: "Official " + name})
	o.must(err)
	o.people[name], err = o.d.Access.Authenticate(o.Context(), name, secret)
	o.must(err)
	if a := o.d.Catalogue.Agency(agency); deed.BuiltIn().Demanded(a.Kind, "lending", calendar.In(o.d.Now(), calendar.Shanghai)) {
		o.must(testworld.AgreeOnAnswers(o.Context(), agreements.In(o.d.Store), o.d.Catalogue, "npcic", agency, "lending", o.d.Now()))
	}
	return o.people[name]
}

// own gives a subject a credential of its own.
func (o *office) own(id subject.ID) access.Credential {
	o.Helper()
	name := "own-" + id.String()
	secret, err := o.d.Access.Issue(o.Context(), o.people["first"], o.people["second"], access.Grant{Name: name, Subject: id, Proof: strings.Repeat("ab", 32)})
	o.must(err)
	c, err := o.d.Access.Authenticate(o.Context(), name, secret)
	o.must(err)
	return c
}

func (o *office) ingest(agency, dataset, text string) *intake.Report {
	o.Helper()
	o.now = o.now.Add(time.Second)
	rep, err := o.d.Intake(o.ratings).Ingest(o.Context(), intake.Job{By: testworld.Delivery(agency), Dataset: dataset, File: dataset + ".csv", Source: strings.NewReader(text)}, nil)
	o.must(err)
	return rep
}

func (o *office) company(n uint64) subject.ID {
	o.Helper()
	sub, err := o.d.Store.FindSubject(o.Context(), store.Key{Scheme: subject.USCC, Value: code(n)})
	o.must(err)
	return sub.ID
}

const penaltyHeading = "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_CFJG,CF_CFJGDM\n"

func (o *office) penalty(n uint64, number, class string, fine int, on string) string {
	authority := o.d.Catalogue.Agency("samr").USCC
	return fmt.Sprintf("上海示例贸易有限公司,法人,%s,%s,虚假宣传,发布虚假内容,广告法第五十五条,%s,处罚,%d,%s,示例局,%s\n",
		code(n), number, class, fine, on, authority)
}

// TestRepairFromPlanToReceipt is the way back of one company, with everything that may go wrong on it.
func TestRepairFromPlanToReceipt(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	o.official("second", "npcic")
	samr1, samr2, other := o.official("lin", "samr"), o.official("he", "samr"), o.official("qi", "mohurd")
	rows := o.penalty(7, "沪市监罚2026-1", "罚款", 3, "2026-06-10") + o.penalty(7, "沪市监罚2026-2", "罚款", 5, "2026-10-10") +
		o.penalty(7, "沪市监罚2025-9", "罚款", 5, "2025-10-10") + o.penalty(8, "沪市监罚2026-3", "罚款", 1, "2026-06-10")
	if rep := o.ingest("samr", "samr.penalty", penaltyHeading+rows); rep.Counts.Stored != 4 {
		t.Fatalf("stored: %+v", rep.Counts)
	}
	var b strings.Builder
	b.WriteString("inspection_no,uscc,org_name,kind,result,inspected_on,authority\n")
	for i := range 12 {
		fmt.Fprintf(&b, "检%03d,%s,上海示例贸易有限公司,random,clean,2026-%02d-05,示例局\n", i, code(7), i%9+1)
	}
	o.ingest("samr", "samr.inspection", b.String())
	id := o.company(7)
	me, stranger := o.own(id), o.own(o.company(8))
	repairs := o.d.Repairs(o.ratings)
	ctx := t.Context()

	// Somebody reads the file, and so has received the records.
	_, err := o.d.Access.Open(ctx, access.Request{As: other, Subject: id, What: access.File, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1"})
	o.must(err)

	plan, err := repairs.Plan(ctx, repair.Reading{As: me, Subject: id})
	o.must(err)
	if len(plan.Items) != 2 {
		t.Fatalf("a general matter of October 2025 is over after a year, two are left; the plan has %d: %+v", len(plan.Items), plan.Items)
	}
	first, second := plan.Items[0], plan.Items[1]
	if !first.Open || first.Earliest.String() != "2026-09-10" || first.Until.String() != "2027-06-10" || first.EndedBy != "repair.order36" || len(first.Checklist) != 3 || first.Decider != "samr" {
		t.Errorf("first: %+v", first)
	}
	if second.Open || second.Earliest.String() != "2027-01-10" || second.Checklist[0].Done || second.Checklist[0].From != second.Earliest {
		t.Errorf("second: %+v", second)
	}
	var foreseen *repair.Change
	for i := range first.Changes {
		if first.Changes[i].Model == "enterprise-credit" {
			foreseen = &first.Changes[i]
		}
	}
	if foreseen == nil || foreseen.After.Score <= foreseen.Before.Score {
		t.Fatalf("the plan does not say what it changes: %+v", first.Changes)
	}
	kept, err := o.ratings.Current(ctx, id, "enterprise-credit")
	o.must(err)
	if kept.Score != foreseen.Before.Score {
		t.Errorf("planning left a trace: %d, and was %d", kept.Score, foreseen.Before.Score)
	}

	receipt := []repair.File{{Name: "缴款书.pdf", Body: []byte("paid")}}
	promise := "What is stated here is true; the company answers for it. 本公司承诺所述属实并承担违约责任。"
	request := repair.Request{Own: repair.Own{By: me}, Subject: id, Record: first.Record, Cure: "the fine was paid on 2026-06-20", Commitment: promise, Proofs: receipt}
	for _, c := range []struct {
		name, missing string
		change        func(*repair.Request)
	}{
		{"too early", "least period of publication", func(r *repair.Request) { r.Record = second.Record }},
		{"no document", "proof of the cure", func(r *repair.Request) { r.Proofs = nil }},
		{"no account", "account of the cure", func(r *repair.Request) { r.Cure = " " }},
		{"no promise", "public commitment", func(r *repair.Request) { r.Commitment = "ok" }},
		{"a stranger", "own act of the subject", func(r *repair.Request) { r.By = stranger }},
		{"a stranger guessing records", "own act of the subject", func(r *repair.Request) { r.By, r.Record = stranger, 1 }},
		{"one official for it", "own act of the subject", func(r *repair.Request) { r.By = samr1 }},
	} {
		r := request
		c.change(&r)
		_, err := repairs.Ask(ctx, r)
		o.refused(err, "C10", c.missing)
	}

	a, err := repairs.Ask(ctx, request)
	o.must(err)
	if a.State() != application.Deciding || a.DecideBy.String() != "2026-11-25" || a.AnswerBy.String() != "2026-12-04" || a.Handler != "samr" {
		t.Errorf("asked on Sunday 22 November 2026: %+v", a)
	}
	if _, err := repairs.Ask(ctx, request); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	if list, err := repairs.Waiting(ctx, samr1); err != nil || len(list) != 1 {
		t.Errorf("waiting at the handler: %+v, %v", list, err)
	}
	if f, err := repairs.Proof(ctx, repair.Reading{As: me, Subject: id}, a.ID, 1); err != nil || string(f.Body) != "paid" || f.Name != "缴款书.pdf" {
		t.Errorf("the proof comes back as %+v, %v", f, err)
	}

	verdict := repair.Verdict{As: samr1, Subject: id, Repair: a.ID, Act: application.Refuse, Reasons: "the corrective advertisement has not been published", Unmet: []string{"cure"}}
	for _, c := range []struct {
		name, invariant, missing string
		change                   func(*repair.Verdict)
	}{
		{"another body", "C10", "body that listed it", func(v *repair.Verdict) { v.As = other }},
		{"the subject itself", "C10", "official of the body that listed it", func(v *repair.Verdict) { v.As, v.Act = me, application.Grant }},
		{"no reasons", "C10", "reasons", func(v *repair.Verdict) { v.Reasons = "requirements not met" }},
		{"no condition", "C10", "unmet condition", func(v *repair.Verdict) { v.Unmet = nil }},
		{"a condition of its own", "C10", "condition of the rule", func(v *repair.Verdict) { v.Unmet = []string{"mood"} }},
		{"because of a rating", "C4", "ground other than a rating", func(v *repair.Verdict) { v.Reasons = "the credit rating of the company is D" }},
	} {
		v := verdict
		c.change(&v)
		_, err := repairs.Decide(ctx, v)
		o.refused(err, c.invariant, c.missing)
	}
	verdict.Act = application.Uphold
	if _, err := repairs.Decide(ctx, verdict); !fault.Is(err, fault.Conflict) {
		t.Errorf("upheld before it was refused: %v", err)
	}
	verdict.Act = application.Refuse
	a, err = repairs.Decide(ctx, verdict)
	o.must(err)
	if a.State() != application.Refused || a.Steps[1].Reasons != verdict.Reasons || a.Steps[1].Official != "Official lin" {
		t.Errorf("refused: %+v", a)
	}
	_, err = repairs.Decide(ctx, repair.Verdict{As: stranger, Subject: id, Repair: a.ID, Act: application.AskReview})
	o.refused(err, "C10", "own act of the subject")
	a, err = repairs.Decide(ctx, repair.Verdict{As: me, Subject: id, Repair: a.ID, Act: application.AskReview, Reasons: "it was published on 1 July"})
	o.must(err)
	if a.State() != application.Reviewing || a.Due().String() != "2026-12-04" {
		t.Errorf("reviewing: %s until %s", a.State(), a.Due())
	}
	_, err = repairs.Decide(ctx, repair.Verdict{As: samr1, Subject: id, Repair: a.ID, Act: application.Grant})
	o.refused(err, "C10", "another official")
	o.now = o.now.Add(time.Minute)
	a, err = repairs.Decide(ctx, repair.Verdict{As: samr2, Subject: id, Repair: a.ID, Act: application.Grant, Reasons: "the advertisement of 1 July is on file"})
	o.must(err)
	if a.State() != application.Synchronising || len(a.Receipts) != 1 || a.Receipts[0].Recipient != "mohurd" {
		t.Errorf("granted: %s, %+v", a.State(), a.Receipts)
	}

	o.gone(ctx, id, first, me)
	if now, err := o.ratings.Current(ctx, id, "enterprise-credit"); err != nil || now.Score != foreseen.After.Score {
		t.Errorf("the plan foresaw %d, it became %d, %v", foreseen.After.Score, now.Score, err)
	}
	o.ingest("samr", "samr.penalty", penaltyHeading+rows)
	o.gone(ctx, id, first, me)
	o.ingest("samr", "samr.penalty", penaltyHeading+o.penalty(7, "沪市监罚2026-1", "罚款", 4, "2026-06-10"))
	o.gone(ctx, id, first, me)
}

// gone holds that a repaired record is in nobody's answer: not the subject's, not a reader's, not a rating's.
func (o *office) gone(ctx context.Context, id subject.ID, it repair.Item, me access.Credential) {
	o.Helper()
	own, err := o.d.Access.Open(ctx, access.Request{As: me, Subject: id, What: access.OwnFile})
	o.must(err)
	their, err := o.d.Access.Open(ctx, access.Request{As: o.people["qi"], Subject: id, What: access.File, Purpose: "supervision", Basis: "supervision-opinions", Case: "2026-1"})
	o.must(err)
	for _, scope := range []access.Scope{own, their} {
		list, err := o.d.Store.File(ctx, scope, o.d.Contracts)
		o.must(err)
		for i := range list {
			if list[i].Newest().Record == it.Record {
				o.Errorf("the repaired record %s is still in the file", it.Record)
			}
		}
		if _, err := o.d.Store.Record(ctx, scope, it.Record, o.d.Contracts); !fault.Is(err, fault.NotFound) {
			o.Errorf("the repaired record is answered: %v", err)
		}
	}
	x, err := o.ratings.Explain(ctx, own, "enterprise-credit", rating.Moment{})
	o.must(err)
	for _, c := range x.View.Characteristics {
		for _, e := range c.Records {
			if e.Record == it.Record {
				o.Errorf("the repaired record %s counts in %s", it.Record, c.Name)
			}
		}
	}
}

// TestMattersEndByThemselves: nobody sweeps, and the day after the longest publication the record is gone, also from the
// kept rating.
func TestMattersEndByThemselves(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	o.official("second", "npcic")
	o.ingest("samr", "samr.penalty", penaltyHeading+o.penalty(7, "沪市监罚2026-1", "警告", 0, "2026-09-01"))
	id := o.company(7)
	me := o.own(id)
	plan := func() []repair.Item {
		p, err := o.d.Repairs(o.ratings).Plan(t.Context(), repair.Reading{As: me, Subject: id})
		o.must(err)
		return p.Items
	}
	if items := plan(); len(items) != 1 || items[0].Until.String() != "2026-12-01" || !items[0].Open {
		t.Fatalf("a warning is shown for three months and can be repaired at once: %+v", items)
	}
	before, err := o.ratings.Current(t.Context(), id, "enterprise-credit")
	o.must(err)
	o.now = time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC) // the last second of 30 November in Shanghai
	if items := plan(); len(items) != 1 {
		t.Errorf("on the last day it is gone already")
	}
	o.now = o.now.Add(time.Second)
	if items := plan(); len(items) != 0 {
		t.Errorf("after three months it is still there: %+v", items)
	}
	if before.GoodUntil == calendar.None || before.GoodUntil > calendar.MustParse("2026-12-01") {
		t.Errorf("the rating of before is good until %s", before.GoodUntil)
	}
}

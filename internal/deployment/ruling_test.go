package deployment_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/ownfile"
	"probity/internal/recall"
	"probity/internal/ruling"
	"probity/internal/ruling/verdict"
	"probity/internal/store"
	"probity/internal/subject"
)

const repayments = "delta-bank.person-repayment"

// borrower is a person with a year of repayments, a credential and a consent.
func (o *office) borrower(n uint64) (subject.ID, access.Credential) {
	o.Helper()
	number, err := identifier.SyntheticResidentID(calendar.MustParse("1990-01-01"), n, true)
	o.must(err)
	var b strings.Builder
	b.WriteString("account_no,id_no,month,product,limit_amount,balance,due_amount,paid_amount,days_past_due,bucket,opened_on\n")
	for m := range 10 {
		y, month, _ := calendar.MustParse("2026-01-01").Add(calendar.Period{Months: m}).Date()
		fmt.Fprintf(&b, "A%d,%s,%04d-%02d-%02d,consumer,10000,5000,500,500,0,current,2020-01-01\n", n, number, y, month, calendar.DaysIn(y, month))
	}
	if rep := o.ingest("delta-bank", repayments, b.String()); rep.Counts.Stored != 10 {
		o.Fatalf("stored: %+v", rep.Counts)
	}
	hash := o.d.Vault.Hash(subject.Identifier{Scheme: subject.ResidentID, Value: number})
	sub, err := o.d.Store.FindSubject(o.Context(), store.Key{Scheme: subject.ResidentID, Value: string(hash[:])})
	o.must(err)
	me := o.own(sub.ID)
	today := calendar.In(o.now, calendar.Shanghai)
	_, err = o.d.Rights.Give(o.Context(), me, access.Credential{}, consent.Consent{
		Subject: sub.ID, Handler: consent.Platform, Recipients: []string{"delta-bank"}, Purpose: "lending", Contexts: []string{"finance-credit"},
		Categories: []string{repayments, "delta-consumer-finance.person-repayment"}, Method: "person-repayment",
		From: today, To: today.Add(calendar.Period{Months: 6}), Words: consent.Words{Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true},
	})
	o.must(err)
	return sub.ID, me
}

func (o *office) propose(as access.Credential, id subject.ID) measure.Decision {
	o.Helper()
	d, err := o.d.Measures(o.ratings).Decide(o.Context(), measure.Request{
		As: as, Subject: id, Measure: "loan-fee-rebate", Purpose: "lending", Basis: "pipl art. 13", Case: "2026-7",
	})
	o.must(err)
	return d
}

// TestHumanDecision: about a person the machine proposes and a named official decides, for reasons of its own; another
// official reviews, and the first decision stays as it was made.
func TestHumanDecision(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	ctx := t.Context()
	o.official("second", "npcic")
	zhou, sun, qian := o.official("zhou", "delta-bank"), o.official("sun", "delta-bank"), o.official("qian", "delta-consumer-finance")
	id, me := o.borrower(11)
	d := o.propose(zhou, id)
	if !d.NeedsRuling {
		t.Fatalf("a benefit decided on a person's rating is no proposal: %+v", d)
	}
	rulings := o.d.Rulings()
	if list, err := rulings.Pending(ctx, zhou); err != nil || len(list) != 1 || list[0].Decision != d.ID || list[0].Due.String() != "2026-12-04" {
		t.Errorf("pending: %+v, %v", list, err)
	}
	good := ruling.Making{
		As: zhou, Subject: id, Decision: d.ID, Outcome: verdict.Outcome(d.Outcome),
		Reasons:    "All ten instalments of this year came in on the day they were due, and Mr Example explained the one transfer that was late in 2024.",
		Considered: []string{"ten months of repayments at Delta Bank", "the explanation given at the counter"}, Favour: []string{"no instalment was late"},
	}
	for _, c := range []struct {
		name, missing string
		change        func(*ruling.Making)
	}{
		{"nobody by name", "named official", func(m *ruling.Making) { m.As = me }},
		{"an office that did not ask", "official of the office that asked", func(m *ruling.Making) { m.As = qian }},
		{"one word", "own reasons", func(m *ruling.Making) { m.Reasons = "approved" }},
		{"a phrase", "own reasons", func(m *ruling.Making) {
			m.Reasons = strings.Repeat("The applicant did not achieve a qualifying score. ", 4)
		}},
		{"the system's own words", "own reasons", func(m *ruling.Making) {
			var all []string
			for _, r := range mustKept(o, me, id, d.ID).Reasons {
				all = append(all, r.Text)
			}
			m.Reasons = strings.Join(all, " ") + " 2026-11-22"
		}},
		{"nothing considered", "facts considered", func(m *ruling.Making) { m.Considered = nil }},
		{"nothing in favour", "what counted in favour", func(m *ruling.Making) { m.Favour = []string{" "} }},
	} {
		m := good
		c.change(&m)
		_, err := rulings.Make(ctx, m)
		o.refused(err, "C14", c.missing)
	}
	first, err := rulings.Make(ctx, good)
	o.must(err)
	if first.Official != "Official zhou" || first.Proposed != verdict.Outcome(d.Outcome) || len(first.Warnings) != 0 || first.ReviewUntil.String() != "2027-01-21" {
		t.Errorf("made: %+v", first)
	}
	if _, err := rulings.Make(ctx, good); !fault.Is(err, fault.Conflict) {
		t.Errorf("ruled on twice: %v", err)
	}

	// The next person is owed reasons of its own.
	other, _ := o.borrower(12)
	d2 := o.propose(sun, other)
	copied := good
	copied.As, copied.Subject, copied.Decision = sun, other, d2.ID
	copied.Reasons = strings.NewReplacer("Mr Example", "Ms Sample", "2024", "2025", "ten", "nine").Replace(good.Reasons)
	_, err = rulings.Make(ctx, copied)
	o.refused(err, "C14", "own reasons")
	copied.Reasons = "Ms Sample moved to Wuxi in March and paid from a second account; the statements that she brought show every payment, so the rebate is given."
	if _, err = rulings.Make(ctx, copied); err != nil {
		t.Errorf("reasons of its own are refused: %v", err)
	}

	// A review by another official.
	_, stranger := o.borrower(13)
	_, err = rulings.Review(ctx, ruling.Asking{By: stranger, Subject: id, Ruling: first.ID})
	o.refused(err, "C14", "own act of the subject")
	asked, err := rulings.Review(ctx, ruling.Asking{By: me, Subject: id, Ruling: first.ID, Account: "the late transfer was the bank's own fault"})
	o.must(err)
	if asked.Review.Due.String() != "2026-12-12" {
		t.Errorf("the review is due on %s", asked.Review.Due)
	}
	if _, err := rulings.Review(ctx, ruling.Asking{By: me, Subject: id, Ruling: first.ID}); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	review := good
	review.Reviews, review.Outcome = first.ID, verdict.Granted
	review.Reasons = "The bank's journal shows that the transfer of May 2024 was held back by the bank itself; nothing is left that would speak against the person."
	_, err = rulings.Make(ctx, review)
	o.refused(err, "C14", "another official")
	review.As = sun
	o.now = o.now.Add(time.Hour)
	second, err := rulings.Make(ctx, review)
	o.must(err)

	list, err := rulings.List(ctx, ruling.Reading{As: me, Subject: id})
	o.must(err)
	if len(list) != 2 || list[0].Reasons != good.Reasons || list[0].Official != "Official zhou" || list[0].Review.Answer != second.ID || list[0].Review.Account == "" {
		t.Errorf("the first ruling is not as it was made: %+v", list)
	}
	if v := verdict.InEffect(list); v.ID != second.ID || v.Outcome != verdict.Granted {
		t.Errorf("in effect: %+v", v)
	}
	if pending, err := rulings.Pending(ctx, zhou); err != nil || len(pending) != 0 {
		t.Errorf("pending still: %+v, %v", pending, err)
	}
	scope, err := o.d.Access.Open(ctx, access.Request{As: me, Subject: id, What: access.OwnFile})
	o.must(err)
	entries, err := o.d.Access.Log(ctx, scope)
	o.must(err)
	made := 0
	for _, e := range entries {
		if e.What == "ruling" && e.Act == "ruling" {
			made++
		}
	}
	if made != 3 {
		t.Errorf("the ledger tells of %d steps, want 3", made)
	}
	o.holdsDecisions(me, id, d.ID, good.Reasons)
}

// TestALateReviewGoesToTheBodyAbove holds that a review that an office lets lie is brought before the body that the catalogue
// names above it, once; that the person is told; that the body decides by its own official; and that an office above which
// nobody stands cannot be escalated.
func TestALateReviewGoesToTheBodyAbove(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "2026-11-22T02:00:00Z")
	ctx := t.Context()
	o.official("second", "npcic")
	zhou, above := o.official("zhou", "delta-bank"), o.official("above", "nfra")
	id, me := o.borrower(21)
	d := o.propose(zhou, id)
	making := ruling.Making{
		As: zhou, Subject: id, Decision: d.ID, Outcome: verdict.NotGranted,
		Reasons:    "The statements that Mr Example brought end in May, and he did not answer the two letters that asked for those of the summer.",
		Considered: []string{"the statements until May"}, Favour: []string{"no instalment was late"},
	}
	rulings := o.d.Rulings()
	first, err := rulings.Make(ctx, making)
	o.must(err)
	_, err = rulings.Review(ctx, ruling.Asking{By: me, Subject: id, Ruling: first.ID, Account: "the letters never came"})
	o.must(err)
	escalates := func(at string, want ...verdict.ID) {
		t.Helper()
		o.now, err = time.Parse(time.RFC3339, at)
		o.must(err)
		ends, err := o.d.SweepEnds(ctx, o.ratings)
		o.must(err)
		if !slices.Equal(ends.Reviews, want) {
			t.Errorf("at %s escalated: %v, want %v", at, ends.Reviews, want)
		}
	}
	escalates("2026-12-12T15:59:59Z") // the last second of the last day, in Shanghai
	escalates("2026-12-12T16:00:00Z") // late, and nobody stands above the bank
	o.d.Catalogue.Agency("delta-bank").Superior = "nfra"
	escalates("2026-12-12T16:00:00Z", first.ID)
	escalates("2026-12-12T16:00:00Z")
	mine, err := o.d.Recalls().Mine(ctx, above)
	if err != nil || len(mine) != 1 || mine[0].Kind != recall.Decide || mine[0].About != first.ID.String() || mine[0].Due.String() != "2027-01-02" {
		t.Errorf("what the body above was told: %+v, %v", mine, err)
	}
	escalates("2027-01-05T02:00:00Z")
	if late, err := o.d.Recalls().Laggards(ctx); err != nil || len(late) != 1 || late[0].Recipient != "nfra" || late[0].Late != 3 {
		t.Errorf("late is: %+v, %v", late, err)
	}
	scope, err := o.d.Access.Open(ctx, access.Request{As: me, Subject: id, What: access.OwnFile})
	o.must(err)
	told, err := o.d.Inbox(o.ratings).List(ctx, scope, "en", 50)
	o.must(err)
	said := 0
	for _, m := range told {
		if m.About == first.ID.String() && strings.Contains(fmt.Sprint(*m.Letter), "passed on to the body above") {
			said++
		}
	}
	if said != 1 {
		t.Errorf("the person was told %d times", said)
	}
	making.As, making.Reviews, making.Outcome = above, first.ID, verdict.Granted
	making.Reasons = "Both letters came back unopened, as the bank's own register of post shows; the statements handed in since leave no doubt about the summer."
	_, err = rulings.Make(ctx, making)
	o.must(err)
	if mine, err := o.d.Recalls().Mine(ctx, above); err != nil || len(mine) != 1 || mine[0].Open() {
		t.Errorf("decided, and still asked for: %+v, %v", mine, err)
	}
	escalates("2027-03-01T02:00:00Z")
}

// holdsDecisions holds that the own file has the decisions as they were given, and the rulings with their reasons.
func (o *office) holdsDecisions(me access.Credential, id subject.ID, which measure.DecisionID, reasons string) {
	o.Helper()
	own, err := o.d.OwnFile(o.Context(), me, id, ownfile.EN)
	o.must(err)
	text, err := json.Marshal(own)
	o.must(err)
	var got struct {
		Sections struct {
			Decisions []struct{ Decision, Reader, Measure string }
			Rulings   []struct{ Reasons string }
		}
	}
	o.must(json.Unmarshal(text, &got))
	if d := got.Sections.Decisions; len(d) == 0 || d[0].Decision != which.String() || d[0].Reader != "delta-bank" || d[0].Measure != "loan-fee-rebate" {
		o.Errorf("decisions in the own file: %+v", d)
	}
	if r := got.Sections.Rulings; len(r) == 0 || r[0].Reasons != reasons {
		o.Errorf("rulings in the own file: %+v", r)
	}
}

func mustKept(o *office, me access.Credential, id subject.ID, which measure.DecisionID) measure.Decision {
	o.Helper()
	d, err := o.d.Measures(o.ratings).Kept(o.Context(), measure.Request{As: me, Subject: id}, which)
	o.must(err)
	return d
}

// TestConcordanceIsWarnedOf: an office whose decisions are the cut-off's is told so, and not before it is certain enough.
func TestConcordanceIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, same          int
		warning, certain bool
	}{
		{3, 3, false, false}, {29, 29, false, false}, {30, 30, true, false}, {40, 38, false, false}, {100, 95, false, false},
		{100, 96, true, false}, {73, 73, true, false}, {80, 80, true, true}, {1000, 970, true, true}, {1000, 700, false, false}, {0, 0, false, false},
	} {
		got := verdict.Count{Rulings: c.n, Same: c.same}.Concordance()
		if got.Warning != c.warning || got.Certain != c.certain || got.From > got.Permille || got.To < got.Permille {
			t.Errorf("%d of %d: %+v", c.same, c.n, got)
		}
	}
}

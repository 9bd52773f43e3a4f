package deployment_test

import (
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/charter/testworld"
	"probity/internal/consent"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/ownfile"
	"probity/internal/store"
	"probity/internal/subject"
)

// errand is the bench with two human beings: a clerk, who acts for others, and a ward, who cannot act.
type errand struct {
	*bench
	clerk, ward subject.ID
	// asClerk and asWard are their own credentials.
	asClerk, asWard access.Credential
}

func newErrand(t *testing.T) *errand {
	t.Helper()
	e := &errand{bench: newBench(t)}
	e.clerk, e.asClerk = e.person("clerk", 1)
	e.ward, e.asWard = e.person("ward", 2)
	return e
}

// person is a human being with a month of repayments and a credential of its own.
func (b *bench) person(name string, n uint64) (subject.ID, access.Credential) {
	b.t.Helper()
	number := must(identifier.SyntheticResidentID(calendar.MustParse("1980-01-01"), n, true))
	rep := must(b.Intake(b.ratings).Ingest(b.t.Context(), intake.Job{
		By: testworld.Delivery("delta-bank"), Dataset: repayments, File: name + ".csv", Source: strings.NewReader(
			"account_no,id_no,month,product,limit_amount,balance,due_amount,paid_amount,days_past_due,bucket,opened_on\n" +
				"A" + name + "," + number + ",2026-09-30,consumer,10000,5000,500,500,0,current,2020-01-01\n"),
	}, nil))
	if rep.Counts.Stored != 1 {
		b.t.Fatalf("stored: %+v", rep.Counts)
	}
	hash := b.Vault.Hash(subject.Identifier{Scheme: subject.ResidentID, Value: number})
	sub := must(b.Store.FindSubject(b.t.Context(), store.Key{Scheme: subject.ResidentID, Value: string(hash[:])}))
	return sub.ID, b.credential(name, access.Grant{Subject: sub.ID, Proof: proof()})
}

func (e *errand) entrust(m mandate.Mandate) mandate.Mandate {
	e.t.Helper()
	m.Proof = proof()
	return must(e.Access.Entrust(e.t.Context(), e.first, e.second, "clerk", m))
}

// acting is the clerk's credential as it is shown for another.
func (e *errand) acting(principal subject.ID) access.Credential {
	e.t.Helper()
	return must(e.Access.Represent(e.t.Context(), e.asClerk, principal))
}

// want holds that something is done, or that the Charter refuses it for want of an element.
func (e *errand) want(what string, err error, missing string) {
	e.t.Helper()
	if missing == "" && err != nil || missing != "" && !lacks(err, missing) {
		e.t.Errorf("%s: %v", what, err)
	}
}

// refuses holds that a credential holds no mandate of the principal.
func (e *errand) refuses(what string, as access.Credential, principal subject.ID) {
	e.t.Helper()
	if _, err := e.Access.Represent(e.t.Context(), as, principal); !fault.Is(err, fault.Unauthenticated) {
		e.t.Errorf("%s: %v", what, err)
	}
}

func (e *errand) reads(as access.Credential, of subject.ID) error {
	_, err := e.OwnFile(e.t.Context(), as, of, ownfile.EN)
	return err
}

func (e *errand) contests(as access.Credential) error {
	bad, _ := e.bad(e.own)
	_, err := e.Disputes(e.ratings).Open(e.t.Context(), dispute.Request{
		Own: dispute.Own{By: as}, Subject: e.company.ID, Ground: contest.WrongValue, Target: bad.Newest().Record.String(), Account: "it was clean",
	})
	return err
}

// TestMandates: who holds a mandate does what it covers for its principal, in the open, and nothing else; not one second longer.
func TestMandates(t *testing.T) {
	t.Parallel()
	e := newErrand(t)
	e.refuses("without a mandate", e.asClerk, e.company.ID)
	m := e.entrust(mandate.Mandate{Principal: e.company.ID, Acts: []mandate.Act{mandate.Read, mandate.Contest}})
	e.want("its own file with no word of anybody else", e.reads(e.asClerk, e.clerk), "")
	e.want("another's without saying for whom", e.reads(e.asClerk, e.company.ID), "own file")
	e.want("the principal's", e.reads(e.acting(e.company.ID), e.company.ID), "")
	e.want("a third one's", e.reads(e.acting(e.company.ID), e.ward), "own file")
	e.want("contesting", e.contests(e.acting(e.company.ID)), "")
	e.refuses("by another's mandate", e.asWard, e.company.ID)
	e.refuses("an official's credential", e.first, e.company.ID)
	e.named(m)
	e.told(m)

	inHand := e.acting(e.company.ID)
	if err := e.Access.EndMandate(t.Context(), e.asWard, e.company.ID, m.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("ended by a stranger: %v", err)
	}
	if err := e.Access.EndMandate(t.Context(), e.own, e.company.ID, m.ID); err != nil {
		t.Fatal(err)
	}
	e.want("in hand when it was ended", e.reads(inHand, e.company.ID), "mandate")
	e.refuses("after its end", e.asClerk, e.company.ID)
	if err := e.Access.EndMandate(t.Context(), e.asClerk, e.company.ID, m.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("ended twice: %v", err)
	}
	e.want("the company's own", e.reads(e.own, e.company.ID), "")

	e.entrust(mandate.Mandate{Principal: e.company.ID, Acts: []mandate.Act{mandate.Read}, Until: e.now.Add(time.Hour)})
	inHand = e.acting(e.company.ID)
	e.want("contesting by a mandate to read", e.contests(inHand), access.MissingMandate)
	e.now = e.now.Add(time.Hour)
	e.want("in hand when its term was over", e.reads(inHand, e.company.ID), "mandate")
	e.refuses("after its term", e.asClerk, e.company.ID)
}

// named holds that the principal's ledger names the mandate with each thing done by it, and who read by it.
func (e *errand) named(m mandate.Mandate) {
	e.t.Helper()
	scope := must(e.Access.Open(e.t.Context(), access.Request{As: e.own, Subject: e.company.ID, What: access.OwnFile}))
	var read, contested bool
	for _, l := range must(e.Access.Log(e.t.Context(), scope)) {
		by := strings.Contains(l.Detail, "mandate="+m.ID.String())
		read = read || l.Act == ledger.Read && by && strings.Contains(l.Detail, "holder="+e.clerk.String())
		contested = contested || l.Act == ledger.Dispute && by
	}
	if !read || !contested {
		e.t.Errorf("the ledger names the mandate: reading %v, contesting %v", read, contested)
	}
}

// told holds that both sides are told of a mandate.
func (e *errand) told(m mandate.Mandate) {
	e.t.Helper()
	for of, as := range map[subject.ID]access.Credential{e.company.ID: e.own, e.clerk: e.asClerk} {
		f := must(e.OwnFile(e.t.Context(), as, of, ownfile.EN))
		text := string(must(f.MarshalJSON()))
		if !strings.Contains(text, string(notice.MandateGiven)) || !strings.Contains(text, m.Holder.String()+" may act for "+m.Principal.String()) {
			e.t.Errorf("subject %s is not told", of)
		}
	}
}

// TestWhatIsTheSubjectsAlone: a guardian reads and contests; it does not consent, close the file, or have anything erased.
func TestWhatIsTheSubjectsAlone(t *testing.T) {
	t.Parallel()
	e := newErrand(t)
	e.entrust(mandate.Mandate{Principal: e.ward, Acts: mandate.All})
	as := e.acting(e.ward)
	e.want("reading", e.reads(as, e.ward), "")
	if _, err := e.Access.Freeze(t.Context(), as, e.ward, true); !fault.Is(err, fault.Refused) {
		t.Errorf("closing the file: %v", err)
	}
	today := calendar.In(e.now, calendar.Shanghai)
	if _, err := e.Rights.Give(t.Context(), as, access.Credential{}, consent.Consent{
		Subject: e.ward, Handler: consent.Platform, Recipients: []string{"delta-bank"}, Purpose: "lending", Contexts: []string{"finance-credit"},
		Categories: []string{repayments}, Method: "person-repayment", From: today, To: today.Add(calendar.Period{Months: 6}),
		Words: consent.Words{Text: "rating-finance", Version: "1", Language: "zh", Warned: true, Written: true},
	}); !fault.Is(err, fault.Refused) {
		t.Errorf("consenting: %v", err)
	}
}

// TestWhoEntrusts: what the counter refuses to enter.
func TestWhoEntrusts(t *testing.T) {
	t.Parallel()
	e := newErrand(t)
	good := mandate.Mandate{Principal: e.company.ID, Acts: []mandate.Act{mandate.Read}}
	enter := func(by, with access.Credential, credential string, change func(*mandate.Mandate)) error {
		m := good
		m.Proof = proof()
		change(&m)
		_, err := e.Access.Entrust(t.Context(), by, with, credential, m)
		return err
	}
	same := func(*mandate.Mandate) {}
	e.want("one official", enter(e.first, e.first, "clerk", same), "second official")
	e.want("the holder itself", enter(e.asClerk, e.first, "clerk", same), "second official")
	e.want("an official as the holder", enter(e.first, e.second, "samr-1", same), "credential of the holder")
	e.want("a company as the holder", enter(e.first, e.second, "own", func(m *mandate.Mandate) { m.Principal = e.ward }), "human being")
	e.want("no document", enter(e.first, e.second, "clerk", func(m *mandate.Mandate) { m.Proof = "" }), "document")
	e.want("to consent", enter(e.first, e.second, "clerk", func(m *mandate.Mandate) { m.Acts = []mandate.Act{"consent"} }), "own act of the subject")
	for what, change := range map[string]func(*mandate.Mandate){
		"for itself": func(m *mandate.Mandate) { m.Principal = e.clerk }, "for nothing": func(m *mandate.Mandate) { m.Acts = nil },
		"too long": func(m *mandate.Mandate) { m.Until = e.now.AddDate(3, 0, 0) }, "over": func(m *mandate.Mandate) { m.Until = e.now.Add(-1) },
	} {
		if err := enter(e.first, e.second, "clerk", change); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := e.Access.Give(t.Context(), e.first, e.second, access.Appointment{Credential: "samr-1", Role: role.Steward}); err != nil {
		t.Fatal(err)
	}
	e.want("an official without the role", enter(e.official("samr-3", "samr", "Sun Na"), e.first, "clerk", same), access.MissingRole)
	if err := e.Access.Revoke(t.Context(), e.asClerk, "clerk"); err != nil {
		t.Fatal(err)
	}
	e.want("a revoked credential", enter(e.first, e.second, "clerk", same), "credential of the holder")
}

// TestAnEndedMandateStaysEnded: a backup from before does not let anybody act again.
func TestAnEndedMandateStaysEnded(t *testing.T) {
	t.Parallel()
	e := newErrand(t)
	ends := e.entrust(mandate.Mandate{Principal: e.company.ID, Acts: mandate.All})
	e.entrust(mandate.Mandate{Principal: e.ward, Acts: mandate.All})
	copied := backup(t, e.Deployment)
	e.now = e.now.Add(time.Minute)
	if err := e.Access.EndMandate(t.Context(), e.first, e.company.ID, ends.ID); err != nil {
		t.Fatal(err)
	}
	e.now = e.now.Add(time.Minute)
	e.Deployment, _ = restored(t, e.Deployment, copied, func() time.Time { return e.now })
	e.refuses("the one that was ended", e.asClerk, e.company.ID)
	e.want("the other", e.reads(e.acting(e.ward), e.ward), "")
}

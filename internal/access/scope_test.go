package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/testworld"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/store/reads"
	"probity/internal/subject"
)

// agreed is a store in which one consent was given.
type agreed struct {
	*reads.Store
	consent consent.Consent
}

func (a agreed) Consents(context.Context, subject.ID) ([]consent.Consent, error) {
	return []consent.Consent{a.consent}, nil
}

// lending is a consent of the person to the bank, for the records of one dataset.
func (o *office) lending(dataset string) consent.Consent {
	today := calendar.In(noon, calendar.Shanghai)
	return consent.Consent{
		ID: 5, Subject: o.person, Handler: "platform", Recipients: []string{"bank"}, Purpose: "lending", Contexts: []string{"finance-credit"},
		Categories: []string{dataset}, Method: "repayment-score", From: today, To: today + 30, Given: noon,
	}
}

// TestShowsHoldsEachRecord: what a scope shows is asked of every record: whose it is, whether the answer holds records at
// all, whether the consent names its dataset, and whether it may be seen at all.
func TestShowsHoldsEachRecord(t *testing.T) {
	t.Parallel()
	o := open(t)
	desk := access.NewDesk(agreed{reads.In(o.store), o.lending("bank.repayment")}, testworld.Catalogue(), clock)
	scope := func(what access.What) access.Scope {
		s, err := desk.Open(t.Context(), access.Request{
			As: o.wu, Subject: o.person, What: what, Purpose: "lending", Basis: "pipl art. 13", Case: "17", Context: "finance-credit", Model: "repayment-score",
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	file, rating := scope(access.File), scope(access.Rating)
	row := func(of subject.ID, dataset string, status record.Status) *record.Version {
		return &record.Version{Record: 1, Subject: of, Dataset: dataset, Status: status, Occurred: file.Today() - 10, RecordedAt: noon, Lapse: calendar.None}
	}
	for _, c := range []struct {
		name  string
		scope access.Scope
		row   *record.Version
		want  bool
	}{
		{"a record of the dataset agreed to", file, row(o.person, "bank.repayment", record.Reported), true},
		{"another dataset", file, row(o.person, "bank.other", record.Reported), false},
		{"somebody else's", file, row(o.company, "bank.repayment", record.Reported), false},
		{"taken back by its supplier", file, row(o.person, "bank.repayment", record.Retracted), false},
		{"an answer that holds no records", rating, row(o.person, "bank.repayment", record.Reported), false},
		{"the zero scope", access.Scope{}, row(0, "bank.repayment", record.Reported), false},
	} {
		if got := c.scope.Shows(c.row); got != c.want {
			t.Errorf("%s: shown %v", c.name, got)
		}
	}
}

// TestAScopeIsOfOneModel: what was opened for the ratings of one model answers for no other, though the subject and the
// kind of question are the same.
func TestAScopeIsOfOneModel(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := o.file()
	r.What, r.Model = access.Rating, "enterprise-credit"
	one, err := o.desk.Open(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	r.Model = ""
	every, err := o.desk.Open(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		scope   access.Scope
		of      subject.ID
		model   string
		allowed bool
	}{
		{"its model", one, o.company, "enterprise-credit", true}, {"another model", one, o.company, "tax-credit", false},
		{"another subject", one, o.body, "enterprise-credit", false}, {"no model named", every, o.company, "tax-credit", true},
	} {
		err := c.scope.RequireRating(c.of, access.Rating, c.model)
		var f *fault.Error
		if c.allowed && err != nil || !c.allowed && (!errors.As(err, &f) || f.Invariant != "C11" || f.Missing != "scope") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestWhoLookedIsForTheSubject: an official of another agency learns neither from the desk nor from the store who looked,
// and the desk says why.
func TestWhoLookedIsForTheSubject(t *testing.T) {
	t.Parallel()
	o := open(t)
	scope, err := o.desk.Open(t.Context(), o.file())
	if err != nil {
		t.Fatal(err)
	}
	list, err := o.desk.Log(t.Context(), scope)
	var f *fault.Error
	if !errors.As(err, &f) || f.Missing != "own credential" || list != nil {
		t.Errorf("an official reads who looked: %d entries, %v", len(list), err)
	}
}

// leaky is a store that shows everybody who looked.
type leaky struct{ *reads.Store }

func (leaky) Entries(context.Context, access.Scope) ([]ledger.Entry, error) {
	return []ledger.Entry{{Reader: "court"}}, nil
}

// TestTheDeskItselfKeepsWhoLooked: also over a store that would show it.
func TestTheDeskItselfKeepsWhoLooked(t *testing.T) {
	t.Parallel()
	o := open(t)
	desk := access.NewDesk(leaky{reads.In(o.store)}, testworld.Catalogue(), clock)
	scope, err := desk.Open(t.Context(), o.file())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := desk.Log(t.Context(), scope); !fault.Is(err, fault.Refused) || len(list) != 0 {
		t.Errorf("%d entries, %v", len(list), err)
	}
}

// TestIssueSaysWhatIsMissing: a subject's credential without a second official or a document is refused for that very
// reason, and nothing is issued.
func TestIssueSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	o := open(t)
	document := strings.Repeat("ab", 32)
	twin := o.official(t, "wu-again", "bank", "Clerk Wu") // the same official with a second credential
	for _, c := range []struct {
		name, missing string
		with          access.Credential
		proof         string
	}{
		{"nobody", "second official", access.Credential{}, document},
		{"the same credential", "second official", o.wu, document},
		{"the same official", "second official", twin, document},
		{"no document", "proof of identity", o.lin, ""},
		{"half a document", "proof of identity", o.lin, document[:63]},
	} {
		_, err := o.desk.Issue(t.Context(), o.wu, c.with, access.Grant{Name: "own", Subject: o.person, Proof: c.proof})
		var f *fault.Error
		if !errors.As(err, &f) || f.Invariant != "C11" || f.Missing != c.missing {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := o.desk.Grant(t.Context(), "own"); !fault.Is(err, fault.NotFound) {
		t.Errorf("one was issued: %v", err)
	}
	if _, err := o.desk.Issue(t.Context(), o.wu, o.lin, access.Grant{Name: "own", Subject: o.person, Proof: document}); err != nil {
		t.Errorf("with both: %v", err)
	}
}

package access_test

import (
	"testing"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/subject/proof"
)

// TestTheCounterNamesBothOfficials: the entry of a file that was handed out says who handed it out, who saw the document
// too, and what kind of document it was; the answer is the subject's own, and its ledger is part of it.
func TestTheCounterNamesBothOfficials(t *testing.T) {
	t.Parallel()
	o := open(t)
	he := o.official(t, "he", "ministry", "Inspector He")
	r := access.Request{As: o.wu, Subject: o.person, What: access.OwnFile, Counter: &access.Counter{With: o.wu, Proof: proof.Passport}}
	if _, err := o.desk.Open(t.Context(), r); !fault.Is(err, fault.Refused) {
		t.Fatalf("one official alone: %v", err)
	}
	r.Counter.With = he
	scope, err := o.desk.Open(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if !scope.Own() || scope.Level() != charter.FullAnswer || !scope.Permits(o.person, access.File) {
		t.Errorf("own %v at level %s", scope.Own(), scope.Level())
	}
	log, err := o.desk.Log(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	if len(log) != 2 || log[0].Act != ledger.Attempt || log[0].Detail != "C11: second official" {
		t.Fatalf("the subject sees %+v", log)
	}
	e := log[1]
	if e.Act != ledger.Read || e.What != "own_file" || e.Reader != "bank" || e.Official != "Clerk Wu, Inspector He (ministry)" ||
		e.Purpose != "own-file" || e.Basis != "charter C12" || e.Case != "" || e.Detail != "counter=passport" {
		t.Errorf("the entry says %+v", e)
	}
	r.Counter.With = o.lin
	if _, err = o.desk.Open(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// TestTheSecondCredentialIsAskedAgain: a credential that is revoked between its proof and the entry opens nothing, and this
// is so for the second official's too.
func TestTheSecondCredentialIsAskedAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := access.Request{As: o.wu, Subject: o.person, What: access.OwnFile, Counter: &access.Counter{With: o.lin, Proof: proof.Passport}}
	if err := o.desk.Revoke(t.Context(), o.wu, "lin"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.desk.Open(t.Context(), r); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("got %v, want that the credential is good no more", err)
	}
}

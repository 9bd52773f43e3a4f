package access_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store/reads"
	"probity/internal/subject"
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
	if e.Act != ledger.Read || e.What != "own_file" || e.Reader != "bank" || e.Official != "Clerk Wu" ||
		e.Purpose != "own-file" || e.Basis != "charter C12" || e.Case != "" || e.Detail != "counter=passport with=ministry/Inspector He" {
		t.Errorf("the entry says %+v", e)
	}
	r.Counter.With = o.lin
	if _, err = o.desk.Open(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// TestTheCounterTellsTheSubject: each hand-out is told to the subject, in the transaction of its entry and with both
// officials; nobody hands a file out of which the subject would not be told.
func TestTheCounterTellsTheSubject(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := access.Request{As: o.wu, Subject: o.person, What: access.OwnFile, Counter: &access.Counter{With: o.lin, Proof: proof.ResidentCard}}
	silent := access.NewDesk(reads.In(o.store), testworld.Catalogue(), clock)
	var f *fault.Error
	if _, err := silent.Open(t.Context(), r); !errors.As(err, &f) || f.Invariant != "C7" || f.Missing != "notice" {
		t.Errorf("a file of which the subject is not told: %v", err)
	}
	if told := o.told(t, o.person); len(told) != 0 {
		t.Errorf("told of a refusal: %v", told)
	}
	for range 2 {
		if _, err := o.desk.Open(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	told := o.told(t, o.person)
	if len(told) != 2 {
		t.Fatalf("told %d times of two hand-outs", len(told))
	}
	n := notice.Notice{Subject: o.person, Occasion: notice.FileHandedOut, At: noon, By: "bank", Law: "charter C12", Contest: notice.ByComplaint}
	if err := n.Read(told[0]); err != nil {
		t.Fatal(err)
	}
	letter := n.Write(notice.English, "1", nil)
	text := letter.Text()
	for _, want := range []string{"Clerk Wu", "Notary Lin (bank)", "a resident identity card", "22 November 2026, 20:00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the notice does not say %q: %s", want, text)
		}
	}
}

// glass seals nothing, so that a test can read what was written.
type glass struct{}

func (glass) Ensure(...subject.ID) error { return nil }

func (glass) Seal(_ subject.ID, _ string, plain []byte) ([]byte, error) { return plain, nil }

// told are the bodies of the notices of files that were handed out.
func (o *office) told(t *testing.T, id subject.ID) (bodies [][]byte) {
	t.Helper()
	err := o.store.Read(t.Context(), func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(t.Context(), `SELECT body FROM notice WHERE subject = ? AND occasion = 'file-handed-out' ORDER BY seq`, int64(id))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var body []byte
			if err := rows.Scan(&body); err != nil {
				return err
			}
			bodies = append(bodies, body)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return bodies
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

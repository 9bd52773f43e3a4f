package erasure_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/record"
)

func refused(t *testing.T, err error, missing string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Invariant != "C10" || f.Missing != missing || f.Cure == "" {
		t.Fatalf("got %v, want a refusal by C10 for want of %s", err, missing)
	}
}

// TestAPersonHasItsFileErased: on its own wish everything goes, at once, on disk too, and does not come in again.
func TestAPersonHasItsFileErased(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1, 2)
	w.identify(1)
	w.identify(2)
	w.agree(1)
	w.agree(2)
	if _, err := w.rate(1); err != nil {
		t.Fatal(err)
	}
	id := w.id(1)
	desk := w.d.Erasure()

	_, err := desk.Erase(t.Context(), w.own[2], access.Credential{}, erasure.Request{Subject: id, Ground: remedy.ErasureWish})
	refused(t, err, "own act of the subject")
	_, err = desk.Erase(t.Context(), w.clerk, access.Credential{}, erasure.Request{Subject: id, Ground: remedy.ErasureWish})
	refused(t, err, "own act of the subject")
	_, err = desk.Erase(t.Context(), w.clerk, w.clerk, erasure.Request{Subject: id, Ground: remedy.ErasureWish})
	refused(t, err, "own act of the subject")

	rep, err := desk.Erase(t.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: id, Ground: remedy.ErasureWish})
	w.must(err)
	if !rep.Done || rep.Records != 17 || len(rep.Recipients) != 1 || rep.Recipients[0] != "delta-bank" {
		t.Errorf("report %+v", rep)
	}
	if _, err := w.d.Vault.Open(id, "any", []byte("xx")); !fault.Is(err, fault.NotFound) {
		t.Errorf("the key is still there: %v", err)
	}
	if _, err := w.rate(1); err == nil {
		t.Error("an erased person is rated")
	}
	if _, err := w.rate(2); err != nil {
		t.Errorf("another's rating went with it: %v", err)
	}
	// The credential went too, and nobody signs in with it.
	secret, err := w.d.Wallet.Load("own-1")
	w.must(err)
	if _, err := w.d.Access.Authenticate(t.Context(), "own-1", secret); err == nil {
		t.Error("the credential of an erased person still opens its file")
	}
	// A later file with rows on the person goes in but for these rows, whatever they are sent as.
	for _, act := range []record.Status{record.Reported, record.Corrected, record.Retracted} {
		rows := loanHeader + loanRows(1, true) + strings.ReplaceAll(loanRows(3, false), "A3,", "B"+act.String()+",")
		if act != record.Reported {
			rows = loanHeader + loanRows(1, true)
		}
		got := w.send(rows, act).Counts
		if got.Rejected != 17 || got.Read-got.Stored != 17 {
			t.Errorf("%s: counts %+v", act, got)
		}
	}
	w.must(w.d.Store.VerifyLedger(t.Context()))
	// Asked for again, it is gone already and nothing happens.
	rep, err = desk.Erase(t.Context(), w.clerk, w.second, erasure.Request{Subject: id, Ground: remedy.ErasureWish})
	w.must(err)
	if rep.Records != 0 {
		t.Errorf("erased again: %+v", rep)
	}
}

// TestAnOrderHoldsTheFileUp: what a court needs stays for the order and nothing else, and goes by itself with its end.
func TestAnOrderHoldsTheFileUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1)
	w.identify(1)
	w.agree(1)
	o := w.restrict(1)
	rep, err := w.d.Erasure().Erase(t.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: w.id(1), Ground: remedy.ErasureWish})
	w.must(err)
	if rep.Done || len(rep.Holds) != 1 || rep.Holds[0] != (remedy.Hold{Because: "order", Name: o.ID.String(), Until: calendar.MustParse("2026-12-01")}) {
		t.Fatalf("report %+v", rep)
	}
	if _, err := w.rate(1); err == nil {
		t.Error("a restricted file is rated")
	}
	if n := len(w.file(1)); n != 0 {
		t.Errorf("%d records are left that no order needs", n)
	}
	if got := w.decide(1); got != "restricted" {
		t.Errorf("the order is answered %q", got)
	}
	if n, err := w.d.Erasure().Overdue(t.Context()); err != nil || n.Total() != 0 {
		t.Errorf("overdue %+v, %v", n, err)
	}
	w.clock = calendar.MustParse("2026-12-01").Start(calendar.Shanghai).Add(time.Hour)
	swept, err := w.d.Erasure().Sweep(t.Context(), nil)
	w.must(err)
	if swept.Erased != 1 {
		t.Errorf("swept %+v", swept)
	}
	if _, err := w.d.Vault.Open(w.id(1), "any", []byte("xx")); !fault.Is(err, fault.NotFound) {
		t.Errorf("the key is still there: %v", err)
	}
}

// TestMatterThatLawHasKept: a wish does not remove what tells against the person and has not lapsed; a court does.
func TestMatterThatLawHasKept(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.send(loanHeader+loanRows(1, true), record.Reported)
	w.identify(1)
	var bad record.ID
	for _, e := range w.file(1) {
		if e.Newest().Adverse {
			bad = e.Newest().Record
		}
	}
	if bad == 0 {
		t.Fatal("a late month does not tell against the person")
	}
	desk := w.d.Erasure()
	_, err := desk.Erase(t.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: w.id(1), Record: bad, Ground: remedy.ErasureWish})
	refused(t, err, "matter that no law has kept")
	rep, err := desk.Erase(t.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: w.id(1), Ground: remedy.ErasureWish})
	w.must(err)
	if rep.Done || rep.Records != 16 || len(w.file(1)) != 1 {
		t.Fatalf("report %+v, %d records left", rep, len(w.file(1)))
	}
	_, err = desk.Erase(t.Context(), w.clerk, w.second, erasure.Request{Subject: w.id(1), Record: bad, Ground: remedy.ErasureCourt, Document: document("order")})
	refused(t, err, "official of a court")
	rep, err = desk.Erase(t.Context(), w.court, access.Credential{}, erasure.Request{Subject: w.id(1), Record: bad, Ground: remedy.ErasureCourt, Document: document("order")})
	w.must(err)
	if !rep.Done || len(w.file(1)) != 0 {
		t.Errorf("report %+v, %d records left", rep, len(w.file(1)))
	}
	if got := w.send(loanHeader+loanRows(1, true), record.Reported).Counts; got.Rejected != 17 {
		t.Errorf("erased records came in again: %+v", got)
	}
}

// TestAWithdrawalKeepsItsInstant: closing a file for what an order needs ends the consents that stand, and dates no earlier
// withdrawal anew.
func TestAWithdrawalKeepsItsInstant(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1)
	w.identify(1)
	given := w.agree(1)
	_, err := w.d.Rights.Withdraw(t.Context(), w.own[1], access.Credential{}, w.id(1), given.ID)
	w.must(err)
	withdrawn := func() time.Time {
		list, err := w.d.Store.Consents(t.Context(), w.id(1))
		w.must(err)
		if len(list) != 1 {
			t.Fatalf("consents: %+v", list)
		}
		return list[0].Withdrawn
	}
	first := withdrawn()
	w.restrict(1)
	w.clock = w.clock.Add(time.Hour)
	rep, err := w.d.Erasure().Erase(t.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: w.id(1), Ground: remedy.ErasureWish})
	w.must(err)
	if rep.Done || first.IsZero() || !withdrawn().Equal(first) {
		t.Errorf("withdrawn at %s, then at %s; the report is %+v", first, withdrawn(), rep)
	}
}

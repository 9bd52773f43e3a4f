package erasure_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/erasure"
	"probity/internal/ledger"
)

// TestADisputeAtTheCounter: an official opens a dispute for a person who signed before two of them. Both names are in the
// person's ledger, with the digest of what was signed; account, evidence and its name are kept under the person's key alone,
// come out whole for who has to answer, and cannot be read by anybody once the person is erased.
func TestADisputeAtTheCounter(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1)
	w.identify(1)
	of, target := w.id(1), w.file(1)[16].Newest().Record
	service := w.disputes()
	scan := bytes.Repeat([]byte("the slip of the third of May, as scanned\x00\xff"), 3000)
	signed := sha256.Sum256([]byte("signed at the counter"))
	request := dispute.Request{
		Own:     dispute.Own{By: w.clerk, With: w.second, Document: signed, Signed: calendar.In(w.clock, calendar.Shanghai)},
		Subject: of, Ground: contest.WrongValue, Target: target.String(), Account: "Every instalment of May was paid at the branch.",
		Evidence: []dispute.File{{Name: "Bian Mei slip.pdf", Body: scan}},
	}
	alone := request
	alone.With = access.Credential{}
	if _, err := service.Open(w.Context(), alone); err == nil {
		t.Error("one official alone opened it")
	}
	d, err := service.Open(w.Context(), request)
	w.must(err)
	if d.OpenedBy != "npcic/Gu Yan npcic/Wang Min" || !d.Suspends {
		t.Errorf("opened as %+v", d)
	}

	scope, err := w.d.Access.Open(w.Context(), access.Request{As: w.own[1], Subject: of, What: access.OwnFile})
	w.must(err)
	log, err := w.d.Access.Log(w.Context(), scope)
	w.must(err)
	if !slices.ContainsFunc(log, func(e ledger.Entry) bool {
		return e.Act == ledger.Dispute && e.Reader == "npcic" && e.Official == "Gu Yan" && e.Commitment == signed &&
			e.Detail == d.ID.String()+" "+target.String()+" with npcic/Wang Min"
	}) {
		t.Errorf("the ledger does not name both officials and what was signed: %+v", log)
	}

	plea := dispute.Plea{Own: request.Own, Account: "the slip was of another account"}
	plea.Document = sha256.Sum256([]byte("signed again"))
	if _, err := service.State(w.Context(), plea.Own, of, target, "Paid at the branch."); err != nil {
		t.Error(err)
	}
	log, err = w.d.Access.Log(w.Context(), scope)
	w.must(err)
	if said := slices.IndexFunc(log, func(e ledger.Entry) bool { return e.Act == ledger.Statement }); said < 0 || !strings.HasSuffix(log[said].Detail, " with npcic/Wang Min") {
		t.Errorf("the ledger does not name both officials before whom a statement was signed: %+v", log)
	}

	for column, plain := range map[string]string{
		"body FROM dispute_evidence": "as scanned", "name FROM dispute_evidence": "slip.pdf", "particulars FROM dispute": "instalment",
	} {
		if kept := w.blob(column); len(kept) == 0 || bytes.Contains(kept, []byte(plain)) {
			t.Errorf("%s is kept as %.60q", column, kept)
		}
	}
	if f, err := service.Evidence(w.Context(), w.bank, d.ID, 1); err != nil || f.Name != "Bian Mei slip.pdf" || !bytes.Equal(f.Body, scan) {
		t.Errorf("who has to answer has %q with %d bytes, %v", f.Name, len(f.Body), err)
	}
	body := w.blob("body FROM dispute_evidence")
	if _, err := service.Withdraw(w.Context(), d.ID, plea); err != nil {
		t.Error(err)
	}
	log, err = w.d.Access.Log(w.Context(), scope)
	w.must(err)
	if n := len(slices.DeleteFunc(log, func(e ledger.Entry) bool {
		return e.Act != ledger.Dispute || !strings.HasSuffix(e.Detail, " with npcic/Wang Min")
	})); n != 2 {
		t.Errorf("the ledger names both officials in %d of the two acts on the dispute", n)
	}
	_, err = w.d.Erasure().Erase(w.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: of, Ground: remedy.ErasureWish})
	w.must(err)
	if plain, err := w.d.Vault.Open(of, "dispute.evidence", body); err == nil {
		t.Errorf("a copy kept of the sealed evidence opens after the erasure: %.40q", plain)
	}
	if _, err := service.Evidence(w.Context(), w.bank, d.ID, 1); err == nil {
		t.Error("evidence of an erased person is shown")
	}
}

func (w *world) disputes() *dispute.Service {
	w.Helper()
	ratings, err := w.d.Ratings(w.Context())
	w.must(err)
	return w.d.Disputes(ratings)
}

// blob is a column of the only row of its table.
func (w *world) blob(of string) (b []byte) {
	w.Helper()
	w.must(w.d.Store.Read(w.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(w.Context(), "SELECT "+of).Scan(&b)
	}))
	return b
}

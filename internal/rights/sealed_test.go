package rights_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"probity/internal/access"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store/engine"
)

// plain is all that stands in the consents' table of person i and is not sealed.
func (h *house) plain(t *testing.T, i int) (text string) {
	t.Helper()
	err := h.store.Read(t.Context(), func(tx *sql.Tx) error {
		bodies, err := engine.List(t.Context(), tx, `SELECT body FROM consent WHERE subject = ?`, engine.Column[string], int64(h.people[i]))
		text = strings.Join(bodies, "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// shown are the consents of person i as somebody sees them.
func (h *house) shown(t *testing.T, r access.Request) []consent.Consent {
	t.Helper()
	scope, err := h.desk.Open(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.rights.Show(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestNamesOfAProofAreSealed: who gave and who witnessed a consent stands in the database under the subject's key alone, is
// shown to those who may see the consent, and is gone with the key.
func TestNamesOfAProofAreSealed(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.give(t, 0, func(*consent.Consent) {})
	signed := h.words(0)
	signed.Proof = consent.Proof{Document: digest, Signed: today}
	if _, err := h.rights.Give(t.Context(), h.wu, h.lin, signed); err != nil {
		t.Fatal(err)
	}
	text := h.plain(t, 0)
	for _, name := range []string{`"p0"`, "Clerk Wu", "Notary Lin", digest, "salt"} {
		if strings.Contains(text, name) {
			t.Errorf("%s stands in the clear: %s", name, text)
		}
	}
	own := access.Request{As: h.own[0], Subject: h.people[0], What: access.OwnFile}
	list := h.shown(t, own)
	if len(list) != 2 || len(list[0].Proof.Witnesses) != 2 || list[0].Proof.Document != digest || list[1].Proof.Credential != "p0" {
		t.Errorf("the subject sees %+v", list)
	}
	bank := access.Request{As: h.wu, Subject: h.people[0], What: access.File, Purpose: "lending", Basis: "pipl", Context: "finance-credit"}
	for _, c := range h.shown(t, bank) {
		if c.Salt != "" || c.Receipt().Digest != "" || c.Proof.Credential == "" && len(c.Proof.Witnesses) != 2 {
			t.Errorf("a recipient sees %+v", c)
		}
	}
	h.permit(t, 0, h.kept(t, list[1].ID)) // as it is kept, it carries a rating
	if err := h.vault.Destroy(h.people[0]); err != nil {
		t.Fatal(err)
	}
	for _, c := range h.shown(t, own) {
		if c.Salt != "" || c.Proof.Credential != "" || c.Proof.Witnesses != nil || c.Proof.Document != "" {
			t.Errorf("without the key there is still %+v", c)
		}
	}
}

// TestCommitmentsAreSalted: the subject opens what its ledger commits to, two equal consents have different commitments, and
// whoever guesses a consent right cannot see that it did.
func TestCommitmentsAreSalted(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, second := h.give(t, 0, func(*consent.Consent) {}), h.give(t, 0, func(*consent.Consent) {})
	if _, err := h.rights.Withdraw(t.Context(), h.own[0], access.Credential{}, h.people[0], first.ID); err != nil {
		t.Fatal(err)
	}
	own := access.Request{As: h.own[0], Subject: h.people[0], What: access.OwnFile}
	digests := map[string][32]byte{}
	for _, c := range h.shown(t, own) {
		if len(c.Salt) != 32 {
			t.Errorf("the salt is %q", c.Salt)
		}
		digests[c.ID.String()] = c.Digest()
		guess := c
		guess.Salt = ""
		body, err := json.Marshal(&guess)
		if err != nil {
			t.Fatal(err)
		}
		if sha256.Sum256(body) == c.Digest() || guess.Digest() == c.Digest() {
			t.Error("the commitment is found by guessing")
		}
	}
	if digests[first.ID.String()] == digests[second.ID.String()] || first.Salt == second.Salt {
		t.Error("two consents share a salt")
	}
	scope, err := h.desk.Open(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	log, err := h.desk.Log(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for i := range log {
		if e := &log[i]; e.Act == ledger.Consent || e.Act == ledger.Withdrawal {
			opened++
			if e.Commitment != ledger.Hash(digests[e.Detail]) {
				t.Errorf("the subject cannot open %s of %s", e.Act, e.Detail)
			}
		}
	}
	if opened != 3 {
		t.Errorf("%d entries were opened, want those of two consents and a withdrawal", opened)
	}
}

// TestNoConsentWhileTheFileIsToBeErased: what waits to be taken away is not agreed to anew, for that one person.
func TestNoConsentWhileTheFileIsToBeErased(t *testing.T) {
	t.Parallel()
	h := open(t)
	erasure := func(query string) {
		t.Helper()
		if err := h.store.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.Exec(query, int64(h.people[0]))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	erasure(`INSERT INTO erasure (subject, record, ground, asked_at, held_by) VALUES (?, 0, 'asked', 1, 'order')`)
	_, err := h.rights.Give(t.Context(), h.own[0], access.Credential{}, h.words(0))
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != "C1" || f.Missing != "file that stays" || f.Cure == "" {
		t.Fatalf("while the erasure is held up: %v", err)
	}
	if list, err := h.store.Consents(t.Context(), h.people[0]); err != nil || len(list) != 0 {
		t.Errorf("kept %v, %v", list, err)
	}
	if _, err := h.rights.Give(t.Context(), h.own[1], access.Credential{}, h.words(1)); err != nil {
		t.Errorf("another person: %v", err)
	}
	erasure(`UPDATE erasure SET done_at = 2 WHERE subject = ?`)
	if _, err := h.rights.Give(t.Context(), h.own[0], access.Credential{}, h.words(0)); err != nil {
		t.Errorf("when it is done: %v", err)
	}
}

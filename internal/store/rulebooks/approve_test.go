package rulebooks_test

import (
	"encoding/hex"
	"path/filepath"
	"testing"
	"time"

	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/rulebooks"
	"probity/internal/store/storetest"
)

// TestAnApprovalIsForThatVeryFile: a permit for another file, or for another author's, approves nothing, though code and version
// are the same.
func TestAnApprovalIsForThatVeryFile(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	db, err := store.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "m.db")), store.Demo, store.Options{Now: func() time.Time { return now }, CacheMiB: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	books := rulebooks.In(db)
	admitted, err := charter.AdmitModel(charter.ModelFacts{Code: "m", Version: 1, Kinds: []string{"enterprise"}, Contexts: []string{"finance-credit"}, Datasets: []string{"bank.repayment"}}, testworld.Catalogue())
	if err != nil {
		t.Fatal(err)
	}
	m := rulebooks.Model{Code: "m", Version: 1, Digest: []byte{1, 2}, Body: []byte("model: m"), Author: "npcic/author", AddedAt: now}
	if err := books.Add(t.Context(), admitted, m); err != nil {
		t.Fatal(err)
	}
	approve := func(digest []byte, author string) error {
		permit, err := charter.PermitApproval(charter.ApprovalTerms{
			Model: "m", Version: 1, Digest: hex.EncodeToString(digest), Author: author, Approver: "npcic/approver", First: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		return books.Approve(t.Context(), permit, now)
	}
	for name, err := range map[string]error{"another file": approve([]byte{3}, m.Author), "another author": approve(m.Digest, "npcic/other")} {
		if !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := approve(m.Digest, m.Author); err != nil {
		t.Error(err)
	}
}

package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/store/reads"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

func clock() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }

// fresh makes a new demo database that the test owns.
func fresh(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Create(t.Context(), storetest.Address(t, filepath.Join(t.TempDir(), "probity.db")), store.Demo, store.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestBirthIsForGood(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := store.Create(t.Context(), storetest.Address(t, path), store.Demo, store.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Create(t.Context(), storetest.Address(t, path), store.Live, store.Options{Now: clock}); !fault.Is(err, fault.Conflict) {
		t.Errorf("creating over it gives %v, want a conflict", err)
	}
	s, err = store.Open(t.Context(), storetest.Address(t, path), store.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Birth() != store.Demo {
		t.Errorf("it is now %s", s.Birth())
	}
}

func TestOpenTellsMissingFromForeign(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := store.Open(t.Context(), storetest.Address(t, filepath.Join(dir, "none.db")), store.Options{Now: clock}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a missing file gives %v", err)
	}
	foreign := filepath.Join(dir, "foreign.db")
	if err := writeFile(foreign, "this is a text and no database, whatever its name says............................................."); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), storetest.Address(t, foreign), store.Options{Now: clock}); err == nil {
		t.Error("a text file opens as a database")
	}
	if _, err := store.Open(t.Context(), "postgres://localhost:1/", store.Options{Now: clock}); !fault.Is(err, fault.Invalid) {
		t.Errorf("PostgreSQL gives %v", err)
	}
}

func TestPublicationInstantsOnlyGrow(t *testing.T) {
	t.Parallel()
	s, ctx := fresh(t), context.Background()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	contracts(t, s)
	var last time.Time
	// The clock stands still and then steps back; what we knew when must still have one order.
	for _, at := range []time.Time{now, now, now.Add(-time.Hour), now.Add(time.Minute)} {
		n, err := s.BeginSubmission(ctx, testworld.Delivery("samr"), store.Submission{Dataset: "samr.penalty", Contract: 1, Digest: []byte{1}, StartedAt: at})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.FinishSubmission(ctx, testworld.Delivery("samr"), n, store.SubmissionPublished, at, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !got.After(last) {
			t.Errorf("published at %s, not after %s", got, last)
		}
		last = got
		if _, err := s.FinishSubmission(ctx, testworld.Delivery("samr"), n, store.SubmissionDiscarded, at, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("a published submission can be discarded: %v", err)
		}
	}
}

// TestWithoutAPermitNothingComesIn: a submission is begun and finished under the permit of its own agency, and under no other.
func TestWithoutAPermitNothingComesIn(t *testing.T) {
	t.Parallel()
	s, ctx, now := fresh(t), t.Context(), clock()
	sub := store.Submission{Dataset: "samr.penalty", Contract: contractNumber(t, s), StartedAt: now}
	if _, err := s.BeginSubmission(ctx, charter.DeliveryPermit{}, sub); !fault.Is(err, fault.Internal) {
		t.Errorf("begun without a permit: %v", err)
	}
	n, err := s.BeginSubmission(ctx, testworld.Delivery("samr"), sub)
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []store.SubmissionState{store.SubmissionPublished, store.SubmissionHeld, store.SubmissionDiscarded} {
		if _, err := s.FinishSubmission(ctx, charter.DeliveryPermit{}, n, state, now, nil); !fault.Is(err, fault.Internal) {
			t.Errorf("%s without a permit: %v", state, err)
		}
		if _, err := s.FinishSubmission(ctx, testworld.Delivery("mohurd"), n, state, now, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s by another agency: %v", state, err)
		}
	}
	if got, err := s.Submission(ctx, n); err != nil || got.State != store.SubmissionOpen || got.Agency != "samr" || got.Official == "" {
		t.Errorf("it is %+v, %v", got, err)
	}
}

func TestIdentifierLeadsToOneSubject(t *testing.T) {
	t.Parallel()
	s, ctx := fresh(t), context.Background()
	key := store.Key{Scheme: subject.USCC, Value: "91000000MA00000A9W"}
	id := s.NextSubjects(2)
	enter := func(id subject.ID) error {
		return s.AddSubjects(ctx, []store.Entrant{{
			Subject: subject.Subject{ID: id, Kind: subject.Enterprise}, New: true,
			Keys: []store.Key{key}, Values: [][]byte{[]byte(key.Value)}, Name: "Example Ltd", Folded: "example ltd",
		}})
	}
	if err := enter(id); err != nil {
		t.Fatal(err)
	}
	if err := enter(id + 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second subject takes the identifier: %v", err)
	}
	got, err := s.FindSubject(ctx, key)
	if err != nil || got.ID != id {
		t.Errorf("found %v, %v", got, err)
	}
	if _, err := s.Subject(ctx, id+1); !fault.Is(err, fault.NotFound) {
		t.Errorf("half of the refused subject is there: %v", err)
	}
}

// TestRevokedOnce: a credential is revoked from the first instant on, and the ledger says so once.
func TestRevokedOnce(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	desk := reads.In(s)
	entry := func(what string) *ledger.Entry { return &ledger.Entry{At: clock(), Act: ledger.Credential, What: what} }
	if err := desk.AddCredential(t.Context(), access.Grant{Name: "wu", Agency: "bank", Official: "Wu", IssuedAt: clock()}, true, entry("issued")); err != nil {
		t.Fatal(err)
	}
	before := asked[int64](t, s, `SELECT count(*) FROM ledger_entry`)[0]
	for hours := range 3 {
		if err := desk.RevokeCredential(t.Context(), "wu", clock().Add(time.Duration(hours)*time.Hour), entry("revoked")); err != nil {
			t.Fatal(err)
		}
	}
	g, err := desk.Credential(t.Context(), "wu")
	if err != nil || !g.RevokedAt.Equal(clock()) {
		t.Errorf("revoked at %s, %v", g.RevokedAt, err)
	}
	if n := asked[int64](t, s, `SELECT count(*) FROM ledger_entry`)[0] - before; n != 1 {
		t.Errorf("the ledger says so %d times", n)
	}
}

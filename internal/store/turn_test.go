package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"probity/internal/charter/testworld"
	"probity/internal/store"
	"probity/internal/store/storetest"
)

// TestTurnsAreTakenOneAfterTheOther opens one database twice, as two processes do.
func TestTurnsAreTakenOneAfterTheOther(t *testing.T) {
	t.Parallel()
	first := fresh(t)
	second, err := store.Open(t.Context(), storetest.Address(t, first.Path()), store.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	done, err := first.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*store.Store{"the same": first, "another": second} {
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		if _, err := s.Turn(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s process has a turn too: %v", name, err)
		}
		cancel()
	}
	// Writing goes on meanwhile: the turn keeps nobody from the database itself.
	if _, err := second.BeginSubmission(t.Context(), testworld.Delivery("a"), store.Submission{Dataset: "b", Contract: contractNumber(t, first), StartedAt: clock()}); err != nil {
		t.Error(err)
	}
	done()
	again, err := second.Turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again()
}

// TestPublicationsOfAnotherProcess are seen by a store that was open before.
func TestPublicationsOfAnotherProcess(t *testing.T) {
	t.Parallel()
	first := fresh(t)
	second, err := store.Open(t.Context(), storetest.Address(t, first.Path()), store.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	number := contractNumber(t, first)
	var last time.Time
	for i, s := range []*store.Store{first, second, first} {
		n, err := s.BeginSubmission(t.Context(), testworld.Delivery("a"), store.Submission{Dataset: "b", Contract: number, StartedAt: clock()})
		if err != nil {
			t.Fatal(err)
		}
		at, err := s.FinishSubmission(t.Context(), testworld.Delivery("a"), n, store.SubmissionPublished, clock(), nil)
		if err != nil || !at.After(last) {
			t.Fatalf("publication %d at %s, after %s: %v", i, at, last, err)
		}
		last = at
	}
}

func contractNumber(t *testing.T, s *store.Store) int {
	t.Helper()
	contracts(t, s)
	list, err := s.Contracts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		return c.Number
	}
	t.Fatal("no contract")
	return 0
}

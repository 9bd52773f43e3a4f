package store_test

import (
	"testing"
	"time"

	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// TestNumbersGoOnWhereTheClockWentBack: a process whose clock stands a year earlier gives no number twice.
func TestNumbersGoOnWhereTheClockWentBack(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	first := s.NextSubjects(3)
	var newest subject.ID
	for i := range subject.ID(3) {
		newest = first + i
		err := s.AddSubjects(t.Context(), []store.Entrant{{Subject: subject.Subject{ID: newest, Kind: subject.Enterprise}, New: true}})
		if err != nil {
			t.Fatal(err)
		}
	}
	early, err := store.Open(t.Context(), storetest.Address(t, s.Path()), store.Options{Now: func() time.Time { return clock().AddDate(-1, 0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	defer early.Close()
	if next := early.NextSubjects(1); next <= newest {
		t.Errorf("the number %s comes again or stands before %s", next, newest)
	}
}

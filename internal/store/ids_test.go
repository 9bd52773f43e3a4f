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

// TestNumbersAreGivenOnce: numbers are drawn before the transaction begins that carries them, and a process that has acted
// never gives one of them again; nor does another that began at the same time, whatever their clocks say.
func TestNumbersAreGivenOnce(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	given := map[subject.ID]bool{}
	draw := func(from *store.Store) {
		t.Helper()
		id := from.NextSubjects(1)
		if given[id] {
			t.Errorf("the number %s is given twice", id)
		}
		given[id] = true
		err := from.AddSubjects(t.Context(), []store.Entrant{{Subject: subject.Subject{ID: id, Kind: subject.Enterprise}, New: true}})
		if err != nil {
			t.Error(err)
		}
	}
	draw(s)
	draw(s)
	open := func() *store.Store {
		t.Helper()
		back := store.Options{Now: func() time.Time { return clock().Add(-2 * time.Hour) }}
		p, err := store.Open(t.Context(), storetest.Address(t, s.Path()), back)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.Close() })
		return p
	}
	processes := []*store.Store{open()}
	if storetest.Engine() == storetest.Postgres { // where one process writes at a time there is no other
		processes = append(processes, open())
	}
	for range 3 {
		for _, p := range processes {
			draw(p)
		}
	}
}

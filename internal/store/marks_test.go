package store_test

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/internal/charter/testworld"
	"probity/internal/store"
	"probity/internal/subject"
)

// TestMarksPageByPage lists outdated subjects a few at a time: each once however many publications outdated it, in the
// order of their ids, none by what is not published, and a page is full as long as there are more, also where a mark
// leads to nobody.
func TestMarksPageByPage(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	contracts(t, s)
	first := s.NextSubjects(6)
	var entrants []store.Entrant
	for i := range subject.ID(5) { // the sixth is nobody
		entrants = append(entrants, store.Entrant{New: true, Subject: subject.Subject{ID: first + i, Kind: subject.Enterprise}})
	}
	if err := s.AddSubjects(t.Context(), entrants); err != nil {
		t.Fatal(err)
	}
	nobody := first + 5
	change := func(ids ...subject.ID) int64 {
		number, err := s.Change(t.Context(), "npcic", "dispute", ids, clock(), &store.Trace{}, func(*sql.Tx) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		return number
	}
	change(first+2, first, nobody, first+1)
	second := change(first+1, first+3)
	open, err := s.BeginSubmission(t.Context(), testworld.Delivery("npcic"), store.Submission{Dataset: "x", Contract: 1, StartedAt: clock()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO stale (subject, submission) VALUES (?, ?)`, int64(first+4), open)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name       string
		submission int64
		limit      int
		want       [][]subject.ID
	}{
		{"of every publication", 0, 2, [][]subject.ID{{first, first + 1}, {first + 2, first + 3}}},
		{"one at a time", 0, 1, [][]subject.ID{{first}, {first + 1}, {first + 2}, {first + 3}}},
		{"of one publication", second, 9, [][]subject.ID{{first + 1, first + 3}}},
		{"of what is not published", open, 9, [][]subject.ID{{first + 4}}},
	} {
		var got [][]subject.ID
		for after := subject.ID(0); ; {
			page, err := s.StaleSubjects(t.Context(), c.submission, after, c.limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			var ids []subject.ID
			for _, p := range page {
				ids = append(ids, p.ID)
			}
			got, after = append(got, ids), ids[len(ids)-1]
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

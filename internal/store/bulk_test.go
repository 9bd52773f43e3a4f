package store_test

import (
	"database/sql"
	"testing"

	"probity/internal/store"
)

// TestBulkOfEveryLength inserts as many rows as there are ways to part them into statements: each arrives once, and in
// its place.
func TestBulkOfEveryLength(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for _, n := range []int{0, 1, 15, 16, 17, 31, 32, 33, 48, 63, 1023, 1024, 1025, 1039, 1040, 1056, 2100} {
		err := s.Write(t.Context(), func(tx *sql.Tx) error {
			b := store.NewBulk(tx, "stale", []string{"subject", "submission"}, "")
			for i := range n {
				if err := b.Add(t.Context(), 3*i, n); err != nil {
					return err
				}
			}
			return b.End(t.Context())
		})
		if err != nil {
			t.Fatalf("%d rows: %v", n, err)
		}
		var rows, sum, most int
		err = s.Read(t.Context(), func(tx *sql.Tx) error {
			return tx.QueryRowContext(t.Context(), `SELECT count(*), coalesce(sum(subject), 0), coalesce(max(subject), -3) FROM stale WHERE submission = ?`, n).
				Scan(&rows, &sum, &most)
		})
		if err != nil {
			t.Fatal(err)
		}
		if rows != n || sum != 3*n*(n-1)/2 || most != 3*(n-1) {
			t.Errorf("of %d rows %d are there, up to %d, with sum %d", n, rows, most, sum)
		}
	}
}

// TestBulkMerges: rows that are there already are merged, however many there are and however often in one transaction, with
// every kind of value.
func TestBulkMerges(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	write := func(n int, payload func(i int) any, sealed any) {
		t.Helper()
		err := s.Write(t.Context(), func(tx *sql.Tx) error {
			for half := range 2 {
				b := store.NewBulk(tx, "notice", []string{"subject", "seq", "at", "occasion", "about", "agency", "body", "sealed"},
					" ON CONFLICT (subject, seq) DO NOTHING")
				for i := range n {
					if err := b.Add(t.Context(), 7, half*n/2+i, int64(-1), "", "企业'\\\t\n", "", payload(i), sealed); err != nil {
						return err
					}
				}
				if err := b.End(t.Context()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%d rows: %v", n, err)
		}
	}
	write(1000, func(i int) any { return []byte{0, byte(i), 0xff} }, true)
	write(1000, func(int) any { return []byte("other") }, false)
	var rows, sealed, bytes, last int
	var about string
	err := s.Read(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(t.Context(), `SELECT count(*), sum(sealed), sum(length(body)), max(seq), max(about) FROM notice WHERE at = -1`).
			Scan(&rows, &sealed, &bytes, &last, &about)
	})
	if err != nil {
		t.Fatal(err)
	}
	if rows != 1500 || sealed != 1500 || bytes != 4500 || last != 1499 || about != "企业'\\\t\n" {
		t.Errorf("there are %d rows up to %d, %d sealed, of %d bytes, about %q", rows, last, sealed, bytes, about)
	}
}

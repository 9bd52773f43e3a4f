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

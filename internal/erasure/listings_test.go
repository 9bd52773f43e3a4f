package erasure_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/store"
)

// TestEntriesOnListsEndWithTheirTime: of a human being's entries on lists, one that still stands is kept, and one that stands no
// more goes with all its rows five years after the last step; a company's stays. The sketch of the reasons of a ruling goes
// with the ruling.
func TestEntriesOnListsEndWithTheirTime(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1)
	company := w.id(1) + 1000
	w.must(w.d.Store.Write(t.Context(), func(tx *sql.Tx) error {
		run := func(query string, args ...any) error {
			_, err := tx.ExecContext(t.Context(), query, args...)
			return err
		}
		if err := run(`INSERT INTO subject (id, kind, sole, region) VALUES (?, 'enterprise', 0, '')`, int64(company)); err != nil {
			return err
		}
		at := store.Micro(calendar.MustParse("2026-07-01").Start(calendar.Shanghai))
		for i, of := range []struct {
			subject int64
			removed any // nil where it was never published
		}{{int64(w.id(1)), 1}, {int64(w.id(1)), 0}, {int64(w.id(1)), nil}, {int64(company), 1}} {
			if err := run(`INSERT INTO listing (subject, id, list, colour, drafted, keeper, ground, tier, measures, particulars, sealed)
				VALUES (?, ?, 'a', 'black', 0, 'spc', 'g', 't', '', x'', 0)`, of.subject, i+1); err != nil {
				return err
			}
			if err := run(`INSERT INTO listing_step (subject, listing, seq, act, at, day, agency, official, law, article, digest, cause, particulars, sealed)
				VALUES (?, ?, 1, 'draft', ?, 0, 'spc', '', '', '', x'0000000000000000000000000000000000000000000000000000000000000000', '', x'', 0)`, of.subject, i+1, at); err != nil {
				return err
			}
			if of.removed == nil {
				continue
			}
			if err := run(`INSERT INTO listing_publication (subject, listing, list, end_day, changed, removed) VALUES (?, ?, 'a', 0, ?, ?)`,
				of.subject, i+1, at, of.removed); err != nil {
				return err
			}
		}
		return run(`INSERT INTO ruling_sketch (agency, ruling, official, same, review, sketch) VALUES ('bank', 7, 'x', 1, 0, x'')`)
	}))
	sweep := func(day string) map[string]int64 {
		w.on(day)
		got, err := w.d.Erasure().Sweep(t.Context(), nil)
		w.must(err)
		list := map[string]int64{}
		for _, what := range []string{"ended-listing", "listing-step", "listing-publication", "ruling-sketch"} {
			if n := got.Deleted[what]; n > 0 {
				list[what] = n
			}
		}
		return list
	}
	if diff := cmp.Diff(map[string]int64{"ruling-sketch": 1}, sweep("2031-06-30")); diff != "" {
		t.Errorf("before its time: %s", diff)
	}
	if diff := cmp.Diff(map[string]int64{"ended-listing": 2, "listing-step": 2, "listing-publication": 1}, sweep("2031-07-03")); diff != "" {
		t.Errorf("after it: %s", diff)
	}
	if left := names(t, w.raw(), fmt.Sprintf(`SELECT CASE subject WHEN %d THEN 'of a company' ELSE 'of a person' END FROM listing ORDER BY 1`, int64(company))); len(left) != 2 || left[0] == left[1] {
		t.Errorf("left are entries %v", left)
	}
}

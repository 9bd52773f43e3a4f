// Package walks keeps the SQL of reading everything there is, in the order of the subjects.
package walks

import (
	"context"
	"database/sql"
	"time"

	"probity/internal/record"
	"probity/internal/snapshot/walk"
	"probity/internal/store"
	"probity/internal/subject"
)

// Store walks over a database.
type Store struct{ db *store.Store }

// In walks over the database.
func In(db *store.Store) *Store { return &Store{db} }

// Whole runs f over all records as one read transaction sees them, as far as they were published at knownAt (the zero
// time means now), with the point at which they stand. The transaction lasts as long as f does: the log beside the
// database grows meanwhile by what others write.
func (s *Store) Whole(ctx context.Context, knownAt time.Time, datasets map[int]string, f func(walk.Point, walk.Walk) error) error {
	return s.db.Read(ctx, func(tx *sql.Tx) error {
		sight, err := s.db.Sight(ctx, tx, knownAt, datasets)
		if err != nil {
			return err
		}
		point := walk.Point{Published: sight.UpTo()}
		if err := tx.QueryRowContext(ctx, `SELECT last FROM ledger_end`).Scan(&point.Ledger); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM subject WHERE redirect = 0`).Scan(&point.Subjects); err != nil {
			return err
		}
		return f(point, whole{tx, sight})
	})
}

// whole is the walk over a sight.
type whole struct {
	tx    *sql.Tx
	sight *store.Sight
}

// Subjects lists subjects by id from behind after; merged ones are left out.
func (w whole) Subjects(ctx context.Context, after subject.ID, limit int) ([]subject.Subject, error) {
	return store.SubjectsIn(ctx, w.tx, `SELECT id, kind, sole, region, redirect FROM subject
		WHERE redirect = 0 AND id > ? ORDER BY id LIMIT ?`, int64(after), limit)
}

// Records yields the records of subjects that follow each other, as [store.Store.Inputs] does for subjects with a permit. The
// rows between the first and the last of them are read as they lie.
func (w whole) Records(ctx context.Context, subjects []subject.Subject, yield func(*record.Version) error) error {
	if len(subjects) == 0 {
		return nil
	}
	ids := make([]any, len(subjects))
	for i := range subjects {
		ids[i] = int64(subjects[i].ID)
	}
	return w.sight.Newest(ctx, ids, `subject BETWEEN ? AND ?`, []any{ids[0], ids[len(ids)-1]}, yield)
}

// Package walks keeps the SQL of reading everything there is, in the order of the subjects.
package walks

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"probity/internal/record"
	"probity/internal/snapshot/walk"
	"probity/internal/store"
	"probity/internal/store/shards"
	"probity/internal/subject"
)

// Store walks over a database.
type Store struct {
	db     *store.Store
	shards *shards.Store
}

// In walks over the database.
func In(db *store.Store) *Store { return &Store{db, shards.In(db)} }

// Whole runs f over all records of a part as one read transaction sees them, as far as they were published at knownAt (the zero
// time means now), with the point at which they stand. The transaction lasts as long as f does: the log beside the
// database grows meanwhile by what others write.
func (s *Store) Whole(ctx context.Context, of subject.Part, knownAt time.Time, datasets map[int]string, f func(walk.Point, walk.Walk) error) error {
	var point walk.Point
	ledger := func(tx *sql.Tx) error {
		var hash []byte
		if err := tx.QueryRowContext(ctx, `SELECT last, hash FROM ledger_end`).Scan(&point.Ledger, &hash); err != nil {
			return err
		}
		point.Hash = hex.EncodeToString(hash)
		return nil
	}
	return s.shards.Read(ctx, of, ledger, func(tx *sql.Tx) error {
		sight, err := s.db.Sight(ctx, tx, knownAt, datasets)
		if err != nil {
			return err
		}
		point.Published = sight.UpTo()
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM subject WHERE redirect = 0`).Scan(&point.Subjects); err != nil {
			return err
		}
		home := func(f func(*sql.Tx) error) error { return f(tx) }
		if !of.All() {
			home = func(f func(*sql.Tx) error) error { return s.db.Read(ctx, f) }
		}
		return f(point, whole{tx, home, sight, point})
	})
}

// whole is the walk over a sight.
type whole struct {
	tx *sql.Tx
	// home asks where the ledger stands. Where that is another place than the sight, it may know of more than the point has.
	home  func(func(*sql.Tx) error) error
	sight *store.Sight
	point walk.Point
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

// Since compares the entry at the earlier point, and reads the entries behind it.
func (w whole) Since(ctx context.Context, earlier walk.Point) (known bool, acted []subject.ID, err error) {
	if earlier.Published > w.point.Published {
		return false, nil, nil
	}
	err = w.home(func(tx *sql.Tx) error {
		var hash []byte
		if earlier.Ledger > 0 {
			err := tx.QueryRowContext(ctx, `SELECT hash FROM ledger_order WHERE position = ?1 AND position <= (SELECT settled FROM ledger_end)
				UNION ALL SELECT hash FROM ledger_fresh WHERE position = ?1 AND position > (SELECT settled FROM ledger_end)`, earlier.Ledger).Scan(&hash)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
		}
		if known = hex.EncodeToString(hash) == earlier.Hash; !known {
			return nil
		}
		acted, err = ids(ctx, tx, `SELECT s.subject FROM ledger_order o JOIN ledger_settled s ON s.subject = o.subject AND s.seq = o.seq
				WHERE o.position > ?1 AND o.position <= (SELECT settled FROM ledger_end) AND s.subject <> 0 AND s.act NOT IN ('read', 'attempt')
			UNION SELECT subject FROM ledger_fresh WHERE position > max(?1, (SELECT settled FROM ledger_end)) AND subject <> 0 AND act NOT IN ('read', 'attempt')
			ORDER BY 1`, earlier.Ledger)
		return err
	})
	return known, acted, err
}

// Touched goes by the marks of outdated subjects, and by those that were taken away since.
func (w whole) Touched(ctx context.Context, earlier walk.Point, subjects []subject.Subject) ([]subject.ID, error) {
	if len(subjects) == 0 || earlier.Published == w.point.Published {
		return nil, nil
	}
	return ids(ctx, w.tx, `SELECT subject FROM touched WHERE subject BETWEEN ?1 AND ?2 AND at > ?3
		UNION SELECT subject FROM stale JOIN submission ON number = submission WHERE subject BETWEEN ?1 AND ?2 AND published_at > ?3 ORDER BY 1`,
		int64(subjects[0].ID), int64(subjects[len(subjects)-1].ID), earlier.Published)
}

func ids(ctx context.Context, tx *sql.Tx, query string, args ...any) (list []subject.ID, err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id subject.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

package store

import (
	"context"
	"database/sql"
	"time"

	"probity/internal/subject"
)

// Change runs f in one write transaction with a publication of its own: for acts that alter which records count without
// bringing any, such as a dispute. From its commit on the ratings of the subjects are outdated; who refreshes the
// submission that it gives has them computed again. what says in a word what kind of act it is, agency whose it is, "" for a
// subject's own. f may still complete the trace, which is written behind it.
func (s *Store) Change(ctx context.Context, agency, what string, subjects []subject.ID, now time.Time, t *Trace, f func(*sql.Tx) error) (submission int64, err error) {
	_, err = s.publishing(ctx, now, func(tx *sql.Tx, at int64) error {
		if submission, err = addPublication(ctx, tx, agency, what, at, 0); err != nil {
			return err
		}
		if err := outdate(ctx, tx, submission, subjects...); err != nil {
			return err
		}
		if err := f(tx); err != nil {
			return err
		}
		return s.leave(ctx, tx, t)
	})
	return submission, err
}

// addPublication enters a submission that no file came with, as published. The column for the contract knows no absence:
// such a submission stands under the first one, and none of its versions refers to it.
func addPublication(ctx context.Context, tx *sql.Tx, agency, what string, at int64, versions int) (number int64, err error) {
	var first int
	if err := tx.QueryRowContext(ctx, `SELECT min(number) FROM contract`).Scan(&first); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO submission (agency, dataset, contract, file, digest, bytes, started_at, published_at, state, read, stored)
		VALUES (?, ?, ?, '', x'', 0, ?, ?, 'published', ?, ?) RETURNING number`,
		agency, what, first, at, at, versions, versions).Scan(&number)
	return number, err
}

// outdate marks subjects whose ratings the submission outdates.
func outdate(ctx context.Context, tx *sql.Tx, submission int64, subjects ...subject.ID) error {
	for _, id := range subjects {
		if _, err := tx.ExecContext(ctx, `INSERT INTO stale (subject, submission) VALUES (?, ?) ON CONFLICT DO NOTHING`, int64(id), submission); err != nil {
			return err
		}
	}
	return nil
}

// Same are the ids under which a subject's matters are kept, as arguments of a query: its own, and those of the subjects
// merged into it.
func Same(ctx context.Context, tx *sql.Tx, id subject.ID) ([]any, error) {
	merged, err := mergedSubjects(ctx, tx, id)
	ids := []any{int64(id)}
	for _, m := range merged {
		ids = append(ids, int64(m))
	}
	return ids, err
}

package store

import (
	"context"
	"database/sql"
)

// Waitings lists a submission's rows that wait, by line, from behind the place given.
func (s *Store) Waitings(ctx context.Context, submission int64, afterLine, afterPart, limit int) ([]Waiting, error) {
	var list []Waiting
	err := s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT line, part, state, findings, header, row, sealed FROM quarantine
			WHERE submission = ? AND (line, part) > (?, ?) AND state <> 'replayed' ORDER BY line, part LIMIT ?`, submission, afterLine, afterPart, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var w Waiting
			if err := rows.Scan(&w.Line, &w.Part, &w.State, &w.Findings, &w.Header, &w.Row, &w.Sealed); err != nil {
				return err
			}
			list = append(list, w)
		}
		return rows.Err()
	})
	return list, err
}

// Findings counts what was found in a submission, the most frequent first.
func (s *Store) Findings(ctx context.Context, submission int64) ([]FindingCount, error) {
	var list []FindingCount
	err := s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT rule, field, warning, count, example FROM finding_count
			WHERE submission = ? ORDER BY count DESC, rule, field`, submission)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f FindingCount
			if err := rows.Scan(&f.Rule, &f.Field, &f.Warning, &f.Count, &f.Example); err != nil {
				return err
			}
			list = append(list, f)
		}
		return rows.Err()
	})
	return list, err
}

// Place is where a waiting row stands in its file.
type Place struct{ Line, Part int }

// MarkMended notes that a submission brings back rows of another one, mended; they wait no longer once it is published.
func (s *Store) MarkMended(ctx context.Context, by, submission int64, places []Place) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		one, err := tx.PrepareContext(ctx, `UPDATE quarantine SET replayed_by = ? WHERE submission = ? AND line = ? AND part = ? AND state <> 'replayed'`)
		if err != nil {
			return err
		}
		defer one.Close()
		for _, p := range places {
			if _, err := one.ExecContext(ctx, by, submission, p.Line, p.Part); err != nil {
				return err
			}
		}
		return nil
	})
}

// CountWaiting counts a submission's rows that wait.
func (s *Store) CountWaiting(ctx context.Context, submission int64) (n int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM quarantine WHERE submission = ? AND state <> 'replayed'`, submission).Scan(&n)
	return n, s.dialect.Translate(err)
}

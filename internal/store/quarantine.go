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

// MarkReplayed notes that rows of a submission went in after all, mended. It gives how many still wait.
func (s *Store) MarkReplayed(ctx context.Context, submission int64, places []Place) (left int64, err error) {
	err = s.Write(ctx, func(tx *sql.Tx) error {
		for _, p := range places {
			if _, err := tx.ExecContext(ctx, `UPDATE quarantine SET state = 'replayed', row = x'', findings = '[]' WHERE submission = ? AND line = ? AND part = ?`,
				submission, p.Line, p.Part); err != nil {
				return err
			}
		}
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM quarantine WHERE submission = ? AND state <> 'replayed'`, submission).Scan(&left)
	})
	return left, err
}

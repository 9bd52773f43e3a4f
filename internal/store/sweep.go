package store

import (
	"context"
	"database/sql"

	"probity/internal/subject"
)

// sweepRows is how many rows of a kind one commit of a sweep looks after.
const sweepRows = 2048

// Abandoned lists the submissions of an agency for a dataset that were begun and never finished, and those that were
// discarded and not swept to the end. Only who holds the turn knows that nobody is working on them.
func (s *Store) Abandoned(ctx context.Context, agency, dataset string) ([]Submission, error) {
	return s.submissions(ctx, `WHERE agency = ? AND dataset = ? AND (state = 'open' OR state = 'discarded' AND swept = 0) ORDER BY number`,
		agency, dataset)
}

// Sweep removes what is left of a discarded submission, in short commits: its versions, its claims, its rows that wait,
// and its hold on the waiting rows of another one. Its own row, with its counts, stays. It may be killed and run again.
func (s *Store) Sweep(ctx context.Context, number int64) error {
	sub, err := s.Submission(ctx, number)
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context, *Submission) error{s.sweepVersions, s.sweepClaims, s.sweepWaiting} {
		if err := step(ctx, &sub); err != nil {
			return err
		}
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{"finding_count", "taken_back", "notice_pending"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE submission = ?`, number); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE submission SET swept = 1 WHERE number = ? AND state = 'discarded'`, number)
		return err
	})
}

// sweepVersions follows the marks of the subjects that the submission wrote to; a mark goes with its versions.
func (s *Store) sweepVersions(ctx context.Context, sub *Submission) error {
	var after subject.ID
	for {
		page, err := s.StaleSubjects(ctx, sub.Number, after, subjectsPerQuery)
		if err != nil || len(page) == 0 {
			return err
		}
		args := make([]any, 0, len(page)+1)
		for _, p := range page {
			args = append(args, int64(p.ID))
		}
		args = append(args, sub.Number)
		err = s.Write(ctx, func(tx *sql.Tx) error {
			for _, table := range []string{"record_version", "stale"} {
				if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE subject IN (`+Marks(len(page))+`) AND submission = ?`, args...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		after = page[len(page)-1].ID
	}
}

// sweepClaims gives up the keys that the submission claimed, and takes back the moves that it announced.
func (s *Store) sweepClaims(ctx context.Context, sub *Submission) error {
	from := []byte{}
	for {
		var first, last []byte
		err := s.Read(ctx, func(tx *sql.Tx) error {
			return tx.QueryRowContext(ctx, `WITH page AS (SELECT key FROM source_row
				WHERE agency = ? AND dataset = ? AND key > ? AND (submission = ? OR next_by = ?) ORDER BY key LIMIT ?)
				SELECT (SELECT key FROM page ORDER BY key LIMIT 1), (SELECT key FROM page ORDER BY key DESC LIMIT 1)`,
				sub.Agency, sub.Dataset, from, sub.Number, sub.Number, sweepRows).Scan(&first, &last)
		})
		if err != nil || last == nil {
			return err
		}
		err = s.Write(ctx, func(tx *sql.Tx) error {
			const these = ` WHERE agency = ? AND dataset = ? AND key BETWEEN ? AND ?`
			if _, err := tx.ExecContext(ctx, `DELETE FROM source_row`+these+` AND submission = ?`, sub.Agency, sub.Dataset, first, last, sub.Number); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `UPDATE source_row SET next_subject = 0, next_by = 0`+these+` AND next_by = ?`,
				sub.Agency, sub.Dataset, first, last, sub.Number)
			return err
		})
		if err != nil {
			return err
		}
		from = last
	}
}

func (s *Store) sweepWaiting(ctx context.Context, sub *Submission) error {
	for left := true; left; {
		err := s.Write(ctx, func(tx *sql.Tx) error {
			res, err := tx.ExecContext(ctx, `DELETE FROM quarantine WHERE submission = ? AND (line, part) IN
				(SELECT line, part FROM quarantine WHERE submission = ? ORDER BY line, part LIMIT ?)`, sub.Number, sub.Number, sweepRows)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			left = n == sweepRows
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE quarantine SET replayed_by = 0 WHERE submission = ? AND replayed_by = ?`, sub.Replays, sub.Number)
		return err
	})
}

package disputes

import (
	"context"
	"database/sql"

	"probity/calendar"
	"probity/internal/dispute"
	"probity/internal/dispute/contest"
	"probity/internal/store"
)

// Disputes lists disputes with their steps: the newest first, for a handler and for a day those first that are due first.
func (s *Store) Disputes(ctx context.Context, q dispute.Query) ([]dispute.Stored, error) {
	var list []dispute.Stored
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		where, args, err := condition(ctx, tx, q)
		if err != nil {
			return err
		}
		if list, err = readDisputes(ctx, tx, where, args); err != nil {
			return err
		}
		for i := range list {
			if err := readSteps(ctx, tx, &list[i]); err != nil {
				return err
			}
			if err := readEvidence(ctx, tx, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func condition(ctx context.Context, tx *sql.Tx, q dispute.Query) (where string, args []any, err error) {
	switch {
	case q.ID != 0:
		return `id = ?`, []any{int64(q.ID)}, nil
	case q.Handler != "":
		return `handler = ? OR (subject, id) IN (SELECT subject, dispute FROM dispute_step WHERE act = 'complaint' AND handler = ?)
			ORDER BY due, id`, []any{q.Handler, q.Handler}, nil
	case q.Subject != 0:
		same, err := store.Same(ctx, tx, q.Subject)
		return `subject IN (` + store.Marks(len(same)) + `) ORDER BY id DESC`, same, err
	}
	return `due < ? AND NOT EXISTS (SELECT 1 FROM dispute_step s WHERE s.subject = dispute.subject AND s.dispute = dispute.id
		AND s.act IN ('result', 'reminder')) ORDER BY due, id`, []any{int64(q.Before)}, nil
}

func readDisputes(ctx context.Context, tx *sql.Tx, where string, args []any) ([]dispute.Stored, error) {
	rows, err := tx.QueryContext(ctx, `SELECT subject, id, ground, target, handler, except_by, opened_at, opened_by, due, clock,
		suspends, particulars, sealed FROM dispute WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []dispute.Stored
	for rows.Next() {
		var k dispute.Stored
		d := &k.Dispute
		var opened int64
		err := rows.Scan(&d.Subject, &d.ID, &d.Ground, &d.Target, &d.Handler, &d.Except, &opened, &d.OpenedBy, &d.Due, &d.Clock,
			&d.Suspends, &k.Account.Body, &k.Account.Sealed)
		if err != nil {
			return nil, err
		}
		d.OpenedAt = store.Instant(opened)
		list = append(list, k)
	}
	return list, rows.Err()
}

func readSteps(ctx context.Context, tx *sql.Tx, k *dispute.Stored) error {
	rows, err := tx.QueryContext(ctx, `SELECT seq, act, outcome, at, agency, official, due, handler, digest, particulars, sealed
		FROM dispute_step WHERE subject = ? AND dispute = ? ORDER BY seq`, int64(k.Dispute.Subject), int64(k.Dispute.ID))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		step := contest.Step{Due: calendar.None}
		var reasons dispute.Text
		var at int64
		var due sql.NullInt64
		var digest []byte
		err := rows.Scan(&step.Seq, &step.Act, &step.Outcome, &at, &step.Agency, &step.Official, &due, &step.Handler, &digest,
			&reasons.Body, &reasons.Sealed)
		if err != nil {
			return err
		}
		step.At, step.Due = store.Instant(at), store.DayOf(due)
		copy(step.Document[:], digest)
		k.Dispute.Steps, k.Reasons = append(k.Dispute.Steps, step), append(k.Reasons, reasons)
	}
	return rows.Err()
}

func readEvidence(ctx context.Context, tx *sql.Tx, k *dispute.Stored) error {
	rows, err := tx.QueryContext(ctx, `SELECT seq, name, digest, bytes, sealed FROM dispute_evidence WHERE subject = ? AND dispute = ? ORDER BY seq`,
		int64(k.Dispute.Subject), int64(k.Dispute.ID))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var e contest.Evidence
		var name dispute.Text
		var digest []byte
		if err := rows.Scan(&e.Seq, &name.Body, &digest, &e.Bytes, &name.Sealed); err != nil {
			return err
		}
		copy(e.Digest[:], digest)
		k.Dispute.Evidence, k.Names = append(k.Dispute.Evidence, e), append(k.Names, name)
	}
	return rows.Err()
}

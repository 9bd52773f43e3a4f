package store

import (
	"context"
	"database/sql"

	"probity/internal/charter"
	"probity/internal/notice"
	"probity/internal/record"
	"probity/internal/subject"
)

// telling notes, while a submission's rows are written and cannot be seen yet, whom its publication must tell: human beings
// of records against them, and everybody of corrections.
type telling struct{ rows *Bulk }

func newTelling(tx *sql.Tx) telling {
	return telling{NewBulk(tx, "notice_pending", []string{"submission", "subject", "record", "act"}, " ON CONFLICT DO NOTHING")}
}

func (t telling) add(ctx context.Context, submission int64, a *charter.Admitted) error {
	d, act := a.Draft(), ""
	switch {
	case d.Status != record.Reported:
		act = d.Status.String()
	case !a.Furnishes():
		return nil
	}
	return t.rows.Add(ctx, submission, int64(d.Subject), int64(d.Record), act)
}

// tellPublished makes notices of what a submission noted, in the commit that publishes it.
func tellPublished(ctx context.Context, tx *sql.Tx, submission, at int64) error {
	list, err := pending(ctx, tx, submission, at)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := addNotices(ctx, tx, list); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM notice_pending WHERE submission = ?`, submission)
	return err
}

func pending(ctx context.Context, tx *sql.Tx, submission, at int64) ([]notice.Written, error) {
	rows, err := tx.QueryContext(ctx, `SELECT p.subject, p.record, p.act, n.dataset, n.agency
		FROM notice_pending p JOIN submission n ON n.number = p.submission WHERE p.submission = ? ORDER BY p.subject, p.record`, submission)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []notice.Written
	for rows.Next() {
		var of subject.ID
		var id record.ID
		var act, dataset, agency string
		if err := rows.Scan(&of, &id, &act, &dataset, &agency); err != nil {
			return nil, err
		}
		w, err := notice.OfRecord(of, id.String(), act, dataset, agency, Instant(at))
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, rows.Err()
}

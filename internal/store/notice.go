package store

import (
	"context"
	"database/sql"

	"probity/internal/notice"
	"probity/internal/subject"
)

// addNotices puts notices into their subjects' inboxes, in the transaction of the act they tell of, and numbers them.
func addNotices(ctx context.Context, tx *sql.Tx, list []notice.Written) error {
	next := map[subject.ID]int64{}
	rows := NewBulk(tx, "notice", []string{"subject", "seq", "at", "occasion", "about", "agency", "body", "sealed"}, "")
	for _, w := range list {
		n := w.Notice()
		if _, known := next[n.Subject]; !known {
			var last sql.NullInt64
			if err := tx.QueryRowContext(ctx, `SELECT max(seq) FROM notice WHERE subject = ?`, int64(n.Subject)).Scan(&last); err != nil {
				return err
			}
			next[n.Subject] = last.Int64
		}
		next[n.Subject]++
		body, sealed := w.Body()
		err := rows.Add(ctx, int64(n.Subject), next[n.Subject], Micro(n.At), string(n.Occasion), n.About, n.By, body, sealed)
		if err != nil {
			return err
		}
	}
	return rows.End(ctx)
}

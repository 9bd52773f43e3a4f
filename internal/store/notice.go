package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"probity/internal/charter"
	"probity/internal/notice"
	"probity/internal/subject"
)

// tell records what is told of an act in the act's own transaction, for acts that leave more behind than a [Trace].
func tell(ctx context.Context, tx *sql.Tx, act charter.Telling, told []notice.Written) error {
	if err := charter.Told(act, told); err != nil {
		return err
	}
	return addNotices(ctx, tx, told)
}

// addNotices puts notices into their subjects' inboxes, in the transaction of the act they tell of, and numbers them.
func addNotices(ctx context.Context, tx *sql.Tx, list []notice.Written) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]subject.ID, len(list))
	for i, w := range list {
		ids[i] = w.Notice().Subject
	}
	next, err := lastNotices(ctx, tx, ids)
	if err != nil {
		return err
	}
	rows := NewBulk(tx, "notice", []string{"subject", "seq", "at", "occasion", "about", "agency", "body", "sealed"}, "")
	for _, w := range list {
		n := w.Notice()
		next[n.Subject]++
		body, sealed := w.Body()
		err := rows.Add(ctx, int64(n.Subject), next[n.Subject], Micro(n.At), string(n.Occasion), n.About, n.By, body, sealed)
		if err != nil {
			return err
		}
	}
	return rows.End(ctx)
}

// LastNotice is, in SQL, the number of the newest notice of the subject that of names, a column or a parameter; 0 where it
// was told nothing. Changes of ratings count, and so does what is over and was settled on a channel: a number that has
// named one notice never names another.
func LastNotice(of string) string {
	return strings.ReplaceAll(`max(coalesce((SELECT max(seq) FROM notice WHERE subject = %), 0),
		coalesce((SELECT max(told) FROM rating_history WHERE subject = %), 0),
		coalesce((SELECT max(done_to) FROM notice_channel WHERE subject = %), 0))`, "%", of)
}

// lastNotices are the numbers of the subjects' newest notices, 0 for those without one.
func lastNotices(ctx context.Context, tx *sql.Tx, ids []subject.ID) (map[subject.ID]int64, error) {
	last := make(map[subject.ID]int64, len(ids))
	for page := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), subjectsPerQuery) {
		// One step to the end of each subject's rows, where grouping would read them all.
		if err := lastOf(ctx, tx, last, Numbers(page)); err != nil {
			return nil, err
		}
	}
	return last, nil
}

func lastOf(ctx context.Context, tx *sql.Tx, last map[subject.ID]int64, ids []any) error {
	query := `SELECT id, ` + LastNotice("s.id") + ` FROM subject s WHERE id IN (` + Marks(len(ids)) + `)`
	if len(ids) == 1 { // so that every table is asked about a subject that is named, in one place
		query = `SELECT id, ` + LastNotice("?1") + ` FROM subject WHERE id = ?1`
	}
	rows, err := tx.QueryContext(ctx, query, ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id subject.ID
		var seq int64
		if err := rows.Scan(&id, &seq); err != nil {
			return err
		}
		last[id] = seq
	}
	return rows.Err()
}

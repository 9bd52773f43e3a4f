package reads

import (
	"context"
	"database/sql"

	"probity/calendar"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/subject"
)

// coversOf are the orders that keep reads of the subject back on the day.
func coversOf(ctx context.Context, tx *sql.Tx, id subject.ID, today calendar.Day) ([]ledger.Cover, error) {
	return covers(ctx, tx, `subject = ? AND end_day > ?`, int64(id), int64(today))
}

func covers(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]ledger.Cover, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, reader, purpose, casefile, ordered_at FROM read_delay WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []ledger.Cover
	for rows.Next() {
		var c ledger.Cover
		var order, at int64
		var file string
		if err := rows.Scan(&order, &c.Reader, &c.Purpose, &file, &at); err != nil {
			return nil, err
		}
		c.Order, c.Cases, c.From = subject.Encode('y', order), []string{file}, store.Instant(at)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Cases, err = references(ctx, tx, list[i].Reader, list[i].Cases); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// references adds the names under which the case stands in entries of several subjects.
func references(ctx context.Context, tx *sql.Tx, reader string, cases []string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT reference FROM read_case WHERE reader = ? AND casefile = ?`, reader, cases[0])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		cases = append(cases, one)
	}
	return cases, rows.Err()
}

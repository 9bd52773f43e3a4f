package beside

import (
	"context"
	"database/sql"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// AnyRepaired tells whether any record at all was repaired.
func AnyRepaired(ctx context.Context, tx *sql.Tx) (yes bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM repaired)`).Scan(&yes)
	return yes, err
}

// RepairedOn are the days from which on records of the subjects are gone because they were repaired.
func RepairedOn(ctx context.Context, tx *sql.Tx, ids []any) (map[Spot]calendar.Day, error) {
	rows, err := tx.QueryContext(ctx, `SELECT subject, record, day FROM repaired WHERE subject IN (`+engine.Marks(len(ids))+`)`, ids...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[Spot]calendar.Day{}
	for rows.Next() {
		var at Spot
		var day calendar.Day
		if err := rows.Scan(&at.Subject, &at.Record, &day); err != nil {
			return nil, err
		}
		found[at] = day
	}
	return found, rows.Err()
}

// SetRepaired marks a record as repaired from the day on, in the act's transaction; the first mark counts. repair is 0 where the application was lost with a database that was put back from a backup.
func SetRepaired(ctx context.Context, tx *sql.Tx, at Spot, repair int64, day calendar.Day) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO repaired (subject, record, repair, day) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		int64(at.Subject), int64(at.Record), repair, int64(day))
	return err
}

// Unrepair takes the mark of a repair off a record, in the transaction that withdraws it; false where the record has no mark
// of that repair. A mark that a restore has put there, when the application's own was lost, goes too.
func Unrepair(ctx context.Context, tx *sql.Tx, at Spot, repair int64) (bool, error) {
	done, err := tx.ExecContext(ctx, `DELETE FROM repaired WHERE subject = ? AND record = ? AND repair IN (?, 0)`,
		int64(at.Subject), int64(at.Record), repair)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// moveRepaired lets the repair of a record go with it to another subject.
func moveRepaired(ctx context.Context, tx *sql.Tx, from, to subject.ID, id record.ID) error {
	return moveMarks(ctx, tx, "repaired", "repair, day", from, to, id)
}

package store

import (
	"context"
	"database/sql"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/subject"
)

// Forgetting says when a version lapses by the rules in force: the day it carries, or an earlier one. It is asked whenever a
// record is read, so that a rule that came into force since the record came in counts as well.
type Forgetting interface {
	Lapse(newest *record.Version) calendar.Day
}

// Forget has every record read from now on lapse by the rules. It is for the wiring, before the store is used.
func (s *Store) Forget(by Forgetting) { s.forgetting = by }

// lapse brings the lapse of a record's newest version forward: to the day on which it was repaired, and to the one on which
// a rule ends it.
func (s *Store) lapse(v *record.Version, repaired map[Spot]calendar.Day) {
	if s.forgetting != nil && v.Adverse {
		v.Lapse = s.forgetting.Lapse(v)
	}
	if day, ok := repaired[Spot{v.Subject, v.Record}]; ok && (v.Lapse == calendar.None || day < v.Lapse) {
		v.Lapse = day
	}
}

// anyRepaired tells whether any record at all was repaired.
func anyRepaired(ctx context.Context, tx *sql.Tx) (yes bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM repaired)`).Scan(&yes)
	return yes, err
}

// repairedOn are the days from which on records of the subjects are gone because they were repaired.
func repairedOn(ctx context.Context, tx *sql.Tx, ids []any) (map[Spot]calendar.Day, error) {
	rows, err := tx.QueryContext(ctx, `SELECT subject, record, day FROM repaired WHERE subject IN (`+Marks(len(ids))+`)`, ids...)
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

// SetRepaired marks a record as repaired from the day on, in the act's transaction; it is never taken back, and the first
// mark counts. repair is 0 where the application was lost with a database that was put back from a backup.
func SetRepaired(ctx context.Context, tx *sql.Tx, at Spot, repair int64, day calendar.Day) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO repaired (subject, record, repair, day) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		int64(at.Subject), int64(at.Record), repair, int64(day))
	return err
}

// moveRepaired lets the repair of a record go with it to another subject.
func moveRepaired(ctx context.Context, tx *sql.Tx, from, to subject.ID, id record.ID) error {
	_, err := tx.ExecContext(ctx, `UPDATE repaired SET subject = ? WHERE subject = ? AND record = ?`, int64(to), int64(from), int64(id))
	return err
}

// Matter reads one record of a subject for those who act on it under a permit, with all that bears on it; NotFound where the
// subject has none of that id.
func (s *Store) Matter(ctx context.Context, of subject.ID, id record.ID, contracts map[int]ContractRow) (Entry, error) {
	list, err := s.entries(ctx, contracts, of, id)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "record.none", "subject %s has no record %s", of, id)
	}
	if err != nil {
		return Entry{}, err
	}
	return list[0], nil
}

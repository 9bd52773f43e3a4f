package store

import (
	"context"
	"database/sql"

	"probity/calendar"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/subject"
)

// anyContest tells whether any record at all is contested: where none is, nobody pays for asking about each.
func anyContest(ctx context.Context, tx *sql.Tx) (yes bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM contested)`).Scan(&yes)
	return yes, err
}

// contests are the contests of the subjects' records. Where several bear on one record, the one that counts.
func contests(ctx context.Context, tx *sql.Tx, ids []any) (map[Spot]record.Contest, error) {
	rows, err := tx.QueryContext(ctx, `SELECT subject, record, dispute, state, due, claims FROM contested
		WHERE subject IN (`+Marks(len(ids))+`)`, ids...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[Spot]record.Contest{}
	for rows.Next() {
		var at Spot
		var c record.Contest
		var dispute int64
		var due sql.NullInt64
		if err := rows.Scan(&at.Subject, &at.Record, &dispute, &c.State, &due, &c.Claims); err != nil {
			return nil, err
		}
		if c.Due = DayOf(due); dispute > LostDispute {
			c.Dispute = subject.Encode('q', dispute)
		}
		if have := found[at]; c.Outweighs(&have) {
			found[at] = c
		}
	}
	return found, rows.Err()
}

// barred tells whether a dispute put the record out of use until it is certified.
func barred(ctx context.Context, tx *sql.Tx, at Spot) (yes bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM contested WHERE subject = ? AND record = ? AND state = 'barred')`,
		int64(at.Subject), int64(at.Record)).Scan(&yes)
	return yes, err
}

// moveContests lets the contests of a record go with it to another subject.
func moveContests(ctx context.Context, tx *sql.Tx, from, to subject.ID, id record.ID) error {
	_, err := tx.ExecContext(ctx, `UPDATE contested SET subject = ? WHERE subject = ? AND record = ?`, int64(to), int64(from), int64(id))
	return err
}

// LostDispute stands for a dispute that was lost when the database was put back from an older backup: what it put out of
// use stays so.
const LostDispute = 0

// LostStatement stands for the subject's own words that were lost in the same way: the record beside which they stood is out
// of use until its subject has put them again, or has none.
const LostStatement = -1

// WordsFound takes away the mark of [LostStatement] on a record. The journal needs no mark of it: the words that were put
// again have one of their own.
func WordsFound(ctx context.Context, tx *sql.Tx, at Spot) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM contested WHERE subject = ? AND record = ? AND dispute = ?`, int64(at.Subject), int64(at.Record), LostStatement)
	return err
}

// Contest is one mark to set: from the act's commit on the record is out of use.
type Contest struct {
	Subject subject.ID
	Record  record.ID
	Dispute int64
	State   record.ContestState
	Due     calendar.Day
	Claims  string
}

// SetContests sets marks, in place of those the same disputes have set on the same records, in the act's transaction.
func SetContests(ctx context.Context, tx *sql.Tx, list []Contest) error {
	rows := NewBulk(tx, "contested", []string{"subject", "record", "dispute", "state", "due", "claims"},
		" ON CONFLICT (subject, record, dispute) DO UPDATE SET state = excluded.state, due = excluded.due, claims = excluded.claims")
	for _, c := range list {
		if err := rows.Add(ctx, int64(c.Subject), int64(c.Record), c.Dispute, string(c.State), NullDay(c.Due), c.Claims); err != nil {
			return err
		}
	}
	return rows.End(ctx)
}

// Readings are the readings of a subject's file, ratings and decisions by others, oldest first, as far as they were
// recorded at the moment of the transaction; those of subjects merged into it are among them.
func Readings(ctx context.Context, tx *sql.Tx, of subject.ID) ([]ledger.Entry, error) {
	same, err := Same(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+entryColumns+` FROM ledger_entry
		WHERE subject IN (`+Marks(len(same))+`) AND act = 'read' AND reader <> '' ORDER BY subject, seq`, same...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []ledger.Entry
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

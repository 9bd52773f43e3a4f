// Package beside keeps what bears on records from beside their versions: that they are contested, that they were repaired,
// and what a restored database has to know of records that come in again. Whoever reads records reads it with them.
package beside

import (
	"context"
	"database/sql"
	"errors"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/store/engine"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Spot is where a version of a record stands, or would stand.
type Spot struct {
	Subject subject.ID
	Record  record.ID
}

// Move lets what bears on a record go with it to another subject.
func Move(ctx context.Context, tx *sql.Tx, from, to subject.ID, id record.ID) error {
	return errors.Join(moveContests(ctx, tx, from, to, id), moveRepaired(ctx, tx, from, to, id))
}

func nullDay(d calendar.Day) any {
	if d == calendar.None {
		return nil
	}
	return int64(d)
}

func dayOf(n sql.NullInt64) calendar.Day {
	if !n.Valid {
		return calendar.None
	}
	return calendar.Day(n.Int64)
}

// AnyContest tells whether any record at all is contested: where none is, nobody pays for asking about each.
func AnyContest(ctx context.Context, tx *sql.Tx) (yes bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM contested)`).Scan(&yes)
	return yes, err
}

// Contests are the contests of the subjects' records. Where several bear on one record, the one that counts.
func Contests(ctx context.Context, tx *sql.Tx, ids []any) (map[Spot]record.Contest, error) {
	rows, err := tx.QueryContext(ctx, `SELECT subject, record, dispute, state, due, claims FROM contested
		WHERE subject IN (`+engine.Marks(len(ids))+`)`, ids...)
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
		if c.Due = dayOf(due); dispute > LostDispute {
			c.Dispute = subject.Encode('q', dispute)
		}
		if have := found[at]; c.Outweighs(&have) {
			found[at] = c
		}
	}
	return found, rows.Err()
}

// Barred are those of the subjects' records that a dispute put out of use until they are certified.
func Barred(ctx context.Context, tx *sql.Tx, ids []any) (map[Spot]bool, error) {
	found := map[Spot]bool{}
	for at, err := range engine.Each(ctx, tx, `SELECT subject, record FROM contested WHERE state = 'barred'
		AND subject IN (`+engine.Marks(len(ids))+`)`, func(rows *sql.Rows) (at Spot, err error) {
		return at, rows.Scan(&at.Subject, &at.Record)
	}, ids...) {
		if err != nil {
			return nil, err
		}
		found[at] = true
	}
	return found, nil
}

// moveContests lets the contests of a record go with it to another subject.
func moveContests(ctx context.Context, tx *sql.Tx, from, to subject.ID, id record.ID) error {
	return moveMarks(ctx, tx, "contested", "dispute, state, due, claims", from, to, id)
}

// moveMarks lets what a table keeps beside a record go with it to another subject. A row is written anew, since it may have to go to
// another shard; its other columns are given.
func moveMarks(ctx context.Context, tx *sql.Tx, table, columns string, from, to subject.ID, id record.ID) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (subject, record, `+columns+`) SELECT ?, record, `+columns+` FROM `+table+`
		WHERE subject = ? AND record = ?`, int64(to), int64(from), int64(id))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE subject = ? AND record = ?`, int64(from), int64(id))
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
	rows := engine.NewBulk(tx, "contested", []string{"subject", "record", "dispute", "state", "due", "claims"},
		" ON CONFLICT (subject, record, dispute) DO UPDATE SET state = excluded.state, due = excluded.due, claims = excluded.claims")
	for _, c := range list {
		if err := rows.Add(ctx, int64(c.Subject), int64(c.Record), c.Dispute, string(c.State), nullDay(c.Due), c.Claims); err != nil {
			return err
		}
	}
	return rows.End(ctx)
}

// Lost is the mark on a record whose dispute, or whose subject's own words, were lost in a restore: it is out of use
// until somebody looks at it.
func Lost(at Spot, kind gone.Kind) Contest {
	c := Contest{Subject: at.Subject, Record: at.Record, Dispute: LostDispute, State: record.Barred, Due: calendar.None}
	if kind == gone.Stated {
		c.Dispute, c.State = LostStatement, record.Disputed
	}
	return c
}

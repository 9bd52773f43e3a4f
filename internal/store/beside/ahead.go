package beside

import (
	"context"
	"database/sql"
	"time"

	"probity/calendar"
	"probity/internal/vault/gone"
)

// What is gone of a matter that a restored database does not know, since it came in after the backup, waits by a keyed
// number of its supplier's row, or of its subject's identifier, until the matter comes in again (Charter C10).

// Numbered gives the keyed number of texts, by which the journal names what a backup may not know.
type Numbered func(texts ...string) int64

// Row is the number of a supplier's row.
func (n Numbered) Row(agency, dataset, key string) int64 { return n("row", agency, dataset, key) }

// Identifier is the number of an identifier as it is looked up.
func (n Numbered) Identifier(scheme, value string) int64 { return n("identifier", scheme, value) }

// Rows are the marks by which the journal names the supplier's row of a record.
func Rows(ctx context.Context, tx *sql.Tx, number Numbered, at Spot) (marks []gone.Mark, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT c.agency, c.dataset, v.source_key FROM record_version v
		JOIN contract c ON c.number = v.contract WHERE v.subject = ? AND v.record = ?`, int64(at.Subject), int64(at.Record))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var agency, dataset string
		var key []byte
		if err := rows.Scan(&agency, &dataset, &key); err != nil {
			return nil, err
		}
		marks = append(marks, gone.Mark{Kind: gone.OfRow, Subject: at.Subject, Matter: number.Row(agency, dataset, string(key))})
	}
	return marks, rows.Err()
}

// SetAhead keeps that what has the number is gone, or out of use, as soon as it comes in.
func SetAhead(ctx context.Context, tx *sql.Tx, number int64, kind gone.Kind, at time.Time) error {
	for _, pair := range [][2]gone.Kind{{gone.Stated, gone.Unstated}, {gone.Repaired, gone.Unrepaired}} { // the newer of the two counts
		if kind != pair[0] && kind != pair[1] {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM gone_ahead WHERE number = ? AND kind IN (?, ?)`, number, int(pair[0]), int(pair[1])); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO gone_ahead (number, kind, day) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		number, int(kind), int64(calendar.In(at, calendar.Shanghai)))
	return err
}

// Ahead is what waits for matters to come in; nil where nothing does, which is nearly always. It ends with its transaction.
type Ahead struct{ one *sql.Stmt }

// AheadOf is what waits in the database.
func AheadOf(ctx context.Context, tx *sql.Tx) (*Ahead, error) {
	var some bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM gone_ahead)`).Scan(&some)
	if err != nil || !some {
		return nil, err
	}
	one, err := tx.PrepareContext(ctx, `SELECT kind, day FROM gone_ahead WHERE number = ?`)
	return &Ahead{one}, err
}

// Of gives by kind the day on which what has the number went.
func (a *Ahead) Of(ctx context.Context, number int64) (map[gone.Kind]calendar.Day, error) {
	rows, err := a.one.QueryContext(ctx, number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found map[gone.Kind]calendar.Day
	for rows.Next() {
		var kind gone.Kind
		var day calendar.Day
		if err := rows.Scan(&kind, &day); err != nil {
			return nil, err
		}
		if found == nil {
			found = map[gone.Kind]calendar.Day{}
		}
		found[kind] = day
	}
	return found, rows.Err()
}

// Meet puts a record that comes in anew out of use, where it was so before the database was put back.
func (a *Ahead) Meet(ctx context.Context, tx *sql.Tx, number int64, at Spot) error {
	was, err := a.Of(ctx, number)
	if err != nil {
		return err
	}
	for _, kind := range []gone.Kind{gone.Suppressed, gone.Stated} {
		if _, ok := was[kind]; !ok {
			continue
		}
		if err := SetContests(ctx, tx, []Contest{Lost(at, kind)}); err != nil {
			return err
		}
	}
	if day, ok := was[gone.Repaired]; ok {
		return SetRepaired(ctx, tx, at, 0, day)
	}
	return nil
}

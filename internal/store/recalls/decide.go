package recalls

import (
	"context"
	"database/sql"
	"time"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/store"
	"probity/internal/subject"
)

// DemandOnce keeps a demand with its line in the ledger and its notices, unless its first recipient was told the same of
// this matter before; false where it was. A demand without recipients is a fault Internal.
func DemandOnce(ctx context.Context, db *store.Store, d recall.Demand, line *ledger.Entry, told ...notice.Written) (first bool, err error) {
	if len(d.Recipients) == 0 {
		return false, fault.New(fault.Internal, "store.demand", "a demand about %s is for nobody", d.About)
	}
	trace := &store.Trace{}
	err = db.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		var twice bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM recall WHERE subject = ? AND about = ? AND recipient = ? AND kind = ?)`,
			int64(d.Subject), d.About, d.Recipients[0], string(d.Kind)).Scan(&twice)
		if err != nil || twice {
			return err
		}
		first = true
		trace.Entries, trace.Notices, trace.Demands = []*ledger.Entry{line}, told, []recall.Demand{d}
		return nil
	})
	return first && err == nil, err
}

// Answered marks what one body was told to decide of a matter as done, as [Decided] does.
func Answered(ctx context.Context, tx *sql.Tx, id subject.ID, about, recipient, by string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE recall SET acknowledged_at = ?1, acknowledged_by = ?2
		WHERE subject = ?3 AND about = ?4 AND kind = ?5 AND recipient = ?6 AND acknowledged_at IS NULL`,
		store.Micro(at), by, int64(id), about, string(recall.Decide), recipient)
	return err
}

// Decided marks what bodies of appeal were told to decide of a matter as done, in the transaction of the decision; by is
// who decided.
func Decided(ctx context.Context, tx *sql.Tx, id subject.ID, about, by string, at time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE recall SET acknowledged_at = ?1, acknowledged_by = ?2
		WHERE subject = ?3 AND about = ?4 AND kind = ?5 AND acknowledged_at IS NULL`,
		store.Micro(at), by, int64(id), about, string(recall.Decide))
	return err
}

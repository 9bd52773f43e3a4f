package store

import (
	"context"
	"database/sql"

	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/recall"
)

// Trace is what an act leaves behind for others to see. It is written in the act's own transaction: an act that must
// be noticed is not effective before its notice is recorded (Charter C7).
type Trace struct {
	// Entries go into the ledgers of their subjects.
	Entries []*ledger.Entry
	// Notices go into their subjects' inboxes.
	Notices []notice.Written
	// Demands go to the recipients they name.
	Demands []recall.Demand
}

// WriteWith runs f in one write transaction together with what the act leaves behind, see [Store.Write]. f may still
// complete the trace.
func (s *Store) WriteWith(ctx context.Context, t *Trace, f func(*sql.Tx) error) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return leave(ctx, tx, t)
	})
}

// leave writes a trace in the transaction of its act.
func leave(ctx context.Context, tx *sql.Tx, t *Trace) error {
	if err := addNotices(ctx, tx, t.Notices); err != nil {
		return err
	}
	if err := addDemands(ctx, tx, t.Demands); err != nil {
		return err
	}
	return appendEntries(ctx, tx, t.Entries...)
}

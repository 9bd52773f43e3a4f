package store

import (
	"context"
	"database/sql"
	"time"

	"probity/internal/charter"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/store/beside"
	"probity/internal/vault/gone"
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
	// Gone is what must stay gone, whatever backup the database is put back from. It stands in a journal apart from the
	// database before the act is committed.
	Gone []gone.Mark
	// At is when the act happens, for the journal; where it is zero, that of the first entry, or now where there is none.
	At time.Time
	// Also writes what else belongs to the act, in its transaction; nil for nothing.
	Also Also
}

// Also writes something in the transaction of an act.
type Also func(context.Context, *sql.Tx) error

// Journal keeps what must stay gone apart from the database; package gone implements it.
type Journal interface {
	// Append has a batch on disk when it returns, and gives its sequence.
	Append(at time.Time, marks []gone.Mark) (int64, error)
}

// Keep gives the store the journal of what must stay gone, and the keyed numbers by which it names what a backup may not
// know. It is called once, before anything is written.
func (s *Store) Keep(j Journal, number beside.Numbered) { s.journal, s.number = j, number }

// WriteWith runs f in one write transaction together with what the act leaves behind, see [Store.Write]. f may still
// complete the trace.
func (s *Store) WriteWith(ctx context.Context, t *Trace, f func(*sql.Tx) error) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return s.leave(ctx, tx, t)
	})
}

// WriteAct is WriteWith for an act of which somebody must be told: without each notice that its permit needs, nothing of
// it is kept and the Charter refuses it (C7).
func (s *Store) WriteAct(ctx context.Context, act charter.Telling, t *Trace, f func(*sql.Tx) error) error {
	return s.WriteWith(ctx, t, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return charter.Told(act, t.Notices)
	})
}

// leave writes a trace in the transaction of its act. The journal comes last, when nothing but the commit can fail.
func (s *Store) leave(ctx context.Context, tx *sql.Tx, t *Trace) error {
	if t.Also != nil {
		if err := t.Also(ctx, tx); err != nil {
			return err
		}
	}
	if err := addNotices(ctx, tx, t.Notices); err != nil {
		return err
	}
	if err := addDemands(ctx, tx, t.Demands); err != nil {
		return err
	}
	if err := s.Append(ctx, tx, t.Entries...); err != nil {
		return err
	}
	at := t.At
	switch {
	case !at.IsZero():
	case len(t.Entries) > 0:
		at = t.Entries[0].At
	default:
		at = s.writer.IDs.Now()
	}
	return s.forget(ctx, tx, at, t.Gone)
}

// forget writes marks into the journal, and into the database how far the journal is contained in it.
func (s *Store) forget(ctx context.Context, tx *sql.Tx, at time.Time, marks []gone.Mark) error {
	if len(marks) == 0 || s.journal == nil {
		return nil
	}
	marks, err := s.byRow(ctx, tx, marks)
	if err != nil {
		return err
	}
	seq, err := s.journal.Append(at, marks)
	if err != nil {
		return err
	}
	return beside.SetPlayed(ctx, tx, seq)
}

// Played is the last batch of the journal that is contained in the database, 0 where none is.
func (s *Store) Played(ctx context.Context) (seq int64, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		seq, err = beside.PlayedIn(ctx, tx)
		return err
	})
	return seq, err
}

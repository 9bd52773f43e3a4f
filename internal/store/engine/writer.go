package engine

import (
	"context"
	"database/sql"
	"errors"

	"probity/internal/fault"
)

// Writer begins and commits the transactions of a process that writes.
//
// Nothing is repeated that may have happened. What is tried again, with growing pauses, is the beginning of a transaction: it
// has written nothing yet. From there on an error that comes before the commit means that nothing was stored; and what
// became of a commit whose answer was lost on the way is asked of the engine (see [Dialect.Committed]).
type Writer struct {
	Dialect Dialect
	DB      *sql.DB
	IDs     Allocator
	// Hindered tells why nothing may be begun at the moment, nil where it may.
	Hindered func() error
	marked   int64 // the highest of ids that a commit has kept; guarded by who writes alone
}

// Act runs f in one transaction while nobody else acts, in this process or another. Its caller keeps this process's other acts out.
func (w *Writer) Act(ctx context.Context, f func(*sql.Tx) error) error {
	return w.transact(ctx, true, f)
}

// Beside is Act for what others may act beside; where the engine has one writer alone, the caller holds its lock. It must do
// no harm when it is done twice.
func (w *Writer) Beside(ctx context.Context, f func(*sql.Tx) error) error {
	return w.transact(ctx, false, f)
}

func (w *Writer) transact(ctx context.Context, claim bool, f func(*sql.Tx) error) error {
	tx, err := w.begin(ctx, claim)
	if err != nil {
		return w.Dialect.Translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it says so and does nothing
	if err := f(tx); err != nil {
		return w.Dialect.Translate(err)
	}
	high, err := w.numbers(ctx, tx)
	if err != nil {
		return w.Dialect.Translate(err)
	}
	if err = tx.Commit(); err != nil && claim {
		err = w.Dialect.Committed(ctx, w.DB, err)
	}
	if err == nil && high > w.marked {
		w.marked = high
	}
	return w.Dialect.Translate(err)
}

// Numbered reserves the first numbers of this process, where several write: they are drawn before the transaction begins that
// carries them, and what was reserved by nobody may be given by others too. A server that cannot be written needs none.
func (w *Writer) Numbered(ctx context.Context) error {
	if w.Dialect.Alone() {
		return nil
	}
	err := w.Dialect.Translate(Patiently(ctx, w.Dialect.Passing, func() error { return w.IDs.Reserve(ctx, w.DB) }))
	if f := (*fault.Error)(nil); errors.As(err, &f) && f.Key == "store.readonly" {
		return nil
	}
	return err
}

// begin waits where the server is not to be had for the moment.
func (w *Writer) begin(ctx context.Context, claim bool) (begun *sql.Tx, err error) {
	err = Patiently(ctx, w.Dialect.Passing, func() error {
		if err := w.Hindered(); err != nil {
			return err
		}
		if !w.Dialect.Alone() {
			if err := w.IDs.Reserve(ctx, w.DB); err != nil {
				return err
			}
		}
		tx, err := w.DB.BeginTx(ctx, nil)
		if err == nil && claim {
			if err = w.Dialect.Claim(ctx, tx); err != nil {
				_ = tx.Rollback() // nothing was written
			}
		}
		begun = tx
		return err
	})
	return begun, err
}

// numbers holds that the transaction carries no number that was not reserved, or, where one process writes, has it keep the
// highest that was given.
func (w *Writer) numbers(ctx context.Context, tx *sql.Tx) (high int64, err error) {
	if w.Dialect.Alone() {
		return w.IDs.Keep(ctx, tx, w.marked)
	}
	if w.IDs.Overdrawn() {
		return 0, fault.New(fault.Unavailable, "store.ids", "more was written at once than there were numbers reserved for").
			With("send it in smaller parts")
	}
	return 0, nil
}

// Read runs f in one read transaction, which sees one moment of the database throughout.
func Read(ctx context.Context, d Dialect, db *sql.DB, f func(*sql.Tx) error) error {
	var tx *sql.Tx
	err := Patiently(ctx, d.Passing, func() (err error) {
		tx, err = db.BeginTx(ctx, d.Moment())
		return err
	})
	if err != nil {
		return d.Translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // a read transaction has nothing to commit
	return d.Translate(f(tx))
}

// Lost is what is said of a turn whose session has ended: others may have taken theirs.
func Lost() error {
	return fault.New(fault.Unavailable, "store.turn", "the connection that kept others from taking files in meanwhile was lost").
		With("run it again: what was published stays, and rows that are known are not stored twice")
}

// Turn is the right of one process to take files in or join subjects, while no other does.
type Turn interface {
	// Lost tells that the turn has ended by itself.
	Lost() bool
	Back()
}

// held is a turn that is not lost as long as its process lives.
type held struct{ back func() error }

func (held) Lost() bool { return false }

func (h held) Back() { _ = h.back() }

// joined closes several things as one.
func joined(close ...func() error) held {
	return held{func() (err error) {
		for _, c := range close {
			err = errors.Join(err, c())
		}
		return err
	}}
}

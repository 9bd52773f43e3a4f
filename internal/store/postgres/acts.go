package postgres

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"probity/internal/fault"
	"probity/internal/store/engine"
)

// The numbers under which the whole database is locked, beside the program's own mark.
const (
	mark       = 0x50524f42 // "PROB"
	lockActs   = 1
	lockIntake = 2
)

// Mark and LockQueue are those under which a queue's own tables are made.
const (
	Mark      = mark
	LockQueue = 3
)

// Claim waits until no other transaction acts, and keeps them out until this one ends. What follows sees all that the
// others committed: at read committed, each statement sees what was there when it began. In the same round trip it notes
// which of this process's acts it is: one at a time, so that nobody else waits for the row.
func (d *Dialect) Claim(ctx context.Context, tx *sql.Tx) error {
	d.acts++
	var nothing string
	return tx.QueryRowContext(ctx, `INSERT INTO last_act (process, number, at) VALUES (?, ?, CAST(extract(epoch FROM now()) * 1000000 AS BIGINT))
		ON CONFLICT (process) DO UPDATE SET number = excluded.number, at = excluded.at
		RETURNING CAST(pg_advisory_xact_lock(?, ?) AS TEXT)`, d.process, d.acts, mark, lockActs).Scan(&nothing)
}

// certainty is how long a process asks what became of its act: a server that crashed recovers first.
const certainty = 30 * time.Second

// Committed asks for the act's own note. The lock makes the answer certain: the transaction held it, so that whoever gets it
// comes after its end, however late the server learned that the connection was gone. The number of the transaction alone
// would not do: a server that crashed may give it to another one.
func (d *Dialect) Committed(ctx context.Context, db *sql.DB, failed error) error {
	var said *pgconn.PgError
	if errors.As(failed, &said) && !ending(said.Code) { // it answered, and that is a rollback
		return failed
	}
	var last int64
	err := engine.PatientlyFor(context.WithoutCancel(ctx), certainty, d.Passing, func() (err error) {
		last, err = d.last(context.WithoutCancel(ctx), db)
		return err
	})
	switch {
	case err != nil:
		return fault.New(fault.Unavailable, "store.unsure", "the connection to %s was lost in the moment of the commit, and the server did not come back to say what became of it",
			d.Shown()).By(failed).With("when it is back, look whether it was done before doing it again; a file can be sent again without harm")
	case last == d.acts:
		return nil
	}
	return fault.New(fault.Unavailable, "store.lost", "the connection to %s was lost before the commit; nothing of this step was stored", d.Shown()).By(failed).
		With("see that the server runs and can be reached, then run it again")
}

// last is the number of the last act of this process that was kept.
func (d *Dialect) last(ctx context.Context, db *sql.DB) (number int64, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() //nolint:errcheck // nothing is written
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(?, ?)`, mark, lockActs); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT number FROM last_act WHERE process = ?`, d.process).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return number, err
}

// Leave takes away what this process noted, when it ends, and what others did that ended otherwise long ago.
func (d *Dialect) Leave(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `DELETE FROM last_act WHERE process = ? OR at < CAST(extract(epoch FROM now()) * 1000000 AS BIGINT) - ?`,
		d.process, (24 * time.Hour).Microseconds())
	return d.Translate(err)
}

// turn is a lock in a session of its own.
type turn struct {
	session *sql.Conn
	pool    *sql.DB
	stop    context.CancelFunc
	watched chan struct{} // closed when nobody watches any more
	lost    atomic.Bool
}

// Turn holds a lock in a session of its own: the server gives it back when the session ends, however that comes about. The
// session is watched, so that nothing is written under a turn that is over.
func (d *Dialect) Turn(ctx context.Context) (engine.Turn, error) {
	t := &turn{watched: make(chan struct{})}
	err := engine.Patiently(ctx, d.Passing, func() (err error) {
		if t.pool, err = d.Connect(engine.Writing); err != nil {
			return err
		}
		if t.session, err = t.pool.Conn(ctx); err != nil {
			return errors.Join(err, t.pool.Close())
		}
		if _, err = t.session.ExecContext(ctx, `SELECT pg_advisory_lock(?, ?)`, mark, lockIntake); err != nil {
			return errors.Join(err, t.session.Close(), t.pool.Close())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	t.stop = stop
	go t.watch(watching)
	return t, nil
}

// watch waits on the session for what never comes, and so learns when it ends.
func (t *turn) watch(ctx context.Context) {
	defer close(t.watched)
	err := t.session.Raw(func(c any) error {
		inner, ok := c.(*conn)
		if !ok {
			return errors.New("postgres: the session is of another kind")
		}
		return wait(ctx, inner.Conn)
	})
	if ctx.Err() == nil {
		t.lost.Store(err != nil)
	}
}

func wait(ctx context.Context, c *stdlib.Conn) error {
	for {
		if _, err := c.Conn().WaitForNotification(ctx); err != nil {
			return err
		}
	}
}

// Lost tells that the session has ended.
func (t *turn) Lost() bool { return t.lost.Load() }

// Back ends the session, and with it the lock.
func (t *turn) Back() {
	t.stop()
	<-t.watched
	_ = errors.Join(t.session.Close(), t.pool.Close())
}

package store

import (
	"context"
	"database/sql"
	"errors"

	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store/chain"
	"probity/internal/subject"
)

// AppendEntries puts each entry behind the newest of its subject's chain and fills in Seq, Prev and Hash, all in one
// transaction that is on disk when it returns. It may share the transaction, see [Store.Together].
func (s *Store) AppendEntries(ctx context.Context, entries []*ledger.Entry) error {
	return s.Together(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.chain.Append(ctx, tx, entries) })
}

// Append puts entries behind the newest of their subjects' chains in a transaction of the writer, and fills in Seq, Prev
// and Hash: for acts whose SQL stands in a package of its own.
func (s *Store) Append(ctx context.Context, tx *sql.Tx, entries ...*ledger.Entry) error {
	return s.chain.Append(ctx, tx, entries)
}

// Tell puts notices into their subjects' inboxes in a transaction of the writer: for reads of which somebody must be told.
func (s *Store) Tell(ctx context.Context, tx *sql.Tx, list []notice.Written) error {
	return addNotices(ctx, tx, list)
}

// Reads are entries of readings that are to be appended.
type Reads struct {
	Entries []*ledger.Entry
	// Beside writes what else the readings leave in the database; nil where they leave nothing.
	Beside func() error
}

// Uncounted is how many readings of a use there are that the database does not hold and count yet.
type Uncounted = func(chain.Use) int64

// AppendReads has f find the entries of readings at one moment at which nobody else appends, and appends them. They are
// on disk when it returns: in the spool, where the readings leave nothing else, and from there within a second or so in
// the database, where they count for their readers. f may be called twice, and writes nothing but by Beside.
func (s *Store) AppendReads(ctx context.Context, f func(context.Context, *sql.Tx, Uncounted) (Reads, error)) error {
	spooled, err := s.spoolReads(ctx, f)
	if err == nil && !spooled {
		err = s.Write(ctx, func(tx *sql.Tx) error {
			reads, err := f(ctx, tx, func(chain.Use) int64 { return 0 })
			if err == nil && reads.Beside != nil {
				err = reads.Beside()
			}
			if err != nil {
				return err
			}
			return errors.Join(s.chain.Append(ctx, tx, reads.Entries), s.countReads(ctx, tx, reads.Entries))
		})
	}
	if s.chain.Waiting() >= chain.Enough && s.taking.CompareAndSwap(false, true) {
		s.background.Go(func() {
			defer s.taking.Store(false)
			s.takeParts()
		})
	}
	return err
}

// spoolReads puts the readings into the spool, unless they leave something else too or too many wait there. No act can
// come between what f finds and that, as nobody else may append meanwhile; the writer may be at other work.
func (s *Store) spoolReads(ctx context.Context, f func(context.Context, *sql.Tx, Uncounted) (Reads, error)) (done bool, err error) {
	if s.spool == nil {
		return false, nil
	}
	release, err := s.alone(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	if s.chain.Waiting() >= chain.Most {
		return false, nil
	}
	tx, err := s.record.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return false, s.dialect.Translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // a read transaction has nothing to commit
	waiting, err := s.chain.Spooled(ctx, tx, s.records)
	if err != nil {
		return false, s.dialect.Translate(err)
	}
	reads, err := f(ctx, tx, waiting)
	if err == nil && reads.Beside == nil {
		done, err = true, s.chain.Spool(ctx, tx, s.records, reads.Entries)
	}
	return done, s.dialect.Translate(err)
}

// takeParts has the database take in what waits in the spool, a part at a time, while readers are answered. An error
// leaves it there; whoever writes next meets the same fault and says so.
func (s *Store) takeParts() {
	for s.life.Err() == nil {
		some := false
		s.chaining.Lock()
		part := s.chain.First(chain.Enough)
		s.chaining.Unlock()
		err := s.only(s.life, func(tx *sql.Tx) (err error) {
			some, err = part.TakeIn(s.life, tx)
			return err
		})
		if err != nil || !some {
			return
		}
		s.chaining.Lock()
		s.chain.TookIn(&part)
		s.chaining.Unlock()
	}
}

// only is [Store.Write] for what changes neither where the ledger ends nor anything that a reading depends on: readings
// are recorded meanwhile.
func (s *Store) only(ctx context.Context, f func(*sql.Tx) error) error {
	if s.dialect.Alone() {
		s.writing.Lock()
		defer s.writing.Unlock()
	}
	err := s.writer.Beside(ctx, f)
	if err == nil {
		s.settle()
	}
	return err
}

// takeIn has the database take in all that waits in the spool.
func (s *Store) takeIn(ctx context.Context) error {
	if s.spool == nil {
		return nil
	}
	return s.Write(ctx, func(*sql.Tx) error { return nil })
}

// drain has the database take in all that waits in the spool and empties it, so that the database is whole without it.
func (s *Store) drain(ctx context.Context) error {
	if s.spool == nil {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	release, err := s.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := s.writer.Beside(ctx, func(tx *sql.Tx) error { return s.chain.TakeIn(ctx, tx) }); err != nil {
		return err
	}
	return s.spool.Empty()
}

// countReads adds readings by agencies to what they read for each purpose on each day.
func (s *Store) countReads(ctx context.Context, tx *sql.Tx, entries []*ledger.Entry) error {
	rows := NewBulk(tx, "read_usage", []string{"reader", "purpose", "day", "count"},
		" ON CONFLICT (reader, purpose, day) DO UPDATE SET count = read_usage.count + excluded.count")
	for u, n := range chain.UsesOf(entries) {
		if err := rows.Add(ctx, u.Reader, u.Purpose, int64(u.Day), n); err != nil {
			return err
		}
	}
	return rows.End(ctx)
}

// settle moves the entries of the ledger to where they stay, when there are enough of them; one does it at a time, and
// whoever wrote the last of them does not wait for it. An error leaves them where they are, to be moved another time.
func (s *Store) settle() {
	if s.chain.Fresh() < chain.High || !s.settling.CompareAndSwap(false, true) {
		return
	}
	s.background.Go(func() {
		defer s.settling.Store(false)
		_ = s.chain.Settle(s.life, s.only) // whoever writes next meets the same fault and says so
	})
}

// Whole is a transaction in whose sight the ledger in the database is whole: it holds every entry that was acknowledged
// before the transaction began.
type Whole struct{ *sql.Tx }

// Writing is a transaction of the writer, which begins with a whole ledger.
func Writing(tx *sql.Tx) Whole { return Whole{tx} }

// ReadWhole is [Store.Read] for who looks into the ledger. It must not be called within a write transaction.
func (s *Store) ReadWhole(ctx context.Context, f func(Whole) error) error {
	if err := s.takeIn(ctx); err != nil {
		return err
	}
	return s.Read(ctx, func(tx *sql.Tx) error { return f(Whole{tx}) })
}

// LedgerOf is a subject's ledger, oldest first, within a transaction.
func LedgerOf(ctx context.Context, tx Whole, id subject.ID) ([]ledger.Entry, error) {
	return chain.Of(ctx, tx.Tx, id)
}

// VerifyLedger checks every chain against its head, and names the first entry that was changed, is missing or has
// moved; see [ledger.Verify].
func (s *Store) VerifyLedger(ctx context.Context) error {
	return s.ReadWhole(ctx, func(tx Whole) error { return chain.Verify(ctx, tx.Tx) })
}

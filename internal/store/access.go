package store

import (
	"context"
	"database/sql"

	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store/chain"
	"probity/internal/subject"
)

// AppendEntries puts each entry behind the newest of its subject's chain and fills in Seq, Prev and Hash, all in one
// transaction that is on disk when it returns.
func (s *Store) AppendEntries(ctx context.Context, entries []*ledger.Entry) error {
	return s.AppendTogether(ctx, func(context.Context, *sql.Tx) ([]*ledger.Entry, error) { return entries, nil })
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

// AppendTogether has f find the entries to append in a transaction that it may share, see [Store.Together], and appends
// them there: for the many entries of readers.
func (s *Store) AppendTogether(ctx context.Context, f func(context.Context, *sql.Tx) ([]*ledger.Entry, error)) error {
	return s.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		entries, err := f(ctx, tx)
		if err != nil {
			return err
		}
		return s.chain.Append(ctx, tx, entries)
	})
}

// settle moves the entries of the ledger to where they stay, when there are enough of them; one does it at a time, and
// whoever wrote the last of them does not wait for it. An error leaves them where they are, to be moved another time.
func (s *Store) settle() {
	if s.chain.Fresh() < chain.High || !s.settling.CompareAndSwap(false, true) {
		return
	}
	s.background.Go(func() {
		defer s.settling.Store(false)
		_ = s.chain.Settle(s.life, s.Write) // whoever writes next meets the same fault and says so
	})
}

// LedgerOf is a subject's ledger, oldest first, within a transaction.
func LedgerOf(ctx context.Context, tx *sql.Tx, id subject.ID) ([]ledger.Entry, error) {
	return chain.Of(ctx, tx, id)
}

// VerifyLedger checks every chain against its head, and names the first entry that was changed, is missing or has
// moved; see [ledger.Verify].
func (s *Store) VerifyLedger(ctx context.Context) error {
	return s.Read(ctx, func(tx *sql.Tx) error { return chain.Verify(ctx, tx) })
}

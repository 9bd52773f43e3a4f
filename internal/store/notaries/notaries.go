// Package notaries keeps what the notary needs to know besides its log: which entries there are in the order in which they
// were written, which trees the log has, and who may append to it.
//
// The outbox is the ledger itself: an entry's position is assigned in the transaction that writes it, so that there is no
// entry that the notary could overlook and none that it could be given twice.
package notaries

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/store/chain"
)

// Store is the notary's part of a database.
type Store struct{ db *store.Store }

// In is the notary's part of the database.
func In(db *store.Store) *Store { return &Store{db} }

// Segment is one tree of the log.
type Segment struct {
	Number int64
	Name   string
	// First is the position of the entry that is leaf 1.
	First    int64
	OpenedAt time.Time
	// Reason says why it was begun, see tlog.Anchor.
	Reason string
	// Size and Checkpoint are the newest state that was published before the notary last rested: the log never falls
	// behind it.
	Size       uint64
	Checkpoint string
}

// Last is the newest position; 0 where there is no entry.
func (s *Store) Last(ctx context.Context) (int64, error) {
	return s.position(ctx, chain.Last)
}

// First is the oldest position that is held; 0 where there is no entry.
func (s *Store) First(ctx context.Context) (int64, error) {
	return s.position(ctx, chain.First)
}

func (s *Store) position(ctx context.Context, find func(context.Context, *sql.Tx) (int64, error)) (p int64, err error) {
	err = s.db.ReadWhole(ctx, func(tx store.Whole) (err error) {
		p, err = find(ctx, tx.Tx)
		return err
	})
	return p, err
}

// Hashes are those of the entries from the position on, at most limit, without a gap: an entry that is missing is a
// Conflict.
func (s *Store) Hashes(ctx context.Context, from int64, limit int) ([]ledger.Hash, error) {
	var list []ledger.Hash
	err := s.db.ReadWhole(ctx, func(tx store.Whole) error {
		found, err := chain.From(ctx, tx.Tx, from, limit)
		if err != nil {
			return err
		}
		for _, m := range found {
			if want := from + int64(len(list)); m.Position != want {
				return fault.New(fault.Conflict, "notary.gap", "the entry at position %d is missing from the database", want).
					With("treat the database as tampered with: keep a copy of it, and compare it with a backup")
			}
			list = append(list, m.Hash)
		}
		return nil
	})
	return list, err
}

// OldestAfter is the instant of the first entry behind the position; ok is false where there is none.
func (s *Store) OldestAfter(ctx context.Context, position int64) (at time.Time, ok bool, err error) {
	var us int64
	err = s.db.ReadWhole(ctx, func(tx store.Whole) (err error) {
		us, err = chain.OldestAfter(ctx, tx.Tx, position)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return time.Time{}, false, nil
	}
	return store.Instant(us), err == nil, err
}

// Received is the entry that says that a submission was published; NotFound where it was not.
func (s *Store) Received(ctx context.Context, submission int64) (ledger.Entry, error) {
	var found []ledger.Entry
	err := s.db.ReadWhole(ctx, func(tx store.Whole) error {
		list, err := store.LedgerOf(ctx, tx, 0)
		for _, e := range list {
			if e.Act == ledger.Received && e.Detail == store.SubmissionDetail(submission) {
				found = append(found, e)
			}
		}
		return err
	})
	if err != nil {
		return ledger.Entry{}, err
	}
	if len(found) == 0 {
		return ledger.Entry{}, fault.New(fault.NotFound, "notary.submission", "submission %d was not published", submission).
			With("probity submission list shows what became of it")
	}
	return found[0], nil
}

// Entries yields every entry in the order of positions, as of one moment.
func (s *Store) Entries(ctx context.Context) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		err := s.db.ReadWhole(ctx, func(tx store.Whole) error {
			for e, err := range store.EntriesByPosition(ctx, tx) {
				if err != nil {
					return err
				}
				if !yield(e, nil) {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			yield(ledger.Entry{}, err)
		}
	}
}

// TakeLease makes the holder the one who appends, and gives the token under which it writes. Whoever held it before
// holds it no more.
func (s *Store) TakeLease(ctx context.Context, holder string, now time.Time) (token int64, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `UPDATE notary_lease SET token = token + 1, holder = ?, taken_at = ? RETURNING token`,
			holder, store.Micro(now)).Scan(&token)
	})
	return token, err
}

// Holds is nil while nobody has taken the lease since; otherwise it is a Conflict.
func (s *Store) Holds(ctx context.Context, token int64) error {
	return s.db.Read(ctx, func(tx *sql.Tx) error { return holds(ctx, tx, token) })
}

func holds(ctx context.Context, tx *sql.Tx, token int64) error {
	var current int64
	var holder string
	if err := tx.QueryRowContext(ctx, `SELECT token, holder FROM notary_lease`).Scan(&current, &holder); err != nil {
		return err
	}
	if current != token {
		return fault.New(fault.Conflict, "notary.lease", "%s appends to the log now; what this process would still write is refused", holder).
			With("nothing: the other process goes on where this one ended")
	}
	return nil
}

// Segments are the trees of the log, oldest first.
func (s *Store) Segments(ctx context.Context) ([]Segment, error) {
	var list []Segment
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT number, name, first, opened_at, reason, size, checkpoint FROM notary_segment ORDER BY number`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var g Segment
			var opened, size int64
			if err := rows.Scan(&g.Number, &g.Name, &g.First, &opened, &g.Reason, &size, &g.Checkpoint); err != nil {
				return err
			}
			g.OpenedAt, g.Size = store.Instant(opened), uint64(size)
			list = append(list, g)
		}
		return rows.Err()
	})
	return list, err
}

// AddSegment enters a new tree, under the token.
func (s *Store) AddSegment(ctx context.Context, token int64, g Segment) error {
	return s.under(ctx, token, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO notary_segment (number, name, first, opened_at, reason, token) VALUES (?, ?, ?, ?, ?, ?)`,
			g.Number, g.Name, g.First, store.Micro(g.OpenedAt), g.Reason, token)
		return err
	})
}

// Mark keeps the newest published state of a tree, under the token.
func (s *Store) Mark(ctx context.Context, token, number int64, size uint64, checkpoint string) error {
	return s.under(ctx, token, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE notary_segment SET size = ?, checkpoint = ?, token = ? WHERE number = ? AND size <= ?`,
			int64(size), checkpoint, token, number, int64(size))
		return err
	})
}

func (s *Store) under(ctx context.Context, token int64, f func(tx *sql.Tx) error) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := holds(ctx, tx, token); err != nil {
			return fmt.Errorf("notary: %w", err)
		}
		return f(tx)
	})
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"maps"
	"slices"

	"probity/internal/ledger"
	"probity/internal/subject"
)

// AppendEntries puts each entry behind the newest of its subject's chain and fills in Seq, Prev and Hash, all in one
// transaction that is on disk when it returns.
func (s *Store) AppendEntries(ctx context.Context, entries []*ledger.Entry) error {
	return s.Together(ctx, func(ctx context.Context, tx *sql.Tx) error { return appendEntries(ctx, tx, entries...) })
}

// Append puts entries behind the newest of their subjects' chains in a transaction of the writer, and fills in Seq, Prev
// and Hash: for acts whose SQL stands in a package of its own.
func Append(ctx context.Context, tx *sql.Tx, entries ...*ledger.Entry) error {
	return appendEntries(ctx, tx, entries...)
}

// appendEntries is for transactions whose acts leave an entry of their own.
func appendEntries(ctx context.Context, tx *sql.Tx, entries ...*ledger.Entry) error {
	heads, err := readHeads(ctx, tx, entries)
	if err != nil {
		return err
	}
	rows := NewBulk(tx, "ledger_entry", []string{
		"subject", "seq", "at", "act", "what", "detail", "reader", "official", "purpose", "basis", "casefile", "commitment", "salt", "prev", "hash", "position",
	}, "")
	last, err := lastPosition(ctx, tx)
	if err != nil {
		return err
	}
	for i, e := range entries {
		e.Position = last + int64(i) + 1
		heads[e.Subject] = e.Chain(heads[e.Subject])
		var commitment any
		if e.Commitment != (ledger.Hash{}) {
			commitment = e.Commitment[:]
		}
		err := rows.Add(ctx, int64(e.Subject), e.Seq, Micro(e.At), string(e.Act), e.What, e.Detail, e.Reader, e.Official,
			e.Purpose, e.Basis, e.Case, commitment, e.Salt[:], e.Prev[:], e.Hash[:], e.Position)
		if err != nil {
			return err
		}
	}
	if err := rows.End(ctx); err != nil {
		return err
	}
	return writeHeads(ctx, tx, heads)
}

// lastPosition is that of the newest entry of all; 0 where there is none. Entries are written one transaction after the
// other, so that the next position is the one behind.
func lastPosition(ctx context.Context, tx *sql.Tx) (int64, error) {
	var last sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT max(position) FROM ledger_entry`).Scan(&last)
	return last.Int64, err
}

// readHeads gives the newest entry of each subject among the entries; a subject without one has a head at 0.
func readHeads(ctx context.Context, tx *sql.Tx, entries []*ledger.Entry) (map[subject.ID]ledger.Head, error) {
	one, err := tx.PrepareContext(ctx, `SELECT seq, hash FROM ledger_head WHERE subject = ?`)
	if err != nil {
		return nil, err
	}
	defer one.Close()
	heads := make(map[subject.ID]ledger.Head, len(entries))
	for _, e := range entries {
		if _, known := heads[e.Subject]; known {
			continue
		}
		head := ledger.Head{Subject: e.Subject}
		var hash []byte
		if err := one.QueryRowContext(ctx, int64(e.Subject)).Scan(&head.Seq, &hash); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, err
		}
		copy(head.Hash[:], hash)
		heads[e.Subject] = head
	}
	return heads, nil
}

func writeHeads(ctx context.Context, tx *sql.Tx, heads map[subject.ID]ledger.Head) error {
	rows := NewBulk(tx, "ledger_head", []string{"subject", "seq", "hash"},
		" ON CONFLICT (subject) DO UPDATE SET seq = excluded.seq, hash = excluded.hash")
	for _, id := range slices.Sorted(maps.Keys(heads)) {
		head := heads[id]
		if err := rows.Add(ctx, int64(id), head.Seq, head.Hash[:]); err != nil {
			return err
		}
	}
	return rows.End(ctx)
}

const entryColumns = `subject, seq, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, hash, position`

func scanEntry(rows *sql.Rows) (ledger.Entry, error) {
	var e ledger.Entry
	var at int64
	var commitment, salt, prev, hash []byte
	err := rows.Scan(&e.Subject, &e.Seq, &at, &e.Act, &e.What, &e.Detail, &e.Reader, &e.Official, &e.Purpose, &e.Basis, &e.Case,
		&commitment, &salt, &prev, &hash, &e.Position)
	e.At = Instant(at)
	copy(e.Commitment[:], commitment)
	copy(e.Salt[:], salt)
	copy(e.Prev[:], prev)
	copy(e.Hash[:], hash)
	return e, err
}

// LedgerOf is a subject's ledger, oldest first, within a transaction.
func LedgerOf(ctx context.Context, tx *sql.Tx, id subject.ID) ([]ledger.Entry, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+entryColumns+` FROM ledger_entry WHERE subject = ? ORDER BY seq`, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []ledger.Entry
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// VerifyLedger checks every chain against its head, and names the first entry that was changed, is missing or has
// moved; see [ledger.Verify].
func (s *Store) VerifyLedger(ctx context.Context) error {
	return s.Read(ctx, func(tx *sql.Tx) error {
		return ledger.Verify(
			Each(ctx, tx, `SELECT `+entryColumns+` FROM ledger_entry ORDER BY subject, seq`, scanEntry),
			Each(ctx, tx, `SELECT subject, seq, hash FROM ledger_head ORDER BY subject`, func(rows *sql.Rows) (ledger.Head, error) {
				var h ledger.Head
				var hash []byte
				err := rows.Scan(&h.Subject, &h.Seq, &hash)
				copy(h.Hash[:], hash)
				return h, err
			}),
		)
	})
}

// Each runs a query and yields its rows; an error of the query or of a row comes last.
func Each[T any](ctx context.Context, tx *sql.Tx, query string, scan func(*sql.Rows) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := tx.QueryContext(ctx, query)
		if err != nil {
			yield(none, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			if v, err := scan(rows); !yield(v, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, err)
		}
	}
}

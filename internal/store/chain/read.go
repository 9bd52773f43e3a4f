package chain

import (
	"cmp"
	"context"
	"database/sql"
	"iter"
	"maps"
	"slices"
	"time"

	"probity/internal/ledger"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// Columns are what Scan reads, of the view ledger_entry.
const Columns = columnList

// Scan reads an entry from a row of Columns.
func Scan(rows *sql.Rows) (ledger.Entry, error) {
	var e ledger.Entry
	var at int64
	var commitment, salt, prev, hash []byte
	err := rows.Scan(&e.Subject, &e.Seq, &at, &e.Act, &e.What, &e.Detail, &e.Reader, &e.Official, &e.Purpose, &e.Basis, &e.Case,
		&commitment, &salt, &prev, &hash, &e.Position)
	e.At = time.UnixMicro(at).UTC()
	copy(e.Commitment[:], commitment)
	copy(e.Salt[:], salt)
	copy(e.Prev[:], prev)
	copy(e.Hash[:], hash)
	return e, err
}

// Of is a subject's ledger, oldest first.
func Of(ctx context.Context, tx *sql.Tx, id subject.ID) ([]ledger.Entry, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+Columns+` FROM ledger_entry WHERE subject = ? ORDER BY seq`, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []ledger.Entry
	for rows.Next() {
		e, err := Scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// ByPosition yields every entry of every ledger in the order in which they were written. Entries that are in no place of
// their own, which nobody but an intruder can have brought, come first.
func ByPosition(ctx context.Context, tx *sql.Tx) iter.Seq2[ledger.Entry, error] {
	const settled = ` <= (SELECT settled FROM ledger_end)`
	const fields = `s.subject, s.seq, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, s.hash, s.position`
	parts := []string{
		`SELECT ` + fields + ` FROM ledger_settled s WHERE position` + settled + ` AND NOT EXISTS (SELECT 1 FROM ledger_order o
			WHERE o.position = s.position AND o.subject = s.subject AND o.seq = s.seq)`,
		`SELECT ` + fields + ` FROM ledger_fresh s WHERE position` + settled + ` AND NOT EXISTS (SELECT 1 FROM ledger_order o
			WHERE o.position = s.position AND o.hash = s.hash) ORDER BY position`,
		`SELECT ` + fields + ` FROM ledger_order o CROSS JOIN ledger_settled s ON s.subject = o.subject AND s.seq = o.seq
			WHERE o.position` + settled + ` ORDER BY o.position`,
		`SELECT ` + fields + ` FROM ledger_fresh s WHERE NOT position` + settled + ` ORDER BY position`,
	}
	return func(yield func(ledger.Entry, error) bool) {
		for _, part := range parts {
			for e, err := range engine.Each(ctx, tx, part, Scan) {
				if !yield(e, err) || err != nil {
					return
				}
			}
		}
	}
}

// Mark is the place of an entry and its hash.
type Mark struct {
	Position int64
	Hash     ledger.Hash
}

// From are the entries from the position on, in the order of their positions, at most limit.
func From(ctx context.Context, tx *sql.Tx, position int64, limit int) ([]Mark, error) {
	rows, err := tx.QueryContext(ctx, `SELECT position, hash FROM ledger_order
			WHERE position >= ?1 AND position <= (SELECT settled FROM ledger_end)
		UNION ALL SELECT position, hash FROM ledger_fresh WHERE position > max(?1 - 1, (SELECT settled FROM ledger_end)) ORDER BY position LIMIT ?2`,
		position, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Mark
	var raw sql.RawBytes
	for rows.Next() {
		var m Mark
		if err := rows.Scan(&m.Position, &raw); err != nil {
			return nil, err
		}
		copy(m.Hash[:], raw)
		list = append(list, m)
	}
	return list, rows.Err()
}

// OldestAfter is the instant of the first entry behind the position, in microseconds; sql.ErrNoRows where there is none.
func OldestAfter(ctx context.Context, tx *sql.Tx, position int64) (at int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT o.position, (SELECT at FROM ledger_settled s WHERE s.subject = o.subject AND s.seq = o.seq)
			FROM ledger_order o WHERE o.position > ?1 AND o.position <= (SELECT settled FROM ledger_end)
		UNION ALL SELECT position, at FROM ledger_fresh WHERE position > max(?1, (SELECT settled FROM ledger_end)) ORDER BY position LIMIT 1`,
		position).Scan(new(int64), &at)
	return at, err
}

// Last is the newest position; 0 where there is no entry.
func Last(ctx context.Context, tx *sql.Tx) (int64, error) {
	return position(ctx, tx, `SELECT max(coalesce((SELECT max(position) FROM ledger_fresh), 0),
		coalesce((SELECT max(position) FROM ledger_order WHERE position <= (SELECT settled FROM ledger_end)), 0))`)
}

// First is the oldest position that is held; 0 where there is no entry.
func First(ctx context.Context, tx *sql.Tx) (int64, error) {
	return position(ctx, tx, `SELECT coalesce((SELECT min(position) FROM ledger_order WHERE position <= (SELECT settled FROM ledger_end)),
		(SELECT min(position) FROM ledger_fresh))`)
}

func position(ctx context.Context, tx *sql.Tx, query string) (int64, error) {
	var p sql.NullInt64
	err := tx.QueryRowContext(ctx, query).Scan(&p)
	return p.Int64, err
}

// Verify checks every chain against its head, and names the first entry that was changed, is missing or has moved; see
// [ledger.Verify].
func Verify(ctx context.Context, tx *sql.Tx) error {
	fresh, err := freshHeads(ctx, tx)
	if err != nil {
		return err
	}
	return ledger.Verify(
		engine.Each(ctx, tx, `SELECT `+Columns+` FROM ledger_entry ORDER BY subject, seq`, Scan),
		newest(engine.Each(ctx, tx, `SELECT subject, seq, hash FROM ledger_head ORDER BY subject`, scanHead), fresh),
	)
}

// newest merges the settled heads with the fresh ones, which are the later of both, by subject.
func newest(settled iter.Seq2[ledger.Head, error], fresh map[subject.ID]ledger.Head) iter.Seq2[ledger.Head, error] {
	return func(yield func(ledger.Head, error) bool) {
		left := slices.SortedFunc(maps.Values(fresh), func(a, b ledger.Head) int { return cmp.Compare(a.Subject, b.Subject) })
		for h, err := range settled {
			for err == nil && len(left) > 0 && left[0].Subject < h.Subject {
				if !yield(left[0], nil) {
					return
				}
				left = left[1:]
			}
			if err == nil && len(left) > 0 && left[0].Subject == h.Subject {
				h, left = left[0], left[1:]
			}
			if !yield(h, err) || err != nil {
				return
			}
		}
		for _, h := range left {
			if !yield(h, nil) {
				return
			}
		}
	}
}

// freshHeads are the newest of each chain among the fresh entries.
func freshHeads(ctx context.Context, tx *sql.Tx) (map[subject.ID]ledger.Head, error) {
	heads := map[subject.ID]ledger.Head{}
	list := engine.Each(ctx, tx, `SELECT subject, seq, hash FROM ledger_fresh WHERE position > (SELECT settled FROM ledger_end) ORDER BY position`, scanHead)
	for h, err := range list {
		if err != nil {
			return nil, err
		}
		heads[h.Subject] = h
	}
	return heads, nil
}

func scanHead(rows *sql.Rows) (ledger.Head, error) { return scanHeadAnd(rows) }

// scanHeadAnd reads a head, and what stands behind it in the row.
func scanHeadAnd(rows *sql.Rows, more ...any) (ledger.Head, error) {
	var h ledger.Head
	var hash sql.RawBytes
	err := rows.Scan(append([]any{&h.Subject, &h.Seq, &hash}, more...)...)
	copy(h.Hash[:], hash)
	return h, err
}

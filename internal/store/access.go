package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"sync"

	"probity/internal/ledger"
	"probity/internal/store/engine"
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

// AppendTogether has f find the entries to append in a transaction that it may share, see [Store.Together], and appends
// them there: for the many entries of readers.
func (s *Store) AppendTogether(ctx context.Context, f func(context.Context, *sql.Tx) ([]*ledger.Entry, error)) error {
	// The writer has one connection: what is to be compiled on it must be so before a transaction has it.
	for _, text := range appendTexts() {
		if _, err := s.appends.Of(ctx, text); err != nil { //nolint:sqlclosecheck // kept compiled until its owner closes
			return s.dialect.Translate(err)
		}
	}
	return s.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		entries, err := f(ctx, tx)
		if err != nil {
			return err
		}
		return appendWith(ctx, tx, s.appends, entries)
	})
}

var entryInsert = []string{
	"subject", "seq", "at", "act", "what", "detail", "reader", "official", "purpose", "basis", "casefile", "commitment", "salt", "prev", "hash", "position",
}

var headInsert = []string{"subject", "seq", "hash"}

const headUpdate = " ON CONFLICT (subject) DO UPDATE SET seq = excluded.seq, hash = excluded.hash"

// headsQuery takes the subjects as a list in JSON, so that one statement serves any number.
const headsQuery = `SELECT h.subject, h.seq, h.hash FROM json_each(?) j CROSS JOIN ledger_head h ON h.subject = j.value`

// appendTexts are the statements of AppendTogether.
var appendTexts = sync.OnceValue(func() []string {
	texts := append(engine.KeptTexts("ledger_entry", entryInsert, ""), engine.KeptTexts("ledger_head", headInsert, headUpdate)...)
	return append(texts, headsQuery)
})

// appendEntries is for transactions whose acts leave an entry of their own.
func appendEntries(ctx context.Context, tx *sql.Tx, entries ...*ledger.Entry) error {
	return appendWith(ctx, tx, nil, entries)
}

// appendWith appends entries by kept statements, or where there are none by its own. They are written in the order of
// subjects, those of one subject in the order in which they came: each page of the tree is then looked for once.
func appendWith(ctx context.Context, tx *sql.Tx, kept *engine.Statements, entries []*ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	last, err := lastPosition(ctx, tx)
	if err != nil {
		return err
	}
	for i, e := range entries {
		e.Position = last + int64(i) + 1
	}
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b *ledger.Entry) int { return cmp.Compare(a.Subject, b.Subject) })
	heads, err := readHeads(ctx, tx, kept, entries)
	if err != nil {
		return err
	}
	rows, newest := NewBulk(tx, "ledger_entry", entryInsert, ""), NewBulk(tx, "ledger_head", headInsert, headUpdate)
	if kept != nil {
		rows.Keep(kept)
		newest.Keep(kept)
	}
	for i, e := range entries {
		head := e.Chain(heads[e.Subject])
		heads[e.Subject] = head
		var commitment any
		if e.Commitment != (ledger.Hash{}) {
			commitment = e.Commitment[:]
		}
		err := rows.Add(ctx, int64(e.Subject), e.Seq, Micro(e.At), string(e.Act), e.What, e.Detail, e.Reader, e.Official,
			e.Purpose, e.Basis, e.Case, commitment, e.Salt[:], e.Prev[:], e.Hash[:], e.Position)
		if err != nil {
			return err
		}
		if i+1 < len(entries) && entries[i+1].Subject == e.Subject {
			continue
		}
		if err := newest.Add(ctx, int64(e.Subject), head.Seq, head.Hash[:]); err != nil {
			return err
		}
	}
	return errors.Join(rows.End(ctx), newest.End(ctx))
}

// lastPosition is that of the newest entry of all; 0 where there is none. Entries are written one transaction after the
// other, so that the next position is the one behind.
func lastPosition(ctx context.Context, tx *sql.Tx) (int64, error) {
	var last sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT max(position) FROM ledger_entry`).Scan(&last)
	return last.Int64, err
}

// readHeads gives the newest entry of each subject among the entries, which ascend by subject; a subject without one has a
// head at 0.
func readHeads(ctx context.Context, tx *sql.Tx, kept *engine.Statements, entries []*ledger.Entry) (map[subject.ID]ledger.Head, error) {
	heads := make(map[subject.ID]ledger.Head, len(entries))
	list := []byte("[")
	for i, e := range entries {
		if i > 0 && entries[i-1].Subject == e.Subject {
			continue
		}
		heads[e.Subject] = ledger.Head{Subject: e.Subject}
		list = append(strconv.AppendInt(list, int64(e.Subject), 10), ',')
	}
	list[len(list)-1] = ']'
	rows, err := queryKept(ctx, tx, kept, headsQuery, string(list))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var head ledger.Head
		var hash sql.RawBytes
		if err := rows.Scan(&head.Subject, &head.Seq, &hash); err != nil {
			return nil, err
		}
		copy(head.Hash[:], hash)
		heads[head.Subject] = head
	}
	return heads, rows.Err()
}

// queryKept asks by a kept statement, or where none are kept by one of its own.
func queryKept(ctx context.Context, tx *sql.Tx, kept *engine.Statements, query string, args ...any) (*sql.Rows, error) {
	if kept == nil {
		return tx.QueryContext(ctx, query, args...)
	}
	one, err := kept.Of(ctx, query)
	if err != nil {
		return nil, err
	}
	return tx.StmtContext(ctx, one).QueryContext(ctx, args...) //nolint:sqlclosecheck // kept compiled until its owner closes
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

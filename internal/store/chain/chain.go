// Package chain keeps the ledger's entries: written in the order in which they come, read together by subject.
//
// The file of one subject shall lie together, but readers ask for subjects in no order at all: were each entry written
// where it is to lie, every one of them would cost a page of the database and its share of the disk. So entries are
// first written one behind the other (ledger_fresh, by position) and moved many at a time, sorted by subject, to where
// they stay (ledger_settled). The view ledger_entry holds both, each entry once.
package chain

import (
	"context"
	"database/sql"
	"sync/atomic"

	"probity/internal/ledger"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// Chain appends to the ledger of one database and settles it. All but Fresh, High and the reading functions run in
// transactions of the writer, of which there is one at a time.
type Chain struct {
	kept  *engine.Statements
	tail  tail
	fresh atomic.Int64
}

// New makes a chain that keeps its statements compiled on the writer's connection.
func New(kept *engine.Statements) *Chain { return &Chain{kept: kept} }

// tail is what is known of the fresh entries up to a position: the newest of each chain among them. It is a copy of what
// the database says and is believed only where the database ends with the same entry.
type tail struct {
	position int64
	hash     ledger.Hash
	heads    map[subject.ID]ledger.Head
}

var columns = []string{
	"subject", "seq", "at", "act", "what", "detail", "reader", "official", "purpose", "basis", "casefile", "commitment", "salt", "prev", "hash", "position",
}

const columnList = `subject, seq, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, hash, position`

// headsQuery takes the subjects as a list in JSON, so that one statement serves any number.
const headsQuery = `SELECT h.subject, h.seq, h.hash FROM json_each(?) j CROSS JOIN ledger_head h ON h.subject = j.value`

const endQuery = `SELECT settled, last, hash FROM ledger_end`

const endUpdate = `UPDATE ledger_end SET last = ?, hash = ?`

// Compile prepares the statements of Append: the writer has one connection, and what is to be compiled on it must be so
// before a transaction has it.
func (c *Chain) Compile(ctx context.Context) error {
	for _, text := range append(engine.KeptTexts("ledger_fresh", columns, ""), headsQuery, endQuery, endUpdate) {
		if _, err := c.kept.Of(ctx, text); err != nil { //nolint:sqlclosecheck // kept compiled until its owner closes
			return err
		}
	}
	return nil
}

// Append puts each entry behind the newest of its subject's chain, in the order given, and fills in Seq, Prev, Hash and
// Position. Compile must have been called.
func (c *Chain) Append(ctx context.Context, tx *sql.Tx, entries []*ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := c.follow(ctx, tx); err != nil {
		return err
	}
	if err := c.lookUp(ctx, tx, entries); err != nil {
		return err
	}
	rows := engine.NewBulk(tx, "ledger_fresh", columns, "").Keep(c.kept)
	for _, e := range entries {
		c.tail.position++
		e.Position = c.tail.position
		c.tail.heads[e.Subject] = e.Chain(c.tail.heads[e.Subject])
		c.tail.hash = e.Hash
		var commitment any
		if e.Commitment != (ledger.Hash{}) {
			commitment = e.Commitment[:]
		}
		err := rows.Add(ctx, int64(e.Subject), e.Seq, e.At.UnixMicro(), string(e.Act), e.What, e.Detail, e.Reader, e.Official,
			e.Purpose, e.Basis, e.Case, commitment, e.Salt[:], e.Prev[:], e.Hash[:], e.Position)
		if err != nil {
			return err
		}
	}
	if err := rows.End(ctx); err != nil {
		return err
	}
	return c.exec(ctx, tx, endUpdate, c.tail.position, c.tail.hash[:])
}

// follow brings the tail to where the database ends. It is behind where another process appended, and ahead where what
// it saw was taken back; then it is read anew.
func (c *Chain) follow(ctx context.Context, tx *sql.Tx) error {
	settled, position, hash, err := c.end(ctx, tx)
	if err != nil {
		return err
	}
	c.fresh.Store(position - settled)
	if c.tail.heads != nil && c.tail.position == position && c.tail.hash == hash && int64(len(c.tail.heads)) <= 4*High {
		return nil
	}
	heads, err := freshHeads(ctx, tx)
	if err != nil {
		return err
	}
	c.tail = tail{position, hash, heads}
	return nil
}

// end is where the database says that the settled entries and all entries end.
func (c *Chain) end(ctx context.Context, tx *sql.Tx) (settled, last int64, hash ledger.Hash, err error) {
	rows, err := c.query(ctx, tx, endQuery)
	if err != nil {
		return 0, 0, hash, err
	}
	defer rows.Close()
	var raw sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&settled, &last, &raw); err != nil {
			return 0, 0, hash, err
		}
		copy(hash[:], raw)
	}
	return settled, last, hash, rows.Err()
}

// lookUp puts the newest settled entry of each subject into the tail where it holds none; a subject without an entry gets
// a head at 0.
func (c *Chain) lookUp(ctx context.Context, tx *sql.Tx, entries []*ledger.Entry) error {
	var missing []int64
	for _, e := range entries {
		if _, known := c.tail.heads[e.Subject]; !known {
			c.tail.heads[e.Subject] = ledger.Head{Subject: e.Subject}
			missing = append(missing, int64(e.Subject))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	rows, err := c.query(ctx, tx, headsQuery, list(missing))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		h, err := scanHead(rows)
		if err != nil {
			return err
		}
		c.tail.heads[h.Subject] = h
	}
	return rows.Err()
}

// query asks by a kept statement.
func (c *Chain) query(ctx context.Context, tx *sql.Tx, query string, args ...any) (*sql.Rows, error) {
	one, err := c.kept.Of(ctx, query)
	if err != nil {
		return nil, err
	}
	return tx.StmtContext(ctx, one).QueryContext(ctx, args...) //nolint:sqlclosecheck // kept compiled until its owner closes
}

func (c *Chain) exec(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
	one, err := c.kept.Of(ctx, query)
	if err != nil {
		return err
	}
	_, err = tx.StmtContext(ctx, one).ExecContext(ctx, args...) //nolint:sqlclosecheck // kept compiled until its owner closes
	return err
}

// Package chain keeps the ledger's entries: written in the order in which they come, read together by subject.
//
// The file of one subject shall lie together, but readers ask for subjects in no order at all: were each entry written
// where it is to lie, every one of them would cost a page of the database and its share of the disk. So entries are
// first written one behind the other (ledger_fresh, by position) and moved many at a time, sorted by subject, to where
// they stay (ledger_settled). The view ledger_entry holds both, each entry once.
//
// The entries of readings, of which there are thousands a second, are on disk in a file beside the database before that
// (package spool). Whoever looks into the ledger, or writes anything else, has the database take them in first.
package chain

import (
	"context"
	"database/sql"
	"sync/atomic"

	"probity/internal/ledger"
	"probity/internal/store/engine"
	"probity/internal/store/spool"
	"probity/internal/subject"
)

// Chain appends to the ledger of one database and settles it. Append and what stands beside it are called by one at a
// time, who keeps others, and other processes, from appending: by the lock of the spool. Fresh, Waiting, Settle and the
// functions that read are for anybody.
type Chain struct {
	kept  *engine.Statements
	spool *spool.File
	taken Taking
	tail  tail
	// fresh and waiting are how many entries were fresh, and in the spool, when that was last looked at.
	fresh, waiting atomic.Int64
}

// New makes a chain that keeps its statements compiled on the writer's connection. taken is told of every entry that the
// database takes in from the spool.
func New(kept *engine.Statements, file *spool.File, taken Taking) *Chain {
	return &Chain{kept: kept, spool: file, taken: taken}
}

// end is the newest entry.
type end struct {
	position int64
	hash     ledger.Hash
}

// tail is what is known of the fresh entries up to the newest: the newest of each chain among them. It is a copy of what
// the database and the spool say, and is believed only where the database ends with the same entry.
type tail struct {
	end
	// held is the newest entry that the database holds; spooled are those behind it, by frame.
	held    end
	spooled []frame
	heads   map[subject.ID]ledger.Head
	// moved tells that the transaction that runs has moved the tail on.
	moved bool
}

var columns = []string{
	"subject", "seq", "at", "act", "what", "detail", "reader", "official", "purpose", "basis", "casefile", "commitment", "salt", "prev", "hash", "position",
}

const columnList = `subject, seq, at, act, what, detail, reader, official, purpose, basis, casefile, commitment, salt, prev, hash, position`

// headsQuery takes the subjects as a list in JSON, so that one statement serves any number.
const headsQuery = `SELECT h.subject, h.seq, h.hash FROM json_each(?) j CROSS JOIN ledger_head h ON h.subject = j.value`

const endQuery = `SELECT settled, last, hash FROM ledger_end`

const endUpdate = `UPDATE ledger_end SET last = ?, hash = ?`

// Compile prepares the statements of Append, and on the connection of who spools those of Spool: both have one connection,
// and what is to be compiled on it must be so before a transaction has it.
func (c *Chain) Compile(ctx context.Context, spooling *engine.Statements) error {
	asking := []string{headsQuery, endQuery}
	if err := compile(ctx, spooling, asking); err != nil {
		return err
	}
	return compile(ctx, c.kept, append(append(engine.KeptTexts("ledger_fresh", columns, ""), endUpdate), asking...))
}

func compile(ctx context.Context, kept *engine.Statements, texts []string) error {
	for _, text := range texts {
		if _, err := kept.Of(ctx, text); err != nil { //nolint:sqlclosecheck // kept compiled until its owner closes
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
	if err := c.TakeIn(ctx, tx); err != nil {
		return err
	}
	err := c.put(ctx, tx, c.kept, entries)
	if err == nil {
		err = c.insert(ctx, tx, entries)
	}
	c.tail.held = c.tail.end
	if err != nil {
		c.tail = tail{}
	}
	return err
}

// put gives the entries their places behind the tail, and moves it on.
func (c *Chain) put(ctx context.Context, tx *sql.Tx, kept *engine.Statements, entries []*ledger.Entry) error {
	if err := c.lookUp(ctx, tx, kept, entries); err != nil {
		return err
	}
	c.tail.moved = true
	for _, e := range entries {
		c.tail.position++
		e.Position = c.tail.position
		c.tail.heads[e.Subject] = e.Chain(c.tail.heads[e.Subject])
		c.tail.hash = e.Hash
	}
	return nil
}

// insert writes entries that have their places into the database, where they go on where it ends.
func (c *Chain) insert(ctx context.Context, tx *sql.Tx, entries []*ledger.Entry) error {
	rows := engine.NewBulk(tx, "ledger_fresh", columns, "").Keep(c.kept)
	for _, e := range entries {
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
	last := entries[len(entries)-1]
	return c.exec(ctx, tx, endUpdate, last.Position, last.Hash[:])
}

// follow brings the tail to where the database and the spool end. It is behind where another process appended, and ahead
// where what it saw was taken back; then it is read anew.
func (c *Chain) follow(ctx context.Context, tx *sql.Tx, kept *engine.Statements) error {
	settled, held, err := heldEnd(ctx, tx, kept)
	if err != nil {
		return err
	}
	c.fresh.Store(held.position - settled)
	c.passTo(held)
	same := true
	if c.spool != nil {
		if same, err = c.spool.Same(); err != nil {
			return err
		}
	}
	anew := !same || c.tail.heads == nil || int64(len(c.tail.heads)) > 4*High
	if !anew && c.tail.held != held {
		caught, err := c.catchUp(ctx, tx, held)
		if err != nil {
			return err
		}
		anew = !caught
	}
	if anew {
		heads, err := freshHeads(ctx, tx)
		if err != nil {
			return err
		}
		c.tail = tail{end: held, held: held, heads: heads}
	}
	if err := c.followSpool(anew); err != nil {
		c.tail = tail{}
		return err
	}
	return nil
}

// catchUp has the tail go on with what others appended behind it, where that is all that happened.
func (c *Chain) catchUp(ctx context.Context, tx *sql.Tx, held end) (bool, error) {
	if len(c.tail.spooled) > 0 || c.tail.position == 0 || c.tail.position >= held.position {
		return false, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT subject, seq, hash, position FROM ledger_fresh WHERE position >= ? ORDER BY position`, c.tail.position)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	same := false
	for rows.Next() {
		var position int64
		h, err := scanHeadAnd(rows, &position)
		switch {
		case err != nil:
			return false, err
		case position == c.tail.position:
			same = h.Hash == c.tail.hash
			continue
		case !same || position != c.tail.position+1: // taken back, or settled meanwhile
			return false, nil
		}
		c.tail.heads[h.Subject] = h
		c.tail.end = end{position, h.Hash}
	}
	c.tail.held = c.tail.end
	return c.tail.end == held, rows.Err()
}

// heldEnd is where the database says that the settled entries and all entries end.
func heldEnd(ctx context.Context, tx *sql.Tx, kept *engine.Statements) (settled int64, last end, err error) {
	rows, err := query(ctx, tx, kept, endQuery)
	if err != nil {
		return 0, end{}, err
	}
	defer rows.Close()
	var raw sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&settled, &last.position, &raw); err != nil {
			return 0, end{}, err
		}
		copy(last.hash[:], raw)
	}
	return settled, last, rows.Err()
}

// lookUp puts the newest settled entry of each subject into the tail where it holds none; a subject without an entry gets
// a head at 0.
func (c *Chain) lookUp(ctx context.Context, tx *sql.Tx, kept *engine.Statements, entries []*ledger.Entry) error {
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
	rows, err := query(ctx, tx, kept, headsQuery, list(missing))
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
func query(ctx context.Context, tx *sql.Tx, kept *engine.Statements, text string, args ...any) (*sql.Rows, error) {
	one, err := kept.Of(ctx, text)
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

package chain

import (
	"context"
	"database/sql"
	"math"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store/engine"
	"probity/internal/store/spool"
)

// Taking is told, in the transaction, of the entries that the database takes in from the spool.
type Taking func(ctx context.Context, tx *sql.Tx, entries []*ledger.Entry) error

const (
	// Enough is how many entries may wait in the spool before they are worth a transaction of their own.
	Enough = 4096
	// Most is how many may wait before the writers themselves take them in.
	Most = 1 << 16
	// sizeGuess is about how long an entry is.
	sizeGuess = 320
)

// Waiting is how many entries wait in the spool, as far as this process has seen.
func (c *Chain) Waiting() int64 { return c.waiting.Load() }

// Spooled follows to where the ledger ends at the moment of the transaction, by statements kept for its connection, and gives what
// counts the readings of a use that the spool holds and the database does not, at that moment.
func (c *Chain) Spooled(ctx context.Context, tx *sql.Tx, kept *engine.Statements) (func(Use) int64, error) {
	if err := c.follow(ctx, tx, kept); err != nil {
		return nil, err
	}
	return func(u Use) (n int64) {
		for i := range c.tail.spooled {
			n += c.tail.spooled[i].uses[u]
		}
		return n
	}, nil
}

// Spool puts each entry behind the newest of its subject's chain, like [Chain.Append], and has them on disk when it
// returns, though not in the database. The transaction only reads, by statements kept for its connection.
func (c *Chain) Spool(ctx context.Context, tx *sql.Tx, kept *engine.Statements, entries []*ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := c.follow(ctx, tx, kept); err != nil {
		return err
	}
	before := c.tail.end
	if err := c.put(ctx, tx, kept, entries); err != nil {
		c.tail = tail{}
		return err
	}
	body := make([]byte, 0, len(entries)*sizeGuess)
	own := make([]*ledger.Entry, len(entries))
	for i, e := range entries {
		body = e.Append(body)
		kept := *e // the caller may do with its own what it likes
		own[i] = &kept
	}
	if len(c.tail.spooled) == 0 {
		c.spool.Begin() // the database holds all that was in it
	}
	err := c.spool.Write(&spool.Frame{First: before.position + 1, Count: len(entries), Prev: spool.Hash(before.hash), Body: body})
	if err != nil {
		c.tail = tail{} // whether it is there shows when it is read anew
		return err
	}
	c.tail.spooled, c.tail.moved = append(c.tail.spooled, framed(own)), false // it stays, whatever becomes of the transaction
	c.waiting.Add(int64(len(entries)))
	return nil
}

// TakeIn has the database take in all that waits in the spool. Nothing is taken out of the spool: it is written over once
// the database holds all of it.
func (c *Chain) TakeIn(ctx context.Context, tx *sql.Tx) error {
	if err := c.follow(ctx, tx, c.kept); err != nil {
		return err
	}
	part := c.First(math.MaxInt)
	if len(part.entries) == 0 {
		return nil
	}
	c.tail.moved = true
	if _, err := part.TakeIn(ctx, tx); err != nil {
		return err
	}
	c.passTo(c.tail.end)
	return nil
}

// Part is a part of what waits in the spool, from its beginning.
type Part struct {
	chain   *Chain
	from    end
	entries []*ledger.Entry
}

// First is the first part of what waits in the spool, of at least so many entries where there are as many.
func (c *Chain) First(n int) Part {
	p := Part{chain: c, from: c.tail.held}
	for i := 0; i < len(c.tail.spooled) && len(p.entries) < n; i++ {
		p.entries = append(p.entries, c.tail.spooled[i].entries...)
	}
	return p
}

// TakeIn has the database take in the part, unless it took it in already. Others may put more into the spool meanwhile:
// where the ledger ends does not change.
func (p *Part) TakeIn(ctx context.Context, tx *sql.Tx) (some bool, err error) {
	_, held, err := heldEnd(ctx, tx, p.chain.kept)
	if err != nil || held != p.from || len(p.entries) == 0 {
		return false, err
	}
	if err := p.chain.insert(ctx, tx, p.entries); err != nil {
		return false, err
	}
	return true, p.chain.taken(ctx, tx, p.entries)
}

// TookIn is told that the part was taken in and that stays.
func (c *Chain) TookIn(p *Part) {
	last := p.entries[len(p.entries)-1]
	c.passTo(end{last.Position, last.Hash})
}

// passTo lets go of what waited and is held by the database, where that ends with the last entry of a frame.
func (c *Chain) passTo(held end) {
	for i := range c.tail.spooled {
		have := c.tail.spooled[i].entries
		last := have[len(have)-1]
		if (end{last.Position, last.Hash}) != held {
			continue
		}
		for _, f := range c.tail.spooled[:i+1] {
			c.waiting.Add(-int64(len(f.entries)))
		}
		c.tail.held, c.tail.spooled = held, c.tail.spooled[i+1:]
		return
	}
}

// Stale tells whether something may wait in the spool, without asking the database: what this process spooled, or another
// one behind what this one knows of.
func (c *Chain) Stale() (bool, error) {
	if c.spool == nil {
		return false, nil
	}
	if c.tail.heads == nil || len(c.tail.spooled) > 0 { // nothing is known, or something waits
		return true, nil
	}
	same, err := c.spool.Same()
	if err != nil || !same {
		return true, err
	}
	return c.spool.More(c.tail.position)
}

// Kept and TakenBack are told how the transaction ended, or a part of it, in which the chain may have appended.
func (c *Chain) Kept() { c.tail.moved = false }

// TakenBack has the chain find out anew where it ends.
func (c *Chain) TakenBack() {
	if c.tail.moved {
		c.tail = tail{}
	}
}

// followSpool reads the frames that stand behind the tail; all frames, where the tail was read anew.
func (c *Chain) followSpool(anew bool) error {
	if c.spool == nil {
		return nil
	}
	if anew {
		c.waiting.Store(0)
		if err := c.spool.Rewind(); err != nil {
			return err
		}
	} else if more, err := c.spool.More(c.tail.position); err != nil || !more {
		return err
	}
	for {
		f, err := c.spool.Next()
		if err != nil || f == nil {
			return err
		}
		if f.Last() <= c.tail.position {
			continue // the database took it in
		}
		if f.First != c.tail.position+1 || ledger.Hash(f.Prev) != c.tail.hash {
			return strayed(c.spool.Path(), f.First, c.tail.position)
		}
		if err := c.goOn(f); err != nil {
			return err
		}
	}
}

// goOn has the tail go on with a frame.
func (c *Chain) goOn(f *spool.Frame) error {
	list, body := make([]*ledger.Entry, 0, min(f.Count, len(f.Body))), f.Body
	for position := f.First; position <= f.Last(); position++ {
		e := &ledger.Entry{Position: position}
		var err error
		if body, err = e.Decode(body); err != nil {
			return damaged(c.spool.Path(), position).By(err)
		}
		list = append(list, e)
	}
	for _, e := range list {
		c.tail.heads[e.Subject] = ledger.Head{Subject: e.Subject, Seq: e.Seq, Hash: e.Hash}
		c.tail.end = end{e.Position, e.Hash}
	}
	c.tail.spooled = append(c.tail.spooled, framed(list))
	c.waiting.Add(int64(len(list)))
	return nil
}

func strayed(path string, first, last int64) *fault.Error {
	return fault.New(fault.Unavailable, "chain.strayed", "%s goes on with entry %d, and the ledger in the database ends otherwise at entry %d: the database was replaced or taken back",
		path, first, last).
		With("put back the database that belongs to it. To go on without it, move it away and keep it: it holds reads that were answered and stand nowhere else")
}

func damaged(path string, position int64) *fault.Error {
	return fault.New(fault.Unavailable, "chain.spool", "%s is damaged at entry %d, or of another version of the program", path, position).
		With("use the version that wrote it; otherwise move it away and keep it: it holds reads that were answered and stand nowhere else")
}

package engine

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// Group lets short writes of many callers share one transaction and so one flush of the disk: whoever finds nobody
// writing writes for all who wait, so that nobody waits for longer than two commits.
type Group struct {
	transact  func(ctx context.Context, f func(*sql.Tx) error) error
	translate func(error) error
	undone    func()
	mu        sync.Mutex
	waiting   []*member
	writing   bool
}

// NewGroup makes a group. transact runs f in one write transaction, whose writer it waits for; translate turns what a
// member's write returned into a fault; undone is told, within the transaction, when what a member wrote was taken back
// alone.
func NewGroup(transact func(ctx context.Context, f func(*sql.Tx) error) error, translate func(error) error, undone func()) *Group {
	return &Group{transact: transact, translate: translate, undone: undone}
}

// member is one caller's write.
type member struct {
	run      func(context.Context, *sql.Tx) error
	err      error
	panicked any
	done     chan struct{}
}

// Write runs f in a write transaction that it may share with others, and returns when it is on disk. What f wrote
// is taken back alone where f fails; a commit that fails, fails all who shared it. The context that f gets does not end
// with ctx: where ctx ends first, Write returns and f may still be carried out. f must be short, must use the
// transaction it gets, and must not write by another way.
func (g *Group) Write(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := &member{run: f, done: make(chan struct{})}
	if g.join(m) {
		g.lead(context.WithoutCancel(ctx))
	}
	select {
	case <-m.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if m.panicked != nil {
		panic(m.panicked)
	}
	return m.err
}

// join queues the member and tells whether it has to lead.
func (g *Group) join(m *member) (lead bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, m)
	lead = !g.writing
	g.writing = true
	return lead
}

// lead writes for all who wait. Those who came meanwhile are served by another goroutine, which ends with its batch, so
// that the one who began can answer.
func (g *Group) lead(ctx context.Context) {
	var batch []*member
	err := g.transact(ctx, func(tx *sql.Tx) error {
		batch = g.take() // only now: more gathered while the writer was somebody else's
		for i, m := range batch {
			if err := g.write(ctx, tx, m, i, len(batch) > 1); err != nil {
				return err
			}
		}
		return nil
	})
	if batch == nil { // the transaction did not begin
		batch = g.take()
	}
	for _, m := range batch {
		if m.err == nil {
			m.err = err
		}
		m.err = g.translate(m.err)
		close(m.done)
	}
	if g.rest() {
		go g.lead(ctx)
	}
}

func (g *Group) take() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	batch := g.waiting
	g.waiting = nil
	return batch
}

// rest tells whether more wait; where none do, the next to come leads.
func (g *Group) rest() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writing = len(g.waiting) > 0
	return g.writing
}

// write carries out the member's part. The error it returns is the whole transaction's; the member's own stays with it.
func (g *Group) write(ctx context.Context, tx *sql.Tx, m *member, number int, shared bool) error {
	if !shared {
		m.attempt(ctx, tx)
		return m.err
	}
	point := fmt.Sprintf("member_%d", number)
	if _, err := tx.ExecContext(ctx, "SAVEPOINT "+point); err != nil {
		return err
	}
	m.attempt(ctx, tx)
	if m.err != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO "+point); err != nil {
			return err
		}
		g.undone()
	}
	_, err := tx.ExecContext(ctx, "RELEASE "+point)
	return err
}

// attempt keeps a panic for the goroutine whose fault it is.
func (m *member) attempt(ctx context.Context, tx *sql.Tx) {
	defer func() {
		if p := recover(); p != nil {
			m.panicked, m.err = p, fmt.Errorf("a write panicked: %v", p)
		}
	}()
	m.err = m.run(ctx, tx)
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// group lets short writes of many callers share one transaction and so one flush of the disk: whoever finds nobody
// writing writes for all who wait, so that nobody waits for longer than two commits.
type group struct {
	mu      sync.Mutex
	waiting []*member
	writing bool
}

// member is one caller's write.
type member struct {
	run      func(context.Context, *sql.Tx) error
	err      error
	panicked any
	done     chan struct{}
}

// Together runs f in a write transaction that it may share with others, and returns when it is on disk. What f wrote
// is taken back alone where f fails; a commit that fails, fails all who shared it. The context that f gets does not end
// with ctx: where ctx ends first, Together returns and f may still be carried out. f must be short, must use the
// transaction it gets, and must not call Write or Together.
func (s *Store) Together(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := &member{run: f, done: make(chan struct{})}
	if s.group.join(m) {
		s.lead(context.WithoutCancel(ctx))
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
func (g *group) join(m *member) (lead bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, m)
	lead = !g.writing
	g.writing = true
	return lead
}

// lead writes for all who wait. Those who came meanwhile are served by another goroutine, which ends with its batch, so
// that the one who began can answer.
func (s *Store) lead(ctx context.Context) {
	s.writing.Lock() // an act that has the writer for itself goes first, and more gather meanwhile
	batch := s.group.take()
	err := s.transact(ctx, func(tx *sql.Tx) error {
		for i, m := range batch {
			if err := m.write(ctx, tx, i, len(batch) > 1); err != nil {
				return err
			}
		}
		return nil
	})
	s.writing.Unlock()
	for _, m := range batch {
		if m.err == nil {
			m.err = err
		}
		m.err = s.dialect.translate(m.err)
		close(m.done)
	}
	if s.group.rest() {
		go s.lead(ctx)
	}
}

func (g *group) take() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	batch := g.waiting
	g.waiting = nil
	return batch
}

// rest tells whether more wait; where none do, the next to come leads.
func (g *group) rest() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writing = len(g.waiting) > 0
	return g.writing
}

// write carries out the member's part. The error it returns is the whole transaction's; the member's own stays with it.
func (m *member) write(ctx context.Context, tx *sql.Tx, number int, shared bool) error {
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

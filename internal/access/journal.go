package access

import (
	"context"
	"sync"
	"time"

	"probity/internal/fault"
)

// journal makes entries durable, many at a time: whoever finds nobody writing writes for all who are waiting, so that
// one flush of the disk serves them together and nobody waits for longer than two. Where many read at once it waits a
// moment for more of them, because each commit also costs every reader's connection its pages.
type journal struct {
	store   Store
	mu      sync.Mutex
	waiting []pending
	writing bool
	// full is told when as many wait as are worth waiting for.
	full chan struct{}
	// last is how many the newest batch held.
	last int
}

const (
	// crowd is from how many on readers are many at once, and enough when nobody waits for more.
	crowd, enough = 16, 256
	// moment is how long a batch waits for more.
	moment = 4 * time.Millisecond
)

type pending struct {
	line *Line
	done chan error
}

// write returns when the line's entry is on disk or refused, or could not be written; the line may be looked at where it
// returns nil. Where ctx ends first the entry may still be
// written: a read that was recorded and not answered does no harm.
func (j *journal) write(ctx context.Context, l *Line) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := pending{l, make(chan error, 1)}
	j.mu.Lock()
	j.waiting = append(j.waiting, p)
	lead := !j.writing
	j.writing = true
	if len(j.waiting) == enough {
		select {
		case j.full <- struct{}{}:
		default: // told already
		}
	}
	j.mu.Unlock()
	if lead {
		j.commit(context.WithoutCancel(ctx))
	}
	select {
	case err := <-p.done:
		return unwritten(err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commit writes all that wait. Those who came meanwhile are served by another goroutine, which ends with its batch, so
// that the one who began can answer.
func (j *journal) commit(ctx context.Context) {
	j.gather()
	j.mu.Lock()
	batch := j.waiting
	j.waiting, j.last = nil, len(batch)
	j.mu.Unlock()
	lines := make([]*Line, len(batch))
	for i, p := range batch {
		lines[i] = p.line
	}
	err := j.store.RecordReads(ctx, lines)
	for _, p := range batch {
		p.done <- err
	}
	j.mu.Lock()
	j.writing = len(j.waiting) > 0
	more := j.writing
	j.mu.Unlock()
	if more {
		go j.commit(ctx)
	}
}

// gather waits a moment where many read at once.
func (j *journal) gather() {
	j.mu.Lock()
	many := j.last >= crowd && len(j.waiting) < enough
	j.mu.Unlock()
	if !many {
		return
	}
	timer := time.NewTimer(moment)
	defer timer.Stop()
	select {
	case <-j.full:
	case <-timer.C:
	}
}

func unwritten(err error) error {
	if err == nil || fault.Is(err, fault.Unavailable) {
		return err
	}
	return fault.New(fault.Unavailable, "access.unwritten", "the read could not be recorded, so nothing is answered").By(err).
		With("find out why the database cannot be written, then ask again")
}

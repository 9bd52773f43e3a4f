package access

import (
	"context"
	"sync"

	"probity/internal/fault"
)

// journal makes entries durable, many at a time: whoever finds nobody writing writes for all who are waiting, so that
// one flush of the disk serves them together and nobody waits for longer than two.
type journal struct {
	store   Store
	mu      sync.Mutex
	waiting []pending
	writing bool
}

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
	j.mu.Lock()
	batch := j.waiting
	j.waiting = nil
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

func unwritten(err error) error {
	if err == nil || fault.Is(err, fault.Unavailable) {
		return err
	}
	return fault.New(fault.Unavailable, "access.unwritten", "the read could not be recorded, so nothing is answered").By(err).
		With("find out why the database cannot be written, then ask again")
}

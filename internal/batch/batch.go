// Package batch lets writes of many callers share one flush of the disk.
package batch

import (
	"context"
	"sync"
	"time"

	"probity/internal/fault"
)

// Batch stores rows of many callers together: whoever finds nobody storing stores for all who wait, so that nobody waits for
// longer than two writes. Where many come it waits a moment for more of them: a write costs much the same for one row as for
// fifty, and each one also costs every reader's connection its pages. It is for rows that have nothing to do with each other.
type Batch[T any] struct {
	store   func(context.Context, []T) error
	now     func() time.Time
	mu      sync.Mutex
	waiting []put[T]
	busy    bool
	// full is told when as many wait as are worth waiting for.
	full chan struct{}
	// rate is how many come in a second, as far as the newest writes tell, and since when that is counted on.
	rate  float64
	since time.Time
}

const (
	// Moment is how long a write waits for more rows, crowd from how many on that would come in it, enough when nobody waits for more.
	Moment = 4 * time.Millisecond
	crowd  = 4
	enough = 256
	// quiet is how long nobody writes until what was known of the rate is of another time.
	quiet = 100 * time.Millisecond
)

type put[T any] struct {
	row  T
	done chan error
}

// New makes a batch. store puts rows where they are to be, all or none, and returns when they are on disk. Where it fails for
// several, each is stored by itself and fails alone, unless the fault is Unavailable. now is the clock by which it sees how many
// come.
func New[T any](now func() time.Time, store func(context.Context, []T) error) *Batch[T] {
	return &Batch[T]{store: store, now: now, full: make(chan struct{}, 1)}
}

// Put returns when the row is stored, or why it is not. Where ctx ends first the row may still be stored.
func (b *Batch[T]) Put(ctx context.Context, row T) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := put[T]{row, make(chan error, 1)}
	b.mu.Lock()
	b.waiting = append(b.waiting, p)
	lead := !b.busy
	b.busy = true
	if len(b.waiting) == enough {
		select {
		case b.full <- struct{}{}:
		default: // told already
		}
	}
	b.mu.Unlock()
	if lead {
		b.lead(context.WithoutCancel(ctx))
	}
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lead stores all that wait. Those who came meanwhile are served by another goroutine, which ends with its write, so that the
// one who began can answer.
func (b *Batch[T]) lead(ctx context.Context) {
	b.gather()
	taken := b.take()
	rows := make([]T, len(taken))
	for i := range taken {
		rows[i] = taken[i].row
	}
	err := b.store(ctx, rows)
	alone := err != nil && len(taken) > 1 && !fault.Is(err, fault.Unavailable)
	for i := range taken {
		if alone {
			err = b.store(ctx, rows[i:i+1])
		}
		taken[i].done <- err
	}
	b.mu.Lock()
	b.busy = len(b.waiting) > 0
	more := b.busy
	b.mu.Unlock()
	if more {
		go b.lead(ctx)
	}
}

// take takes all that wait, and sees how many come.
func (b *Batch[T]) take() []put[T] {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.waiting
	b.waiting = nil
	now := b.now()
	switch passed := now.Sub(b.since); {
	case passed <= 0: // a clock that stands, or was set back
	case passed > quiet:
		b.rate = 0
	default:
		b.rate += (float64(len(taken))/passed.Seconds() - b.rate) / 8
	}
	b.since = now
	return taken
}

// gather waits a moment where many come.
func (b *Batch[T]) gather() {
	b.mu.Lock()
	worth := b.rate*Moment.Seconds() >= crowd && len(b.waiting) < enough
	b.mu.Unlock()
	if !worth {
		return
	}
	timer := time.NewTimer(Moment)
	defer timer.Stop()
	select {
	case <-b.full:
	case <-timer.C:
	}
}

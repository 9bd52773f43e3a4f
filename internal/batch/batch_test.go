package batch_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"probity/internal/batch"
	"probity/internal/fault"
)

// TestBatch has many put rows at once, some of them bad: each is told of its own row, and what was stored is what was put.
func TestBatch(t *testing.T) {
	var mu sync.Mutex
	var stored []int
	calls := 0
	bad := errors.New("a bad row")
	hold := make(chan struct{})
	b := batch.New(time.Now, func(_ context.Context, rows []int) error {
		<-hold
		mu.Lock()
		defer mu.Unlock()
		calls++
		if slices.ContainsFunc(rows, func(n int) bool { return n%50 == 7 }) {
			return bad
		}
		stored = append(stored, rows...)
		return nil
	})
	errs := make([]error, 200)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = b.Put(t.Context(), i) })
	}
	close(hold)
	all.Wait()
	for i, err := range errs {
		if (i%50 == 7) != errors.Is(err, bad) || err == nil != slices.Contains(stored, i) {
			t.Errorf("row %d: %v", i, err)
		}
	}
	if len(stored) != 196 {
		t.Errorf("%d rows were stored", len(stored))
	}
	if calls > 2*len(errs) {
		t.Errorf("%d calls", calls)
	}
}

// TestBatchUnavailable holds that a store that cannot be reached is not asked again for each row.
func TestBatchUnavailable(t *testing.T) {
	calls := 0
	first, rest := make(chan struct{}), make(chan struct{})
	b := batch.New(time.Now, func(context.Context, []int) error {
		if calls++; calls == 1 {
			close(first)
			<-rest
		}
		return fault.New(fault.Unavailable, "store.gone", "the database is gone")
	})
	var all sync.WaitGroup
	all.Go(func() { _ = b.Put(t.Context(), 0) })
	<-first
	var waiting sync.WaitGroup
	for i := range 20 {
		waiting.Add(1)
		all.Go(func() {
			waiting.Done()
			if err := b.Put(t.Context(), i); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%v", err)
			}
		})
	}
	waiting.Wait()
	close(rest)
	all.Wait()
	if calls > 21 {
		t.Errorf("asked %d times", calls)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := b.Put(ended, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

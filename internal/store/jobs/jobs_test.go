package jobs_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"probity/internal/charter"
	"probity/internal/demo"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/job"
	"probity/internal/ledger"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/jobs"
	"probity/internal/subject"
)

type town struct {
	*deployment.Deployment
	ratings *rating.Desk
	clock   time.Time
	permit  charter.WorkPermit
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{clock: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}
	var err error
	w.Deployment, w.ratings, err = demo.Town(t.Context(), t.TempDir(), 1, func() time.Time { return w.clock })
	fatal(t, err)
	t.Cleanup(func() { fatal(t, w.Deployment.Close()) })
	secret, err := w.Wallet.Load(demo.Operator)
	fatal(t, err)
	as, err := w.Access.Authenticate(t.Context(), demo.Operator, secret)
	fatal(t, err)
	w.permit, err = w.Access.Working(t.Context(), as, "job")
	fatal(t, err)
	return w
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// desk is a process that works on jobs.
func (w *town) desk(t *testing.T, holder string) *job.Desk {
	t.Helper()
	d, err := w.Jobs(w.ratings, holder, 1)
	fatal(t, err)
	few := jobs.In(w.Store)
	few.Block = 8
	d.Store = few
	return d
}

// killer ends its process after some sheets: nothing of what it held is given back.
type killer struct {
	job.Store
	left int
	kill context.CancelFunc
}

func (k *killer) Keep(ctx context.Context, h job.Hold, s rating.Sheet, until time.Time) (rating.Saved, error) {
	saved, err := k.Store.Keep(ctx, h, s, until)
	if k.left--; k.left == 0 {
		k.kill()
	}
	return saved, err
}

// counter counts the blocks that a process keeps something of.
type counter struct {
	job.Store
	kept int
	last subject.ID
}

func (c *counter) Keep(ctx context.Context, h job.Hold, s rating.Sheet, until time.Time) (rating.Saved, error) {
	c.kept++
	c.last = s.To
	return c.Store.Keep(ctx, h, s, until)
}

// late does something before a block is ended.
type late struct {
	job.Store
	before func()
}

func (l late) End(ctx context.Context, h job.Hold, e *ledger.Entry) (bool, error) {
	l.before()
	return l.Store.End(ctx, h, e)
}

// TestCancelledBeforeItsEnd: a job that is cancelled between the last sheet of a block and the block's end is no fault of who did it.
func TestCancelledBeforeItsEnd(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	d := w.desk(t, "late")
	j, err := d.Order(t.Context(), w.permit, nil)
	fatal(t, err)
	d.Store = late{d.Store, sync.OnceFunc(func() { fatal(t, w.desk(t, "steward").Move(t.Context(), w.permit, j.ID, job.Cancelled)) })}
	done, err := d.Work(t.Context(), w.permit, j.ID, t.TempDir(), nil)
	if err != nil || done.State != job.Cancelled || done.Ended != 0 {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestBlocksAreShared: a process is killed in the middle of a job; another one works on the blocks that nobody holds, takes
// those of the killed one over when their time is over, and no block is done twice. The end stands in the ledger.
func TestBlocksAreShared(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	dir := filepath.Join(t.TempDir(), "snap")
	first, second := w.desk(t, "first"), w.desk(t, "second")
	j, err := first.Order(t.Context(), w.permit, nil)
	fatal(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first.Store = &killer{first.Store, 2, cancel}
	if _, err := first.Work(ctx, w.permit, j.ID, dir, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("the killed process: %v", err)
	}
	count := &counter{Store: second.Store}
	second.Store = count
	j, err = second.Work(t.Context(), w.permit, j.ID, dir, nil)
	fatal(t, err)
	if j.State != job.Open || j.Held != 1 || j.Ended != j.Blocks-1 || count.kept != int(j.Blocks)-2 {
		t.Errorf("beside a block that is held: %+v, %d kept", j, count.kept)
	}
	w.clock = w.clock.Add(job.Lease)
	j, err = second.Work(t.Context(), w.permit, j.ID, dir, nil)
	fatal(t, err)
	if j.State != job.Done || j.Ended != j.Blocks || j.Rated == 0 || j.EndedAt.IsZero() {
		t.Errorf("in the end: %+v", j)
	}
	entries := 0
	fatal(t, w.Store.ReadWhole(t.Context(), func(tx store.Whole) error {
		for e, err := range store.EntriesByPosition(t.Context(), tx) {
			if err != nil {
				return err
			}
			if e.Act == ledger.Job {
				entries++
			}
		}
		return nil
	}))
	if entries != 2 {
		t.Errorf("%d entries of the platform's ledger tell of the job", entries)
	}
}

// TestWhoLostABlockKeepsNothing: a process that was away for longer than its time comes back when another one has its block;
// one whose job was paused or cancelled keeps nothing either.
func TestWhoLostABlockKeepsNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	d := w.desk(t, "slow")
	j, err := d.Order(t.Context(), w.permit, nil)
	fatal(t, err)
	take := func() job.Hold {
		t.Helper()
		h, ok, err := d.Store.Take(t.Context(), j.ID, 0, "x", w.clock, w.clock.Add(job.Lease))
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return h
	}
	lost := func(h job.Hold) {
		t.Helper()
		var f *fault.Error
		_, err := d.Store.Keep(t.Context(), h, rating.Sheet{Behind: h.Last, To: h.To, Journal: 1 << 40}, w.clock)
		if !errors.As(err, &f) || f.Key != "job.lost" {
			t.Errorf("who lost a block: %v", err)
		}
		if _, err := d.Store.End(t.Context(), h, &ledger.Entry{At: w.clock, Act: ledger.Job}); err == nil {
			t.Error("who lost a block ended it")
		}
	}
	slow := take()
	if next := take(); next.Number == slow.Number || next.Last != slow.To {
		t.Errorf("two took the same block: %+v, %+v", slow, next)
	}
	w.clock = w.clock.Add(job.Lease)
	if taken := take(); taken.Number != slow.Number || taken.Fence <= slow.Fence {
		t.Errorf("after its time: %+v, %+v", slow, taken)
	}
	lost(slow)
	h := take()
	fatal(t, d.Move(t.Context(), w.permit, j.ID, job.Paused))
	lost(h)
	if _, ok, err := d.Store.Take(t.Context(), j.ID, 0, "x", w.clock, w.clock); ok || err != nil {
		t.Errorf("of a paused job somebody got a block: %v", err)
	}
	fatal(t, d.Move(t.Context(), w.permit, j.ID, job.Open))
	h = take()
	fatal(t, d.Move(t.Context(), w.permit, j.ID, job.Cancelled))
	lost(h)
	if err := d.Move(t.Context(), w.permit, j.ID, job.Open); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("a cancelled job was taken up again: %v", err)
	}
	// What is due is made once.
	made, err := d.Due(t.Context(), w.permit)
	fatal(t, err)
	again, err := d.Due(t.Context(), w.permit)
	fatal(t, err)
	if len(made) != 3 || len(again) != 0 {
		t.Errorf("due %d jobs, and then %d", len(made), len(again))
	}
	if err := d.Move(t.Context(), charter.WorkPermit{}, made[0].ID, job.Paused); err == nil {
		t.Error("somebody without a permit paused a job")
	}
}

package queue_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"probity/internal/charter"
	"probity/internal/demo"
	"probity/internal/deployment"
	"probity/internal/job"
	"probity/internal/rating"
	"probity/internal/store/jobs"
	"probity/internal/store/storetest"
)

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// process is one of those that share a database.
type process struct {
	*deployment.Deployment
	desk   *job.Desk
	permit charter.WorkPermit
}

func begin(t *testing.T, d *deployment.Deployment, ratings *rating.Desk, holder string) *process {
	t.Helper()
	secret, err := d.Wallet.Load(demo.Operator)
	fatal(t, err)
	as, err := d.Access.Authenticate(t.Context(), demo.Operator, secret)
	fatal(t, err)
	permit, err := d.Access.Working(t.Context(), as, "job")
	fatal(t, err)
	desk, err := d.Jobs(ratings, holder, 1)
	fatal(t, err)
	few := jobs.In(d.Store)
	few.Block = 6
	desk.Store = few
	return &process{d, desk, permit}
}

// counter counts the blocks that a process takes.
type counter struct {
	job.Store
	mu    sync.Mutex
	taken map[int64]int
	// die ends the process after it took so many, 0 never: what it holds is not given back.
	die  int
	kill context.CancelFunc
}

func (c *counter) Take(ctx context.Context, id job.ID, number int64, holder string, now, until time.Time) (job.Hold, bool, error) {
	h, ok, err := c.Store.Take(ctx, id, number, holder, now, until)
	c.mu.Lock()
	defer c.mu.Unlock()
	if ok {
		c.taken[h.Number]++
		if c.die > 0 && len(c.taken) == c.die {
			c.kill()
		}
	}
	return h, ok, err
}

// TestProcessesShareAQueue: two processes on one server work on one job at the same time, while a third is cut off with a block in
// hand: every block is done, each by one, the block of the dead one goes to another when its time is over, and the ratings are
// told once.
func TestProcessesShareAQueue(t *testing.T) {
	t.Parallel()
	if storetest.Engine() != storetest.Postgres {
		t.Skip("only of a server: an embedded database has a small table and no queue")
	}
	clock := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	began := time.Now()
	var ahead time.Duration
	now := func() time.Time { return clock.Add(time.Since(began)).Add(ahead) }
	dir := t.TempDir()
	address := storetest.Address(t, demo.Database(dir))
	d, ratings, err := demo.TownAt(t.Context(), address, dir, 1, now)
	fatal(t, err)
	defer d.Close()
	first := begin(t, d, ratings, "one")
	if first.desk.Queue == nil {
		t.Fatal("a server's job has no queue")
	}
	fatal(t, d.Store.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `DELETE FROM rating`)
		return err
	}))
	j, err := first.desk.Order(t.Context(), first.permit, nil)
	fatal(t, err)

	// One that dies with a block in hand.
	ctx, kill := context.WithCancel(t.Context())
	dying := &counter{Store: first.desk.Store, taken: map[int64]int{}, die: 1, kill: kill}
	dead := *first.desk
	dead.Store, dead.Holder = dying, "dead"
	if _, err := dead.Work(ctx, first.permit, j.ID, filepath.Join(dir, "dead"), nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("who was cut off ended with %v", err)
	}
	ahead = job.Lease + time.Second // its time is over

	other, err := deployment.Open(t.Context(), address, deployment.Options{Now: now})
	fatal(t, err)
	defer other.Close()
	otherRatings, err := other.Ratings(t.Context())
	fatal(t, err)
	both := []*process{first, begin(t, other, otherRatings, "two")}
	counters := make([]*counter, len(both))
	var working sync.WaitGroup
	for i, p := range both {
		counters[i] = &counter{Store: p.desk.Store, taken: map[int64]int{}}
		p.desk.Store = counters[i]
		working.Go(func() {
			if _, err := p.desk.Work(t.Context(), p.permit, j.ID, filepath.Join(dir, p.desk.Holder), nil); err != nil {
				t.Errorf("process %s: %v", p.desk.Holder, err)
			}
		})
	}
	working.Wait()
	end, err := first.desk.Find(t.Context(), j.ID)
	fatal(t, err)
	if end.State != job.Done || end.Ended != end.Blocks || end.Blocks < 3 {
		t.Errorf("the job is %+v", end)
	}
	times := map[int64]int{}
	for i, c := range counters {
		if len(c.taken) == 0 {
			t.Errorf("process %d of two did nothing", i)
		}
		for number, n := range c.taken {
			times[number] += n
		}
	}
	for number, n := range times {
		if n != 1 {
			t.Errorf("block %d was done %d times", number, n)
		}
	}
	shares, err := first.desk.Shares(t.Context(), j.ID)
	fatal(t, err)
	if !storetest.Distributed() {
		if shares != nil {
			t.Errorf("where everybody stands in one place it was shared as %+v", shares)
		}
	} else {
		everyWorkerDidItsPart(t, shares, &end)
	}
	if int64(len(times)) != end.Blocks {
		t.Errorf("%d of %d blocks were done by the two", len(times), end.Blocks)
	}
}

// everyWorkerDidItsPart: on a cluster every block is of one shard, and what each worker keeps was rated there.
func everyWorkerDidItsPart(t *testing.T, shares []job.Share, whole *job.Job) {
	t.Helper()
	sum := job.Share{}
	for _, s := range shares {
		t.Logf("%+v", s)
		if s.Rated == 0 || s.Ended != s.Blocks {
			t.Errorf("%s did %d of its %d blocks, with %d ratings", s.Place, s.Ended, s.Blocks, s.Rated)
		}
		sum.Blocks += s.Blocks
		sum.Rated += s.Rated
	}
	if len(shares) != 2 || sum.Blocks != whole.Blocks || sum.Rated != whole.Rated {
		t.Errorf("two workers did %+v of %+v", sum, whole)
	}
}

// Package queue hands out the blocks of jobs among processes that share a PostgreSQL server, by River: whoever waits is woken
// when there is work, and nobody stands in anybody's way while blocks are handed out.
//
// River's tables stand in a schema of their own, and what is in them may be lost at any time: which blocks there are, who holds
// one and until when stands beside the ratings (package jobs), and a block is worked on under its fenced hold alone. So
// nothing of them is carried when a database is moved or backed up; the next process that works on a job makes them anew.
package queue

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"probity/internal/job"
	"probity/internal/store/postgres"
)

// Schema is the schema of River's tables.
const Schema = "probity_river"

// Queue hands out blocks on one server.
type Queue struct{ server *postgres.Dialect }

// On is the queue of a server; nil where the database is on none.
func On(server *postgres.Dialect) job.Queue {
	if server == nil {
		return nil
	}
	return &Queue{server}
}

// block names a block of a job.
type block struct {
	Job    int64 `json:"job"`
	Number int64 `json:"number"`
	// Place is where it stands, "" where everything stands in one place: it is offered to who takes what stands there.
	Place string `json:"place,omitempty"`
}

// Kind is River's word for what sort of work it is.
func (block) Kind() string { return "job_block" }

// InsertOpts has a block wait once, however many processes offer it.
func (b block) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: name(job.ID(b.Job), b.Place), MaxAttempts: attempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable,
	}}}
}

// name is the name of the queue of a job's blocks at a place.
func name(id job.ID, place string) string {
	if place == "" {
		return fmt.Sprintf("job_%d", id)
	}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(place)) // it never fails
	return fmt.Sprintf("job_%d_%x", id, sum.Sum64())
}

const (
	// attempts is how often a block is handed out: as often as it takes, since the hold decides.
	attempts = 1000
	// connections of one process: one listens, the others ask.
	connections = 4
	// look is how often it is looked for blocks whose holder is gone; others are handed out at once.
	look = 500 * time.Millisecond
	// grace is how long who was handed a block may take until it holds it.
	grace = 5 * time.Second
	// ending is how long the block in hand is waited for at the end.
	ending = 10 * time.Second
)

// worker does the blocks that River hands to this process, one at a time.
type worker struct {
	river.WorkerDefaults[block]
	work   func(context.Context, int64) error
	busy   atomic.Bool
	failed chan error
}

// Work does a block. Its error ends this process's work on the job; the block goes back to the others.
func (w *worker) Work(ctx context.Context, one *river.Job[block]) error {
	w.busy.Store(true)
	defer w.busy.Store(false)
	err := w.work(ctx, one.Args.Number)
	if err == nil {
		return nil
	}
	select {
	case w.failed <- err:
	default:
	}
	return river.JobSnooze(time.Second)
}

// Work calls work with the numbers of blocks of a place, one at a time, until free has none left and none is in hand, ctx ends, or work fails.
func (q *Queue) Work(ctx context.Context, id job.ID, place string, free func(context.Context) ([]int64, error), work func(context.Context, int64) error) (err error) {
	pool, err := q.server.Pool(ctx, connections)
	if err != nil {
		return q.server.Translate(err)
	}
	defer pool.Close()
	if err := prepare(ctx, pool); err != nil {
		return q.server.Translate(err)
	}
	w := &worker{work: work, failed: make(chan error, 1)}
	workers := river.NewWorkers()
	river.AddWorker(workers, w)
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: Schema, Queues: map[string]river.QueueConfig{name(id, place): {MaxWorkers: 1}}, Workers: workers, JobTimeout: -1,
		FetchCooldown: 10 * time.Millisecond, FetchPollInterval: look, Logger: slog.New(slog.DiscardHandler),
	})
	if err == nil {
		err = client.Start(context.WithoutCancel(ctx))
	}
	if err != nil {
		return q.server.Translate(err)
	}
	defer func() { err = errors.Join(err, q.server.Translate(stop(ctx, client))) }()
	for {
		numbers, err := free(ctx)
		if err != nil || len(numbers) == 0 && !w.busy.Load() {
			return err
		}
		if err := offer(ctx, client, pool, id, place, numbers); err != nil {
			return q.server.Translate(err)
		}
		select {
		case err := <-w.failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
}

// stop waits for the block in hand, or has it given up where the caller does not wait any more.
func stop(ctx context.Context, client *river.Client[pgx.Tx]) error {
	cut := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ending)
	defer cancel()
	if cut {
		return client.StopAndCancel(ctx)
	}
	return client.Stop(ctx)
}

// offer has the blocks wait for somebody, each once; one that a process was handed which does not hold it any more waits again.
func offer(ctx context.Context, client *river.Client[pgx.Tx], pool *pgxpool.Pool, id job.ID, place string, numbers []int64) error {
	if len(numbers) == 0 { // the last ones are in hand
		return nil
	}
	_, err := pool.Exec(ctx, `UPDATE `+Schema+`.river_job SET state = 'available', scheduled_at = now()
		WHERE queue = $1 AND state = 'running' AND attempted_at < now() - $2::interval AND CAST(args->>'number' AS BIGINT) = ANY($3)`,
		name(id, place), grace.String(), numbers)
	if err != nil {
		return err
	}
	list := make([]river.InsertManyParams, len(numbers))
	for i, n := range numbers {
		list[i].Args = block{Job: int64(id), Number: n, Place: place}
	}
	_, err = client.InsertMany(ctx, list)
	return err
}

// prepare makes River's tables, or brings them to what this version needs; one process does it.
func prepare(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, $2)`, postgres.Mark, postgres.LockQueue); err != nil {
		return err
	}
	defer conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1, $2)`, postgres.Mark, postgres.LockQueue) //nolint:errcheck // it ends with the session
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)`, Schema).Scan(&there); err != nil {
		return err
	}
	if !there {
		if _, err := conn.Exec(ctx, `CREATE SCHEMA `+Schema); err != nil {
			return err
		}
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: Schema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

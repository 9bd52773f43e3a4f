// Package jobs keeps work on everybody: jobs, their blocks, and who holds which.
package jobs

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/job"
	"probity/internal/ledger"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/store/shards"
	"probity/internal/store/sheets"
	"probity/internal/subject"
)

// blockSubjects is how many subjects a block has: some seconds of work.
const blockSubjects = 20_040

// everyone is behind whom nobody is.
const everyone = 1<<63 - 1

// Store keeps jobs in a database. It is safe for concurrent use, also by several processes.
type Store struct {
	db     *store.Store
	shards *shards.Store
	// Block is how many subjects the blocks of new jobs have.
	Block int
}

// In keeps jobs in the database.
func In(db *store.Store) *Store { return &Store{db, shards.In(db), blockSubjects} }

var errThere = errors.New("the plan's day has its job")

// Make keeps a new job with its blocks and the entry in one transaction.
func (s *Store) Make(ctx context.Context, permit charter.WorkPermit, j job.Job, e *ledger.Entry) (job.Job, bool, error) {
	if err := permit.Stands(); err != nil {
		return j, false, err
	}
	err := s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `INSERT INTO job (plan, day, models, outdated, state, made_at, made_by) VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING RETURNING id`,
			j.Plan, int64(j.Day), strings.Join(j.Models, " "), j.Outdated, string(j.State), store.Micro(j.MadeAt), j.MadeBy).Scan(&j.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return errThere
		}
		if err != nil {
			return err
		}
		e.Detail = j.Detail()
		ends, err := s.shards.Ends(ctx, tx, s.Block)
		if err != nil {
			return err
		}
		if ends != nil {
			return cut(ctx, tx, j.ID, ends)
		}
		_, err = tx.ExecContext(ctx, `WITH ends AS (
				SELECT id, row_number() OVER (ORDER BY id) AS n FROM subject WHERE redirect = 0),
			cuts AS (SELECT id AS upto, n / ?2 AS number FROM ends WHERE n % ?2 = 0 UNION ALL SELECT ?3, (SELECT count(*) FROM ends) / ?2 + 1)
			INSERT INTO job_block (job, number, upto, last) SELECT ?1, number, upto, lag(upto, 1, 0) OVER (ORDER BY upto) FROM cuts`,
			int64(j.ID), s.Block, int64(everyone))
		return err
	})
	if errors.Is(err, errThere) {
		return j, false, nil
	}
	return j, err == nil, err
}

// cut makes the blocks of a job in a distributed database: each is of one part, so that one shard is asked for it.
func cut(ctx context.Context, tx *sql.Tx, id job.ID, ends map[subject.Part][]int64) error {
	parts := slices.SortedFunc(maps.Keys(ends), func(x, y subject.Part) int { return cmp.Compare(x.Low, y.Low) })
	b, number := store.NewBulk(tx, "job_block", []string{"job", "number", "upto", "last", "low", "high"}, ""), 0
	for _, p := range parts {
		last := int64(0)
		for _, upto := range append(slices.Clip(ends[p]), everyone) {
			number++
			if err := b.Add(ctx, int64(id), number, upto, last, p.Low, p.High); err != nil {
				return err
			}
			last = upto
		}
	}
	return b.End(ctx)
}

// Parts are how far the blocks of each part have come.
func (s *Store) Parts(ctx context.Context, id job.ID) (list []job.Part, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) (err error) {
		list, err = engine.List(ctx, tx, `SELECT low, high, count(*), sum(ended), sum(rated), sum(changed) FROM job_block WHERE job = ? GROUP BY low, high ORDER BY low`,
			func(rows *sql.Rows) (p job.Part, err error) {
				return p, rows.Scan(&p.Low, &p.High, &p.Blocks, &p.Ended, &p.Rated, &p.Changed)
			}, int64(id))
		return err
	})
	return list, err
}

// Jobs are all, newest first, with how far each has come.
func (s *Store) Jobs(ctx context.Context) (list []job.Job, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, plan, day, models, outdated, state, made_at, made_by, ended_at, count(*), sum(ended),
			sum(CASE WHEN holder <> '' AND ended = 0 THEN 1 ELSE 0 END), sum(rated), sum(changed) FROM job JOIN job_block ON job = id GROUP BY id ORDER BY id DESC`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var j job.Job
			var models string
			var made int64
			var ended sql.NullInt64
			if err := rows.Scan(&j.ID, &j.Plan, &j.Day, &models, &j.Outdated, &j.State, &made, &j.MadeBy, &ended, &j.Blocks, &j.Ended, &j.Held, &j.Rated, &j.Changed); err != nil {
				return err
			}
			j.Models, j.MadeAt = strings.Fields(models), store.Instant(made)
			if ended.Valid {
				j.EndedAt = store.Instant(ended.Int64)
			}
			list = append(list, j)
		}
		return rows.Err()
	})
	return list, err
}

// Move brings a job into a state with the entry.
func (s *Store) Move(ctx context.Context, permit charter.WorkPermit, id job.ID, to job.State, e *ledger.Entry) error {
	if err := permit.Stands(); err != nil {
		return err
	}
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error { return move(ctx, tx, id, to, e) })
}

func move(ctx context.Context, tx *sql.Tx, id job.ID, to job.State, e *ledger.Entry) error {
	j := job.Job{ID: id}
	var models string
	err := tx.QueryRowContext(ctx, `SELECT plan, day, models, outdated, state FROM job WHERE id = ?`, int64(id)).Scan(&j.Plan, &j.Day, &models, &j.Outdated, &j.State)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "job.none", "there is no job %d", id).With("probity job list shows them")
	}
	if err == nil {
		err = job.May(id, j.State, to)
	}
	if err != nil {
		return err
	}
	j.Models = strings.Fields(models)
	e.Detail = j.Detail()
	var ended any
	if to == job.Cancelled || to == job.Done {
		ended = store.Micro(e.At)
	}
	// Whoever holds a block of it keeps nothing more: the number of its hold is another from now on.
	if _, err = tx.ExecContext(ctx, `UPDATE job_block SET fence = fence + 1, holder = '', until = 0 WHERE job = ? AND ended = 0`, int64(id)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE job SET state = ?, ended_at = ? WHERE id = ?`, string(to), ended, int64(id))
	return err
}

// most is how many blocks Free names.
const most = 200

// Free are the numbers of blocks of an open job that nobody holds at now, of the parts or, where there are none, of all, the least
// first; the first of them where there are many.
func (s *Store) Free(ctx context.Context, id job.ID, parts []subject.Part, now time.Time) (list []int64, err error) {
	of, args := "", []any{int64(id), store.Micro(now)}
	if len(parts) > 0 {
		of = " AND low IN (" + store.Marks(len(parts)) + ")"
		for _, p := range parts {
			args = append(args, p.Low)
		}
	}
	err = s.db.Read(ctx, func(tx *sql.Tx) (err error) {
		list, err = engine.List(ctx, tx, `SELECT number FROM job_block WHERE job = ?1 AND ended = 0 AND until <= ?2
			AND EXISTS (SELECT 1 FROM job WHERE id = ?1 AND state = 'open')`+of+` ORDER BY number LIMIT `+strconv.Itoa(most), engine.Column[int64], args...)
		return err
	})
	return list, err
}

// Take gives a block that nobody holds at now: the one of the number, or, where that is 0, the one with the least.
func (s *Store) Take(ctx context.Context, id job.ID, number int64, holder string, now, until time.Time) (h job.Hold, ok bool, err error) {
	h = job.Hold{Job: id, Until: until}
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `UPDATE job_block SET fence = fence + 1, holder = ?3, until = ?4 WHERE job = ?1 AND number =
				(SELECT min(number) FROM job_block WHERE job = ?1 AND ended = 0 AND until <= ?2 AND (?5 = 0 OR number = ?5))
			AND EXISTS (SELECT 1 FROM job WHERE id = ?1 AND state = 'open') RETURNING number, fence, last, upto, low, high`,
			int64(id), store.Micro(now), holder, store.Micro(until), number).Scan(&h.Number, &h.Fence, &h.Last, &h.To, &h.Part.Low, &h.Part.High)
		if ok = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return h, ok, err
}

// Keep keeps a sheet together with how far the block has come.
func (s *Store) Keep(ctx context.Context, h job.Hold, sheet rating.Sheet, until time.Time) (saved rating.Saved, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		if saved, err = sheets.Keep(ctx, tx, &sheet); err != nil || saved.Gone {
			return err
		}
		return step(ctx, tx, &h, `last = ?, until = ?, rated = rated + ?, changed = changed + ?`, int64(sheet.To), store.Micro(until), len(sheet.Kept), saved.Changed)
	})
	return saved, err
}

// step changes a block that is held; Lost where it is not.
func step(ctx context.Context, tx *sql.Tx, h *job.Hold, set string, args ...any) error {
	done, err := tx.ExecContext(ctx, `UPDATE job_block SET `+set+` WHERE job = ? AND number = ? AND fence = ? AND ended = 0`,
		append(args, int64(h.Job), h.Number, h.Fence)...)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, job.Lost(h))
	}
	return nil
}

// End ends a held block, and the job with its last one.
func (s *Store) End(ctx context.Context, h job.Hold, e *ledger.Entry) (done bool, err error) {
	t := &store.Trace{At: e.At}
	err = s.db.WriteWith(ctx, t, func(tx *sql.Tx) error {
		if err := step(ctx, tx, &h, `ended = 1, holder = '', until = 0`); err != nil {
			return err
		}
		var left int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM job_block WHERE job = ? AND ended = 0`, int64(h.Job)).Scan(&left); err != nil || left > 0 {
			return err
		}
		done, t.Entries = true, []*ledger.Entry{e}
		return move(ctx, tx, h.Job, job.Done, e)
	})
	return done, err
}

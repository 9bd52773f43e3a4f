package sheets

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/shards"
	"probity/internal/subject"
)

// Run is a rating of everybody that goes on where it was: how far it has come is kept in the transaction that keeps the ratings,
// so that one that is killed is never ahead of them and never does what is done.
type Run struct {
	db       *store.Store
	what, at string
	last     subject.ID
}

// Begin takes up the run of what is rated (models and versions) from a state (a day and all that was known and gone on it), or
// begins it. A run from another state is not gone on with: it does not hold what there is to know.
func (s *Store) Begin(ctx context.Context, what, state string) (*Run, error) {
	r := &Run{db: s.db, what: what, at: state}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT last FROM rate_run WHERE what = ? AND state = ?`, what, state).Scan(&r.last)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return r, err
}

// Last is the subject up to which an earlier process had come; 0 where it begins.
func (r *Run) Last() subject.ID { return r.last }

// Save keeps a sheet as [Store.Save] does, and how far the run has come.
func (r *Run) Save(ctx context.Context, sheet rating.Sheet) (out rating.Saved, err error) {
	err = r.db.Write(ctx, func(tx *sql.Tx) error {
		if out, err = Keep(ctx, tx, &sheet); err != nil || out.Gone {
			return err
		}
		return r.step(ctx, tx, sheet.To)
	})
	return out, err
}

// step notes that everybody up to a subject is rated. Of two processes from the same state the one ahead counts: each has done
// all behind where it began.
func (r *Run) step(ctx context.Context, tx *sql.Tx, to subject.ID) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO rate_run (what, state, last) VALUES (?,?,?) ON CONFLICT (what) DO UPDATE SET
		last = CASE WHEN rate_run.state = excluded.state THEN max(rate_run.last, excluded.last) ELSE excluded.last END, state = excluded.state`, r.what, r.at, int64(to))
	return err
}

// Ended tells that everybody was rated by an earlier process.
func (r *Run) Ended() bool { return r.last == everyone }

// everyone is behind whom nobody is.
const everyone = subject.ID(1<<63 - 1)

// End forgets the run, which has come to its end: the next one looks at everybody again.
func (r *Run) End(ctx context.Context) error {
	return r.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM rate_run WHERE what = ?`, r.what)
		return err
	})
}

// Pages is the store of a desk that rates everybody page by page, in this run.
func (r *Run) Pages(of rating.Store) rating.Store { return pages{of, r, nil} }

// Apart runs f with such a store for the subjects of one part: who they are is asked of the worker that keeps them, as of one moment.
func (r *Run) Apart(ctx context.Context, of rating.Store, part subject.Part, f func(rating.Store) error) error {
	return shards.In(r.db).Read(ctx, part, nil, func(worker *sql.Tx) error { return f(pages{of, r, worker}) })
}

type pages struct {
	rating.Store
	run *Run
	// worker knows those who are rated; nil is everybody.
	worker *sql.Tx
}

// Population leaves out who is rated.
func (p pages) Population(ctx context.Context, kinds []subject.Kind, after subject.ID, limit int) ([]subject.Subject, error) {
	if p.worker != nil {
		return store.PopulationIn(ctx, p.worker, kinds, max(after, p.run.last), limit)
	}
	return p.Store.Population(ctx, kinds, max(after, p.run.last), limit)
}

// CountPopulation leaves out who is rated.
func (p pages) CountPopulation(ctx context.Context, kinds []subject.Kind) (n int64, err error) {
	args := []any{int64(p.run.last)}
	for _, k := range kinds {
		args = append(args, string(k))
	}
	count := func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM subject WHERE redirect = 0 AND id > ? AND kind IN (`+store.Marks(len(kinds))+`)`, args...).Scan(&n)
	}
	if p.worker != nil {
		return n, count(p.worker)
	}
	return n, p.run.db.Read(ctx, count)
}

// SaveRatings keeps a page as the store does, and how far the run has come.
func (p pages) SaveRatings(ctx context.Context, list []rating.Kept, seen time.Time, clear []subject.ID) error {
	return p.run.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := store.KeepRatings(ctx, tx, list); err != nil {
			return err
		}
		if err := store.ClearStaleOf(ctx, tx, clear, seen); err != nil {
			return err
		}
		var to subject.ID
		if len(list) > 0 {
			to = list[len(list)-1].Rating.Subject
		}
		if len(clear) > 0 {
			to = max(to, clear[len(clear)-1])
		}
		return p.run.step(ctx, tx, to)
	})
}

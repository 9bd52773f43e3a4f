// Package shadows keeps the trials of model versions beside those in force, and what was counted in them. Nothing of a
// single subject is kept here.
package shadows

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/shadow"
	"probity/internal/store"
)

// Store keeps trials in a database. It is safe for concurrent use, also by several processes.
type Store struct{ db *store.Store }

// In keeps trials in the database.
func In(db *store.Store) *Store { return &Store{db} }

// Begin keeps a new trial with the entry in one transaction.
func (s *Store) Begin(ctx context.Context, permit charter.TrialPermit, at time.Time, e *ledger.Entry) (shadow.Trial, error) {
	p := permit.Terms()
	if p == nil {
		return shadow.Trial{}, fault.New(fault.Internal, "store.permit", "a trial was to begin without a permit")
	}
	t := shadow.Trial{
		Model: p.Model, Version: p.Version, From: p.Today, Until: p.Until, BegunAt: at, By: permit.By().Title(), Fresh: p.Fresh, InForce: p.InForce,
	}
	err := s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		// What the permit rests on is looked at again: the version was never in force, and the one beside which it is tried is.
		var ready, running int
		err := tx.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM model WHERE code = ?1 AND version = ?2 AND state IN ('draft', 'approved') AND author = ?3) +
			(SELECT count(*) FROM model WHERE code = ?1 AND version = ?4 AND state = 'active'),
			(SELECT count(*) FROM trial WHERE code = ?1 AND version = ?2 AND ended_at IS NULL AND until >= ?5)`,
			p.Model, p.Version, p.Author, p.InForce, int64(p.Today)).Scan(&ready, &running)
		switch {
		case err != nil:
			return err
		case ready != 2:
			return fault.New(fault.Conflict, "shadow.changed", "version %d of %s, or the one in force, has changed its state meanwhile", p.Version, p.Model).
				With("look again: probity model list")
		case running > 0:
			return fault.New(fault.Conflict, "shadow.running", "version %d of %s is on trial already", p.Version, p.Model).
				With("end that trial first: probity model shadow " + p.Model + " --end")
		}
		return tx.QueryRowContext(ctx, `INSERT INTO trial (code, version, first, until, begun_at, begun_by) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
			t.Model, t.Version, int64(t.From), int64(t.Until), store.Micro(at), t.By).Scan(&t.ID)
	})
	t.Last = calendar.None
	return t, err
}

// End ends a trial that nobody has ended, with the entry.
func (s *Store) End(ctx context.Context, permit charter.WorkPermit, id shadow.ID, e *ledger.Entry) error {
	if err := permit.Stands(); err != nil {
		return err
	}
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE trial SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL`,
			store.Micro(e.At), permit.By().Title(), int64(id))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "shadow.over", "the trial was ended meanwhile").By(err).With("probity model shadow shows how")
		}
		return nil
	})
}

// Trials are all, the newest first, with where their versions stand and how often they were counted.
func (s *Store) Trials(ctx context.Context) (list []shadow.Trial, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT t.id, t.code, t.version, t.first, t.until, t.begun_at, t.begun_by, t.ended_at, t.ended_by,
				CASE WHEN m.state IN ('draft', 'approved') THEN 1 ELSE 0 END, coalesce(a.version, 0),
				(SELECT count(*) FROM trial_run r WHERE r.trial = t.id), (SELECT max(day) FROM trial_run r WHERE r.trial = t.id)
			FROM trial t JOIN model m ON m.code = t.code AND m.version = t.version
			LEFT JOIN model a ON a.code = t.code AND a.state = 'active' ORDER BY t.id DESC`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t shadow.Trial
			var begun int64
			var ended, last sql.NullInt64
			var fresh int
			if err := rows.Scan(&t.ID, &t.Model, &t.Version, &t.From, &t.Until, &begun, &t.By, &ended, &t.EndedBy, &fresh, &t.InForce, &t.Runs, &last); err != nil {
				return err
			}
			t.BegunAt, t.Fresh, t.Last = store.Instant(begun), fresh != 0, store.DayOf(last)
			if ended.Valid {
				t.EndedAt = store.Instant(ended.Int64)
			}
			list = append(list, t)
		}
		return rows.Err()
	})
	return list, err
}

// Keep keeps a run with the entry, where the trial has none of its day and nobody has ended it.
func (s *Store) Keep(ctx context.Context, permit charter.WorkPermit, r *shadow.Run, e *ledger.Entry) (ok bool, err error) {
	if err := permit.Stands(); err != nil {
		return false, err
	}
	counts, err := json.Marshal(r.Parts)
	if err != nil {
		return false, err
	}
	t := &store.Trace{At: e.At}
	err = s.db.WriteWith(ctx, t, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `INSERT INTO trial_run (trial, day, at, against, snapshot, ledger, counts)
			SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM trial WHERE id = ?1 AND ended_at IS NULL AND until >= ?2 ON CONFLICT DO NOTHING`,
			int64(r.Trial), int64(r.Day), store.Micro(r.At), r.Against, r.Snapshot, r.Ledger, string(counts))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if ok = n > 0; ok {
			t.Entries = []*ledger.Entry{e}
		}
		return err
	})
	return ok && err == nil, err
}

// Runs are those of a trial, the newest first.
func (s *Store) Runs(ctx context.Context, id shadow.ID) (list []shadow.Run, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT day, at, against, snapshot, ledger, counts FROM trial_run WHERE trial = ? ORDER BY day DESC`, int64(id))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r := shadow.Run{Trial: id}
			var at int64
			var counts string
			if err := rows.Scan(&r.Day, &at, &r.Against, &r.Snapshot, &r.Ledger, &counts); err != nil {
				return err
			}
			r.At = store.Instant(at)
			if err := json.Unmarshal([]byte(counts), &r.Parts); err != nil {
				return fault.New(fault.Unavailable, "shadow.counts", "the counts of %s cannot be read", r.Day).By(err)
			}
			list = append(list, r)
		}
		return rows.Err()
	})
	return list, err
}

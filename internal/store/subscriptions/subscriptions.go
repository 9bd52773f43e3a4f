// Package subscriptions keeps who is told of changes as they happen, whom each subscription watches, and which notice of which
// subject stands at which position of it.
package subscriptions

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"probity/internal/access"
	"probity/internal/charter/sharing"
	"probity/internal/event"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// Store keeps subscriptions in a database. It is safe for concurrent use, also by several processes.
type Store struct{ db *store.Store }

// In is the part of the database that keeps subscriptions.
func In(db *store.Store) *Store { return &Store{db} }

// NextID is the id of a new subscription.
func (s *Store) NextID() event.ID { return event.ID(s.db.NextIDs(1)) }

func unpermitted() error {
	return fault.New(fault.Internal, "store.permit", "a subscription was to be changed without a permit")
}

// Add keeps a permitted subscription with its sealed secret and the entry.
func (s *Store) Add(ctx context.Context, p sharing.SubscribePermit, sub event.Subscription, sealed []byte, e *ledger.Entry) error {
	t := p.Terms()
	if t == nil || t.By.Agency != sub.Agency || t.Way != sub.Way || t.Purpose != sub.Purpose {
		return unpermitted()
	}
	types := make([]string, len(sub.Types))
	for i, one := range sub.Types {
		types[i] = string(one)
	}
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO subscription (id, agency, official, credential, kind, address, types, models, purpose, basis, casefile, made_at,
			state, why, top, done, attempts, due, held_until, fence) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,'',0,0,0,?,0,0)`,
			int64(sub.ID), sub.Agency, sub.Official, sub.Credential, sub.Way, sub.Address, strings.Join(types, " "), strings.Join(sub.Models, " "),
			sub.Purpose, sub.Basis, sub.Case, store.Micro(sub.MadeAt), string(sub.State), store.Micro(sub.MadeAt))
		if err != nil || sealed == nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO subscription_secret (subscription, number, sealed) VALUES (?, 1, ?)`, int64(sub.ID), sealed)
		return err
	})
}

const columns = `s.id, s.agency, s.official, s.credential, s.kind, s.address, s.types, s.models, s.purpose, s.basis, s.casefile, s.made_at, s.state, s.why,
	s.top, s.done, s.attempts, s.failing_at, s.due`

func scan(rows *sql.Rows) (x event.Subscription, err error) {
	var types, models string
	var made, due int64
	var failing sql.NullInt64
	err = rows.Scan(&x.ID, &x.Agency, &x.Official, &x.Credential, &x.Way, &x.Address, &types, &models, &x.Purpose, &x.Basis, &x.Case, &made, &x.State, &x.Why,
		&x.Top, &x.Done, &x.Attempts, &failing, &due)
	for _, t := range strings.Fields(types) {
		x.Types = append(x.Types, event.Type(t))
	}
	x.Models, x.MadeAt, x.Due = strings.Fields(models), store.Instant(made), store.Instant(due)
	if failing.Valid {
		x.FailingAt = store.Instant(failing.Int64)
	}
	return x, err
}

// Subscription is one; NotFound where there is none.
func (s *Store) Subscription(ctx context.Context, id event.ID) (event.Subscription, error) {
	list, err := s.list(ctx, `s.id = ?`, int64(id))
	if err == nil && len(list) == 0 {
		err = event.None(id)
	}
	if err != nil {
		return event.Subscription{}, err
	}
	return list[0], nil
}

// All are all, oldest first.
func (s *Store) All(ctx context.Context) ([]event.Subscription, error) {
	return s.list(ctx, `s.id > ?`, 0)
}

func (s *Store) list(ctx context.Context, where string, arg any) (list []event.Subscription, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		if list, err = engine.List(ctx, tx, `SELECT `+columns+` FROM subscription s WHERE `+where+` ORDER BY s.id`, scan, arg); err != nil {
			return err
		}
		for i := range list {
			if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM watch WHERE subscription = ?`, int64(list[i].ID)).Scan(&list[i].Watches); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// Watch keeps that a subject is watched from now on: what it was told before is not told of.
func (s *Store) Watch(ctx context.Context, p sharing.TendPermit, scope access.Scope, at time.Time, most int) error {
	of := scope.Subject().ID
	if p.Number() == 0 || of == 0 || scope.Reader() != p.By().Agency {
		return unpermitted()
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM watch WHERE subscription = ? AND subject <> ?`, p.Number(), int64(of)).Scan(&n); err != nil {
			return err
		}
		if n >= most {
			return fault.New(fault.Conflict, "event.most", "the subscription watches %d subjects, as many as one may", n).
				With("end watching some: probity subscription unwatch; or make another subscription")
		}
		return watch(ctx, tx, p.Number(), of, 0, at)
	})
}

// watch begins behind the newest notice of the subject.
func watch(ctx context.Context, tx *sql.Tx, id int64, of, because subject.ID, at time.Time) error {
	var seen int64
	if err := tx.QueryRowContext(ctx, `SELECT `+store.LastNotice("?1"), int64(of)).Scan(&seen); err != nil {
		return err
	}
	then := ` DO NOTHING`
	if because == 0 { // one that was watched because of another is from now on named itself
		then = ` (subject, subscription) DO UPDATE SET because = 0`
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO watch (subject, subscription, seen, because, added_at) VALUES (?,?,?,?,?) ON CONFLICT`+then,
		int64(of), id, seen, int64(because), store.Micro(at))
	return err
}

// Unwatch ends it; NotFound where the subject is not watched. What waits of it is not told any more.
func (s *Store) Unwatch(ctx context.Context, p sharing.TendPermit, of subject.ID) error {
	if p.Number() == 0 {
		return unpermitted()
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `DELETE FROM watch WHERE subscription = ? AND (subject = ? OR because = ?)`, p.Number(), int64(of), int64(of))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = fault.New(fault.NotFound, "event.watch", "the subscription %s does not watch subject %s", event.ID(p.Number()), of)
			}
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM event WHERE subscription = ? AND subject = ? AND source = ?`, p.Number(), int64(of), event.SourceNotice)
		return err
	})
}

// Watched are the subjects that a subscription names, in the order of their ids.
func (s *Store) Watched(ctx context.Context, id event.ID) (list []subject.ID, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		list, err = engine.List(ctx, tx, `SELECT subject FROM watch WHERE subscription = ? AND because = 0 ORDER BY subject`, engine.Column[subject.ID], int64(id))
		return err
	})
	return list, err
}

// changed is a Conflict where a statement changed no row: the subscription has ended.
func changed(done sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "event.ended", "the subscription has ended").With("make another: probity subscription add")
	}
	return err
}

// Move brings a subscription into a state with the entry. One that ends watches nobody any more, and loses its secrets.
func (s *Store) Move(ctx context.Context, p sharing.TendPermit, to event.State, why string, at time.Time, e *ledger.Entry) error {
	if p.Number() == 0 {
		return unpermitted()
	}
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		err := changed(tx.ExecContext(ctx, `UPDATE subscription SET state = ?, why = ?, attempts = 0, failing_at = NULL, due = ?, held_until = 0, fence = fence + 1
			WHERE id = ? AND state <> 'ended'`, string(to), why, store.Micro(at), p.Number()))
		if err != nil || to != event.Ended {
			return err
		}
		return bury(ctx, tx, p.Number())
	})
}

// bury takes away what an ended subscription needs no more.
func bury(ctx context.Context, tx *sql.Tx, id int64) error {
	for _, table := range []string{"watch", "event", "subscription_secret"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE subscription = ?`, id); err != nil {
			return err
		}
	}
	return nil
}

// Replay has everything behind the position told again.
func (s *Store) Replay(ctx context.Context, p sharing.TendPermit, behind int64, at time.Time, e *ledger.Entry) error {
	if p.Number() == 0 {
		return unpermitted()
	}
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE subscription SET done = ?1, attempts = 0, failing_at = NULL, due = ?2, held_until = 0, fence = fence + 1
			WHERE id = ?3 AND state <> 'ended' AND ?1 >= 0 AND ?1 <= top`, behind, store.Micro(at), p.Number())
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = fault.New(fault.Conflict, "event.position", "nothing of the subscription %s stands behind position %d", event.ID(p.Number()), behind).
					With("probity subscription show says which was the last position")
			}
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE event SET entered = '' WHERE subscription = ? AND position > ?`, p.Number(), behind)
		return err
	})
}

// Rotate puts a sealed secret in place of the newest, which stays good until the instant.
func (s *Store) Rotate(ctx context.Context, p sharing.TendPermit, sealed []byte, at, until time.Time, e *ledger.Entry) error {
	if p.Number() == 0 {
		return unpermitted()
	}
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		for _, do := range []struct {
			query string
			args  []any
		}{
			{`DELETE FROM subscription_secret WHERE subscription = ? AND until <= ?`, []any{p.Number(), store.Micro(at)}},
			{`UPDATE subscription_secret SET until = ? WHERE subscription = ? AND until IS NULL`, []any{store.Micro(until), p.Number()}},
			{`INSERT INTO subscription_secret (subscription, number, sealed) SELECT ?1, 1 + coalesce(max(number), 0), ?2 FROM subscription_secret WHERE subscription = ?1`,
				[]any{p.Number(), sealed}},
		} {
			if _, err := tx.ExecContext(ctx, do.query, do.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Secrets are the sealed secrets that are good at the instant, the newest first.
func (s *Store) Secrets(ctx context.Context, id event.ID, at time.Time) (list [][]byte, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		list, err = engine.List(ctx, tx, `SELECT sealed FROM subscription_secret WHERE subscription = ? AND (until IS NULL OR until > ?) ORDER BY number DESC`,
			engine.Column[[]byte], int64(id), store.Micro(at))
		return err
	})
	return list, err
}

// Suspend pauses every subscription of a database that was put back from a backup: which were ended or changed since is not
// known to it.
func Suspend(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE subscription SET state = 'paused', why = 'the database was put back from a backup', fence = fence + 1, held_until = 0 WHERE state = 'active'`)
	return err
}

var _ event.Book = (*Store)(nil)

package subscriptions

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"probity/calendar"
	"probity/internal/event"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

const (
	// keeps is for how long events can be told again; demands older than looksBack get no position any more, so that one is not
	// told a second time after its event was forgotten.
	keeps     = 120 * 24 * time.Hour
	looksBack = 90 * 24 * time.Hour
	// some is how many watches are looked at in one transaction.
	some = 500
)

// Fill gives positions to what has come to the subscription since, in the order of each subject's numbers, and gives the newest.
func (s *Store) Fill(ctx context.Context, sub *event.Subscription, at time.Time) (top int64, err error) {
	for {
		var news []watched
		var owed bool
		err := s.db.Read(ctx, func(tx *sql.Tx) error {
			if err := tx.QueryRowContext(ctx, `SELECT top FROM subscription WHERE id = ?`, int64(sub.ID)).Scan(&top); err != nil {
				return err
			}
			var err error
			if news, err = s.news(ctx, tx, sub.ID); err != nil {
				return err
			}
			list, err := s.demands(ctx, tx, sub, at)
			if err != nil {
				return err
			}
			begin, end, err := s.moved(ctx, tx, sub.ID)
			owed = len(list)+len(begin)+len(end) > 0
			return err
		})
		if err != nil || len(news) == 0 && !owed {
			return top, err
		}
		if err := s.db.Write(ctx, func(tx *sql.Tx) error { return s.fill(ctx, tx, sub, at) }); err != nil {
			return 0, err
		}
	}
}

// watched is a watch that has something to look at.
type watched struct {
	of, because subject.ID
	seen        int64
}

// news are the watches of whose subjects more was told than was looked at.
func (s *Store) news(ctx context.Context, tx *sql.Tx, id event.ID) ([]watched, error) {
	return engine.List(ctx, tx, `SELECT w.subject, w.because, w.seen FROM watch w WHERE w.subscription = ?1 AND (
			EXISTS (SELECT 1 FROM notice n WHERE n.subject = w.subject AND n.seq > w.seen)
			OR EXISTS (SELECT 1 FROM rating_history h WHERE h.subject = w.subject AND h.told > w.seen))
		ORDER BY w.subject LIMIT ?2`, scanWatched, int64(id), some)
}

func scanWatched(rows *sql.Rows) (w watched, err error) {
	return w, rows.Scan(&w.of, &w.because, &w.seen)
}

// moved says which watches have to begin and to end because subjects were joined or parted: who watches a subject watches the one
// that it was merged into as well, as long as the two are one.
func (s *Store) moved(ctx context.Context, tx *sql.Tx, id event.ID) (begin []watched, end []subject.ID, err error) {
	type joint struct {
		watched
		kept subject.ID
	}
	list, err := engine.List(ctx, tx, `SELECT w.subject, w.because, w.seen, coalesce(l.kept, 0) FROM watch w
			LEFT JOIN link l ON l.merged = w.subject AND l.undone_at IS NULL WHERE w.subscription = ? AND (w.because <> 0 OR l.kept IS NOT NULL)`,
		func(rows *sql.Rows) (j joint, err error) { return j, rows.Scan(&j.of, &j.because, &j.seen, &j.kept) }, int64(id))
	if err != nil {
		return nil, nil, err
	}
	leads, have := map[subject.ID]subject.ID{}, map[subject.ID]bool{}
	for _, j := range list {
		have[j.of] = true
		if j.kept != 0 {
			leads[j.of] = j.kept
		}
	}
	for _, j := range list {
		if j.kept != 0 && !have[j.kept] {
			begin, have[j.kept] = append(begin, watched{of: j.kept, because: j.of}), true
		}
		if j.because != 0 && leads[j.because] != j.of {
			end = append(end, j.of)
		}
	}
	return begin, end, nil
}

// demand is one to the subscription's agency.
type demand struct {
	of            subject.ID
	kind          recall.Kind
	about, ground string
	at            int64
}

// demands are those to the agency, made since the subscription was, that have no position yet.
func (s *Store) demands(ctx context.Context, tx *sql.Tx, sub *event.Subscription, at time.Time) ([]demand, error) {
	own := false
	for _, t := range sub.Types {
		own = own || t.Own()
	}
	if !own {
		return nil, nil
	}
	// What is not wanted is left out by the query itself: it never gets a position, and would stand in the way of what comes after.
	kind, ground := event.Withdrawn()
	wants := func(t event.Type) (n int) {
		if sub.Wants(t, "") {
			n = 1
		}
		return n
	}
	since := max(store.Micro(sub.MadeAt), store.Micro(at.Add(-looksBack)))
	return engine.List(ctx, tx, `SELECT r.subject, r.kind, r.about, r.ground, r.at FROM recall r WHERE r.recipient = ?1 AND r.at >= ?2
			AND CASE WHEN r.kind = ?5 AND r.ground = ?6 THEN CAST(?7 AS INTEGER) ELSE CAST(?8 AS INTEGER) END = 1
			AND NOT EXISTS (SELECT 1 FROM event e WHERE e.subject = r.subject AND e.subscription = ?3 AND e.source = r.kind AND e.thing = r.about AND e.number = r.at)
		ORDER BY r.at, r.subject, r.about, r.kind LIMIT ?4`, func(rows *sql.Rows) (d demand, err error) {
		return d, rows.Scan(&d.of, &d.kind, &d.about, &d.ground, &d.at)
	}, sub.Agency, since, int64(sub.ID), some, string(kind), ground, wants(event.ConsentWithdrawn), wants(event.DemandMade))
}

// fill is one step of Fill. Whoever acts meanwhile waits: what is found is everything that was committed.
func (s *Store) fill(ctx context.Context, tx *sql.Tx, sub *event.Subscription, at time.Time) error {
	var top, done int64
	if err := tx.QueryRowContext(ctx, `SELECT top, done FROM subscription WHERE id = ?`, int64(sub.ID)).Scan(&top, &done); err != nil {
		return err
	}
	rows := store.NewBulk(tx, "event", []string{"subject", "subscription", "source", "thing", "number", "position", "type", "at", "entered"}, " ON CONFLICT DO NOTHING")
	put := func(of subject.ID, source, thing string, number int64, t event.Type, at int64) error {
		top++
		return rows.Add(ctx, int64(of), int64(sub.ID), source, thing, number, top, string(t), at, "")
	}
	begin, end, err := s.moved(ctx, tx, sub.ID)
	if err != nil {
		return err
	}
	for _, w := range begin {
		if err := watch(ctx, tx, int64(sub.ID), w.of, w.because, at); err != nil {
			return err
		}
	}
	for _, of := range end {
		if _, err := tx.ExecContext(ctx, `DELETE FROM watch WHERE subject = ? AND subscription = ?`, int64(of), int64(sub.ID)); err != nil {
			return err
		}
	}
	news, err := s.news(ctx, tx, sub.ID)
	if err != nil {
		return err
	}
	for _, w := range news {
		last := w.seen
		told, err := engine.List(ctx, tx, `SELECT seq, at, occasion, about, body, sealed FROM notice WHERE subject = ?1 AND seq > ?2
			UNION ALL SELECT told, known_at, '`+string(notice.RatingChanged)+`', model, x'', 0 FROM rating_history WHERE subject = ?1 AND told > ?2 ORDER BY 1`,
			scanTold, int64(w.of), w.seen)
		if err != nil {
			return err
		}
		for i := range told {
			n := &told[i]
			last = n.seq
			if err := n.look(ctx, tx, w.of); err != nil {
				return err
			}
			t, thing := event.Of(n.Seen)
			if !sub.Wants(t, thing) {
				continue
			}
			if err := put(w.of, event.SourceNotice, thing, n.seq, t, n.at); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE watch SET seen = ? WHERE subject = ? AND subscription = ?`, last, int64(w.of), int64(sub.ID)); err != nil {
			return err
		}
	}
	owed, err := s.demands(ctx, tx, sub, at)
	if err != nil {
		return err
	}
	for _, d := range owed {
		if err := put(d.of, string(d.kind), d.about, d.at, event.OfDemand(d.kind, d.ground), d.at); err != nil {
			return err
		}
	}
	if err := rows.End(ctx); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE subscription SET top = ? WHERE id = ?`, top, int64(sub.ID)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM event WHERE subscription = ? AND at < ? AND position <= ?`,
		int64(sub.ID), store.Micro(at.Add(-keeps)), done)
	return err
}

// told is a notice as it is looked at.
type told struct {
	event.Seen
	seq, at int64
	body    []byte
	sealed  bool
}

func scanTold(rows *sql.Rows) (t told, err error) {
	return t, rows.Scan(&t.seq, &t.at, &t.Occasion, &t.About, &t.body, &t.sealed)
}

// look finds what else has to be known of a notice to say whether it is for others.
func (t *told) look(ctx context.Context, tx *sql.Tx, of subject.ID) error {
	switch t.Occasion {
	case notice.ListStep: // lists are of organisations alone, whose notices are not sealed
		if t.sealed || len(t.body) == 0 {
			return nil
		}
		var body struct{ Facts []notice.Fact }
		if err := json.Unmarshal(t.body, &body); err != nil {
			return fault.New(fault.Conflict, "notice.body", "the notice %d to %s is damaged", t.seq, of).By(err)
		}
		for _, f := range body.Facts {
			if f.Name == "step" {
				t.Step = f.Value
			}
		}
	case notice.DisputeStep:
		id, ok := subject.Decode('q', t.About)
		if !ok {
			return nil
		}
		target, err := engine.List(ctx, tx, `SELECT target FROM dispute WHERE subject = ? AND id = ?`, engine.Column[string], int64(of), id)
		if err != nil || len(target) == 0 {
			return err
		}
		t.Target = target[0]
	default:
	}
	return nil
}

// Behind are the events behind a position, in their order.
func (s *Store) Behind(ctx context.Context, id event.ID, position int64, limit int) (list []event.Event, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		list, err = engine.List(ctx, tx, `SELECT subject, subscription, source, thing, number, position, type, at, entered FROM event
			WHERE subscription = ? AND position > ? ORDER BY position LIMIT ?`, func(rows *sql.Rows) (e event.Event, err error) {
			var at int64
			err = rows.Scan(&e.Subject, &e.Subscription, &e.Source, &e.Thing, &e.Number, &e.Position, &e.Type, &at, &e.Entry)
			e.At, e.Due = store.Instant(at), calendar.None
			return e, err
		}, int64(id), position, limit)
		if err != nil {
			return err
		}
		var agency string
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(agency), '') FROM subscription WHERE id = ?`, int64(id)).Scan(&agency); err != nil {
			return err
		}
		for i := range list {
			if e := &list[i]; e.Source != event.SourceNotice {
				if err := owed(ctx, tx, e, agency); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return list, err
}

// owed completes an event by what its demand says.
func owed(ctx context.Context, tx *sql.Tx, e *event.Event, agency string) error {
	found, err := engine.List(ctx, tx, `SELECT r.ground, r.due FROM recall r WHERE r.subject = ?1 AND r.about = ?2 AND r.kind = ?3 AND r.at = ?4 AND r.recipient = ?5`,
		func(rows *sql.Rows) (d struct {
			ground string
			due    sql.NullInt64
		}, err error) {
			return d, rows.Scan(&d.ground, &d.due)
		}, int64(e.Subject), e.Thing, e.Source, e.Number, agency)
	if err == nil && len(found) > 0 {
		e.Ground, e.Due = found[0].ground, store.DayOf(found[0].due)
	}
	return err
}

const oneEvent = ` WHERE subject = ? AND subscription = ? AND source = ? AND thing = ? AND number = ?`

func keyOf(e *event.Event) []any {
	return []any{int64(e.Subject), int64(e.Subscription), e.Source, e.Thing, e.Number}
}

// Entered keeps the entry of the reading by which an event is told.
func (s *Store) Entered(ctx context.Context, e *event.Event, entry string) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE event SET entered = ?`+oneEvent, append([]any{entry}, keyOf(e)...)...)
		return err
	})
}

// Drop takes an event away that may not be told.
func (s *Store) Drop(ctx context.Context, e *event.Event) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM event`+oneEvent, keyOf(e)...)
		return err
	})
}

// Hold takes a subscription that is due for the one who delivers, until the instant.
func (s *Store) Hold(ctx context.Context, id event.ID, at, until time.Time) (fence int64, ok bool, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		got, err := engine.List(ctx, tx, `UPDATE subscription SET held_until = ?1, fence = fence + 1
			WHERE id = ?2 AND state = 'active' AND due <= ?3 AND held_until <= ?3 RETURNING fence`, engine.Column[int64],
			store.Micro(until), int64(id), store.Micro(at))
		if ok = len(got) > 0; ok {
			fence = got[0]
		}
		return err
	})
	return fence, ok, err
}

// held runs a statement that changes the subscription of the fence; ErrLost where another one holds it, or it was stopped.
func held(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
	done, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		if err == nil {
			err = event.ErrLost
		}
		return err
	}
	return nil
}

// Took keeps that the receiver has everything up to the position, and holds the subscription for longer.
func (s *Store) Took(ctx context.Context, id event.ID, fence, position int64, until time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		return held(ctx, tx, `UPDATE subscription SET done = ?, held_until = ?, attempts = 0, failing_at = NULL, why = '' WHERE id = ? AND fence = ? AND state = 'active'`,
			position, store.Micro(until), int64(id), fence)
	})
}

// Failed keeps why an attempt failed, and gives the subscription back.
func (s *Store) Failed(ctx context.Context, id event.ID, fence int64, f event.Failure, e *ledger.Entry) error {
	trace := &store.Trace{At: f.At}
	if e != nil {
		trace.Entries = []*ledger.Entry{e}
	}
	return s.db.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		tried := 1
		if f.Held {
			tried = 0
		}
		err := held(ctx, tx, `UPDATE subscription SET why = ?1, state = ?2, due = ?3, held_until = 0, attempts = attempts + ?4,
			failing_at = CASE WHEN ?4 = 1 THEN coalesce(failing_at, CAST(?5 AS INTEGER)) ELSE failing_at END WHERE id = ?6 AND fence = ?7 AND state = 'active'`,
			f.Why, string(f.State), store.Micro(f.Due), tried, store.Micro(f.At), int64(id), fence)
		if err != nil || f.State != event.Ended {
			return err
		}
		return bury(ctx, tx, int64(id))
	})
}

// Release gives a subscription back of which nothing more is to be told now.
func (s *Store) Release(ctx context.Context, id event.ID, fence int64) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE subscription SET held_until = 0 WHERE id = ? AND fence = ?`, int64(id), fence)
		return err
	})
}

// Asked keeps that an agency that asks has everything up to the position.
func (s *Store) Asked(ctx context.Context, id event.ID, position int64) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE subscription SET done = ?1 WHERE id = ?2 AND done < ?1 AND ?1 <= top`, position, int64(id))
		return err
	})
}

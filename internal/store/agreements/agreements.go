// Package agreements keeps agreements on reading, and every step in their life. A step is never changed.
package agreements

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/agreement/deed"
	"probity/internal/charter"
	"probity/internal/charter/sharing"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/record"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Store keeps agreements in a database. It is safe for concurrent use, also by several processes.
type Store struct{ db *store.Store }

// In is the part of the database that keeps agreements.
func In(db *store.Store) *Store { return &Store{db} }

// Ask keeps permitted wishes, all or none, each with its line in the platform's ledger, which gets the agreement's id. It
// gives the ids in the order of the permits.
func (s *Store) Ask(ctx context.Context, permits []sharing.AskPermit, reason string, at time.Time) ([]deed.ID, error) {
	if len(permits) == 0 {
		return nil, nil
	}
	first := deed.ID(s.db.NextIDs(len(permits)))
	ids := make([]deed.ID, len(permits))
	trace := &store.Trace{At: at}
	wishes := make([][]byte, len(permits))
	for i, p := range permits {
		t := p.Terms()
		if t == nil {
			return nil, fault.New(fault.Internal, "store.permit", "an agreement was to be asked for without a permit")
		}
		var err error
		if wishes[i], err = json.Marshal(t.Wish); err != nil {
			return nil, err
		}
		ids[i] = first + deed.ID(i)
		trace.Entries = append(trace.Entries, line(ids[i], deed.Asked, t.By, &t.Wish, at))
	}
	return ids, s.db.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		for i, p := range permits {
			t := p.Terms()
			if _, err := tx.ExecContext(ctx, `INSERT INTO agreement (id, reader, grantor, purpose, wish) VALUES (?, ?, ?, ?, ?)`,
				int64(ids[i]), t.Wish.Reader, t.Wish.Grantor, t.Wish.Purpose, string(wishes[i])); err != nil {
				return err
			}
			if err := add(ctx, tx, ids[i], 1, deed.Step{Act: deed.Asked, At: at, By: t.By.Title(), Reason: reason}); err != nil {
				return err
			}
		}
		return nil
	})
}

// line is the entry of a step in the platform's ledger.
func line(id deed.ID, act deed.Act, by charter.Actor, w *deed.Wish, at time.Time) *ledger.Entry {
	return &ledger.Entry{
		At: at, Act: ledger.Agreement, What: string(act), Detail: id.String() + " reader=" + w.Reader + " grantor=" + w.Grantor,
		Reader: by.Agency, Official: by.Official, Purpose: w.Purpose, Basis: w.Basis,
	}
}

func add(ctx context.Context, tx *sql.Tx, id deed.ID, seq int, step deed.Step) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO agreement_step (agreement, seq, act, at, official, reason) VALUES (?, ?, ?, ?, ?, ?)`,
		int64(id), seq, string(step.Act), store.Micro(step.At), step.By, step.Reason)
	return err
}

// Step keeps a permitted step with its line in the platform's ledger. Where somebody took another one meanwhile it is a
// Conflict, and nothing is kept.
func (s *Store) Step(ctx context.Context, p sharing.StepPermit, at time.Time) error {
	t := p.Terms()
	if t == nil {
		return fault.New(fault.Internal, "store.permit", "a step of an agreement was to be kept without a permit")
	}
	a := t.Agreement
	trace := &store.Trace{At: at, Entries: []*ledger.Entry{line(a.ID, t.Act, t.By, &a.Wish, at)}}
	if t.Act == deed.Suspended || t.Act == deed.Ended {
		trace.Gone = []gone.Mark{{Kind: gone.AgreementClosed, Matter: int64(a.ID)}}
	}
	return s.db.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		var steps int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM agreement_step WHERE agreement = ?`, int64(a.ID)).Scan(&steps); err != nil {
			return err
		}
		if steps != len(a.Steps) {
			return fault.New(fault.Conflict, "agreement.changed", "somebody took another step with agreement %s meanwhile", a.ID).
				With("look at it again: probity agreement show " + a.ID.String())
		}
		if err := add(ctx, tx, a.ID, steps+1, deed.Step{Act: t.Act, At: at, By: t.By.Title(), Reason: t.Reason}); err != nil {
			return err
		}
		opens := t.Act == deed.Granted || t.Act == deed.Resumed
		_, err := tx.ExecContext(ctx, `UPDATE agreement SET opens = ? WHERE id = ?`, opens, int64(a.ID))
		return err
	})
}

// Agreement is one with its steps; NotFound where there is none.
func (s *Store) Agreement(ctx context.Context, id deed.ID) (deed.Agreement, error) {
	list, err := s.list(ctx, `id = ?`, int64(id))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "agreement.none", "there is no agreement %s", id).With("probity agreement list shows them")
	}
	if err != nil {
		return deed.Agreement{}, err
	}
	return list[0], nil
}

// All are all agreements, oldest first.
func (s *Store) All(ctx context.Context) ([]deed.Agreement, error) { return s.list(ctx, `id >= ?`, 0) }

// Of are an agency's own, oldest first.
func (s *Store) Of(ctx context.Context, reader string) ([]deed.Agreement, error) {
	return s.list(ctx, `reader = ?`, reader)
}

func (s *Store) list(ctx context.Context, where string, arg any) (list []deed.Agreement, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		list, err = engine.List(ctx, tx, `SELECT id, wish FROM agreement WHERE `+where+` ORDER BY id`, agreement, arg)
		if err != nil || len(list) == 0 {
			return err
		}
		for step, err := range engine.Each(ctx, tx, `SELECT agreement, act, at, official, reason FROM agreement_step
			WHERE agreement IN (SELECT id FROM agreement WHERE `+where+`) ORDER BY agreement, seq`, steps, arg) {
			if err != nil {
				return err
			}
			at, _ := slices.BinarySearchFunc(list, step.of, func(a deed.Agreement, id deed.ID) int { return int(a.ID - id) })
			list[at].Steps = append(list[at].Steps, step.Step)
		}
		return nil
	})
	return list, err
}

func agreement(rows *sql.Rows) (a deed.Agreement, err error) {
	var wish string
	if err := rows.Scan(&a.ID, &wish); err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(wish), &a.Wish); err != nil {
		return a, fault.New(fault.Internal, "agreement.wish", "what agreement %s is about cannot be read", a.ID).By(err)
	}
	return a, nil
}

type stepOf struct {
	of deed.ID
	deed.Step
}

func steps(rows *sql.Rows) (x stepOf, err error) {
	var at int64
	err = rows.Scan(&x.of, &x.Act, &at, &x.By, &x.Reason)
	x.At = store.Instant(at)
	return x, err
}

// Closed are those of the agreements that open nothing: never granted, suspended, or ended.
func Closed(ctx context.Context, tx *sql.Tx, ids []deed.ID) (map[deed.ID]bool, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	closed := make(map[deed.ID]bool, len(ids))
	for _, id := range ids {
		closed[id] = true
	}
	for page := range slices.Chunk(ids, 400) {
		open, err := engine.List(ctx, tx, `SELECT id FROM agreement WHERE opens = 1 AND id IN (`+engine.Marks(len(page))+`)`, engine.Column[deed.ID], engine.Numbers(page)...)
		if err != nil {
			return nil, err
		}
		for _, id := range open {
			delete(closed, id)
		}
	}
	return closed, nil
}

// Agreements are an agency's own, and whether the record of its own that each rests on is in force on the day: one of the
// dataset that is published, not taken back, and whose time holds the day. code is the agency's unified code.
func (s *Store) Agreements(ctx context.Context, reader, code string, day calendar.Day) ([]charter.Agreed, error) {
	list, err := s.Of(ctx, reader)
	if err != nil {
		return nil, err
	}
	all := make([]charter.Agreed, len(list))
	for i := range list {
		all[i].Agreement = &list[i]
		if list[i].Certified == "" || !list[i].On(day, true).Reads() {
			continue
		}
		if all[i].Certified, err = s.certified(ctx, code, list[i].Certified, day); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Store) certified(ctx context.Context, code, dataset string, day calendar.Day) (yes bool, err error) {
	if code == "" {
		return false, nil
	}
	sub, err := s.db.FindSubject(ctx, store.Key{Scheme: subject.USCC, Value: code})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (
			SELECT 1 FROM record_version v JOIN submission p ON p.number = v.submission AND p.published_at IS NOT NULL JOIN contract c ON c.number = v.contract
			WHERE v.subject = ?1 AND c.dataset = ?2 AND v.status <> ?3 AND (v.lapse IS NULL OR v.lapse > ?4)
				AND (v.valid_from IS NULL OR v.valid_from <= ?4) AND (v.valid_to IS NULL OR v.valid_to > ?4)
				AND NOT EXISTS (SELECT 1 FROM record_version n JOIN submission q ON q.number = n.submission AND q.published_at IS NOT NULL
					WHERE n.subject = ?1 AND n.record = v.record AND n.seq > v.seq))`,
			int64(sub.ID), dataset, int64(record.Retracted), int64(day)).Scan(&yes)
	})
	return yes, err
}

// Restorer is in whose name an agreement is suspended that was suspended or ended after the backup: whether it goes on is
// for its grantor to say, or for the platform.
const Restorer = "platform/restore"

// Close suspends an agreement of which the journal says that it was closed, where the backup has it open.
func Close(ctx context.Context, tx *sql.Tx, id deed.ID, at time.Time) error {
	done, err := tx.ExecContext(ctx, `UPDATE agreement SET opens = 0 WHERE id = ? AND opens = 1`, int64(id))
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	var steps int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM agreement_step WHERE agreement = ?`, int64(id)).Scan(&steps); err != nil {
		return err
	}
	return add(ctx, tx, id, steps+1, deed.Step{Act: deed.Suspended, At: at, By: Restorer, Reason: "It was suspended or ended after the backup was made."})
}

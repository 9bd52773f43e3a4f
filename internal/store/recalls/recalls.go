// Package recalls keeps what recipients were told to take back, until each has said that it did.
package recalls

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/recall"
	"probity/internal/store"
	"probity/internal/subject"
)

// Store keeps demands; it implements recall.Book.
type Store struct{ db *store.Store }

// In is the store in a database.
func In(db *store.Store) *Store { return &Store{db} }

const columns = `subject, about, recipient, kind, ground, at, due, acknowledged_at, acknowledged_by, reminders, reminded_at`

// ToRecipient lists what an agency was told to do, the open ones first, then the newest.
func (s *Store) ToRecipient(ctx context.Context, agency string) ([]recall.Pending, error) {
	var list []recall.Pending
	err := s.db.Read(ctx, func(tx *sql.Tx) (err error) {
		list, err = read(ctx, tx, `WHERE recipient = ? ORDER BY acknowledged_at IS NOT NULL, at DESC, subject, about, kind`, agency)
		return err
	})
	return list, err
}

// About lists what recipients were told about a subject and those merged into it, newest first.
func (s *Store) About(ctx context.Context, id subject.ID) ([]recall.Pending, error) {
	var list []recall.Pending
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		same, err := store.Same(ctx, tx, id)
		if err != nil {
			return err
		}
		list, err = read(ctx, tx, `WHERE subject IN (`+store.Marks(len(same))+`) ORDER BY at DESC, recipient, about, kind`, same...)
		return err
	})
	return list, err
}

func read(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]recall.Pending, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM recall `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []recall.Pending
	for rows.Next() {
		var p recall.Pending
		var at int64
		var due, done, reminded sql.NullInt64
		if err := rows.Scan(&p.Subject, &p.About, &p.Recipient, &p.Kind, &p.Ground, &at, &due, &done, &p.By, &p.Reminders, &reminded); err != nil {
			return nil, err
		}
		p.At, p.Due = store.Instant(at), store.DayOf(due)
		if done.Valid {
			p.Acknowledged = store.Instant(done.Int64)
		}
		if reminded.Valid {
			p.Reminded = store.Instant(reminded.Int64)
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// Acknowledge marks what the permit's agency was told of the matter, and writes the entry in the same transaction; it
// gives how many demands were open. Where none ever was, it is NotFound; where none is any more, nothing is written.
func (s *Store) Acknowledge(ctx context.Context, permit remedy.AcknowledgementPermit, of subject.ID, about string, at time.Time, e *ledger.Entry) (int, error) {
	if permit.Recipient() == "" || permit.Recipient() != e.Reader {
		return 0, fault.New(fault.Internal, "store.permit", "a recall was to be acknowledged without a permit")
	}
	trace := &store.Trace{}
	open := int64(0)
	err := s.db.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		told, err := read(ctx, tx, `WHERE subject = ? AND about = ? AND recipient = ?`, int64(of), about, permit.Recipient())
		if err != nil {
			return err
		}
		if len(told) == 0 {
			return fault.New(fault.NotFound, "recall.none", "%s was told nothing about %s of subject %s", permit.Recipient(), about, of).
				With("probity recall list shows what it was told")
		}
		done, err := tx.ExecContext(ctx, `UPDATE recall SET acknowledged_at = ?, acknowledged_by = ?
			WHERE subject = ? AND about = ? AND recipient = ? AND acknowledged_at IS NULL`,
			store.Micro(at), permit.Official(), int64(of), about, permit.Recipient())
		if err != nil {
			return err
		}
		if open, err = done.RowsAffected(); err == nil && open > 0 {
			trace.Entries = append(trace.Entries, e)
		}
		return err
	})
	return int(open), err
}

// Late gives, by recipient and kind, what was due before the day, those who are late for longest first.
func (s *Store) Late(ctx context.Context, today calendar.Day) ([]recall.Laggard, error) {
	var list []recall.Laggard
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT recipient, kind, count(*), min(due), max(reminders) FROM recall
			WHERE acknowledged_at IS NULL AND due < ? GROUP BY recipient, kind ORDER BY min(due), recipient, kind`, int64(today))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var l recall.Laggard
			if err := rows.Scan(&l.Recipient, &l.Kind, &l.Open, &l.Oldest, &l.Reminders); err != nil {
				return err
			}
			l.Late = int(today - l.Oldest)
			list = append(list, l)
		}
		return rows.Err()
	})
	return list, err
}

// Remind counts a reminder on everything that was due before the day and was not chased since the instant, and gives it.
func (s *Store) Remind(ctx context.Context, today calendar.Day, since, at time.Time) ([]recall.Pending, error) {
	var list []recall.Pending
	err := s.db.Write(ctx, func(tx *sql.Tx) (err error) {
		const late = `WHERE acknowledged_at IS NULL AND due < ? AND (reminded_at IS NULL OR reminded_at <= ?)`
		if list, err = read(ctx, tx, late+` ORDER BY recipient, due, subject, about`, int64(today), store.Micro(since)); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE recall SET reminders = reminders + 1, reminded_at = ? `+late,
			store.Micro(at), int64(today), store.Micro(since))
		return err
	})
	for i := range list {
		list[i].Reminders++
		list[i].Reminded = at.UTC().Truncate(time.Microsecond)
	}
	return slices.Clip(list), err
}

// Package reads keeps what readers leave behind: the entry of each read, how often an agency read, which reads a court
// keeps from their subject for a time, and which files are closed. It is what the readers' desk works with.
package reads

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/quota"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Store is a database as the readers' desk needs it.
type Store struct{ *store.Store }

// In is the part of db that holds reads, beside the register and the credentials.
func In(db *store.Store) *Store { return &Store{db} }

// RecordReads asks each line's permit whether it still stands, and puts the entries of those that do behind the newest of
// their subjects' chains and into the readers' counts, all at one moment and on disk when it returns. It fills in Seq, Prev
// and Hash, or Refused.
func (s *Store) RecordReads(ctx context.Context, lines []*access.Line) error {
	return s.AppendReads(ctx, func(ctx context.Context, tx *sql.Tx, waiting store.Uncounted) (store.Reads, error) {
		m, err := momentOf(ctx, tx, waiting, lines)
		if err != nil {
			return store.Reads{}, err
		}
		out := store.Reads{Entries: make([]*ledger.Entry, 0, len(lines))}
		var told []notice.Written
		for _, l := range lines {
			made := m.made[usageOf(l)]
			if err := made.opensAgain(ctx, tx, waiting, l); err != nil {
				return store.Reads{}, err
			}
			if l.Refused = l.Permit.Stands(m.facts(l, made)); l.Refused == nil {
				l.Refused = charter.Told(l.Permit, l.Told)
			}
			if l.Refused != nil {
				continue
			}
			told = append(told, l.Told...)
			if made != nil {
				made.now++
			}
			if l.Permit.UsesUp() {
				m.use(l)
			}
			out.Entries = append(out.Entries, l.Entry)
		}
		if len(m.used) > 0 || len(told) > 0 || slices.ContainsFunc(lines, namesCase) {
			out.Beside = func() error { return errors.Join(m.useUp(ctx, tx), nameCases(ctx, tx, lines), s.Tell(ctx, tx, told)) }
		}
		return out, nil
	})
}

// RecordAttempt puts an entry behind the newest of its subject's chain, or of the platform's where it has none, together
// with what the subject is told of it.
func (s *Store) RecordAttempt(ctx context.Context, e *ledger.Entry, told []notice.Written) error {
	if len(told) == 0 {
		return s.Together(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.Append(ctx, tx, e) })
	}
	return s.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}, Notices: told}, func(*sql.Tx) error { return nil })
}

// CaseOf is the case behind a reference that the agency's reads carry; NotFound where it has none of that name.
func (s *Store) CaseOf(ctx context.Context, reader, reference string) (file string, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT casefile FROM read_case WHERE reader = ? AND reference = ?`, reader, reference).Scan(&file)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "access.case", "no read by %s carries the reference %q", reader, reference)
		}
		return err
	})
	return file, err
}

// Entries is the ledger of the scope's subject, oldest first; the contents of those that a court keeps back are withheld.
func (s *Store) Entries(ctx context.Context, scope access.Scope) ([]ledger.Entry, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.Looked); err != nil {
		return nil, err
	}
	var list []ledger.Entry
	err := s.ReadWhole(ctx, func(tx store.Whole) error {
		covers, err := coversOf(ctx, tx.Tx, id, scope.Today())
		if err != nil {
			return err
		}
		list, err = store.LedgerOf(ctx, tx, id)
		ledger.Withhold(list, covers)
		return err
	})
	return list, err
}

// Usage is how often agencies read for each purpose on the days from first to last, by reader, purpose and day.
func (s *Store) Usage(ctx context.Context, first, last calendar.Day) ([]quota.Usage, error) {
	var list []quota.Usage
	err := s.ReadWhole(ctx, func(tx store.Whole) error {
		rows, err := tx.QueryContext(ctx, `SELECT reader, purpose, day, count FROM read_usage WHERE day BETWEEN ? AND ?
			ORDER BY reader, purpose, day`, int64(first), int64(last))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var u quota.Usage
			if err := rows.Scan(&u.Reader, &u.Purpose, &u.Day, &u.Count); err != nil {
				return err
			}
			list = append(list, u)
		}
		return rows.Err()
	})
	return list, err
}

// SetFreeze closes or opens a file; what it is already, it stays.
func (s *Store) SetFreeze(ctx context.Context, p charter.FreezePermit, e *ledger.Entry) (changed bool, err error) {
	if p.Subject().ID == 0 {
		return false, fault.New(fault.Internal, "store.permit", "a file was to be closed or opened without a permit")
	}
	id, at := int64(p.Subject().ID), store.Micro(e.At)
	trace := &store.Trace{At: e.At}
	err = s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		query, args := `UPDATE file_freeze SET opened_at = ? WHERE subject = ? AND opened_at IS NULL`, []any{at, id}
		if p.Closes() {
			query = `INSERT INTO file_freeze (subject, frozen_at) SELECT ?1, ?2
				WHERE NOT EXISTS (SELECT 1 FROM file_freeze WHERE subject = ?1 AND opened_at IS NULL)`
			args = []any{id, at}
		}
		done, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		changed = true
		trace.Entries = []*ledger.Entry{e}
		mark := gone.Mark{Kind: gone.FileOpened, Subject: p.Subject().ID}
		if p.Closes() {
			mark.Kind = gone.FileClosed
		}
		trace.Gone = []gone.Mark{mark}
		return nil
	})
	return changed, err
}

// Frozen tells whether the subject keeps its file closed.
func (s *Store) Frozen(ctx context.Context, id subject.ID) (frozen bool, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM file_freeze WHERE subject = ? AND opened_at IS NULL)`, int64(id)).Scan(&frozen)
	})
	return frozen, err
}

// namesCase tells whether the line's entry carries a reference in place of its case.
func namesCase(l *access.Line) bool { return l.Case != "" && l.Refused == nil }

// nameCases keeps the cases behind the references that entries carry.
func nameCases(ctx context.Context, tx *sql.Tx, lines []*access.Line) error {
	rows := store.NewBulk(tx, "read_case", []string{"reader", "reference", "casefile"}, "")
	for _, l := range lines {
		if !namesCase(l) {
			continue
		}
		if err := rows.Add(ctx, l.Entry.Reader, l.Entry.Case, l.Case); err != nil {
			return err
		}
	}
	return rows.End(ctx)
}

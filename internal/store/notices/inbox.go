// Package notices keeps what subjects were told, the ways on which they are told, and how each notice fared there. What
// puts notices into inboxes is package store's own transaction of the act (see store.Trace); everything afterwards is
// here.
package notices

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// Store is the part of a database that holds notices.
type Store struct{ db *store.Store }

// In is the part of db that holds notices.
func In(db *store.Store) *Store { return &Store{db} }

// Subject finds a subject, following redirects; NotFound where there is none.
func (s *Store) Subject(ctx context.Context, id subject.ID) (subject.Subject, error) {
	return s.db.Subject(ctx, id)
}

// Kept is a notice as it is kept: its body sealed where it tells a human being, empty where it is a reference alone.
type Kept struct {
	notice.Ref
	// Notice holds what is kept in the clear: subject, occasion, instant, about, by.
	Notice notice.Notice
	Body   []byte
	Sealed bool
	// To is the register's entry of whom it tells, redirects not followed.
	To subject.Subject
	// ReadAt is when the subject marked it as read, zero while it has not.
	ReadAt time.Time
}

// everything is all that subjects were told: the notices, and the rows of the history of ratings, each of which is the notice
// of its change. What was told to either of two that are joined stays in the inbox of both, and parts again when the joining is
// undone.
const everything = `WITH told AS (
	SELECT n.subject, n.seq, n.at, n.occasion, n.about, n.agency, n.body, n.sealed FROM notice n WHERE n.subject IN ({same})
	UNION ALL SELECT h.subject, h.told, h.known_at, '` + string(notice.RatingChanged) + `', h.model, '', x'', 0
		FROM rating_history h WHERE h.subject IN ({same}))
	SELECT ` + keptColumns + ` FROM told n JOIN subject s ON s.id = n.subject
	LEFT JOIN notice_read r ON r.subject = n.subject AND r.seq = n.seq WHERE s.id IN ({same}) `

const keptColumns = `n.subject, n.seq, n.at, n.occasion, n.about, n.agency, n.body, n.sealed, r.at, s.kind, s.sole`

func scanKept(row interface{ Scan(...any) error }) (Kept, error) {
	var k Kept
	var at int64
	var read sql.NullInt64
	n := &k.Notice
	err := row.Scan(&k.Subject, &k.Seq, &at, &n.Occasion, &n.About, &n.By, &k.Body, &k.Sealed, &read, &k.To.Kind, &k.To.Sole)
	k.To.ID = k.Subject
	n.Subject, n.At = k.Subject, store.Instant(at)
	if read.Valid {
		k.ReadAt = store.Instant(read.Int64)
	}
	return k, err
}

// Inbox lists what the scope's subject was told, newest first, limit at most; 0 is all.
func (s *Store) Inbox(ctx context.Context, scope access.Scope, limit int) ([]Kept, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = math.MaxInt32
	}
	return s.list(ctx, nil, id, everything+`ORDER BY n.at DESC, n.subject, n.seq DESC LIMIT {1}`, limit)
}

// list runs a query on what the subjects were told: the one whose id is given with those merged into it, or, where same is given,
// those and no others.
func (s *Store) list(ctx context.Context, same []any, id subject.ID, text string, more ...any) ([]Kept, error) {
	var list []Kept
	err := s.db.Read(ctx, func(tx *sql.Tx) (err error) {
		if same == nil {
			if same, err = store.Same(ctx, tx, id); err != nil {
				return err
			}
		}
		query, args := engine.Among(text, same, more...)
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			k, err := scanKept(rows)
			if err != nil {
				return err
			}
			list = append(list, k)
		}
		return rows.Err()
	})
	return list, err
}

// Notice reads one notice of the scope's subject; NotFound where it has none of that number, which is also the answer
// where it belongs to another.
func (s *Store) Notice(ctx context.Context, scope access.Scope, ref notice.Ref) (Kept, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return Kept{}, err
	}
	list, err := s.list(ctx, nil, id, everything+`AND n.subject = {1} AND n.seq = {2}`, int64(ref.Subject), ref.Seq)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "notice.none", "subject %s was not told anything under the number %d", id, ref.Seq).
			With("probity notice list shows its notices")
	}
	if err != nil {
		return Kept{}, err
	}
	return list[0], nil
}

// MarkRead keeps that the scope's subject has read notices. It must be the subject's own scope. The first reading stays;
// marking again changes nothing.
func (s *Store) MarkRead(ctx context.Context, scope access.Scope, refs []notice.Ref, at time.Time) error {
	if err := scope.Require(scope.Subject().ID, access.OwnFile); err != nil {
		return err
	}
	for _, ref := range refs {
		if _, err := s.Notice(ctx, scope, ref); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		var errs []error
		for _, ref := range refs {
			_, err := tx.ExecContext(ctx, `INSERT INTO notice_read (subject, seq, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
				int64(ref.Subject), ref.Seq, store.Micro(at))
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/notice"
	"probity/internal/subject"
)

// NextDecision reserves the id of a decision.
func (s *Store) NextDecision() measure.DecisionID { return measure.DecisionID(s.writer.IDs.Next(1)) }

// SaveDecision keeps a permitted decision durably under the id that was reserved for it, together with what its subject
// is told of it. Its text about a human being must be sealed.
func (s *Store) SaveDecision(ctx context.Context, permit charter.Decision, id measure.DecisionID, text measure.DecisionText, told []notice.Written) error {
	switch {
	case permit.Measure() == "":
		return fault.New(fault.Internal, "store.permit", "a decision was to be kept without a permit")
	case permit.Subject().Natural() && !text.Sealed:
		return fault.New(fault.Internal, "store.sealed", "a decision about a human being was to be kept unsealed")
	}
	var orderID, listingID any
	if permit.Order() != 0 {
		orderID = int64(permit.Order())
	}
	if permit.Listing() != 0 {
		listingID = int64(permit.Listing())
	}
	row := []any{
		int64(permit.Subject().ID), int64(id), permit.Measure(), string(permit.Outcome()), orderID, listingID,
		text.Reader, Micro(text.At), text.Body, text.Sealed,
	}
	if len(told) == 0 {
		if err := charter.Told(permit, nil); err != nil {
			return err
		}
		return s.decisions.Put(ctx, row)
	}
	return s.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := tell(ctx, tx, permit, told); err != nil {
			return err
		}
		return s.addDecisions(ctx, tx, [][]any{row})
	})
}

var decisionColumns = []string{"subject", "id", "measure", "outcome", "order_id", "listing", "reader", "decided_at", "body", "sealed"}

// saveDecisions stores decisions of which nobody is told: they change neither the ledger nor anything that a reading depends on.
func (s *Store) saveDecisions(ctx context.Context, rows [][]any) error {
	return s.only(ctx, func(tx *sql.Tx) error { return s.addDecisions(ctx, tx, rows) })
}

func (s *Store) addDecisions(ctx context.Context, tx *sql.Tx, rows [][]any) error {
	b := NewBulk(tx, "decision", decisionColumns, "").Keep(s.appends)
	for _, row := range rows {
		if err := b.Add(ctx, row...); err != nil {
			return err
		}
	}
	return b.End(ctx)
}

// Decided is a decision in short: whose, on what, when.
type Decided struct {
	ID      measure.DecisionID
	Measure string
	// Reader is the agency that asked, and decided by it.
	Reader string
	At     time.Time
}

// DecidedSince are the decisions on a subject since the instant that rested on its whole file, oldest first: all but those
// that only applied an order on that very subject, whatever else its file held.
func (s *Store) DecidedSince(ctx context.Context, id subject.ID, since time.Time) (list []Decided, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		list, err = decidedSince(ctx, tx, id, since)
		return err
	})
	return list, err
}

func decidedSince(ctx context.Context, tx *sql.Tx, id subject.ID, since time.Time) ([]Decided, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, measure, reader, decided_at FROM decision d WHERE subject = ? AND decided_at >= ?
		AND NOT (outcome = 'restricted' AND EXISTS (SELECT 1 FROM restriction_order o WHERE o.subject = d.subject AND o.id = d.order_id))
		ORDER BY decided_at, id`, int64(id), Micro(since))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Decided
	for rows.Next() {
		var d Decided
		var at int64
		if err := rows.Scan(&d.ID, &d.Measure, &d.Reader, &at); err != nil {
			return nil, err
		}
		d.At = Instant(at)
		list = append(list, d)
	}
	return list, rows.Err()
}

// Decision reads the text of a kept decision; a fault NotFound where the subject has none of that id.
func (s *Store) Decision(ctx context.Context, scope access.Scope, decision measure.DecisionID) (measure.Text, error) {
	var text measure.Text
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return text, err
	}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT body, sealed FROM decision WHERE subject = ? AND id = ?`, int64(id), int64(decision)).
			Scan(&text.Body, &text.Sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "decision.none", "subject %s has no decision %s", id, decision)
		}
		return err
	})
	return text, err
}

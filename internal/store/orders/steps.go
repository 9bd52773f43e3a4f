package orders

import (
	"context"
	"database/sql"

	"probity/calendar"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/store/recalls"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// StepOrder keeps a permitted step of an order together with its line in the ledger and the notice to the subject. Where
// another step was taken meanwhile, the fault is a Conflict.
func (s *Store) StepOrder(ctx context.Context, permit remedy.OrderStep, text measure.Text, x measure.Leaves) error {
	o, step := permit.Order(), permit.Step()
	if o == nil {
		return fault.New(fault.Internal, "store.permit", "a step of an order was to be kept without a permit")
	}
	trace := &store.Trace{At: step.At, Entries: []*ledger.Entry{x.Line}, Notices: []notice.Written{x.Notice}}
	if step.Act == order.Object || step.Act == order.AskForReview {
		trace.Gone = []gone.Mark{{Kind: gone.OrderContested, Subject: o.Subject, Matter: int64(o.ID)}}
	}
	if len(x.Owed.Recipients) > 0 {
		trace.Demands = []recall.Demand{x.Owed}
	}
	return s.WriteAct(ctx, permit, trace, func(tx *sql.Tx) error {
		var steps int
		var ended bool
		err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM order_step WHERE subject = ?1 AND order_id = ?2),
			EXISTS (SELECT 1 FROM order_ending WHERE subject = ?1 AND order_id = ?2)`, int64(o.Subject), int64(o.ID)).Scan(&steps, &ended)
		if err != nil {
			return err
		}
		if steps != len(o.Steps) || ended {
			return fault.New(fault.Conflict, "order.step", "another step was taken on the order %s meanwhile", o.ID).
				With("look at it again with: probity order list")
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO order_step (subject, order_id, seq, act, day, at, agency, official, law, article,
			digest, until_day, particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			int64(o.Subject), int64(o.ID), steps+1, string(step.Act), int64(step.Day), store.Micro(step.At), step.Agency, step.Official,
			step.Basis.Law, step.Basis.Article, step.Document.Digest[:], store.NullDay(step.Until), text.Body, text.Sealed)
		if err != nil || step.Act != order.Uphold {
			return err
		}
		return recalls.Decided(ctx, tx, o.Subject, o.ID.String(), step.Agency+"/"+step.Official, step.At)
	})
}

// OrderSteps gives the steps on the orders of the subject and of those merged into it, in the order in which they were
// taken on each.
func (s *Store) OrderSteps(ctx context.Context, id subject.ID) ([]measure.StoredStep, error) {
	var list []measure.StoredStep
	err := s.Read(ctx, func(tx *sql.Tx) error {
		same, err := store.Same(ctx, tx, id)
		if err != nil {
			return err
		}
		query, args := engine.Among(`SELECT subject, order_id, act, day, at, agency, official, law, article, digest, until_day, particulars, sealed
			FROM order_step WHERE subject IN ({same}) ORDER BY order_id, seq`, same)
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var one measure.StoredStep
			x := &one.Step
			var at int64
			var digest []byte
			var until sql.NullInt64
			err := rows.Scan(&one.Subject, &one.Order, &x.Act, &x.Day, &at, &x.Agency, &x.Official, &x.Basis.Law, &x.Basis.Article,
				&digest, &until, &one.Particulars.Body, &one.Particulars.Sealed)
			if err != nil {
				return err
			}
			x.At, x.Until = store.Instant(at), store.DayOf(until)
			copy(x.Document.Digest[:], digest)
			list = append(list, one)
		}
		return rows.Err()
	})
	return list, err
}

// OverdueSteps are orders that nobody ended, on which an answer to an objection or the decision of a review was owed before
// the day and has not come; at most limit, by their ids, from the one after the given on.
func (s *Store) OverdueSteps(ctx context.Context, on calendar.Day, after order.ID, limit int) ([]measure.Place, error) {
	return s.places(ctx, `SELECT p.subject, p.order_id FROM order_step p
		JOIN restriction_order o ON o.subject = p.subject AND o.id = p.order_id
		WHERE p.act IN (?1, ?2, ?3) AND p.until_day < ?4 AND p.order_id > ?5
		AND min(coalesce(o.end_day, o.review_day), coalesce(o.review_day, o.end_day)) > ?4
		AND NOT EXISTS (SELECT 1 FROM order_step n WHERE n.subject = p.subject AND n.order_id = p.order_id AND n.seq > p.seq)
		AND NOT EXISTS (SELECT 1 FROM order_ending e WHERE e.subject = p.subject AND e.order_id = p.order_id)
		ORDER BY p.order_id LIMIT ?6`,
		string(order.Object), string(order.AskForReview), string(order.Escalate), int64(on), int64(after), limit)
}

// Package orders keeps the acts on restriction orders: entered, lifted, annulled, expired, and what their subjects object.
// What is ordered is never changed; everything that happens to an order afterwards is a row of its own. Reading the
// orders on a subject is with package store, as its standing row is made of them.
package orders

import (
	"context"
	"database/sql"
	"errors"

	"probity/calendar"
	"probity/internal/charter"
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

// Store is a database with the acts on orders.
type Store struct{ *store.Store }

// In is the database with the acts on orders.
func In(db *store.Store) *Store { return &Store{db} }

// NextOrder reserves the id of an order.
func (s *Store) NextOrder() order.ID { return order.ID(s.NextIDs(1)) }

// EnterOrder keeps a permitted order together with its line in the subject's ledger and the notice to the subject. The
// same document ordering the same measure on the same subject a second time is a fault Conflict.
func (s *Store) EnterOrder(ctx context.Context, permit charter.Restriction, text measure.Text, line *ledger.Entry, told notice.Written) error {
	o := permit.Order()
	if o == nil || o.ID == 0 {
		return fault.New(fault.Internal, "store.permit", "an order was to be kept without a permit or an id")
	}
	trace := &store.Trace{Entries: []*ledger.Entry{line}, Notices: []notice.Written{told}}
	return s.WriteAct(ctx, permit, trace, func(tx *sql.Tx) error {
		var twice bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM restriction_order
			WHERE subject = ? AND issuer = ? AND measure = ? AND digest = ?)`,
			int64(o.Subject), o.Issuer, o.Measure, o.Document.Digest[:]).Scan(&twice)
		if err != nil {
			return err
		}
		if twice {
			return fault.New(fault.Conflict, "order.twice", "this document has ordered %s on this subject already", o.Measure).
				With("list its orders with: probity order list; a new order has a document of its own")
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO restriction_order (subject, id, issuer, measure, law, article, digest,
			start_day, end_day, review_day, served_day, entered_at, entered_by, particulars, sealed)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			int64(o.Subject), int64(o.ID), o.Issuer, o.Measure, o.Basis.Law, o.Basis.Article, o.Document.Digest[:],
			int64(o.Start), store.NullDay(o.End), store.NullDay(o.Review), int64(o.Served), store.Micro(o.EnteredAt), o.EnteredBy, text.Body, text.Sealed)
		return err
	})
}

// EndOrder keeps a permitted ending together with its line in the ledger, the notice to the subject, and the demand to
// everybody who was told of the order; the same act a second time is a fault Conflict.
func (s *Store) EndOrder(ctx context.Context, permit charter.Ended, text measure.Text, x measure.Leaves) error {
	trace := &store.Trace{At: permit.Ending().At}
	return s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		return End(ctx, tx, trace, measure.OrderEnding{Permit: permit, Text: text, Leaves: x})
	})
}

// End is EndOrder in the transaction of another act from which the ending follows; what it leaves behind goes into that
// act's trace.
func End(ctx context.Context, tx *sql.Tx, trace *store.Trace, x measure.OrderEnding) error {
	o, e := x.Permit.Order(), x.Permit.Ending()
	if o == nil {
		return fault.New(fault.Internal, "store.permit", "an order was to be ended without a permit")
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO order_ending (subject, order_id, act, day, agency, official, digest, at,
		particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?)`,
		int64(o.Subject), int64(o.ID), string(e.Act), int64(e.Day), e.Agency, e.Official, e.Document.Digest[:], store.Micro(e.At),
		x.Text.Body, x.Text.Sealed)
	if err == nil {
		err = recalls.Decided(ctx, tx, o.Subject, o.ID.String(), e.Agency+"/"+e.Official, e.At)
	}
	if err != nil {
		return err
	}
	trace.Entries, trace.Notices = append(trace.Entries, x.Leaves.Line), append(trace.Notices, x.Leaves.Notice)
	trace.Gone = append(trace.Gone, gone.Mark{Kind: gone.OrderEnded, Subject: o.Subject, Matter: int64(o.ID)})
	if err := demand(ctx, tx, trace, x.Leaves.Lift, o.ID); err != nil {
		return err
	}
	return charter.Told(x.Permit, trace.Notices)
}

// ExpireOrder writes down that an order came to its end by itself, together with what that leaves behind; false where it
// was written down before.
func (s *Store) ExpireOrder(ctx context.Context, permit charter.Expired, x measure.Leaves) (bool, error) {
	o := permit.Order()
	if o == nil {
		return false, fault.New(fault.Internal, "store.permit", "the end of an order was to be kept without a permit")
	}
	first := false
	trace := &store.Trace{}
	err := s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `INSERT INTO order_expiry (subject, order_id, day, at) VALUES (?,?,?,?) ON CONFLICT DO NOTHING`,
			int64(o.Subject), int64(o.ID), int64(permit.Day()), store.Micro(x.Line.At))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		first = true
		if err := recalls.Decided(ctx, tx, o.Subject, o.ID.String(), "by the end of the order", x.Line.At); err != nil {
			return err
		}
		trace.Entries, trace.Notices = []*ledger.Entry{x.Line}, []notice.Written{x.Notice}
		if err := demand(ctx, tx, trace, x.Lift, o.ID); err != nil {
			return err
		}
		return charter.Told(permit, trace.Notices)
	})
	return first, err
}

// demand completes the demand of an act with everybody who was told of the order.
func demand(ctx context.Context, tx *sql.Tx, trace *store.Trace, lift recall.Demand, id order.ID) error {
	var err error
	lift.Recipients, err = Told(ctx, tx, lift.Subject, id)
	if err == nil && len(lift.Recipients) > 0 {
		trace.Demands = append(trace.Demands, lift)
	}
	return err
}

// Told are, for transactions under way, the agencies that were told of the order; see [recalls.Told].
func Told(ctx context.Context, tx *sql.Tx, id subject.ID, which order.ID) ([]string, error) {
	return recalls.Told(ctx, tx, id, recalls.Order, int64(which), which.String())
}

// OverOrders are orders whose end or review day has come by the day, that nobody ended, and whose end was not yet written
// down; and those that order one of the measures, which have left the list. At most limit, by their ids, from the one
// after the given on.
func (s *Store) OverOrders(ctx context.Context, on calendar.Day, measures []string, after order.ID, limit int) ([]measure.Place, error) {
	args := []any{int64(after), int64(on)}
	for _, m := range measures {
		args = append(args, m)
	}
	args = append(args, limit)
	const term = `min(coalesce(o.end_day, o.review_day), coalesce(o.review_day, o.end_day))`
	return s.places(ctx, `SELECT o.subject, o.id FROM restriction_order o
		WHERE o.id > ? AND (`+term+` <= ? OR o.measure IN (`+store.Marks(len(measures))+`))
		AND NOT EXISTS (SELECT 1 FROM order_ending e WHERE e.subject = o.subject AND e.order_id = o.id)
		AND NOT EXISTS (SELECT 1 FROM order_expiry x WHERE x.subject = o.subject AND x.order_id = o.id)
		ORDER BY o.id LIMIT ?`, args...)
}

func (s *Store) places(ctx context.Context, query string, args ...any) (list []measure.Place, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		list, err = engine.List(ctx, tx, query, func(rows *sql.Rows) (p measure.Place, err error) {
			return p, rows.Scan(&p.Subject, &p.Order)
		}, args...)
		return err
	})
	return list, err
}

// TellOrders notes that the reader was told of the orders.
func (s *Store) TellOrders(ctx context.Context, id subject.ID, which []order.ID, reader string) error {
	about := make([]string, len(which))
	for i, o := range which {
		about[i] = o.String()
	}
	return recalls.Tell(ctx, s.Store, id, about, reader)
}

// Bodies gives the unified codes by which the subject is known in the clear: those of a body or a company. It gives none
// for human beings, whose identifiers are sealed.
func (s *Store) Bodies(ctx context.Context, id subject.ID) ([]string, error) {
	var codes []string
	err := s.Read(ctx, func(tx *sql.Tx) (err error) {
		same, err := store.Same(ctx, tx, id)
		if err != nil {
			return err
		}
		query, args := engine.Among(`SELECT value FROM subject_identifier WHERE subject IN ({same}) AND scheme = {1} AND sealed = 0 ORDER BY 1`,
			same, string(subject.USCC))
		codes, err = engine.List(ctx, tx, query, engine.Column[string], args...)
		return err
	})
	return codes, err
}

// Named is the subject that an identifier itself names, redirects not followed: where that one was merged, what is meant for
// it goes with it when the two are parted again. It is 0 where nobody has the identifier.
func (s *Store) Named(ctx context.Context, k store.Key) (id subject.ID, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT subject FROM identifier WHERE scheme = ? AND value = ?`, string(k.Scheme), []byte(k.Value)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return id, err
}

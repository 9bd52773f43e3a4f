package store

import (
	"context"
	"database/sql"
	"fmt"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// mergedInto are the ids that lead to the subject bound to ?1, itself first: what was ordered before a merge still
// holds, and parts again when the merge is undone.
const mergedInto = `WITH RECURSIVE same (id) AS (
	SELECT CAST(?1 AS INTEGER) UNION SELECT s.id FROM subject s JOIN same ON s.redirect = same.id AND s.redirect <> 0) `

// MergedInto is mergedInto for the rooms of the store that stand beside this package.
const MergedInto = mergedInto

// NextOrder reserves the id of an order.
func (s *Store) NextOrder() order.ID { return order.ID(s.ids.next(1)) }

// EnterOrder keeps a permitted order together with its line in the subject's ledger and the notice to the subject. The
// same document ordering the same measure on the same subject a second time is a fault Conflict.
func (s *Store) EnterOrder(ctx context.Context, permit charter.Restriction, text measure.Text, line *ledger.Entry, told notice.Written) error {
	o := permit.Order()
	if o == nil || o.ID == 0 {
		return fault.New(fault.Internal, "store.permit", "an order was to be kept without a permit or an id")
	}
	return s.WriteAct(ctx, permit, traceOf(line, told), func(tx *sql.Tx) error {
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
			int64(o.Start), NullDay(o.End), NullDay(o.Review), int64(o.Served), Micro(o.EnteredAt), o.EnteredBy, text.Body, text.Sealed)
		return err
	})
}

// traceOf is the trace of an act with one line in the ledger, which tells somebody or nobody.
func traceOf(line *ledger.Entry, told ...notice.Written) *Trace {
	return &Trace{Entries: []*ledger.Entry{line}, Notices: told}
}

// EndOrder keeps a permitted ending together with its line in the ledger and the notice to the subject; the same act a
// second time is a fault Conflict.
func (s *Store) EndOrder(ctx context.Context, permit charter.Ended, text measure.Text, line *ledger.Entry, told notice.Written) error {
	o, e := permit.Order(), permit.Ending()
	if o == nil {
		return fault.New(fault.Internal, "store.permit", "an order was to be ended without a permit")
	}
	trace := &Trace{
		At: e.At, Entries: []*ledger.Entry{line},
		Gone: []gone.Mark{{Kind: gone.OrderEnded, Subject: o.Subject, Matter: int64(o.ID)}},
	}
	return s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO order_ending (subject, order_id, act, day, agency, official, digest, at,
			particulars, sealed) VALUES (?,?,?,?,?,?,?,?,?,?)`,
			int64(o.Subject), int64(o.ID), string(e.Act), int64(e.Day), e.Agency, e.Official, e.Document.Digest[:], Micro(e.At),
			text.Body, text.Sealed)
		return err
	})
}

// Orders gives the orders on the subject and on those merged into it, endings included, in the order of their ids.
func (s *Store) Orders(ctx context.Context, id subject.ID) (measure.OrdersOf, error) {
	var all measure.OrdersOf
	err := s.Read(ctx, func(tx *sql.Tx) (err error) {
		if all.Mark, err = orderMark(ctx, tx, id); err != nil {
			return err
		}
		if all.Same, err = mergedSubjects(ctx, tx, id); err != nil {
			return err
		}
		all.Orders, err = readOrders(ctx, tx, id)
		return err
	})
	return all, err
}

// orderMark changes whenever an order on the subject is entered or ended, and when subjects with orders are merged into
// it or parted from it: orders and endings are only ever added, so that their number and the sum of ids tell.
func orderMark(ctx context.Context, tx *sql.Tx, id subject.ID) (string, error) {
	var orders, endings, ids int64
	err := tx.QueryRowContext(ctx, mergedInto+`
		SELECT (SELECT count(*) FROM same JOIN restriction_order o ON o.subject = same.id),
			(SELECT coalesce(sum(o.id & 0xffffffffff), 0) FROM same JOIN restriction_order o ON o.subject = same.id),
			(SELECT count(*) FROM same JOIN order_ending e ON e.subject = same.id)`, int64(id)).Scan(&orders, &ids, &endings)
	return fmt.Sprintf("%d.%x.%d", orders, ids, endings), err
}

// readOrders joins each order with its ending; an annulment outweighs a lifting that came before it.
func readOrders(ctx context.Context, tx *sql.Tx, id subject.ID) ([]measure.StoredOrder, error) {
	rows, err := tx.QueryContext(ctx, mergedInto+`
		SELECT o.subject, o.id, o.issuer, o.measure, o.law, o.article, o.digest, o.start_day, o.end_day, o.review_day,
			o.served_day, o.entered_at, o.entered_by, o.particulars, o.sealed,
			e.act, e.day, e.agency, e.official, e.digest, e.at, e.particulars, e.sealed
		FROM same JOIN restriction_order o ON o.subject = same.id
		LEFT JOIN order_ending e ON e.subject = o.subject AND e.order_id = o.id AND e.act = (
			SELECT min(act) FROM order_ending WHERE subject = o.subject AND order_id = o.id)
		ORDER BY o.id`, int64(id)) // "annulled" sorts before "lifted"
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []measure.StoredOrder
	for rows.Next() {
		one, err := scanOrder(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

func scanOrder(rows *sql.Rows) (measure.StoredOrder, error) {
	var one measure.StoredOrder
	o := &one.Order
	var digest, endDigest []byte
	var start, served, entered int64
	var end, review, endDay, endAt sql.NullInt64
	var act, agency, official sql.NullString
	var endSealed sql.NullBool
	err := rows.Scan(&o.Subject, &o.ID, &o.Issuer, &o.Measure, &o.Basis.Law, &o.Basis.Article, &digest, &start, &end, &review,
		&served, &entered, &o.EnteredBy, &one.Particulars.Body, &one.Particulars.Sealed,
		&act, &endDay, &agency, &official, &endDigest, &endAt, &one.EndingParticulars.Body, &endSealed)
	if err != nil {
		return one, err
	}
	copy(o.Document.Digest[:], digest)
	o.Start, o.End, o.Review = calendar.Day(start), DayOf(end), DayOf(review)
	o.Served, o.EnteredAt = calendar.Day(served), Instant(entered)
	if !act.Valid {
		return one, nil
	}
	one.EndingParticulars.Sealed = endSealed.Bool
	o.Ended = &order.Ending{
		Act: order.Act(act.String), Day: DayOf(endDay), Agency: agency.String, Official: official.String, At: Instant(endAt.Int64),
	}
	copy(o.Ended.Document.Digest[:], endDigest)
	return one, nil
}

// Bodies gives the unified codes by which the subject is known in the clear: those of a body or a company. It gives none
// for human beings, whose identifiers are sealed.
func (s *Store) Bodies(ctx context.Context, id subject.ID) ([]string, error) {
	var codes []string
	err := s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, mergedInto+`SELECT CAST(i.value AS TEXT) FROM same
			JOIN subject_identifier i ON i.subject = same.id WHERE i.scheme = ? AND i.sealed = 0 ORDER BY 1`, int64(id), string(subject.USCC))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var code string
			if err := rows.Scan(&code); err != nil {
				return err
			}
			codes = append(codes, code)
		}
		return rows.Err()
	})
	return codes, err
}

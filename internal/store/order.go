package store

import (
	"context"
	"database/sql"
	"fmt"

	"probity/calendar"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

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

// orderMark changes whenever an order on the subject is entered or ended, a step is taken on a list, and when subjects with
// any are merged into it or parted from it: all three are only ever added, so that their number and the sum of ids tell.
func orderMark(ctx context.Context, tx *sql.Tx, id subject.ID) (string, error) {
	var orders, endings, steps, ids int64
	same, err := Same(ctx, tx, id)
	if err != nil {
		return "", err
	}
	query, args := engine.Among(`SELECT (SELECT count(*) FROM restriction_order WHERE subject IN ({same})),
		(SELECT coalesce(sum(id & 1099511627775), 0) FROM restriction_order WHERE subject IN ({same})),
		(SELECT count(*) FROM order_ending WHERE subject IN ({same})), (SELECT count(*) FROM listing_step WHERE subject IN ({same}))`, same)
	err = tx.QueryRowContext(ctx, query, args...).Scan(&orders, &ids, &endings, &steps)
	return fmt.Sprintf("%d.%d.%d.%d", orders, ids, endings, steps), err
}

// readOrders joins each order with its ending; an annulment outweighs a lifting that came before it.
func readOrders(ctx context.Context, tx *sql.Tx, id subject.ID) ([]measure.StoredOrder, error) {
	same, err := Same(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	query, args := engine.Among(`SELECT o.subject, o.id, o.issuer, o.measure, o.law, o.article, o.digest, o.start_day, o.end_day, o.review_day,
			o.served_day, o.entered_at, o.entered_by, o.particulars, o.sealed,
			e.act, e.day, e.agency, e.official, e.digest, e.at, e.particulars, e.sealed
		FROM restriction_order o LEFT JOIN order_ending e ON e.subject = o.subject AND e.subject IN ({same}) AND e.order_id = o.id AND e.act = (
			SELECT min(act) FROM order_ending n WHERE n.subject = o.subject AND n.subject IN ({same}) AND n.order_id = o.id)
		WHERE o.subject IN ({same}) ORDER BY o.id`, same) // "annulled" sorts before "lifted"
	rows, err := tx.QueryContext(ctx, query, args...)
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

package store

import (
	"context"
	"database/sql"
	"fmt"

	"probity/calendar"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// mergedInto are the ids that lead to the subject bound to ?1, itself first: what was ordered before a merge still
// holds, and parts again when the merge is undone.
const mergedInto = `WITH RECURSIVE same (id) AS (
	SELECT CAST(?1 AS INTEGER) UNION SELECT s.id FROM subject s JOIN same ON s.redirect = same.id AND s.redirect <> 0) `

// MergedInto is mergedInto for the rooms of the store that stand beside this package.
const MergedInto = mergedInto

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
	err := tx.QueryRowContext(ctx, mergedInto+`
		SELECT (SELECT count(*) FROM same JOIN restriction_order o ON o.subject = same.id),
			(SELECT coalesce(sum(o.id & 1099511627775), 0) FROM same JOIN restriction_order o ON o.subject = same.id),
			(SELECT count(*) FROM same JOIN order_ending e ON e.subject = same.id),
			(SELECT count(*) FROM same JOIN listing_step p ON p.subject = same.id)`, int64(id)).Scan(&orders, &ids, &endings, &steps)
	return fmt.Sprintf("%d.%d.%d.%d", orders, ids, endings, steps), err
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

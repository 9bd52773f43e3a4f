package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/subject"
)

// standingQuery answers everything at once, so that it is true of one moment of the database and costs one statement.
// The lists are joined by commas, their rows' columns by spaces, in no order: a sorter each would cost as much as the rest
// together. The numbers of the orders are those of orderMark.
const standingQuery = `SELECT t.built_on, t.good_until, t.orders, t.body, t.sealed,
	(SELECT count(*) || '.' || coalesce(sum(id & 1099511627775), 0) FROM restriction_order WHERE subject = ?1) || '.' ||
		(SELECT count(*) FROM order_ending WHERE subject = ?1) || '.' || (SELECT count(*) FROM listing_step WHERE subject = ?1),
	EXISTS (SELECT 1 FROM link WHERE kept = ?1 AND undone_at IS NULL),
	(SELECT string_agg(model || ' ' || version || ' ' || as_of || ' ' || known_at, ',') FROM rating WHERE subject = ?1),
	(SELECT string_agg(CAST(submission AS TEXT), ',') FROM stale WHERE subject = ?1),
	(SELECT max(published_at) FROM submission)
	FROM (SELECT 1) one LEFT JOIN standing t ON t.subject = ?1`

// Standing reads the standing row and what tells whether it still holds, in one moment of the database.
func (s *Store) Standing(ctx context.Context, scope access.Scope) (measure.StandingRow, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.Decision); err != nil {
		return measure.StandingRow{}, err
	}
	one, err := s.prepared.Of(ctx, standingQuery) //nolint:sqlclosecheck // kept compiled until its owner closes
	if err != nil {
		return measure.StandingRow{}, s.dialect.Translate(err)
	}
	row := measure.StandingRow{Subject: id, GoodUntil: calendar.None, BuiltOn: calendar.None}
	var built, good, last sql.NullInt64
	var orders, ratings, stale sql.NullString
	var sealed sql.NullBool
	var merged bool
	err = one.QueryRowContext(ctx, int64(id)).Scan(&built, &good, &orders, &row.Body.Body, &sealed, &row.OrdersNow, &merged,
		&ratings, &stale, &last)
	if err != nil {
		return row, s.dialect.Translate(err)
	}
	if built.Valid {
		row.Found, row.BuiltOn, row.GoodUntil = true, calendar.Day(built.Int64), DayOf(good)
		row.Orders, row.Body.Sealed = orders.String, sealed.Bool
	}
	if row.Ratings, err = ratingKeys(ratings.String); err != nil {
		return row, err
	}
	if stale.Valid {
		if row.Stale, err = s.outdatedBy(ctx, stale.String, last.Int64); err != nil {
			return row, err
		}
	}
	if !merged {
		return row, nil
	}
	// Orders on those that were merged into the subject count as its own; few subjects have any.
	return row, s.Read(ctx, func(tx *sql.Tx) error {
		if row.OrdersNow, err = orderMark(ctx, tx, id); err != nil {
			return err
		}
		row.Same, err = mergedSubjects(ctx, tx, id)
		return err
	})
}

// mergedSubjects are the subjects that lead to the subject, itself left out: what was ordered before a merge still holds, and
// parts again when the merge is undone. Links are few, and stand wherever they are asked for.
func mergedSubjects(ctx context.Context, tx *sql.Tx, id subject.ID) ([]subject.ID, error) {
	rows, err := tx.QueryContext(ctx, `WITH RECURSIVE same (id) AS (SELECT CAST(?1 AS INTEGER) UNION
		SELECT l.merged FROM link l JOIN same ON l.kept = same.id WHERE l.undone_at IS NULL) SELECT id FROM same WHERE id <> ?1 ORDER BY id`, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var same []subject.ID
	for rows.Next() {
		var one int64
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		same = append(same, subject.ID(one))
	}
	return same, rows.Err()
}

// ratingKeys reads the list of ratings that standingQuery joined.
func ratingKeys(joined string) ([]measure.RatingKey, error) {
	if joined == "" {
		return nil, nil
	}
	var keys []measure.RatingKey
	for one := range strings.SplitSeq(joined, ",") {
		var k measure.RatingKey
		var asOf, known int64
		if _, err := fmt.Sscan(one, &k.Model, &k.Version, &asOf, &known); err != nil {
			return nil, fault.New(fault.Internal, "standing.ratings", "the ratings beside a standing row cannot be read: %q", one).By(err)
		}
		k.AsOf, k.KnownAt = calendar.Day(asOf), Instant(known)
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b measure.RatingKey) int { return strings.Compare(a.Model, b.Model) })
	return keys, nil
}

// outdatedBy tells whether one of the submissions, joined by commas, was published by the instant.
func (s *Store) outdatedBy(ctx context.Context, joined string, last int64) (bool, error) {
	m, err := s.momentAt(ctx, last)
	if err != nil {
		return false, err
	}
	for one := range strings.SplitSeq(joined, ",") {
		n, err := strconv.ParseInt(one, 10, 64)
		if err != nil {
			return false, fault.New(fault.Internal, "standing.stale", "the marks beside a standing row cannot be read: %q", one).By(err)
		}
		if _, published := m.at(n); published {
			return true, nil
		}
	}
	return false, nil
}

// SaveStanding writes the row in place of the one before. The row is derived: losing it costs the time to make it again.
func (s *Store) SaveStanding(ctx context.Context, row measure.StandingRow) error {
	return s.Together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO standing (subject, built_on, good_until, orders, body, sealed)
			VALUES (?,?,?,?,?,?) ON CONFLICT (subject) DO UPDATE SET built_on = excluded.built_on,
			good_until = excluded.good_until, orders = excluded.orders, body = excluded.body, sealed = excluded.sealed`,
			int64(row.Subject), int64(row.BuiltOn), NullDay(row.GoodUntil), row.Orders, row.Body.Body, row.Body.Sealed)
		return err
	})
}

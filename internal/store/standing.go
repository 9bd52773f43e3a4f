package store

import (
	"context"
	"database/sql"
	"errors"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/measure"
	"probity/internal/subject"
)

// Standing reads the standing row and what tells whether it still holds, in one moment of the database.
func (s *Store) Standing(ctx context.Context, scope access.Scope) (measure.StandingRow, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.Decision); err != nil {
		return measure.StandingRow{}, err
	}
	row := measure.StandingRow{Subject: id, GoodUntil: calendar.None, BuiltOn: calendar.None}
	err := s.Read(ctx, func(tx *sql.Tx) (err error) {
		if err = readStanding(ctx, tx, &row); err != nil {
			return err
		}
		if row.OrdersNow, err = orderMark(ctx, tx, id); err != nil {
			return err
		}
		if row.Same, err = mergedSubjects(ctx, tx, id); err != nil {
			return err
		}
		if row.Ratings, err = ratingKeys(ctx, tx, id); err != nil {
			return err
		}
		row.Stale, err = s.outdated(ctx, tx, id)
		return err
	})
	return row, err
}

func readStanding(ctx context.Context, tx *sql.Tx, row *measure.StandingRow) error {
	var built int64
	var good sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT built_on, good_until, orders, body, sealed FROM standing WHERE subject = ?`,
		int64(row.Subject)).Scan(&built, &good, &row.Orders, &row.Body.Body, &row.Body.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	row.Found, row.BuiltOn, row.GoodUntil = true, calendar.Day(built), DayOf(good)
	return nil
}

func mergedSubjects(ctx context.Context, tx *sql.Tx, id subject.ID) ([]subject.ID, error) {
	rows, err := tx.QueryContext(ctx, mergedInto+`SELECT id FROM same WHERE id <> ?1 ORDER BY id`, int64(id))
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

func ratingKeys(ctx context.Context, tx *sql.Tx, id subject.ID) ([]measure.RatingKey, error) {
	rows, err := tx.QueryContext(ctx, `SELECT model, version, as_of, known_at FROM rating WHERE subject = ?`, int64(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []measure.RatingKey
	for rows.Next() {
		var k measure.RatingKey
		var asOf, known int64
		if err := rows.Scan(&k.Model, &k.Version, &asOf, &known); err != nil {
			return nil, err
		}
		k.AsOf, k.KnownAt = calendar.Day(asOf), Instant(known)
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

// SaveStanding writes the row in place of the one before. The row is derived: losing it costs the time to make it again.
func (s *Store) SaveStanding(ctx context.Context, row measure.StandingRow) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO standing (subject, built_on, good_until, orders, body, sealed)
			VALUES (?,?,?,?,?,?) ON CONFLICT (subject) DO UPDATE SET built_on = excluded.built_on,
			good_until = excluded.good_until, orders = excluded.orders, body = excluded.body, sealed = excluded.sealed`,
			int64(row.Subject), int64(row.BuiltOn), NullDay(row.GoodUntil), row.Orders, row.Body.Body, row.Body.Sealed)
		return err
	})
}

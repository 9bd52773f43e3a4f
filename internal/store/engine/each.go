package engine

import (
	"context"
	"database/sql"
	"iter"
)

// Each runs a query and yields its rows; an error of the query or of a row comes last.
func Each[T any](ctx context.Context, tx *sql.Tx, query string, scan func(*sql.Rows) (T, error), args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			yield(none, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			if v, err := scan(rows); !yield(v, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, err)
		}
	}
}

// List runs a query and gives its rows; nil where there are none.
func List[T any](ctx context.Context, tx *sql.Tx, query string, scan func(*sql.Rows) (T, error), args ...any) (list []T, err error) {
	for v, err := range Each(ctx, tx, query, scan, args...) {
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// Column scans a row of one column.
func Column[T any](rows *sql.Rows) (v T, err error) { return v, rows.Scan(&v) }

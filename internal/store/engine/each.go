package engine

import (
	"context"
	"database/sql"
	"iter"
)

// Each runs a query and yields its rows; an error of the query or of a row comes last.
func Each[T any](ctx context.Context, tx *sql.Tx, query string, scan func(*sql.Rows) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := tx.QueryContext(ctx, query)
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

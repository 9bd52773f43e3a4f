package engine

import (
	"context"
	"database/sql"
	"iter"
	"slices"
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

// Part is a column of a table.
type Part struct {
	Table, Column string
	Bytes         bool // not text
}

// Parts are the columns of all tables, in the order in which they were made.
func Parts(ctx context.Context, d Dialect, tx *sql.Tx) ([]Part, error) {
	return List(ctx, tx, d.Columns(), func(rows *sql.Rows) (p Part, err error) {
		return p, rows.Scan(&p.Table, &p.Column, &p.Bytes)
	})
}

// TablesWith are the tables that have all the columns, in alphabetical order.
func TablesWith(ctx context.Context, d Dialect, tx *sql.Tx, columns ...string) ([]string, error) {
	parts, err := Parts(ctx, d, tx)
	if err != nil {
		return nil, err
	}
	has := map[string]int{}
	for _, p := range parts {
		if slices.Contains(columns, p.Column) {
			has[p.Table]++
		}
	}
	var tables []string
	for table, n := range has {
		if n == len(columns) {
			tables = append(tables, table)
		}
	}
	slices.Sort(tables)
	return tables, nil
}

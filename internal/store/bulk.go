package store

import (
	"context"
	"database/sql"
	"iter"

	"probity/internal/store/engine"
)

// Bulk inserts many rows with few statements.
type Bulk = engine.Bulk

// NewBulk makes a Bulk of a table; tail goes behind the values, for example " ON CONFLICT DO NOTHING".
func NewBulk(tx *sql.Tx, table string, columns []string, tail string) *Bulk {
	return engine.NewBulk(tx, table, columns, tail)
}

// Marks is "?,?,?" for n values.
func Marks(n int) string { return engine.Marks(n) }

// Numbers are ids as arguments of a query.
func Numbers[T ~int64](ids []T) []any { return engine.Numbers(ids) }

// Each runs a query and yields its rows; an error of the query or of a row comes last.
func Each[T any](ctx context.Context, tx *sql.Tx, query string, scan func(*sql.Rows) (T, error)) iter.Seq2[T, error] {
	return engine.Each(ctx, tx, query, scan)
}

package store

import (
	"context"
	"database/sql"
	"iter"

	"probity/internal/ledger"
)

// EntriesByPosition yields every entry of every ledger in the order in which they were written.
func EntriesByPosition(ctx context.Context, tx *sql.Tx) iter.Seq2[ledger.Entry, error] {
	return Each(ctx, tx, `SELECT `+entryColumns+` FROM ledger_entry ORDER BY position`, scanEntry)
}

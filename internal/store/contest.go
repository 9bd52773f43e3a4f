package store

import (
	"context"

	"probity/internal/ledger"
	"probity/internal/store/chain"
	"probity/internal/subject"
)

// Readings are the readings of a subject's file, ratings and decisions by others, oldest first, as far as they were
// recorded at the moment of the transaction; those of subjects merged into it are among them.
func Readings(ctx context.Context, tx Whole, of subject.ID) ([]ledger.Entry, error) {
	same, err := Same(ctx, tx.Tx, of)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+chain.Columns+` FROM ledger_entry
		WHERE subject IN (`+Marks(len(same))+`) AND act = 'read' AND reader <> '' ORDER BY subject, seq`, same...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []ledger.Entry
	for rows.Next() {
		e, err := chain.Scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

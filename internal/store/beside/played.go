package beside

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
)

// playedKey is where the database keeps the last batch of the journal that is contained in it.
const playedKey = "gone"

// SetPlayed notes in a write transaction that the journal is contained in the database up to the batch.
func SetPlayed(ctx context.Context, tx *sql.Tx, seq int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
		playedKey, strconv.FormatInt(seq, 10))
	return err
}

// PlayedIn is the last batch of the journal that is contained in the database, 0 where none is.
func PlayedIn(ctx context.Context, tx *sql.Tx) (int64, error) {
	var text string
	err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = ?`, playedKey).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

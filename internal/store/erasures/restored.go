package erasures

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/store/subscriptions"
)

// restoredKey is where a database that was put back from a backup keeps the instant of the backup, as long as its
// signed log has yet to begin anew.
const restoredKey = "restored"

// SetRestored notes in a database that is being put back from the backup of an instant that its signed log begins anew, so
// that whoever opens it can finish what the restore was cut off from. Nobody is told of changes until an official has said so.
// Sessions and access tokens are gone: which of them were ended after the backup nobody knows any more.
func (s *Store) SetRestored(ctx context.Context, of time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if err := subscriptions.Suspend(ctx, tx); err != nil {
			return err
		}
		for _, query := range []string{`DELETE FROM session`, `DELETE FROM access_token`} {
			if _, err := tx.ExecContext(ctx, query); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, restoredKey, of.UTC().Format(time.RFC3339))
		return err
	})
}

// Restored is the instant that SetRestored noted; zero where the log goes on, or was begun anew.
func (s *Store) Restored(ctx context.Context) (of time.Time, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		var text string
		err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = ?`, restoredKey).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			of, err = time.Parse(time.RFC3339, text)
		}
		return err
	})
	return of, err
}

// LogBegun takes the note away: the log was begun anew.
func (s *Store) LogBegun(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = ?`, restoredKey)
		return err
	})
}

// Package answered remembers for a day what requests were answered, so that one that is sent again is answered the same and
// does nothing twice.
package answered

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/store"
)

// Store is the answers of a database.
type Store struct{ db *store.Store }

// In is the answers of the database.
func In(db *store.Store) *Store { return &Store{db} }

// Kept is how long an answer is remembered.
const Kept = 24 * time.Hour

// Answer is what a request was answered. Status is 0 while it is being answered. Request is the digest of the request, Body
// is sealed by whoever keeps it.
type Answer struct {
	Request []byte
	Status  int
	Body    []byte
	At      time.Time
}

// Begin claims the key of the credential for a request. first is true where the key is new; otherwise the answer is that of
// the request which had it before.
func (s *Store) Begin(ctx context.Context, credential string, key, request []byte, now time.Time) (before Answer, first bool, err error) {
	err = s.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM answered WHERE at < ?`, store.Micro(now.Add(-Kept))); err != nil {
			return err
		}
		var at int64
		err := tx.QueryRowContext(ctx, `SELECT request, status, answer, at FROM answered WHERE credential = ? AND key = ?`, credential, key).
			Scan(&before.Request, &before.Status, &before.Body, &at)
		if err == nil {
			before.At = store.Instant(at)
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		first = true
		_, err = tx.ExecContext(ctx, `INSERT INTO answered (credential, key, request, status, answer, at) VALUES (?, ?, ?, 0, ?, ?)`,
			credential, key, request, []byte{}, store.Micro(now))
		return err
	})
	return before, first, err
}

// Keep keeps the answer of the request that began.
func (s *Store) Keep(ctx context.Context, credential string, key []byte, status int, body []byte) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE answered SET status = ?, answer = ? WHERE credential = ? AND key = ?`, status, body, credential, key)
		return err
	})
}

// Forget lets the key be used anew: the request that had it did nothing.
func (s *Store) Forget(ctx context.Context, credential string, key []byte) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM answered WHERE credential = ? AND key = ?`, credential, key)
		return err
	})
}

package identities

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"probity/internal/fault"
	"probity/internal/identity/account"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/vault/gone"
)

// Bind keeps an account with its ledger entry. One that is bound already, and not ended, is a Conflict.
func (s *Store) Bind(ctx context.Context, a account.Account, e *ledger.Entry) error {
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `INSERT INTO account (digest, subject, credential, level, bound_at, officials, proof) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (digest) DO UPDATE SET subject = excluded.subject, credential = excluded.credential, level = excluded.level,
				bound_at = excluded.bound_at, officials = excluded.officials, proof = excluded.proof, ended_at = NULL WHERE account.ended_at IS NOT NULL`,
			a.Digest[:], int64(a.Subject), a.Credential, string(a.Level), store.Micro(a.BoundAt), a.Officials, a.Proof)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return fault.New(fault.Conflict, "identity.account.bound", "the account is bound already").
			With("an account leads to one credential: end the binding first, with probity account end")
	})
}

// Account finds an account; NotFound where it was never bound, or is no longer.
func (s *Store) Account(ctx context.Context, digest [32]byte) (account.Account, error) {
	a := account.Account{Digest: digest}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		var bound int64
		err := tx.QueryRowContext(ctx, `SELECT subject, credential, level, bound_at, officials, proof FROM account WHERE digest = ? AND ended_at IS NULL`, digest[:]).
			Scan(&a.Subject, &a.Credential, &a.Level, &bound, &a.Officials, &a.Proof)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "identity.account.none", "the account is not bound to anybody here")
		}
		a.BoundAt = store.Instant(bound)
		return err
	})
	return a, err
}

// WasEnded tells whether there was a binding of the account that was ended.
func (s *Store) WasEnded(ctx context.Context, digest [32]byte) (ended bool, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM account WHERE digest = ? AND ended_at IS NOT NULL)`, digest[:]).Scan(&ended)
	})
	return ended, err
}

// EndAccount ends a binding and every session under it, with its ledger entry.
func (s *Store) EndAccount(ctx context.Context, digest [32]byte, at time.Time, e *ledger.Entry) error {
	mark := gone.Mark{Kind: gone.AccountEnded, Subject: e.Subject, Matter: gone.Number(hex.EncodeToString(digest[:]))}
	return s.db.WriteWith(ctx, &store.Trace{At: at, Entries: []*ledger.Entry{e}, Gone: []gone.Mark{mark}}, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE account SET ended_at = ? WHERE digest = ? AND ended_at IS NULL`, store.Micro(at), digest[:]); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE session SET ended_at = ? WHERE account = ? AND ended_at IS NULL`, store.Micro(at), digest[:])
		return err
	})
}

// BeginSession keeps a session, and lets go of those that are over since a day.
func (s *Store) BeginSession(ctx context.Context, one account.Session) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE ends_at < ?`, store.Micro(one.BegunAt.AddDate(0, 0, -1))); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO session (digest, subject, account, credential, level, factors, signed_at, begun_at, used_at, ends_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, one.Digest[:], int64(one.Subject), one.Account[:], one.Credential, string(one.Level), one.Factors,
			store.Micro(one.SignedAt), store.Micro(one.BegunAt), store.Micro(one.UsedAt), store.Micro(one.EndsAt))
		return err
	})
}

// Session finds a session by the digest of its cookie; NotFound where there is none.
func (s *Store) Session(ctx context.Context, digest [32]byte) (account.Session, error) {
	one := account.Session{Digest: digest}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		var by []byte
		var signed, begun, used, ends int64
		var ended sql.NullInt64
		err := tx.QueryRowContext(ctx, `SELECT subject, account, credential, level, factors, signed_at, begun_at, used_at, ends_at, ended_at FROM session WHERE digest = ?`, digest[:]).
			Scan(&one.Subject, &by, &one.Credential, &one.Level, &one.Factors, &signed, &begun, &used, &ends, &ended)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "identity.session.none", "there is no such session")
		}
		copy(one.Account[:], by)
		one.SignedAt, one.BegunAt, one.UsedAt, one.EndsAt = store.Instant(signed), store.Instant(begun), store.Instant(used), store.Instant(ends)
		if ended.Valid {
			one.EndedAt = store.Instant(ended.Int64)
		}
		return err
	})
	return one, err
}

// UseSession notes that a session was used.
func (s *Store) UseSession(ctx context.Context, digest [32]byte, at time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE session SET used_at = ? WHERE digest = ? AND ended_at IS NULL`, store.Micro(at), digest[:])
		return err
	})
}

// EndSession ends a session at once.
func (s *Store) EndSession(ctx context.Context, digest [32]byte, at time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE session SET ended_at = ? WHERE digest = ? AND ended_at IS NULL`, store.Micro(at), digest[:])
		return err
	})
}

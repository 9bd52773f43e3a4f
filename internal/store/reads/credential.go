package reads

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/vault/gone"
)

// AddCredential keeps a new credential together with its ledger entry; a name that is taken is a Conflict. first
// demands that there be none yet, and remembers the agency as the founder.
func (s *Store) AddCredential(ctx context.Context, g access.Grant, first bool, e *ledger.Entry) error {
	return s.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		if first {
			var n int
			if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM credential`).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return fault.New(fault.Conflict, "access.first", "this database has credentials already").
					With("have one of their holders issue another")
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('founder', ?)`, g.Agency); err != nil {
				return err
			}
		}
		var taken int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM credential WHERE name = ?`, g.Name).Scan(&taken); err != nil {
			return err
		}
		if taken > 0 {
			return fault.New(fault.Conflict, "access.taken", "there is a credential %q already", g.Name).With("choose another name")
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO credential (name, agency, official, subject, secret, issued_at) VALUES (?, ?, ?, ?, ?, ?)`,
			g.Name, g.Agency, g.Official, int64(g.Subject), g.Digest[:], store.Micro(g.IssuedAt))
		return err
	})
}

// Credential finds a credential by name; NotFound where there is none.
func (s *Store) Credential(ctx context.Context, name string) (access.Grant, error) {
	g := access.Grant{Name: name}
	var secret []byte
	var issued int64
	var revoked sql.NullInt64
	err := s.One(ctx, `SELECT agency, official, subject, secret, issued_at, revoked_at FROM credential WHERE name = ?`, []any{name},
		&g.Agency, &g.Official, &g.Subject, &secret, &issued, &revoked)
	if errors.Is(err, sql.ErrNoRows) {
		return g, fault.New(fault.NotFound, "access.none", "there is no credential %q", name)
	}
	if err != nil {
		return g, err
	}
	copy(g.Digest[:], secret)
	g.IssuedAt = store.Instant(issued)
	if revoked.Valid {
		g.RevokedAt = store.Instant(revoked.Int64)
	}
	return g, nil
}

// Founder is the agency of the first credential; NotFound where there is none yet.
func (s *Store) Founder(ctx context.Context) (agency string, err error) {
	err = s.One(ctx, `SELECT value FROM meta WHERE key = 'founder'`, nil, &agency)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.New(fault.NotFound, "access.founder", "this database has no credential yet")
	}
	return agency, err
}

// RevokeCredential ends a credential from the instant on, together with its ledger entry. Revoking it again changes
// nothing.
func (s *Store) RevokeCredential(ctx context.Context, name string, at time.Time, e *ledger.Entry) error {
	trace := &store.Trace{At: at}
	return s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE credential SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL`, store.Micro(at), name)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		trace.Entries = []*ledger.Entry{e}
		trace.Gone = []gone.Mark{{Kind: gone.Revoked, Matter: gone.Number(name)}}
		return nil
	})
}

// Package identities keeps by what agencies' systems prove themselves: keys, what each key has used once, access tokens.
package identities

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/fault"
	"probity/internal/identity/key"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/vault/gone"
)

// Store is a database as those need it who prove systems. It implements identity.Keybook and access.Systems.
type Store struct{ db *store.Store }

// In is the part of db that holds keys and tokens.
func In(db *store.Store) *Store { return &Store{db} }

const keyColumns = `id, kind, agency, system, official, public, valid_from, valid_to, added_at, added_by, added_with, replaces,
	revoked_at, revoked_by, reason`

func scanKey(row interface{ Scan(...any) error }) (key.Key, error) {
	var k key.Key
	var from, to, added int64
	var revoked sql.NullInt64
	err := row.Scan(&k.ID, &k.Kind, &k.Agency, &k.System, &k.Official, &k.Public, &from, &to, &added, &k.AddedBy, &k.With, &k.Replaces,
		&revoked, &k.RevokedBy, &k.Reason)
	k.From, k.Until, k.AddedAt = store.Instant(from), store.Instant(to), store.Instant(added)
	if revoked.Valid {
		k.RevokedAt = store.Instant(revoked.Int64)
	}
	return k, err
}

// AddKey keeps a key with its ledger entry; one that is there already is a Conflict, also where it was revoked. The key that
// it replaces, if any, ends at the instant ends, unless it ends before.
func (s *Store) AddKey(ctx context.Context, k key.Key, ends time.Time, e *ledger.Entry) error {
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		var taken int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM system_key WHERE id = ?`, k.ID).Scan(&taken); err != nil {
			return err
		}
		if taken > 0 {
			return fault.New(fault.Conflict, "identity.key.taken", "the key %s is registered already", k.ID).
				With("make a new pair: a key is registered once, for one system")
		}
		if k.Replaces != "" {
			if _, err := tx.ExecContext(ctx, `UPDATE system_key SET valid_to = ?1 WHERE id = ?2 AND valid_to > ?1`, store.Micro(ends), k.Replaces); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO system_key (`+keyColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,NULL,'','')`,
			k.ID, string(k.Kind), k.Agency, k.System, k.Official, k.Public, store.Micro(k.From), store.Micro(k.Until), store.Micro(k.AddedAt),
			k.AddedBy, k.With, k.Replaces)
		return err
	})
}

// Key finds a key by its id; NotFound where there is none.
func (s *Store) Key(ctx context.Context, id string) (k key.Key, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		k, err = scanKey(tx.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM system_key WHERE id = ?`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "identity.key.none", "there is no key %q", id).With("list them: probity key list")
		}
		return err
	})
	return k, err
}

// Keys are the agency's keys, or everybody's where it is "", by system and then newest first.
func (s *Store) Keys(ctx context.Context, agency string) (all []key.Key, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+keyColumns+` FROM system_key WHERE agency = ?1 OR ?1 = '' ORDER BY agency, system, added_at DESC, id`, agency)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			k, err := scanKey(rows)
			if err != nil {
				return err
			}
			all = append(all, k)
		}
		return rows.Err()
	})
	return all, err
}

// RevokeKey ends a key, and every token that was got by it, from the instant on, together with its ledger entry. Revoking it
// again is a Conflict, so that the first reason stands.
func (s *Store) RevokeKey(ctx context.Context, id, by, reason string, at time.Time, e *ledger.Entry) error {
	trace := &store.Trace{At: at, Entries: []*ledger.Entry{e}, Gone: []gone.Mark{{Kind: gone.KeyRevoked, Matter: gone.Number(id)}}}
	return s.db.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE system_key SET revoked_at = ?, revoked_by = ?, reason = ? WHERE id = ? AND revoked_at IS NULL`,
			store.Micro(at), by, reason, id)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.New(fault.Conflict, "identity.key.revoked", "the key %s is revoked already", id)
		}
		_, err = tx.ExecContext(ctx, `UPDATE access_token SET revoked_at = ? WHERE key = ? AND revoked_at IS NULL`, store.Micro(at), id)
		return err
	})
}

// Seen remembers until the instant that the key used the nonce. It is a Conflict where it did before.
func (s *Store) Seen(ctx context.Context, id, nonce string, now, until time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM seen_nonce WHERE until < ?`, store.Micro(now)); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, `INSERT INTO seen_nonce (key, nonce, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, nonce, store.Micro(until))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return fault.New(fault.Conflict, "identity.seen", "the key %s has used the nonce before", id).With("use another one each time")
	})
}

// AddToken keeps an access token, and lets go of those that expired a day ago.
func (s *Store) AddToken(ctx context.Context, t key.Token) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM access_token WHERE expires_at < ?`, store.Micro(t.IssuedAt.AddDate(0, 0, -1))); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO access_token (digest, key, credential, certificate, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)`,
			t.Digest[:], t.Key, t.Credential, t.Certificate, store.Micro(t.IssuedAt), store.Micro(t.ExpiresAt))
		return err
	})
}

// Token finds an access token by the digest of its text; NotFound where there is none.
func (s *Store) Token(ctx context.Context, digest [32]byte) (key.Token, error) {
	t := key.Token{Digest: digest}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		var issued, expires int64
		var revoked sql.NullInt64
		err := tx.QueryRowContext(ctx, `SELECT key, credential, certificate, issued_at, expires_at, revoked_at FROM access_token WHERE digest = ?`, digest[:]).
			Scan(&t.Key, &t.Credential, &t.Certificate, &issued, &expires, &revoked)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "identity.token.none", "there is no such access token")
		}
		t.IssuedAt, t.ExpiresAt = store.Instant(issued), store.Instant(expires)
		if revoked.Valid {
			t.RevokedAt = store.Instant(revoked.Int64)
		}
		return err
	})
	return t, err
}

// RevokeToken ends an access token that the key got; one that is not there, or another's, stays as it is (RFC 7009, 2.2).
func (s *Store) RevokeToken(ctx context.Context, digest [32]byte, id string, at time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE access_token SET revoked_at = ? WHERE digest = ? AND key = ? AND revoked_at IS NULL`, store.Micro(at), digest[:], id)
		return err
	})
}

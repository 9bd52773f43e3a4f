package erasures

import (
	"context"
	"database/sql"
	"encoding/hex"

	"probity/internal/store"
	"probity/internal/store/reads"
	"probity/internal/vault/gone"
)

// endAccount ends an account that was ended after the backup, with its sessions.
func endAccount(ctx context.Context, tx *sql.Tx, m marked) error {
	digests, err := list(ctx, tx, func(rows *sql.Rows) (digest []byte, err error) { return digest, rows.Scan(&digest) },
		`SELECT digest FROM account WHERE ended_at IS NULL AND bound_at <= ?`, store.Micro(m.at))
	if err != nil {
		return err
	}
	for _, digest := range digests {
		if gone.Number(hex.EncodeToString(digest)) != m.Matter {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE account SET ended_at = ? WHERE digest = ?`, store.Micro(m.at), digest); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE session SET ended_at = ? WHERE account = ? AND ended_at IS NULL`, store.Micro(m.at), digest); err != nil {
			return err
		}
	}
	return nil
}

// endRole ends the terms of a role that were given before it was ended.
func endRole(ctx context.Context, tx *sql.Tx, m marked) error {
	type held struct{ credential, role string }
	all, err := list(ctx, tx, func(rows *sql.Rows) (h held, err error) { return h, rows.Scan(&h.credential, &h.role) },
		`SELECT credential, role FROM official_role WHERE ended_at IS NULL AND given_at <= ?`, store.Micro(m.at))
	if err != nil {
		return err
	}
	for _, h := range all {
		if gone.Number(reads.RoleName(h.credential, h.role)) != m.Matter {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE official_role SET ended_at = ?, reason = 'ended before the backup was put back'
			WHERE credential = ? AND role = ? AND ended_at IS NULL AND given_at <= ?`, store.Micro(m.at), h.credential, h.role, store.Micro(m.at)); err != nil {
			return err
		}
	}
	return nil
}

// rolesGiven keeps the officials of an agency that has given roles from doing without: those that it gave after the backup are lost,
// and have to be given again.
func rolesGiven(ctx context.Context, tx *sql.Tx, m marked) error {
	agencies, err := list(ctx, tx, func(rows *sql.Rows) (agency string, err error) { return agency, rows.Scan(&agency) },
		`SELECT DISTINCT agency FROM credential WHERE agency <> '' AND NOT EXISTS (SELECT 1 FROM official_role r WHERE r.agency = credential.agency)`)
	if err != nil {
		return err
	}
	for _, agency := range agencies {
		if gone.Number("roles of "+agency) != m.Matter {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO official_role (agency, credential, role, given_at, official, valid_from, valid_to, given_by, given_with)
			VALUES (?, '', '', ?, '', 0, 0, '', '')`, agency, store.Micro(m.at)); err != nil {
			return err
		}
	}
	return nil
}

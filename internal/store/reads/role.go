package reads

import (
	"context"
	"database/sql"
	"time"

	"probity/internal/access"
	"probity/internal/access/role"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
	"probity/internal/vault/gone"
)

// Roles are all roles that were given in the agency, or everywhere where it is "", by agency, credential, role and instant.
func (s *Store) Roles(ctx context.Context, agency string) (all []role.Term, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		all = nil
		rows, err := tx.QueryContext(ctx, `SELECT agency, credential, official, role, valid_from, valid_to, given_at, given_by, given_with,
				coalesce(ended_at, (SELECT revoked_at FROM credential WHERE name = official_role.credential)), ended_by, reason
			FROM official_role WHERE credential <> '' AND (agency = ?1 OR ?1 = '') ORDER BY agency, credential, role, given_at`, agency)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t role.Term
			var from, until, given int64
			var ended sql.NullInt64
			if err := rows.Scan(&t.Agency, &t.Credential, &t.Official, &t.Role, &from, &until, &given, &t.By, &t.With, &ended, &t.EndedBy, &t.Reason); err != nil {
				return err
			}
			t.From, t.Until, t.Given = store.Instant(from), store.Instant(until), store.Instant(given)
			if ended.Valid {
				t.EndedAt = store.Instant(ended.Int64)
			}
			all = append(all, t)
		}
		return rows.Err()
	})
	return all, err
}

// HeldRoles are those that a credential of the agency holds at the instant; given tells that the agency has ever given a role.
func (s *Store) HeldRoles(ctx context.Context, agency, credential string, now time.Time) (held []role.Role, given bool, err error) {
	err = s.Many(ctx, agencyRoles, []any{agency}, func(rows *sql.Rows) error {
		held, given, err = scanHeld(rows, credential, now)
		return err
	})
	return held, given, err
}

const agencyRoles = `SELECT credential, role, valid_from, valid_to, ended_at FROM official_role WHERE agency = ?`

// heldRoles looks at all of the agency's terms: where it gave none, which is the rule, that is one look at an index.
func heldRoles(ctx context.Context, tx *sql.Tx, agency, credential string, now time.Time) (held []role.Role, given bool, err error) {
	rows, err := tx.QueryContext(ctx, agencyRoles, agency)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	return scanHeld(rows, credential, now)
}

func scanHeld(rows *sql.Rows, credential string, now time.Time) (held []role.Role, given bool, err error) {
	for rows.Next() {
		var t role.Term
		var from, until int64
		var ended sql.NullInt64
		if err := rows.Scan(&t.Credential, &t.Role, &from, &until, &ended); err != nil {
			return nil, false, err
		}
		given = true
		t.From, t.Until = store.Instant(from), store.Instant(until)
		if t.Credential == credential && !ended.Valid && t.Good(now) {
			held = append(held, t.Role)
		}
	}
	return held, given, rows.Err()
}

// GiveRole keeps a term with its ledger entry.
func (s *Store) GiveRole(ctx context.Context, t role.Term, e *ledger.Entry) error {
	trace := &store.Trace{At: t.Given, Entries: []*ledger.Entry{e}}
	return s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		var given bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM official_role WHERE agency = ?)`, t.Agency).Scan(&given); err != nil {
			return err
		}
		trace.Gone = nil
		if !given { // a backup from before must not set the agency's officials free again
			trace.Gone = []gone.Mark{{Kind: gone.RolesGiven, Matter: gone.Number("roles of " + t.Agency)}}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO official_role (agency, credential, official, role, valid_from, valid_to, given_at, given_by, given_with)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, t.Agency, t.Credential, t.Official, string(t.Role), store.Micro(t.From), store.Micro(t.Until),
			store.Micro(t.Given), t.By, t.With)
		return err
	})
}

// EndRole ends the role's terms that are not over, with the ledger entry; NotFound where there is none.
func (s *Store) EndRole(ctx context.Context, t role.Term, e *ledger.Entry) error {
	trace := &store.Trace{At: t.EndedAt, Entries: []*ledger.Entry{e}, Gone: []gone.Mark{{Kind: gone.RoleEnded, Matter: gone.Number(RoleName(t.Credential, string(t.Role)))}}}
	return s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		at := store.Micro(t.EndedAt)
		done, err := tx.ExecContext(ctx, `UPDATE official_role SET ended_at = ?, ended_by = ?, reason = ?
			WHERE agency = ? AND credential = ? AND role = ? AND ended_at IS NULL AND valid_to > ?`, at, t.EndedBy, t.Reason, t.Agency, t.Credential, string(t.Role), at)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return fault.New(fault.NotFound, "access.role.none", "%s does not hold the role %s", t.Credential, t.Role).With("see who holds which: probity role list")
	})
}

// RoleName is what the journal beside the keys numbers a role of a credential by.
func RoleName(credential, of string) string { return "role " + of + " of " + credential }

// lookAtRoles finds whether a read's official still holds one of the roles by which it was let in, once a batch.
func (m *moment) lookAtRoles(ctx context.Context, tx *sql.Tx, l *access.Line) error {
	if len(l.Roles) == 0 {
		return nil
	}
	key := roleKey(l)
	if _, known := m.appointed[key]; known {
		return nil
	}
	by := l.Permit.Terms().By
	held, _, err := heldRoles(ctx, tx, by.Agency, access.Holder(by.Credential), l.Entry.At)
	m.appointed[key] = false
	for _, r := range held {
		for _, one := range l.Roles {
			m.appointed[key] = m.appointed[key] || r == one
		}
	}
	return err
}

func roleKey(l *access.Line) string {
	return l.Permit.Terms().By.Credential + "\x00" + string(l.Roles[0])
}

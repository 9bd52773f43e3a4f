// Package rulebooks keeps the rules of a deployment: the closed lists of its catalogue, and the versions of its rating
// models, which are registered by one official, approved by another, used, and kept when they are used no more.
package rulebooks

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/vault/gone"
)

// Store is the part of a database that holds rules.
type Store struct{ db *store.Store }

// In is that part of the database.
func In(db *store.Store) *Store { return &Store{db} }

// State is where a model version stands in its life.
type State string

// The states, in the order that a version goes through them: registered, approved by a second official, used for ratings,
// and no longer used but kept, so that past ratings can be explained.
const (
	Draft    State = "draft"
	Approved State = "approved"
	Active   State = "active"
	Retired  State = "retired"
)

// Model is one version of a rating model as it is registered. The file never changes.
type Model struct {
	Code    string
	Version int
	Digest  []byte
	Body    []byte
	State   State
	// Author and Approver are officials, agency/name; they differ.
	Author, Approver string
	AddedAt          time.Time
}

const modelColumns = `code, version, digest, body, state, author, approver, added_at`

func scanModel(row interface{ Scan(...any) error }) (Model, error) {
	var m Model
	var added int64
	err := row.Scan(&m.Code, &m.Version, &m.Digest, &m.Body, &m.State, &m.Author, &m.Approver, &added)
	m.AddedAt = store.Instant(added)
	return m, err
}

// Add registers a version as a draft, under the Charter's permit for it. The same file again changes nothing;
// another file under the same code and version is a conflict.
func (s *Store) Add(ctx context.Context, permit charter.ModelPermit, m Model) error {
	f := permit.Facts()
	if f == nil || f.Code != m.Code || f.Version != m.Version {
		return fault.New(fault.Internal, "store.permit", "the model %s was to be registered under another's permit", m.Code)
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		var have []byte
		err := tx.QueryRowContext(ctx, `SELECT digest FROM model WHERE code = ? AND version = ?`, m.Code, m.Version).Scan(&have)
		switch {
		case err == nil && string(have) == string(m.Digest):
			return nil
		case err == nil:
			return fault.New(fault.Conflict, "model.frozen", "version %d of the model %s is registered with another content", m.Version, m.Code).
				With("a registered version never changes: raise the version in the file")
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO model (code, version, digest, body, state, author, added_at) VALUES (?, ?, ?, ?, 'draft', ?, ?)`,
			m.Code, m.Version, m.Digest, string(m.Body), m.Author, store.Micro(m.AddedAt))
		return err
	})
}

func modelIn(ctx context.Context, tx *sql.Tx, code string, version int) (Model, error) {
	m, err := scanModel(tx.QueryRowContext(ctx, `SELECT `+modelColumns+` FROM model WHERE code = ? AND version = ?`, code, version))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.New(fault.NotFound, "model.none", "there is no version %d of a model %q", version, code).With("probity model list shows them")
	}
	return m, err
}

func cannotBecome(m *Model, to State) error {
	return fault.New(fault.Conflict, "model.state", "version %d of %s is %s and cannot become %s", m.Version, m.Code, m.State, to).
		With("the way is draft, approved, active, retired")
}

// Approve marks a draft as approved, under the Charter's permit for that very file, and keeps on which impact report
// that rests. What the permit rests on is looked at again: the first version of a model is the first, the version in force
// the one that was compared, and the report was made.
func (s *Store) Approve(ctx context.Context, permit charter.ApprovalPermit, at time.Time) error {
	p := permit.Terms()
	if p == nil {
		return fault.New(fault.Internal, "store.permit", "a model was to be approved without a permit")
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		m, err := modelIn(ctx, tx, p.Model, p.Version)
		switch {
		case err != nil:
			return err
		case m.State != Draft:
			return cannotBecome(&m, Approved)
		case hex.EncodeToString(m.Digest) != p.Digest || m.Author != p.Author:
			return fault.New(fault.Internal, "store.permit", "the model %s was to be approved under another's permit", m.Code)
		}
		report, err := restsOn(ctx, tx, p)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE model SET approver = ?, state = 'approved' WHERE code = ? AND version = ?`, p.Approver, p.Model, p.Version); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO model_approval (code, version, approver, approved_at, report) VALUES (?, ?, ?, ?, ?)`,
			p.Model, p.Version, p.Approver, store.Micro(at), report)
		return err
	})
}

// restsOn is the digest of the report that an approval rests on, as far as it is there; nil for a first version.
func restsOn(ctx context.Context, tx *sql.Tx, p *charter.ApprovalTerms) ([]byte, error) {
	if p.First {
		var before int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM model WHERE code = ? AND approver <> ''`, p.Model).Scan(&before)
		if err == nil && before > 0 {
			err = fault.New(fault.Conflict, "model.first", "a version of %s was approved before", p.Model).With("probity model impact compares the two")
		}
		return nil, err
	}
	var inForce string
	err := tx.QueryRowContext(ctx, `SELECT lower(hex(digest)) FROM model WHERE code = ? AND state = 'active'`, p.Model).Scan(&inForce)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	var report []byte
	err = tx.QueryRowContext(ctx, `SELECT report FROM impact_report WHERE lower(hex(report)) = ? AND lower(hex(candidate)) = ? AND lower(hex(current)) = ?`,
		p.Impact.Report, p.Digest, inForce).Scan(&report)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.Conflict, "model.impact", "the impact report %.12s is not one of version %d of %s against the version in force", p.Impact.Report, p.Version, p.Model).
			With("make one: probity model impact")
	}
	return report, err
}

// Move moves a version on in its life: approved to active (the version that was active retires), and any to retired.
// Anything else is a conflict; [Store.Approve] approves.
func (s *Store) Move(ctx context.Context, code string, version int, to State) error {
	var trace store.Trace
	return s.db.WriteWith(ctx, &trace, func(tx *sql.Tx) error {
		m, err := modelIn(ctx, tx, code, version)
		if err != nil {
			return err
		}
		if to != Retired && (to != Active || m.State != Approved) {
			return cannotBecome(&m, to)
		}
		retired := version
		if to == Active {
			err := tx.QueryRowContext(ctx, `UPDATE model SET state = 'retired' WHERE code = ? AND state = 'active' RETURNING version`, code).Scan(&retired)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		if _, err = tx.ExecContext(ctx, `UPDATE model SET state = ? WHERE code = ? AND version = ?`, string(to), code, version); err != nil {
			return err
		}
		if to == Retired || retired != version { // a database that is put back from an older backup does not rate by it again
			trace.Gone = []gone.Mark{{Kind: gone.ModelRetired, Matter: gone.ModelNumber(code, retired)}}
		}
		return nil
	})
}

// All lists every registered version by code and version.
func (s *Store) All(ctx context.Context) ([]Model, error) {
	var list []Model
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+modelColumns+` FROM model ORDER BY code, version`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			m, err := scanModel(rows)
			if err != nil {
				return err
			}
			list = append(list, m)
		}
		return rows.Err()
	})
	return list, err
}

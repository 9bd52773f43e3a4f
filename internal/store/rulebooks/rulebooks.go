// Package rulebooks keeps the rules of a deployment: the closed lists of its catalogue, and the versions of its rating
// models, which are registered by one official, approved by another, used, and kept when they are used no more.
package rulebooks

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
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
	var trace store.Trace
	return s.db.WriteWith(ctx, &trace, func(tx *sql.Tx) error {
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
		trace.Entries = []*ledger.Entry{entry(&m, registered, m.Author, m.AddedAt)}
		return err
	})
}

// What the platform's ledger says was done with a version.
const (
	registered = "registered"
	approved   = "approved"
	activated  = "activated"
	retired    = "retired"
)

// entry says in the platform's ledger what an official, agency/name, did with a version: its detail is the model's code and
// version, its commitment the digest of the file.
func entry(m *Model, what, by string, at time.Time) *ledger.Entry {
	e := &ledger.Entry{At: at, Act: ledger.Model, What: what, Detail: m.Code + "@" + strconv.Itoa(m.Version)}
	e.Reader, e.Official, _ = strings.Cut(by, "/")
	copy(e.Commitment[:], m.Digest)
	return e
}

func modelIn(ctx context.Context, tx *sql.Tx, code string, version int) (Model, error) {
	m, err := scanModel(tx.QueryRowContext(ctx, `SELECT `+modelColumns+` FROM model WHERE code = ? AND version = ?`, code, version))
	if errors.Is(err, sql.ErrNoRows) {
		return m, fault.New(fault.NotFound, "model.none", "there is no version %d of a model %q", version, code).With("probity model list shows them")
	}
	return m, err
}

// May tells whether a version can come into the state from where it stands; a conflict where it cannot. One that is approved
// and not in force yet may be approved anew.
func (m *Model) May(to State) error {
	switch {
	case to == Approved && (m.State == Draft || m.State == Approved), to == Active && m.State == Approved, to == Retired:
		return nil
	}
	return fault.New(fault.Conflict, "model.state", "version %d of %s is %s and cannot become %s", m.Version, m.Code, m.State, to).
		With("the way is draft, approved, active, retired")
}

// Approve marks a draft as approved, under the Charter's permit for that very file, and keeps on which impact report
// that rests; one that is approved and not in force yet is approved anew. What the permit rests on is looked at again: the
// first version of a model is the first, the version in force the one that was compared, and the report was made.
func (s *Store) Approve(ctx context.Context, permit charter.ApprovalPermit, at time.Time) error {
	p := permit.Terms()
	if p == nil {
		return fault.New(fault.Internal, "store.permit", "a model was to be approved without a permit")
	}
	var trace store.Trace
	return s.db.WriteWith(ctx, &trace, func(tx *sql.Tx) error {
		m, err := modelIn(ctx, tx, p.Model, p.Version)
		if err == nil {
			err = m.May(Approved)
		}
		switch {
		case err != nil:
			return err
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
		e := entry(&m, approved, p.Approver, at)
		if report != nil {
			e.Detail += " impact=" + p.Impact.Report
		}
		trace.Entries = []*ledger.Entry{e}
		_, err = tx.ExecContext(ctx, `INSERT INTO model_approval (code, version, approver, approved_at, report) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (code, version) DO UPDATE SET approver = excluded.approver, approved_at = excluded.approved_at, report = excluded.report`,
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
	now, err := inForce(ctx, tx, p.Model)
	if err != nil {
		return nil, err
	}
	var report []byte
	err = tx.QueryRowContext(ctx, `SELECT report FROM impact_report WHERE lower(hex(report)) = ? AND lower(hex(candidate)) = ? AND lower(hex(current)) = ?`,
		p.Impact.Report, p.Digest, now).Scan(&report)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.Conflict, "model.impact", "the impact report %.12s is not one of version %d of %s against the version in force", p.Impact.Report, p.Version, p.Model).
			With("make one: probity model impact")
	}
	return report, err
}

// inForce is the digest of a model's version in force, in hexadecimal; "" where none is.
func inForce(ctx context.Context, tx *sql.Tx, code string) (digest string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT lower(hex(digest)) FROM model WHERE code = ? AND state = 'active'`, code).Scan(&digest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return digest, err
}

// Compared is the digest of the version, in hexadecimal, that a version's approval compared it with: "" where it was
// approved with nothing to compare it with, or not at all.
func (s *Store) Compared(ctx context.Context, code string, version int) (digest string, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		digest, err = comparedIn(ctx, tx, code, version)
		return err
	})
	return digest, err
}

func comparedIn(ctx context.Context, tx *sql.Tx, code string, version int) (digest string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT lower(hex(r.current)) FROM model_approval a JOIN impact_report r ON r.report = a.report WHERE a.code = ? AND a.version = ?`,
		code, version).Scan(&digest)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return digest, err
}

// Activate puts an approved version in force, under the Charter's permit for it; the version that was in force retires. What
// the permit rests on is looked at again. A version in another state is a conflict.
func (s *Store) Activate(ctx context.Context, permit charter.ForcePermit, at time.Time) error {
	p := permit.Terms()
	if p == nil {
		return fault.New(fault.Internal, "store.permit", "a model was to be put in force without a permit")
	}
	var trace store.Trace
	return s.db.WriteWith(ctx, &trace, func(tx *sql.Tx) error {
		m, err := modelIn(ctx, tx, p.Model, p.Version)
		if err == nil {
			err = m.May(Active)
		}
		if err != nil {
			return err
		}
		now, err := inForce(ctx, tx, m.Code)
		if err != nil {
			return err
		}
		compared, err := comparedIn(ctx, tx, m.Code, m.Version)
		if err != nil {
			return err
		}
		if now != p.InForce || compared != p.Compared || m.Approver != p.Approver {
			return fault.New(fault.Conflict, "model.force", "what is in force of %s changed meanwhile", m.Code).With("look at what is in force, and try again: probity model list")
		}
		var before int
		switch err := tx.QueryRowContext(ctx, `UPDATE model SET state = 'retired' WHERE code = ? AND state = 'active' RETURNING version`, m.Code).Scan(&before); {
		case err == nil:
			trace.Gone = staysRetired(m.Code, before)
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		trace.Entries = []*ledger.Entry{entry(&m, activated, p.By, at)}
		_, err = tx.ExecContext(ctx, `UPDATE model SET state = 'active' WHERE code = ? AND version = ?`, m.Code, m.Version)
		return err
	})
}

// Retire takes a version out of force for good, whatever its state, under the Charter's permit for it.
func (s *Store) Retire(ctx context.Context, permit charter.RetirementPermit, at time.Time) error {
	code, version, by := permit.Of()
	if code == "" {
		return fault.New(fault.Internal, "store.permit", "a model was to be retired without a permit")
	}
	trace := store.Trace{Gone: staysRetired(code, version)}
	return s.db.WriteWith(ctx, &trace, func(tx *sql.Tx) error {
		m, err := modelIn(ctx, tx, code, version)
		if err != nil {
			return err
		}
		trace.Entries = []*ledger.Entry{entry(&m, retired, by, at)}
		_, err = tx.ExecContext(ctx, `UPDATE model SET state = 'retired' WHERE code = ? AND version = ?`, code, version)
		return err
	})
}

// staysRetired has a database that is put back from an older backup not rate by a version again.
func staysRetired(code string, version int) []gone.Mark {
	return []gone.Mark{{Kind: gone.ModelRetired, Matter: gone.ModelNumber(code, version)}}
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

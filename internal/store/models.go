package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/vault/gone"
)

// ModelState is where a model version stands in its life.
type ModelState string

// The states, in the order that a version goes through them: registered, approved by a second official, used for ratings,
// and no longer used but kept, so that past ratings can be explained.
const (
	ModelDraft    ModelState = "draft"
	ModelApproved ModelState = "approved"
	ModelActive   ModelState = "active"
	ModelRetired  ModelState = "retired"
)

// Model is one version of a rating model as it is registered. The file never changes.
type Model struct {
	Code    string
	Version int
	Digest  []byte
	Body    []byte
	State   ModelState
	// Author and Approver are officials, agency/name; they differ.
	Author, Approver string
	AddedAt          time.Time
}

const modelColumns = `code, version, digest, body, state, author, approver, added_at`

func scanModel(row interface{ Scan(...any) error }) (Model, error) {
	var m Model
	var added int64
	err := row.Scan(&m.Code, &m.Version, &m.Digest, &m.Body, &m.State, &m.Author, &m.Approver, &added)
	m.AddedAt = Instant(added)
	return m, err
}

// AddModel registers a version as a draft, under the Charter's permit for it. The same file again changes nothing;
// another file under the same code and version is a conflict.
func (s *Store) AddModel(ctx context.Context, permit charter.ModelPermit, m Model) error {
	f := permit.Facts()
	if f == nil || f.Code != m.Code || f.Version != m.Version {
		return fault.New(fault.Internal, "store.permit", "the model %s was to be registered under another's permit", m.Code)
	}
	return s.Write(ctx, func(tx *sql.Tx) error {
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
			m.Code, m.Version, m.Digest, string(m.Body), m.Author, Micro(m.AddedAt))
		return err
	})
}

// MoveModel moves a version on in its life: draft to approved (by somebody who is not its author), approved to active
// (the version that was active retires), active or approved to retired. Anything else is a conflict.
func (s *Store) MoveModel(ctx context.Context, code string, version int, to ModelState, by string) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		m, err := scanModel(tx.QueryRowContext(ctx, `SELECT `+modelColumns+` FROM model WHERE code = ? AND version = ?`, code, version))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "model.none", "there is no version %d of a model %q", version, code).With("probity model list shows them")
		}
		if err != nil {
			return err
		}
		allowed := map[ModelState]ModelState{ModelApproved: ModelDraft, ModelActive: ModelApproved}
		if from, ok := allowed[to]; ok && m.State != from || !ok && to != ModelRetired {
			return fault.New(fault.Conflict, "model.state", "version %d of %s is %s and cannot become %s", version, code, m.State, to).
				With("the way is draft, approved, active, retired")
		}
		if to == ModelApproved {
			if by == m.Author {
				return fault.New(fault.Conflict, "model.approver", "%s wrote version %d of %s and cannot approve it", by, version, code).
					With("have another official approve it")
			}
			if _, err := tx.ExecContext(ctx, `UPDATE model SET approver = ? WHERE code = ? AND version = ?`, by, code, version); err != nil {
				return err
			}
		}
		retired := version
		if to == ModelActive {
			err := tx.QueryRowContext(ctx, `UPDATE model SET state = 'retired' WHERE code = ? AND state = 'active' RETURNING version`, code).Scan(&retired)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		if _, err = tx.ExecContext(ctx, `UPDATE model SET state = ? WHERE code = ? AND version = ?`, string(to), code, version); err != nil {
			return err
		}
		if to != ModelRetired && retired == version {
			return nil
		}
		// A database that is put back from an older backup does not rate by it again.
		return s.forget(ctx, tx, s.ids.Now(), []gone.Mark{{Kind: gone.ModelRetired, Matter: gone.ModelNumber(code, retired)}})
	})
}

// Models lists every registered version by code and version.
func (s *Store) Models(ctx context.Context) ([]Model, error) {
	var list []Model
	err := s.Read(ctx, func(tx *sql.Tx) error {
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

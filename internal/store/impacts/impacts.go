// Package impacts keeps which impact reports were made, so that an approval can rest on one. The reports are files.
package impacts

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/store"
)

// Store keeps impact reports in a database.
type Store struct{ db *store.Store }

// In is the part of the database that keeps impact reports.
func In(db *store.Store) *Store { return &Store{db} }

// Report is one report that was made. Digests are SHA-256.
type Report struct {
	Digest, Candidate []byte
	// Current is empty where there was nothing to compare with.
	Current []byte
	MadeAt  time.Time
	MadeBy  string
	// Ledger and Snapshot name the population.
	Ledger   int64
	Snapshot string
}

// Begin puts into the platform's ledger, before anything is written, that a report is made, and by whom; of says which
// models and which snapshot it compares. candidate is the digest of the candidate's file.
func (s *Store) Begin(ctx context.Context, p charter.CopyPermit, candidate []byte, of string, at time.Time) error {
	if err := p.Stands(); err != nil {
		return err
	}
	by := p.By()
	e := &ledger.Entry{At: at, Act: ledger.Model, What: "compared", Detail: of, Reader: by.Agency, Official: by.Official}
	copy(e.Commitment[:], candidate)
	return s.db.AppendEntries(ctx, []*ledger.Entry{e})
}

// Add keeps that a report was made, under the permit of who made it. The same report again changes nothing.
func (s *Store) Add(ctx context.Context, p charter.CopyPermit, r *Report) error {
	if err := p.Stands(); err != nil {
		return err
	}
	if len(r.Digest) == 0 || len(r.Candidate) == 0 {
		return fault.New(fault.Internal, "store.impact", "an impact report without a digest was to be kept")
	}
	current := r.Current
	if current == nil {
		current = []byte{}
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO impact_report (`+columns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			r.Digest, r.Candidate, current, store.Micro(r.MadeAt), r.MadeBy, r.Ledger, r.Snapshot)
		return err
	})
}

const columns = `report, candidate, current, made_at, made_by, ledger, snapshot`

func scan(row interface{ Scan(...any) error }) (r Report, err error) {
	var at int64
	err = row.Scan(&r.Digest, &r.Candidate, &r.Current, &at, &r.MadeBy, &r.Ledger, &r.Snapshot)
	r.MadeAt = store.Instant(at)
	return r, err
}

// shortest is how many hexadecimal digits of a digest name a report at least.
const shortest = 8

// Find is the report of which the digest begins so, in hexadecimal digits: eight of them at least. NotFound where there is
// none, Conflict where there are several.
func (s *Store) Find(ctx context.Context, begins string) (Report, error) {
	begins = strings.ToLower(begins)
	if _, err := hex.DecodeString(begins + strings.Repeat("0", len(begins)%2)); err != nil || len(begins) < shortest || len(begins) > 2*sha256.Size {
		return Report{}, fault.New(fault.Invalid, "impact.digest", "%q is no digest of an impact report", begins).
			With("give the digest that the report shows, its first 8 digits at least")
	}
	var found []Report
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM impact_report WHERE substr(lower(hex(report)), 1, ?) = ? LIMIT 2`, len(begins), begins)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r, err := scan(rows)
			if err != nil {
				return err
			}
			found = append(found, r)
		}
		return rows.Err()
	})
	switch {
	case err != nil:
		return Report{}, err
	case len(found) == 0:
		return Report{}, fault.New(fault.NotFound, "impact.unknown", "no impact report that was made here has the digest %.16s", begins).
			With("it was changed, or made elsewhere; probity model reports lists those there are")
	case len(found) > 1:
		return Report{}, fault.New(fault.Conflict, "impact.several", "several impact reports begin with %s", begins).With("give more digits")
	}
	return found[0], nil
}

// Newest is the newest report on the candidate that compares it with the current model; where there is none, the newest
// on the candidate at all, and NotFound where there is none of that either.
func (s *Store) Newest(ctx context.Context, candidate, current []byte) (Report, error) {
	r := Report{}
	if current == nil {
		current = []byte{}
	}
	err := s.db.Read(ctx, func(tx *sql.Tx) (err error) {
		r, err = scan(tx.QueryRowContext(ctx, `SELECT `+columns+` FROM impact_report WHERE candidate = ? ORDER BY current = ? DESC, made_at DESC LIMIT 1`,
			candidate, current))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "impact.none", "there is no impact report on the model").With("probity model impact makes one")
		}
		return err
	})
	return r, err
}

// All lists the reports, the newest first.
func (s *Store) All(ctx context.Context) (list []Report, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		rows := store.Each(ctx, tx, `SELECT `+columns+` FROM impact_report ORDER BY made_at DESC, report`, func(rows *sql.Rows) (Report, error) { return scan(rows) })
		for r, err := range rows {
			if err != nil {
				return err
			}
			list = append(list, r)
		}
		return nil
	})
	return list, err
}

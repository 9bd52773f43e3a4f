// Package impacts keeps which impact reports were made, so that an approval can rest on one. The reports are files.
package impacts

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
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

// Add keeps that a report was made, under the permit of who made it. The same report again changes nothing.
func (s *Store) Add(ctx context.Context, p charter.LogPermit, r *Report) error {
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
		_, err := tx.ExecContext(ctx, `INSERT INTO impact_report (report, candidate, current, made_at, made_by, ledger, snapshot)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			r.Digest, r.Candidate, current, store.Micro(r.MadeAt), r.MadeBy, r.Ledger, r.Snapshot)
		return err
	})
}

// Newest is the newest report on the candidate that compares it with the current model; where there is none, the newest
// on the candidate at all, and NotFound where there is none of that either.
func (s *Store) Newest(ctx context.Context, candidate, current []byte) (Report, error) {
	r := Report{}
	if current == nil {
		current = []byte{}
	}
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		var at int64
		err := tx.QueryRowContext(ctx, `SELECT report, candidate, current, made_at, made_by, ledger, snapshot FROM impact_report
			WHERE candidate = ? ORDER BY current = ? DESC, made_at DESC LIMIT 1`, candidate, current).
			Scan(&r.Digest, &r.Candidate, &r.Current, &at, &r.MadeBy, &r.Ledger, &r.Snapshot)
		r.MadeAt = store.Instant(at)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "impact.none", "there is no impact report on the model").With("probity model impact makes one")
		}
		return err
	})
	return r, err
}

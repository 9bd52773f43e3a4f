package identities

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"probity/internal/fault"
	"probity/internal/identity/evidence"
	"probity/internal/ledger"
	"probity/internal/store"
)

// The kinds of what is signed.
const (
	submissions = "submission"
	documents   = "order"
)

// KeepSigned keeps a verified signature with the submission that came under it.
func (s *Store) KeepSigned(ctx context.Context, submission int64, e *evidence.Signed, at time.Time) error {
	return s.keep(ctx, submissions, strconv.FormatInt(submission, 10), e, at)
}

// KeepDocument keeps a verified signature over the document of an order. Keeping it again changes nothing.
func (s *Store) KeepDocument(ctx context.Context, e *evidence.Signed, at time.Time) error {
	return s.keep(ctx, documents, hex.EncodeToString(e.Digest), e, at)
}

func (s *Store) keep(ctx context.Context, kind, matter string, e *evidence.Signed, at time.Time) error {
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO signed_matter (kind, matter, key, agency, system, form, body, signature, digest, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			kind, matter, e.Key, e.Agency, e.System, string(e.Form), e.Text, e.Signature, e.Digest, store.Micro(at))
		return err
	})
}

// SignedSubmission is the signature under which a submission came, and when; NotFound where it came under none.
func (s *Store) SignedSubmission(ctx context.Context, submission int64) (e evidence.Signed, at time.Time, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		var us int64
		err := tx.QueryRowContext(ctx, `SELECT key, agency, system, form, body, signature, digest, at FROM signed_matter WHERE kind = ? AND matter = ?`,
			submissions, strconv.FormatInt(submission, 10)).Scan(&e.Key, &e.Agency, &e.System, &e.Form, &e.Text, &e.Signature, &e.Digest, &us)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "identity.signed.none", "submission %d was not signed", submission).
				With("what came in unsigned has a receipt: probity ledger receipt --submission")
		}
		at = store.Instant(us)
		return err
	})
	return e, at, err
}

// DocumentSigned tells whether the agency's signature over the document was kept.
func (s *Store) DocumentSigned(ctx context.Context, agency string, digest [32]byte) (yes bool, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM signed_matter WHERE kind = ? AND matter = ? AND agency = ?)`,
			documents, hex.EncodeToString(digest[:]), agency).Scan(&yes)
	})
	return yes, err
}

// Demanded tells whether the agency's files to the dataset are taken with its signature only.
func (s *Store) Demanded(ctx context.Context, agency, dataset string) (yes bool, err error) {
	err = s.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM signing_demand WHERE agency = ? AND dataset IN ('', ?))`, agency, dataset).Scan(&yes)
	})
	return yes, err
}

// Demand has signatures demanded, or demanded no longer, together with its ledger entry.
func (s *Store) Demand(ctx context.Context, agency, dataset, officials string, on bool, e *ledger.Entry) error {
	return s.db.WriteWith(ctx, &store.Trace{Entries: []*ledger.Entry{e}}, func(tx *sql.Tx) error {
		if !on {
			_, err := tx.ExecContext(ctx, `DELETE FROM signing_demand WHERE agency = ? AND dataset = ?`, agency, dataset)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO signing_demand (agency, dataset, since, officials) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			agency, dataset, store.Micro(e.At), officials)
		return err
	})
}

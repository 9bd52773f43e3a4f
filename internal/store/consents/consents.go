// Package consents keeps what persons agreed to, and takes away what rested on it when they withdraw.
package consents

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/rights"
	"probity/internal/store"
	"probity/internal/vault/gone"
)

// Store is a database with its consents. It is safe for concurrent use.
type Store struct{ *store.Store }

// In is a database with its consents.
func In(db *store.Store) *Store { return &Store{db} }

// NextConsents reserves the ids of n consents and gives the first.
func (s *Store) NextConsents(n int) consent.ID { return consent.ID(s.NextIDs(n)) }

// AddConsents keeps consents under the ids they have, leaves an entry in the ledger of each subject and tells each, all in
// one transaction. sealed[i], entries[i] and told[i] belong to permits[i]: the secret as it was sealed, the entry that gets the
// consent's digest, the receipt.
func (s *Store) AddConsents(ctx context.Context, permits []charter.ConsentPermit, sealed [][]byte, entries []*ledger.Entry, told []notice.Written) error {
	if len(permits) != len(entries) || len(permits) != len(sealed) {
		return fault.New(fault.Internal, "store.consents", "%d consents came with %d ledger entries and %d secrets", len(permits), len(entries), len(sealed))
	}
	return s.WriteAct(ctx, charter.Every(permits), &store.Trace{Entries: entries, Notices: told}, func(tx *sql.Tx) error {
		rows := store.NewBulk(tx, "consent", []string{"subject", "id", "method", "valid_from", "valid_to", "once", "given_at", "body", "sealed"}, "")
		waits, err := tx.PrepareContext(ctx, `SELECT count(*) FROM erasure WHERE subject = ? AND record = 0 AND done_at IS NULL`)
		if err != nil {
			return err
		}
		defer waits.Close()
		for i, p := range permits {
			c := p.Consent()
			if c == nil || c.ID == 0 {
				return fault.New(fault.Internal, "store.permit", "a consent came without a permit or an id")
			}
			var erasing int
			if err := waits.QueryRowContext(ctx, int64(c.Subject)).Scan(&erasing); err != nil {
				return err
			}
			if err := p.Stands(erasing > 0); err != nil {
				return err
			}
			body, err := json.Marshal(c.Bare())
			if err != nil {
				return err
			}
			entries[i].Detail, entries[i].Commitment = c.ID.String(), c.Digest()
			if err := rows.Add(ctx, int64(c.Subject), int64(c.ID), c.Method, int64(c.From), int64(c.To), c.Once, store.Micro(c.Given), string(body), sealed[i]); err != nil {
				return err
			}
		}
		return rows.End(ctx)
	})
}

// errUnchanged rolls an act back that was done before.
var errUnchanged = errors.New("nothing is left to do")

// WithdrawConsent marks the consent withdrawn, physically deletes the subject's ratings under it and their history,
// and orders every recipient to delete, all in one transaction with the ledger entry and the subject's receipt.
// Withdrawing again changes nothing and tells nobody.
func (s *Store) WithdrawConsent(ctx context.Context, p charter.WithdrawalPermit, at time.Time, e *ledger.Entry, told notice.Written) (rights.Withdrawal, error) {
	var w rights.Withdrawal
	c := p.Consent()
	if c == nil {
		return w, fault.New(fault.Internal, "store.permit", "a withdrawal came without a permit")
	}
	w.Consent = c.ID
	trace := &store.Trace{At: at, Notices: []notice.Written{told}}
	err := s.WriteAct(ctx, p, trace, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE consent SET withdrawn_at = ? WHERE subject = ? AND id = ? AND withdrawn_at IS NULL`,
			store.Micro(at), int64(c.Subject), int64(c.ID))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errUnchanged)
		}
		if w.Ratings, w.History, err = store.DeleteRatings(ctx, tx, c.Subject, c.Method); err != nil {
			return err
		}
		w.Recipients = c.Recipients
		e.Detail, e.Commitment = c.ID.String(), c.Digest()
		trace.Entries = []*ledger.Entry{e}
		trace.Demands = []recall.Demand{{
			Subject: c.Subject, Kind: recall.Delete, About: c.ID.String(), Ground: "withdrawn", At: at, Due: p.Due(),
			Recipients: c.Recipients,
		}}
		trace.Gone = []gone.Mark{{Kind: gone.Withdrawn, Subject: c.Subject, Matter: int64(c.ID)}}
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return w, nil
	}
	return w, err
}

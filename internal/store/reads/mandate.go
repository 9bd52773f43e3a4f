package reads

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/notice"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// NextMandate draws the id of a new mandate.
func (s *Store) NextMandate() mandate.ID { return mandate.ID(s.NextIDs(1)) }

// Mandates are those that a subject gave or holds, those that are over among them, oldest first.
func (s *Store) Mandates(ctx context.Context, of subject.ID) (all []mandate.Mandate, err error) {
	err = s.Read(ctx, func(tx *sql.Tx) error {
		all = nil
		rows, err := tx.QueryContext(ctx, `SELECT subject, id, holder, acts, proof, valid_from, valid_to, given_at, given_by, given_with, ended_at, ended_by
			FROM mandate WHERE subject = ?1 OR holder = ?1 ORDER BY given_at, id`, int64(of))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m mandate.Mandate
			var acts string
			var from, until, given int64
			var ended sql.NullInt64
			if err := rows.Scan(&m.Principal, &m.ID, &m.Holder, &acts, &m.Proof, &from, &until, &given, &m.By, &m.With, &ended, &m.EndedBy); err != nil {
				return err
			}
			for a := range strings.SplitSeq(acts, ",") {
				m.Acts = append(m.Acts, mandate.Act(a))
			}
			m.From, m.Until, m.Given = store.Instant(from), store.Instant(until), store.Instant(given)
			if ended.Valid {
				m.EndedAt = store.Instant(ended.Int64)
			}
			all = append(all, m)
		}
		return rows.Err()
	})
	return all, err
}

// GiveMandate keeps a mandate, with the entries of both ledgers and what both subjects are told.
func (s *Store) GiveMandate(ctx context.Context, m mandate.Mandate, entries []*ledger.Entry, told []notice.Written) error {
	acts := make([]string, len(m.Acts))
	for i, a := range m.Acts {
		acts[i] = string(a)
	}
	return s.WriteWith(ctx, &store.Trace{At: m.Given, Entries: entries, Notices: told}, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO mandate (subject, id, holder, acts, proof, valid_from, valid_to, given_at, given_by, given_with)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, int64(m.Principal), int64(m.ID), int64(m.Holder), strings.Join(acts, ","), m.Proof,
			store.Micro(m.From), store.Micro(m.Until), store.Micro(m.Given), m.By, m.With)
		return err
	})
}

// EndMandate ends a mandate, likewise; what is over already is a Conflict.
func (s *Store) EndMandate(ctx context.Context, m mandate.Mandate, entries []*ledger.Entry, told []notice.Written) error {
	trace := &store.Trace{At: m.EndedAt, Entries: entries, Notices: told, Gone: []gone.Mark{{Kind: gone.MandateEnded, Subject: m.Principal, Matter: int64(m.ID)}}}
	return s.WriteWith(ctx, trace, func(tx *sql.Tx) error {
		at := store.Micro(m.EndedAt)
		done, err := tx.ExecContext(ctx, `UPDATE mandate SET ended_at = ?, ended_by = ? WHERE subject = ? AND id = ? AND ended_at IS NULL AND valid_to > ?`,
			at, m.EndedBy, int64(m.Principal), int64(m.ID), at)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return fault.New(fault.Conflict, "access.mandate.over", "the mandate %s is over already", m.ID).With("see those there are: probity mandate list")
	})
}

// lookAtMandate finds whether the mandate by which a read was let in is good still, once a batch.
func (m *moment) lookAtMandate(ctx context.Context, tx *sql.Tx, l *access.Line) error {
	by := l.Permit.Terms().By
	if by.Mandate == "" {
		return nil
	}
	if _, known := m.mandated[by.Mandate]; known {
		return nil
	}
	id, err := mandate.ParseID(by.Mandate)
	if err != nil {
		return err
	}
	at := store.Micro(l.Entry.At)
	var good bool
	err = tx.QueryRowContext(ctx, `SELECT ended_at IS NULL AND valid_from <= ? AND valid_to > ? FROM mandate WHERE id = ?`, at, at, int64(id)).Scan(&good)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	m.mandated[by.Mandate] = good
	return err
}

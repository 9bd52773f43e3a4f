package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/rights"
	"probity/internal/store/engine"
	"probity/internal/subject"
)

// SubjectsOf reads many subjects of the register in the order of the ids, following redirects; an unknown id is NotFound.
func (s *Store) SubjectsOf(ctx context.Context, ids []subject.ID) ([]subject.Subject, error) {
	list := make([]subject.Subject, len(ids))
	err := s.Read(ctx, func(tx *sql.Tx) error {
		found := make(map[subject.ID]subject.Subject, len(ids))
		for page := range slices.Chunk(ids, subjectsPerQuery) {
			list, err := SubjectsIn(ctx, tx, registerQuery+`id IN (`+Marks(len(page))+`)`, Numbers(page)...)
			if err != nil {
				return err
			}
			for _, sub := range list {
				found[sub.ID] = sub
			}
		}
		for i, id := range ids {
			sub, ok := found[id]
			if !ok {
				return fault.New(fault.NotFound, "subject.none", "there is no subject %s", id)
			}
			var err error
			if list[i], err = follow(ctx, tx, sub); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// Consents are all of a subject's consents, newest first, those withdrawn and expired among them.
func (s *Store) Consents(ctx context.Context, id subject.ID) ([]consent.Consent, error) {
	all, err := s.prepared.Of(ctx, `SELECT subject, body, sealed, withdrawn_at, used_at FROM consent WHERE subject = ? ORDER BY id DESC`) //nolint:sqlclosecheck // kept compiled until its owner closes
	if err != nil {
		return nil, s.dialect.Translate(err)
	}
	rows, err := all.QueryContext(ctx, int64(id))
	if err != nil {
		return nil, s.dialect.Translate(err)
	}
	var list []consent.Consent
	err = scanConsents(rows, func(_ subject.ID, c consent.Consent) { list = append(list, c) })
	return list, s.dialect.Translate(err)
}

// ConsentsOf are the consents of many subjects to one method, newest first for each; "" is every method. Subjects
// without any are absent from the answer.
func (s *Store) ConsentsOf(ctx context.Context, ids []subject.ID, method string) (map[subject.ID][]consent.Consent, error) {
	found := make(map[subject.ID][]consent.Consent, len(ids))
	err := s.Read(ctx, func(tx *sql.Tx) error {
		for page := range slices.Chunk(ids, subjectsPerQuery) {
			rows, err := tx.QueryContext(ctx, `SELECT subject, body, sealed, withdrawn_at, used_at FROM consent
				WHERE subject IN (`+Marks(len(page))+`) AND (? = '' OR method = ?) ORDER BY subject, id DESC`, append(Numbers(page), method, method)...)
			if err == nil {
				err = scanConsents(rows, func(id subject.ID, c consent.Consent) { found[id] = append(found[id], c) })
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

func scanConsents(rows *sql.Rows, yield func(subject.ID, consent.Consent)) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id subject.ID
		var body, sealed []byte
		var withdrawn, used sql.NullInt64
		if err := rows.Scan(&id, &body, &sealed, &withdrawn, &used); err != nil {
			return err
		}
		var c consent.Consent
		if err := json.Unmarshal(body, &c); err != nil {
			return fmt.Errorf("reading a consent: %w", err)
		}
		c.Sealed = sealed
		if withdrawn.Valid {
			c.Withdrawn = Instant(withdrawn.Int64)
		}
		if used.Valid {
			c.Used = Instant(used.Int64)
		}
		yield(id, c)
	}
	return rows.Err()
}

// DeleteRatings deletes in a write transaction what a model said of a subject, now and before, and the standing row, which
// may repeat it and is made anew when it is next asked for.
func DeleteRatings(ctx context.Context, tx *sql.Tx, id subject.ID, model string) (ratings, history int64, err error) {
	if ratings, err = deleteRatings(ctx, tx, "rating", id, model); err != nil {
		return 0, 0, err
	}
	if history, err = deleteRatings(ctx, tx, "rating_history", id, model); err != nil {
		return 0, 0, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM standing WHERE subject = ?`, int64(id))
	return ratings, history, err
}

func deleteRatings(ctx context.Context, tx *sql.Tx, table string, id subject.ID, model string) (int64, error) {
	done, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE subject = ? AND model = ?`, int64(id), model)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// SealedIdentifiers are the sealed identifiers of many subjects, in any order.
func (s *Store) SealedIdentifiers(ctx context.Context, ids []subject.ID) ([]rights.SealedIdentifier, error) {
	var list []rights.SealedIdentifier
	err := s.Read(ctx, func(tx *sql.Tx) error {
		for page := range slices.Chunk(ids, subjectsPerQuery) {
			rows, err := tx.QueryContext(ctx, `SELECT subject, scheme, value FROM subject_identifier
				WHERE sealed = 1 AND subject IN (`+Marks(len(page))+`)`, Numbers(page)...)
			if err != nil {
				return err
			}
			if list, err = appendSealed(list, rows); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

func appendSealed(list []rights.SealedIdentifier, rows *sql.Rows) (_ []rights.SealedIdentifier, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var one rights.SealedIdentifier
		if err := rows.Scan(&one.Subject, &one.Scheme, &one.Value); err != nil {
			return list, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// stillConsented leaves out, inside the transaction that keeps ratings, those whose consent was withdrawn or used
// up since the permit was given: a withdrawal and a rating under way do not pass each other.
func stillConsented(ctx context.Context, tx *sql.Tx, list []rating.Kept) ([]rating.Kept, error) {
	if !slices.ContainsFunc(list, func(k rating.Kept) bool { return k.Permit.Consent() != 0 }) {
		return list, nil
	}
	inUse := map[[2]int64]bool{} // by subject and consent: that it was not used up, of those that were not withdrawn
	for page := range slices.Chunk(list, subjectsPerQuery) {
		var pairs []any
		for i := range page {
			pairs = append(pairs, int64(page[i].Permit.Subject().ID), int64(page[i].Permit.Consent()))
		}
		rows, err := tx.QueryContext(ctx, `WITH asked (subject, id) AS `+engine.Pairs(len(page))+` SELECT c.subject, c.id, c.used_at IS NULL
			FROM asked a CROSS JOIN consent c ON c.subject = a.subject WHERE c.id = a.id AND withdrawn_at IS NULL`, pairs...)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var at [2]int64
			var unused bool
			if err := rows.Scan(&at[0], &at[1], &unused); err != nil {
				return nil, err
			}
			inUse[at] = unused
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	kept := make([]rating.Kept, 0, len(list))
	for i := range list {
		p := &list[i].Permit
		unused, stands := inUse[[2]int64{int64(p.Subject().ID), int64(p.Consent())}]
		if p.Consent() == 0 || stands && (unused || p.InUse()) {
			kept = append(kept, list[i])
		}
	}
	return kept, nil
}

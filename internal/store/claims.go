package store

import (
	"context"
	"database/sql"
	"errors"

	"probity/internal/record"
	"probity/internal/subject"
)

// Claimed is what a supplier's row already has here: its record, the subject that record is on, and its newest version.
type Claimed struct {
	Subject subject.ID
	Record  record.ID
	// Submission is the one that claimed the key last.
	Submission int64
	// Seq is the highest version number, 0 where a killed run claimed the key and wrote no version.
	Seq int
	// Digest and Status are those of the newest version that is published or part of the submission asked for; Has is
	// false where there is none.
	Has    bool
	Digest [16]byte
	Status record.Status
	// Own is set where that version is part of the submission asked for; Line is the line it came from.
	Own  bool
	Line int
}

// Claims looks up which of the keys are claimed. Keys must be sorted; those beyond the highest claimed key are known to
// be new without a look each, which makes a file in key order cheap.
func (s *Store) Claims(ctx context.Context, submission int64, agency, dataset string, keys []string) (map[string]Claimed, error) {
	found := map[string]Claimed{}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		var highest []byte
		err := tx.QueryRowContext(ctx, `SELECT key FROM source_row WHERE agency = ? AND dataset = ? ORDER BY key DESC LIMIT 1`, agency, dataset).Scan(&highest)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		one, err := tx.PrepareContext(ctx, `SELECT subject, record, submission FROM source_row WHERE agency = ? AND dataset = ? AND key = ?`)
		if err != nil {
			return err
		}
		defer one.Close()
		versions, err := tx.PrepareContext(ctx, `SELECT seq, submission, line, status, digest FROM record_version WHERE subject = ? AND record = ? ORDER BY seq`)
		if err != nil {
			return err
		}
		defer versions.Close()
		for _, k := range keys {
			if k > string(highest) {
				break
			}
			var c Claimed
			err := one.QueryRowContext(ctx, agency, dataset, []byte(k)).Scan(&c.Subject, &c.Record, &c.Submission)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			if err := s.newest(ctx, versions, submission, &c); err != nil {
				return err
			}
			found[k] = c
		}
		return nil
	})
	return found, err
}

// newest fills in the newest version: the latest published, or what the submission itself has added behind it.
func (s *Store) newest(ctx context.Context, versions *sql.Stmt, submission int64, c *Claimed) error {
	rows, err := versions.QueryContext(ctx, int64(c.Subject), int64(c.Record))
	if err != nil {
		return err
	}
	defer rows.Close()
	var at int64
	for rows.Next() {
		var seq, line int
		var of int64
		var status record.Status
		var digest []byte
		if err := rows.Scan(&seq, &of, &line, &status, &digest); err != nil {
			return err
		}
		c.Seq = max(c.Seq, seq)
		published, ok := s.subs.at(of)
		own := of == submission
		if !ok && !own {
			continue
		}
		if c.Own && !own || !own && published < at {
			continue
		}
		at = published
		c.Has, c.Own, c.Line, c.Status = true, own, line, status
		copy(c.Digest[:], digest)
	}
	return rows.Err()
}

// Claim is a row's identity at its supplier, to be claimed for a record.
type Claim struct {
	Key     string
	Subject subject.ID
	Record  record.ID
}

// AddClaims claims keys, given in order, in one short commit. A key that is claimed already moves to the subject named:
// its row was bound to another subject before.
func (s *Store) AddClaims(ctx context.Context, submission int64, agency, dataset string, claims []Claim) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		b := newBulk(tx, "source_row", []string{"agency", "dataset", "key", "subject", "record", "submission"},
			" ON CONFLICT (agency, dataset, key) DO UPDATE SET subject = excluded.subject, submission = excluded.submission")
		for i := range claims {
			c := &claims[i]
			if err := b.add(ctx, agency, dataset, []byte(c.Key), int64(c.Subject), int64(c.Record), submission); err != nil {
				return err
			}
		}
		return b.end(ctx)
	})
}

// NextRecords reserves n record ids and gives the first; they are time-ordered.
func (s *Store) NextRecords(n int) record.ID { return record.ID(s.ids.next(n)) }

// NextSubjects reserves n subject ids and gives the first; they are time-ordered.
func (s *Store) NextSubjects(n int) subject.ID { return subject.ID(s.ids.next(n)) }

// Entrant is a subject on its way into the register, or further identifiers and names of one that is there.
type Entrant struct {
	Subject subject.Subject
	New     bool
	Keys    []Key
	// Values are the identifiers as the subject's own file keeps them, one for each key: in the clear for
	// organisations, sealed under the subject's key for persons.
	Values [][]byte
	Sealed bool
	// Name and Folded are for search; "" for natural persons and sole traders, who are never searchable.
	Name, Folded string
}

// AddSubjects enters subjects with their identifiers and names in one short commit. An identifier that leads elsewhere
// already is a conflict.
func (s *Store) AddSubjects(ctx context.Context, entrants []Entrant) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		subjects := newBulk(tx, "subject", []string{"id", "kind", "sole", "region"}, "")
		keys := newBulk(tx, "identifier", []string{"scheme", "value", "subject"}, "")
		values := newBulk(tx, "subject_identifier", []string{"subject", "scheme", "value", "sealed"}, "")
		names := newBulk(tx, "subject_name", []string{"subject", "name", "folded"}, " ON CONFLICT DO NOTHING")
		for i := range entrants {
			e := &entrants[i]
			id := int64(e.Subject.ID)
			if e.New {
				if err := subjects.add(ctx, id, string(e.Subject.Kind), e.Subject.Sole, e.Subject.Region); err != nil {
					return err
				}
			}
			for j, k := range e.Keys {
				if err := keys.add(ctx, string(k.Scheme), []byte(k.Value), id); err != nil {
					return err
				}
				if err := values.add(ctx, id, string(k.Scheme), e.Values[j], e.Sealed); err != nil {
					return err
				}
			}
			if e.Name != "" {
				if err := names.add(ctx, id, e.Name, e.Folded); err != nil {
					return err
				}
			}
		}
		return errors.Join(subjects.end(ctx), keys.end(ctx), values.end(ctx), names.end(ctx))
	})
}

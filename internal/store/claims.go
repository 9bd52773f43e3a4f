package store

import (
	"context"
	"database/sql"
	"errors"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/store/beside"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Claimed is what a supplier's row already has here: its record, the subject that record is on, and its newest version.
type Claimed struct {
	Record record.ID
	// Lapse is the earliest day on which one of its versions would lapse, None where none would.
	Lapse calendar.Day
	// Barred tells that a dispute put the record out of use until it is certified.
	Barred bool
	// By is the submission that made the record; Published tells that the record stood before the one that asks.
	By        int64
	Published bool
	// Subject is the one that the record is on for the submission that asks, Base the one that it is on for everybody
	// else: a submission that is not published has moved nothing yet.
	Subject, Base subject.ID
	// Own: the submission that asks has sent a row of this key before.
	Own bool
	// Erased: the record was erased and may not come in again (Charter C10).
	Erased bool
	// Seq is the highest number of a version on Subject, whether it may be seen or not.
	Seq int
	// Digest and Status are those of the newest version on Subject that is published or of the submission that asks; Has
	// is false where there is none. Stored tells that it is of that submission.
	Has, Stored bool
	Digest      [16]byte
	Status      record.Status
}

// Claims looks up which of the keys are claimed. What a submission claimed that was not published is nobody's, unless it
// is the one that asks. Keys must be sorted; those beyond the highest claimed key are known to be new without a look
// each, which makes a file in key order cheap. Whoever adds claims by what this says must hold the turn, see Turn.
func (s *Store) Claims(ctx context.Context, submission int64, agency, dataset string, keys []string) (map[string]Claimed, error) {
	found := map[string]Claimed{}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		m, err := s.moment(ctx, tx)
		if err != nil {
			return err
		}
		var highest []byte
		err = tx.QueryRowContext(ctx, `SELECT key FROM source_row WHERE agency = ? AND dataset = ? ORDER BY key DESC LIMIT 1`, agency, dataset).Scan(&highest)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		waiting, err := beside.AheadOf(ctx, tx)
		if err != nil {
			return err
		}
		one, err := tx.PrepareContext(ctx, `SELECT subject, record, submission, next_subject, next_by, erased FROM source_row WHERE agency = ? AND dataset = ? AND key = ?`)
		if err != nil {
			return err
		}
		defer one.Close()
		versions, err := tx.PrepareContext(ctx, `SELECT seq, submission, status, digest, lapse FROM record_version WHERE subject = ? AND record = ? ORDER BY seq`)
		if err != nil {
			return err
		}
		defer versions.Close()
		contested, err := beside.AnyContest(ctx, tx)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k > string(highest) && waiting == nil {
				break
			}
			c, ok, err := claim(one.QueryRowContext(ctx, agency, dataset, []byte(k)), m, submission)
			if err != nil {
				return err
			}
			if !ok && waiting != nil {
				was, err := waiting.Of(ctx, s.number.Row(agency, dataset, k))
				if err != nil {
					return err
				}
				if _, erased := was[gone.RecordErased]; erased {
					found[k] = Claimed{Erased: true, Lapse: calendar.None}
				}
			}
			if !ok {
				continue
			}
			if err := newest(ctx, versions, m, submission, &c); err != nil {
				return err
			}
			if contested {
				if c.Barred, err = beside.Barred(ctx, tx, Spot{Subject: c.Subject, Record: c.Record}); err != nil {
					return err
				}
			}
			found[k] = c
		}
		return nil
	})
	return found, err
}

// claim reads a claim as the submission sees it; ok is false where there is none.
func claim(row *sql.Row, m moment, submission int64) (c Claimed, ok bool, err error) {
	c.Lapse = calendar.None
	var next subject.ID
	var nextBy int64
	err = row.Scan(&c.Base, &c.Record, &c.By, &next, &nextBy, &c.Erased)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	if _, c.Published = m.at(c.By); !c.Published && c.By != submission && !c.Erased {
		return c, false, nil
	}
	if _, published := m.at(nextBy); published {
		c.Base = next
	}
	c.Subject = c.Base
	if nextBy == submission {
		c.Subject = next
	}
	c.Own = c.By == submission || nextBy == submission
	return c, true, nil
}

// newest fills in the newest version: the latest published, or what the submission itself has added behind it.
func newest(ctx context.Context, versions *sql.Stmt, m moment, submission int64, c *Claimed) error {
	rows, err := versions.QueryContext(ctx, int64(c.Subject), int64(c.Record))
	if err != nil {
		return err
	}
	defer rows.Close()
	var at int64
	for rows.Next() {
		var seq int
		var of int64
		var status record.Status
		var digest []byte
		var lapse sql.NullInt64
		if err := rows.Scan(&seq, &of, &status, &digest, &lapse); err != nil {
			return err
		}
		c.Seq = max(c.Seq, seq)
		published, ok := m.at(of)
		own := of == submission
		if !ok && !own {
			continue
		}
		if day := DayOf(lapse); day != calendar.None && (c.Lapse == calendar.None || day < c.Lapse) {
			c.Lapse = day
		}
		if c.Stored && !own || !own && published < at {
			continue
		}
		at = published
		c.Has, c.Stored, c.Status = true, own, status
		copy(c.Digest[:], digest)
	}
	return rows.Err()
}

// Spot is where a version of a record would stand.
type Spot = beside.Spot

// Tops gives the highest version number in each spot, whether it may be seen or not; spots without a version are absent.
func (s *Store) Tops(ctx context.Context, spots []Spot) (map[Spot]int, error) {
	found := map[Spot]int{}
	if len(spots) == 0 {
		return found, nil
	}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		one, err := tx.PrepareContext(ctx, `SELECT max(seq) FROM record_version WHERE subject = ? AND record = ?`)
		if err != nil {
			return err
		}
		defer one.Close()
		for _, at := range spots {
			var top sql.NullInt64
			if err := one.QueryRowContext(ctx, int64(at.Subject), int64(at.Record)).Scan(&top); err != nil {
				return err
			}
			if top.Valid {
				found[at] = int(top.Int64)
			}
		}
		return nil
	})
	return found, err
}

// Claim is a row's identity at its supplier: Subject, Record and By as in [Claimed] (Subject being its Base), and the
// subject the record goes to once the submission Mover is published, where one has sent the row again.
type Claim struct {
	Key     string
	Subject subject.ID
	Record  record.ID
	By      int64
	Next    subject.ID
	Mover   int64
}

// AddClaims claims keys, given in order, in one short commit, in place of what was claimed before.
func (s *Store) AddClaims(ctx context.Context, agency, dataset string, claims []Claim) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		b := NewBulk(tx, "source_row", []string{"agency", "dataset", "key", "subject", "record", "submission", "next_subject", "next_by"},
			` ON CONFLICT (agency, dataset, key) DO UPDATE SET subject = excluded.subject, record = excluded.record,
				submission = excluded.submission, next_subject = excluded.next_subject, next_by = excluded.next_by`)
		for i := range claims {
			c := &claims[i]
			if err := b.Add(ctx, agency, dataset, []byte(c.Key), int64(c.Subject), int64(c.Record), c.By, int64(c.Next), c.Mover); err != nil {
				return err
			}
		}
		if err := b.End(ctx); err != nil {
			return err
		}
		return s.markNew(ctx, tx, agency, dataset, claims)
	})
}

// NextRecords reserves n record ids and gives the first; they are time-ordered.
func (s *Store) NextRecords(n int) record.ID { return record.ID(s.writer.IDs.Next(n)) }

// NextSubjects reserves n subject ids and gives the first; they are time-ordered.
func (s *Store) NextSubjects(n int) subject.ID { return subject.ID(s.writer.IDs.Next(n)) }

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
		subjects := NewBulk(tx, "subject", []string{"id", "kind", "sole", "region"}, "")
		keys := NewBulk(tx, "identifier", []string{"scheme", "value", "subject"}, "")
		values := NewBulk(tx, "subject_identifier", []string{"subject", "scheme", "value", "sealed"}, "")
		names := NewBulk(tx, "subject_name", []string{"subject", "name", "folded"}, " ON CONFLICT DO NOTHING")
		for i := range entrants {
			e := &entrants[i]
			id := int64(e.Subject.ID)
			if e.New {
				if err := subjects.Add(ctx, id, string(e.Subject.Kind), e.Subject.Sole, e.Subject.Region); err != nil {
					return err
				}
			}
			for j, k := range e.Keys {
				if err := keys.Add(ctx, string(k.Scheme), []byte(k.Value), id); err != nil {
					return err
				}
				if err := values.Add(ctx, id, string(k.Scheme), e.Values[j], e.Sealed); err != nil {
					return err
				}
			}
			if e.Name != "" {
				if err := names.Add(ctx, id, e.Name, e.Folded); err != nil {
					return err
				}
			}
		}
		return errors.Join(subjects.End(ctx), keys.End(ctx), values.End(ctx), names.End(ctx))
	})
}

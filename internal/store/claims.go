package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/store/beside"
	"probity/internal/store/claim"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

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
		if len(keys) > subjectsPerQuery {
			err = tx.QueryRowContext(ctx, `SELECT key FROM source_row WHERE agency = ? AND dataset = ? ORDER BY key DESC LIMIT 1`, agency, dataset).Scan(&highest)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		waiting, err := beside.AheadOf(ctx, tx)
		if err != nil {
			return err
		}
		for page := range slices.Chunk(keys, subjectsPerQuery) {
			if len(keys) > subjectsPerQuery && page[0] > string(highest) && waiting == nil {
				break
			}
			claims, err := claim.Of(ctx, tx, claim.Asked{Agency: agency, Dataset: dataset, Keys: page, Submission: submission, Published: m.at})
			if err != nil {
				return err
			}
			for _, k := range page {
				if c, ok := claims[k]; ok {
					found[k] = *c
				} else if waiting != nil {
					was, err := waiting.Of(ctx, s.number.Row(agency, dataset, k))
					if err != nil {
						return err
					}
					if _, erased := was[gone.RecordErased]; erased {
						found[k] = Claimed{Erased: true, Lapse: calendar.None}
					}
				}
			}
		}
		return nil
	})
	return found, err
}

// Spot is where a version of a record would stand.
type Spot = beside.Spot

// Claimed is what a supplier's row already has here.
type Claimed = claim.Claimed

// Tops gives the highest version number in each spot, whether it may be seen or not; spots without a version are absent.
func (s *Store) Tops(ctx context.Context, spots []Spot) (map[Spot]int, error) {
	found := map[Spot]int{}
	if len(spots) == 0 {
		return found, nil
	}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		return claim.Tops(ctx, tx, spots, found)
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

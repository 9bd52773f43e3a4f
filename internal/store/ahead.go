package store

import (
	"context"
	"database/sql"

	"probity/internal/record"
	"probity/internal/store/beside"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// byRow adds to each mark that puts a record out of use on which supplier's row the record is.
func (s *Store) byRow(ctx context.Context, tx *sql.Tx, marks []gone.Mark) (out []gone.Mark, err error) {
	for _, m := range marks {
		out = append(out, m)
		switch m.Kind {
		case gone.Suppressed, gone.Repaired, gone.Unrepaired, gone.Stated, gone.Unstated:
			rows, err := s.Rows(ctx, tx, Spot{Subject: m.Subject, Record: record.ID(m.Matter)})
			if err != nil {
				return nil, err
			}
			out = append(out, rows...)
		default: // RecordErased names its row itself, before the row is gone
		}
	}
	return out, nil
}

// Rows are the marks by which the journal names the supplier's row of a record, for transactions under way.
func (s *Store) Rows(ctx context.Context, tx *sql.Tx, at Spot) ([]gone.Mark, error) {
	if s.number == nil || at.Record == 0 {
		return nil, nil
	}
	return beside.Rows(ctx, tx, s.number, at)
}

// Persons are the marks by which the journal names a subject's identifiers.
func (s *Store) Persons(id subject.ID, keys []Key) []gone.Mark {
	if s.number == nil {
		return nil
	}
	var marks []gone.Mark
	for _, k := range keys {
		marks = append(marks, gone.Mark{Kind: gone.OfPerson, Subject: id, Matter: s.number.Identifier(string(k.Scheme), k.Value)})
	}
	return marks
}

// markNew puts records that are claimed anew out of use, where they were so before the database was put back.
func (s *Store) markNew(ctx context.Context, tx *sql.Tx, agency, dataset string, claims []Claim) error {
	waiting, err := beside.AheadOf(ctx, tx)
	if err != nil || waiting == nil {
		return err
	}
	for i := range claims {
		c := &claims[i]
		if err := waiting.Meet(ctx, tx, s.number.Row(agency, dataset, c.Key), Spot{Subject: c.Subject, Record: c.Record}); err != nil {
			return err
		}
	}
	return nil
}

// Gone tells which of the identifiers lead to human beings whose files were erased before the database was put back from
// a backup that does not know them.
func (s *Store) Gone(ctx context.Context, keys []Key) (map[Key]bool, error) {
	found := map[Key]bool{}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		waiting, err := beside.AheadOf(ctx, tx)
		if err != nil || waiting == nil {
			return err
		}
		for _, k := range keys {
			was, err := waiting.Of(ctx, s.number.Identifier(string(k.Scheme), k.Value))
			if err != nil {
				return err
			}
			if _, ok := was[gone.Erased]; ok {
				found[k] = true
			}
		}
		return nil
	})
	return found, err
}

package store

import (
	"context"
	"database/sql"
	"time"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// What is gone of a matter that a restored database does not know, since it came in after the backup, waits by a keyed
// number of its supplier's row, or of its subject's identifier, until the matter comes in again (Charter C10).

// rowNumber is the number of a supplier's row.
func (s *Store) rowNumber(agency, dataset, key string) int64 {
	return s.number("row", agency, dataset, key)
}

// personNumber is the number of an identifier as it is looked up.
func (s *Store) personNumber(k Key) int64 { return s.number("identifier", string(k.Scheme), k.Value) }

// byRow adds to each mark that makes a record gone, or puts it out of use, on which supplier's row the record is.
func (s *Store) byRow(ctx context.Context, tx *sql.Tx, marks []gone.Mark) ([]gone.Mark, error) {
	var out []gone.Mark
	for i, m := range marks {
		out = append(out, m)
		named := i+1 < len(marks) && marks[i+1].Kind == gone.OfRow
		switch m.Kind {
		case gone.Suppressed, gone.Repaired, gone.Stated, gone.Unstated:
		default:
			continue
		}
		if m.Matter == 0 || named {
			continue
		}
		rows, err := s.Rows(ctx, tx, Spot{Subject: m.Subject, Record: record.ID(m.Matter)})
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// Rows are the marks by which the journal names the supplier's row of a record, for transactions under way.
func (s *Store) Rows(ctx context.Context, tx *sql.Tx, at Spot) (marks []gone.Mark, err error) {
	if s.number == nil {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT c.agency, c.dataset, v.source_key FROM record_version v
		JOIN contract c ON c.number = v.contract WHERE v.subject = ? AND v.record = ?`, int64(at.Subject), int64(at.Record))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var agency, dataset string
		var key []byte
		if err := rows.Scan(&agency, &dataset, &key); err != nil {
			return nil, err
		}
		marks = append(marks, gone.Mark{Kind: gone.OfRow, Subject: at.Subject, Matter: s.rowNumber(agency, dataset, string(key))})
	}
	return marks, rows.Err()
}

// Persons are the marks by which the journal names a subject's identifiers.
func (s *Store) Persons(id subject.ID, keys []Key) []gone.Mark {
	if s.number == nil {
		return nil
	}
	var marks []gone.Mark
	for _, k := range keys {
		marks = append(marks, gone.Mark{Kind: gone.OfPerson, Subject: id, Matter: s.personNumber(k)})
	}
	return marks
}

// SetAhead keeps that what has the number is gone, or out of use, as soon as it comes in.
func SetAhead(ctx context.Context, tx *sql.Tx, number int64, kind gone.Kind, at time.Time) error {
	if kind == gone.Stated || kind == gone.Unstated { // the newer of the two counts
		if _, err := tx.ExecContext(ctx, `DELETE FROM gone_ahead WHERE number = ? AND kind IN (?, ?)`, number, int(gone.Stated), int(gone.Unstated)); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO gone_ahead (number, kind, day) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		number, int(kind), int64(calendar.In(at, calendar.Shanghai)))
	return err
}

// ahead is what waits for matters to come in; nil where nothing does, which is nearly always. It ends with its transaction.
type ahead struct{ one *sql.Stmt }

func aheadOf(ctx context.Context, tx *sql.Tx) (*ahead, error) {
	var some bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM gone_ahead)`).Scan(&some)
	if err != nil || !some {
		return nil, err
	}
	one, err := tx.PrepareContext(ctx, `SELECT kind, day FROM gone_ahead WHERE number = ?`)
	return &ahead{one}, err
}

// of gives by kind the day on which what has the number went.
func (a *ahead) of(ctx context.Context, number int64) (map[gone.Kind]calendar.Day, error) {
	rows, err := a.one.QueryContext(ctx, number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found map[gone.Kind]calendar.Day
	for rows.Next() {
		var kind gone.Kind
		var day calendar.Day
		if err := rows.Scan(&kind, &day); err != nil {
			return nil, err
		}
		if found == nil {
			found = map[gone.Kind]calendar.Day{}
		}
		found[kind] = day
	}
	return found, rows.Err()
}

// markNew puts records that are claimed anew out of use, where they were so before the database was put back.
func (s *Store) markNew(ctx context.Context, tx *sql.Tx, agency, dataset string, claims []Claim) error {
	waiting, err := aheadOf(ctx, tx)
	if err != nil || waiting == nil {
		return err
	}
	for i := range claims {
		c := &claims[i]
		was, err := waiting.of(ctx, s.rowNumber(agency, dataset, c.Key))
		if err != nil {
			return err
		}
		at := Spot{Subject: c.Subject, Record: c.Record}
		for _, kind := range []gone.Kind{gone.Suppressed, gone.Stated} {
			if _, ok := was[kind]; !ok {
				continue
			}
			if err := SetContests(ctx, tx, []Contest{LostContest(at, kind)}); err != nil {
				return err
			}
		}
		if day, ok := was[gone.Repaired]; ok {
			if err := SetRepaired(ctx, tx, at, 0, day); err != nil {
				return err
			}
		}
	}
	return nil
}

// LostContest is the mark on a record whose dispute, or whose subject's own words, were lost in a restore: it is out of use
// until somebody looks at it.
func LostContest(at Spot, kind gone.Kind) Contest {
	c := Contest{Subject: at.Subject, Record: at.Record, Dispute: LostDispute, State: record.Barred, Due: calendar.None}
	if kind == gone.Stated {
		c.Dispute, c.State = LostStatement, record.Disputed
	}
	return c
}

// Gone tells which of the identifiers lead to human beings whose files were erased before the database was put back from
// a backup that does not know them.
func (s *Store) Gone(ctx context.Context, keys []Key) (map[Key]bool, error) {
	found := map[Key]bool{}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		waiting, err := aheadOf(ctx, tx)
		if err != nil || waiting == nil {
			return err
		}
		for _, k := range keys {
			was, err := waiting.of(ctx, s.personNumber(k))
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

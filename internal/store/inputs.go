package store

import (
	"context"
	"database/sql"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/record"
	"probity/internal/store/beside"
	"probity/internal/subject"
)

// subjectsPerQuery is how many subjects one query reads: SQLite seeks each in turn, so that the number only spreads the
// cost of a statement.
const subjectsPerQuery = 256

// Inputs reads, for every subject that a permit names, the newest version of each of its records as far as it was
// published at knownAt (the zero time means now). It yields them by subject and record in ascending order; retractions
// are left out, and whether what is yielded may be seen today, and counts, is for the charter to say: how a dispute bears
// on it and when it lapses is as of now, whatever knownAt is. Permits must ascend by
// subject, and a subject may have several. The version and its payload are valid until yield returns; fields that a
// rating does not need (key, sealed, agency) are not set. datasets gives the dataset of each contract number.
func (s *Store) Inputs(ctx context.Context, permits []charter.RatingPermit, knownAt time.Time, datasets map[int]string, yield func(*record.Version) error) error {
	ids := make([]any, 0, subjectsPerQuery)
	return s.Read(ctx, func(tx *sql.Tx) error {
		sight, err := s.Sight(ctx, tx, knownAt, datasets)
		if err != nil {
			return err
		}
		read := func() error {
			if len(ids) == 0 {
				return nil
			}
			defer func() { ids = ids[:0] }()
			return sight.Newest(ctx, ids, `subject IN (`+Marks(len(ids))+`)`, ids, yield)
		}
		var last subject.ID
		for _, p := range permits {
			id := p.Subject().ID
			if id == last || id == 0 {
				continue
			}
			last = id
			if ids = append(ids, int64(id)); len(ids) == cap(ids) {
				if err := read(); err != nil {
					return err
				}
			}
		}
		return read()
	})
}

// Sight is what one read transaction sees of the records, with what bears on them from beside.
type Sight struct {
	store             *Store
	tx                *sql.Tx
	moment            moment
	contested, mended bool
	datasets          map[int]string
}

// Sight is the records as far as they were published at knownAt; the zero time means now.
func (s *Store) Sight(ctx context.Context, tx *sql.Tx, knownAt time.Time, datasets map[int]string) (*Sight, error) {
	m, err := s.moment(ctx, tx)
	if err != nil {
		return nil, err
	}
	if !knownAt.IsZero() {
		m.upTo = min(m.upTo, Micro(knownAt))
	}
	v := &Sight{store: s, tx: tx, moment: m, datasets: datasets}
	if v.contested, err = beside.AnyContest(ctx, tx); err != nil {
		return nil, err
	}
	v.mended, err = beside.AnyRepaired(ctx, tx)
	return v, err
}

// UpTo is the instant of the newest publication that is seen, in microseconds.
func (s *Sight) UpTo() int64 { return s.moment.upTo }

// Newest yields the newest version of each record of the rows that are asked for, which are those of the subjects.
func (s *Sight) Newest(ctx context.Context, subjects []any, which string, args []any, yield func(*record.Version) error) error {
	var err error
	var marks map[Spot]record.Contest
	if s.contested {
		if marks, err = beside.Contests(ctx, s.tx, subjects); err != nil {
			return err
		}
	}
	var repaired map[Spot]calendar.Day
	if s.mended {
		if repaired, err = beside.RepairedOn(ctx, s.tx, subjects); err != nil {
			return err
		}
	}
	return inputs(ctx, s.tx, which, args, s.moment, s.datasets, func(v *record.Version) error {
		v.Contest = marks[Spot{Subject: v.Subject, Record: v.Record}]
		s.store.lapse(v, repaired)
		return yield(v)
	})
}

func inputs(ctx context.Context, tx *sql.Tx, which string, args []any, m moment, datasets map[int]string, yield func(*record.Version) error) error {
	rows, err := tx.QueryContext(ctx, `SELECT subject, record, contract, submission, status, occurred, valid_from, valid_to, lapse, tier, adverse, payload
		FROM record_version WHERE `+which+` ORDER BY subject, record, seq`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	// The newest version of a record is the one published last; among those of one submission the one with the highest
	// number, which comes last.
	var best, v record.Version
	var bestAt int64
	var raw sql.RawBytes
	var bestPayload []byte
	flush := func() error {
		if best.Record == 0 || best.Status == record.Retracted {
			return nil
		}
		best.Payload = bestPayload
		best.Dataset = datasets[best.Contract]
		best.RecordedAt = Instant(bestAt)
		return yield(&best)
	}
	var from, to, lapse sql.NullInt64
	for rows.Next() {
		if err := rows.Scan(&v.Subject, &v.Record, &v.Contract, &v.Submission, &v.Status, &v.Occurred, &from, &to, &lapse, &v.Tier, &v.Adverse, &raw); err != nil {
			return err
		}
		at, published := m.at(v.Submission)
		if !published {
			continue
		}
		if v.Record != best.Record || v.Subject != best.Subject {
			if err := flush(); err != nil {
				return err
			}
			best.Record, bestAt = 0, 0
		}
		if at < bestAt {
			continue
		}
		best, bestAt = v, at
		best.From, best.To, best.Lapse = DayOf(from), DayOf(to), DayOf(lapse)
		bestPayload = append(bestPayload[:0], raw...)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return flush()
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/subject"
)

// NullDay is a day as a column holds it: NULL for none.
func NullDay(d calendar.Day) any {
	if d == calendar.None {
		return nil
	}
	return int64(d)
}

// DayOf reads a day column.
func DayOf(n sql.NullInt64) calendar.Day {
	if !n.Valid {
		return calendar.None
	}
	return calendar.Day(n.Int64)
}

// AddVersions writes versions of a submission in one short commit, and notes their subjects as outdated from the
// publication on. They must be sorted by subject, record and number. They stay invisible until it is published.
func (s *Store) AddVersions(ctx context.Context, submission int64, admitted []charter.Admitted) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		versions := NewBulk(tx, "record_version", []string{
			"subject", "record", "seq", "contract", "submission", "line", "status", "occurred", "valid_from", "valid_to",
			"tier", "adverse", "lapse", "digest", "source_key", "payload", "sealed",
		}, "")
		stale := NewBulk(tx, "stale", []string{"subject", "submission"}, " ON CONFLICT DO NOTHING")
		back := NewBulk(tx, "taken_back", []string{"submission", "subject", "record"}, " ON CONFLICT DO NOTHING")
		tell := newTelling(tx)
		last := int64(0)
		for _, a := range admitted {
			d := a.Draft()
			if d == nil {
				return fault.New(fault.Internal, "store.permit", "a version was to be written without a permit")
			}
			if id := int64(d.Subject); id != last {
				if err := stale.Add(ctx, id, submission); err != nil {
					return err
				}
				last = id
			}
			if d.Status != record.Reported {
				if err := back.Add(ctx, submission, int64(d.Subject), int64(d.Record)); err != nil {
					return err
				}
			}
			if err := tell.add(ctx, submission, &a); err != nil {
				return err
			}
			var sealed any
			if len(d.Sealed) > 0 {
				sealed = d.Sealed
			}
			err := versions.Add(ctx, int64(d.Subject), int64(d.Record), d.Seq, d.Contract, submission, d.Line, int(d.Status),
				int64(d.Occurred), NullDay(d.From), NullDay(d.To), int(d.Tier), d.Adverse, NullDay(d.Lapse), d.Digest[:],
				[]byte(d.SourceKey), string(d.Payload), sealed)
			if err != nil {
				return err
			}
		}
		return errors.Join(versions.End(ctx), stale.End(ctx), back.End(ctx), tell.rows.End(ctx))
	})
}

// Waiting is a row that did not go in, kept until its supplier has mended it.
type Waiting struct {
	Line, Part int
	State      string // rejected or unbound
	Findings   []byte // JSON, sealed where the row is
	Header     []byte // JSON list of the file's column names
	Row        []byte // the row's bytes as they stood in the file, sealed where Sealed
	Sealed     bool
}

// FindingCount says how often a rule was broken.
type FindingCount struct {
	Rule, Field string
	Warning     bool
	Count       int64
	Example     string
}

// Advance counts rows of a submission, with those that wait and the findings, in one short commit.
func (s *Store) Advance(ctx context.Context, submission int64, c Counts, waiting []Waiting, findings []FindingCount) error {
	return s.Write(ctx, func(tx *sql.Tx) error {
		b := NewBulk(tx, "quarantine", []string{"submission", "line", "part", "state", "findings", "header", "row", "sealed"}, "")
		for i := range waiting {
			w := &waiting[i]
			if err := b.Add(ctx, submission, w.Line, w.Part, w.State, w.Findings, w.Header, w.Row, w.Sealed); err != nil {
				return err
			}
		}
		if err := b.End(ctx); err != nil {
			return err
		}
		counts := NewBulk(tx, "finding_count", []string{"submission", "rule", "field", "warning", "count", "example"},
			" ON CONFLICT (submission, rule, field, warning) DO UPDATE SET count = finding_count.count + excluded.count")
		for _, f := range findings {
			if err := counts.Add(ctx, submission, f.Rule, f.Field, f.Warning, f.Count, f.Example); err != nil {
				return err
			}
		}
		if err := counts.End(ctx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE submission SET read = read + ?, stored = stored + ?, unchanged = unchanged + ?,
			rejected = rejected + ?, unbound = unbound + ?, warned = warned + ? WHERE number = ?`,
			c.Read, c.Stored, c.Unchanged, c.Rejected, c.Unbound, c.Warned, submission)
		return err
	})
}

// versionColumns are what scanVersion reads.
const versionColumns = `subject, record, seq, contract, submission, line, status, occurred, valid_from, valid_to,
	tier, adverse, lapse, source_key, payload, sealed`

// scanVersion reads a version and what stands behind its columns; its RecordedAt is for the caller to set.
func scanVersion(rows *sql.Rows, v *record.Version, contracts map[int]ContractRow, behind ...any) error {
	var from, to, lapse sql.NullInt64
	var key []byte
	err := rows.Scan(append([]any{&v.Subject, &v.Record, &v.Seq, &v.Contract, &v.Submission, &v.Line, &v.Status, &v.Occurred,
		&from, &to, &v.Tier, &v.Adverse, &lapse, &key, &v.Payload, &v.Sealed}, behind...)...)
	if err != nil {
		return err
	}
	v.From, v.To, v.Lapse, v.SourceKey = DayOf(from), DayOf(to), DayOf(lapse), string(key)
	c := contracts[v.Contract]
	v.Dataset, v.Agency = c.Dataset, c.Agency
	return nil
}

// Term is the valid interval of an appointment, the last day excluded; To is calendar.None while it lasts.
type Term struct{ From, To calendar.Day }

// Terms reads the terms of appointments: of each subject the newest published version of its record under one of the
// contracts. Subjects without one are absent.
func (s *Store) Terms(ctx context.Context, ids []subject.ID, contracts []int) (map[subject.ID]Term, error) {
	found := map[subject.ID]Term{}
	err := s.Read(ctx, func(tx *sql.Tx) error {
		m, err := s.moment(ctx, tx)
		if err != nil {
			return err
		}
		for page := range slices.Chunk(ids, subjectsPerQuery) {
			args := Numbers(page)
			for _, c := range contracts {
				args = append(args, c)
			}
			rows, err := tx.QueryContext(ctx, `SELECT subject, submission, status, valid_from, valid_to FROM record_version
				WHERE subject IN (`+Marks(len(page))+`) AND contract IN (`+Marks(len(contracts))+`) ORDER BY subject, record, seq`, args...)
			if err == nil {
				err = terms(rows, m, found)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

func terms(rows *sql.Rows, m moment, found map[subject.ID]Term) error {
	defer rows.Close()
	var newest int64
	var last subject.ID
	for rows.Next() {
		var id subject.ID
		var submission int64
		var status record.Status
		var from, to sql.NullInt64
		if err := rows.Scan(&id, &submission, &status, &from, &to); err != nil {
			return err
		}
		if id != last {
			last, newest = id, 0
		}
		at, published := m.at(submission)
		if !published || at < newest {
			continue
		}
		newest = at
		delete(found, id)
		if status != record.Retracted && from.Valid {
			found[id] = Term{DayOf(from), DayOf(to)}
		}
	}
	return rows.Err()
}

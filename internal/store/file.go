package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/store/beside"
	"probity/internal/subject"
)

// Entry is a record of a subject's file with all its published versions, oldest first. The last one decides whether it
// may be seen.
type Entry struct {
	Versions []record.Version
	// File is the name of the file the newest version came from, Lineage within it is the version's Line.
	File string
	term calendar.Day
}

// Term is the day on which the newest version lapses apart from any repair, None where nothing ends it by itself.
func (e *Entry) Term() calendar.Day { return e.term }

// Newest is the version that stands.
func (e *Entry) Newest() *record.Version { return &e.Versions[len(e.Versions)-1] }

// File reads the whole file of the scope's subject: every record with its published versions in the order in which they
// were known, as far as the scope shows it on the day of the read.
func (s *Store) File(ctx context.Context, scope access.Scope, contracts map[int]ContractRow) ([]Entry, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return nil, err
	}
	list, err := s.entries(ctx, contracts, id, 0)
	return shown(list, scope), err
}

// Record reads one record of the scope's subject; NotFound where the subject has none of that id, which is also the
// answer where it belongs to another.
func (s *Store) Record(ctx context.Context, scope access.Scope, id record.ID, contracts map[int]ContractRow) (Entry, error) {
	sub := scope.Subject().ID
	if err := scope.Require(sub, access.File); err != nil {
		return Entry{}, err
	}
	list, err := s.entries(ctx, contracts, sub, id)
	list = shown(list, scope)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "record.none", "subject %s has no record %s", sub, id)
	}
	if err != nil {
		return Entry{}, err
	}
	return list[0], nil
}

// shown leaves out what the scope does not show: records that lapsed or were retracted (C10), and those of datasets that
// the consent beneath the read does not name, and the fields that an agreement does not share (C11).
func shown(list []Entry, scope access.Scope) []Entry {
	list = slices.DeleteFunc(list, func(e Entry) bool { return !scope.Shows(e.Newest()) })
	for i := range list {
		if names, some := scope.Fields(list[i].Newest().Dataset); some {
			for j := range list[i].Versions {
				list[i].Versions[j].Only(names)
			}
		}
	}
	return list
}

// entries reads a subject's records with how disputes bear on them; one is the only record wanted, 0 where all are. Of nearly
// everybody nothing is contested or repaired, and then one statement is all: on a server each is a way there and back.
func (s *Store) entries(ctx context.Context, contracts map[int]ContractRow, of subject.ID, one record.ID) (list []Entry, err error) {
	first, last := one, one
	if one == 0 {
		last = math.MaxInt64
	}
	args := []any{int64(of), int64(first), int64(last)}
	query, err := s.prepared.Of(ctx, fileQuery) //nolint:sqlclosecheck // kept compiled until its owner closes
	if err != nil {
		return nil, s.dialect.Translate(err)
	}
	rows, err := query.QueryContext(ctx, args...)
	if err != nil {
		return nil, s.dialect.Translate(err)
	}
	list, beside, err := s.scanFile(ctx, rows, contracts)
	if err != nil || !beside {
		return list, s.dialect.Translate(err)
	}
	return list, s.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, fileQuery, args...)
		if err != nil {
			return err
		}
		if list, _, err = s.scanFile(ctx, rows, contracts); err != nil {
			return err
		}
		return s.besides(ctx, tx, of, list)
	})
}

// fileQuery reads versions, and with each the newest publication of all and whether anything bears on the subject's records
// from beside.
const fileQuery = `SELECT ` + versionColumns + `, (SELECT max(published_at) FROM submission),
	CASE WHEN EXISTS (SELECT 1 FROM contested WHERE subject = ?1) OR EXISTS (SELECT 1 FROM repaired WHERE subject = ?1) THEN 1 ELSE 0 END
	FROM record_version WHERE subject = ?1 AND record BETWEEN ?2 AND ?3 ORDER BY subject, record, seq`

// scanFile puts the published versions together; beside tells that something bears on some of them.
func (s *Store) scanFile(ctx context.Context, rows *sql.Rows, contracts map[int]ContractRow) (list []Entry, beside bool, err error) {
	var all []record.Version
	var last sql.NullInt64
	for err == nil && rows.Next() {
		all = append(all, record.Version{})
		err = scanVersion(rows, &all[len(all)-1], contracts, &last, &beside)
	}
	if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, false, err
	}
	m, err := s.momentAt(ctx, last.Int64)
	if err != nil {
		return nil, false, err
	}
	for i := range all {
		v := &all[i]
		at, published := m.at(v.Submission)
		if !published {
			continue
		}
		v.RecordedAt = Instant(at)
		if n := len(list); n == 0 || list[n-1].Versions[0].Record != v.Record {
			list = append(list, Entry{})
		}
		list[len(list)-1].insert(*v)
	}
	for i := range list {
		e := &list[i]
		e.term, e.File = s.lapse(e.Newest(), nil), m.file(e.Newest().Submission)
	}
	return list, beside, nil
}

// besides adds to the newest versions how disputes and repairs bear on them.
func (s *Store) besides(ctx context.Context, tx *sql.Tx, of subject.ID, list []Entry) error {
	if err := contest(ctx, tx, of, list); err != nil {
		return err
	}
	repaired, err := beside.RepairedOn(ctx, tx, []any{int64(of)})
	for i := range list {
		list[i].term = s.lapse(list[i].Newest(), repaired)
	}
	return err
}

// contest adds to the newest versions how disputes bear on them.
func contest(ctx context.Context, tx *sql.Tx, of subject.ID, list []Entry) error {
	marks, err := beside.Contests(ctx, tx, []any{int64(of)})
	for i := range list {
		v := list[i].Newest()
		v.Contest = marks[Spot{Subject: of, Record: v.Record}]
	}
	return err
}

// insert keeps the versions in the order in which they were known; among those of one publication the number decides.
func (e *Entry) insert(v record.Version) {
	at := len(e.Versions)
	for at > 0 && v.RecordedAt.Before(e.Versions[at-1].RecordedAt) {
		at--
	}
	e.Versions = append(e.Versions, record.Version{})
	copy(e.Versions[at+1:], e.Versions[at:])
	e.Versions[at] = v
}

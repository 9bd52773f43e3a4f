package store

import (
	"context"
	"database/sql"
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
// the consent beneath the read does not name (C11).
func shown(list []Entry, scope access.Scope) []Entry {
	return slices.DeleteFunc(list, func(e Entry) bool { return !scope.Shows(e.Newest()) })
}

// entries reads a subject's records with how disputes bear on them; one is the only record wanted, 0 where all are.
func (s *Store) entries(ctx context.Context, contracts map[int]ContractRow, of subject.ID, one record.ID) ([]Entry, error) {
	first, last := one, one
	if one == 0 {
		last = math.MaxInt64
	}
	var list []Entry
	err := s.Read(ctx, func(tx *sql.Tx) error {
		m, err := s.moment(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+versionColumns+` FROM record_version
			WHERE subject = ? AND record BETWEEN ? AND ? ORDER BY subject, record, seq`, int64(of), int64(first), int64(last))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var v record.Version
			if err := scanVersion(rows, &v, m, contracts); err != nil {
				return err
			}
			if v.RecordedAt.IsZero() {
				continue
			}
			if n := len(list); n == 0 || list[n-1].Versions[0].Record != v.Record {
				list = append(list, Entry{})
			}
			e := &list[len(list)-1]
			e.insert(v)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		if err := contest(ctx, tx, of, list); err != nil {
			return err
		}
		repaired, err := beside.RepairedOn(ctx, tx, []any{int64(of)})
		if err != nil {
			return err
		}
		for i := range list {
			list[i].term = s.lapse(list[i].Newest(), repaired)
		}
		return s.nameFiles(ctx, tx, list)
	})
	return list, err
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

// nameFiles adds the file names of the newest versions.
func (s *Store) nameFiles(ctx context.Context, tx *sql.Tx, list []Entry) error {
	names := map[int64]string{}
	for i := range list {
		n := list[i].Newest().Submission
		name, ok := names[n]
		if !ok {
			if err := tx.QueryRowContext(ctx, `SELECT file FROM submission WHERE number = ?`, n).Scan(&name); err != nil {
				return err
			}
			names[n] = name
		}
		list[i].File = name
	}
	return nil
}

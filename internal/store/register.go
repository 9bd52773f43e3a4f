package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"probity/internal/fault"
	"probity/internal/subject"
)

// Key is an identifier as it is looked up: the value in the clear for organisations, a keyed hash for persons.
type Key struct {
	Scheme subject.Scheme
	Value  string
}

// FindSubjects looks keys up, following redirects. Keys that lead nowhere are absent from the answer.
func (s *Store) FindSubjects(ctx context.Context, keys []Key) (map[Key]subject.Subject, error) {
	found := make(map[Key]subject.Subject, len(keys))
	values := map[subject.Scheme][]any{}
	for _, k := range keys {
		values[k.Scheme] = append(values[k.Scheme], []byte(k.Value))
	}
	return found, s.Read(ctx, func(tx *sql.Tx) (err error) {
		for scheme, all := range values {
			for page := range slices.Chunk(all, subjectsPerQuery) {
				if err := findSubjects(ctx, tx, scheme, page, found); err != nil {
					return err
				}
			}
		}
		for k, sub := range found {
			if found[k], err = follow(ctx, tx, sub); err != nil {
				return err
			}
		}
		return nil
	})
}

// findSubjects looks values of a scheme up in one query, and whom they lead to in another: one each takes three times as long,
// and where tables are distributed a value and its subject stand in different places.
func findSubjects(ctx context.Context, tx *sql.Tx, scheme subject.Scheme, values []any, found map[Key]subject.Subject) error {
	rows, err := tx.QueryContext(ctx, `SELECT value, subject FROM identifier WHERE scheme = ? AND value IN (`+Marks(len(values))+`)`,
		append([]any{string(scheme)}, values...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	leads := map[subject.ID][]Key{}
	for rows.Next() {
		var value []byte
		var id subject.ID
		if err := rows.Scan(&value, &id); err != nil {
			return err
		}
		leads[id] = append(leads[id], Key{scheme, string(value)})
	}
	if err := rows.Err(); err != nil || len(leads) == 0 {
		return err
	}
	list, err := SubjectsIn(ctx, tx, registerQuery+`id IN (`+Marks(len(leads))+`)`, Numbers(slices.Collect(maps.Keys(leads)))...)
	for _, sub := range list {
		for _, k := range leads[sub.ID] {
			found[k] = sub
		}
	}
	return err
}

// registerQuery reads what [SubjectsIn] lists.
const registerQuery = `SELECT id, kind, sole, region, redirect FROM subject WHERE `

// follow walks redirects to the subject that stands now.
func follow(ctx context.Context, tx *sql.Tx, sub subject.Subject) (subject.Subject, error) {
	for range 32 {
		if sub.Redirect == 0 {
			return sub, nil
		}
		next, err := readSubject(ctx, tx, sub.Redirect)
		if err != nil {
			return sub, err
		}
		sub = next
	}
	return sub, fault.New(fault.Internal, "subject.redirects", "the redirects of subject %s form a circle", sub.ID)
}

const subjectQuery = `SELECT kind, sole, region, redirect FROM subject WHERE id = ?`

func readSubject(ctx context.Context, tx *sql.Tx, id subject.ID) (subject.Subject, error) {
	return scanSubject(tx.QueryRowContext(ctx, subjectQuery, int64(id)), id)
}

func scanSubject(row *sql.Row, id subject.ID) (subject.Subject, error) {
	sub := subject.Subject{ID: id}
	err := row.Scan(&sub.Kind, &sub.Sole, &sub.Region, &sub.Redirect)
	if errors.Is(err, sql.ErrNoRows) {
		return sub, fault.New(fault.NotFound, "subject.none", "there is no subject %s", id)
	}
	return sub, err
}

// Registered reads subjects of the register as they stand there; those that are not in it are absent.
func (s *Store) Registered(ctx context.Context, ids []subject.ID) (map[subject.ID]subject.Subject, error) {
	found := make(map[subject.ID]subject.Subject, len(ids))
	for page := range slices.Chunk(ids, subjectsPerQuery) {
		list, err := s.subjects(ctx, registerQuery+`id IN (`+Marks(len(page))+`)`, Numbers(page)...)
		if err != nil {
			return nil, err
		}
		for _, sub := range list {
			found[sub.ID] = sub
		}
	}
	return found, nil
}

// Subject reads a subject of the register, following redirects.
func (s *Store) Subject(ctx context.Context, id subject.ID) (subject.Subject, error) {
	sub, err := s.registered(ctx, id)
	if err != nil || sub.Redirect == 0 {
		return sub, err
	}
	err = s.Read(ctx, func(tx *sql.Tx) (err error) {
		if sub, err = readSubject(ctx, tx, id); err != nil {
			return err
		}
		sub, err = follow(ctx, tx, sub)
		return err
	})
	return sub, err
}

// registered reads one entry of the register as it stands there.
func (s *Store) registered(ctx context.Context, id subject.ID) (subject.Subject, error) {
	one, err := s.prepared.Of(ctx, subjectQuery) //nolint:sqlclosecheck // kept compiled until its owner closes
	if err != nil {
		return subject.Subject{}, s.dialect.Translate(err)
	}
	sub, err := scanSubject(one.QueryRowContext(ctx, int64(id)), id)
	return sub, s.dialect.Translate(err)
}

// FindSubject looks one key up; a key that leads nowhere is NotFound.
func (s *Store) FindSubject(ctx context.Context, k Key) (subject.Subject, error) {
	found, err := s.FindSubjects(ctx, []Key{k})
	if err != nil {
		return subject.Subject{}, err
	}
	sub, ok := found[k]
	if !ok {
		return sub, fault.New(fault.NotFound, "subject.none", "nobody here has this identifier").
			With("check the scheme and the value; probity identifier check tells whether it is well formed")
	}
	return sub, nil
}

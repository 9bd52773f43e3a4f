package store

import (
	"context"
	"database/sql"
	"fmt"

	"probity/internal/fault"
	"probity/internal/store/migrations"
)

// applicationID marks a database file as ours, in SQLite's own header field ("PROB").
const applicationID = 0x50524f42

// migrate brings a new database to the version the program needs, each step in a transaction of its own.
func (s *Store) migrate(ctx context.Context) error {
	list, err := migrations.Of(s.dialect.Name())
	if err != nil {
		return fault.New(fault.Internal, "store.migrations", "reading the built-in migrations").By(err)
	}
	for _, m := range list {
		err := s.only(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, m.SQL); err != nil {
				return fmt.Errorf("migration %s: %w", m.Name, err)
			}
			if m.Number == 1 {
				if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('birth', ?)`, string(s.birth)); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", m.Number))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// check refuses a file that is not ours or has another version than the program needs, and reads what it was born as.
func (s *Store) check(ctx context.Context) error {
	list, err := migrations.Of(s.dialect.Name())
	if err != nil {
		return fault.New(fault.Internal, "store.migrations", "reading the built-in migrations").By(err)
	}
	var app, version int
	if err := s.read.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return s.dialect.Translate(err)
	}
	if err := s.read.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return s.dialect.Translate(err)
	}
	if app != applicationID {
		return fault.New(fault.Invalid, "store.foreign", "%s is no Probity database", s.path).
			With("name a database that probity init made")
	}
	if version != len(list) {
		cure := "use the program that matches it"
		if version < len(list) {
			cure = "make a new database and ingest the files again; this release cannot carry an older one over"
		}
		return fault.New(fault.Invalid, "store.version", "%s has version %d, this program needs %d", s.path, version, len(list)).With(cure)
	}
	var birth string
	if err := s.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'birth'`).Scan(&birth); err != nil {
		return s.dialect.Translate(err)
	}
	s.birth = Birth(birth)
	return nil
}

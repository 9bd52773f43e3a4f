package store

import (
	"context"
	"database/sql"
	"fmt"

	"probity/internal/fault"
	"probity/internal/store/migrations"
)

// migrate brings a new database to the version the program needs, each step in a transaction of its own.
func (s *Store) migrate(ctx context.Context) error {
	list, err := migrations.Of(s.dialect.Name())
	if err != nil {
		return fault.New(fault.Internal, "store.migrations", "reading the built-in migrations").By(err)
	}
	for _, m := range list {
		err := s.step(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, m.SQL); err != nil {
				return fmt.Errorf("migration %s: %w", m.Name, err)
			}
			if m.Number == 1 {
				if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('birth', ?)`, string(s.birth)); err != nil {
					return err
				}
			}
			return s.dialect.Stamp(ctx, tx, m.Number)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// step runs f in a transaction that nothing is kept of but what it writes.
func (s *Store) step(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.dialect.Translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it says so and does nothing
	err = f(tx)
	if err == nil {
		err = tx.Commit()
	}
	return s.dialect.Translate(err)
}

// check refuses a database that is not ours or has another version than the program needs, and reads what it was born as.
func (s *Store) check(ctx context.Context) error {
	list, err := migrations.Of(s.dialect.Name())
	if err != nil {
		return fault.New(fault.Internal, "store.migrations", "reading the built-in migrations").By(err)
	}
	version, err := s.dialect.Version(ctx, s.read)
	if err != nil {
		return err
	}
	if version != len(list) {
		cure := "use the program that matches it"
		if version < len(list) {
			cure = "make a new database and ingest the files again; this release cannot carry an older one over"
		}
		return fault.New(fault.Invalid, "store.version", "%s has version %d, this program needs %d", s.Shown(), version, len(list)).With(cure)
	}
	var birth string
	if err := s.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'birth'`).Scan(&birth); err != nil {
		return s.dialect.Translate(err)
	}
	s.birth = Birth(birth)
	return nil
}

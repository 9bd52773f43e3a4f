package engine

import (
	"context"
	"database/sql"
	"fmt"

	"probity/internal/fault"
	"probity/internal/store/migrations"
)

// Migrate makes a new database of the version the program needs, all in one transaction, and notes what it is born as.
func Migrate(ctx context.Context, d Dialect, db *sql.DB, birth string) error {
	return InStep(ctx, d, db, func(tx *sql.Tx) error { return MigrateIn(ctx, d, tx, birth) })
}

// MigrateIn is [Migrate] within a transaction.
func MigrateIn(ctx context.Context, d Dialect, tx *sql.Tx, birth string) error {
	list, err := migrations.Of(d.Name())
	if err != nil {
		return unreadable(err)
	}
	if err := d.MakeIn(ctx, tx); err != nil {
		return err
	}
	for _, m := range list {
		if _, err := tx.ExecContext(ctx, m.SQL); err != nil {
			return fmt.Errorf("migration %s: %w", m.Name, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('birth', ?)`, birth); err != nil {
		return err
	}
	if err := d.Made(ctx, tx); err != nil {
		return err
	}
	return d.Stamp(ctx, tx, migrations.Version(list))
}

func unreadable(err error) error {
	return fault.New(fault.Internal, "store.migrations", "reading the built-in migrations").By(err)
}

// InStep runs f in a transaction that nothing is kept of but what it writes.
func InStep(ctx context.Context, d Dialect, db *sql.DB, f func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return d.Translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it says so and does nothing
	err = f(tx)
	if err == nil {
		err = tx.Commit()
	}
	return d.Translate(err)
}

// Born refuses a database that is not ours or has another version than the program needs, and reads what it was born as.
func Born(ctx context.Context, d Dialect, db *sql.DB) (birth string, err error) {
	list, err := migrations.Of(d.Name())
	if err != nil {
		return "", unreadable(err)
	}
	version, err := d.Version(ctx, db)
	if err != nil {
		return "", err
	}
	if newest := migrations.Version(list); version != newest {
		cure := "use the program that matches it"
		if version < newest {
			cure = "make a new database and ingest the files again; this release cannot carry an older one over"
		}
		return "", fault.New(fault.Invalid, "store.version", "%s has version %d, this program needs %d", d.Shown(), version, newest).With(cure)
	}
	return birth, d.Translate(db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'birth'`).Scan(&birth))
}

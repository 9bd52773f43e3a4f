package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"probity/internal/fault"
	"probity/internal/store"
	"probity/internal/store/engine"
	"probity/internal/store/postgres"
)

// Embedded skips a test of what only the embedded engine does, and says why that is no gap.
func Embedded(t testing.TB, why string) {
	t.Helper()
	if Engine() == Postgres {
		t.Skip("only of the embedded database: " + why)
	}
}

// There tells whether a path has a database.
func There(ctx context.Context, path string) (bool, error) {
	address, err := At(path)
	if err != nil {
		return false, err
	}
	home, err := store.HomeOf(address)
	if err == nil {
		err = home.Find(ctx)
	}
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Parts are the columns of all tables of an open database.
func Parts(ctx context.Context, db *sql.DB) ([]engine.Part, error) {
	var d engine.Dialect = engine.SQLite{}
	if Engine() == Postgres {
		d = postgres.New(postgres.Address{})
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() //nolint:errcheck // nothing is written
	return engine.Parts(ctx, d, tx)
}

// Raw opens the database of a path past the store, to look and to tamper: statements are written as the store writes them.
func Raw(path string) (*sql.DB, error) {
	if Engine() == Postgres {
		at, err := located(path)
		if err != nil {
			return nil, err
		}
		return postgres.New(at).Connect(engine.Writing)
	}
	d, err := engine.NewSQLite(path, 1)
	if err != nil {
		return nil, err
	}
	return d.Connect(engine.Writing)
}

func located(path string) (postgres.Address, error) {
	address, err := At(path)
	if err != nil {
		return postgres.Address{}, err
	}
	return postgres.Locate(address)
}

// Tamper runs statements on the database of a path as somebody might who has the file or is the server's administrator:
// past the store, and past the triggers.
func Tamper(ctx context.Context, path string, statements ...string) (err error) {
	db, err := Raw(path)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	if Engine() == Postgres {
		statements = append([]string{`SET session_replication_role = replica`}, statements...)
	} else if err = dropTriggers(ctx, db); err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func dropTriggers(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it says so and does nothing
	names, err := engine.List(ctx, tx, `SELECT name FROM sqlite_schema WHERE type = 'trigger'`, engine.Column[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := tx.ExecContext(ctx, `DROP TRIGGER `+name); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Bytes are all that the database of a path keeps, as it lies on disk; texts in it can be searched for.
func Bytes(ctx context.Context, path string) ([]byte, error) {
	if Engine() == Postgres {
		return rows(ctx, path)
	}
	all, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	ahead, err := os.ReadFile(path + "-wal")
	if os.IsNotExist(err) {
		err = nil
	}
	return append(all, ahead...), err
}

// rows are the rows of all tables; the server's files belong to another user.
func rows(ctx context.Context, path string) ([]byte, error) {
	address, err := At(path)
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	delete(config.RuntimeParams, "beside")
	delete(config.RuntimeParams, "distribute")
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing was written
	found, err := conn.Query(ctx, `SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1`, postgres.Schema)
	if err != nil {
		return nil, err
	}
	tables, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var all bytes.Buffer
	for _, table := range tables {
		from := pgx.Identifier{postgres.Schema, table}.Sanitize()
		if _, err := conn.PgConn().CopyTo(ctx, &all, `COPY `+from+` TO STDOUT (FORMAT binary)`); err != nil {
			return nil, err
		}
	}
	return all.Bytes(), nil
}

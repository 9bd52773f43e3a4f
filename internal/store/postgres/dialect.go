// Package postgres is the engine of a province and, with shards, of a country: the same statements and the same tables on
// a PostgreSQL server. What differs from the embedded engine stands here: how one connects, which words statements are
// put into, what an error of the server means, and how several processes keep out of each other's way.
package postgres

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"probity/internal/fault"
	"probity/internal/store/engine"
)

// Schema is the schema of the database in which everything stands.
const Schema = "probity"

// The arguments of an address that are ours: where what stands beside the database is kept, into how many shards a database
// that is made there is cut, and which worker of the cluster is near.
const (
	besideName     = "beside"
	distributeName = "distribute"
	nearName       = "near"
)

// mostShards is far beyond what a country needs; each table has a part of its own for each shard.
const mostShards = 1024

// Address is where a database is: the server's own address, and the path of what stands beside it on this machine.
type Address struct {
	config *pgx.ConnConfig
	// Beside is the path that keys, journal, log and credentials begin with.
	Beside string
	// Shown names the database without a secret.
	Shown string
	// shards is into how many shards a database that is made here is cut, 0 for one that stands on one server.
	shards int
	// near is the worker whose shards this process takes first, HOST:PORT or HOST; "" where it finds that out for itself.
	near string
	// plain is the address without what is ours; it may hold a password.
	plain string
}

// Locate reads an address: postgres://USER@HOST/DATABASE with whatever libpq knows, for example sslmode or a service, and
// beside=PATH, where keys, journal, log and credentials stand; where it is missing they stand in the working folder, under
// the database's name. distribute=N has a database that is made there cut into N shards over the workers of a Citus cluster;
// near=HOST:PORT is the worker of such a cluster whose shards this process takes first, where it is not to be seen by its address.
func Locate(address string) (Address, error) {
	invalid := func() *fault.Error {
		return fault.New(fault.Invalid, "store.address", "this is no address of a PostgreSQL database").
			With("write postgres://USER@HOST/DATABASE; the password belongs into PGPASSFILE or PGPASSWORD")
	}
	u, err := url.Parse(address)
	if err != nil {
		return Address{}, invalid() // the error repeats the address, and with it a password
	}
	query := u.Query()
	beside := query.Get(besideName)
	shards := 0
	if text := query.Get(distributeName); text != "" {
		if shards, err = strconv.Atoi(text); err != nil || shards < 1 || shards > mostShards {
			return Address{}, fault.New(fault.Invalid, "store.shards", "a database cannot be cut into %s shards", text).
				With("give a whole number from 1 to " + strconv.Itoa(mostShards) + ", several for each worker there may come to be: " + distributeName + "=32")
		}
	}
	query.Del(besideName)
	query.Del(distributeName)
	near := query.Get(nearName)
	query.Del(nearName)
	u.RawQuery = query.Encode()
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return Address{}, invalid().By(err)
	}
	if config.Database == "" {
		return Address{}, invalid()
	}
	if beside == "" {
		beside = config.Database
	}
	if beside, err = filepath.Abs(beside); err != nil {
		return Address{}, fault.New(fault.Unavailable, "store.open", "cannot find %s: %v", beside, err).By(err)
	}
	config.RuntimeParams["search_path"] = Schema
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["default_transaction_isolation"] = "read committed"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "probity"
	}
	shown := fmt.Sprintf("postgres://%s/%s", hostOf(config), config.Database)
	return Address{config: config, Beside: beside, Shown: shown, shards: shards, near: near, plain: u.String()}, nil
}

// Distributed is the address by which a database is made that is cut into so many shards.
func Distributed(address string, shards int) (string, error) {
	if _, err := Locate(address); err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", err // Locate has read it
	}
	query := u.Query()
	query.Set(distributeName, strconv.Itoa(shards))
	u.RawQuery = query.Encode()
	_, err = Locate(u.String())
	return u.String(), err
}

func hostOf(config *pgx.ConnConfig) string {
	if strings.HasPrefix(config.Host, "/") || config.Port == 5432 {
		return strings.TrimPrefix(config.Host, "/")
	}
	return fmt.Sprintf("%s:%d", config.Host, config.Port)
}

// Dialect is the engine.
type Dialect struct {
	address Address
	words   words
	// process names this one among all that act, and acts counts what it did: see Claim.
	process string
	acts    int64
}

// New is the engine of a database.
func New(at Address) *Dialect { return &Dialect{address: at, process: rand.Text()} }

// Name is postgres.
func (*Dialect) Name() string { return "postgres" }

// Shown names the database without a secret.
func (d *Dialect) Shown() string { return d.address.Shown }

// Beside is the path on this machine that keys, journal, log and credentials begin with.
func (d *Dialect) Beside() string { return d.address.Beside }

// Connections of one process: the server's max_connections must have room for these, and one more for a turn, for each
// process that works at the same time.
const (
	writers = 8
	readers = 16
)

// Connect opens a pool of connections; what only reads is held to it by the server. Readings are recorded by who writes.
func (d *Dialect) Connect(use engine.Use) (*sql.DB, error) {
	config, most := d.address.config.Copy(), writers
	if use != engine.Writing {
		config.RuntimeParams["default_transaction_read_only"] = "on"
		most = readers
	}
	db := sql.OpenDB(connector{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(durable)), &d.words})
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

// Make finds out that there is no schema yet. The database itself and the role that owns it are its administrator's.
func (d *Dialect) Make(ctx context.Context) error {
	err := d.Find(ctx)
	if err == nil {
		return d.taken()
	}
	var f *fault.Error
	if errors.As(err, &f) && f.Key == missing {
		return nil
	}
	return err
}

// MakeIn makes the schema: with all that is put into it, or not at all.
func (d *Dialect) MakeIn(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `CREATE SCHEMA `+Schema)
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code == "42P06" {
		return d.taken()
	}
	return err
}

func (d *Dialect) taken() error {
	return fault.New(fault.Conflict, "store.exists", "%s has a schema %s already", d.Shown(), Schema).
		With("choose another database, or open it as it is: what a database was born as cannot be changed")
}

// Remove drops the schema with all that is in it.
func (d *Dialect) Remove() error {
	ctx := context.Background()
	return d.once(func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, `DROP SCHEMA IF EXISTS `+Schema+` CASCADE`)
		return err
	})
}

// Find looks for the schema, and refuses a server that is too old for what we ask of it.
func (d *Dialect) Find(ctx context.Context) error {
	return d.once(func(db *sql.DB) error {
		var there bool
		var server int
		err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ?), CAST(current_setting('server_version_num') AS INTEGER)`, Schema).
			Scan(&there, &server)
		switch {
		case err != nil:
			return err
		case server < oldest:
			return fault.New(fault.Invalid, "store.server", "%s is PostgreSQL %d; at least %d is needed", d.Shown(), server/10000, oldest/10000).
				With("use a newer server")
		case !there:
			return fault.New(fault.NotFound, missing, "there is nothing of Probity in %s", d.Shown()).
				With("make it with: probity init --db ADDRESS")
		}
		return nil
	})
}

// missing is the fault's key where the database is there, and nothing of ours in it.
const missing = "store.missing"

// oldest is the oldest server that the tests run on.
const oldest = 150000

// once runs f on a connection of its own.
func (d *Dialect) once(f func(*sql.DB) error) error {
	db, err := d.Connect(engine.Writing)
	if err == nil {
		err = errors.Join(f(db), db.Close())
	}
	return d.Translate(err)
}

// Stamp keeps the version among the tables: there is no file's header.
func (*Dialect) Stamp(ctx context.Context, tx *sql.Tx, version int) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('`+engine.VersionKey+`', ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, strconv.Itoa(version))
	return err
}

// Version reads it.
func (d *Dialect) Version(ctx context.Context, db *sql.DB) (int, error) {
	var text string
	err := db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = '`+engine.VersionKey+`'`).Scan(&text)
	var said *pgconn.PgError
	if errors.Is(err, sql.ErrNoRows) || errors.As(err, &said) && said.Code == "42P01" { // no such table
		return 0, fault.New(fault.Invalid, "store.foreign", "the schema %s of %s is none of ours", Schema, d.Shown()).
			With("name a database in which probity init made it")
	}
	if err != nil {
		return 0, d.Translate(err)
	}
	version, err := strconv.Atoi(text)
	if err != nil {
		return 0, fault.New(fault.Invalid, "store.foreign", "the schema %s of %s has the version %q, which is no number", Schema, d.Shown(), text)
	}
	return version, nil
}

// durable has commits wait for the disk where somebody told the server that they need not: an acknowledged act and the
// entry of a reading survive a power cut. Where commits wait for other servers too, they go on doing so.
func durable(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}

// Moment is how a reading transaction is begun that sees one moment of the database throughout.
func (*Dialect) Moment() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// Alone is false: transactions write side by side.
func (*Dialect) Alone() bool { return false }

// Overwrite is empty: the server overwrites nothing when it deletes, and vacuums what is dead when it thinks fit. What was a
// person's is unreadable from the moment its key is destroyed.
func (*Dialect) Overwrite() string { return "" }

// Scrub is empty, see Overwrite.
func (*Dialect) Scrub() []string { return nil }

// CopyTo has no words: a copy is carried row by row, see package carry. The server's own means copy faster, and only to servers.
func (*Dialect) CopyTo() (string, bool) { return "", false }

// Columns reads the system's catalogue.
func (*Dialect) Columns() string {
	return `SELECT t.relname, c.attname, CASE WHEN c.atttypid = 'bytea'::regtype THEN 1 ELSE 0 END
		FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace JOIN pg_attribute c ON c.attrelid = t.oid
		WHERE s.nspname = '` + Schema + `' AND t.relkind IN ('r', 'p') AND c.attnum > 0 AND NOT c.attisdropped ORDER BY t.oid, c.attnum`
}

// Renumber sets the sequences behind columns that number themselves.
func (*Dialect) Renumber(ctx context.Context, tx *sql.Tx) error {
	type numbered struct{ table, column string }
	list, err := engine.List(ctx, tx, `SELECT table_name, column_name FROM information_schema.columns
		WHERE table_schema = '`+Schema+`' AND is_identity = 'YES'`, func(rows *sql.Rows) (n numbered, err error) {
		return n, rows.Scan(&n.table, &n.column)
	})
	for _, n := range list {
		if err == nil {
			_, err = tx.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence('`+Schema+`.`+n.table+`', '`+n.column+`'),
				(SELECT coalesce(max(`+n.column+`), 0) + 1 FROM `+n.table+`), false)`)
		}
	}
	return err
}

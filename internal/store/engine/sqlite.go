package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	msqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"probity/internal/fault"
)

// SQLite is the embedded engine.
type SQLite struct {
	// Path is the database's file, absolute, and Given what it was named by.
	Path, Given string
	// CacheMiB is the page cache of each connection; 0 is 64.
	CacheMiB int
}

// NewSQLite is the engine of a file.
func NewSQLite(path string, cacheMiB int) (*SQLite, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "store.open", "cannot find %s: %v", path, err).By(err)
	}
	return &SQLite{abs, path, cacheMiB}, nil
}

// Name is sqlite.
func (SQLite) Name() string { return "sqlite" }

// Shown is the file, as it was named.
func (d SQLite) Shown() string { return d.Given }

// Beside is the file: what belongs to it begins with its name.
func (d SQLite) Beside() string { return d.Path }

// Make makes an empty file.
func (d SQLite) Make(context.Context) error {
	f, err := os.OpenFile(d.Path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fault.New(fault.Conflict, "store.exists", "%s exists already", d.Given).
			With("choose another file, or open it as it is: what a database was born as cannot be changed")
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return fault.New(fault.Unavailable, "store.create", "cannot create %s: %v", d.Given, err).By(err)
	}
	return nil
}

// MakeIn has nothing to do: the file is all.
func (SQLite) MakeIn(context.Context, *sql.Tx) error { return nil }

// Made has nothing to do: there is one place.
func (SQLite) Made(context.Context, *sql.Tx) error { return nil }

// Remove takes the file away, and what the engine keeps beside it.
func (d SQLite) Remove() error {
	var errs []error
	for _, name := range []string{d.Path, d.Path + "-wal", d.Path + "-shm"} {
		if err := os.Remove(name); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Find looks for the file.
func (d SQLite) Find(context.Context) error {
	if _, err := os.Stat(d.Path); errors.Is(err, os.ErrNotExist) {
		return fault.New(fault.NotFound, "store.missing", "there is no database %s", d.Given).
			With("make one with: probity init --db sqlite:" + d.Given)
	} else if err != nil {
		return fault.New(fault.Unavailable, "store.open", "cannot open %s: %v", d.Given, err).By(err)
	}
	return nil
}

// applicationID marks a database file as ours, in SQLite's own header field ("PROB").
const applicationID = 0x50524f42

// Stamp writes into the file's header.
func (SQLite) Stamp(ctx context.Context, tx *sql.Tx, version int) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version))
	return err
}

// Version reads the file's header.
func (d SQLite) Version(ctx context.Context, db *sql.DB) (version int, err error) {
	var app int
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return 0, d.Translate(err)
	}
	if app != applicationID {
		return 0, fault.New(fault.Invalid, "store.foreign", "%s is no Probity database", d.Given).
			With("name a database that probity init made")
	}
	return version, d.Translate(db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version))
}

// readers is how many connections read at the same time.
const readers = 8

// Connect opens exactly one connection for who writes: one writer, so that no lock error ever reaches a caller.
func (d SQLite) Connect(use Use) (*sql.DB, error) {
	most, cache := 1, d.CacheMiB
	switch use {
	case Reading:
		most = readers
	case Recording:
		cache = 1
	default:
	}
	db, err := sql.Open(d.Driver(), d.DSN(d.Path, use == Writing, cache))
	if err != nil {
		return nil, d.Translate(err)
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most) // a connection costs more to open than most questions to answer
	return db, nil
}

// Moment is any transaction that reads.
func (SQLite) Moment() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

// Alone is true: one writes at a time.
func (SQLite) Alone() bool { return true }

// Claim has nobody to keep out: there is one writer, and who begins to write waits for the others.
func (SQLite) Claim(context.Context, *sql.Tx) error { return nil }

// Committed has nothing to ask: a commit that fails has left nothing.
func (SQLite) Committed(_ context.Context, _ *sql.DB, failed error) error { return failed }

// Leave has nothing to take away.
func (SQLite) Leave(context.Context, *sql.DB) error { return nil }

// Passing is false: whoever waits for another process has waited within the engine.
func (SQLite) Passing(error) bool { return false }

// Driver is that of modernc.org/sqlite.
func (SQLite) Driver() string { return "sqlite" }

// DSN puts the pragmas where every new connection gets them. The busy timeout comes first, so that the others wait for
// a lock instead of failing. FULL synchronous: an acknowledged row or access entry survives a power cut.
func (SQLite) DSN(path string, writer bool, cacheMiB int) string {
	if cacheMiB == 0 {
		cacheMiB = 64
	}
	pragmas := []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		fmt.Sprintf("cache_size(%d)", -cacheMiB*1024), "temp_store(2)",
	}
	if writer {
		return dsnQuery(path, append(pragmas, "mmap_size(1073741824)", "wal_autocheckpoint(16384)", "journal_size_limit(268435456)"), "_txlock=immediate")
	}
	return dsnQuery(path, append(pragmas, "query_only(1)"), "_txlock=deferred")
}

// Translate goes by the engine's codes.
func (SQLite) Translate(err error) error {
	if meant, ok := Meant(err); ok {
		return meant
	}
	var e *msqlite.Error
	if !errors.As(err, &e) {
		return Unmeant().By(err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return Contradiction().By(err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.New(fault.Unavailable, "store.busy", "another process is using the database").By(err).
			With("wait for it, or stop it: SQLite serves one process at a time")
	case sqlite3.SQLITE_FULL:
		return fault.New(fault.Unavailable, "store.full", "the disk is full; nothing of this step was stored").By(err).
			With("free some space and run it again")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH:
		return fault.New(fault.Unavailable, "store.readonly", "the database file cannot be written or opened").By(err).
			With("check the file's owner and rights")
	case sqlite3.SQLITE_IOERR:
		return fault.New(fault.Unavailable, "store.io", "the disk failed while reading or writing the database; nothing of this step was stored").By(err).
			With("see that the file may grow and that the disk is sound, then run it again; what was acknowledged is kept")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.New(fault.Unavailable, "store.damaged", "the file is damaged, or is no Probity database").By(err).
			With("restore it from a backup")
	}
	return Unmeant().By(err)
}

// Overwrite is a pragma of the connection.
func (SQLite) Overwrite() string { return "PRAGMA secure_delete = ON" }

// Scrub is short of patience: readers go first.
func (SQLite) Scrub() []string {
	return []string{
		"PRAGMA secure_delete = OFF", "PRAGMA busy_timeout = 200", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA busy_timeout = 10000",
	}
}

// CopyTo leaves out what was deleted, free pages too.
func (SQLite) CopyTo() (string, bool) { return "VACUUM INTO ?", true }

// Columns reads the schema's own table.
func (SQLite) Columns() string {
	return `SELECT t.name, c.name, c.type = 'BLOB' FROM sqlite_schema t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY t.rowid, c.cid`
}

// Renumber has nothing to do: the highest number in the table is looked up for each row.
func (SQLite) Renumber(context.Context, *sql.Tx) error { return nil }

// turnPause is how long to wait before asking again for a turn that another process has.
const turnPause = 50 * time.Millisecond

// Turn holds an exclusive transaction on an empty database beside the real one, which keeps other processes out without
// keeping them from the real one.
func (d SQLite) Turn(ctx context.Context) (Turn, error) {
	db, err := sql.Open(d.Driver(), dsnQuery(d.Path+".intake", []string{"busy_timeout(0)"}, "_txlock=exclusive"))
	if err != nil {
		return nil, err
	}
	for {
		tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
		if err == nil {
			return joined(tx.Rollback, db.Close), nil
		}
		if !fault.Is(d.Translate(err), fault.Unavailable) {
			return nil, errors.Join(err, db.Close())
		}
		select {
		case <-time.After(turnPause):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), db.Close())
		}
	}
}

// dsnQuery writes a data source name's query in a fixed order.
func dsnQuery(path string, pragmas []string, rest string) string {
	var b strings.Builder
	b.WriteString("file:")
	b.WriteString((&url.URL{Path: path}).EscapedPath())
	b.WriteString("?")
	b.WriteString(rest)
	for _, p := range pragmas {
		b.WriteString("&_pragma=")
		b.WriteString(url.QueryEscape(p))
	}
	return b.String()
}

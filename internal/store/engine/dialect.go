// Package engine is what stands right above the database engine, below everything that knows what is kept: what differs
// from one engine to the next, statements kept compiled, and many callers' writes in one commit.
package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	msqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"probity/internal/fault"
)

// Dialect is the seam between engines: only what truly differs.
type Dialect interface {
	// Name is the engine's, as the folders of migrations are called; Driver that of its driver.
	Name() string
	Driver() string
	// DSN is the data source name of a connection that writes or only reads, with a page cache of so many MiB.
	DSN(path string, writer bool, cacheMiB int) string
	// Translate turns the engine's error into a fault, by its code and never by its text; faults pass unchanged.
	Translate(error) error
	// Turn waits until no other process has the turn of the database, and takes it until back is called; a process that is
	// killed gives it back by dying.
	Turn(ctx context.Context, path string) (back func(), err error)
	// Overwrite has what the writer's connection deletes from now on overwritten; Scrub ends that, and empties what the
	// engine keeps beside the database of pages as they were. CopyTo copies the database to the path that it takes.
	Overwrite() string
	Scrub() []string
	CopyTo() string
}

// SQLite is the embedded engine.
type SQLite struct{}

// Name is sqlite.
func (SQLite) Name() string { return "sqlite" }

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
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "store.none", "there is no such row").By(err)
	}
	var e *msqlite.Error
	if !errors.As(err, &e) {
		return fault.New(fault.Internal, "store.internal", "the database did not do as asked").By(err)
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return fault.New(fault.Conflict, "store.conflict", "it contradicts what is stored").By(err)
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
		return fault.New(fault.Unavailable, "store.io", "the disk failed while reading or writing the database").By(err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.New(fault.Unavailable, "store.damaged", "the file is damaged, or is no Probity database").By(err).
			With("restore it from a backup")
	}
	return fault.New(fault.Internal, "store.internal", "the database did not do as asked").By(err)
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
func (SQLite) CopyTo() string { return "VACUUM INTO ?" }

// turnPause is how long to wait before asking again for a turn that another process has.
const turnPause = 50 * time.Millisecond

// Turn holds an exclusive transaction on an empty database beside the real one, which keeps other processes out without
// keeping them from the real one.
func (d SQLite) Turn(ctx context.Context, path string) (back func(), err error) {
	db, err := sql.Open(d.Driver(), dsnQuery(path+".intake", []string{"busy_timeout(0)"}, "_txlock=exclusive"))
	if err != nil {
		return nil, err
	}
	for {
		tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
		if err == nil {
			return func() { _ = errors.Join(tx.Rollback(), db.Close()) }, nil
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

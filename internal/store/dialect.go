package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	msqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"probity/internal/fault"
)

// dialect is the seam between engines: only what truly differs.
type dialect interface {
	name() string
	driver() string
	dsn(path string, writer bool, cacheMiB int) string
	// translate turns the engine's error into a fault, by its code and never by its text; faults pass unchanged.
	translate(error) error
	// turn waits for what [Store.Turn] promises against other processes.
	turn(ctx context.Context, path string) (back func(), err error)
}

type sqlite struct{}

func (sqlite) name() string   { return "sqlite" }
func (sqlite) driver() string { return "sqlite" }

// dsn puts the pragmas where every new connection gets them. The busy timeout comes first, so that the others wait for
// a lock instead of failing. FULL synchronous: an acknowledged row or access entry survives a power cut.
func (sqlite) dsn(path string, writer bool, cacheMiB int) string {
	if cacheMiB == 0 {
		cacheMiB = 64
	}
	pragmas := []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		fmt.Sprintf("cache_size(%d)", -cacheMiB*1024), "temp_store(2)", "mmap_size(1073741824)",
	}
	if writer {
		return dsnQuery(path, append(pragmas, "wal_autocheckpoint(16384)", "journal_size_limit(268435456)"), "_txlock=immediate")
	}
	return dsnQuery(path, append(pragmas, "query_only(1)"), "_txlock=deferred")
}

func (sqlite) translate(err error) error {
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

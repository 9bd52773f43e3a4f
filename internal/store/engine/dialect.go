// Package engine is what stands right above the database engine, below everything that knows what is kept: what differs
// from one engine to the next, statements kept compiled, and many callers' writes in one commit.
package engine

import (
	"context"
	"database/sql"
	"errors"

	"probity/internal/fault"
)

// Dialect is the seam between engines, for one database: only what truly differs.
type Dialect interface {
	// Name is the engine's, as the folders of migrations are called.
	Name() string
	// Shown names the database to people, without a secret; Beside is the path that the names of the files begin with that
	// stand beside it: keys, journal, log, credentials.
	Shown() string
	Beside() string

	// Make makes what cannot be made within a transaction, and MakeIn the rest of an empty database; they are a Conflict where
	// there is one. Remove takes it away. Find is NotFound where there is none.
	Make(ctx context.Context) error
	MakeIn(ctx context.Context, tx *sql.Tx) error
	// Made is what remains to be done in that transaction when all tables are there.
	Made(ctx context.Context, tx *sql.Tx) error
	Remove() error
	Find(ctx context.Context) error
	// Stamp notes in a migration's transaction to which version it brings the database. Version reads that again; it is
	// Invalid where the database is none of ours.
	Stamp(ctx context.Context, tx *sql.Tx, version int) error
	Version(ctx context.Context, db *sql.DB) (int, error)

	// Connect opens a pool of connections that write or only read.
	Connect(use Use) (*sql.DB, error)
	// Moment is how a reading transaction is begun that sees one moment of the database throughout.
	Moment() *sql.TxOptions
	// Alone tells whether one connection at a time can write. Where several can, Claim keeps all others from acting until the
	// transaction ends, and has it see what they did; see [Store.Write] in the package above.
	Alone() bool
	Claim(ctx context.Context, tx *sql.Tx) error
	// Committed says what became of a claimed transaction whose commit ended with an error: nil where it was kept all the same,
	// which it finds out from the database and never guesses. Whoever claims notes for that which act it is.
	Committed(ctx context.Context, db *sql.DB, failed error) error
	// Leave takes away what this process keeps in the database for itself; where it fails, others do later.
	Leave(ctx context.Context, db *sql.DB) error
	// Passing tells of an error that may be gone when the same is asked again a little later.
	Passing(error) bool
	// Turn waits until no other process has the turn of the database, and takes it until it is given back; a process that is
	// killed gives it back by dying.
	Turn(ctx context.Context) (Turn, error)
	// Translate turns the engine's error into a fault, by its code and never by its text; faults pass unchanged.
	Translate(error) error

	// Overwrite has what the writer's connection deletes from now on overwritten; Scrub ends that, and empties what the
	// engine keeps beside the database of pages as they were. Both are empty where the engine has no such thing. CopyTo copies
	// the database to the path that it takes; ok is false where the engine has no words for that.
	Overwrite() string
	Scrub() []string
	CopyTo() (words string, ok bool)
	// Columns asks for every column of every table: the table, the column, and whether it holds bytes, in the order in which
	// they were made. Renumber has tables that number their rows themselves go on behind the highest number in them.
	Columns() string
	Renumber(ctx context.Context, tx *sql.Tx) error
}

// VersionKey is under which an engine that has no better place keeps the version among the rows of meta.
const VersionKey = "schema"

// Use is what a pool of connections is for.
type Use int

// The uses: one that writes, those of readers, and one of who records readings.
const (
	Writing Use = iota
	Reading
	Recording
)

// Meant is what an error means on every engine alike: faults, and the end of the caller's patience, pass unchanged, and a row
// that is missing is NotFound. ok tells that it is one of these or no error; what it is otherwise, the engine's codes tell.
func Meant(err error) (meant error, ok bool) { //nolint:revive // what it gives is an error, and not that it failed
	var f *fault.Error
	switch {
	case err == nil, errors.As(err, &f), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err, true
	case errors.Is(err, sql.ErrNoRows):
		return fault.New(fault.NotFound, "store.none", "there is no such row").By(err), true
	}
	return nil, false
}

// Contradiction is what breaks a constraint of the tables.
func Contradiction() *fault.Error {
	return fault.New(fault.Conflict, "store.conflict", "it contradicts what is stored")
}

// Unmeant is what no code of the engine explains.
func Unmeant() *fault.Error {
	return fault.New(fault.Internal, "store.internal", "the database did not do as asked")
}

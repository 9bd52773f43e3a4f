// Package store keeps everything: it is the only package that speaks SQL, and the only one that knows which database
// stands below. One implementation serves every engine through a thin seam (package engine); embedded SQLite is
// the default and needs nothing.
//
// Three rules hold throughout. Rows of a submission stay invisible until the submission's one publishing commit, so
// that a killed process leaves nothing half done. What writes takes a permit from package charter, and what answers a
// reader takes a scope from package access, so that no path forgets to ask. "There is no such row" and "could not
// look" are different faults.
package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"probity/internal/batch"
	"probity/internal/fault"
	"probity/internal/store/beside"
	"probity/internal/store/carry"
	"probity/internal/store/chain"
	"probity/internal/store/engine"
	"probity/internal/store/postgres"
	"probity/internal/store/spool"
)

// Birth is what a database was born as; it never changes (Charter C16, design decision 11).
type Birth string

const (
	// Demo holds generated subjects only and refuses identifiers that could belong to a human being.
	Demo Birth = "demo"
	// Live holds real subjects and refuses synthetic identifiers.
	Live Birth = "live"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	dialect   engine.Dialect
	write     *sql.DB
	read      *sql.DB
	record    *sql.DB
	birth     Birth
	writing   sync.Mutex
	turn      turns
	writer    *engine.Writer
	subs      submissions
	journal   Journal         // nil where nothing but tests reads the database
	number    beside.Numbered // see Keep
	group     *engine.Group
	decisions *batch.Batch[[]any] // see SaveDecision
	chaining  sync.Mutex          // held by who may append to the ledger, with the lock of the spool; taken behind writing
	prepared  *engine.Statements  // of the readers' connections
	records   *engine.Statements  // of who records readings
	appends   *engine.Statements  // of the writer's, for the ledger
	chain     *chain.Chain
	spool     *spool.File // nil where transactions write side by side: then readings go straight into the database
	// life ends when the database is closed, and background with it what still runs.
	life       context.Context
	end        context.CancelFunc
	background sync.WaitGroup
	settling   atomic.Bool
	taking     atomic.Bool
	closed     atomic.Bool
	// forgetting is nil where records lapse on the day they carry and no sooner.
	forgetting Forgetting
}

// Options are how a database is opened.
type Options struct {
	// Now is the clock.
	Now func() time.Time
	// CacheMiB is the page cache of each connection; 0 is 64.
	CacheMiB int
}

// Locate reads the address of an embedded database: sqlite:FILE, or a bare FILE.
func Locate(address string) (path string, err error) {
	if OnServer(address) {
		return "", fault.New(fault.Invalid, "store.engine", "this takes a file, and not a database on a server").
			With("write sqlite:FILE, for example sqlite:probity.db")
	}
	if path = strings.TrimPrefix(address, "sqlite:"); path == "" || strings.Contains(path, "://") {
		return "", fault.New(fault.Invalid, "store.address", "%q is no database address", address).
			With("write sqlite:FILE, for example sqlite:probity.db, or postgres://USER@HOST/DATABASE")
	}
	return path, nil
}

// OnServer tells whether the address is that of a PostgreSQL database.
func OnServer(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Distributed is the address of a server's database to be made in so many shards over the workers of a Citus cluster.
func Distributed(address string, shards int) (string, error) {
	if !OnServer(address) {
		return "", fault.New(fault.Invalid, "store.engine", "only a database on a server can be distributed").
			With("write --db postgres://USER@HOST/DATABASE, the coordinator of a Citus cluster")
	}
	return postgres.Distributed(address, shards)
}

// dialect is the engine of the database at an address.
func dialect(address string, opt Options) (engine.Dialect, error) {
	if OnServer(address) {
		at, err := postgres.Locate(address)
		if err != nil {
			return nil, err
		}
		return postgres.New(at), nil
	}
	path, err := Locate(address)
	if err != nil {
		return nil, err
	}
	return engine.NewSQLite(path, opt.CacheMiB)
}

// Home is where a database is, or may come to be, before anything is opened.
type Home interface {
	Shown() string
	Beside() string
	Find(ctx context.Context) error
}

// HomeOf reads an address.
func HomeOf(address string) (Home, error) { return dialect(address, Options{}) }

// Carry takes the whole database at an address to another one where there is none, on whatever engines: see [carry.Over].
func Carry(ctx context.Context, from, to string, progress carry.Progress) ([]carry.Table, error) {
	source, err := dialect(from, Options{})
	if err != nil {
		return nil, err
	}
	target, err := dialect(to, Options{})
	if err != nil {
		return nil, err
	}
	return carry.Over(ctx, source, target, progress)
}

// Create makes a new database of the birth and opens it. It is a conflict where there is one already.
func Create(ctx context.Context, address string, birth Birth, opt Options) (*Store, error) {
	d, err := dialect(address, opt)
	if err != nil {
		return nil, err
	}
	if birth != Demo && birth != Live {
		return nil, fault.New(fault.Invalid, "store.birth", "a database is born demo or live, not %q", birth)
	}
	if err := d.Make(ctx); err != nil {
		return nil, err
	}
	var file *spool.File
	if d.Alone() {
		if file, err = spool.Create(d.Beside()); err != nil {
			return nil, errors.Join(err, d.Remove())
		}
	}
	s, err := connect(d, file, opt)
	if err != nil {
		return nil, errors.Join(err, file.Remove(), d.Remove())
	}
	s.birth = birth
	if err = engine.Migrate(ctx, d, s.write, string(birth)); err != nil && !d.Alone() { // nothing was kept, not even the schema
		return nil, errors.Join(err, s.disconnect())
	}
	if err == nil {
		err = errors.Join(s.compile(ctx), s.writer.Numbered(ctx))
	}
	if err != nil {
		return nil, errors.Join(err, s.disconnect(), file.Remove(), d.Remove())
	}
	return s, nil
}

// Discard closes a database that was just made, and takes it away with all that is in it.
func (s *Store) Discard() error { return errors.Join(s.Close(), s.dialect.Remove()) }

// Open opens an existing database. It refuses one that is not ours or needs another version of the program.
func Open(ctx context.Context, address string, opt Options) (*Store, error) {
	d, err := dialect(address, opt)
	if err != nil {
		return nil, err
	}
	if err := d.Find(ctx); err != nil {
		return nil, err
	}
	var file *spool.File
	if d.Alone() {
		if file, err = spool.Open(d.Beside()); err != nil {
			return nil, err
		}
	}
	s, err := connect(d, file, opt)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	born, err := engine.Born(ctx, d, s.read)
	if s.birth = Birth(born); err == nil {
		err = s.compile(ctx)
	}
	if err == nil {
		err = s.Read(ctx, func(tx *sql.Tx) error { return errors.Join(s.subs.load(ctx, tx), s.writer.IDs.Resume(ctx, tx)) })
	}
	if err == nil {
		err = s.writer.Numbered(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.disconnect(), file.Close())
	}
	return s, nil
}

func connect(d engine.Dialect, file *spool.File, opt Options) (*Store, error) {
	s := &Store{dialect: d, turn: turns{free: make(chan struct{}, 1)}, spool: file}
	for use, pool := range map[engine.Use]**sql.DB{engine.Writing: &s.write, engine.Reading: &s.read, engine.Recording: &s.record} {
		made, err := d.Connect(use)
		if err != nil {
			return nil, err
		}
		*pool = made
	}
	s.writer = &engine.Writer{Dialect: d, DB: s.write, IDs: engine.Allocator{Now: opt.Now}, Hindered: s.turn.hinders}
	s.records = engine.NewStatements(s.record)
	s.prepared, s.appends = engine.NewStatements(s.read), engine.NewStatements(s.write)
	s.chain = chain.New(s.appends, s.spool, s.countReads)
	s.life, s.end = context.WithCancel(context.Background())
	s.group = engine.NewGroup(s.Write, s.dialect.Translate, s.chain.TakenBack)
	s.decisions = batch.New(opt.Now, s.saveDecisions)
	return s, nil
}

// compile has ready what may not be compiled within a transaction.
func (s *Store) compile(ctx context.Context) error {
	err := s.chain.Compile(ctx, s.records)
	for _, text := range engine.KeptTexts("decision", decisionColumns, "") {
		if err == nil {
			_, err = s.appends.Of(ctx, text) //nolint:sqlclosecheck // kept compiled until its owner closes
		}
	}
	return s.dialect.Translate(err)
}

// Close ends all connections; what was committed is safe without it.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.end()
	s.background.Wait()
	err := s.drain(context.Background())
	_ = s.dialect.Leave(context.Background(), s.write)
	return errors.Join(err, s.disconnect(), s.spool.Close())
}

func (s *Store) disconnect() error {
	return errors.Join(s.prepared.Close(), s.appends.Close(), s.records.Close(), s.read.Close(), s.record.Close(), s.write.Close())
}

// Server is the server that the database is on, nil where it is a file.
func (s *Store) Server() *postgres.Dialect {
	d, _ := s.dialect.(*postgres.Dialect)
	return d
}

// Birth is what the database was born as.
func (s *Store) Birth() Birth { return s.birth }

// Path is what the names of the files beside the database begin with; the embedded database's own file.
func (s *Store) Path() string { return s.dialect.Beside() }

// Shown names the database to people, without a secret.
func (s *Store) Shown() string { return s.dialect.Shown() }

// Write runs f in one write transaction. One acts at a time, of all processes, and sees what those before it did; f must be
// short and must not call Write. An error from f, or a panic, rolls everything back. What waits in the spool is in the
// database before f runs.
func (s *Store) Write(ctx context.Context, f func(*sql.Tx) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	release, err := s.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	ended := s.chain.TakenBack
	defer func() { ended() }()
	err = s.writer.Act(ctx, func(tx *sql.Tx) error {
		stale, err := s.chain.Stale()
		if err == nil && stale {
			err = s.chain.TakeIn(ctx, tx)
		}
		if err != nil {
			return err
		}
		return f(tx)
	})
	if err == nil {
		ended = s.chain.Kept
		s.settle()
	}
	return err
}

// alone keeps everybody else, in this process and in others, from appending to the ledger, until it is released.
func (s *Store) alone(ctx context.Context) (release func(), err error) {
	s.chaining.Lock()
	if err := s.spool.Lock(ctx); err != nil {
		s.chaining.Unlock()
		return nil, err
	}
	return func() {
		s.spool.Unlock()
		s.chaining.Unlock()
	}, nil
}

// Together is Write for short acts of which many come at once: f runs in a transaction that it may share with others,
// and so one flush of the disk serves them all. What f wrote is taken back alone where f fails; a commit that fails,
// fails all who shared it. The context f gets does not end with ctx: where ctx ends first, Together returns and f may
// still be carried out.
func (s *Store) Together(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	return s.group.Write(ctx, f)
}

// Read runs f in one read transaction, which sees one moment of the database throughout.
func (s *Store) Read(ctx context.Context, f func(*sql.Tx) error) error {
	return engine.Read(ctx, s.dialect, s.read, f)
}

// One asks for one row, by a query of constant text that is kept compiled, and scans it; sql.ErrNoRows where there is none.
func (s *Store) One(ctx context.Context, query string, args []any, into ...any) error {
	one, err := s.prepared.Of(ctx, query) //nolint:sqlclosecheck // kept compiled until its owner closes
	if err == nil {
		err = engine.Patiently(ctx, s.dialect.Passing, func() error { return one.QueryRowContext(ctx, args...).Scan(into...) })
	}
	return s.dialect.Translate(err)
}

// Many asks by a query of constant text that is kept compiled, and has scan read all of its rows.
func (s *Store) Many(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	all, err := s.prepared.Of(ctx, query)
	if err == nil {
		err = engine.Patiently(ctx, s.dialect.Passing, func() error {
			rows, err := all.QueryContext(ctx, args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			return errors.Join(scan(rows), rows.Err())
		})
	}
	return s.dialect.Translate(err)
}

// NextIDs reserves n time-ordered numbers and gives the first. Every kind of thing draws from the same numbers.
func (s *Store) NextIDs(n int) int64 { return s.writer.IDs.Next(n) }

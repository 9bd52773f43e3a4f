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
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"probity/internal/fault"
	"probity/internal/store/beside"
	"probity/internal/store/chain"
	"probity/internal/store/engine"
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
	dialect  engine.Dialect
	path     string
	write    *sql.DB // exactly one connection: one writer, so that no lock error ever reaches a caller
	read     *sql.DB
	record   *sql.DB // one connection, of who records readings
	birth    Birth
	writing  sync.Mutex
	turn     chan struct{} // holds one while somebody has the turn
	ids      engine.Allocator
	marked   int64 // the highest of ids that a commit has kept; guarded by writing
	subs     submissions
	journal  Journal         // nil where nothing but tests reads the database
	number   beside.Numbered // see Keep
	group    *engine.Group
	chaining sync.Mutex         // held by who may append to the ledger, with the lock of the spool; taken behind writing
	prepared *engine.Statements // of the readers' connections
	records  *engine.Statements // of who records readings
	appends  *engine.Statements // of the writer's, for the ledger
	chain    *chain.Chain
	spool    *spool.File
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

// Locate reads a database address: sqlite:FILE, or a bare FILE. PostgreSQL addresses are known but not served yet.
func Locate(address string) (engine, where string, err error) {
	switch {
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		return "", "", fault.New(fault.Invalid, "store.engine", "this build keeps its data in SQLite; PostgreSQL is not served yet").
			With("use --db sqlite:FILE")
	case strings.HasPrefix(address, "sqlite:"):
		where = strings.TrimPrefix(address, "sqlite:")
	default:
		where = address
	}
	if where == "" || strings.Contains(where, "://") {
		return "", "", fault.New(fault.Invalid, "store.address", "%q is no database address", address).
			With("write sqlite:FILE, for example sqlite:probity.db")
	}
	return "sqlite", where, nil
}

// Create makes a new database of the birth and opens it. It is a conflict where the file exists already.
func Create(ctx context.Context, address string, birth Birth, opt Options) (*Store, error) {
	_, path, err := Locate(address)
	if err != nil {
		return nil, err
	}
	if birth != Demo && birth != Live {
		return nil, fault.New(fault.Invalid, "store.birth", "a database is born demo or live, not %q", birth)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fault.New(fault.Conflict, "store.exists", "%s exists already", path).
			With("choose another file, or open it as it is: what a database was born as cannot be changed")
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "store.create", "cannot create %s: %v", path, err).By(err)
	}
	if err := f.Close(); err != nil {
		return nil, fault.New(fault.Unavailable, "store.create", "cannot create %s: %v", path, err).By(err)
	}
	file, err := spool.Create(path)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	s, err := connect(path, file, opt)
	if err != nil {
		return nil, errors.Join(err, file.Remove(), os.Remove(path))
	}
	s.birth = birth
	err = s.migrate(ctx)
	if err == nil {
		err = s.dialect.Translate(s.chain.Compile(ctx, s.records))
	}
	if err != nil {
		return nil, errors.Join(err, s.disconnect(), file.Remove(), os.Remove(path))
	}
	return s, nil
}

// Open opens an existing database. It refuses a file that is not one of ours or needs another version of the program.
func Open(ctx context.Context, address string, opt Options) (*Store, error) {
	_, path, err := Locate(address)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "store.missing", "there is no database %s", path).
			With("make one with: probity init --db sqlite:" + path)
	} else if err != nil {
		return nil, fault.New(fault.Unavailable, "store.open", "cannot open %s: %v", path, err).By(err)
	}
	file, err := spool.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := connect(path, file, opt)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	err = s.check(ctx)
	if err == nil {
		err = s.dialect.Translate(s.chain.Compile(ctx, s.records))
	}
	if err == nil {
		err = s.Read(ctx, func(tx *sql.Tx) error { return errors.Join(s.subs.load(ctx, tx), s.ids.Resume(ctx, tx)) })
	}
	if err != nil {
		return nil, errors.Join(err, s.disconnect(), file.Close())
	}
	return s, nil
}

// readers is how many connections read at the same time.
const readers = 8

func connect(path string, file *spool.File, opt Options) (*Store, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "store.open", "cannot find %s: %v", path, err).By(err)
	}
	s := &Store{dialect: engine.SQLite{}, path: abs, turn: make(chan struct{}, 1), spool: file}
	s.ids.Now = opt.Now
	if s.write, err = sql.Open(s.dialect.Driver(), s.dialect.DSN(abs, true, opt.CacheMiB)); err != nil {
		return nil, s.dialect.Translate(err)
	}
	s.write.SetMaxOpenConns(1)
	if s.read, err = sql.Open(s.dialect.Driver(), s.dialect.DSN(abs, false, opt.CacheMiB)); err != nil {
		return nil, errors.Join(s.dialect.Translate(err), s.write.Close())
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers) // a connection costs more to open than most questions to answer
	if s.record, err = sql.Open(s.dialect.Driver(), s.dialect.DSN(abs, false, 1)); err != nil {
		return nil, errors.Join(s.dialect.Translate(err), s.write.Close(), s.read.Close())
	}
	s.record.SetMaxOpenConns(1)
	s.records = engine.NewStatements(s.record)
	s.prepared, s.appends = engine.NewStatements(s.read), engine.NewStatements(s.write)
	s.chain = chain.New(s.appends, s.spool, s.countReads)
	s.life, s.end = context.WithCancel(context.Background())
	s.group = engine.NewGroup(s.Write, s.dialect.Translate, s.chain.TakenBack)
	return s, nil
}

// Close ends all connections; what was committed is safe without it.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.end()
	s.background.Wait()
	err := s.drain(context.Background())
	return errors.Join(err, s.disconnect(), s.spool.Close())
}

func (s *Store) disconnect() error {
	return errors.Join(s.prepared.Close(), s.appends.Close(), s.records.Close(), s.read.Close(), s.record.Close(), s.write.Close())
}

// Birth is what the database was born as.
func (s *Store) Birth() Birth { return s.birth }

// Path is the database's file.
func (s *Store) Path() string { return s.path }

// Write runs f in one write transaction. There is one writer at a time; f must be short and must not call Write. An
// error from f, or a panic, rolls everything back. What waits in the spool is in the database before f runs.
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
	err = s.transact(ctx, func(tx *sql.Tx) error {
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

// transact runs f in a transaction of the one writer, whose lock the caller holds.
func (s *Store) transact(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return s.dialect.Translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it says so and does nothing
	if err := f(tx); err != nil {
		return s.dialect.Translate(err)
	}
	high, err := s.ids.Keep(ctx, tx, s.marked)
	if err == nil {
		err = tx.Commit()
	}
	if err == nil {
		s.marked = high
		s.settle()
	}
	return s.dialect.Translate(err)
}

// Read runs f in one read transaction, which sees one moment of the database throughout.
func (s *Store) Read(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.dialect.Translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // a read transaction has nothing to commit
	return s.dialect.Translate(f(tx))
}

// NextIDs reserves n time-ordered numbers and gives the first. Every kind of thing draws from the same numbers.
func (s *Store) NextIDs(n int) int64 { return s.ids.Next(n) }

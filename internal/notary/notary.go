// Package notary commits to the ledger in a way that cannot be taken back: it appends the hash of every entry to an
// append-only log of Merkle trees, signs its state, and gives receipts that anybody can check without trusting us. When
// it falls behind by ten seconds, reads stop (Charter C11).
//
// The log is a folder beside the database. What has been appended is read from the log itself and from nowhere else: the
// leaf behind the last one is the entry at the position behind, so that a process killed between any two writes leaves
// nothing to repair, and no entry can be appended twice. One process appends at a time; it holds a lock on the folder and
// a token in the database, and every write it makes to the database names that token.
//
// A command that made entries appends them when it closes the notary; whoever opens it next appends what a killed one
// left; a long-running process appends every second ([Notary.Run]).
package notary

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/ledger/tlog"
	"probity/internal/store/notaries"
)

// Limit is how old the oldest entry may be that no signed checkpoint covers (Charter C11).
const Limit = 10 * time.Second

// Book is what the notary needs kept; notaries.Store keeps it.
type Book interface {
	First(context.Context) (int64, error)
	Last(context.Context) (int64, error)
	Hashes(ctx context.Context, from int64, limit int) ([]ledger.Hash, error)
	OldestAfter(ctx context.Context, position int64) (at time.Time, ok bool, err error)
	TakeLease(ctx context.Context, holder string, now time.Time) (token int64, err error)
	Holds(ctx context.Context, token int64) error
	Segments(context.Context) ([]notaries.Segment, error)
	AddSegment(ctx context.Context, token int64, g notaries.Segment) error
	Mark(ctx context.Context, token, number int64, size uint64, checkpoint string) error
}

// Options are how a notary is opened.
type Options struct {
	Book Book
	// Dir is the folder of the log, KeyFile the file of its signing key.
	Dir, KeyFile string
	// Now is the clock by which checkpoints are dated; Elapsed tells how long the process has run, whatever that clock
	// does.
	Now     func() time.Time
	Elapsed func() time.Duration
	// HTTP talks to witnesses; nil is the default client.
	HTTP *http.Client
}

// Notary appends and signs. It is safe for concurrent use; Close ends it.
type Notary struct {
	opt Options
	log *tlog.About

	mu     sync.Mutex // one works at a time
	lease  *lease
	tree   *tree
	marked time.Duration // when the newest state was last kept in the database

	covered atomic.Int64 // the last position under a signed checkpoint
	clean   atomic.Int64 // nanoseconds of Elapsed at which nothing was uncovered
	trouble atomic.Pointer[error]
}

// Create makes the log of a new database and its key. Where they are there already it is a Conflict.
func Create(opt Options) (*Notary, error) {
	if err := found(&opt); err != nil {
		return nil, err
	}
	n := &Notary{opt: opt}
	var err error
	if n.log, err = readAbout(opt.Dir); err != nil {
		return nil, err
	}
	n.restCleanly()
	return n, nil
}

// Open opens the log of a database. What was written and not appended before is appended first, unless another process
// is at it. Where the log cannot be used the notary opens all the same, so that the log can be looked into and mended;
// Check says what is wrong, and reads stop.
func Open(ctx context.Context, opt Options) (*Notary, error) {
	n := &Notary{opt: opt}
	err := n.begin(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		n.fail(err)
		n.reckon(ctx) // what a process before this one left waits since it was written, not since now
	}
	return n, nil
}

func (n *Notary) begin(ctx context.Context) error {
	var err error
	if n.log, err = readAbout(n.opt.Dir); err != nil {
		return err
	}
	if err := n.readState(ctx); err != nil {
		return err
	}
	return n.Flush(ctx)
}

// readState takes up from the log what is covered, and holds it against the clock and against what the database knows.
func (n *Notary) readState(ctx context.Context) error {
	segments, err := n.opt.Book.Segments(ctx)
	if err != nil || len(segments) == 0 {
		return err
	}
	last := segments[len(segments)-1]
	state, err := n.published(last)
	if err != nil {
		return err
	}
	if state.Size < last.Size {
		return fault.New(fault.Unavailable, "notary.rolled-back", stopped+"the log holds %d leaves in %s, and the database knows of %d: the log was replaced or taken back", state.Size, last.Name, last.Size).
			At(n.opt.Dir).With(restartCure)
	}
	newest, err := n.opt.Book.Last(ctx)
	if err != nil {
		return err
	}
	covered := last.First + int64(state.Size) - 2
	if covered > newest {
		return fault.New(fault.Unavailable, "notary.ahead", stopped+"the log holds entries up to position %d, and the database ends at %d: the database was replaced or taken back", covered, newest).
			At(n.opt.Dir).With(restartCure)
	}
	if covered >= last.First {
		n.covered.Store(covered)
	} else {
		n.covered.Store(last.First - 1)
	}
	if now := n.opt.Now(); now.Unix() < state.At.Unix() {
		return clockBack(now, state.At)
	}
	return nil
}

// stopped begins what a reader is told whose reading is not answered.
const stopped = "reads have stopped (Charter C11): "

const restartCure = "bring back the log that belongs to the database; if there is none, begin it anew: probity ledger restart"

func clockBack(now, last time.Time) error {
	return fault.New(fault.Unavailable, "notary.clock", stopped+"the clock stands at %s, before %s, when the log was signed last or its key was made",
		now.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339)).
		With("set the clock right; what was written meanwhile is signed as soon as it is")
}

// published is the newest signed state of a tree, the zero one where none was signed yet.
func (n *Notary) published(g notaries.Segment) (tlog.Checkpoint, error) {
	l, err := tlog.Open(os.DirFS(n.opt.Dir))
	if err != nil {
		return tlog.Checkpoint{}, unusable(err)
	}
	if _, err := os.Stat(filepath.Join(n.opt.Dir, tlog.SegmentsDir, g.Name, "checkpoint")); errors.Is(err, os.ErrNotExist) {
		return tlog.Checkpoint{}, nil
	}
	t, err := l.Tree(g.Name)
	if err != nil {
		return tlog.Checkpoint{}, unusable(err)
	}
	cp, err := t.Checkpoint()
	return cp, unusable(err)
}

// Check is the guard of every read: it is Unavailable while an entry older than [Limit] is under no signed checkpoint, or
// the log cannot be used at all.
func (n *Notary) Check(ctx context.Context) error {
	if n.age() <= Limit {
		return n.standing()
	}
	// It may be that nobody looked, not that something is late.
	if err := n.look(ctx); err != nil {
		return err
	}
	if n.age() <= Limit {
		return n.standing()
	}
	return n.late()
}

func (n *Notary) age() time.Duration { return n.opt.Elapsed() - time.Duration(n.clean.Load()) }

// standing is the trouble that stops reads at once, whatever is late.
func (n *Notary) standing() error {
	if err := n.trouble.Load(); err != nil && stops(*err) {
		return *err
	}
	return nil
}

// stops tells troubles of the log itself from those that pass: a witness that does not answer, a disk that is slow.
func stops(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == fault.Unavailable && f.Key != "notary.busy" && f.Key != "notary.unpublished"
}

// look finds out whether anything is uncovered, and since when.
func (n *Notary) look(ctx context.Context) error {
	at := n.opt.Elapsed()
	oldest, waiting, err := n.opt.Book.OldestAfter(ctx, n.covered.Load())
	if err != nil {
		return err
	}
	if since, told := n.since(at, oldest, waiting); told && (!waiting || since < time.Duration(n.clean.Load())) {
		n.clean.Store(int64(since)) // by the clock alone nothing gets younger: it may have been set back
	}
	return nil
}

// reckon is look where it cannot fail: what cannot be read leaves everything as late as it was.
func (n *Notary) reckon(ctx context.Context) {
	if err := n.look(ctx); err != nil {
		n.fail(err)
	}
}

// since is the moment, as Elapsed counts, at which the oldest entry under no checkpoint was written by its own time, or at
// which there is none. Where the clock stands before that time it tells nothing.
func (n *Notary) since(at time.Duration, oldest time.Time, waiting bool) (since time.Duration, told bool) {
	if !waiting {
		return at, true
	}
	age := n.opt.Now().Sub(oldest)
	return at - age, age >= 0
}

func (n *Notary) late() error {
	f := fault.New(fault.Unavailable, "notary.late", stopped+"entries of the ledger have been without a signed checkpoint for more than %.0f seconds", Limit.Seconds()).
		With("see why the log cannot be written: probity ledger status")
	if err := n.trouble.Load(); err != nil {
		var cause *fault.Error
		if errors.As(*err, &cause) {
			f.Text += ": " + strings.TrimPrefix(cause.Text, stopped)
			f.Cure = cause.Cure
		}
		f = f.By(*err)
	}
	return f
}

func (n *Notary) fail(err error) { n.trouble.Store(&err) }

func (n *Notary) restCleanly() {
	n.clean.Store(int64(n.opt.Elapsed()))
	n.trouble.Store(nil)
}

// Flush appends what is not appended, and returns when a signed checkpoint covers it. Where another process appends, it
// leaves the work to that one.
func (n *Notary) Flush(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.flush(ctx)
}

func (n *Notary) flush(ctx context.Context) error {
	at := n.opt.Elapsed()
	last, err := n.opt.Book.Last(ctx)
	if err != nil {
		return err
	}
	if n.log == nil {
		return n.known()
	}
	if last > n.covered.Load() {
		if err := n.append(ctx, last); err != nil {
			n.fail(err)
			if fault.Is(err, fault.Unavailable) && isBusy(err) {
				return n.elsewhere(ctx)
			}
			return err
		}
	}
	n.clean.Store(int64(at))
	n.trouble.Store(nil)
	return nil
}

// known is the trouble that Open met.
func (n *Notary) known() error {
	if err := n.trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// elsewhere takes up what another process has appended. What that one has left lying for longer than the limit is late.
func (n *Notary) elsewhere(ctx context.Context) error {
	segments, err := n.opt.Book.Segments(ctx)
	if err != nil || len(segments) == 0 {
		return err
	}
	g := segments[len(segments)-1]
	state, err := n.published(g)
	if err != nil {
		return err
	}
	n.covered.Store(max(n.covered.Load(), g.First+int64(state.Size)-2))
	at := n.opt.Elapsed()
	oldest, waiting, err := n.opt.Book.OldestAfter(ctx, n.covered.Load())
	if err != nil {
		return err
	}
	if since, told := n.since(at, oldest, waiting); told {
		n.clean.Store(int64(since))
	}
	if n.age() <= Limit {
		n.trouble.Store(nil)
	}
	return nil
}

// Run appends every second until ctx ends. Troubles are no reason to end: reads stop when they last, and go on when they
// are over.
func (n *Notary) Run(ctx context.Context) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := n.Flush(ctx); err != nil && ctx.Err() == nil {
				n.fail(err)
			}
		}
	}
}

// Close appends what is left and gives the log back. An error says what is not yet under a signed checkpoint; it is
// durable in the database all the same.
func (n *Notary) Close(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	err := n.flush(ctx)
	return errors.Join(err, n.rest(ctx))
}

// rest keeps the newest state in the database and gives the lease back.
func (n *Notary) rest(ctx context.Context) error {
	var errs []error
	if n.tree != nil {
		errs = append(errs, n.mark(ctx))
		n.shut()
	}
	if n.lease != nil {
		errs = append(errs, n.lease.release())
		n.lease = nil
	}
	return errors.Join(errs...)
}

// Status is how the notary stands.
type Status struct {
	Log     string `json:"log"`
	Folder  string `json:"folder"`
	Covered int64  `json:"covered"`
	Last    int64  `json:"last"`
	// Signed is the instant of the newest checkpoint, zero where there is none.
	Signed    time.Time `json:"signed"`
	Segment   string    `json:"segment,omitempty"`
	Witnesses []string  `json:"witnesses,omitempty"`
	Trouble   string    `json:"trouble,omitempty"`
	Cure      string    `json:"cure,omitempty"`
}

// Status tells how far the log has come and what keeps it.
func (n *Notary) Status(ctx context.Context) (Status, error) {
	s := Status{Folder: n.opt.Dir, Covered: n.covered.Load()}
	if n.log != nil {
		s.Log = n.log.ID
	}
	var err error
	if s.Last, err = n.opt.Book.Last(ctx); err != nil {
		return s, err
	}
	if segments, err := n.opt.Book.Segments(ctx); err != nil {
		return s, err
	} else if len(segments) > 0 {
		s.Segment = segments[len(segments)-1].Name
		if cp, err := n.published(segments[len(segments)-1]); err == nil {
			s.Signed = cp.At
			if l, err := tlog.Open(os.DirFS(n.opt.Dir)); err == nil && l.Policy != nil {
				_, s.Witnesses = l.Policy.Signed(cp.Note)
			}
		}
	}
	var f *fault.Error
	if err := n.known(); errors.As(err, &f) {
		s.Trouble, s.Cure = f.Text, f.Cure
	} else if err != nil {
		s.Trouble = err.Error()
	}
	return s, nil
}

func unusable(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Code == fault.Unavailable {
		return err
	}
	return fault.New(fault.Unavailable, "notary.log", "the log cannot be used: %s", f.Text).By(f).At(f.Where).
		With("look into it with probity ledger verify; " + f.Cure)
}

func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}

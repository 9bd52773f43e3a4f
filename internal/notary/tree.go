package notary

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/storage/posix"
	"k8s.io/klog/v2"

	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/ledger/tlog"
	"probity/internal/store/notaries"
)

const (
	// chunk is how many entries are appended at once; the driver writes their tiles together.
	chunk = 64 * layout.EntryBundleWidth
	// batch is how many of them the driver gets at a time.
	batch = 4 * layout.EntryBundleWidth
	// gather is how long the driver waits for a batch to be filled: long enough that a machine under load does not send on
	// one half of what is given to it.
	gather = 10 * time.Millisecond
	// pause is the least time between two checkpoints, or between two with witnesses.
	pause, witnessedPause = 100 * time.Millisecond, time.Second
	// patience is how long a checkpoint may take, witnessPatience how long witnesses may.
	patience, witnessPatience = 8 * time.Second, 4 * time.Second
	// tidy is how often the driver removes partial tiles that whole ones have taken the place of.
	tidy = 30 * time.Second
	// keepEvery is how far apart the checkpoints are that are kept besides the newest.
	keepEvery = time.Minute
)

// tree is one tree of the log, open for appending.
type tree struct {
	segment notaries.Segment
	origin  string
	dir     string
	keys    tlog.Keys
	add     tessera.AddFn
	reader  tessera.LogReader
	stop    func(context.Context) error
	cancel  context.CancelFunc
	size    uint64 // leaves in the tree, under a checkpoint or not
	newest  tlog.Checkpoint
	kept    time.Time // of the newest checkpoint in the history
	// trouble is why the last checkpoint could not be published.
	trouble *troubles
}

// troubles remembers the last one; the driver signs and asks witnesses in a goroutine of its own.
type troubles struct{ last atomic.Pointer[error] }

func (t *troubles) note(err error) { t.last.Store(&err) }

func (t *troubles) get() error {
	if err := t.last.Load(); err != nil {
		return *err
	}
	return nil // nothing was tried yet
}

// quiet keeps the driver's library from writing to standard error: what matters of what it says reaches the caller.
var quiet = sync.OnceFunc(func() { klog.SetSlogLogger(slog.New(slog.DiscardHandler)) })

// openTree opens a tree for appending; anchor is what becomes leaf 0 of one that is empty.
func (n *Notary) openTree(ctx context.Context, g notaries.Segment, anchor func() (tlog.Anchor, error)) (*tree, error) {
	quiet()
	l, err := tlog.Open(os.DirFS(n.opt.Dir))
	if err != nil {
		return nil, unusable(err)
	}
	key, err := n.signingKey(l.Keys)
	if err != nil {
		return nil, err
	}
	t := &tree{
		segment: g, origin: l.About.Origin(g.Name), dir: filepath.Join(n.opt.Dir, tlog.SegmentsDir, g.Name), keys: l.Keys, trouble: &troubles{},
	}
	if err := t.readNewest(); err != nil {
		return nil, err
	}
	var seen atomic.Pointer[time.Time]
	seen.Store(&t.newest.At)
	last := func() time.Time { return *seen.Load() }
	plain, dated, err := signers(t.origin, key, n.opt.Now, last)
	if err != nil {
		return nil, fault.New(fault.Internal, "notary.signer", "the log's key cannot sign").By(err)
	}
	watched := watchedSigner{dated.(timed), t.trouble, func(at time.Time) { seen.Store(&at) }} //nolint:forcetypeassert // signers makes it
	opt := tessera.NewAppendOptions().WithCheckpointSigner(plain, watched).WithBatching(batch, gather).
		WithCheckpointInterval(pause).WithCheckpointRepublishInterval(0).WithPushback(4 * chunk).
		WithGarbageCollectionInterval(tidy).WithShutdownTimeout(patience)
	if l.Policy != nil && l.Policy.Count() > 0 {
		witnesses, err := tessera.NewWitnessGroupFromPolicy([]byte(l.Policy.Sigsum))
		if err != nil {
			return nil, fault.New(fault.Unavailable, "notary.policy", "the policy on witnesses cannot be used: %v", err).By(err).
				At(filepath.Join(n.opt.Dir, tlog.WitnessesFile)).With("mend the file; docs/ledger.md says what it holds")
		}
		opt = opt.WithCheckpointInterval(witnessedPause).
			WithWitnesses(witnesses, &tessera.WitnessOptions{Timeout: witnessPatience, FailOpen: l.Policy.FailOpen})
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	driver, err := posix.New(running, posix.Config{Path: t.dir, HTTPClient: t.trouble.client(n.opt.HTTP)})
	if err != nil {
		cancel()
		return nil, unwritable(t.dir, err)
	}
	appender, stop, reader, err := tessera.NewAppender(running, driver, opt)
	if err != nil {
		cancel()
		if known := t.trouble.get(); known != nil {
			return nil, known
		}
		return nil, unwritable(t.dir, err)
	}
	t.add, t.stop, t.reader, t.cancel = appender.Add, stop, reader, cancel
	if t.size, err = reader.IntegratedSize(ctx); err == nil && t.size == 0 {
		var a tlog.Anchor
		if a, err = anchor(); err == nil {
			err = t.append(ctx, [][]byte{a.Leaf()})
		}
	}
	if err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// next is the position of the entry that is appended next.
func (t *tree) next() int64 { return t.segment.First + int64(t.size) - 1 } //nolint:gosec // G115: a tree has fewer leaves

// append appends leaves and returns when they are on disk. It gives the driver no more than one full batch at a time: one
// that is full goes on at once and in its place, whereas two that the driver's timer sends on may overtake each other.
func (t *tree) append(ctx context.Context, leaves [][]byte) error {
	for some := range slices.Chunk(leaves, batch) {
		if err := t.appendBatch(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) appendBatch(ctx context.Context, leaves [][]byte) error {
	futures := make([]tessera.IndexFuture, len(leaves))
	for i, leaf := range leaves {
		futures[i] = t.add(ctx, tessera.NewEntry(leaf))
	}
	for i, wait := range futures {
		got, err := wait()
		if err != nil {
			return unwritable(t.dir, err)
		}
		if want := t.size + uint64(i); got.Index != want { //nolint:gosec // G115: i is small
			return fault.New(fault.Unavailable, "notary.foreign", "leaf %d was appended where %d should be: somebody else appends to this log", got.Index, want).
				At(t.dir).With("find out what other program writes there, and stop it")
		}
	}
	t.size += uint64(len(leaves))
	return nil
}

// appendHashes appends the hashes of entries.
func (t *tree) appendHashes(ctx context.Context, hashes []ledger.Hash) error {
	leaves := make([][]byte, len(hashes))
	for i := range hashes {
		leaves[i] = tlog.Leaf(hashes[i])
	}
	return t.append(ctx, leaves)
}

// publish waits until a signed checkpoint covers every leaf, and keeps it.
func (t *tree) publish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		if err := t.readNewest(); err != nil {
			return err
		}
		if t.newest.Size >= t.size {
			return t.remember()
		}
		if err := t.trouble.get(); err != nil && stops(err) {
			return err
		}
		select {
		case <-ctx.Done():
			f := fault.New(fault.Unavailable, "notary.unpublished", "no checkpoint was signed in time").At(t.dir).
				With("see why the log cannot be written: probity ledger status")
			if err := t.trouble.get(); err != nil {
				f.Text += ": " + err.Error()
				f.By(err)
			}
			return f
		case <-ticker.C:
		}
	}
}

func (t *tree) readNewest() error {
	raw, err := os.ReadFile(filepath.Join(t.dir, layout.CheckpointPath))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unwritable(t.dir, err)
	}
	if bytes.Equal(raw, t.newest.Note) {
		return nil
	}
	cp, err := tlog.ParseCheckpoint(raw, t.origin, t.keys)
	if err != nil {
		return unusable(err)
	}
	t.newest = cp
	return nil
}

// remember keeps the newest checkpoint beside the earlier ones, where the last of those is a while ago.
func (t *tree) remember() error {
	if !t.kept.IsZero() && t.newest.At.Sub(t.kept) < keepEvery {
		return nil
	}
	line, err := json.Marshal(tlog.Remembered{At: t.newest.At, Note: string(t.newest.Note)})
	if err != nil {
		return err
	}
	path := filepath.Join(t.dir, tlog.HistoryFile)
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unwritable(path, err)
	}
	if bytes.Contains(old, append(line, '\n')) {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return unwritable(path, err)
	}
	whole := int64(bytes.LastIndexByte(old, '\n') + 1) // a line that was cut off is written over
	_, err = f.WriteAt(append(line, '\n'), whole)
	if err == nil {
		err = f.Truncate(whole + int64(len(line)) + 1)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return unwritable(path, err)
	}
	t.kept = t.newest.At
	return nil
}

// close ends the driver's work. Everything it appended is on disk already.
func (t *tree) close() error {
	if t.newest.Size >= t.size {
		// Where a checkpoint is missing the driver would only wait for it once more.
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		defer t.cancel()
		if err := t.stop(ctx); err != nil {
			return fmt.Errorf("closing the log: %w", err)
		}
		return nil
	}
	t.cancel()
	return nil
}

// watchedSigner tells why it did not sign, and what instant it signed last.
type watchedSigner struct {
	timed
	trouble *troubles
	signed  func(time.Time)
}

func (w watchedSigner) Sign(msg []byte) ([]byte, error) {
	at := w.now()
	sig, err := w.timed.Sign(msg)
	w.trouble.note(err)
	if err == nil {
		w.signed(at)
	}
	return sig, err
}

// client is the one that talks to witnesses, with an ear for what goes wrong.
func (t *troubles) client(base *http.Client) *http.Client {
	c := http.Client{}
	if base != nil {
		c = *base
	}
	c.Transport = listener{c.Transport, t}
	return &c
}

type listener struct {
	next    http.RoundTripper
	trouble *troubles
}

func (l listener) RoundTrip(r *http.Request) (*http.Response, error) {
	next := l.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	switch {
	case err != nil:
		l.trouble.note(fmt.Errorf("the witness at %s cannot be reached: %w", r.URL, err))
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusConflict:
		l.trouble.note(fmt.Errorf("the witness at %s answers %s", r.URL, resp.Status))
	}
	return resp, err
}

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
	// never is how long the driver may wait for a batch to fill up: it is started for a batch of just the size that comes.
	// Its timer would cut a batch in two, and those may overtake each other.
	never = 24 * time.Hour
	// pause is the least time between two checkpoints, or between two with witnesses.
	pause, witnessedPause = 100 * time.Millisecond, time.Second
	// patience is how long a checkpoint may take, witnessPatience how long witnesses may.
	patience, witnessPatience = 8 * time.Second, 4 * time.Second
	// keepEvery is how far apart the checkpoints are that are kept besides the newest.
	keepEvery = time.Minute
)

// tree is one tree of the log, open for appending.
type tree struct {
	segment notaries.Segment
	origin  string
	dir     string
	keys    tlog.Keys
	open    func(ctx context.Context, batch int, muted bool) (running, error)
	// publisher is the driver that signs. There is one at a time, so that no checkpoint is written over a newer one.
	publisher running
	size      uint64 // leaves in the tree, under a checkpoint or not
	newest    tlog.Checkpoint
	swept     uint64    // leaves up to which partial tiles are removed
	kept      time.Time // of the newest checkpoint in the history
	// trouble is why the last checkpoint could not be published.
	trouble *troubles
}

// running is the driver at work. Muted, it appends and signs nothing.
type running struct {
	add    tessera.AddFn
	reader tessera.LogReader
	cancel context.CancelFunc
	muted  *atomic.Bool
}

// end stops the driver. What it has not begun to sign it signs no more.
func (r running) end() {
	r.muted.Store(true)
	r.cancel()
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
	signed := t.newest.At
	if key := l.Keys[len(l.Keys)-1]; signed.Before(key.From) { // what a key signs before its time counts for nothing
		signed = key.From
	}
	seen.Store(&signed)
	last := func() time.Time { return *seen.Load() }
	plain, dated, err := signers(t.origin, key, n.opt.Now, last)
	if err != nil {
		return nil, fault.New(fault.Internal, "notary.signer", "the log's key cannot sign").By(err)
	}
	pause := pause
	witnesses, err := n.witnesses(l.Policy)
	if err != nil {
		return nil, err
	}
	if witnesses != nil {
		pause = witnessedPause
	}
	client := t.trouble.client(n.opt.HTTP)
	t.open = func(ctx context.Context, batch int, muted bool) (running, error) {
		silence := new(atomic.Bool)
		silence.Store(muted)
		watched := watchedSigner{dated, t.trouble, silence, func(at time.Time) { seen.Store(&at) }}
		opt := tessera.NewAppendOptions().WithCheckpointSigner(plain, watched).WithCheckpointInterval(pause).
			WithCheckpointRepublishInterval(0).WithPushback(2 * chunk).WithGarbageCollectionInterval(0)
		opt = opt.WithBatching(uint(batch), never)
		if witnesses != nil {
			opt = opt.WithWitnesses(*witnesses, &tessera.WitnessOptions{Timeout: witnessPatience, FailOpen: l.Policy.FailOpen})
		}
		return t.drive(ctx, posix.Config{Path: t.dir, HTTPClient: client}, opt, silence)
	}
	if t.publisher, err = t.open(ctx, 1, false); err != nil {
		return nil, err
	}
	if t.size, err = t.publisher.reader.IntegratedSize(ctx); err == nil && t.size == 0 {
		var a tlog.Anchor
		if a, err = anchor(); err == nil {
			err = t.appendBy(ctx, t.publisher, [][]byte{a.Leaf()})
		}
	}
	if err != nil {
		t.close()
		return nil, err
	}
	t.swept = t.size
	return t, nil
}

// witnesses are those of the policy as the driver asks them; nil where there are none.
func (n *Notary) witnesses(p *tlog.Policy) (*tessera.WitnessGroup, error) {
	if p == nil || p.Count() == 0 {
		return nil, nil
	}
	g, err := tessera.NewWitnessGroupFromPolicy([]byte(p.Sigsum))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "notary.policy", "the policy on witnesses cannot be used: %v", err).By(err).
			At(filepath.Join(n.opt.Dir, tlog.WitnessesFile)).With("mend the file; docs/ledger.md says what it holds")
	}
	return &g, nil
}

// drive starts the driver.
func (t *tree) drive(ctx context.Context, config posix.Config, opt *tessera.AppendOptions, muted *atomic.Bool) (running, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	driver, err := posix.New(ctx, config)
	if err != nil {
		cancel()
		return running{}, unwritable(t.dir, err)
	}
	appender, _, reader, err := tessera.NewAppender(ctx, driver, opt)
	if err != nil {
		cancel()
		if known := t.trouble.get(); known != nil {
			return running{}, known
		}
		return running{}, unwritable(t.dir, err)
	}
	return running{appender.Add, reader, cancel, muted}, nil
}

// next is the position of the entry that is appended next.
func (t *tree) next() int64 { return t.segment.First + int64(t.size) - 1 }

// append appends the hashes of entries and returns when they are on disk. The last ones of many are appended by the driver
// that signs, where it has nothing else to sign; that one begins to sign at once.
func (t *tree) append(ctx context.Context, hashes []ledger.Hash, last bool) error {
	leaves := make([][]byte, len(hashes))
	for i := range hashes {
		leaves[i] = tlog.Leaf(hashes[i])
	}
	if err := t.readNewest(); err != nil {
		return err
	}
	if !last || t.newest.Size < t.size {
		silent, err := t.open(ctx, len(leaves), true)
		if err != nil {
			return err
		}
		defer silent.end()
		return t.appendBy(ctx, silent, leaves)
	}
	t.publisher.end()
	next, err := t.open(ctx, len(leaves), false)
	if err != nil {
		return err
	}
	t.publisher = next
	return t.appendBy(ctx, next, leaves)
}

func (t *tree) appendBy(ctx context.Context, r running, leaves [][]byte) error {
	futures := make([]tessera.IndexFuture, len(leaves))
	for i, leaf := range leaves {
		futures[i] = r.add(ctx, tessera.NewEntry(leaf))
	}
	for i, wait := range futures {
		got, err := wait()
		if err != nil {
			return unwritable(t.dir, err)
		}
		if want := t.size + uint64(i); got.Index != want {
			return fault.New(fault.Unavailable, "notary.foreign", "leaf %d was appended where %d should be: somebody else appends to this log", got.Index, want).
				At(t.dir).With("find out what other program writes there, and stop it")
		}
	}
	t.size += uint64(len(leaves))
	return nil
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
			return errors.Join(t.remember(), t.sweep())
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
				f = f.By(err)
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
	if cp.Size >= t.newest.Size { // one that was under way when a newer was signed is written once more
		t.newest = cp
	}
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
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644) //nolint:gosec // G302: the log is there to be read by others
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
func (t *tree) close() { t.publisher.end() }

// sweep removes the partial tiles that whole ones have taken the place of, as far as a signed checkpoint covers those.
func (t *tree) sweep() error {
	width := uint64(layout.TileWidth)
	for level, span := uint64(0), width; t.newest.Size/span > t.swept/span; level, span = level+1, span*width {
		for index := t.swept / span; index < t.newest.Size/span; index++ {
			names := []string{layout.TilePath(level, index, 0)}
			if level == 0 {
				names = append(names, layout.EntriesPath(index, 0))
			}
			for _, name := range names {
				if err := os.RemoveAll(filepath.Join(t.dir, name+".p")); err != nil {
					return unwritable(t.dir, err)
				}
			}
		}
	}
	t.swept = t.newest.Size
	return nil
}

// watchedSigner tells why it did not sign, and what instant it signed last.
type watchedSigner struct {
	timed
	trouble *troubles
	muted   *atomic.Bool
	signed  func(time.Time)
}

var errMuted = errors.New("this driver only appends")

// Sign is that of timed, unless the driver is muted.
func (w watchedSigner) Sign(msg []byte) ([]byte, error) {
	if w.muted.Load() {
		return nil, errMuted
	}
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

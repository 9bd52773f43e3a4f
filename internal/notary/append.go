package notary

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"probity/internal/charter"
	"probity/internal/disk"
	"probity/internal/fault"
	"probity/internal/ledger/tlog"
	"probity/internal/store/notaries"
)

// lockFile is the file in the log's folder on which the one who appends holds a lock.
const lockFile = "lock"

// markEvery is how often a long-running process keeps its state in the database.
const markEvery = 10 * time.Second

// lease is the right to append: a lock that the system takes back from a process that dies, and the token under which
// the database takes its writes.
type lease struct {
	file  *os.File
	token int64
}

func isBusy(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Key == "notary.busy"
}

// take takes the lease, where it is not held yet. Unavailable (notary.busy) says that another process holds it.
func (n *Notary) take(ctx context.Context) error {
	if n.lease != nil {
		return n.opt.Book.Holds(ctx, n.lease.token)
	}
	path := filepath.Join(n.opt.Dir, lockFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return unwritable(path, err)
	}
	if err := disk.TryLock(f); err != nil {
		if errors.Is(err, disk.ErrHeld) {
			err = fault.New(fault.Unavailable, "notary.busy", "another process appends to the log").At(n.opt.Dir).
				With("wait for it, or stop it")
		} else {
			err = unwritable(path, err)
		}
		return errors.Join(err, f.Close())
	}
	token, err := n.opt.Book.TakeLease(ctx, holder(), n.opt.Now())
	if err != nil {
		return errors.Join(err, f.Close())
	}
	n.lease = &lease{f, token}
	return nil
}

// release gives the lock back; the token stays until somebody takes the next.
func (l *lease) release() error { return l.file.Close() }

// append appends the entries up to the position and waits for the checkpoint that covers them.
func (n *Notary) append(ctx context.Context, last int64) error {
	if err := n.take(ctx); err != nil {
		if n.lease != nil { // somebody took it from us: what is open here is of yesterday
			err = errors.Join(err, n.abandon())
		}
		return err
	}
	if err := n.prepare(ctx); err != nil {
		return err
	}
	for next := n.tree.next(); next <= last; next = n.tree.next() {
		hashes, err := n.opt.Book.Hashes(ctx, next, chunk)
		if err != nil {
			return unusable(err)
		}
		if len(hashes) == 0 {
			break
		}
		if err := n.opt.Book.Holds(ctx, n.lease.token); err != nil {
			return errors.Join(err, n.abandon())
		}
		if err := n.tree.append(ctx, hashes, next+int64(len(hashes)) > last); err != nil {
			return errors.Join(err, n.abandon())
		}
	}
	if err := n.tree.publish(ctx); err != nil {
		return err
	}
	n.covered.Store(n.tree.next() - 1)
	if n.opt.Elapsed()-n.marked >= markEvery && n.marked != 0 {
		return n.mark(ctx)
	}
	if n.marked == 0 {
		n.marked = n.opt.Elapsed()
	}
	return nil
}

// abandon closes the tree and gives the lease back without a mark; the next attempt begins from what is on disk.
func (n *Notary) abandon() error {
	n.shut()
	err := n.lease.release()
	n.lease = nil
	return err
}

// shut closes the tree.
func (n *Notary) shut() {
	if n.tree != nil {
		n.tree.close()
		n.tree = nil
	}
}

// mark keeps the newest published state in the database.
func (n *Notary) mark(ctx context.Context) error {
	t := n.tree
	if t == nil || t.newest.Size == 0 {
		return nil
	}
	n.marked = n.opt.Elapsed()
	return n.opt.Book.Mark(ctx, n.lease.token, t.segment.Number, t.newest.Size, string(t.newest.Note))
}

// prepare opens the tree of the period.
func (n *Notary) prepare(ctx context.Context) error {
	period := periodOf(n.opt.Now())
	if n.tree == nil {
		if err := n.readState(ctx); err != nil {
			return err
		}
		segments, err := n.opt.Book.Segments(ctx)
		if err != nil {
			return err
		}
		if len(segments) == 0 {
			return n.begun(ctx, nil, notaries.Segment{Number: 1, First: 1, Reason: tlog.ReasonFirst}, period)
		}
		if err := n.reopen(ctx, segments); err != nil {
			return err
		}
	}
	if tlog.PeriodOf(n.tree.segment.Name) >= period {
		return nil
	}
	return n.turnOver(ctx, period)
}

// reopen opens the newest tree and holds its last leaf against the database.
func (n *Notary) reopen(ctx context.Context, segments []notaries.Segment) error {
	g := segments[len(segments)-1]
	var before *notaries.Segment
	if len(segments) > 1 {
		before = &segments[len(segments)-2]
	}
	t, err := n.openTree(ctx, g, func() (tlog.Anchor, error) { return n.anchor(before, g) })
	if err != nil {
		return err
	}
	if err := n.meets(ctx, t); err != nil {
		t.close()
		return err
	}
	n.tree = t
	return nil
}

// meets checks that the tree's last leaf is the entry that the database has there.
func (n *Notary) meets(ctx context.Context, t *tree) error {
	if t.size < 2 {
		return nil
	}
	position := t.next() - 1
	hashes, err := n.opt.Book.Hashes(ctx, position, 1)
	if err != nil {
		return unusable(err)
	}
	bundle, err := t.publisher.reader.ReadEntryBundle(ctx, (t.size-1)/256, uint8(t.size%256))
	if err != nil {
		return unwritable(t.dir, err)
	}
	if len(hashes) == 0 || len(bundle) < len(hashes[0]) || string(bundle[len(bundle)-len(hashes[0]):]) != string(hashes[0][:]) {
		return fault.New(fault.Unavailable, "notary.apart", stopped+"the log ends on an entry at position %d that the database does not hold: one of the two was replaced or taken back", position).
			At(t.dir).With("see which with probity ledger verify; " + restartCure)
	}
	return nil
}

// turnOver ends the tree on a checkpoint over all its leaves and begins that of the period.
func (n *Notary) turnOver(ctx context.Context, period string) error {
	old := n.tree
	if err := old.publish(ctx); err != nil {
		return err
	}
	if err := n.mark(ctx); err != nil {
		return err
	}
	old.segment.Checkpoint = string(old.newest.Note)
	next := notaries.Segment{Number: old.segment.Number + 1, First: old.next(), Reason: tlog.ReasonPeriod}
	n.shut()
	return n.begun(ctx, &old.segment, next, period)
}

// begun enters a new tree and opens it.
func (n *Notary) begun(ctx context.Context, before *notaries.Segment, g notaries.Segment, period string) error {
	g.Name, g.OpenedAt = tlog.SegmentName(g.Number, period), n.opt.Now()
	if err := n.opt.Book.AddSegment(ctx, n.lease.token, g); err != nil {
		return err
	}
	t, err := n.openTree(ctx, g, func() (tlog.Anchor, error) { return n.anchor(before, g) })
	if err != nil {
		return err
	}
	n.tree = t
	return nil
}

// anchor is leaf 0 of a tree: it names the checkpoint on which the tree before ended, as it stands on disk or, where the
// folder is gone, as the database keeps it.
func (n *Notary) anchor(before *notaries.Segment, g notaries.Segment) (tlog.Anchor, error) {
	a := tlog.Anchor{Segment: g.Name, First: g.First, Opened: g.OpenedAt, Reason: g.Reason}
	if before == nil {
		return a, nil
	}
	a.Previous, a.Last = before.Name, before.Checkpoint
	raw, err := os.ReadFile(filepath.Join(n.opt.Dir, tlog.SegmentsDir, before.Name, "checkpoint"))
	if err == nil {
		a.Last = string(raw)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return a, unwritable(n.opt.Dir, err)
	}
	return a, nil
}

// periodOf is the month of the instant in UTC.
func periodOf(t time.Time) string { return t.UTC().Format("2006-01") }

// signingKey is the key in use: the newest of the published ones, whose secret half is in the key file.
func (n *Notary) signingKey(keys tlog.Keys) (ed25519.PrivateKey, error) {
	if err := n.finishRotation(keys); err != nil {
		return nil, err
	}
	key, err := loadKey(n.opt.KeyFile)
	if err != nil {
		return nil, err
	}
	newest := keys[len(keys)-1]
	if !newest.Public.Equal(public(key)) {
		return nil, fault.New(fault.Unavailable, "notary.key-other", stopped+"the key of the log is not the one that the log publishes").At(n.opt.KeyFile).
			With("bring the right file back; if it is lost, make a new key: probity ledger restart")
	}
	return key, nil
}

// nextKey is where a new key waits until it is published.
func (n *Notary) nextKey() string { return n.opt.KeyFile + ".next" }

// finishRotation ends a change of keys that was cut off: a new key that was published takes its place, one that was not is
// thrown away.
func (n *Notary) finishRotation(keys tlog.Keys) error {
	next, err := loadKey(n.nextKey())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(keys, func(k tlog.Key) bool { return k.Public.Equal(public(next)) }) {
		err = os.Rename(n.nextKey(), n.opt.KeyFile)
	} else {
		err = os.Remove(n.nextKey())
	}
	if err = errors.Join(err, disk.Settle(n.opt.KeyFile)); err != nil {
		return unwritable(n.nextKey(), err)
	}
	return nil
}

// RotateKey makes a new signing key and publishes it; the one before signs no more. It gives the public key. What was
// signed before stays valid.
func (n *Notary) RotateKey(ctx context.Context, p charter.LogPermit) (ed25519.PublicKey, error) {
	if err := p.Stands(); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.flush(ctx); err != nil {
		return nil, err
	}
	if err := n.take(ctx); err != nil {
		return nil, err
	}
	if n.tree != nil {
		if err := n.mark(ctx); err != nil {
			return nil, err
		}
		n.shut()
	}
	return n.changeKey()
}

func (n *Notary) changeKey() (ed25519.PublicKey, error) {
	l, err := tlog.Open(os.DirFS(n.opt.Dir))
	if err != nil {
		return nil, unusable(err)
	}
	if err := n.finishRotation(l.Keys); err != nil {
		return nil, err
	}
	key, err := makeKey(n.nextKey())
	if err != nil {
		return nil, err
	}
	now := n.opt.Now().UTC()
	keys := l.Keys
	if from := keys[len(keys)-1].From; now.Before(from) {
		return nil, clockBack(now, from)
	}
	keys[len(keys)-1].Until = now
	keys = append(keys, tlog.Key{Public: public(key), From: now})
	if err := writeFile(filepath.Join(n.opt.Dir, tlog.KeysFile), []byte(keys.String()), 0o644); err != nil {
		return nil, err
	}
	return public(key), n.finishRotation(keys)
}

// Restart begins the log anew from the first entry that the database holds: after the database was brought back from a
// backup, or the log or its key was lost. The new tree says so, with the reason, and names the last checkpoint that is
// known; what was signed before stays as it is.
func (n *Notary) Restart(ctx context.Context, p charter.LogPermit, reason string) error {
	if err := p.Stands(); err != nil {
		return err
	}
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" || reason == tlog.ReasonFirst || reason == tlog.ReasonPeriod {
		return fault.New(fault.Invalid, "notary.reason", "the log is begun anew for a reason, and none is given").With("say why with --reason")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	l, err := n.refound(ctx)
	if err != nil {
		return err
	}
	segments, err := n.opt.Book.Segments(ctx)
	if err != nil {
		return err
	}
	first, err := n.opt.Book.First(ctx)
	if err != nil {
		return err
	}
	g := notaries.Segment{Number: 1, First: max(first, 1), Reason: reason}
	var before *notaries.Segment
	if len(segments) > 0 {
		before = &segments[len(segments)-1]
	}
	// The folder may hold later trees than a database that was brought back knows of.
	if name := l.Newest(); tlog.NumberOf(name) > 0 && (before == nil || tlog.NumberOf(name) > before.Number) {
		before = &notaries.Segment{Number: tlog.NumberOf(name), Name: name}
	}
	if before != nil {
		g.Number = before.Number + 1
	}
	n.covered.Store(g.First - 1)
	n.trouble.Store(nil)
	if err := n.begun(ctx, before, g, periodOf(n.opt.Now())); err != nil {
		n.fail(err)
		return err
	}
	return n.flush(ctx)
}

// refound makes what of the log is missing, takes the lease, and gives the log as it is on disk.
func (n *Notary) refound(ctx context.Context) (*tlog.Log, error) {
	if err := os.MkdirAll(n.opt.Dir, 0o750); err != nil {
		return nil, unwritable(n.opt.Dir, err)
	}
	n.shut()
	if err := n.take(ctx); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(n.opt.Dir, tlog.AboutFile)); errors.Is(err, fs.ErrNotExist) {
		if err := found(&n.opt); err != nil {
			return nil, err
		}
	}
	var err error
	if n.log, err = readAbout(n.opt.Dir); err != nil {
		return nil, err
	}
	l, err := tlog.Open(os.DirFS(n.opt.Dir))
	if err != nil {
		return nil, unusable(err)
	}
	if _, err := n.signingKey(l.Keys); err != nil {
		if _, err := n.changeKey(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Drop removes the trees that hold nothing of the instant or later, and keeps the last checkpoint of each, so that the
// trees behind still prove where they began. It gives their names.
func (n *Notary) Drop(ctx context.Context, p charter.LogPermit, before time.Time) ([]string, error) {
	if err := p.Stands(); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.flush(ctx); err != nil {
		return nil, err
	}
	if err := n.take(ctx); err != nil {
		return nil, err
	}
	segments, err := n.opt.Book.Segments(ctx)
	if err != nil {
		return nil, err
	}
	var dropped []string
	for i := 0; i+1 < len(segments) && !segments[i+1].OpenedAt.After(before); i++ {
		done, err := n.dropOne(segments[i].Name)
		if err != nil {
			return dropped, err
		}
		if done {
			dropped = append(dropped, segments[i].Name)
		}
	}
	return dropped, nil
}

// dropOne keeps the checkpoint first, then moves the tree out of the row, then removes it: cut off anywhere, the log is
// whole with the tree or without it.
func (n *Notary) dropOne(name string) (bool, error) {
	dir := filepath.Join(n.opt.Dir, tlog.SegmentsDir, name)
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, unwritable(dir, err)
	}
	kept := filepath.Join(n.opt.Dir, tlog.DroppedDir)
	if err := os.MkdirAll(kept, 0o750); err != nil {
		return false, unwritable(kept, err)
	}
	if err := writeFile(filepath.Join(kept, name), raw, 0o644); err != nil {
		return false, err
	}
	gone := filepath.Join(n.opt.Dir, tlog.SegmentsDir, fmt.Sprintf(".%s-gone", name))
	if err := errors.Join(os.RemoveAll(gone), os.Rename(dir, gone), disk.Settle(dir), os.RemoveAll(gone)); err != nil {
		return false, unwritable(dir, err)
	}
	return true, nil
}

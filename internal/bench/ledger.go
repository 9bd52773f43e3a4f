package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"probity/internal/ledger"
	"probity/internal/ledger/tlog"
	"probity/internal/notary"
	"probity/internal/store/notaries"
)

// ledgerEntries is the size of the log in which one entry is proven.
const ledgerEntries = 10_000_000

// ledgerProof proves entries of a log of ten million, each with a receipt built from the tiles on disk and checked with the
// public keys alone. The log is built by the notary itself, from hashes instead of a database of that size.
var ledgerProof = Figure{
	Name: "ledger.proof_ms",
	Unit: "ms",
	What: "one entry of a log of ten million: its receipt built from the files and verified; the median of 200 anywhere in the log",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		return measureProofs(ctx, run, ledgerEntries)
	},
}

func measureProofs(ctx context.Context, run Run, entries int64) (Reading, error) {
	dir, remove := inMemory(run)
	defer remove()
	book := &paperBook{}
	began := run.Now()
	n, err := notary.Create(notary.Options{
		Book: book, Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "key"), Now: run.Now,
		Elapsed: func() time.Duration { return run.Now().Sub(began) },
	})
	if err != nil {
		return Reading{}, err
	}
	for book.written = 0; book.written < entries; {
		book.written = min(book.written+entries/20, entries)
		if err := n.Flush(ctx); err != nil {
			return Reading{}, err
		}
		run.Tell("  %d entries in the log after %.0f s", book.written, run.Now().Sub(began).Seconds())
	}
	if err := n.Close(ctx); err != nil {
		return Reading{}, err
	}
	run.Tell("  built in %.0f s: %.0f entries a second", run.Now().Sub(began).Seconds(), float64(entries)/run.Now().Sub(began).Seconds())
	l, err := tlog.Open(os.DirFS(filepath.Join(dir, "log")))
	if err != nil {
		return Reading{}, err
	}
	runtime.GC()
	var times []time.Duration
	for i := range int64(200) {
		position := 1 + i*(entries-1)/199
		start := run.Now()
		receipt, err := l.Receipt(l.Segments[len(l.Segments)-1], uint64(position))
		if err != nil {
			return Reading{}, err
		}
		if _, err := receipt.Verify(l.Keys, nil); err != nil {
			return Reading{}, err
		}
		times = append(times, run.Now().Sub(start))
		if receipt.Leaf != paperHash(position) {
			return Reading{}, fmt.Errorf("the receipt of position %d is for another entry", position)
		}
	}
	return Reading{Value: median(times).Seconds() * 1000}, nil
}

// memoryFolder is a file system in memory on Linux.
const memoryFolder = "/dev/shm"

// inMemory is a folder to build the log in. On a disk most of the building is waiting for it, file by file, which says
// nothing about proofs; those are read from the page cache there as well.
func inMemory(run Run) (dir string, remove func()) {
	if dir, err := os.MkdirTemp(memoryFolder, "probity-bench-"); err == nil {
		return dir, func() {
			if err := os.RemoveAll(dir); err != nil {
				run.Tell("could not remove %s: %v", dir, err)
			}
		}
	}
	return run.Dir, func() {}
}

// paperBook stands for a database with so many entries.
type paperBook struct {
	mu       sync.Mutex
	written  int64
	segments []notaries.Segment
}

// paperHash is the hash of the made-up entry at the position.
func paperHash(position int64) (h ledger.Hash) {
	binary.BigEndian.PutUint64(h[:], uint64(position)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(h[24:], uint64(position))
	return h
}

func (b *paperBook) First(context.Context) (int64, error) { return 1, nil }
func (b *paperBook) Last(context.Context) (int64, error)  { return b.written, nil }

func (b *paperBook) Hashes(_ context.Context, from int64, limit int) ([]ledger.Hash, error) {
	list := make([]ledger.Hash, 0, limit)
	for p := from; p <= b.written && len(list) < limit; p++ {
		list = append(list, paperHash(p))
	}
	return list, nil
}

func (b *paperBook) OldestAfter(context.Context, int64) (time.Time, bool, error) {
	return time.Time{}, false, nil
}
func (b *paperBook) TakeLease(context.Context, string, time.Time) (int64, error) { return 1, nil }
func (b *paperBook) Holds(context.Context, int64) error                          { return nil }

func (b *paperBook) Segments(context.Context) ([]notaries.Segment, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]notaries.Segment(nil), b.segments...), nil
}

func (b *paperBook) AddSegment(_ context.Context, _ int64, g notaries.Segment) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.segments = append(b.segments, g)
	return nil
}

func (b *paperBook) Mark(context.Context, int64, int64, uint64, string) error { return nil }

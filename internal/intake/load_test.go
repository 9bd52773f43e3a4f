package intake_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"probity/internal/charter/testworld"
	"probity/internal/intake"
	"probity/internal/ledger"
	"probity/internal/store"
)

// TestTwoFilesAtOnce sends files of the same new companies at once, into two datasets and one, while others look:
// nobody meets a lock, no company is entered twice, and whoever records an access waits for single commits only.
func TestTwoFilesAtOnce(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.desk.Run = 500
	const files, rows = 4, 2000
	var working sync.WaitGroup
	failed := make(chan error, files)
	for n := range files {
		working.Go(func() {
			desk := *r.desk
			var b strings.Builder
			job := inspections
			b.WriteString(inspectionHeader)
			if n == 0 {
				b.Reset()
				b.WriteString(penaltyHeader)
				job = intake.Job{By: testworld.Delivery("samr"), Dataset: "samr.penalty"}
			}
			for i := range rows {
				if n == 0 {
					b.WriteString(penalty(company(uint64(i%100)), fmt.Sprintf("罚%d号", i), "1", "2026-05-04"))
				} else {
					b.WriteString(inspection(fmt.Sprintf("检%d-%d", n%2, i), uint64(i%100), "clean"))
				}
			}
			job.File, job.Source = fmt.Sprint(n), strings.NewReader(b.String())
			rep, err := desk.Ingest(t.Context(), job, nil)
			if err == nil && rep.Counts.Stored+rep.Counts.Unchanged != rows {
				err = fmt.Errorf("file %d: %+v", n, rep.Counts)
			}
			if err != nil {
				failed <- err
			}
		})
	}
	ended := make(chan struct{})
	go func() {
		working.Wait()
		close(ended)
	}()
	entries, longest := r.enter(ended)
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	t.Logf("%d entries meanwhile, the slowest in %s", entries, longest)
	// Generous: a run's commits may come one after another before a waiting entry has its turn, a whole file's may not.
	if entries < 20 {
		t.Errorf("only %d entries were recorded while four files came in", entries)
	}
	r.count(100, `SELECT count(*) FROM subject`)
	r.count(100, `SELECT count(DISTINCT value) FROM identifier WHERE scheme = 'uscc'`)
	r.count(3*rows, `SELECT count(DISTINCT record) FROM record_version`)
}

// enter records accesses until all is done.
func (r *room) enter(done <-chan struct{}) (n int, longest time.Duration) {
	for ; ; n++ {
		select {
		case <-done:
			return n, longest
		default:
		}
		started := time.Now()
		if err := r.store.AppendEntries(r.Context(), []*ledger.Entry{{Subject: 7, At: r.now, Act: "read", What: "file", Reader: "samr"}}); err != nil {
			r.Error(err)
		}
		longest = max(longest, time.Since(started))
	}
}

// rowsOf writes a file as it is read, so that it takes no memory itself.
func rowsOf(rows int, firms uint64) io.Reader {
	from, to := io.Pipe()
	go func() {
		_, err := io.WriteString(to, inspectionHeader)
		for i := range uint64(rows) {
			if err != nil {
				break
			}
			_, err = io.WriteString(to, inspection(fmt.Sprintf("检%09d", i*2654435761%1e9), i*7919%firms, "clean"))
		}
		_ = to.CloseWithError(err)
	}()
	return from
}

// TestMemoryIsFlat takes in a long file and a three times longer one at the usual length of a run; the heap must be the
// same, and small.
func TestMemoryIsFlat(t *testing.T) {
	var peaks [2]uint64
	for i, rows := range []int{70_000, 210_000} {
		r := open(t)
		var peak atomic.Uint64
		var m runtime.MemStats
		job := inspections
		job.File, job.Source = "long.csv", rowsOf(rows, 20_000)
		rep, err := r.desk.Ingest(context.WithoutCancel(t.Context()), job, func(intake.Progress) {
			runtime.GC() // what is in use, and not what happens to lie about
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse))
		})
		if err != nil || rep.State != store.SubmissionPublished || rep.Counts.Stored != int64(rows) {
			t.Fatalf("%+v, %v", rep, err)
		}
		peaks[i] = peak.Load() >> 20
	}
	t.Logf("%d and %d MiB of heap in use", peaks[0], peaks[1])
	if peaks[1] > 150 || peaks[1] > peaks[0]*3/2 {
		t.Errorf("%d MiB of heap are in use for 70,000 rows and %d for 210,000; want no more than 150, and no growth", peaks[0], peaks[1])
	}
}

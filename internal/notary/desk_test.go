package notary_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/internal/ledger"
	"probity/internal/ledger/tlog"
	"probity/internal/notary"
	"probity/internal/store"
	"probity/internal/store/notaries"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// desk is a database with its log, and clocks that the test turns.
type desk struct {
	path    string
	db      *store.Store
	now     time.Time
	elapsed time.Duration
	n       *notary.Notary
}

func (d *desk) options() notary.Options {
	return notary.Options{
		Book: notaries.In(d.db), Dir: d.path + ".log", KeyFile: d.path + ".logkey",
		Now: func() time.Time { return d.now }, Elapsed: func() time.Duration { return d.elapsed },
	}
}

func (d *desk) clock() time.Time { return d.now }

// newDesk makes a database with a log and an open notary.
func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{path: filepath.Join(t.TempDir(), "a.db"), now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	var err error
	if d.db, err = store.Create(t.Context(), storetest.Address(t, d.path), store.Demo, store.Options{Now: d.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.db.Close(); err != nil {
			t.Error(err)
		}
	})
	if d.n, err = notary.Create(d.options()); err != nil {
		t.Fatal(err)
	}
	return d
}

// write puts n entries into the ledgers of a few subjects.
func (d *desk) write(t testing.TB, n int) {
	t.Helper()
	list := make([]*ledger.Entry, n)
	for i := range list {
		list[i] = &ledger.Entry{
			Subject: subject.ID(100 + i%3), At: d.now, Act: ledger.Read, What: "file", Reader: "bank", Official: "Wu Jing",
			Purpose: "lending", Basis: "pipl art. 13", Case: fmt.Sprintf("2026-%d", i),
		}
	}
	if err := d.db.AppendEntries(context.Background(), list); err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shut closes the notary.
func (d *desk) shut(t testing.TB) {
	t.Helper()
	must(t, d.n.Close(context.Background()))
}

// reopen opens the notary again.
func (d *desk) reopen(t testing.TB) {
	t.Helper()
	var err error
	d.n, err = notary.Open(context.Background(), d.options())
	must(t, err)
}

// verify holds the database against its log.
func (d *desk) verify(t testing.TB) *tlog.Report {
	t.Helper()
	l, err := tlog.Open(os.DirFS(d.path + ".log"))
	must(t, err)
	r, err := l.Verify(notaries.In(d.db).Entries(context.Background()))
	must(t, err)
	return r
}

// sound demands that nothing is wrong, and that so many entries are in the log.
func (d *desk) sound(t testing.TB, entries int64) *tlog.Report {
	t.Helper()
	r := d.verify(t)
	for _, f := range r.Faults {
		t.Errorf("%s: %v", f.Key, f)
	}
	if r.Entries != entries || r.Pending != 0 {
		t.Errorf("%d entries, %d of them pending; want %d and none", r.Entries, r.Pending, entries)
	}
	return r
}

// faulty demands a fault of the key whose text has the words.
func faulty(t testing.TB, r *tlog.Report, key, words string) {
	t.Helper()
	var all []string
	for _, f := range r.Faults {
		if f.Key == key && strings.Contains(f.Error(), words) {
			return
		}
		all = append(all, f.Key+": "+f.Error())
	}
	t.Errorf("no fault %s that says %q; there are:\n%s", key, words, strings.Join(all, "\n"))
}

// tamper runs statements on the database as somebody who has it, past every guard of ours.
func (d *desk) tamper(t testing.TB, statements ...string) {
	t.Helper()
	must(t, storetest.Tamper(t.Context(), d.path, statements...))
}

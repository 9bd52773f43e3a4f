package notary_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger/tlog"
	"probity/internal/notary"
	"probity/internal/store"
	"probity/internal/store/notaries"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

func TestEntriesComeUnderACheckpointAndCanBeProven(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(t, 3)
	must(t, d.n.Flush(t.Context()))
	d.sound(t, 3)
	d.write(t, 700) // past two bundles
	d.shut(t)
	r := d.sound(t, 703)
	if len(r.Trees) != 1 || r.Trees[0].Leaves != 704 || r.Trees[0].First != 1 {
		t.Errorf("trees %+v", r.Trees)
	}
	d.reopen(t)
	defer d.shut(t)
	for e, err := range notaries.In(d.db).Entries(t.Context()) {
		must(t, err)
		if e.Position%97 != 1 {
			continue
		}
		receipt, err := d.n.Receipt(t.Context(), e.Position)
		must(t, err)
		whole := tlog.Disclose(&e)
		receipt.Entry = &whole
		text, err := json.Marshal(receipt)
		must(t, err)
		got, err := tlog.ReadReceipt(strings.NewReader(string(text)))
		must(t, err)
		keys, err := os.ReadFile(filepath.Join(d.path+".log", tlog.KeysFile))
		must(t, err)
		parsed, err := tlog.ParseKeys(string(keys))
		must(t, err)
		if cp, err := got.Verify(parsed, nil); err != nil || cp.Size != 704 || !cp.At.Equal(d.now) {
			t.Errorf("receipt of position %d: %v, %v", e.Position, cp, err)
		}
		got.Entry.Official = "Li Na"
		if _, err := got.Verify(parsed, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("a receipt with another official is %v", err)
		}
		got.Entry = nil
		got.Leaf[0] ^= 1
		if _, err := got.Verify(parsed, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("a receipt with another leaf is %v", err)
		}
	}
	if _, err := d.n.Receipt(t.Context(), 704); !fault.Is(err, fault.NotFound) {
		t.Errorf("a receipt of no entry: %v", err)
	}
}

// TestLogTellsNothing holds that nobody learns from the log whose file was read, by whom or why.
func TestLogTellsNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(t, 5)
	d.shut(t)
	must(t, filepath.WalkDir(d.path+".log", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, secret := range []string{"bank", "Wu Jing", "lending", "pipl", "2026-1\"", subject.ID(100).String()} {
			if strings.Contains(string(b), secret) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
		return err
	}))
	// The same reading twice gives two hashes that have nothing in common.
	a, err := notaries.In(d.db).Hashes(t.Context(), 1, 5)
	must(t, err)
	if a[0] == a[3] {
		t.Error("two entries have one hash")
	}
}

func TestEveryMonthHasItsTree(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	total := int64(0)
	for month := range 4 {
		d.now = time.Date(2026, 11+time.Month(month), 25, 8, 0, 0, 0, time.UTC)
		d.write(t, 10+month)
		total += int64(10 + month)
		if month == 2 { // a process that lives across the turn of the month, and ones that do not
			must(t, d.n.Flush(t.Context()))
			continue
		}
		d.shut(t)
		d.reopen(t)
	}
	must(t, d.n.Flush(t.Context()))
	r := d.sound(t, total)
	var names []string
	for _, tree := range r.Trees {
		names = append(names, tree.Name)
	}
	if got := strings.Join(names, " "); got != "0001-2026-11 0002-2026-12 0003-2027-01 0004-2027-02" {
		t.Errorf("trees %s", got)
	}

	dropped, err := d.n.Drop(t.Context(), keeper(t), time.Date(2027, 1, 27, 0, 0, 0, 0, time.UTC))
	must(t, err)
	if got := strings.Join(dropped, " "); got != "0001-2026-11 0002-2026-12" {
		t.Errorf("dropped %s", got)
	}
	if r := d.sound(t, total); r.Unproven != 21 || len(r.Trees) != 2 || len(r.Dropped) != 2 {
		t.Errorf("%d entries unproven, %d trees, dropped %v", r.Unproven, len(r.Trees), r.Dropped)
	}
	if dropped, err := d.n.Drop(t.Context(), keeper(t), d.now); err != nil || len(dropped) != 1 {
		t.Errorf("dropping goes on with %v, %v", dropped, err)
	}
	d.sound(t, total)
	d.shut(t)
	must(t, os.RemoveAll(filepath.Join(d.path+".log", tlog.DroppedDir, "0003-2027-01")))
	faulty(t, d.verify(t), "tlog.missing", "the tree before it, 0003-2027-01, is missing")
}

func TestKeyChanges(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(t, 2)
	must(t, d.n.Flush(t.Context()))
	d.now = d.now.Add(time.Hour)
	if _, err := d.n.RotateKey(t.Context(), keeper(t)); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(time.Hour)
	d.write(t, 2)
	d.shut(t)
	d.sound(t, 4)
	l, err := tlog.Open(os.DirFS(d.path + ".log"))
	must(t, err)
	if len(l.Keys) != 2 || l.Keys[0].Until.IsZero() || !l.Keys[1].Until.IsZero() {
		t.Errorf("keys\n%s", l.Keys)
	}
	if info, err := os.Stat(d.path + ".logkey"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file %v, %v", info.Mode(), err)
	}
	// The old key, stolen, signs nothing more that counts: its validity ended.
	keys := strings.Replace(l.Keys.String(), l.Keys[0].Until.Format(time.RFC3339), "2026-11-23T07:00:00Z", 1)
	must(t, os.WriteFile(filepath.Join(d.path+".log", tlog.KeysFile), []byte(keys), 0o600))
	faulty(t, d.verify(t), "tlog.key-validity", "with a key that did not sign then")
}

func TestKeyFileThatOthersMayRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(t, 1)
	must(t, os.Chmod(d.path+".logkey", 0o644))
	if err := d.n.Flush(t.Context()); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "may be read by others") {
		t.Errorf("flush: %v", err)
	}
	must(t, os.Chmod(d.path+".logkey", 0o600))
	d.shut(t)
	d.sound(t, 1)
}

func TestClockSetBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(t, 1)
	d.shut(t)
	right := d.now
	d.now = right.Add(-time.Hour)
	d.reopen(t)
	d.write(t, 1)
	if err := d.n.Check(t.Context()); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "C11") || !strings.Contains(err.Error(), "the clock stands at 2026-11-23T07:00:00Z, before 2026-11-23T08:00:00Z, when the log was signed last or its key was made") {
		t.Errorf("reads with the clock set back: %v", err)
	}
	if status, err := d.n.Status(t.Context()); err != nil || status.Covered != 1 {
		t.Errorf("of what is signed the status says %d, %v", status.Covered, err)
	}
	if err := d.n.Close(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("close: %v", err)
	}
	d.now = right.Add(time.Second)
	d.reopen(t)
	must(t, d.n.Check(t.Context()))
	// Set back while the process runs.
	d.now = right.Add(-time.Minute)
	d.write(t, 1)
	if err := d.n.Flush(t.Context()); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "the clock stands at") {
		t.Errorf("flush with the clock set back: %v", err)
	}
	if err := d.n.Check(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("reads: %v", err)
	}
	d.now = right.Add(time.Minute)
	eventually(t, func() bool { return d.n.Flush(t.Context()) == nil })
	must(t, d.n.Check(t.Context()))
	d.shut(t)
	d.sound(t, 3)
}

// TestClockSetBackBeforeTheKey: a key does not sign before its time, which would leave a log that nobody can check; where
// nothing was signed yet, as after a restore that was killed, only the key knows that the clock went back.
func TestClockSetBackBeforeTheKey(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	right := d.now
	d.now = right.Add(-time.Hour)
	d.write(t, 1)
	for name, err := range map[string]error{"flush": d.n.Flush(t.Context()), "reads": d.n.Check(t.Context())} {
		if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "the clock stands at 2026-11-23T07:00:00Z") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.n.RotateKey(t.Context(), keeper(t)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("another key: %v", err)
	}
	d.now = right
	eventually(t, func() bool { return d.n.Flush(t.Context()) == nil })
	must(t, d.n.Check(t.Context()))
	d.shut(t)
	d.sound(t, 1)
}

// eventually waits for what the driver does in a goroutine of its own.
func eventually(t testing.TB, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatal("it never came")
		case <-ticker.C:
		}
	}
}

// TestReadsStopWhenTheLogIsLate: another process holds the log and does nothing.
func TestReadsStopWhenTheLogIsLate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	f, err := os.OpenFile(filepath.Join(d.path+".log", "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	must(t, err)
	must(t, syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
	d.write(t, 1)
	step := func(by time.Duration) {
		d.now, d.elapsed = d.now.Add(by), d.elapsed+by
		must(t, d.n.Flush(t.Context())) // somebody else is at it: that is no error
	}
	step(notary.Limit)
	must(t, d.n.Check(t.Context()))
	step(time.Second)
	d.elapsed += notary.Limit
	err = d.n.Check(t.Context())
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "C11") || !strings.Contains(err.Error(), "another process appends to the log") {
		t.Errorf("reads go on: %v", err)
	}
	must(t, f.Close())
	// A process that another test is just starting may hold the lock a moment longer, until it has begun.
	eventually(t, func() bool { return d.n.Flush(t.Context()) == nil && d.n.Check(t.Context()) == nil })
	d.shut(t)
	d.sound(t, 1)
}

// TestNothingLateNothingStops: nobody has looked for long, and nothing waits.
func TestNothingLateNothingStops(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.elapsed += time.Hour
	must(t, d.n.Check(t.Context()))
	d.shut(t)
}

func TestOneAppendsAtATime(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(t, 2)
	must(t, d.n.Flush(t.Context()))
	second, err := notary.Open(t.Context(), d.options())
	must(t, err)
	d.write(t, 2)
	must(t, second.Close(t.Context())) // leaves it to the first
	if r := d.verify(t); r.Pending != 2 {
		t.Errorf("%d entries wait, want 2", r.Pending)
	}
	must(t, d.n.Flush(t.Context()))
	d.sound(t, 4)

	// The lease is taken from the first, as by a process on another machine: what it would still write is refused.
	token, err := notaries.In(d.db).TakeLease(t.Context(), "process 1 on mars", d.now)
	must(t, err)
	d.write(t, 1)
	if err := d.n.Flush(t.Context()); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "process 1 on mars appends to the log now") {
		t.Errorf("a stale holder appends: %v", err)
	}
	if err := notaries.In(d.db).Mark(t.Context(), token-1, 1, 99, "forged"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale holder's mark: %v", err)
	}
	must(t, d.n.Flush(t.Context())) // it takes the lease anew and begins from what is on disk
	d.shut(t)
	d.sound(t, 5)
}

// TestNobodyChangesTheLogWithoutPermit: the types ask for a permit, and an empty one is refused.
func TestNobodyChangesTheLogWithoutPermit(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	defer d.shut(t)
	d.write(t, 3)
	must(t, d.n.Flush(t.Context()))
	var none charter.LogPermit
	_, rotated := d.n.RotateKey(t.Context(), none)
	_, dropped := d.n.Drop(t.Context(), none, d.now)
	for what, err := range map[string]error{"rotate": rotated, "drop": dropped, "restart": d.n.Restart(t.Context(), none, "why not")} {
		if !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "C11") {
			t.Errorf("%s without a permit: %v", what, err)
		}
	}
	d.sound(t, 3)
}

// keeper is the permit of an official of the agency that set the platform up.
func keeper(t *testing.T) charter.LogPermit {
	t.Helper()
	p, err := charter.PermitLog(charter.Actor{Agency: "npcic", Official: "Gu Yan", Credential: "first"}, "npcic")
	must(t, err)
	return p
}

// TestWhatWaitsIsAsOldAsItIs: an entry that a process before this one left behind stops reads by its own age, not by that
// of the process; and one that is young waits no longer than the limit in all, whoever looks when.
func TestWhatWaitsIsAsOldAsItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		before, after time.Duration
		late          bool
	}{
		{"left an hour ago", time.Hour, 0, true},
		{"left just now", 0, 0, false},
		{"left nine seconds ago", 9 * time.Second, 0, false},
		{"left nine seconds ago, and looked at two seconds later", 9 * time.Second, 2 * time.Second, true},
		{"left by a clock that runs ahead", -time.Hour, 0, false},
		{"left by a clock that runs ahead, and looked at later", -time.Hour, 11 * time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.write(t, 3)
			d.shut(t)
			d.now = d.now.Add(time.Hour) // clear of what was signed
			d.write(t, 1)
			other, err := os.OpenFile(filepath.Join(d.path+".log", "lock"), os.O_CREATE|os.O_RDWR, 0o600)
			must(t, err)
			defer other.Close()
			must(t, syscall.Flock(int(other.Fd()), syscall.LOCK_EX)) // another process holds the log and does nothing
			d.now = d.now.Add(c.before)
			d.reopen(t)
			defer func() {
				must(t, errors.Join(syscall.Flock(int(other.Fd()), syscall.LOCK_UN), d.n.Close(context.Background())))
			}()
			d.now, d.elapsed = d.now.Add(c.after), d.elapsed+c.after
			err = d.n.Check(t.Context())
			if late := fault.Is(err, fault.Unavailable) && strings.Contains(err.Error(), "(Charter C11)"); late != c.late || err != nil && !late {
				t.Errorf("reads: %v, want late %v", err, c.late)
			}
		})
	}
}

func TestBegunAnewAfterTheDatabaseWasBroughtBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.write(t, 5)
	d.shut(t)
	back := filepath.Join(t.TempDir(), "back.db")
	db, err := store.Open(t.Context(), d.copyTo(t, back), store.Options{Now: d.clock})
	must(t, err)
	e := &desk{path: back, db: db, now: d.now.Add(time.Hour)}
	t.Cleanup(func() { must(t, e.db.Close()) })
	e.reopen(t)
	if err := e.n.Check(t.Context()); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "the log of this database is missing") {
		t.Errorf("reads without a log: %v", err)
	}
	if err := e.n.Restart(t.Context(), keeper(t), " \n"); !fault.Is(err, fault.Invalid) {
		t.Errorf("begun anew for no reason: %v", err)
	}
	must(t, e.n.Restart(t.Context(), keeper(t), "brought back from the backup of\n22 November"))
	must(t, e.n.Check(t.Context()))
	e.write(t, 2)
	e.shut(t)
	r := e.sound(t, 7)
	if len(r.Trees) != 1 || r.Trees[0].Name != "0002-2026-11" || r.Trees[0].Leaves != 8 {
		t.Errorf("trees %+v", r.Trees)
	}
	l, err := tlog.Open(os.DirFS(back + ".log"))
	must(t, err)
	tree, err := l.Tree("0002-2026-11")
	must(t, err)
	a, err := tree.Anchor()
	must(t, err)
	if a.Previous != "0001-2026-11" || !strings.Contains(a.Last, "0001-2026-11") || a.Reason != "brought back from the backup of 22 November" {
		t.Errorf("anchor %+v", a)
	}
	// And once more in place, over the same folder.
	e.reopen(t)
	must(t, e.n.Restart(t.Context(), keeper(t), "for practice"))
	e.shut(t)
	e.sound(t, 7)
	// The same backup once more, over the log as it has become.
	must(t, e.db.Close())
	e.db, err = store.Open(t.Context(), d.copyTo(t, back), store.Options{Now: d.clock})
	must(t, err)
	e.reopen(t)
	must(t, e.n.Restart(t.Context(), keeper(t), "the same backup again"))
	e.shut(t)
	if r := e.sound(t, 5); len(r.Trees) != 3 || r.Trees[2].Name != "0004-2026-11" {
		t.Errorf("trees %+v", r.Trees)
	}
}

// copyTo brings the database as it is now to another path, in place of what is there, and gives its address.
func (d *desk) copyTo(t testing.TB, path string) string {
	t.Helper()
	must(t, d.db.Close()) // a server copies no database that somebody has open
	must(t, storetest.Drop(path))
	address, err := storetest.Copy(t.Context(), d.path, path)
	must(t, err)
	return address
}

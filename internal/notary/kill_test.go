package notary_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"probity/internal/ledger"
	"probity/internal/notary"
	"probity/internal/store"
	"probity/internal/store/notaries"
	"probity/internal/store/storetest"
)

// childVariable makes the test binary the process that is killed: it names the database.
const childVariable = "PROBITY_NOTARY_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// beganVariable tells a child when the test began, in nanoseconds, so that their clocks agree.
const beganVariable = "PROBITY_NOTARY_BEGAN"

var testBegan = func() time.Time {
	if n, err := strconv.ParseInt(os.Getenv(beganVariable), 10, 64); err == nil {
		return time.Unix(0, n)
	}
	return time.Now()
}()

// killClock runs a month every few seconds and on across processes, so that kills hit the turn of a month too.
func killClock() time.Time {
	return time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC).Add(time.Since(testBegan) * 500_000)
}

// child writes entries and flushes them, and says after each which is durable ("wrote") and which proven ("proved").
func child(path string) error {
	ctx := context.Background()
	address, err := storetest.At(path)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, address, store.Options{Now: killClock})
	if err != nil {
		return err
	}
	defer db.Close()
	began := time.Now()
	book := notaries.In(db)
	n, err := notary.Open(ctx, notary.Options{
		Book: book, Dir: path + ".log", KeyFile: path + ".logkey", Now: killClock,
		Elapsed: func() time.Duration { return time.Since(began) },
	})
	if err != nil {
		return err
	}
	fmt.Println("begun")
	for range 2 {
		list := make([]*ledger.Entry, 90)
		for i := range list {
			list[i] = &ledger.Entry{Subject: 7, At: killClock(), Act: ledger.Read, What: "file", Reader: "bank", Official: "Wu"}
		}
		if err := db.AppendEntries(ctx, list); err != nil {
			return err
		}
		fmt.Println("wrote", list[len(list)-1].Position)
		if err := n.Flush(ctx); err != nil {
			return err
		}
		last, err := book.Last(ctx)
		if err != nil {
			return err
		}
		fmt.Println("proved", last)
	}
	return n.Close(ctx)
}

// killed is what a process said before it died: the last position it called durable and the last it called proven.
type killed struct{ wrote, proved int64 }

func (k *killed) read(line string) {
	word, number, _ := strings.Cut(line, " ")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return
	}
	switch word {
	case "wrote":
		k.wrote = n
	case "proved":
		k.proved = n
	}
}

// afterKill opens what a killed process left and demands that nothing acknowledged is lost, nothing stands twice, what was
// proven stays proven, and the rest is appended.
func afterKill(t *testing.T, d *desk, k killed, what string) {
	t.Helper()
	ctx := t.Context()
	before := d.verify(t)
	if len(before.Faults) > 0 {
		t.Fatalf("%s: before anything is mended: %v", what, before.Faults[0])
	}
	if proven := before.Entries - before.Pending; before.Entries < k.wrote || proven < k.proved {
		t.Fatalf("%s: %d entries, %d proven; it had acknowledged %d and %d", what, before.Entries, proven, k.wrote, k.proved)
	}
	d.now = killClock()
	d.reopen(t)
	if err := d.n.Check(ctx); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	d.shut(t)
	d.sound(t, before.Entries)
	hashes, err := notaries.In(d.db).Hashes(ctx, 1, int(before.Entries)+1)
	must(t, err)
	seen := map[ledger.Hash]bool{}
	for _, h := range hashes {
		if seen[h] {
			t.Fatalf("%s: an entry stands twice", what)
		}
		seen[h] = true
	}
	if t.Failed() {
		t.Fatal(what)
	}
}

func childCommand(ctx context.Context, t *testing.T, path string, before ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	args := append(before, self)
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Env = append(os.Environ(), childVariable+"="+path, fmt.Sprintf("%s=%d", beganVariable, testBegan.UnixNano()))
	return c
}

// TestKilledAtRandom kills a process without warning at random moments, over and over on the same database.
func TestKilledAtRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills a dozen processes: left out of -short")
	}
	t.Parallel()
	d := newDesk(t)
	d.now = killClock()
	d.shut(t)
	random := rand.New(rand.NewPCG(7, 11))
	for attempt := range 12 {
		c := childCommand(t.Context(), t, d.path)
		out, err := c.StdoutPipe()
		must(t, err)
		var said bytes.Buffer
		c.Stderr = &said
		must(t, c.Start())
		var k killed
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			k.read(lines.Text())
			if lines.Text() == "begun" {
				time.AfterFunc(time.Duration(random.IntN(250))*time.Millisecond, func() { _ = c.Process.Kill() })
			}
		}
		if err := c.Wait(); err != nil && !strings.Contains(err.Error(), "killed") {
			t.Fatalf("the process: %v\n%s", err, said.String())
		}
		afterKill(t, d, k, fmt.Sprintf("kill %d", attempt+1))
	}
}

// TestKilledBeforeEveryWrite kills a process at the entry of its first, second, ... write to disk, whichever that is,
// until it gets through unharmed.
func TestKilledBeforeEveryWrite(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills some hundred processes: left out of -short")
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed: kills at random moments are all that is tested here; scripts/setup installs it")
	}
	t.Parallel()
	const writes = "pwrite64,write,ftruncate,fsync,fdatasync,renameat,renameat2,rename,linkat,unlinkat,mkdirat,fcntl"
	d := newDesk(t)
	d.now = killClock()
	d.shut(t)
	unharmed, kills := 0, 0
	defer func() { t.Logf("killed %d times", kills) }()
	for at := 1; unharmed < 2; at += 1 + at/16 {
		c := childCommand(t.Context(), t, d.path, strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace="+writes,
			"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", writes, at))
		out, err := c.Output()
		var k killed
		for line := range strings.Lines(string(out)) {
			k.read(strings.TrimSpace(line))
		}
		if err == nil {
			unharmed++
		} else if !strings.Contains(err.Error(), "killed") {
			t.Fatalf("write %d: %v", at, err)
		}
		kills++
		afterKill(t, d, k, fmt.Sprintf("killed at write %d", at))
	}
}

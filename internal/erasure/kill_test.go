package erasure_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/internal/deployment"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/store/storetest"
)

// childVariable has this test's own program back up or restore instead of testing: what, from, to and keys, apart by bars.
const childVariable = "PROBITY_ERASURE_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childVariable); what != "" {
		if err := child(strings.Split(what, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// childsClock is the time of those processes.
func childsClock() time.Time { return time.Date(2026, 7, 3, 2, 0, 0, 0, time.UTC) }

func child(what []string) error {
	ctx, opt := context.Background(), deployment.Options{Now: childsClock}
	fmt.Println("begun")
	if what[0] == "restore" {
		_, err := deployment.Restore(ctx, what[1], what[2], what[3], opt, nil)
		return err
	}
	d, err := deployment.Open(ctx, what[1], opt)
	if err != nil {
		return err
	}
	_, err = d.Erasure().Backup(ctx, what[2], "test", nil)
	return errors.Join(err, d.Close())
}

// killed runs a child and kills it some time after it began; whole tells that it had ended before.
func killed(t *testing.T, after time.Duration, what ...string) (whole bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), childVariable+"="+strings.Join(what, "|"))
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	bufio.NewScanner(out).Scan()
	kill := time.AfterFunc(after, func() { _ = c.Process.Kill() })
	defer kill.Stop()
	return c.Wait() == nil
}

// TestKilledBackupsAndRestores: a process that is killed while it backs up leaves the database as it was, and a whole
// backup or none; one that is killed while it restores leaves a whole database or none, and the restore can be typed again.
func TestKilledBackupsAndRestores(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1, 2, 3)
	w.must(w.d.Close())
	random := rand.New(rand.NewPCG(7, 7))
	at := func() time.Duration { return time.Duration(random.Int64N(int64(400 * time.Millisecond))) }
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	for n := range 6 {
		name := filepath.Join(dir, fmt.Sprintf("b%d", n))
		whole := killed(t, at(), "backup", storetest.Address(t, w.path), name)
		if _, err := os.Stat(name); err == nil {
			_, err = erasure.Unpack(t.Context(), name, name+".plain", nil)
			w.must(err)
		} else if whole {
			t.Error("a backup that ended left nothing")
		}
		if _, err := os.Stat(name + ".part"); err == nil { // what is half done is not taken for a backup
			_, err := erasure.Unpack(t.Context(), name+".part", name+".plain2", nil)
			var f *fault.Error
			if err != nil && (!errors.As(err, &f) || f.Cure == "" || !strings.Contains(f.Error(), name+".part")) {
				t.Errorf("a half backup: %v", err)
			}
		}
	}
	if !killed(t, time.Hour, "backup", storetest.Address(t, w.path), good) {
		t.Fatal("the backup failed though nobody killed it")
	}
	target := filepath.Join(dir, "new.db")
	for _, end := range []string{".vault", ".gone"} {
		copyFile(t, w.path+end, target+end)
	}
	for range 6 {
		whole := killed(t, at(), "restore", good, storetest.Address(t, target), "")
		there, err := storetest.There(t.Context(), target)
		w.must(err)
		if whole && !there {
			t.Error("a restore that ended left nothing")
		}
		if there {
			break
		}
	}
	if there, err := storetest.There(t.Context(), target); (!there || err != nil) && !killed(t, time.Hour, "restore", good, storetest.Address(t, target), "") {
		t.Fatal("the restore failed though nobody killed it")
	}
	d, err := deployment.Open(t.Context(), storetest.Address(t, target), deployment.Options{Now: childsClock})
	w.must(err)
	w.d = d
	w.must(d.Store.VerifyLedger(t.Context()))
	for n := 1; n <= 3; n++ {
		if list, err := d.Store.Moving(t.Context(), w.id(n), d.Contracts); err != nil || len(list) != 17 {
			t.Errorf("person %d has %d records, %v", n, len(list), err)
		}
	}
}

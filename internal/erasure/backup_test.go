package erasure_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/deployment"
	"probity/internal/erasure"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/store/storetest"
)

func (w *world) backup() string {
	w.Helper()
	path := filepath.Join(w.TempDir(), "b.backup")
	_, err := w.d.Erasure().Backup(w.Context(), path, "test", nil)
	w.must(err)
	return path
}

// restore loses the database and puts the backup back under its name.
func (w *world) restore(backup string) erasure.Restored {
	w.Helper()
	w.must(w.d.Close())
	w.must(storetest.Lose(w.Context(), w.path))
	w.clock = w.clock.Add(time.Second) // the signed log counts in seconds
	out, err := deployment.Restore(w.Context(), backup, storetest.Address(w, w.path), "", deployment.Options{Now: w.now}, nil)
	w.must(err)
	w.d, err = deployment.Open(context.Background(), storetest.Address(w, w.path), deployment.Options{Now: w.now})
	w.must(err)
	return out
}

// TestNothingComesBackWithABackup is the promise of the Charter (C10): a backup, then everything is taken back, then the
// backup is put back; nothing of it comes back by any path.
func TestNothingComesBackWithABackup(t *testing.T) {
	t.Parallel()
	w, given, o := before(t)
	one := w.id(1)
	backup := w.backup()
	erased, taken := w.after(given, o)
	out := w.restore(backup)
	for kind, want := range map[string]int{
		"erased": 1, "consent withdrawn": 1, "record out of date": 1, "order ended": 1, "credential revoked": 1, "record erased": 1,
	} {
		if out.Replayed[kind] != want {
			t.Errorf("%d times %s, want %d: %v", out.Replayed[kind], kind, want, out.Replayed)
		}
	}
	w.stillGone(one, given, o, erased, taken)
	// What nobody took back is there as it was.
	if n := len(w.file(2)); n != 17 {
		t.Errorf("person 2 has %d records", n)
	}
	if band, err := w.rate(3); err != nil || band == "" {
		t.Errorf("person 3: %q, %v", band, err)
	}
}

// TestWhatLapsedMeanwhileStaysAway: a backup knows nothing of the days that pass.
func TestWhatLapsedMeanwhileStaysAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.send(loanHeader+loanRows(1, true), record.Reported)
	w.identify(1)
	backup := w.backup()
	w.on("2031-06-10")
	out := w.restore(backup)
	if out.Swept["lapsed-record"] != 1 || out.Swept["plain-record"] != 16 || len(w.file(1)) != 0 {
		t.Errorf("lapsed %v, %d records left", out.Swept, len(w.file(1)))
	}
}

// TestBackupWhileServing: the copy is of one moment, whatever is written meanwhile.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	w, _, _ := before(t)
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	id := w.id(2)
	wg.Go(func() {
		for ctx.Err() == nil {
			_, err := w.d.Access.Open(t.Context(), access.Request{As: w.own[2], Subject: id, What: access.OwnFile})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	backups := []string{w.backup(), w.backup()}
	stop()
	wg.Wait()
	for _, b := range backups {
		m, err := erasure.ReadManifest(b)
		w.must(err)
		if m.Position == 0 || m.Birth != "demo" || m.Bytes == 0 {
			t.Errorf("manifest %+v", m)
		}
	}
	w.restore(backups[1])
	w.must(w.d.Store.VerifyLedger(t.Context()))
}

// TestErasedIsNotInABackup: neither in the clear nor as free pages.
func TestErasedIsNotInABackup(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1)
	w.identify(1)
	_, err := w.d.Erasure().Erase(t.Context(), w.own[1], access.Credential{}, erasure.Request{Subject: w.id(1), Ground: remedy.ErasureWish})
	w.must(err)
	plain := filepath.Join(t.TempDir(), "plain")
	_, err = erasure.Unpack(t.Context(), w.backup(), plain, nil)
	w.must(err)
	w.path = plain
	for _, text := range []string{`"days_past_due":0`, "own-1", person(1)} {
		if w.holds(text) {
			t.Errorf("the backup holds %s", text)
		}
	}
}

func TestDamagedBackupsAreNamed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1)
	path := w.backup()
	whole, err := os.ReadFile(path)
	w.must(err)
	spoil := func(at int) []byte {
		b := append([]byte{}, whole...)
		b[at] ^= 0x20
		return b
	}
	target := filepath.Join(t.TempDir(), "new.db")
	for _, end := range []string{".vault", ".gone"} {
		copyFile(t, w.path+end, target+end)
	}
	for _, c := range []struct {
		name string
		file []byte
		key  string
	}{
		{"nothing", nil, "backup.foreign"},
		{"another file", []byte("PK\x03\x04 something else that is long enough to be read as a line\nand another\n"), "backup.foreign"},
		{"the manifest", spoil(120), "backup.damaged"},
		{"cut off in the manifest", whole[:200], "backup.truncated"},
		{"cut off in the database", whole[:len(whole)/2], "backup.truncated"},
		{"cut off at the end", whole[:len(whole)-1], "backup.truncated"},
		{"changed in the middle", spoil(len(whole) / 2), "backup.damaged"},
		{"two in one", append(append([]byte{}, whole...), whole...), "backup.damaged"},
	} {
		b := filepath.Join(t.TempDir(), "b")
		w.must(os.WriteFile(b, c.file, 0o600))
		_, err := deployment.Restore(t.Context(), b, storetest.Address(t, target), "", deployment.Options{Now: w.now}, nil)
		var f *fault.Error
		if !errors.As(err, &f) || f.Key != c.key || f.Cure == "" {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
		if there, err := storetest.There(t.Context(), target); there || err != nil {
			t.Errorf("%s left a database behind, %v", c.name, err)
		}
		if _, err := os.Stat(target + ".part"); err == nil {
			t.Errorf("%s left %s behind", c.name, target+".part")
		}
	}
	_, err = deployment.Restore(t.Context(), path, storetest.Address(t, target), "", deployment.Options{Now: w.now}, nil)
	w.must(err)
	_, err = deployment.Restore(t.Context(), path, storetest.Address(t, target), "", deployment.Options{Now: w.now}, nil)
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != "restore.exists" {
		t.Errorf("over a database that is there: %v", err)
	}
	other := setup(t)
	_, err = deployment.Restore(t.Context(), path, storetest.Address(t, filepath.Join(t.TempDir(), "x.db")), deployment.VaultPath(other.path), deployment.Options{Now: w.now}, nil)
	if !errors.As(err, &f) || f.Key != "backup.keys" {
		t.Errorf("with other keys: %v", err)
	}
	_, err = deployment.Restore(t.Context(), path, storetest.Address(t, filepath.Join(t.TempDir(), "y.db")), "", deployment.Options{Now: w.now}, nil)
	if !errors.As(err, &f) || f.Key != "vault.missing" {
		t.Errorf("without keys: %v", err)
	}
	if _, err := w.d.Erasure().Backup(t.Context(), path, "test", nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("over a backup that is there: %v", err)
	}
}

package erasure_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/store/storetest"
)

// TestRestoresCutOffAtEachStep: a restore that is cut off behind any of its steps can be typed again, or is finished by
// whoever opens the database.
func TestRestoresCutOffAtEachStep(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.lend(1, 2)
	w.identify(2)
	w.agree(2)
	backup := w.backup()
	w.must(w.d.Close())
	opt := deployment.Options{Now: w.now}
	restore := func(to string) error {
		_, err := deployment.Restore(t.Context(), backup, storetest.Address(t, to), deployment.VaultPath(w.path), opt, nil)
		return err
	}
	write := func(name, text string) { w.must(os.WriteFile(name, []byte(text), 0o600)) }
	for _, c := range []struct {
		name string
		cut  func(to string)
	}{
		{"while the keys are copied", func(to string) { write(to+".vault.part", "half") }},
		{"behind the keys", func(to string) { copyFile(t, w.path+".vault", to+".vault") }},
		{"while the journal is copied", func(to string) {
			copyFile(t, w.path+".vault", to+".vault")
			write(to+".gone.part", "half")
		}},
		{"behind the journal", func(to string) {
			copyFile(t, w.path+".vault", to+".vault")
			copyFile(t, w.path+".gone", to+".gone")
		}},
		{"while it is unpacked", func(to string) { write(to+".part", "SQLite format 3"); write(to+".part-wal", "half") }},
	} {
		to := filepath.Join(t.TempDir(), "new.db")
		c.cut(to)
		if err := restore(to); err != nil {
			t.Errorf("cut off %s, typed again: %v", c.name, err)
		}
	}

	// Behind the renaming: the log cannot begin, and the database is there.
	to := filepath.Join(t.TempDir(), "new.db")
	write(deployment.LogPath(to), "where the log's folder should be")
	if err := restore(to); err == nil {
		t.Fatal("a log begun where none can be")
	}
	if there, err := storetest.There(t.Context(), to); !there {
		t.Fatal(err)
	}
	var f *fault.Error
	if _, err := deployment.Open(t.Context(), storetest.Address(t, to), opt); !errors.As(err, &f) || f.Cure == "" {
		t.Errorf("opened without a log: %v", err)
	}
	if err := restore(to); !fault.Is(err, fault.Conflict) {
		t.Errorf("restored over what is there: %v", err)
	}
	w.must(os.Remove(deployment.LogPath(to)))
	d, err := deployment.Open(t.Context(), storetest.Address(t, to), opt)
	w.must(err)
	w.d, w.path = d, to
	if _, err := w.rate(2); err != nil {
		t.Errorf("the database that was put back is not read: %v", err)
	}
	w.must(w.d.Store.VerifyLedger(t.Context()))
	w.must(w.d.Close())
	w.d, err = deployment.Open(t.Context(), storetest.Address(t, to), opt)
	w.must(err)
	if report, err := w.d.VerifyLog(t.Context()); err != nil || len(report.Faults) != 0 {
		t.Errorf("the log: %+v, %v", report, err)
	}
}

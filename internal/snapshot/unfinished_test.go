package snapshot_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/snapshot"
)

// TestWhatTheDiskLost has a power cut take rows of an unfinished build: the build that would go on finds it by the sums, reads
// everything again, and makes what an undisturbed one makes.
func TestWhatTheDiskLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(5000)
	for i := range w.subjects {
		w.add(w.subjects[i].ID, inspection, nil)
	}
	whole := w.build(t)
	for what, lose := range map[string]func(path string) error{
		"a byte": func(path string) error {
			text, err := os.ReadFile(path)
			text[len(text)/2] ^= 1
			return errors.Join(err, os.WriteFile(path, text, 0o600))
		},
		"the number of rows": func(path string) error {
			text, err := os.ReadFile(path)
			text[7] ^= 0x80
			return errors.Join(err, os.WriteFile(path, text, 0o600))
		},
		"the end":  func(path string) error { return os.Truncate(path, 100) },
		"the file": os.Remove,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := w.Build(ctx, w.dir, snapshot.Times{AsOf: calendar.None}, func(int64, int64) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a build that was ended: %v", err)
		}
		rows, err := filepath.Glob(w.dir + ".building/*.rows")
		if err != nil || len(rows) != 2 {
			t.Fatalf("an unfinished build holds %v, %v", rows, err)
		}
		if err := lose(rows[0]); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole, w.build(t)); diff != "" {
			t.Errorf("the disk lost %s, and the snapshot differs:\n%s", what, diff)
		}
	}
}

// TestOneWriter: while a process writes a snapshot nobody else writes into its folder; the refusal says what to do, and nothing is
// in the way of whoever comes after.
func TestOneWriter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.firms(3)
	w.add(w.subjects[0].ID, inspection, nil)
	w.build(t)
	asked := 0
	other := func(int64, int64) {
		asked++
		_, err := w.Build(t.Context(), w.dir, snapshot.Times{AsOf: calendar.None}, nil)
		_, _, err2 := w.Refresh(t.Context(), w.dir+"/", calendar.None, nil)
		for _, err := range []error{err, err2} {
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != fault.Conflict || f.Key != "snapshot.locked" || !strings.Contains(f.Cure, "a folder of your own") {
				t.Errorf("two at once: %v", err)
			}
		}
	}
	for range 2 {
		if _, err := w.Build(t.Context(), w.dir, snapshot.Times{AsOf: calendar.None}, other); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := filepath.Glob(w.dir + "*"); asked != 2 || len(left) != 1 || err != nil {
		t.Errorf("asked %d times; beside the snapshot stand %v, %v", asked, left, err)
	}
}

// TestOfNobody: the snapshot of an empty database is whole, and is built upon.
func TestOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.build(t)
	if faults := m.Verify(w.dir); len(faults) != 0 || m.Subjects.Rows != 0 {
		t.Errorf("of nobody: %v", faults)
	}
	if _, how, err := w.Refresh(t.Context(), w.dir, calendar.None, nil); err != nil || how.Whole {
		t.Errorf("refreshed: %+v, %v", how, err)
	}
}

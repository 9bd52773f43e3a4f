package spool_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/fault"
	"probity/internal/store/spool"
)

func create(t *testing.T) (*spool.File, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := spool.Create(path)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s, path
}

func open(t *testing.T, path string) *spool.File {
	t.Helper()
	s, err := spool.Open(path)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Rewind())
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bodies are those of the frames that stand behind one another from here.
func bodies(t *testing.T, s *spool.File) (list []string) {
	t.Helper()
	for {
		f, err := s.Next()
		must(t, err)
		if f == nil {
			return list
		}
		list = append(list, string(f.Body))
	}
}

func write(t *testing.T, s *spool.File, first int64, bodies ...string) {
	t.Helper()
	for i, b := range bodies {
		must(t, s.Write(&spool.Frame{First: first + int64(i), Count: 1, Body: []byte(b)}))
	}
}

// TestANewRowHidesTheOldOne: frames of the row before, whole as they may stand in the file, are no part of the new one.
func TestANewRowHidesTheOldOne(t *testing.T) {
	t.Parallel()
	s, path := create(t)
	s.Begin()
	write(t, s, 1, "aaa", "bbb", "ccc")
	other := open(t, path)
	if diff := cmp.Diff([]string{"aaa", "bbb", "ccc"}, bodies(t, other)); diff != "" {
		t.Fatal(diff)
	}
	s.Begin()
	write(t, s, 4, "ddd")
	if same, err := other.Same(); err != nil || same {
		t.Errorf("another row passes for the same: %v", err)
	}
	if diff := cmp.Diff([]string{"ddd"}, bodies(t, open(t, path))); diff != "" {
		t.Error(diff)
	}
	must(t, s.Empty())
	if left := bodies(t, open(t, path)); left != nil {
		t.Errorf("an emptied spool holds %q", left)
	}
}

// TestTwoWriteBehindEachOther: who opened the file while it was short does not write over what another wrote since.
func TestTwoWriteBehindEachOther(t *testing.T) {
	t.Parallel()
	s, path := create(t)
	late := open(t, path)
	s.Begin()
	write(t, s, 1, "aaa")
	must(t, late.Rewind())
	bodies(t, late)
	write(t, late, 2, "bbb")
	if more, err := s.More(1); err != nil || !more {
		t.Errorf("what another wrote is not seen: %v", err)
	}
	if diff := cmp.Diff([]string{"aaa", "bbb"}, bodies(t, open(t, path))); diff != "" {
		t.Error(diff)
	}
}

// TestATornFrameEndsTheRow: wherever a byte is wrong, what stands before that frame is read and it is not.
func TestATornFrameEndsTheRow(t *testing.T) {
	t.Parallel()
	s, path := create(t)
	s.Begin()
	write(t, s, 1, "aaa", "bbb")
	whole, err := os.ReadFile(path + "-reads")
	must(t, err)
	second := strings.Index(string(whole), "bbb") - (strings.Index(string(whole), "aaa") - 16)
	for at := 16 + second - 16; at < strings.Index(string(whole), "bbb")+3; at++ {
		torn := append([]byte(nil), whole...)
		torn[at] ^= 0x40
		must(t, os.WriteFile(path+"-reads", torn, 0o600))
		if diff := cmp.Diff([]string{"aaa"}, bodies(t, open(t, path))); diff != "" {
			t.Fatalf("byte %d: %s", at, diff)
		}
	}
	must(t, os.WriteFile(path+"-reads", whole[:strings.Index(string(whole), "bbb")+1], 0o600))
	if diff := cmp.Diff([]string{"aaa"}, bodies(t, open(t, path))); diff != "" {
		t.Errorf("a cut file: %s", diff)
	}
}

// TestOneAtATime: who holds the lock keeps others waiting until they are told to stop.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	s, path := create(t)
	other := open(t, path)
	must(t, s.Lock(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := other.Lock(ctx); err == nil {
		t.Error("two hold the lock")
	}
	s.Unlock()
	must(t, other.Lock(t.Context()))
	other.Unlock()
}

// TestASpoolOfAnotherDatabase: where a new database is to stand no file of another may lie in wait.
func TestASpoolOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	_, path := create(t)
	if _, err := spool.Create(path); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
}

// TestInTurn: who waits has the lock next, however quickly another process comes back for it.
func TestInTurn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "probity.db")
	busy, waiting := open(t, path), open(t, path)
	var rounds atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		var err error
		for sum := sha256.Sum256(nil); err == nil && ctx.Err() == nil; {
			if err = busy.Lock(ctx); err == nil {
				for range 10_000 { // some milliseconds of work
					sum = sha256.Sum256(sum[:])
				}
				busy.Unlock()
				rounds.Add(1)
			}
		}
		ended <- err
	}()
	const turns = 10
	for range turns {
		if err := waiting.Lock(t.Context()); err != nil {
			t.Fatal(err)
		}
		waiting.Unlock()
	}
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := rounds.Load(); n > 10*turns {
		t.Errorf("while one had the lock %d times, the other had it %d times", turns, n)
	}
}

package gone_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"probity/internal/fault"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

var (
	keys = gone.Fingerprint{1, 2, 3}
	when = time.Date(2026, 11, 22, 10, 0, 0, 123000, time.UTC)
)

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != key {
		t.Fatalf("got %v, want %s", err, key)
	}
}

func read(t interface{ Fatal(...any) }, j *gone.Journal, since int64) (list []gone.Batch) {
	if err := j.Since(since, func(b gone.Batch) error { list = append(list, b); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

// written makes a journal of three batches and gives its bytes after each.
func written(t *testing.T) (path string, states [][]byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a.gone")
	j, err := gone.Create(path, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for i := range 4 {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, b)
		if i == 3 {
			break
		}
		seq, err := j.Append(when, []gone.Mark{{Kind: gone.Withdrawn, Subject: subject.ID(i + 1), Matter: 7}, {Kind: gone.Erased, Subject: 9}})
		if err != nil || seq != int64(i+1) {
			t.Fatalf("batch %d: %v", seq, err)
		}
	}
	return path, states
}

// TestKilledAnywhere: whatever part of the last batch reached the disk, the batches before it stand and the next goes
// behind them.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	path, states := written(t)
	whole, before := states[3], len(states[2])
	for n := before; n < len(whole); n++ {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := gone.Open(path, keys)
		if err != nil {
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
		if head, err := j.Head(); head != 2 || err != nil {
			t.Fatalf("%d bytes: head %d, %v", n, head, err)
		}
		if _, err := j.Append(when, []gone.Mark{{Kind: gone.Revoked, Matter: 3}}); err != nil {
			t.Fatal(err)
		}
		j.Close()
		if j, err = gone.Open(path, keys); err != nil {
			t.Fatal(err)
		}
		want := []gone.Batch{{Seq: 3, At: when, Marks: []gone.Mark{{Kind: gone.Revoked, Matter: 3}}}}
		if diff := cmp.Diff(want, read(t, j, 2)); diff != "" {
			t.Fatal(diff)
		}
		j.Close()
	}
	// The disk may have made room and written nothing into it.
	if err := os.WriteFile(path, append(append([]byte{}, whole...), make([]byte, 500)...), 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := gone.Open(path, keys)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if n := len(read(t, j, 0)); n != 3 {
		t.Errorf("%d batches", n)
	}
}

// TestChangedAnywhere: no byte before the last batch can be changed, taken out or swapped unseen.
func TestChangedAnywhere(t *testing.T) {
	t.Parallel()
	path, states := written(t)
	whole := states[3]
	for n := range len(states[2]) {
		spoilt := append([]byte{}, whole...)
		spoilt[n] ^= 0x40
		if err := os.WriteFile(path, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := gone.Open(path, keys)
		if err == nil {
			// A length that was made larger than the file looks like a batch that was being written; what is lost with it is
			// found out by the database, which knows how far the journal went.
			if head, _ := j.Head(); head >= 3 {
				t.Errorf("byte %d was changed unseen", n)
			}
			j.Close()
		}
	}
	first := append([]byte{}, states[0]...)
	second := whole[len(states[1]):]
	if err := os.WriteFile(path, append(first, second...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := gone.Open(path, keys)
	wantKey(t, err, "gone.damaged")
}

func TestOfOtherKeysOrNone(t *testing.T) {
	t.Parallel()
	path, _ := written(t)
	_, err := gone.Open(path, gone.Fingerprint{9})
	wantKey(t, err, "gone.keys")
	_, err = gone.Open(path+"x", keys)
	wantKey(t, err, "gone.missing")
	_, err = gone.Create(path, keys)
	wantKey(t, err, "gone.exists")
	if err := os.WriteFile(path, []byte("something else entirely, and long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = gone.Open(path, keys)
	wantKey(t, err, "gone.foreign")
}

// TestTwoProcesses: what another process appends is seen, and the next batch goes behind it.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	path, _ := written(t)
	var open [2]*gone.Journal
	for i := range open {
		j, err := gone.Open(path, keys)
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		open[i] = j
	}
	for i := range 6 {
		seq, err := open[i%2].Append(when, []gone.Mark{{Kind: gone.Erased, Subject: subject.ID(i + 10)}})
		if err != nil || seq != int64(i+4) {
			t.Fatalf("batch %d: %v", seq, err)
		}
	}
	if n := len(read(t, open[0], 3)); n != 6 {
		t.Errorf("%d batches", n)
	}
}

// TestRoundTrip: whatever is written comes back as it was, in order.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		path := filepath.Join(dir, time.Duration(n).String())
		j, err := gone.Create(path, keys)
		if err != nil {
			t.Fatal(err)
		}
		var want []gone.Batch
		for i := range rapid.IntRange(1, 5).Draw(t, "batches") {
			b := gone.Batch{Seq: int64(i + 1), At: time.UnixMicro(rapid.Int64().Draw(t, "at")).UTC()}
			for range rapid.IntRange(1, 6).Draw(t, "marks") {
				b.Marks = append(b.Marks, gone.Mark{
					Kind:    gone.Kind(rapid.IntRange(1, 11).Draw(t, "kind")),
					Subject: subject.ID(rapid.Int64().Draw(t, "subject")), Matter: rapid.Int64().Draw(t, "matter"),
				})
			}
			want = append(want, b)
			if _, err := j.Append(b.At, b.Marks); err != nil {
				t.Fatal(err)
			}
		}
		j.Close()
		if j, err = gone.Open(path, keys); err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		if diff := cmp.Diff(want, read(t, j, 0)); diff != "" {
			t.Fatal(diff)
		}
	})
}

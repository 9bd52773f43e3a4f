package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"probity/internal/disk"
)

// TestLock: of two openings of a file one has the lock, until it gives it back or is closed; what is in it can be read and written
// meanwhile.
func TestLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	one, two := open(), open()
	if err := disk.TryLock(one); err != nil {
		t.Fatal(err)
	}
	if err := disk.TryLock(two); !errors.Is(err, disk.ErrHeld) {
		t.Errorf("locked twice: %v", err)
	}
	if _, err := two.WriteString("x"); err != nil {
		t.Errorf("who has no lock cannot write: %v", err)
	}
	if err := disk.Unlock(one); err != nil {
		t.Fatal(err)
	}
	if err := disk.TryLock(two); err != nil {
		t.Errorf("given back, it is not to be had: %v", err)
	}
	if err := two.Close(); err != nil {
		t.Fatal(err)
	}
	if err := disk.TryLock(one); err != nil {
		t.Errorf("closed, it is still locked: %v", err)
	}
}

package disk_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"probity/internal/disk"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if err := disk.WriteBytes(path, 0o600, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteBytes(path, 0o640, []byte("two")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the source broke off")
	err := disk.Write(path, 0o600, func(w io.Writer) error {
		_, err := w.Write([]byte("half of it"))
		return errors.Join(err, full)
	})
	if !errors.Is(err, full) {
		t.Errorf("broken off, it says %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "two" {
		t.Errorf("there stands %q, %v", text, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("beside it stand %v, %v", left, err)
	}
}

// TestWhereThereIsNoFolder: what cannot be written is said, never taken for done.
func TestWhereThereIsNoFolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "nowhere", "key")
	if err := disk.WriteBytes(path, 0o600, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("written: %v", err)
	}
	if err := disk.Settle(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("settled: %v", err)
	}
}

// TestWhereAFolderStandsInTheWay: nothing is left of a file that cannot take its place.
func TestWhereAFolderStandsInTheWay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "key", "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteBytes(filepath.Join(dir, "key"), 0o600, []byte("one")); err == nil {
		t.Error("a file took the place of a folder")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

package snapshot

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"probity/internal/disk"
	"probity/internal/fault"
)

// lock has one process alone write the snapshot in the folder, until unlock or the end of the process. Another one is refused:
// what both wrote into one folder would be neither's.
func lock(dir string) (unlock func() error, err error) {
	path := filepath.Clean(dir) + ".lock"
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := disk.TryLock(f); err != nil {
			err = errors.Join(err, f.Close())
			if errors.Is(err, disk.ErrHeld) {
				return nil, fault.New(fault.Conflict, "snapshot.locked", "another process is writing the snapshot %s", dir).
					With("let it end, or name a folder of your own: processes that share a job have one each")
			}
			return nil, err
		}
		ours, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		// Whoever held it before may have taken its name away since we opened it.
		if named, err := os.Stat(path); err == nil && os.SameFile(ours, named) {
			return func() error {
				err := os.Remove(path)
				if runtime.GOOS == "windows" {
					err = nil // an open file keeps its name there: the lock is given back, and an empty file stays
				}
				return errors.Join(err, f.Close())
			}, nil
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
}

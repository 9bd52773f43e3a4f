package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockAt is far behind whatever the file holds: on Windows nobody else could read what is locked.
func lockAt() *windows.Overlapped { return &windows.Overlapped{OffsetHigh: 1 << 30} }

// TryLock keeps everybody else who asks for the file's lock from it, until Unlock, until the file is closed, or until the end of
// the process, however that comes. It does not wait: ErrHeld. It binds only those who ask.
func TryLock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, lockAt())
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrHeld
	}
	return err
}

// Unlock gives the lock back while the file stays open.
func Unlock(f *os.File) error { return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, lockAt()) }

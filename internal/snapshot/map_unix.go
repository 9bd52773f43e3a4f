//go:build unix

package snapshot

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mapRead maps a file for reading.
func mapRead(path string) ([]byte, func() error, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close() //nolint:errcheck // nothing is written through it
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if info.Size() == 0 {
		return nil, nil, fmt.Errorf("it is empty")
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	return data, func() error { return unix.Munmap(data) }, err
}

// mapScratch maps a new file of the size for writing; free takes the file away.
func mapScratch(path string, size int64) (data []byte, free func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close() //nolint:errcheck // nothing is written through it
	if size == 0 {
		return nil, func() error { return os.Remove(path) }, nil
	}
	if err := f.Truncate(size); err != nil {
		return nil, nil, errors.Join(err, os.Remove(path))
	}
	data, err = unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, errors.Join(err, os.Remove(path))
	}
	return data, func() error { return errors.Join(unix.Munmap(data), os.Remove(path)) }, nil
}

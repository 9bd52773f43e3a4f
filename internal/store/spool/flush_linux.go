package spool

import (
	"os"
	"syscall"
)

// flush has what was written on disk; the file's times, which nobody asks for, may come later.
func flush(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Fdatasync(int(fd)) }); err != nil {
		return err
	}
	return failed
}

// Package disk is for who acknowledges that a file is there: a key, a journal, a backup, a notice in its folder. What it
// writes stands whole or not at all, and is on disk when the call returns. The name of a file is kept by its folder, and a
// folder that was not flushed forgets the name when the power fails, however often the file itself was.
package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Settle has on disk what happened to the name of a file: that it was made, renamed or removed in its folder. The file's
// contents are not its business. Windows has no way to flush a folder, and keeps names in a journal of its own.
func Settle(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Write writes a file of the mode, whole or not at all, in the place of one that may stand there: whoever reads meanwhile
// sees the old one or the new one. It is on disk when Write returns. Where fill fails, its error comes back as it is and
// nothing has changed.
func Write(path string, mode fs.FileMode, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	err = fill(f)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return Settle(path)
}

// WriteBytes is [Write] of what is at hand.
func WriteBytes(path string, mode fs.FileMode, b []byte) error {
	return Write(path, mode, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

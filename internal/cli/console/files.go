package console

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"

	"probity/internal/fault"
)

// maxInput bounds a file that is read whole: catalogue and model files and mappings. Data files are streamed.
const maxInput = 16 << 20

// ReadWhole reads a file of at most maxInput bytes.
func ReadWhole(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, Unreadable(name, err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err != nil {
		return nil, Unreadable(name, err)
	}
	if len(text) > maxInput {
		return nil, fault.New(fault.Invalid, "cli.file.size", "the file is larger than %d MiB", maxInput>>20).
			At(name).With("files of this kind are small texts; is this the one you meant?")
	}
	return text, nil
}

// Unreadable says that a file is not there, or that it is and cannot be read: two different answers.
func Unreadable(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "cli.file.none", "there is no such file or folder").At(name).
			With("check the name; it is looked for from the folder you are in")
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fault.New(fault.Unavailable, "cli.file.read", "the file cannot be read: %v", err).By(err).At(name).
		With("see that it exists and that you may read it")
}

// DigestOf is the SHA-256 of a file in hexadecimal.
func DigestOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", Unreadable(name, err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", Unreadable(name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

package post

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"probity/internal/disk"
)

// Drop lays parcels into a folder of each subject's own below its root, as text and as a page, for the counter or the
// printer. The files are named for the parcel, so that a second attempt lays the same files and no others: here a notice
// arrives exactly once.
type Drop struct{ Root string }

// Carry writes the files; they are on disk under their names when it returns, whole or not at all.
func (d Drop) Carry(_ context.Context, p *Parcel) (string, error) {
	dir := filepath.Join(d.Root, p.Subject.String())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", unlaid(err)
	}
	for ending, text := range map[string]string{".txt": p.Text, ".html": p.HTML} {
		if err := lay(dir, p.ID+ending, 0o600, text); err != nil {
			return "", err
		}
	}
	return filepath.Join(p.Subject.String(), p.ID+".txt"), nil
}

// lay writes a file whole, so that nobody ever reads half of it.
func lay(dir, name string, mode fs.FileMode, text string) error {
	if err := disk.WriteBytes(filepath.Join(dir, name), mode, []byte(text)); err != nil {
		return unlaid(err)
	}
	return nil
}

package demo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"probity/calendar"
	"probity/internal/fault"
)

// Kept is what stands in the folder of a demonstration about itself, so that a second run knows what it meets.
type Kept struct {
	Seed     uint64       `json:"seed"`
	On       calendar.Day `json:"on"`
	Permille int          `json:"permille"`
	// Summary is nil until the demonstration is whole.
	Summary *Summary `json:"summary,omitempty"`
}

func note(dir string) string { return filepath.Join(dir, "demo.json") }

// Look says what stands in a folder: nil where it is empty or not there, otherwise a demonstration, whole or begun. A folder
// with anything else in it is a Conflict, and stays untouched.
func Look(dir string) (*Kept, error) {
	body, err := os.ReadFile(note(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		entries, err := os.ReadDir(dir)
		if err == nil && len(entries) > 0 {
			return nil, fault.New(fault.Conflict, "demo.folder.taken", "the folder holds something else than a demonstration").
				At(dir).With("name an empty folder, or one that is not there yet")
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, unreadable(dir, err)
		}
		return nil, nil //nolint:nilnil // there is nothing, and that is an answer
	case err != nil:
		return nil, unreadable(note(dir), err)
	}
	var k Kept
	if err := json.Unmarshal(body, &k); err != nil {
		return nil, fault.New(fault.Invalid, "demo.note", "the note about the demonstration cannot be read: %v", err).
			At(note(dir)).With("remove the folder, or name another")
	}
	return &k, nil
}

// Keep writes the note.
func (k *Kept) Keep(dir string) error {
	body, err := json.MarshalIndent(k, "", "  ")
	if err == nil {
		err = os.MkdirAll(dir, 0o750)
	}
	if err == nil {
		err = os.WriteFile(note(dir), append(body, '\n'), 0o600)
	}
	if err != nil {
		return fault.New(fault.Unavailable, "demo.folder", "cannot write in the folder: %v", err).At(dir).With("name a folder that may be written")
	}
	return nil
}

// Remove takes a demonstration away: its database, keys, credentials and files, and nothing else that stands there.
func Remove(dir string) error {
	if k, err := Look(dir); err != nil || k == nil {
		return err
	}
	database := Database(dir)
	for _, name := range []string{
		FilesIn(dir), database, database + "-wal", database + "-shm", database + ".vault", database + ".vault-wal", database + ".vault-shm",
		database + ".credentials", database + ".log", database + ".logkey", database + ".gone", database + ".intake", note(dir),
	} {
		if err := os.RemoveAll(name); err != nil {
			return fault.New(fault.Unavailable, "demo.remove", "cannot remove the old demonstration: %v", err).At(name).With("remove the folder yourself")
		}
	}
	return nil
}

func unreadable(name string, err error) error {
	return fault.New(fault.Unavailable, "demo.look", "cannot look: %v", err).At(name).By(err).With("name a folder that may be read and written")
}

package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing/fstest" // its MapFS is the standard library's file system in memory; nothing of package testing comes along

	"probity/internal/catalogue"
	"probity/internal/fault"
)

// fileSet are the YAML files of some folders and files, as one file system. Names inside a file system may not start
// with ../ or /, so typed keeps the names that messages are to show; short are the names below the folder that was
// named, under which files can be told again when they come from another place.
type fileSet struct {
	files        fstest.MapFS
	typed, short map[string]string
}

// maxInput bounds a file that is read whole: catalogue and model files and mappings. Data files are streamed.
const maxInput = 16 << 20

// readYAML reads the named files, and the YAML files in and below the named folders.
func readYAML(paths []string) (*fileSet, error) {
	set := &fileSet{files: fstest.MapFS{}, typed: map[string]string{}, short: map[string]string{}}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, unreadable(p, err)
		}
		if !info.IsDir() {
			if err := set.add(p, filepath.Base(p)); err != nil {
				return nil, err
			}
			continue
		}
		before := len(set.files)
		err = filepath.WalkDir(p, func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return unreadable(name, err)
			}
			if ext := filepath.Ext(name); e.IsDir() || ext != ".yaml" && ext != ".yml" {
				return nil
			}
			short, err := filepath.Rel(p, name)
			if err != nil {
				return unreadable(name, err)
			}
			return set.add(name, short)
		})
		if err != nil {
			return nil, err
		}
		if len(set.files) == before {
			return nil, misuseOf("%s holds no YAML files", p).With("name the folder that holds the .yaml files, or the files themselves")
		}
	}
	return set, nil
}

func (f *fileSet) add(name, short string) error {
	text, err := readWhole(name)
	if err != nil {
		return err
	}
	inside := strings.TrimLeft(path.Clean(filepath.ToSlash(name)), "./")
	f.files[inside] = &fstest.MapFile{Data: text, Mode: 0o600}
	f.typed[inside], f.short[inside] = name, filepath.ToSlash(short)
	return nil
}

// faults gives faults the names that were typed.
func (f *fileSet) faults(faults catalogue.Faults) catalogue.Faults {
	for i := range faults {
		if typed, ok := f.typed[faults[i].At.File]; ok {
			faults[i].At.File = typed
		}
	}
	return faults
}

// readWhole reads a file of at most maxInput bytes.
func readWhole(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if len(text) > maxInput {
		return nil, fault.New(fault.Invalid, "cli.file.size", "the file is larger than %d MiB", maxInput>>20).
			At(name).With("files of this kind are small texts; is this the one you meant?")
	}
	return text, nil
}

// unreadable says that a file is not there, or that it is and cannot be read: two different answers.
func unreadable(name string, err error) error {
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

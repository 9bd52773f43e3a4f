package rules

import (
	"io/fs"
	"os"
	"path/filepath"

	"probity/internal/cli/console"
)

// fileSet are the YAML files of some folders and files, by the names that messages are to show; short are the names
// below the folder that was named, under which files can be told again when they come from another place.
type fileSet struct {
	files map[string][]byte
	short map[string]string
}

// readYAML reads the named files, and the YAML files in and below the named folders.
func readYAML(paths []string) (*fileSet, error) {
	set := &fileSet{files: map[string][]byte{}, short: map[string]string{}}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, console.Unreadable(p, err)
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
				return console.Unreadable(name, err)
			}
			if ext := filepath.Ext(name); e.IsDir() || ext != ".yaml" && ext != ".yml" {
				return nil
			}
			short, err := filepath.Rel(p, name)
			if err != nil {
				return console.Unreadable(name, err)
			}
			return set.add(name, short)
		})
		if err != nil {
			return nil, err
		}
		if len(set.files) == before {
			return nil, console.Misuse("%s holds no YAML files", p).With("name the folder that holds the .yaml files, or the files themselves")
		}
	}
	return set, nil
}

func (f *fileSet) add(name, short string) error {
	text, err := console.ReadWhole(name)
	if err != nil {
		return err
	}
	f.files[name], f.short[name] = text, filepath.ToSlash(short)
	return nil
}

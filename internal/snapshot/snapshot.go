// Package snapshot is for whoever rates everybody: the coded facts of all subjects as columns in files, one a dataset,
// sorted by subject, which are mapped into memory and used as they lie there.
//
// A snapshot is built from the store in one pass at one point (see [Manifest.Point]), in memory that does not grow with
// the store. What may not be seen is not in it: lapsed, disputed, erased, repaired and retracted records, and those of
// persons beyond their own consent (Charter C1, C9, C10). It is opened until the first day on which something in it must
// be gone, and not at all once something in it was made gone; it is then refreshed or built anew.
//
// A snapshot is a folder: manifest.json, subjects.arrow, and DATASET.arrow for each dataset with records. The files are
// Arrow IPC files of a single record batch, without compression.
package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"probity/calendar"
	"probity/internal/disk"
	"probity/internal/fault"
	"probity/internal/snapshot/walk"
	"probity/internal/subject"
	"probity/scorecard"
)

// Format is the version of the files. Another one is refused.
const Format = 2

const manifestName = "manifest.json"

// Manifest says what a snapshot holds, and of when.
type Manifest struct {
	Format  int       `json:"format"`
	Program string    `json:"program"`
	BuiltAt time.Time `json:"built_at"`
	// Keys is the fingerprint of the keys of the deployment it was built from.
	Keys string `json:"keys"`
	// Part is of whom it is: everybody, or those whom one part of a distributed database keeps.
	Part subject.Part `json:"part,omitzero"`
	// Point is the state of the database that it holds, Journal the sequence of the newest batch in the journal of what
	// must stay gone.
	Point   walk.Point `json:"point"`
	Journal int64      `json:"journal"`
	// AsOf is the day whose state of affairs is rated, Seen the day on which its records could be seen. KnownAt, where it
	// is not zero, left out what was published after it.
	AsOf    calendar.Day `json:"as_of"`
	Seen    calendar.Day `json:"seen"`
	KnownAt time.Time    `json:"known_at,omitzero"`
	// DeleteBy is the first day on which something in it must be gone (C10): it is not opened on that day or later.
	DeleteBy calendar.Day `json:"delete_by"`
	// Rating names the model versions in force.
	Rating []string `json:"rating"`
	// Agreements are those of the versions in force and of those that wait to be decided on: they decide which human beings
	// are in it, and with what.
	Agreements []Agreement `json:"agreements"`
	Subjects   File        `json:"subjects"`
	Records    int64       `json:"records"`
	Datasets   []Set       `json:"datasets"`
	Regions    []string    `json:"regions"`
	Sections   []string    `json:"sections"`
	CodeLists  [][]string  `json:"code_lists"`
	// Digest is the SHA-256 of the manifest without it.
	Digest string `json:"digest"`
}

// File is a file of the snapshot.
type File struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Set is a dataset of the catalogue. One without records has no file.
type Set struct {
	Code     string `json:"code"`
	Contract int    `json:"contract"`
	Context  string `json:"context"`
	// Fields are those that models may read, in the order of the columns.
	Fields []Field `json:"fields"`
	File   *File   `json:"file,omitempty"`
}

// Field is a column of values. List is the place of its codes among the manifest's lists, -1 where it has none.
type Field struct {
	Name    string         `json:"name"`
	Type    scorecard.Type `json:"type"`
	Unit    string         `json:"unit,omitempty"`
	Ordered bool           `json:"ordered,omitempty"`
	List    int            `json:"list"`
}

func (m *Manifest) digest() (string, error) {
	bare := *m
	bare.Digest = ""
	text, err := json.Marshal(&bare)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

func (m *Manifest) write(dir string) (err error) {
	if m.Digest, err = m.digest(); err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, manifestName), append(text, '\n'))
}

// writeFile writes a file so that it is there whole or not at all.
func writeFile(name string, text []byte) error {
	f, err := os.OpenFile(name+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(name+".new", name), disk.Settle(name))
}

// Read reads the manifest of a snapshot. It says nothing about whether the snapshot may be used; [Desk.Open] does.
func Read(dir string) (*Manifest, error) {
	name := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "snapshot.none", "%s is no snapshot: it has no %s", dir, manifestName).
			With("build one: probity snapshot build " + dir)
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "snapshot.manifest", "%s cannot be read", name).By(err)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, damaged(name, "it is no manifest: %v", err)
	}
	if m.Format != Format {
		return nil, fault.New(fault.Invalid, "snapshot.format", "%s is of format %d, and this program reads format %d", name, m.Format, Format).
			With(again)
	}
	if sum, err := m.digest(); err != nil || sum != m.Digest {
		return nil, damaged(name, "it does not have the digest that it names")
	}
	return &m, nil
}

const again = "build the snapshot again: probity snapshot build"

func damaged(file, format string, args ...any) error {
	return fault.New(fault.Invalid, "snapshot.damaged", format, args...).At(file).With(again)
}

// Verify compares every file with its checksum, and names those that are not as they were built.
func (m *Manifest) Verify(dir string) (faults []error) {
	for _, f := range m.files() {
		if err := f.verify(dir); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

func (m *Manifest) files() []*File {
	var list []*File
	if m.Subjects.Rows > 0 {
		list = append(list, &m.Subjects)
	}
	for i := range m.Datasets {
		if f := m.Datasets[i].File; f != nil {
			list = append(list, f)
		}
	}
	return list
}

// Bytes is the size of all files.
func (m *Manifest) Bytes() (n int64) {
	for _, f := range m.files() {
		n += f.Bytes
	}
	return n
}

func (f *File) verify(dir string) error {
	name := filepath.Join(dir, f.Name)
	sum, n, err := hash(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return damaged(name, "the file is missing")
	case err != nil:
		return fault.New(fault.Unavailable, "snapshot.file", "%s cannot be read", name).By(err)
	case n != f.Bytes:
		return damaged(name, "the file has %d bytes instead of %d", n, f.Bytes)
	case sum != f.SHA256:
		return damaged(name, "the file does not have the checksum of the manifest")
	}
	return nil
}

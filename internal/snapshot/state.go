package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/disk"
	"probity/internal/rating"
	"probity/internal/snapshot/walk"
	"probity/internal/subject"
	"probity/internal/vault/gone"
	"probity/scorecard/facts"
)

// building is the folder beside a snapshot's own in which it is built, leaving the one in which a snapshot waits to be
// removed.
func building(dir string) string { return filepath.Clean(dir) + ".building" }
func leaving(dir string) string  { return filepath.Clean(dir) + ".old" }

const stateName = "state.json"

// state is how far a build has come: what a killed one goes on from.
type state struct {
	// Key is the digest of all that the snapshot depends on. A build goes on under the same key alone.
	Key string `json:"key"`
	// After is the last subject that was read, Done how many were; Subjects and Records are those that are held.
	After    subject.ID   `json:"after"`
	Done     int64        `json:"done"`
	Read     bool         `json:"read"`
	Again    int64        `json:"again"` // read again although an earlier snapshot was at hand
	Subjects int64        `json:"subjects"`
	Records  int64        `json:"records"`
	DeleteBy calendar.Day `json:"delete_by"`
	Regions  []string     `json:"regions"`
	Sections []string     `json:"sections"`
	// Spills are the rows on disk by table, Files the tables that are finished.
	Spills map[string]spill `json:"spills"`
	Files  map[string]File  `json:"files"`
}

// begin prepares a build, or one that goes on. Where an earlier snapshot is given that fits, it is the base.
func (d *Desk) begin(ctx context.Context, dir string, at Times, journal int64, agreements []Agreement, point walk.Point, w walk.Walk, from *Snapshot) (*build, error) {
	b := &build{desk: d, folder: building(dir), layout: facts.NewLayout(), walk: w}
	b.manifest = &Manifest{
		Format: Format, Program: d.Program, Keys: d.Keys, Part: d.Part, Point: point, Journal: journal, BuiltAt: d.Now().UTC(),
		AsOf: at.AsOf, Seen: d.Today(), KnownAt: at.KnownAt, Rating: d.Models, Agreements: agreements,
	}
	if err := b.describe(); err != nil {
		return nil, err
	}
	if err := b.rest(ctx, from); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(b.folder, 0o700); err != nil {
		return nil, err
	}
	if err := b.resume(); err != nil {
		return nil, err
	}
	b.decoder = rating.NewDecoder(b.layout)
	b.regions, b.sections = wordsOf(b.state.Regions), wordsOf(b.state.Sections)
	return b, nil
}

// rest has the build rest on an earlier snapshot, or says why it cannot.
func (b *build) rest(ctx context.Context, from *Snapshot) error {
	if from == nil {
		return nil
	}
	if !from.fits(b.manifest) {
		b.why = "it is of another program, catalogue, set of models or day"
		return nil
	}
	known, acted, err := b.walk.Since(ctx, from.Point)
	if err != nil {
		return err
	}
	if !known || from.Journal > b.manifest.Journal {
		b.why = "the database was put back from a backup since"
		return nil
	}
	err = b.desk.Journal.Since(from.Journal, func(batch gone.Batch) error {
		for _, m := range batch.Marks {
			acted = append(acted, m.Subject)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(acted)
	if b.base, err = newBase(from, slices.Compact(acted), b.manifest.Seen); err == nil {
		b.base.asked = !reflect.DeepEqual(from.Agreements, b.manifest.Agreements)
	}
	return err
}

// describe lists the datasets of the catalogue with the fields that models may read.
func (b *build) describe() error {
	lists := map[string]int{}
	for _, ds := range b.desk.Catalogue.Schema().Datasets {
		table := b.layout.Add(ds.Code)
		set := Set{Code: ds.Code, Context: ds.Context, Contract: b.desk.Catalogue.Dataset(ds.Code).Version, Fields: []Field{}}
		for _, f := range ds.Fields {
			if err := b.layout.Want(table, f); err != nil {
				return err
			}
			list := -1
			if f.Type == facts.Code {
				list = b.list(lists, f.Codes)
			}
			set.Fields = append(set.Fields, Field{Name: f.Name, Type: f.Type, Unit: f.Unit, Ordered: f.Ordered, List: list})
		}
		b.manifest.Datasets = append(b.manifest.Datasets, set)
		b.families = append(b.families, ds.Family)
		b.spills = append(b.spills, newSpill(b.folder, ds.Code, recordColumns(ds.Fields)))
	}
	b.spills = append(b.spills, newSpill(b.folder, subjectsTable, subjectColumns))
	return nil
}

// subjectsTable names the table of the subjects. No dataset is called so: their codes have a dot.
const subjectsTable = "subjects"

// list is the place of a code list in the manifest; equal ones stand there once.
func (b *build) list(have map[string]int, codes []string) int {
	key := strings.Join(codes, "\x00")
	n, ok := have[key]
	if !ok {
		n = len(b.manifest.CodeLists)
		have[key] = n
		b.manifest.CodeLists = append(b.manifest.CodeLists, codes)
	}
	return n
}

func (b *build) tables() []string {
	names := make([]string, 0, len(b.spills))
	for _, s := range b.manifest.Datasets {
		names = append(names, s.Code)
	}
	return append(names, subjectsTable)
}

// key is the digest of what decides about every row.
func (b *build) key() (string, error) {
	about := *b.manifest
	of := ""
	if b.base != nil {
		of = b.base.Digest
	}
	text, err := json.Marshal([]any{
		of, about.Format, about.Program, about.Keys, about.Point, about.Journal, about.AsOf, about.Seen, about.KnownAt, about.Rating, about.Agreements, about.Datasets, about.CodeLists,
	})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// resume takes up an unfinished build of the same key; what another one left behind is removed.
func (b *build) resume() error {
	key, err := b.key()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(b.folder, stateName))
	var s state
	if err == nil && json.Unmarshal(text, &s) == nil && s.Key == key {
		b.state = &s
		for i, name := range b.tables() {
			b.spills[i].Rows, b.spills[i].Bytes = s.Spills[name].Rows, s.Spills[name].Bytes
		}
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(b.folder); err != nil {
		return err
	}
	b.state = &state{Key: key, DeleteBy: b.manifest.Seen + longest, Files: map[string]File{}}
	return os.MkdirAll(b.folder, 0o700)
}

func (b *build) flush() error {
	for _, s := range b.spills {
		if err := s.flush(); err != nil {
			return err
		}
	}
	b.held = 0
	return nil
}

// checkpoint writes down how far the build has come.
func (b *build) checkpoint() error {
	if err := b.flush(); err != nil {
		return err
	}
	for _, s := range b.spills { // before it is said that they are there
		if err := s.settle(); err != nil {
			return err
		}
	}
	b.state.Regions, b.state.Sections = b.regions.list, b.sections.list
	b.state.Spills = map[string]spill{}
	for i, name := range b.tables() {
		if s := b.spills[i]; s.Rows > 0 {
			b.state.Spills[name] = spill{Rows: s.Rows, Bytes: s.Bytes}
		}
	}
	text, err := json.Marshal(b.state)
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(b.folder, stateName), text)
}

// finish makes the files of the tables, one after the other, and puts the snapshot in its place.
func (b *build) finish(ctx context.Context, dir string) error {
	for i, name := range b.tables() {
		s := b.spills[i]
		f, done := b.state.Files[name]
		if !done && s.Rows > 0 {
			var err error
			if f, err = s.assemble(b.folder, name); err != nil {
				return err
			}
			b.state.Files[name] = f
			if err := b.checkpoint(); err != nil {
				return err
			}
		}
		if err := s.remove(); err != nil {
			return err
		}
		switch {
		case name == subjectsTable:
			b.manifest.Subjects = f
		case s.Rows > 0:
			b.manifest.Datasets[i].File = &f
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	m := b.manifest
	m.Records, m.DeleteBy = b.state.Records, b.state.DeleteBy
	m.Regions, m.Sections = slices.Clone(b.state.Regions), slices.Clone(b.state.Sections)
	if err := errors.Join(m.write(b.folder), os.Remove(filepath.Join(b.folder, stateName))); err != nil {
		return err
	}
	return b.place(dir)
}

// place puts the finished folder where the snapshot belongs. Whoever has the old one open keeps it.
func (b *build) place(dir string) error {
	old := leaving(dir)
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return errors.Join(os.Rename(b.folder, filepath.Clean(dir)), disk.Settle(filepath.Clean(dir)), os.RemoveAll(old))
}

package snapshot

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/snapshot/walk"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// Store is what a snapshot needs of the database.
type Store interface {
	// Whole runs f over everything of a part of the subjects at one point; a zero knownAt leaves nothing out.
	Whole(ctx context.Context, of subject.Part, knownAt time.Time, datasets map[int]string, f func(walk.Point, walk.Walk) error) error
}

// Holder says which of the subjects' records may be held ready for rating by the models, in their order (Charter C1).
type Holder interface {
	Holdings(ctx context.Context, models []*rating.Model, page []subject.Subject, today calendar.Day) ([]rating.Holding, error)
}

// Journal is the journal of what must stay gone.
type Journal interface {
	Head() (int64, error)
	Since(seq int64, yield func(gone.Batch) error) error
}

// Desk builds and opens snapshots of one deployment.
type Desk struct {
	Store  Store
	Holder Holder
	// Part is whose snapshots are built and opened: everybody's, or those of one part of the subjects.
	Part      subject.Part
	Journal   Journal
	Catalogue *catalogue.Catalogue
	// Models are the versions in force: "CODE version N".
	Models []string
	// Versions are those in force and those that wait to be decided on, by code and version: whose own consent covers one of
	// them is held for it. Nil is none.
	Versions func(context.Context) ([]*rating.Model, error)
	// Keys is the fingerprint of the deployment's keys.
	Keys string
	// Datasets gives the dataset of each contract number.
	Datasets map[int]string
	// Program names the build of the program.
	Program string
	// Now is the clock.
	Now func() time.Time
}

// Of is the desk of one part's snapshot, and the folder where that stands: beside the folder of everybody's, in one that is made for all
// parts. Where the part is everybody it is the desk itself and the folder.
func (d *Desk) Of(part subject.Part, dir string) (*Desk, string, error) {
	of := *d
	of.Part = part
	if part.All() {
		return &of, dir, nil
	}
	parts := filepath.Clean(dir) + ".parts"
	return &of, filepath.Join(parts, part.String()), failed(dir, os.MkdirAll(parts, 0o700))
}

// Today is the day by the clock.
func (d *Desk) Today() calendar.Day { return calendar.In(d.Now(), calendar.Shanghai) }

// longest is how many days a snapshot is used at most, whatever is in it.
const longest = 31

// takes tells which marks in the journal take something away that a snapshot may hold.
func takes(k gone.Kind) bool {
	switch k {
	case gone.Erased, gone.RecordErased, gone.RecordOut, gone.Suppressed, gone.Withdrawn, gone.Parted, gone.Confined, gone.Repaired,
		gone.DisputeOpened, gone.FileClosed:
		return true
	}
	return false
}

// Open opens the snapshot for use. It is refused on the first day on which something in it must be gone and later, and
// where something has been erased, withdrawn, corrected, disputed, repaired or parted since it was built (C1, C9, C10).
func (d *Desk) Open(dir string) (*Snapshot, error) {
	m, err := Read(dir)
	if err != nil {
		return nil, err
	}
	if m.Keys != d.Keys {
		return nil, fault.New(fault.Invalid, "snapshot.foreign", "the snapshot %s was built from another database", dir).
			With("name the database that it was built from with --db, or build one of this database")
	}
	if m.Part != d.Part {
		return nil, fault.New(fault.Invalid, "snapshot.part", "the snapshot %s is of a part of the subjects alone", dir).
			With("rate over it with probity job run or probity rate --all, by the folder that it stands in; build one of everybody for anything else")
	}
	if today := d.Today(); today >= m.DeleteBy || today < m.Seen {
		return nil, fault.Refuse("C10", "a snapshot that has not outlived what is in it",
			"the snapshot "+dir+" holds records as they could be seen from "+m.Seen.String()+", and something in it must be gone from "+m.DeleteBy.String(), again)
	}
	if _, err := d.Still(dir, m.Journal); err != nil {
		return nil, err
	}
	return open(dir, m)
}

// Still looks again, while an open snapshot is worked with, whether something in it has been made gone since the batch of
// the journal up to which that was done: then it is refused. It gives the newest batch.
func (d *Desk) Still(dir string, since int64) (journal int64, err error) {
	if journal, err = d.Journal.Head(); err != nil || journal == since {
		return journal, err
	}
	taken, err := d.taken(since)
	if err == nil && taken != "" {
		err = fault.Refuse("C10", "a snapshot that holds nothing that is gone",
			"since the snapshot "+dir+" was built, something in the database was made gone: "+taken, again)
	}
	return journal, err
}

// taken says what the journal made gone since a batch; "" for nothing.
func (d *Desk) taken(since int64) (what string, err error) {
	err = d.Journal.Since(since, func(b gone.Batch) error {
		for _, mark := range b.Marks {
			if what == "" && takes(mark.Kind) {
				what = mark.Kind.String()
			}
		}
		return nil
	})
	return what, err
}

package snapshot

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/snapshot/walk"
)

// Refreshed is how a snapshot was made from an earlier one.
type Refreshed struct {
	// Read is how many subjects were read again.
	Read int64
	// Whole: everything was read, for the reason Why; "" where there was no earlier snapshot.
	Whole bool
	Why   string
}

// Refresh makes the snapshot in the folder anew as of a day (today, where it is calendar.None) from itself and what has
// changed since: who was touched by a publication, by an act in the ledger or by the journal of what must stay gone is read
// again, and so is who is new, of whom something lapses, and, on a later day, who is held by consent. All others are copied
// column by column. The files are those that Build makes at the same point. Where nothing can be taken from the old one
// everything is read; one that is damaged is not built upon. A refresh that was killed goes on as a build does.
func (d *Desk) Refresh(ctx context.Context, dir string, asOf calendar.Day, progress func(done, total int64)) (*Manifest, Refreshed, error) {
	if _, err := Read(dir); err != nil {
		return nil, Refreshed{}, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, Refreshed{}, failed(dir, err)
	}
	n, how, err := d.refresh(ctx, dir, asOf, progress)
	return n, how, errors.Join(err, unlock())
}

func (d *Desk) refresh(ctx context.Context, dir string, asOf calendar.Day, progress func(done, total int64)) (*Manifest, Refreshed, error) {
	m, err := Read(dir)
	if err != nil {
		return nil, Refreshed{}, err
	}
	from, why := earlier(dir, m)
	if from != nil {
		defer from.Close() //nolint:errcheck // it was only read
	}
	n, how, err := d.make(ctx, dir, Times{AsOf: asOf}, from, progress)
	if how.Why == "" {
		how.Why = why
	}
	return n, how, err
}

// earlier opens a snapshot to build upon, whether it may be used or not: what is gone is not taken from it. Its checksums are
// proved first, so that no fault of the disk passes into a new one.
func earlier(dir string, m *Manifest) (s *Snapshot, why string) {
	if faults := m.Verify(dir); len(faults) > 0 {
		return nil, "it is damaged: " + faults[0].Error()
	}
	s, err := open(dir, m)
	if err != nil {
		return nil, err.Error()
	}
	return s, ""
}

// Renew has a snapshot in the folder that holds everything there is to know today: the one that is there where nothing has
// happened since, one refreshed, or one that is built where there is none.
func (d *Desk) Renew(ctx context.Context, dir string, progress func(done, total int64)) (*Manifest, error) {
	m, err := Read(dir)
	switch {
	case err == nil:
		if same, err := d.current(ctx, m); same || err != nil {
			return m, err
		}
		m, _, err = d.Refresh(ctx, dir, calendar.None, progress)
		return m, err
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
		return d.Build(ctx, dir, Times{AsOf: calendar.None}, progress)
	}
	return nil, err
}

// current tells whether a snapshot is of today, and nothing has happened in the database since that bears on it.
func (d *Desk) current(ctx context.Context, m *Manifest) (same bool, err error) {
	today := d.Today()
	if m.Keys != d.Keys || m.Part != d.Part || m.AsOf != today || m.Seen != today || today >= m.DeleteBy || !m.KnownAt.IsZero() || !slices.Equal(m.Rating, d.Models) {
		return false, nil
	}
	journal, err := d.Journal.Head()
	if err != nil || journal != m.Journal {
		return false, err
	}
	if _, agreements, err := d.asking(ctx); err != nil || !reflect.DeepEqual(agreements, m.Agreements) {
		return false, err
	}
	err = d.Store.Whole(ctx, d.Part, time.Time{}, d.Datasets, func(p walk.Point, w walk.Walk) error {
		known, acted, err := w.Since(ctx, m.Point)
		same = known && len(acted) == 0 && p.Published == m.Point.Published && p.Subjects == m.Point.Subjects
		return err
	})
	return same, err
}

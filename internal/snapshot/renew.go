package snapshot

import (
	"context"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/snapshot/walk"
)

// Renew has a snapshot in the folder that holds everything there is to know today: the one that is there where nothing has
// happened since, and one made in its place otherwise.
func (d *Desk) Renew(ctx context.Context, dir string, progress func(done, total int64)) (*Manifest, error) {
	m, err := Read(dir)
	if err == nil {
		var same bool
		if same, err = d.current(ctx, m); same {
			return m, err
		}
	}
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
		return nil, err
	}
	return d.Build(ctx, dir, Times{AsOf: calendar.None}, progress)
}

// current tells whether a snapshot is of today, and of the point at which the database stands.
func (d *Desk) current(ctx context.Context, m *Manifest) (same bool, err error) {
	today := d.Today()
	if m.Keys != d.Keys || m.AsOf != today || m.Seen != today || today >= m.DeleteBy || !m.KnownAt.IsZero() || !slices.Equal(m.Rating, d.Models) {
		return false, nil
	}
	journal, err := d.Journal.Head()
	if err != nil || journal != m.Journal {
		return false, err
	}
	err = d.Store.Whole(ctx, time.Time{}, d.Datasets, func(p walk.Point, _ walk.Walk) error {
		same = p == m.Point
		return nil
	})
	return same, err
}

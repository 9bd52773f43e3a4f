package access

import (
	"context"

	"probity/calendar"
	"probity/internal/access/quota"
)

// Use is how often an agency read for a purpose on one day, against its quota.
type Use struct {
	quota.Usage
	// Limit is the quota; Earlier the reads of the days before, by which a sudden rise is told.
	Limit, Earlier int64
	Rises          bool
}

// Uses are the reads of a day by reader and purpose, those that rise suddenly flagged.
func (d *Desk) Uses(ctx context.Context, day calendar.Day) ([]Use, error) {
	span := calendar.Day(d.quotas.Span())
	all, err := d.store.Usage(ctx, day-span, day)
	if err != nil {
		return nil, err
	}
	var list []Use
	var earlier int64
	for i, u := range all { // the days of one reader and purpose stand together, the asked one last
		if i > 0 && (all[i-1].Reader != u.Reader || all[i-1].Purpose != u.Purpose) {
			earlier = 0
		}
		if u.Day < day {
			earlier += u.Count
			continue
		}
		list = append(list, Use{
			Usage: u, Limit: d.quotas.PerDay(u.Purpose, day), Earlier: earlier, Rises: d.quotas.Rises(u.Count, earlier),
		})
	}
	return list, nil
}

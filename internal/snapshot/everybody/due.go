package everybody

import (
	"context"

	"probity/calendar"
	"probity/internal/rating"
	"probity/internal/subject"
)

// Outdated finds whom the passing of time, a publication or a new version of a model has outdated.
type Outdated interface {
	// Due lists, in ascending order and at most limit, the subjects of a part behind one and up to another of whom a rating is kept that
	// was good until the day or an earlier one, or is by another version than the one in force, or about whom something was
	// published since they were rated.
	Due(ctx context.Context, today calendar.Day, inForce map[string]int, of subject.Part, behind, to subject.ID, limit int) ([]subject.Subject, error)
}

// duePage is how many subjects are kept in one step.
const duePage = 2048

// RateDue rates those subjects of a stretch whose ratings are outdated, from the store, and leaves all others alone: what a night
// has to do. Each step is kept before the next begins; where it ends early the tally says where it was.
func (d *Desk) RateDue(ctx context.Context, models []*rating.Model, over Stretch, progress func(done int64)) (Tally, error) {
	tally := Tally{Last: over.Behind}
	if over.To == 0 {
		over.To = everyone
	}
	inForce := map[string]int{}
	for _, m := range d.Ratings.Book.Models() {
		inForce[m.Facts.Code] = m.Facts.Version
	}
	for {
		// What is published, or made gone, after this is found by whoever keeps the ratings.
		known := d.Ratings.Store.LastPublication()
		journal, err := d.Snapshots.Journal.Head()
		if err != nil {
			return tally, err
		}
		page, err := d.Outdated.Due(ctx, d.Snapshots.Today(), inForce, d.Snapshots.Part, tally.Last, over.To, duePage)
		if err != nil {
			return tally, err
		}
		list, err := d.Ratings.Computed(ctx, page, models)
		if err != nil {
			return tally, err
		}
		to, last := over.To, len(page) < duePage
		if !last {
			to = page[len(page)-1].ID
		}
		saved, err := d.Store.Save(ctx, rating.Sheet{Kept: list, Behind: tally.Last, To: to, Only: d.only(page), Known: known, Journal: journal, Whole: models == nil})
		if err != nil {
			return tally, err
		}
		if saved.Gone {
			continue
		}
		if err := d.settle(ctx, &saved, models, to, &tally); err != nil {
			return tally, err
		}
		if tally.Subjects += int64(len(page)); progress != nil {
			progress(tally.Subjects)
		}
		if last {
			return tally, nil
		}
	}
}

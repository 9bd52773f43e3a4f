package rating

import (
	"context"

	"probity/internal/subject"
)

// Difference is a rating that does not come out of the records as it is kept.
type Difference struct {
	Kept, Computed Rating
	// Gone: nobody may compute it any more, and it is still kept.
	Gone bool
}

// Rebuild computes every rating again from records and consents, holds it against the one that is kept, and keeps the
// new ones. Ratings are derived, so there must be no difference; ratings that were due anyway (outdated by a
// publication, past their last good day, or by an earlier version of the model) are computed and not compared.
func (d *Desk) Rebuild(ctx context.Context, progress func(done, total int64), found func(Difference)) error {
	total, err := d.Store.CountPopulation(ctx, subject.Kinds)
	if err != nil {
		return err
	}
	var after subject.ID
	var done int64
	for {
		page, err := d.Store.Population(ctx, subject.Kinds, after, pageSubjects)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := d.rebuildPage(ctx, page, found); err != nil {
			return err
		}
		after = page[len(page)-1].ID
		done += int64(len(page))
		if progress != nil {
			progress(done, total)
		}
	}
}

func (d *Desk) rebuildPage(ctx context.Context, page []subject.Subject, found func(Difference)) error {
	ids := make([]subject.ID, len(page))
	for i, s := range page {
		ids[i] = s.ID
	}
	seen := d.Store.LastPublication()
	kept, err := d.Store.RatingsOf(ctx, ids)
	if err != nil {
		return err
	}
	b, err := d.compute(ctx, page, nil, people{again: true})
	if err != nil {
		return err
	}
	type key struct {
		subject subject.ID
		model   string
	}
	computed := make(map[key]*Rating, len(b.kept))
	for i := range b.kept {
		r := &b.kept[i].Rating
		computed[key{r.Subject, r.Model}] = r
	}
	for _, k := range kept {
		m := d.Book.byCode[k.Model]
		if m == nil || m.Facts.Version != k.Version || !k.Good(d.today()) {
			continue
		}
		c := computed[key{k.Subject, k.Model}]
		switch {
		case c == nil:
			found(Difference{Kept: k, Gone: true})
		case !c.Same(&k):
			found(Difference{Kept: k, Computed: *c})
		}
	}
	return d.Store.SaveRatings(ctx, b.kept, seen, ids)
}

package rating

import (
	"context"
	"time"

	"probity/internal/charter"
	"probity/internal/subject"
)

// Sheet is the ratings of a stretch of subjects, computed from facts that were read a while ago.
type Sheet struct {
	// Kept ascend by subject, and for each subject by model.
	Kept []Kept
	// The stretch is every subject behind Behind, up to To.
	Behind, To subject.ID
	// Only, where it is not nil, are the subjects of the stretch, in ascending order: all others between its ends are somebody
	// else's. They belong to one part.
	Only []subject.ID
	// Known is the newest publication that the facts hold, the zero time where there was none.
	Known time.Time
	// Journal is the newest batch in the journal of what must stay gone that was looked at since.
	Journal int64
	// Whole: by every model in force, so that the marks of outdated subjects can go.
	Whole bool
}

// Saved is what became of a sheet.
type Saved struct {
	// Changed is how many ratings a reader sees changed; their subjects were told.
	Changed int64
	// Gone: more has been made gone than was looked at. Nothing of the sheet was kept.
	Gone bool
	// Left are subjects about whom something was published since the facts were read: nothing of theirs was kept.
	Left []subject.ID
}

// Permits asks the Charter, for each of the subjects in their order and each of the models, whether it may be rated today;
// the zero permit stands where it may not.
func (d *Desk) Permits(ctx context.Context, page []subject.Subject, models []*Model) ([][]charter.RatingPermit, error) {
	people, err := d.people(ctx, page)
	if err != nil {
		return nil, err
	}
	list := make([][]charter.RatingPermit, len(page))
	all := make([]charter.RatingPermit, len(page)*len(models))
	today := d.today()
	for i, s := range page {
		list[i] = all[i*len(models) : (i+1)*len(models)]
		for n, m := range models {
			if !m.Rates(s.Kind) {
				continue
			}
			permit, err := people.permit(m, s, today)
			if err != nil && !refused(err) {
				return nil, err
			}
			if err == nil {
				list[i][n] = permit
			}
		}
	}
	return list, nil
}

// Again rates some subjects, which ascend by id, from the store as it is now, by the models (all of them, where none is
// given), and keeps the ratings.
func (d *Desk) Again(ctx context.Context, page []subject.Subject, models []*Model) error {
	p, err := d.computePage(ctx, page, models, people{})
	if err != nil {
		return err
	}
	return d.keep(ctx, p)
}

// Computed are the ratings of some subjects, which ascend by id, from the store as it is now, by the models (all of them, where
// none is given), and not yet kept.
func (d *Desk) Computed(ctx context.Context, page []subject.Subject, models []*Model) ([]Kept, error) {
	p, err := d.computePage(ctx, page, models, people{})
	if err != nil {
		return nil, err
	}
	return p.kept, nil
}

// Alike tells whether nothing of the rating but the instants of its making is other than o's.
func (r *Rating) Alike(o *Rating) bool {
	if !r.Same(o) || r.GoodUntil != o.GoodUntil || len(r.WhyNot) != len(o.WhyNot) {
		return false
	}
	for i := range r.WhyNot {
		if r.WhyNot[i] != o.WhyNot[i] {
			return false
		}
	}
	return true
}

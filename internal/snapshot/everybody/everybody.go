// Package everybody is for whoever rates all subjects at once: it runs the models over a snapshot, block by block, and keeps
// the ratings in the order of the subjects, as the desk keeps those that it computes one by one. Ratings, their history and
// the notices that the subjects get are the same.
package everybody

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/subject"
	"probity/scorecard"
	"probity/scorecard/population"
)

// Store is what must be kept. Save keeps a sheet whole or not at all; its error ends the run.
type Store interface {
	Save(ctx context.Context, sheet rating.Sheet) (rating.Saved, error)
}

// Register finds subjects as they are now.
type Register interface {
	SubjectsOf(ctx context.Context, ids []subject.ID) ([]subject.Subject, error)
}

// Desk rates everybody.
type Desk struct {
	Snapshots *snapshot.Desk
	Ratings   *rating.Desk
	Register  Register
	Store     Store
	Outdated  Outdated
	// Workers is how many blocks are computed at once; less than 1 is one.
	Workers int
	// Block is how many subjects are kept in one step; less than 1 is a number that suits.
	Block int
}

// Stretch is the subjects that are rated: every one behind Behind, up to To; a To of 0 is everybody behind.
type Stretch struct{ Behind, To subject.ID }

// Tally is how far a run has come.
type Tally struct {
	// Subjects were looked at, and of these Again one by one, because something was published about them meanwhile.
	Subjects, Again int64
	// Changed ratings were told to their subjects.
	Changed int64
	// Last is the last subject: a run that is ended goes on behind it.
	Last subject.ID
}

// Fresh tells whether the snapshot holds what there is to know today; nil where it does. Ratings that are kept are those of
// today.
func (d *Desk) Fresh(m *snapshot.Manifest) error {
	today := d.Snapshots.Today()
	switch last := d.Ratings.Store.LastPublication(); {
	case !m.KnownAt.IsZero(), m.AsOf != today, m.Seen != today:
		return stale("it is as of " + m.AsOf.String() + ", with what could be seen on " + m.Seen.String())
	case !known(m).Equal(last):
		return stale("something was published since")
	case !slices.Equal(m.Rating, d.Snapshots.Models):
		return stale("other models were in force when it was built, whose consents decide about persons")
	}
	return nil
}

// Overtaken tells an end of a run because the snapshot is no longer fresh: refreshed, it goes on.
func Overtaken(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && (f.Key == staleKey || f.Code == fault.Refused && f.Invariant == "C10")
}

const staleKey = "everybody.stale"

func stale(why string) error {
	return fault.New(fault.Conflict, staleKey, "the snapshot does not hold what is known today: %s", why).
		With("refresh it: probity snapshot refresh")
}

// known is the newest publication that a snapshot holds.
func known(m *snapshot.Manifest) time.Time {
	if m.Point.Published == 0 {
		return time.Time{}
	}
	return time.UnixMicro(m.Point.Published).UTC()
}

// Rate rates the subjects of a stretch by the models (all in force, where none is given) over the snapshot in dir, which is
// open, and keeps the ratings. Each step is kept before the next begins; where it ends early the tally says where it was.
// Who is not in the snapshot may not be rated. Something made gone meanwhile ends the run with a refusal by C10.
func (d *Desk) Rate(ctx context.Context, dir string, s *snapshot.Snapshot, models []*rating.Model, over Stretch, progress func(done, total int64)) (Tally, error) {
	r := &run{desk: d, dir: dir, snap: s, models: models, chosen: models, tally: Tally{Last: over.Behind}, journal: s.Journal, save: d.Store}
	if models == nil {
		r.models = d.Ratings.Book.Models()
	}
	if err := d.Fresh(s.Manifest); err != nil || len(r.models) == 0 {
		return r.tally, err
	}
	if over.To == 0 {
		over.To = everyone
	}
	from, to := r.ordinals(over)
	plans := make([]*scorecard.Plan, len(r.models))
	r.ats = make([]scorecard.At, len(r.models))
	for i, m := range r.models {
		plans[i], r.ats[i] = m.Plan, m.At(s.Seen)
	}
	layout, err := scorecard.Merge(plans...)
	if err != nil {
		return r.tally, err
	}
	everything, err := s.Facts(layout)
	if err != nil {
		return r.tally, err
	}
	if from < to {
		p := population.Run{
			Facts: everything, Plans: plans, Ats: r.ats, From: from, To: to, Workers: d.Workers, Ordered: true, Times: true, Block: d.Block,
		}
		if progress != nil {
			p.Progress = func(done, of int) { progress(int64(done), int64(of)) }
		}
		if err := p.Rate(ctx, func(b population.Block) error { return r.keep(ctx, b, b.First+b.Results[0].Len() == to, over.To) }); err != nil {
			return r.tally, err
		}
		return r.tally, nil
	}
	return r.tally, r.sheet(ctx, nil, r.desk.only(nil), max(over.To, over.Behind))
}

// everyone is behind whom nobody is.
const everyone = subject.ID(1<<63 - 1)

type run struct {
	desk    *Desk
	dir     string
	snap    *snapshot.Snapshot
	save    Store
	models  []*rating.Model
	ats     []scorecard.At  // by model
	chosen  []*rating.Model // nil is all in force
	tally   Tally
	journal int64
}

// ordinals are the places of the stretch's subjects in the snapshot.
func (r *run) ordinals(over Stretch) (from, to int) {
	ids := r.snap.IDs()
	from, _ = slices.BinarySearch(ids, over.Behind+1)
	if to, _ = slices.BinarySearch(ids, over.To); to < len(ids) && ids[to] == over.To {
		to++
	}
	return from, to
}

// keep keeps a block. The last one reaches to the end of the stretch, beyond the last subject that the snapshot has.
func (r *run) keep(ctx context.Context, b population.Block, last bool, end subject.ID) error {
	n := b.Results[0].Len()
	page := make([]subject.Subject, n)
	for i := range page {
		page[i] = r.snap.Subject(b.First + i)
	}
	list, err := r.ratings(ctx, page, b.Results)
	if err != nil {
		return err
	}
	to := page[n-1].ID
	if last && end > to {
		to = end
	}
	if err := r.sheet(ctx, list, r.desk.only(page), to); err != nil {
		return err
	}
	r.tally.Subjects += int64(n)
	return nil
}

// ratings are those of a page that the Charter permits.
func (r *run) ratings(ctx context.Context, page []subject.Subject, results []*scorecard.Results) ([]rating.Kept, error) {
	permits, err := r.desk.Ratings.Permits(ctx, page, r.models)
	if err != nil {
		return nil, err
	}
	now := r.desk.Ratings.Now()
	if k := known(r.snap.Manifest); k.After(now) {
		now = k // the clock was set back since the newest publication
	}
	list := make([]rating.Kept, 0, len(page)*2)
	for i := range page {
		for n, m := range r.models {
			if p := &permits[i][n]; permitted(p) {
				list = append(list, rating.Kept{Permit: *p, Rating: m.Rating(results[n], i, p, r.ats[n], now)})
			}
		}
	}
	slices.SortStableFunc(list, func(x, y rating.Kept) int {
		return cmp.Or(cmp.Compare(x.Rating.Subject, y.Rating.Subject), cmp.Compare(x.Rating.Model, y.Rating.Model))
	})
	return list, nil
}

func permitted(p *charter.RatingPermit) bool { return p.Subject().ID != 0 }

// only names the subjects of a page where others between them are those of other parts; nil where there are no others.
func (d *Desk) only(page []subject.Subject) []subject.ID {
	if d.Snapshots.Part.All() {
		return nil
	}
	ids := make([]subject.ID, len(page))
	for i := range page {
		ids[i] = page[i].ID
	}
	return ids
}

// sheet keeps the ratings of the subjects up to one, which are all or those that are named, and rates those again from the store about whom something was
// published meanwhile.
func (r *run) sheet(ctx context.Context, list []rating.Kept, only []subject.ID, to subject.ID) (err error) {
	s := rating.Sheet{Kept: list, Behind: r.tally.Last, To: to, Only: only, Known: known(r.snap.Manifest), Whole: r.chosen == nil}
	var saved rating.Saved
	for {
		if r.journal, err = r.desk.Snapshots.Still(r.dir, r.journal); err != nil {
			return err
		}
		s.Journal = r.journal
		if saved, err = r.save.Save(ctx, s); err != nil {
			return err
		}
		if !saved.Gone {
			break
		}
	}
	return r.desk.settle(ctx, &saved, r.chosen, to, &r.tally)
}

// settle rates those again from the store of whom nothing was kept, and notes that the subjects up to one are done.
func (d *Desk) settle(ctx context.Context, saved *rating.Saved, models []*rating.Model, to subject.ID, tally *Tally) error {
	if len(saved.Left) > 0 {
		page, err := d.Register.SubjectsOf(ctx, saved.Left)
		if err != nil {
			return err
		}
		page = slices.DeleteFunc(page, func(s subject.Subject) bool { return !slices.Contains(saved.Left, s.ID) }) // merged meanwhile
		if err := d.Ratings.Again(ctx, page, models); err != nil {
			return err
		}
	}
	tally.Changed += saved.Changed
	tally.Again += int64(len(saved.Left))
	tally.Last = to
	return nil
}

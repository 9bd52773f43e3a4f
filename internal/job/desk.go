package job

import (
	"context"
	"errors"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/snapshot/everybody"
	"probity/internal/subject"
)

// Store keeps jobs.
type Store interface {
	// Make keeps a new job with its blocks and the entry, under a new id; ok is false where the plan's day has one already.
	Make(ctx context.Context, permit charter.WorkPermit, j Job, e *ledger.Entry) (made Job, ok bool, err error)
	// Jobs are all, newest first.
	Jobs(ctx context.Context) ([]Job, error)
	// Move brings a job into a state with the entry, as far as May lets it.
	Move(ctx context.Context, permit charter.WorkPermit, id ID, to State, e *ledger.Entry) error
	// Free are the numbers of blocks of an open job that nobody holds at now, of the parts, or of all where there are none; the first
	// of them where there are many.
	Free(ctx context.Context, id ID, parts []subject.Part, now time.Time) ([]int64, error)
	// Parts are how far the blocks of each part have come; there is one, everybody, where the database is not distributed.
	Parts(ctx context.Context, id ID) ([]Part, error)
	// Take gives the holder a block of an open job that nobody holds at now, until a time: the one of the number, or any where
	// that is 0; ok is false where there is none.
	Take(ctx context.Context, id ID, number int64, holder string, now, until time.Time) (h Hold, ok bool, err error)
	// Keep keeps a sheet of the held block's subjects and holds the block until a time; Lost where it is not held any more.
	Keep(ctx context.Context, h Hold, sheet rating.Sheet, until time.Time) (rating.Saved, error)
	// End ends a held block; where it was the last one the job is done, with the entry.
	End(ctx context.Context, h Hold, e *ledger.Entry) (done bool, err error)
}

// Queue hands the blocks of a job out among the processes that share it.
type Queue interface {
	// Work calls work with the number of a block of a place, one at a time, until free names none and none is in hand, ctx ends, or
	// work fails. A number may be handed out that somebody else holds meanwhile, or that is done.
	Work(ctx context.Context, id ID, place string, free func(context.Context) ([]int64, error), work func(ctx context.Context, number int64) error) error
}

// Lease is how long a block is held without a sign of life.
const Lease = 30 * time.Second

// Desk makes jobs and works on them.
type Desk struct {
	Store Store
	// Queue hands blocks out; nil where whoever is free looks for the next one in the table.
	Queue     Queue
	Everybody *everybody.Desk
	Plans     []Plan
	// Places are where parts of the subjects stand, those first that are near; none where everybody stands in one place. Nil is none.
	Places func(ctx context.Context) ([]Place, error)
	// Holder names this process.
	Holder string
	Now    func() time.Time
}

func (d *Desk) entry(p charter.WorkPermit, what, detail string) *ledger.Entry {
	by := p.By()
	return &ledger.Entry{At: d.Now(), Act: ledger.Job, What: what, Detail: detail, Reader: by.Agency, Official: by.Official}
}

// Order makes a job by hand; without models it is for every model in force.
func (d *Desk) Order(ctx context.Context, p charter.WorkPermit, models []string) (Job, error) {
	for _, code := range models {
		if _, err := d.Everybody.Ratings.Book.Model(code); err != nil {
			return Job{}, err
		}
	}
	j, _, err := d.make(ctx, p, Job{Day: calendar.In(d.Now(), calendar.Shanghai), Models: models})
	return j, err
}

func (d *Desk) make(ctx context.Context, p charter.WorkPermit, j Job) (Job, bool, error) {
	if err := p.Stands(); err != nil {
		return Job{}, false, err
	}
	j.State, j.MadeAt, j.MadeBy = Open, d.Now(), p.By().Title()
	return d.Store.Make(ctx, p, j, d.entry(p, "made", ""))
}

// Due makes the jobs that the schedule asks for and that were not made yet. A plan whose models are not in force is left out.
func (d *Desk) Due(ctx context.Context, p charter.WorkPermit) (made []Job, err error) {
	today := calendar.In(d.Now(), calendar.Shanghai)
	for i := range d.Plans {
		plan := &d.Plans[i]
		day, ok := plan.Due(today)
		for _, code := range plan.Models {
			if _, err := d.Everybody.Ratings.Book.Model(code); err != nil {
				ok = false
			}
		}
		if !ok {
			continue
		}
		j, ok, err := d.make(ctx, p, Job{Plan: plan.Code, Day: day, Models: plan.Models, Outdated: plan.Outdated})
		if err != nil {
			return made, err
		}
		if ok {
			made = append(made, j)
		}
	}
	return made, nil
}

// Move pauses, takes up again or cancels a job.
func (d *Desk) Move(ctx context.Context, p charter.WorkPermit, id ID, to State) error {
	if err := p.Stands(); err != nil {
		return err
	}
	return d.Store.Move(ctx, p, id, to, d.entry(p, string(to), ""))
}

// Find is a job by its number.
func (d *Desk) Find(ctx context.Context, id ID) (Job, error) {
	all, err := d.Store.Jobs(ctx)
	if err != nil {
		return Job{}, err
	}
	for _, j := range all {
		if j.ID == id {
			return j, nil
		}
	}
	return Job{}, fault.New(fault.NotFound, "job.none", "there is no job %d", id).With("probity job list shows them")
}

// attempts is how often a block is begun anew because something was published or made gone meanwhile.
const attempts = 20

// Work rates block after block of an open job over the snapshot in the folder, which is kept fresh, until there is none that
// nobody holds. What is kept of a block is kept under its hold; a block of a process that was killed is taken over when its
// time is over, behind what was kept. It gives the job as it stands then.
func (d *Desk) Work(ctx context.Context, p charter.WorkPermit, id ID, dir string, progress func(done, total int64)) (Job, error) {
	if err := p.Stands(); err != nil {
		return Job{}, err
	}
	j, err := d.Find(ctx, id)
	if err != nil || j.State != Open {
		return j, err
	}
	models, err := d.models(j.Models)
	if err != nil {
		return j, err
	}
	one := func(ctx context.Context, number int64) (ok bool, err error) {
		if ok, err = d.take(ctx, p, &j, number, dir, models); err != nil {
			return ok, err
		}
		if j, err = d.Find(ctx, id); err == nil && ok && j.State == Open && progress != nil {
			progress(j.Ended, j.Blocks)
		}
		return ok && j.State == Open, err
	}
	if d.Queue == nil {
		for more := true; more && err == nil; {
			more, err = one(ctx, 0)
		}
		return j, err
	}
	places, err := d.places(ctx)
	if err != nil {
		return j, err
	}
	// In the end every place once more, and whatever stands at none of them any more.
	for _, at := range append(places, Place{}) {
		err = d.Queue.Work(ctx, id, at.Name, func(ctx context.Context) ([]int64, error) { return d.Store.Free(ctx, id, at.Parts, d.Now()) },
			func(ctx context.Context, number int64) error {
				_, err := one(ctx, number)
				return err
			})
		if err != nil {
			return j, err
		}
	}
	return d.Find(ctx, id)
}

func (d *Desk) places(ctx context.Context) ([]Place, error) {
	if d.Places == nil {
		return nil, nil
	}
	return d.Places(ctx)
}

// Shares are what was done of a job at each place; none where everybody stands in one.
func (d *Desk) Shares(ctx context.Context, id ID) ([]Share, error) {
	places, err := d.places(ctx)
	if err != nil || len(places) == 0 {
		return nil, err
	}
	parts, err := d.Store.Parts(ctx, id)
	return Shares(places, parts), err
}

// take does a block of the number, of any where that is 0; ok is false where nobody needs do it.
func (d *Desk) take(ctx context.Context, p charter.WorkPermit, j *Job, number int64, dir string, models []*rating.Model) (ok bool, err error) {
	h, ok, err := d.Store.Take(ctx, j.ID, number, d.Holder, d.Now(), d.Now().Add(Lease))
	if err != nil || !ok {
		return false, err
	}
	if err = d.block(ctx, h, dir, j, models); err == nil {
		_, err = d.Store.End(ctx, h, d.entry(p, string(Done), ""))
	}
	var f *fault.Error
	if errors.As(err, &f) && f.Key == "job.lost" { // while it was rated, or between its last sheet and its end
		return true, nil
	}
	return true, err
}

func (d *Desk) models(codes []string) (list []*rating.Model, err error) {
	for _, code := range codes {
		m, err := d.Everybody.Ratings.Book.Model(code)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// block rates what is left of a block.
func (d *Desk) block(ctx context.Context, h Hold, dir string, j *Job, models []*rating.Model) (err error) {
	desk := *d.Everybody
	desk.Store = held{d, &h}
	if desk.Snapshots, dir, err = d.Everybody.Snapshots.Of(h.Part, dir); err != nil {
		return err
	}
	if j.Outdated {
		_, err = desk.RateDue(ctx, models, everybody.Stretch{Behind: h.Last, To: h.To}, nil)
		return err
	}
	for range attempts {
		if _, err = desk.Snapshots.Renew(ctx, dir, nil); err != nil {
			return err
		}
		var open *snapshot.Snapshot
		if open, err = desk.Snapshots.Open(dir); err == nil {
			_, err = desk.Rate(ctx, dir, open, models, everybody.Stretch{Behind: h.Last, To: h.To}, nil)
			err = errors.Join(err, open.Close())
		}
		if !everybody.Overtaken(err) {
			return err
		}
	}
	return err
}

// held keeps sheets under a hold.
type held struct {
	desk *Desk
	hold *Hold
}

// Save keeps the sheet, and notes how far the block has come.
func (s held) Save(ctx context.Context, sheet rating.Sheet) (rating.Saved, error) {
	saved, err := s.desk.Store.Keep(ctx, *s.hold, sheet, s.desk.Now().Add(Lease))
	if err == nil && !saved.Gone {
		s.hold.Last = sheet.To
	}
	return saved, err
}

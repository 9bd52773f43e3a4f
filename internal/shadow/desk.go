package shadow

import (
	"context"
	"fmt"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/impact"
	"probity/internal/ledger"
	"probity/internal/rating"
	"probity/internal/snapshot"
)

// Store keeps trials and their counts.
type Store interface {
	// Begin keeps a new trial with the entry, under a new id. A version has one running trial at most.
	Begin(ctx context.Context, permit charter.TrialPermit, at time.Time, e *ledger.Entry) (Trial, error)
	// End ends a trial with the entry.
	End(ctx context.Context, permit charter.WorkPermit, id ID, e *ledger.Entry) error
	// Trials are all, the newest first.
	Trials(ctx context.Context) ([]Trial, error)
	// Runs are those of a trial, the newest first.
	Runs(ctx context.Context, id ID) ([]Run, error)
	// Keep keeps a run with the entry, unless the trial has one of its day, or was ended meanwhile: ok is false then.
	Keep(ctx context.Context, permit charter.WorkPermit, r *Run, e *ledger.Entry) (ok bool, err error)
}

// Versions are the registered versions of models.
type Versions interface {
	// Version compiles one, and says who wrote it and whether it was never in force.
	Version(ctx context.Context, model string, version int) (m *rating.Model, author string, fresh bool, err error)
}

// Desk begins trials, counts them and ends them.
type Desk struct {
	Store     Store
	Versions  Versions
	Ratings   *rating.Desk
	Snapshots *snapshot.Desk
	// Compare asks what a candidate does to everybody in an open snapshot beside the one in force.
	Compare func(ctx context.Context, open *snapshot.Snapshot, candidate, current impact.Side) (*impact.Question, error)
	Now     func() time.Time
}

func (d *Desk) today() calendar.Day { return calendar.In(d.Now(), calendar.Shanghai) }

func (d *Desk) entry(by charter.Actor, what, detail string) *ledger.Entry {
	return &ledger.Entry{At: d.Now(), Act: ledger.Trial, What: what, Detail: detail, Reader: by.Agency, Official: by.Official}
}

// Begin has a version tried beside the one in force up to a day.
func (d *Desk) Begin(ctx context.Context, p charter.WorkPermit, model string, version int, until calendar.Day) (Trial, error) {
	_, author, fresh, err := d.Versions.Version(ctx, model, version)
	if err != nil {
		return Trial{}, err
	}
	terms := charter.TrialTerms{Model: model, Version: version, Author: author, Fresh: fresh, Today: d.today(), Until: until}
	if m, err := d.Ratings.Book.Model(model); err == nil {
		terms.InForce = m.Facts.Version
	}
	permit, err := charter.PermitTrial(p, terms)
	if err != nil {
		return Trial{}, err
	}
	return d.Store.Begin(ctx, permit, d.Now(), d.entry(permit.By(), "begun", detail(model, version, until)))
}

func detail(model string, version int, until calendar.Day) string {
	return fmt.Sprintf("model=%s version=%d until=%s", model, version, until)
}

// End ends the running trial of a version before its last day.
func (d *Desk) End(ctx context.Context, p charter.WorkPermit, model string, version int) (Trial, error) {
	if err := p.Stands(); err != nil {
		return Trial{}, err
	}
	t, err := d.Find(ctx, model, version)
	if err != nil {
		return t, err
	}
	if t.State(d.today()) != Running {
		return t, fault.New(fault.Conflict, "shadow.over", "the trial of version %d of %s is over", version, model).With("probity model shadow " + model + " shows how it ended")
	}
	if err := d.Store.End(ctx, p, t.ID, d.entry(p.By(), "ended", detail(model, version, t.Until))); err != nil {
		return t, err
	}
	return d.Find(ctx, model, version)
}

// Find is the newest trial of a version.
func (d *Desk) Find(ctx context.Context, model string, version int) (Trial, error) {
	all, err := d.Store.Trials(ctx)
	if err != nil {
		return Trial{}, err
	}
	for _, t := range all {
		if t.Model == model && t.Version == version {
			return t, nil
		}
	}
	return Trial{}, None(model, version)
}

// RunningOn are the trials that run on the day of the clock.
func (d *Desk) RunningOn(ctx context.Context) (list []Trial, err error) {
	all, err := d.Store.Trials(ctx)
	for i := range all {
		if all[i].State(d.today()) == Running {
			list = append(list, all[i])
		}
	}
	return list, err
}

// Count counts everybody in every trial that is due, over the snapshot in the folder, which is brought up to date first.
// Nothing is kept but the counts. Several processes may do so at once: one of them keeps the run of the day. It gives the
// runs that it kept.
func (d *Desk) Count(ctx context.Context, p charter.WorkPermit, dir string, progress func(done, total int64)) (kept []Run, err error) {
	if err := p.Stands(); err != nil {
		return nil, err
	}
	all, err := d.Store.Trials(ctx)
	if err != nil {
		return nil, err
	}
	for i := len(all) - 1; i >= 0; i-- { // the oldest first
		t := &all[i]
		if !t.Due(d.today()) {
			continue
		}
		r, err := d.count(ctx, t, dir, progress)
		if err != nil {
			return kept, err
		}
		ok, err := d.Store.Keep(ctx, p, r, d.entry(p.By(), "counted", detail(t.Model, t.Version, t.Until)))
		if err != nil {
			return kept, err
		}
		if ok {
			kept = append(kept, *r)
		}
	}
	return kept, nil
}

func (d *Desk) count(ctx context.Context, t *Trial, dir string, progress func(done, total int64)) (*Run, error) {
	candidate, _, _, err := d.Versions.Version(ctx, t.Model, t.Version)
	if err != nil {
		return nil, err
	}
	current, err := d.Ratings.Book.Model(t.Model)
	if err != nil {
		return nil, err
	}
	runs, err := d.Store.Runs(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	if _, err := d.Snapshots.Renew(ctx, dir, nil); err != nil {
		return nil, err
	}
	open, err := d.Snapshots.Open(dir)
	if err != nil {
		return nil, err
	}
	defer open.Close() //nolint:errcheck // it was only read
	q, err := d.Compare(ctx, open, impact.Side{Model: candidate, AsOf: candidate.At(open.AsOf).AsOf}, impact.Side{Model: current, AsOf: current.At(open.AsOf).AsOf})
	if err != nil {
		return nil, err
	}
	if progress != nil {
		q.Progress = func(done, of int) { progress(int64(done), int64(of)) }
	}
	report, err := impact.Make(ctx, q)
	if err != nil {
		return nil, err
	}
	// What was made gone while everybody was counted may not count (C10).
	if _, err := d.Snapshots.Still(dir, open.Journal); err != nil {
		return nil, err
	}
	return &Run{
		Trial: t.ID, Day: open.AsOf, At: d.Now(), Against: current.Facts.Version, Snapshot: open.Digest, Ledger: open.Point.Ledger,
		Parts: partsOf(report, humansDue(runs, open.AsOf)),
	}, nil
}

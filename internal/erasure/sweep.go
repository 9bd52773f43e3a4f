package erasure

import (
	"context"

	"probity/internal/access"
	"probity/internal/charter/remedy"
	"probity/internal/fault"
	"probity/internal/store/erasures"
)

// Swept says what a sweep deleted.
type Swept struct {
	// Deleted counts by sort: lapsed records, records whose time is over, waiting rows, and so on.
	Deleted map[string]int64 `json:"deleted"`
	// Erased counts the files whose erasure had been held up and that nothing held up any more.
	Erased int `json:"erasures_done"`
	// Overdue counts what is left although its time is over; it is 0 unless something came in meanwhile.
	Overdue int64 `json:"overdue"`
}

// Counts are numbers by sort.
type Counts map[string]int64

// Total is their sum.
func (c Counts) Total() (n int64) {
	for _, v := range c {
		n += v
	}
	return n
}

// Overdue counts what is kept although its time is over, by sort. What has lapsed is shown to nobody even so: that is
// judged at every read.
func (d *Desk) Overdue(ctx context.Context) (Counts, error) {
	today := d.today()
	counts, err := erasures.In(d.Store).Overdue(ctx, today, before(today))
	return Counts(counts), err
}

// Sweep physically deletes everything whose time is over, in short commits, and completes the erasures that nothing holds
// up any more. It leaves nothing overdue, may be killed and run again, and changes nothing where nothing is due.
// progress is called with what is done so far and what there was to do; it may be nil.
func (d *Desk) Sweep(ctx context.Context, progress func(done, total int64)) (Swept, error) {
	out := Swept{Deleted: map[string]int64{}}
	due, err := d.Overdue(ctx)
	if err != nil {
		return out, err
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	var done int64
	today := d.today()
	keys, err := erasures.In(d.Store).Sweep(ctx, today, before(today), func(what string, n int64) {
		out.Deleted[what] += n
		done += n
		progress(min(done, due.Total()), due.Total())
	})
	if err != nil {
		return out, err
	}
	if err := d.Vault.Destroy(keys...); err != nil {
		return out, err
	}
	if out.Erased, err = d.complete(ctx); err != nil {
		return out, err
	}
	left, err := d.Overdue(ctx)
	out.Overdue = left.Total()
	return out, err
}

// complete erases the files whose erasure was asked for and that nothing holds up any more.
func (d *Desk) complete(ctx context.Context) (done int, err error) {
	waiting, err := erasures.In(d.Store).Waiting(ctx)
	if err != nil {
		return 0, err
	}
	for _, w := range waiting {
		sub, err := d.Store.Subject(ctx, w.Subject)
		if err != nil {
			return done, err
		}
		terms, err := d.terms(ctx, sub)
		if err != nil {
			return done, err
		}
		terms.Ground = remedy.ErasureGround(w.Ground)
		permit, err := remedy.PermitHeldErasure(terms)
		if err != nil {
			return done, err
		}
		if len(permit.Holds()) > 0 {
			continue
		}
		rep, err := d.carryOut(ctx, permit, access.Credential{})
		if err != nil {
			return done, err
		}
		if !rep.Done {
			return done, fault.New(fault.Internal, "erasure.held", "the file of %s was to be erased and is still held up", sub.ID)
		}
		done++
	}
	return done, nil
}

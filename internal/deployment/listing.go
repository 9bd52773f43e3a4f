package deployment

import (
	"context"
	"log/slog"
	"time"

	"probity/calendar"
	"probity/internal/clock"
	"probity/internal/listing"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/rating"
	"probity/internal/rights"
	"probity/internal/ruling/verdict"
	"probity/internal/store/listings"
	"probity/internal/store/orders"
	"probity/internal/subject"
)

// Lists is the desk of the listing procedure, with the lists that come with the program. Where the catalogue in use has
// not what they refer to, the fault says what.
func (d *Deployment) Lists() (*listing.Service, error) {
	set, err := d.criteria()
	if err != nil {
		return nil, err
	}
	return listing.New(listing.Parts{
		Catalogue: d.Catalogue, Lists: set, Clock: clock.BuiltIn(), Register: orders.In(d.Store), Book: listings.In(d.Store),
		Births: rights.Persons{Register: d.Store, Vault: d.Vault}, Desk: d.Access, Clerk: d.Clerk, Vault: d.Vault, Now: d.Now,
	}), nil
}

// entries are the lists as decisions look at them: read when one is asked about.
type entries struct{ d *Deployment }

// All are the entries on the subject.
func (e entries) All(ctx context.Context, id subject.ID) ([]entry.Entry, error) {
	s, err := e.d.Lists()
	if err != nil {
		return nil, err
	}
	return s.All(ctx, id)
}

// Criteria is the edition of the list in force on the day. It is asked about entries alone, which All has read.
func (e entries) Criteria(list string, on calendar.Day) *criteria.List {
	set, err := e.d.criteria()
	if err != nil {
		return nil
	}
	return set.List(list, on)
}

// Ends is what one sweep wrote down.
type Ends struct {
	Entries []entry.ID `json:"entries"`
	Orders  []order.ID `json:"orders"`
	// Escalated are orders on which an objection or a review was let lie, and which now stand before the next body above.
	Escalated []order.ID `json:"escalated"`
	// Reviews are rulings whose office let a review lie; the body above it was told.
	Reviews []verdict.ID `json:"reviews"`
	// Overdue are entries whose keeper let a request for removal lie.
	Overdue []entry.ID `json:"overdue"`
}

// SweepEnds writes down which entries on lists and which orders have come to their end, tells their subjects, and has
// everybody who was told of them acknowledge it; and brings what was let lie before the body above: objections to orders,
// reviews of orders and of rulings, requests for removal from a list. It may be run at any time; a day between two runs is enough.
func (d *Deployment) SweepEnds(ctx context.Context, ratings *rating.Desk) (Ends, error) {
	lists, err := d.Lists()
	if err != nil {
		return Ends{}, err
	}
	swept, err := lists.Sweep(ctx)
	if err != nil {
		return Ends{}, err
	}
	measures := d.Measures(ratings)
	over, err := measures.Sweep(ctx)
	if err != nil {
		return Ends{}, err
	}
	escalated, err := measures.Escalate(ctx)
	if err != nil {
		return Ends{}, err
	}
	reviews, err := d.Rulings().Escalate(ctx)
	return Ends{swept.Expired, over, escalated, reviews, swept.Overdue}, err
}

// betweenSweeps is how long a serving process waits from one sweep of ends to the next.
const betweenSweeps = time.Hour

// KeepEnds sweeps ends, at once and then every hour, until ctx ends. Where a sweep fails it says so in the log and tries
// again: nothing depends on it but that those concerned learn of the end.
func (d *Deployment) KeepEnds(ctx context.Context, ratings *rating.Desk, log *slog.Logger) {
	tick := time.NewTicker(betweenSweeps)
	defer tick.Stop()
	for {
		if _, err := d.SweepEnds(ctx, ratings); err != nil && ctx.Err() == nil {
			log.Error("ends of entries and orders could not be told; tried again in an hour", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

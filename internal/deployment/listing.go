package deployment

import (
	"context"

	"probity/calendar"
	"probity/internal/clock"
	"probity/internal/listing"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/rights"
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

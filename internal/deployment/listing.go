package deployment

import (
	"probity/internal/clock"
	"probity/internal/listing"
	"probity/internal/rights"
	"probity/internal/store/listings"
)

// Lists is the desk of the listing procedure, with the lists that come with the program.
func (d *Deployment) Lists() (*listing.Service, error) {
	set, err := listing.BuiltIn(d.Catalogue, clock.BuiltIn())
	if err != nil {
		return nil, err
	}
	return listing.New(listing.Parts{
		Catalogue: d.Catalogue, Lists: set, Clock: clock.BuiltIn(), Register: d.Store, Book: listings.In(d.Store),
		Births: rights.Persons{Register: d.Store, Vault: d.Vault}, Desk: d.Access, Clerk: d.Clerk, Vault: d.Vault, Now: d.Now,
	}), nil
}

package deployment

import (
	"probity/internal/clock"
	"probity/internal/ruling"
	"probity/internal/store/rulings"
)

// Rulings is the service at which officials decide about persons, and others review it.
func (d *Deployment) Rulings() *ruling.Service {
	return ruling.New(ruling.Parts{
		Book: rulings.In(d.Store), Vault: d.Vault, Desk: d.Access, Clerk: d.Clerk, Clocks: clock.BuiltIn(),
		Catalogue: d.Catalogue, Now: d.Now,
	})
}

package deployment

import (
	"context"

	"probity/internal/clock"
	"probity/internal/measure"
	"probity/internal/ruling"
	"probity/internal/store/orders"
	"probity/internal/store/rulings"
	"probity/internal/subject"
)

// Rulings is the service at which officials decide about persons, and others review it.
func (d *Deployment) Rulings() *ruling.Service {
	return ruling.New(ruling.Parts{
		Book: rulings.In(d.Store), Vault: d.Vault, Desk: d.Access, Clerk: d.Clerk, Clocks: clock.BuiltIn(),
		Catalogue: d.Catalogue, Bodies: d.bodies(), Now: d.Now,
	})
}

// bodies gives the unified codes of the body that a subject is or, for an office holder, serves.
func (d *Deployment) bodies() func(context.Context, subject.Subject) ([]string, error) {
	return measure.Houses{Book: orders.In(d.Store), Vault: d.Vault, Catalogue: d.Catalogue}.Of
}

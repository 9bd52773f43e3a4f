package deployment

import (
	"probity/internal/event"
	"probity/internal/event/outward"
	"probity/internal/rating"
	"probity/internal/store"
	"probity/internal/store/subscriptions"
)

// Events is the desk where agencies say of what they want to be told. inside are the networks inside the house that calls may
// lead to.
func (d *Deployment) Events(ratings *rating.Desk, inside outward.Networks) *event.Desk {
	return &event.Desk{
		Book: subscriptions.In(d.Store), Access: d.Access, Catalogue: d.Catalogue, Vault: d.Vault, Inside: inside,
		Demo: d.Store.Birth() == store.Demo, Now: d.Now,
		InForce: func(model string) bool {
			_, err := ratings.Book.Model(model)
			return err == nil
		},
	}
}

// Courier brings events to their subscribers by the carriers; origin is the address under which the platform is reached.
func (d *Deployment) Courier(desk *event.Desk, carriers map[string]event.Carrier, origin string) *event.Courier {
	return &event.Courier{Desk: desk, Carriers: carriers, Origin: origin}
}

package charter

import (
	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/notice"
)

// ExpiryTerms is the end of an order that nobody ended, about to be written down.
type ExpiryTerms struct {
	Order order.Order
	// Measure is the entry of the closed list that the order names, nil where the list no longer has one.
	Measure *catalogue.Measure
	Today   calendar.Day
}

// Expired permits the store to write down that one order came to its end by itself. Its zero value permits nothing.
type Expired struct {
	order *order.Order
	day   calendar.Day
}

// Order is the order whose end may be written down; nil in a zero Expired.
func (e Expired) Order() *order.Order { return e.order }

// Day is the first day on which it no longer held.
func (e Expired) Day() calendar.Day { return e.day }

// Needs is the notice of the end to whom the order restricted.
func (e Expired) Needs() []notice.Duty {
	if e.order == nil {
		return nil
	}
	return []notice.Duty{{Subject: e.order.Subject, Occasion: notice.OrderEnded, About: e.order.ID.String()}}
}

// PermitExpiry says that an order has come to its end: by its own end or review day, by the ceiling of its measure, or
// because the measure left the list. It restricts nobody from that day on, whether or not anybody writes it down; what is
// written down here is that its subject and everybody who was told of it now know.
func PermitExpiry(t ExpiryTerms) (Expired, error) {
	o := t.Order
	end := RestrictsUntil(&o, t.Measure)
	switch {
	case o.ID == 0:
		return Expired{}, fault.New(fault.Internal, "order.none", "there is no order to expire")
	case o.Ended != nil:
		return Expired{}, fault.New(fault.Conflict, "order.ended", "the order %s was %s", o.ID, o.Ended.Act)
	case t.Today < end:
		return Expired{}, Refuse("C4", "end of the order", "wait for it, or have its author lift the order", "the order %s holds until %s", o.ID, end)
	}
	return Expired{&o, end}, nil
}

// RestrictsUntil is the first day on which an order no longer restricts: by its own terms, by the ceiling of its measure,
// or because the measure leaves the list; at once where the list has no such measure.
func RestrictsUntil(o *order.Order, m *catalogue.Measure) calendar.Day {
	if m == nil {
		return o.Start
	}
	until := min(o.Until(), o.Start.Add(m.Ceiling))
	if m.To != calendar.None {
		until = min(until, m.To)
	}
	return until
}

package measure

import (
	"context"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/recall"
	"probity/internal/subject"
)

// Place is where an order stands.
type Place struct {
	Subject subject.ID
	Order   order.ID
}

func (p Place) order() order.ID { return p.Order }

// Sweep writes down which orders have come to their end by themselves, tells their subjects, and has everybody who was
// told of them acknowledge that they are lifted. It gives the orders whose end it wrote down. Nothing waits for it: an
// order that is over restricts nobody, swept or not. It may be run at any time, twice, and by several processes.
func (s *Service) Sweep(ctx context.Context) ([]order.ID, error) {
	today := s.today()
	var gone []string
	for i := range s.parts.Catalogue.Measures {
		if m := &s.parts.Catalogue.Measures[i]; m.To != calendar.None && m.To <= today {
			gone = append(gone, m.Code)
		}
	}
	return clock.Sweep(func(after order.ID, limit int) ([]Place, error) {
		return s.parts.Book.OverOrders(ctx, today, gone, after, limit)
	}, Place.order, func(p Place) (bool, error) { return s.expire(ctx, p) })
}

// expire writes down the end of one order; false where another did so first.
func (s *Service) expire(ctx context.Context, p Place) (bool, error) {
	sub, err := s.parts.Book.Subject(ctx, p.Subject)
	if err != nil {
		return false, err
	}
	o, err := s.order(ctx, sub.ID, p.Order)
	if err != nil {
		return false, err
	}
	m := s.parts.Catalogue.Measure(o.Measure)
	permit, err := charter.PermitExpiry(charter.ExpiryTerms{Order: o, Measure: m, Today: s.today()})
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	named := sub
	named.ID = o.Subject
	at := s.parts.Now()
	told, err := s.clerk.Write(named, ended(&o, &order.Ending{
		Act: "expired", Day: permit.Day(), Agency: o.Issuer, Document: o.Document, At: at, Reason: expiredBecause(&o, permit.Day()),
	}))
	if err != nil {
		return false, err
	}
	lift, err := s.lift(o.Subject, o.ID, recall.Expired)
	if err != nil {
		return false, err
	}
	line := s.line(charter.Actor{}, sub.ID, "expired "+o.ID.String(), o.Document)
	return s.parts.Book.ExpireOrder(ctx, permit, Leaves{Line: line, Notice: told, Lift: lift})
}

func expiredBecause(o *order.Order, day calendar.Day) string {
	switch day {
	case o.End:
		return "the order named this day as its end"
	case o.Review:
		return "the review day came and its author did not order anew"
	}
	return "the measure may run no longer by the closed list"
}

// lift is the demand to everybody who was told of the order on the subject that it names; the ground is "lifted", "annulled" or
// "expired".
func (s *Service) lift(id subject.ID, which order.ID, ground string) (recall.Demand, error) {
	due, err := recall.LiftBy(s.limits(), ground, s.today())
	return recall.Demand{
		Subject: id, Kind: recall.Lift, About: which.String(), Ground: ground, At: s.parts.Now(), Due: due,
	}, err
}

// limits is the table of time limits.
func (s *Service) limits() *clock.Table {
	if s.parts.Clock == nil {
		return clock.BuiltIn()
	}
	return s.parts.Clock
}

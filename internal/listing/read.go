package listing

import (
	"context"
	"slices"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// Request is a reading of the entries of one subject: by the subject itself, or by an official who states why.
type Request struct {
	As                   access.Credential
	Subject              subject.ID
	Purpose, Basis, Case string
}

// Show reads the entries on a subject with all their steps, those that have ended among them, once the reading is
// recorded. Of entries that have ended others than the subject see none: a lapsed entry is absent (Charter C10).
func (s *Service) Show(ctx context.Context, q Request) ([]entry.Entry, error) {
	what := access.File
	if q.As.Subject() != 0 {
		what = access.OwnFile
	}
	scope, err := s.parts.Desk.Open(ctx, access.Request{
		As: q.As, Subject: q.Subject, What: what, Part: access.Lists, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case,
	})
	if err != nil {
		return nil, err
	}
	return s.In(ctx, scope)
}

// In is Show for those who have opened a scope for the file.
func (s *Service) In(ctx context.Context, scope access.Scope) ([]entry.Entry, error) {
	id := scope.Subject().ID
	if err := scope.Require(id, access.File); err != nil {
		return nil, err
	}
	all, err := s.entries(ctx, id)
	if err != nil || scope.Own() {
		return all, err
	}
	standing, err := s.Standing(ctx, id)
	if err != nil {
		return nil, err
	}
	today := s.today()
	all = slices.DeleteFunc(all, func(e entry.Entry) bool {
		if e.Keeper == scope.Reader() {
			return e.StateOn(today) == entry.Removed
		}
		return !slices.ContainsFunc(standing, func(x entry.Entry) bool { return x.ID == e.ID })
	})
	about := make([]string, len(all))
	for i := range all {
		about[i] = all[i].ID.String()
	}
	return all, s.parts.Book.Tell(ctx, id, about, scope.Reader())
}

// Standing are the entries on the subject that may be used today, without their texts: published, not ended, not out of
// use, with a human being's court order still in force, and an honour only where no black list has the subject. A subject that
// was joined with another stands where that one does.
func (s *Service) Standing(ctx context.Context, id subject.ID) ([]entry.Entry, error) {
	sub, err := s.parts.Register.Subject(ctx, id)
	if err != nil {
		return nil, err
	}
	id = sub.ID
	stored, err := s.parts.Book.Entries(ctx, id)
	if err != nil {
		return nil, err
	}
	today := s.today()
	var standing []entry.Entry
	var orders *measure.OrdersOf
	for i := range stored {
		e := stored[i].Entry
		if !e.Stands(today, s.Criteria(e.List, e.Drafted)) {
			continue
		}
		if e.Order != 0 {
			if orders == nil {
				read, err := s.parts.Register.Orders(ctx, id)
				if err != nil {
					return nil, err
				}
				orders = &read
			}
			if !orderInForce(orders, e.Order, today) {
				continue
			}
		}
		standing = append(standing, e)
	}
	if slices.ContainsFunc(standing, func(e entry.Entry) bool { return e.Colour == criteria.Black }) {
		standing = slices.DeleteFunc(standing, func(e entry.Entry) bool { return e.Colour == criteria.Red })
	}
	return standing, nil
}

func orderInForce(all *measure.OrdersOf, id order.ID, on calendar.Day) bool {
	return slices.ContainsFunc(all.Orders, func(o measure.StoredOrder) bool {
		return o.Order.ID == id && o.Order.State(on) == order.InForce
	})
}

// All are the entries on a subject as they are kept, without texts, for the standing row: what will stand or fall by the
// mere passing of days is among them.
func (s *Service) All(ctx context.Context, id subject.ID) ([]entry.Entry, error) {
	stored, err := s.parts.Book.Entries(ctx, id)
	if err != nil {
		return nil, err
	}
	all := make([]entry.Entry, 0, len(stored))
	for i := range stored {
		all = append(all, stored[i].Entry)
	}
	return all, nil
}

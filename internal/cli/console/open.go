package console

// This is where commands get at the database in use. A command asks for what it needs; what that needs is opened with it,
// and all is closed when the command ends. The rooms themselves are put together by package deployment.

import (
	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/clock"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/listing"
	"probity/internal/measure"
	"probity/internal/rating"
	"probity/internal/store"
)

// Today is the civil day of the command.
func (s *Session) Today() calendar.Day { return calendar.In(s.Process.Now(), calendar.Shanghai) }

// Room opens the database in use with everything that belongs to it, once.
func (s *Session) Room() (*deployment.Deployment, error) {
	if s.Opened != nil {
		return s.Opened, nil
	}
	d, err := deployment.Open(s.Ctx, s.Flags.DB, deployment.Options{Now: s.Process.Now})
	if err != nil {
		return nil, err
	}
	s.Opened = d
	s.closers = append(s.closers, d.Close)
	return d, nil
}

// rulebookAuthor is who registered the built-in models.
const rulebookAuthor = "probity/rulebook"

// Create makes the database in use, with the built-in models in force.
func (s *Session) Create(birth store.Birth, founder access.Grant) (*deployment.Deployment, error) {
	d, err := deployment.Create(s.Ctx, s.Flags.DB, birth, founder, deployment.Options{Now: s.Process.Now})
	if err != nil {
		return nil, err
	}
	s.Opened = d
	s.closers = append(s.closers, d.Close)
	return d, d.AddRulebook(s.Ctx, rulebookAuthor, founder.Agency+"/"+founder.Official)
}

// CatalogueInUse is the catalogue of the database in use, or the built-in one where there is no database yet.
func (s *Session) CatalogueInUse() (*catalogue.Catalogue, error) {
	r, err := s.Room()
	if fault.Is(err, fault.NotFound) {
		return catalogue.BuiltIn(), nil
	}
	if err != nil {
		return nil, err
	}
	return r.Catalogue, nil
}

// Intake is the desk where files come in; whoever they touch is rated again.
func (s *Session) Intake() (*intake.Desk, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	return s.Opened.Intake(ratings), nil
}

// Supplier permits the credential in use to act for the agency as a supplier; "" is its own.
func (s *Session) Supplier(agency string) (charter.DeliveryPermit, error) {
	by, err := s.Acting()
	if err != nil {
		return charter.DeliveryPermit{}, err
	}
	return s.Opened.Access.Delivery(s.Ctx, by, agency)
}

// Ratings is the desk that rates and explains, with the models in force.
func (s *Session) Ratings() (*rating.Desk, error) {
	r, err := s.Room()
	if err != nil {
		return nil, err
	}
	return r.Ratings(s.Ctx)
}

// Measures is the service that decides and keeps orders.
func (s *Session) Measures() (*measure.Service, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	return s.Opened.Measures(ratings), nil
}

// Lists is the desk of the listing procedure.
func (s *Session) Lists() (*listing.Service, error) {
	r, err := s.Room()
	if err != nil {
		return nil, err
	}
	return r.Lists()
}

// SweepEnds tells everybody concerned which entries on lists and which orders have come to their end.
func (s *Session) SweepEnds() (deployment.Ends, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return deployment.Ends{}, err
	}
	return s.Opened.SweepEnds(s.Ctx, ratings)
}

// Limits is the table of time limits.
func (s *Session) Limits() *clock.Table { return clock.BuiltIn() }

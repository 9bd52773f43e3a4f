package cli

// This is where commands get at the database in use. A command asks for what it needs; what that needs is opened with it,
// and all is closed when the command ends. The rooms themselves are put together by package deployment.

import (
	"errors"
	"os"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/catalogue"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/measure"
	"probity/internal/rating"
	"probity/internal/store"
)

// today is the civil day of the command.
func (s *session) today() calendar.Day { return calendar.In(s.process.Now(), calendar.Shanghai) }

// room opens the database in use with everything that belongs to it, once.
func (s *session) room() (*deployment.Deployment, error) {
	if s.opened != nil {
		return s.opened, nil
	}
	d, err := deployment.Open(s.ctx, s.flags.DB, deployment.Options{Now: s.process.Now})
	if err != nil {
		return nil, err
	}
	s.opened = d
	s.closers = append(s.closers, d.Close)
	return d, nil
}

// rulebookAuthor is who registered the built-in models.
const rulebookAuthor = "probity/rulebook"

// create makes the database in use, with the built-in models in force.
func (s *session) create(birth store.Birth, founder access.Grant) (*deployment.Deployment, error) {
	d, err := deployment.Create(s.ctx, s.flags.DB, birth, founder, deployment.Options{Now: s.process.Now})
	if err != nil {
		return nil, err
	}
	s.opened = d
	s.closers = append(s.closers, d.Close)
	return d, d.AddRulebook(s.ctx, rulebookAuthor, founder.Agency+"/"+founder.Official)
}

// catalogueInUse is the catalogue of the database in use, or the built-in one where there is no database yet.
func (s *session) catalogueInUse() (*catalogue.Catalogue, error) {
	r, err := s.room()
	if fault.Is(err, fault.NotFound) {
		return catalogue.BuiltIn(), nil
	}
	if err != nil {
		return nil, err
	}
	return r.Catalogue, nil
}

// intake is the desk where files come in; whoever they touch is rated again.
func (s *session) intake() (*intake.Desk, error) {
	ratings, err := s.ratings()
	if err != nil {
		return nil, err
	}
	return s.opened.Intake(ratings), nil
}

// ratings is the desk that rates and explains, with the models in force.
func (s *session) ratings() (*rating.Desk, error) {
	r, err := s.room()
	if err != nil {
		return nil, err
	}
	return r.Ratings(s.ctx)
}

// measures is the service that decides and keeps orders.
func (s *session) measures() (*measure.Service, error) {
	ratings, err := s.ratings()
	if err != nil {
		return nil, err
	}
	return s.opened.Measures(ratings), nil
}

// walletNames are the names of the credentials whose secrets are on this machine.
func walletNames(w access.Wallet) ([]string, error) {
	entries, err := os.ReadDir(w.Dir())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(w.Dir(), err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && e.Name() != "default" {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

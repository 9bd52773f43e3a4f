package ruling

import (
	"context"

	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/recall"
	"probity/internal/ruling/verdict"
)

// Escalate brings reviews that an office did not answer in time before the body above it: that body is told, and the
// person, once; where that body may not judge whom it is on (C13), an independent court. An official of either may answer then;
// the first ruling stays in effect meanwhile. Above an office that answers to nobody there is nobody to tell, and the review
// stays overdue. It gives the rulings; it may be run at any time,
// twice, and by several processes.
func (s *Service) Escalate(ctx context.Context) ([]verdict.ID, error) {
	return clock.Sweep(func(after verdict.ID, limit int) ([]Place, error) {
		return s.parts.Book.OverdueReviews(ctx, s.today(), after, limit)
	}, func(p Place) verdict.ID { return p.Ruling }, func(p Place) (bool, error) { return s.escalate(ctx, p) })
}

// escalate tells the body above of one review; false where it was told before, or where there is none.
func (s *Service) escalate(ctx context.Context, p Place) (bool, error) {
	sub, err := s.parts.Book.Subject(ctx, p.Subject)
	if err != nil {
		return false, err
	}
	r, err := s.find(ctx, p.Subject, p.Ruling)
	if err != nil {
		return false, err
	}
	bodies, err := s.parts.Bodies(ctx, sub)
	if err != nil {
		return false, err
	}
	body := remedy.BodyOfAppeal(s.parts.Catalogue, r.Agency, 1, bodies)
	if body == "" || r.Review == nil {
		return false, nil
	}
	due, err := s.parts.Clocks.Due(clock.RulingReview, s.today(), clock.China)
	if err != nil {
		return false, err
	}
	named, at := sub, s.parts.Now()
	named.ID = r.Subject
	told, err := s.parts.Clerk.Write(named, reviewNotice(&r, at, "escalated", due.Day))
	if err != nil {
		return false, err
	}
	return s.parts.Book.DemandOnce(ctx, recall.Demand{
		Subject: r.Subject, Kind: recall.Decide, About: r.ID.String(), Ground: "escalated", At: at, Due: due.Day, Recipients: []string{body},
	}, s.line(&r, at, charter.Actor{}, "escalated "), told)
}

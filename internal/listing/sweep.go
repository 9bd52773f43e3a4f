package listing

import (
	"context"

	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/listing/entry"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/subject"
)

// Swept is what one sweep wrote down.
type Swept struct {
	// Expired are the entries whose end had come: their subjects and everybody who was told of them now know.
	Expired []entry.ID `json:"expired"`
	// Overdue are requests for removal that their keepers let lie, and of which the bodies above them were told.
	Overdue []entry.ID `json:"overdue"`
}

// Sweep writes down which entries have come to their end, tells their subjects, and has everybody who was told of them
// acknowledge that they are gone. Nothing waits for it: an entry that has ended is out of every answer already. It may be
// run at any time, twice, and by several processes; what one has written another leaves.
func (s *Service) Sweep(ctx context.Context) (Swept, error) {
	today := s.today()
	var swept Swept
	var err error
	swept.Expired, err = clock.Sweep(func(after entry.ID, limit int) ([]Place, error) {
		return s.parts.Book.Ended(ctx, today, after, limit)
	}, Place.entry, func(p Place) (bool, error) { return s.expire(ctx, p) })
	if err != nil {
		return swept, err
	}
	swept.Overdue, err = clock.Sweep(func(after entry.ID, limit int) ([]Place, error) {
		return s.parts.Book.Overdue(ctx, today, after, limit)
	}, Place.entry, func(p Place) (bool, error) { return s.overdue(ctx, p) })
	return swept, err
}

func (p Place) entry() entry.ID { return p.Entry }

// overdue brings one request for removal that was let lie before the body above the keeper, once; false where it has been
// decided meanwhile.
func (s *Service) overdue(ctx context.Context, p Place) (bool, error) {
	sub, err := s.parts.Register.Subject(ctx, p.Subject)
	if err != nil {
		return false, err
	}
	e, err := s.entry(ctx, sub.ID, p.Entry)
	if err != nil || !e.Overdue(s.today()) {
		return false, err
	}
	return true, s.escalate(ctx, sub, &e)
}

// escalate tells the body above the keeper, and the subject, that a request for removal was let lie; once, and not at all
// where nobody stands above the keeper.
func (s *Service) escalate(ctx context.Context, sub subject.Subject, e *entry.Entry) error {
	bodies, err := s.parts.Register.Bodies(ctx, sub.ID)
	if err != nil {
		return err
	}
	body, l := remedy.BodyOfAppeal(s.parts.Catalogue, e.Keeper, 1, bodies), s.Criteria(e.List, e.Drafted)
	if body == "" || l == nil {
		return nil
	}
	at, due := s.parts.Now().UTC(), s.parts.Clock.Count(l.Cause(e.Last(entry.Request).Cause).Within, s.today(), clock.Handler, clock.China).Day
	n := head(e, l, "escalated")
	n.At, n.By, n.Facts = at, e.Keeper, append(n.Facts, notice.Fact{Name: "due", Value: due.String()})
	told, err := s.parts.Clerk.Write(named(sub, e), n)
	if err != nil {
		return err
	}
	_, err = s.parts.Book.DemandOnce(ctx, recall.Demand{
		Subject: e.Subject, Kind: recall.Decide, About: e.ID.String(), Ground: "escalated", At: at, Due: due, Recipients: []string{body},
	}, &ledger.Entry{Subject: sub.ID, At: at, Act: ledger.Listing, What: "listing", Detail: "escalated " + e.ID.String()}, told)
	return err
}

// expire writes down the end of one entry; false where another did so first.
func (s *Service) expire(ctx context.Context, p Place) (bool, error) {
	sub, err := s.parts.Register.Subject(ctx, p.Subject)
	if err != nil {
		return false, err
	}
	e, err := s.entry(ctx, sub.ID, p.Entry)
	if err != nil {
		return false, err
	}
	_, err = s.take(ctx, charter.Actor{}, sub, e, entry.Step{Act: entry.Expire})
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}

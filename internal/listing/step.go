package listing

import (
	"context"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/charter/lists"
	"probity/internal/fault"
	"probity/internal/ledger"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/recall"
	"probity/internal/subject"
)

// Draft drafts an entry under the permit of the Charter (C4, C13) and gives it back with its id. Of e the subject, list,
// ground, facts, tier, measures and order are taken, all else is set here; keeper is the agency of the credential. first
// states the document and the reasons; its law is that of the ground where it names none. A refused attempt leaves a line
// in the subject's ledger, as every refused step does.
func (s *Service) Draft(ctx context.Context, as access.Credential, e entry.Entry, first entry.Step) (entry.Entry, error) {
	by := as.Actor()
	if err := as.As(role.Authority); err != nil {
		return e, err
	}
	sub, err := s.parts.Register.Subject(ctx, e.Subject)
	if err != nil {
		return e, err
	}
	e.ID, e.Subject, e.Keeper, e.Steps, e.Drafted = s.parts.Book.NewID(), sub.ID, by.Agency, nil, s.today()
	first.Act = entry.ToDraft
	l := s.parts.Lists.List(e.List, e.Drafted)
	if l != nil {
		e.Colour = l.Colour
		if g := l.Ground(e.Ground); g != nil && first.Basis == (order.Basis{}) {
			first.Basis.Law, first.Basis.Article = g.Basis.Parts()
		}
	}
	return s.take(ctx, by, sub, e, first)
}

// Step takes a step on an entry of the subject under the permit of the Charter and gives the entry back as it then
// stands. Act, Document, Reasons, Day, Basis, Cause, Until (of a respite), End (of a decision) and Excluded are the
// caller's; Day is today where it is the zero Day, the law that of the list where a keeper's step names none.
func (s *Service) Step(ctx context.Context, as access.Credential, id subject.ID, which entry.ID, step entry.Step) (entry.Entry, error) {
	as, err := as.For(mandate.Contest)
	if err != nil {
		return entry.Entry{}, err
	}
	if err := as.As(role.Authority); err != nil {
		return entry.Entry{}, err
	}
	sub, err := s.parts.Register.Subject(ctx, id)
	if err != nil {
		return entry.Entry{}, err
	}
	e, err := s.entry(ctx, sub.ID, which)
	if err != nil {
		return e, err
	}
	by := as.Actor()
	if by.Subject != 0 {
		own, err := s.parts.Register.Subject(ctx, by.Subject) // it may have been merged since the credential was issued
		if err != nil {
			return e, err
		}
		by.Subject = own.ID
	}
	l := s.parts.Lists.List(e.List, e.Drafted)
	if l != nil && by.Agency == e.Keeper && step.Basis == (order.Basis{}) {
		step.Basis.Law, step.Basis.Article = l.Basis.Parts()
	}
	return s.take(ctx, by, sub, e, step)
}

func (s *Service) entry(ctx context.Context, id subject.ID, which entry.ID) (entry.Entry, error) {
	all, err := s.entries(ctx, id)
	if err != nil {
		return entry.Entry{}, err
	}
	if i := slices.IndexFunc(all, func(e entry.Entry) bool { return e.ID == which }); i >= 0 {
		return all[i], nil
	}
	return entry.Entry{}, fault.New(fault.NotFound, "listing.none", "subject %s has no entry %q on a list", id, which).
		With("see its entries with: probity list show")
}

// take asks for the permit and writes the step with everything that goes with it.
func (s *Service) take(ctx context.Context, by charter.Actor, sub subject.Subject, e entry.Entry, step entry.Step) (entry.Entry, error) {
	step.At, step.Agency, step.Official = s.parts.Now().UTC().Truncate(time.Microsecond), by.Agency, by.Official
	if step.Day == 0 {
		step.Day = s.today()
	}
	terms, err := s.terms(ctx, by, sub, e, step)
	if err != nil {
		return e, err
	}
	permit, err := lists.PermitListing(terms)
	if err != nil {
		return e, s.attempted(ctx, sub.ID, by, e.ID.String(), err)
	}
	step = permit.Step()
	var texts Texts
	if len(e.Steps) == 0 {
		if texts.Entry, err = s.seal(sub, e.Subject, entryPlace, particulars{Facts: e.Facts}); err != nil {
			return e, err
		}
	}
	texts.Step, err = s.seal(sub, e.Subject, stepPlace, particulars{Document: step.Document.Number, Reasons: step.Reasons, Excluded: step.Excluded})
	if err != nil {
		return e, err
	}
	leaves, err := s.leaves(sub, &e, &step, terms.List)
	if err != nil {
		return e, err
	}
	leaves.Line.Detail += by.Through()
	if err := s.parts.Book.Take(ctx, permit, texts, leaves); err != nil {
		return e, err
	}
	e.Steps = append(slices.Clone(e.Steps), step)
	return e, nil
}

// terms gathers what the Charter judges the step by.
func (s *Service) terms(ctx context.Context, by charter.Actor, sub subject.Subject, e entry.Entry, step entry.Step) (lists.ListingTerms, error) {
	t := lists.ListingTerms{
		Entry: e, Step: step, List: s.parts.Lists.List(e.List, e.Drafted), Subject: sub, Born: calendar.None, By: by,
		Catalogue: s.parts.Catalogue, Clock: s.parts.Clock, Today: s.today(),
	}
	if t.List == nil && step.Act != entry.ToDraft {
		return t, fault.New(fault.Unavailable, "listing.criteria", "the criteria of %s of %s are not in this program", e.List, e.Drafted).
			With("use a version of the program that has them")
	}
	var err error
	if t.Bodies, err = s.parts.Register.Bodies(ctx, sub.ID); err != nil {
		return t, err
	}
	if sub.Natural() {
		if err := s.human(ctx, &t); err != nil {
			return t, err
		}
	}
	if e.Colour == criteria.Red {
		standing, err := s.Standing(ctx, sub.ID)
		if err != nil {
			return t, err
		}
		for i := range standing {
			if standing[i].Colour == criteria.Black {
				t.Blacklists = append(t.Blacklists, standing[i].List)
			}
		}
	}
	return t, nil
}

// human adds what is looked at for human beings alone.
func (s *Service) human(ctx context.Context, t *lists.ListingTerms) error {
	stored, err := s.parts.Register.Orders(ctx, t.Subject.ID)
	if err != nil {
		return err
	}
	for i := range stored.Orders {
		t.Orders = append(t.Orders, stored.Orders[i].Order)
	}
	born, err := s.parts.Births.Born(ctx, []subject.ID{t.Subject.ID})
	if day, known := born[t.Subject.ID]; err == nil && known {
		t.Born = day
	}
	return err
}

// leaves is what the step leaves behind: the line in the ledger, the notice, and for a step that takes an entry down the
// demand to everybody who was told of it.
func (s *Service) leaves(sub subject.Subject, e *entry.Entry, step *entry.Step, l *criteria.List) (Leaves, error) {
	x := Leaves{Line: &ledger.Entry{
		Subject: sub.ID, At: step.At, Act: ledger.Listing, What: "listing", Detail: string(step.Act),
		Reader: step.Agency, Official: step.Official, Commitment: step.Document.Digest,
	}}
	var err error
	if x.Notice, err = s.parts.Clerk.Write(named(sub, e), tell(e, step, l)); err != nil {
		return x, err
	}
	if ground := liftGround(e, step); ground != "" {
		due, err := recall.LiftBy(s.parts.Clock, ground, s.today())
		if err != nil {
			return x, err
		}
		x.Lift = &recall.Demand{
			Subject: e.Subject, Kind: recall.Lift, About: e.ID.String(), Ground: ground, At: step.At, Due: due,
		}
	}
	return x, nil
}

// liftGround is why recipients are told, "" for a step that takes nothing down that anybody could have been told of.
func liftGround(e *entry.Entry, step *entry.Step) string {
	if e.Last(entry.Publish) == nil {
		return ""
	}
	switch step.Act {
	case entry.Accept:
		return recall.Repaired
	case entry.Revoke:
		return recall.Lifted
	case entry.Annul:
		return recall.Annulled
	case entry.Expire:
		return recall.Expired
	case entry.ToDraft, entry.Notify, entry.Object, entry.AskToHear, entry.Hear, entry.Answer, entry.Grace, entry.Decide,
		entry.Approve, entry.Drop, entry.Publish, entry.Request, entry.Refuse:
	}
	return ""
}

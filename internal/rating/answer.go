package rating

import (
	"context"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/consent"
	"probity/internal/fault"
	"probity/internal/record"
	"probity/internal/subject"
)

// Moment is the day and the state of knowledge a rating is asked for. The zero Moment is now.
type Moment struct {
	// AsOf is the day whose state of affairs is rated, 0 for today.
	AsOf calendar.Day
	// KnownAt bounds what we knew: publications after it do not exist. The zero time is now.
	KnownAt time.Time
}

// Explained is a rating with all it was made of, as the Charter lets it be answered (C8).
type Explained struct {
	Model *Model
	// Rating is without explanation, View the whole as it is answered.
	Rating Rating
	View   View
	// Permit is the Charter's for this very answer.
	Permit charter.Explained
}

// Explain rates the scope's subject for the moment and explains every point. The current rating is kept as it was
// computed; a past one is computed for the answer alone. What may be seen is judged today, whatever the moment.
func (d *Desk) Explain(ctx context.Context, scope access.Scope, model string, when Moment) (*Explained, error) {
	sub := scope.Subject()
	if err := scope.RequireRating(sub.ID, access.Explanation, model); err != nil {
		return nil, err
	}
	m, err := d.Book.Model(model)
	if err != nil {
		return nil, err
	}
	if when == (Moment{}) {
		// Reading past a rating's last good day computes and keeps it first.
		if _, err := d.CurrentFor(ctx, scope, model); err != nil {
			return nil, err
		}
	}
	permit, err := d.permit(ctx, m, sub, scope.Consent())
	if err != nil {
		return nil, err
	}
	out, err := d.explain(ctx, m, sub, permit, when)
	if err != nil || d.Statements == nil {
		return out, err
	}
	said, err := d.Statements.Statements(ctx, scope, out.View.evidence())
	out.View.Statements = append(out.View.Statements, said...)
	return out, err
}

// Grounds shows how a rating came about, for whoever must tell the subject itself why: it answers no reader, who passes the
// desk of package access and asks Explain. What may be seen is judged today, whatever the moment.
func (d *Desk) Grounds(ctx context.Context, id subject.ID, model string, when Moment) (View, error) {
	return d.grounds(ctx, id, model, when, 0)
}

// GroundsFor is Grounds now, for what is decided under the scope.
func (d *Desk) GroundsFor(ctx context.Context, scope access.Scope, model string) (View, error) {
	return d.grounds(ctx, scope.Subject().ID, model, Moment{}, scope.Consent())
}

func (d *Desk) grounds(ctx context.Context, id subject.ID, model string, when Moment, use consent.ID) (View, error) {
	m, err := d.Book.Model(model)
	if err != nil {
		return View{}, err
	}
	sub, err := d.Store.Subject(ctx, id)
	if err != nil {
		return View{}, err
	}
	permit, err := d.permit(ctx, m, sub, use)
	if err != nil {
		return View{}, err
	}
	x, err := d.explain(ctx, m, sub, permit, when)
	if err != nil {
		return View{}, err
	}
	return x.View, nil
}

// Without explains the scope's subject by a model as it would be today if some records were not there: what a repair would
// change. It is computed for the answer alone and kept nowhere.
func (d *Desk) Without(ctx context.Context, scope access.Scope, model string, left ...record.ID) (*Explained, error) {
	sub := scope.Subject()
	if err := scope.RequireRating(sub.ID, access.Explanation, model); err != nil {
		return nil, err
	}
	m, err := d.Book.Model(model)
	if err != nil {
		return nil, err
	}
	permit, err := d.permit(ctx, m, sub, scope.Consent())
	if err != nil {
		return nil, err
	}
	return d.explain(ctx, m, sub, permit, Moment{}, left...)
}

// explain computes the rating of one subject with its explanation, as if the records left out were not there.
func (d *Desk) explain(ctx context.Context, m *Model, sub subject.Subject, permit charter.RatingPermit, when Moment, left ...record.ID) (*Explained, error) {
	at := m.At(d.today())
	if when.AsOf != 0 {
		at.AsOf = when.AsOf
	}
	knownAt := when.KnownAt
	if knownAt.IsZero() {
		knownAt = d.Now()
	}
	b := batch{desk: d, today: at.Seen, asKnown: when.KnownAt, left: left}
	e, err := newEngine([]*Model{m})
	if err != nil {
		return nil, err
	}
	if err := b.fill(ctx, e, []permitted{{sub: sub, permits: []charter.RatingPermit{permit}}}); err != nil {
		return nil, err
	}
	r := m.Rating(e.evaluate(0, at), 0, &permit, at, knownAt)
	out := &Explained{Model: m, Rating: r, View: newView(m, sub, r, e.evaluators[0].Explain(0))}
	out.Permit, err = charter.PermitAnswer(out.View.terms())
	if err != nil {
		return nil, err
	}
	if r.Status == Rated {
		out.View.NextBand = e.evaluators[0].NextBand(0)
	}
	return out, nil
}

// Answer is the current rating for a reader. Third parties get of a human being's rating no more than the scope's level
// allows. It is explained before it is served: one whose parts do not add up is refused (C8), and where what is kept is not
// what comes out, what comes out is served.
func (d *Desk) Answer(ctx context.Context, scope access.Scope, model string) (Rating, error) {
	sub := scope.Subject()
	if err := scope.RequireRating(sub.ID, access.Rating, model); err != nil {
		return Rating{}, err
	}
	r, err := d.CurrentFor(ctx, scope, model)
	if err != nil {
		return Rating{}, err
	}
	m, err := d.Book.Model(model)
	if err != nil {
		return Rating{}, err
	}
	permit, err := d.permit(ctx, m, sub, scope.Consent())
	if err != nil {
		return Rating{}, err
	}
	x, err := d.explain(ctx, m, sub, permit, Moment{})
	if err != nil {
		return Rating{}, err
	}
	if !x.Rating.Same(&r) {
		r = x.Rating
	}
	return shown(r, scope), nil
}

// Past is what a model said of the scope's subject from when on, oldest first. About whoever is rated under its own consent
// it is answered to others under the same permit as what the model says now: while a consent holds that names all that the
// rating rests on (C1), and only by a model in force. What was computed before that consent was given rested on another one, and
// is left out. To the subject itself it is part of its file.
func (d *Desk) Past(ctx context.Context, scope access.Scope, model string) ([]Rating, error) {
	sub := scope.Subject()
	if err := scope.RequireRating(sub.ID, access.History, model); err != nil {
		return nil, err
	}
	var since time.Time
	if !scope.Own() && charter.NeedsConsent(sub) {
		m, err := d.Book.Model(model)
		if err != nil {
			return nil, err
		}
		if since, err = d.agreed(ctx, m, sub, scope.Consent()); err != nil {
			return nil, err
		}
	}
	all, err := d.Store.History(ctx, sub.ID, model)
	list := all[:0]
	for i := range all {
		if !all[i].KnownAt.Before(since) {
			list = append(list, shown(all[i], scope))
		}
	}
	return list, err
}

// agreed is when the consent was given beneath a read of what a model says of a subject; under that consent, or another that
// holds, the model must say it now.
func (d *Desk) agreed(ctx context.Context, m *Model, sub subject.Subject, use consent.ID) (time.Time, error) {
	people, err := d.people(ctx, []subject.Subject{sub})
	if err != nil {
		return time.Time{}, err
	}
	people.use = use
	permit, err := people.permit(m, sub, d.today())
	if err != nil {
		return time.Time{}, err
	}
	if use == 0 {
		use = permit.Consent()
	}
	list := people.consents[sub.ID]
	i := slices.IndexFunc(list, func(c consent.Consent) bool { return c.ID == use })
	if i < 0 {
		return time.Time{}, fault.New(fault.Internal, "rating.consent", "the consent %s of subject %s is not among its consents", use, sub.ID)
	}
	return list[i].Given, nil
}

// shown is as much of a rating as the scope's level lets its reader see: where that is a band, whether the subject is
// rated and in which band, and neither score nor reasons.
func shown(r Rating, scope access.Scope) Rating {
	if scope.Level() != charter.FullAnswer {
		r.Score, r.Gate, r.WhyNot = 0, "", nil
	}
	return r
}

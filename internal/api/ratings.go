package api

import (
	"context"
	"net/http"
	"time"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/rating"
)

// OfModel is a reading of what one model says of a subject.
type OfModel struct {
	Whom
	Model string `path:"model" minLength:"1" maxLength:"100" doc:"The code of a model in force." example:"enterprise-credit"`
	Reading
}

type ratingInput struct {
	OfModel
	AsOf    string `query:"as_of" maxLength:"10" doc:"The day whose state of affairs is rated; today where it is not given." example:"2026-03-31"`
	KnownAt string `query:"known_at" maxLength:"40" doc:"Leave out what was published after this moment: a day (to its end, in China) or a time." example:"2026-03-01T12:00:00Z"`
}

func (a *API) ratingRoutes() {
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/ratings/{model}", id: "explain-rating", tag: "ratings", summary: "What a model says of a subject, with every point explained",
		about: "Base, points and adjustments are the score, exactly; each point has the records behind it. Not rated is an answer too. A person's rating is for that person; others are told its band, under the person's consent: see the band.",
	}, a.explain)
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/ratings/{model}/band", id: "get-band", tag: "ratings", summary: "The band alone",
		about: "As much of a rating as others than a person itself are told of that person.",
	}, a.band)
	read(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/ratings/{model}/history", id: "list-ratings", tag: "ratings", summary: "What a model said over time, oldest first",
	}, a.history)
}

// moment reads the two parameters that ask about another time.
func (in *ratingInput) moment() (when rating.Moment, err error) {
	if in.AsOf != "" {
		if when.AsOf, err = calendar.Parse(in.AsOf); err != nil {
			return when, fault.New(fault.Invalid, "api.day", "%q is no day", in.AsOf).At("query.as_of").With("write a day as 2026-03-31")
		}
	}
	if in.KnownAt == "" {
		return when, nil
	}
	if when.KnownAt, err = time.Parse(time.RFC3339, in.KnownAt); err == nil {
		return when, nil
	}
	d, err := calendar.Parse(in.KnownAt)
	if err != nil {
		return when, fault.New(fault.Invalid, "api.instant", "%q is neither a day nor a time", in.KnownAt).At("query.known_at").
			With("write 2026-03-01 or 2026-03-01T12:00:00Z")
	}
	when.KnownAt = (d + 1).Start(calendar.Shanghai).Add(-time.Microsecond) // to the end of that day
	return when, nil
}

// rated finds the model and opens the desk for what it says of the subject.
func (a *API) rated(ctx context.Context, in *OfModel, what access.What) (*rating.Desk, access.Scope, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, access.Scope{}, err
	}
	if _, err := s.ratings.Book.Model(in.Model); err != nil {
		return nil, access.Scope{}, err
	}
	scope, err := a.open(ctx, in.Whom, in.Reading, what, in.Model, "", "")
	return s.ratings, scope, err
}

func (a *API) explain(ctx context.Context, in *ratingInput) (*form.RatingAnswer, string, error) {
	when, err := in.moment()
	if err != nil {
		return nil, "", err
	}
	desk, scope, err := a.rated(ctx, &in.OfModel, access.Explanation)
	if err != nil {
		return nil, "", err
	}
	e, err := desk.Explain(ctx, scope, in.Model, when)
	if err != nil {
		return nil, "", err
	}
	return &form.RatingAnswer{View: e.View}, scope.Entry(), nil
}

func (a *API) band(ctx context.Context, in *OfModel) (*form.BandAnswer, string, error) {
	desk, scope, err := a.rated(ctx, in, access.Rating)
	if err != nil {
		return nil, "", err
	}
	r, err := desk.Answer(ctx, scope, in.Model)
	if err != nil {
		return nil, "", err
	}
	b := &form.BandAnswer{
		Subject: r.Subject, Kind: scope.Subject().Kind, Model: r.Model, Version: r.Version, AsOf: r.AsOf, KnownAt: r.KnownAt,
		Status: r.Status, Band: r.Band,
	}
	if r.GoodUntil != calendar.None {
		b.GoodUntil = &r.GoodUntil
	}
	return b, scope.Entry(), nil
}

func (a *API) history(ctx context.Context, in *OfModel) (*form.PastRatings, string, error) {
	desk, scope, err := a.rated(ctx, in, access.History)
	if err != nil {
		return nil, "", err
	}
	all, err := desk.Past(ctx, scope, in.Model)
	if err != nil {
		return nil, "", err
	}
	p := &form.PastRatings{Subject: scope.Subject().ID, Model: in.Model, History: []form.PastRating{}}
	for i := range all {
		p.History = append(p.History, form.PastOf(&all[i], scope.Level() == charter.FullAnswer))
	}
	return p, scope.Entry(), nil
}

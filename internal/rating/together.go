package rating

import (
	"cmp"
	"context"
	"slices"

	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/record"
	"probity/internal/subject"
)

// Said is what a model says of somebody, as far as the reader may see it.
type Said struct {
	Status Status `json:"status"`
	// Score is not told of a human being to others; nil then, and where nobody was rated.
	Score *int64 `json:"score,omitempty"`
	Band  string `json:"band,omitempty"`
}

// Joint is what a model says of two subjects today, and what it would say if they were one.
type Joint struct {
	Model    string `json:"model"`
	One      Said   `json:"one"`
	Other    Said   `json:"other"`
	Together Said   `json:"together"`
}

// Together is what a model says of the subjects of two scopes, and what it would say today of one subject with the records of
// both. Each scope is for the explanation of its subject by the model, so that both readings are recorded and a human being is
// rated under that one's own consent, for that reader and purpose. It is computed for the answer alone and kept nowhere.
func (d *Desk) Together(ctx context.Context, one, other access.Scope, model string) (Joint, error) {
	for _, scope := range []access.Scope{one, other} {
		if err := scope.RequireRating(scope.Subject().ID, access.Explanation, model); err != nil {
			return Joint{}, err
		}
	}
	m, err := d.Book.Model(model)
	if err != nil {
		return Joint{}, err
	}
	j := Joint{Model: m.Facts.Code}
	var permits []charter.RatingPermit
	for _, side := range []struct {
		scope access.Scope
		said  *Said
	}{{one, &j.One}, {other, &j.Other}} {
		sub := side.scope.Subject()
		permit, err := d.permit(ctx, m, sub, side.scope.Consent())
		if err != nil {
			return Joint{}, err
		}
		x, err := d.explain(ctx, m, sub, permit, Moment{})
		if err != nil {
			return Joint{}, err
		}
		*side.said = said(x.Rating, side.scope)
		permits = append(permits, permit)
	}
	r, err := d.together(ctx, m, one.Subject(), permits)
	if err != nil {
		return Joint{}, err
	}
	j.Together = said(r, one)
	return j, nil
}

// said is a rating as far as the scope's reader may see it.
func said(r Rating, scope access.Scope) Said {
	s := Said{Status: r.Status, Band: r.Band}
	if scope.Level() == charter.FullAnswer && r.Status == Rated {
		score := r.Score
		s.Score = &score
	}
	return s
}

// together is the rating of the subject with the records of all the permits' subjects, in the order in which one subject's
// records are always read.
func (d *Desk) together(ctx context.Context, m *Model, as subject.Subject, permits []charter.RatingPermit) (Rating, error) {
	e, err := newEngine([]*Model{m})
	if err != nil {
		return Rating{}, err
	}
	sorted := slices.SortedFunc(slices.Values(permits), func(a, b charter.RatingPermit) int { return cmp.Compare(a.Subject().ID, b.Subject().ID) })
	today := d.today()
	var all []record.Version
	err = d.Store.Inputs(ctx, sorted, d.Now(), d.Datasets, func(v *record.Version) error {
		if charter.Visible(v, today) {
			one := *v
			one.Payload = slices.Clone(v.Payload)
			all = append(all, one)
		}
		return nil
	})
	if err != nil {
		return Rating{}, err
	}
	slices.SortFunc(all, func(a, b record.Version) int { return cmp.Compare(a.Record, b.Record) })
	e.reset()
	e.begin(as.ID)
	for i := range all {
		if err := e.add(&all[i], charter.OutOfUse(&all[i])); err != nil {
			return Rating{}, err
		}
	}
	at := m.At(today)
	r := m.Rating(e.evaluate(0, at), 0, &permits[0], at, d.Now())
	view := newView(m, as, r, e.evaluators[0].Explain(0))
	_, err = charter.PermitAnswer(view.terms())
	return r, err
}

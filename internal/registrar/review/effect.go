package review

import (
	"context"

	"probity/internal/access"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// Effect is what joining two subjects would do to what the models say of them.
type Effect struct {
	Pair   candidate.Pair `json:"candidate"`
	Models []rating.Joint `json:"models"`
	// NotShown are the models of which nothing may be said of a human being to this reader, each with the reason.
	NotShown []NotShown `json:"not_shown"`
}

// NotShown is a model of which nothing may be said.
type NotShown struct {
	Model string `json:"model"`
	Why   string `json:"why"`
}

// Effect says, before anything is done, what each model says of either subject of a pair today, and what it would say of one with
// the records of both. It is computed for the answer and kept nowhere. Both explanations are readings for the purpose that is
// asked for, and recorded; a human being is rated under that one's own consent, and where it does not reach, that is said.
func (d *Desk) Effect(ctx context.Context, ratings *rating.Desk, ask access.Request, pair candidate.Pair) (*Effect, error) {
	sub, err := d.Register.Subject(ctx, pair.One)
	if err != nil {
		return nil, err
	}
	e := &Effect{Pair: pair, Models: []rating.Joint{}, NotShown: []NotShown{}}
	for _, m := range ratings.Book.For(sub.Kind) {
		j, err := d.joint(ctx, ratings, ask, pair, m.Facts.Code)
		switch {
		case err == nil:
			e.Models = append(e.Models, j)
		case fault.Is(err, fault.Refused) && sub.Natural():
			e.NotShown = append(e.NotShown, NotShown{m.Facts.Code, err.Error()})
		default:
			return nil, err
		}
	}
	return e, nil
}

// joint is what one model says.
func (d *Desk) joint(ctx context.Context, ratings *rating.Desk, ask access.Request, pair candidate.Pair, model string) (rating.Joint, error) {
	var scopes [2]access.Scope
	for i, id := range []subject.ID{pair.One, pair.Other} {
		ask.Subject, ask.What, ask.Model = id, access.Explanation, model
		var err error
		if scopes[i], err = d.Access.Open(ctx, ask); err != nil {
			return rating.Joint{}, err
		}
	}
	return ratings.Together(ctx, scopes[0], scopes[1], model)
}

package api

import (
	"context"
	"net/http"

	"probity/internal/event"
	"probity/internal/fault"
)

// EventsAfter is a part of what a subscription tells, and where to go on.
type EventsAfter struct {
	Events []event.Envelope `json:"events"`
	Next   int64            `json:"next" doc:"The position behind which to go on; what lies up to there is yours."`
}

type eventsInput struct {
	Subscription string `query:"subscription" required:"true" maxLength:"14" doc:"The subscription, which asks: probity subscription add --pull."`
	After        int64  `query:"after" minimum:"0" default:"0" doc:"The last position that you have."`
	Limit        int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many."`
}

func (a *API) eventRoutes() {
	do(a, operation{
		method: http.MethodGet, path: "/v1/events", id: "list-events", tag: "events", summary: "Ask what has changed",
		about: "For a subscription that asks. Each event is a CloudEvent that names what has changed, and whose, and holds no value; each is recorded as a reading of its subject, for the purpose of the subscription, before the answer leaves. Events of one subject come in their order. What may not be told any more is left out.",
	}, a.eventsAfter)
}

func (a *API) eventsAfter(ctx context.Context, in *eventsInput) (EventsAfter, error) {
	id, ok := event.ParseID(in.Subscription)
	if !ok {
		return EventsAfter{}, fault.New(fault.Invalid, "event.subscription", "%q is no subscription", in.Subscription).At("query.subscription").
			With("name one as probity subscription list does: w and 13 characters")
	}
	s, err := a.desks.current(ctx)
	if err != nil {
		return EventsAfter{}, err
	}
	page, err := a.room.Events(s.ratings, nil).After(ctx, caller(ctx), id, in.After, in.Limit)
	if err != nil {
		return EventsAfter{}, err
	}
	out := EventsAfter{Events: make([]event.Envelope, len(page.Events)), Next: page.Next}
	for i := range page.Events {
		out.Events[i] = page.Events[i].Envelope(a.origin)
	}
	return out, nil
}

package api

import (
	"context"
	"net/http"
	"strings"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/api/form"
	"probity/internal/fault"
	"probity/internal/measure"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// Paper names the document that an act stands on.
type Paper struct {
	Number string `json:"number,omitempty" maxLength:"200" doc:"The number its author gave the document."`
	SHA256 string `json:"sha256,omitempty" maxLength:"64" doc:"The SHA-256 of the signed document."`
}

func (p Paper) document() (order.Document, error) {
	d := order.Document{Number: p.Number}
	if p.SHA256 == "" {
		return d, nil // the Charter says what is missing
	}
	var err error
	d.Digest, err = measure.ParseDigest(p.SHA256)
	return d, err
}

// NewOrder is an order as its author enters it.
type NewOrder struct {
	Measure  string       `json:"measure" minLength:"1" maxLength:"100" doc:"The restriction, from the closed list."`
	Law      string       `json:"law" maxLength:"300" doc:"The legal basis, with its article." example:"consumption-provisions art. 3"`
	Issuer   string       `json:"issuer,omitempty" maxLength:"100" doc:"The court or authority; that of the credential where it is not given."`
	Tier     string       `json:"tier" enum:"minor,general,serious" doc:"How grave the order found the conduct."`
	Amount   int64        `json:"amount,omitempty" minimum:"0" doc:"What is owed or was fined, in fen."`
	Scope    string       `json:"scope,omitempty" maxLength:"2000" doc:"What the restriction is confined to."`
	Start    calendar.Day `json:"start" doc:"The first day."`
	End      calendar.Day `json:"end,omitempty" doc:"The first day on which it no longer holds."`
	Review   calendar.Day `json:"review,omitempty" doc:"The day on which it ends unless ordered anew, where it has no end."`
	Appeal   string       `json:"appeal,omitempty" maxLength:"2000" doc:"How, where and by when the subject can contest it."`
	Served   calendar.Day `json:"served,omitempty" doc:"The day on which the subject was served with it."`
	Document Paper        `json:"document"`
}

// OneOrder is the path of one order.
type OneOrder struct {
	Whom
	Order string `path:"order" minLength:"14" maxLength:"14" doc:"The order's id." example:"o0f3k0000000a1"`
}

type (
	ordersInput struct {
		Whom
		ReadingHeaders
	}
	orderInput struct {
		Whom
		Body NewOrder
	}
	orderEndInput struct {
		OneOrder
		Body struct {
			Act      string       `json:"act" enum:"lifted,annulled" doc:"Lifted: the duty is done or the ground is gone. Annulled: it should never have been."`
			Day      calendar.Day `json:"day,omitempty" doc:"The first day on which it no longer holds; today where it is not given."`
			Reason   string       `json:"reason" minLength:"1" maxLength:"4000"`
			Document Paper        `json:"document"`
		}
	}
	orderStepInput struct {
		OneOrder
		Body struct {
			Act      string       `json:"act" enum:"objected,answered,review_requested,upheld" doc:"The subject objects or asks for review; the author answers; the body above or a court upholds."`
			Law      string       `json:"law,omitempty" maxLength:"300" doc:"The legal basis of the step; that of the order where it is not given."`
			Day      calendar.Day `json:"day,omitempty" doc:"The day on which a written objection came in, where an official of the author enters it."`
			Reasons  string       `json:"reasons" minLength:"1" maxLength:"4000"`
			Document Paper        `json:"document,omitempty"`
		}
	}
)

func (a *API) orderRoutes() {
	do(a, operation{
		method: http.MethodGet, path: "/v1/subjects/{subject}/orders", id: "list-orders", tag: "orders", summary: "The orders on a subject",
		about: "The reading is recorded.",
	}, a.orders)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/orders", id: "enter-order", tag: "orders", summary: "Enter an order of a court or authority that restricts one subject", status: http.StatusCreated,
		about: "No restriction exists but through an order, and no order without its legal basis, document, first day, end or review date, route of appeal, and service on its subject. Nothing in it can refer to a rating.",
	}, a.enterOrder)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/orders/{order}/end", id: "end-order", tag: "orders", summary: "Lift or annul an order",
	}, a.endOrder)
	do(a, operation{
		method: http.MethodPost, path: "/v1/subjects/{subject}/orders/{order}/steps", id: "contest-order", tag: "orders", summary: "Object to an order, answer, ask for review, or uphold it",
	}, a.stepOrder)
}

func (a *API) today() calendar.Day { return calendar.In(a.now(), calendar.Shanghai) }

// given is a day that may be left out of a body.
func given(d calendar.Day) calendar.Day {
	if d == 0 {
		return calendar.None
	}
	return d
}

func (a *API) orders(ctx context.Context, in *ordersInput) (*form.Orders, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	sub, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, err
	}
	q, err := Reading{ReadingHeaders: in.ReadingHeaders}.request(ctx, sub.ID, access.File)
	if err != nil {
		return nil, err
	}
	all, err := s.measures.Orders(ctx, measure.Request{As: q.As, Subject: sub.ID, Purpose: q.Purpose, Basis: q.Basis, Case: q.Case})
	if err != nil {
		return nil, err
	}
	list := &form.Orders{Orders: []form.Order{}}
	for i := range all {
		one, err := form.OrderOf(s.measures, &all[i], a.today())
		if err != nil {
			return nil, err
		}
		list.Orders = append(list.Orders, one)
	}
	return list, nil
}

func basis(text string) order.Basis {
	law, article, _ := strings.Cut(strings.TrimSpace(text), " ")
	return order.Basis{Law: law, Article: strings.TrimSpace(article)}
}

func (a *API) enterOrder(ctx context.Context, in *orderInput) (*form.Order, error) {
	s, err := a.desks.current(ctx)
	if err != nil {
		return nil, err
	}
	if err := unaddressed(in.Subject); err != nil {
		return nil, err
	}
	if _, err := a.known(ctx, in.Subject); err != nil {
		return nil, err
	}
	meant, err := a.room.Named(ctx, in.Subject)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	o := order.Order{
		Subject: meant, Issuer: b.Issuer, Basis: basis(b.Law), Measure: b.Measure, Tier: b.Tier, Amount: b.Amount, Scope: b.Scope,
		Appeal: b.Appeal, Start: given(b.Start), End: given(b.End), Review: given(b.Review), Served: given(b.Served),
	}
	if o.Issuer == "" {
		o.Issuer = caller(ctx).Agency()
	}
	if o.Document, err = b.Document.document(); err != nil {
		return nil, err
	}
	entered, err := s.measures.EnterOrder(ctx, caller(ctx), o)
	if err != nil {
		return nil, err
	}
	answer, err := form.OrderOf(s.measures, &entered, a.today())
	return &answer, err
}

// ordered finds the order of a path.
func (a *API) ordered(ctx context.Context, in *OneOrder) (s *services, of subject.ID, id order.ID, err error) {
	if err := id.UnmarshalText([]byte(in.Order)); err != nil {
		return nil, 0, 0, fault.New(fault.Invalid, "api.order", "%v", err).At("path.order").With("the list of a subject's orders names their ids")
	}
	sub, err := a.subject(ctx, in.Whom)
	if err != nil {
		return nil, 0, 0, err
	}
	s, err = a.desks.current(ctx)
	return s, sub.ID, id, err
}

func (a *API) endOrder(ctx context.Context, in *orderEndInput) (*form.Order, error) {
	s, of, id, err := a.ordered(ctx, &in.OneOrder)
	if err != nil {
		return nil, err
	}
	e := order.Ending{Act: order.Act(in.Body.Act), Day: given(in.Body.Day), Reason: in.Body.Reason}
	if e.Document, err = in.Body.Document.document(); err != nil {
		return nil, err
	}
	if e.Day == calendar.None {
		e.Day = a.today()
	}
	ended, err := s.measures.EndOrder(ctx, caller(ctx), of, id, e)
	if err != nil {
		return nil, err
	}
	answer, err := form.OrderOf(s.measures, &ended, a.today())
	return &answer, err
}

func (a *API) stepOrder(ctx context.Context, in *orderStepInput) (*form.Order, error) {
	s, of, id, err := a.ordered(ctx, &in.OneOrder)
	if err != nil {
		return nil, err
	}
	step := order.Step{Act: order.StepAct(in.Body.Act), Basis: basis(in.Body.Law), Reasons: in.Body.Reasons, Day: given(in.Body.Day)}
	if step.Document, err = in.Body.Document.document(); err != nil {
		return nil, err
	}
	o, err := s.measures.StepOrder(ctx, caller(ctx), of, id, step)
	if err != nil {
		return nil, err
	}
	answer, err := form.OrderOf(s.measures, &o, a.today())
	return &answer, err
}

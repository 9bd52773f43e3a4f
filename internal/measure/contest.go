package measure

import (
	"context"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/mandate"
	"probity/internal/access/role"
	"probity/internal/charter"
	"probity/internal/charter/remedy"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/subject"
)

// StoredStep is a step as it is kept: Step is without its texts, which stand in Particulars.
type StoredStep struct {
	Subject     subject.ID
	Order       order.ID
	Step        order.Step
	Particulars Text
}

// StepOrder takes a step by which an order is contested or answered, under the permit of the Charter (C4, C13), and gives
// the order as it then stands. The step's Agency, Official, At and Until are those of the credential, the clock and the table
// of time limits; its Day is today, but for an objection that an official of the author enters as it came in; its law is
// that of the order where it names none. The subject is told of each step; a refused attempt leaves a line in its ledger.
func (s *Service) StepOrder(ctx context.Context, as access.Credential, id subject.ID, which order.ID, step order.Step) (order.Order, error) {
	as, err := as.For(mandate.Contest)
	if err != nil {
		return order.Order{}, err
	}
	by := as.Actor()
	sub, err := s.parts.Book.Subject(ctx, id)
	if err != nil {
		return order.Order{}, err
	}
	if err := as.As(role.Authority); err != nil {
		return order.Order{}, s.attempted(ctx, sub.ID, by, "", err)
	}
	if by.Subject != 0 { // it may have been merged since the credential was issued
		own, err := s.parts.Book.Subject(ctx, by.Subject)
		if err != nil {
			return order.Order{}, err
		}
		by.Subject = own.ID
	}
	o, err := s.contested(ctx, sub.ID, which)
	if err != nil {
		return o, err
	}
	if by.Agency == "" || step.Act != order.Object || step.Day == calendar.None || step.Day == 0 {
		step.Day = s.today()
	}
	return s.step(ctx, by, sub, o, step)
}

// step takes a step on an order that was read.
func (s *Service) step(ctx context.Context, by charter.Actor, sub subject.Subject, o order.Order, step order.Step) (order.Order, error) {
	bodies, err := s.bodies(ctx, sub)
	if err != nil {
		return order.Order{}, err
	}
	step.Agency, step.Official, step.At = by.Agency, by.Official, s.parts.Now()
	if step.Basis == (order.Basis{}) {
		step.Basis = o.Basis
	}
	if step.Until, err = s.answerBy(step); err != nil {
		return order.Order{}, err
	}
	last, err := s.ObjectBy(&o)
	if err != nil {
		return order.Order{}, err
	}
	permit, err := remedy.PermitOrderStep(remedy.OrderStepTerms{
		Order: o, Step: step, Subject: sub, By: by, Bodies: bodies, Catalogue: s.parts.Catalogue, Today: s.today(), ObjectBy: last,
	})
	if err != nil {
		return order.Order{}, s.attempted(ctx, sub.ID, by, o.ID.String(), err)
	}
	named := sub
	named.ID = o.Subject
	text, err := s.sealTexts(named, stepPlace, particulars{Document: step.Document.Number, Reason: step.Reasons})
	if err != nil {
		return order.Order{}, err
	}
	told, err := s.clerk.Write(named, stepped(&o, &step))
	if err != nil {
		return order.Order{}, err
	}
	line := s.line(by, sub.ID, string(step.Act)+" "+o.ID.String(), step.Document)
	if err := s.parts.Book.StepOrder(ctx, permit, text, Leaves{Line: line, Notice: told, Owed: s.owed(&o, &step, bodies)}); err != nil {
		return order.Order{}, err
	}
	o.Steps = append(o.Steps, step)
	return o, nil
}

// owed tells the body before which the step brings the order that it owes a decision until the step's day.
func (s *Service) owed(o *order.Order, step *order.Step, bodies []string) recall.Demand {
	d := recall.Demand{
		Subject: o.Subject, Kind: recall.Decide, About: o.ID.String(), Ground: string(step.Act), At: step.At, Due: step.Until,
	}
	if step.Act == order.AskForReview || step.Act == order.Escalate {
		if body := remedy.BodyOfAppeal(s.parts.Catalogue, o.Issuer, o.Instances()+1, bodies); body != "" {
			d.Recipients = []string{body}
		}
	}
	return d
}

// following is the clock that a step starts.
var following = map[order.StepAct]clock.Event{
	order.Object: clock.OrderAnswer, order.Answer: clock.OrderReviewRequest,
	order.AskForReview: clock.OrderReview, order.Escalate: clock.OrderReview,
}

// answerBy is the last day for what follows a step; calendar.None where nothing has to.
func (s *Service) answerBy(step order.Step) (calendar.Day, error) {
	event, runs := following[step.Act]
	if !runs {
		return calendar.None, nil
	}
	due, err := s.limits().Due(event, step.Day, clock.China)
	return due.Day, err
}

// ObjectBy is the last day on which the subject can object to the order; calendar.None where it was never served, and then
// the time has not begun.
func (s *Service) ObjectBy(o *order.Order) (calendar.Day, error) {
	if o.Served == calendar.None {
		return calendar.None, nil
	}
	due, err := s.limits().Due(clock.OrderObjection, o.Served, clock.China)
	return due.Day, err
}

// Escalate brings what was let lie before the next body above: objections that the author did not answer in time, and
// reviews that the body above did not decide in time. It tells their subjects and that body, once each, and gives the
// orders. The order holds meanwhile: only a court stays it. It may be run at any time, twice, and by several processes.
func (s *Service) Escalate(ctx context.Context) ([]order.ID, error) {
	return clock.Sweep(func(after order.ID, limit int) ([]Place, error) {
		return s.parts.Book.OverdueSteps(ctx, s.today(), after, limit)
	}, Place.order, func(p Place) (bool, error) { return s.escalate(ctx, p) })
}

// escalate brings one matter before the next body above; false where another did so, or an answer came, meanwhile, where
// the order is over, and where nobody stands above who let it lie.
func (s *Service) escalate(ctx context.Context, p Place) (bool, error) {
	sub, err := s.parts.Book.Subject(ctx, p.Subject)
	if err != nil {
		return false, err
	}
	o, err := s.contested(ctx, sub.ID, p.Order)
	if err != nil {
		return false, err
	}
	bodies, err := s.bodies(ctx, sub)
	if err != nil {
		return false, err
	}
	if n := o.Instances(); !o.Overdue(s.today()) || n > 0 && remedy.BodyOfAppeal(s.parts.Catalogue, o.Issuer, n+1, bodies) == "" {
		return false, nil
	}
	_, err = s.step(ctx, charter.Actor{}, sub, o, order.Step{Act: order.Escalate, Day: s.today(), Document: o.Document})
	if fault.Is(err, fault.Conflict) {
		return false, nil
	}
	return err == nil, err
}

// contested finds an order with its steps.
func (s *Service) contested(ctx context.Context, id subject.ID, which order.ID) (order.Order, error) {
	o, err := s.order(ctx, id, which)
	if err != nil {
		return o, err
	}
	list := []order.Order{o}
	err = s.addSteps(ctx, id, list)
	return list[0], err
}

// addSteps puts the steps of the subject's orders to them.
func (s *Service) addSteps(ctx context.Context, id subject.ID, all []order.Order) error {
	if len(all) == 0 {
		return nil
	}
	stored, err := s.parts.Book.OrderSteps(ctx, id)
	if err != nil {
		return err
	}
	at := make(map[order.ID]*order.Order, len(all))
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	for i := range stored {
		o := at[stored[i].Order]
		if o == nil {
			continue
		}
		var p particulars
		if err := s.read(stored[i].Subject, stepPlace, stored[i].Particulars, &p); err != nil {
			return err
		}
		step := stored[i].Step
		step.Document.Number, step.Reasons = p.Document, p.Reason
		o.Steps = append(o.Steps, step)
	}
	return nil
}

// stepped is what the subject is told of a step.
func stepped(o *order.Order, x *order.Step) notice.Notice {
	var f facts
	f.add("measure", o.Measure)
	f.add("issuer", o.Issuer)
	f.add("order", o.ID.String())
	f.add("step", spokenStep[x.Act])
	f.add("document", x.Document.Number)
	f.day("day", x.Day)
	f.add(notice.Reason, x.Reasons)
	n := notice.Notice{
		Subject: o.Subject, Occasion: notice.OrderStep, At: x.At, About: o.ID.String(), By: x.Agency,
		Facts: f, Law: x.Basis.String(), Contest: o.Appeal, Until: calendar.None,
	}
	if x.Act == order.Answer {
		n.Until = x.Until
	} else {
		f.day("due", x.Until)
		n.Facts = f
	}
	return n
}

// spokenStep are the steps by the words of the notices.
var spokenStep = map[order.StepAct]string{
	order.Object: "objected", order.Answer: "answered", order.AskForReview: "review-requested", order.Escalate: "escalated",
	order.Uphold: "upheld",
}

package remedy

import (
	"slices"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/notice"
	"probity/internal/subject"
)

// OrderStepTerms is a step by which an order is contested or answered, about to be entered.
type OrderStepTerms struct {
	// Order is as it stands, with the steps taken so far; Step is the one to be entered, its Until reckoned.
	Order order.Order
	Step  order.Step
	// Subject is the register's entry of whom the order restricts.
	Subject subject.Subject
	// By is who takes the step; the zero Actor for one that comes by itself.
	By charter.Actor
	// Bodies are as in charter.EndingTerms.
	Bodies    []string
	Catalogue *catalogue.Catalogue
	Today     calendar.Day
	// ObjectBy is the last day to object.
	ObjectBy calendar.Day
}

// OrderStep permits the store to add one step to an order. Its zero value permits nothing.
type OrderStep struct {
	order *order.Order
	step  order.Step
}

// Order is the order to which the step may be added, without it; nil in a zero OrderStep.
func (s OrderStep) Order() *order.Order { return s.order }

// Step is the step that may be added.
func (s OrderStep) Step() order.Step { return s.step }

// Needs is the notice of the step to whom the order restricts.
func (s OrderStep) Needs() []notice.Duty {
	if s.order == nil {
		return nil
	}
	return []notice.Duty{{Subject: s.order.Subject, Occasion: notice.OrderStep, About: s.order.ID.String()}}
}

// PermitOrderStep holds how an order is contested (C4): its subject objects in time; the author answers with reasons; the
// subject calls for review, or, where the author lets its time pass, the matter goes to the body above it by itself; that
// body or a court upholds with reasons, and where that body lets its time pass too, the matter goes on to the next above. No step stays the order: that is a court's to do, by lifting or annulling it. Nobody
// judges an order on itself, its superiors, its subordinates or bodies it controls (C13).
func PermitOrderStep(t OrderStepTerms) (OrderStep, error) {
	for _, check := range []func(*OrderStepTerms) error{
		orderStepOfOneself, orderStepInTurn, orderStepByTheRight, orderStepInTime, orderStepComplete,
	} {
		if err := check(&t); err != nil {
			return OrderStep{}, err
		}
	}
	o := t.Order
	return OrderStep{&o, t.Step}, nil
}

func orderStepOfOneself(t *OrderStepTerms) error {
	if t.Step.Act != order.Object && charter.OwnHouse(t.Catalogue, t.By.Agency, t.Bodies) {
		return charter.Refuse("C13", "independent judge",
			"have a court, or another body that neither answers to it nor directs it, decide",
			"%s cannot judge an order on itself, its superiors, its subordinates or bodies it controls; the attempt is logged", t.By.Agency)
	}
	return nil
}

// orderStepInTurn holds the order of the procedure.
func orderStepInTurn(t *OrderStepTerms) error {
	if t.Order.ID == 0 {
		return fault.New(fault.Internal, "order.none", "there is no order to contest")
	}
	phase := t.Order.Phase(t.Today)
	if phase.May(t.Step.Act) {
		return nil
	}
	return charter.Refuse("C4", "procedure of an order in its order", "what may be done now: "+spokenSteps(phase),
		"on an order that is %s, the step %s cannot be taken", spokenStep(string(phase)), spokenStep(string(t.Step.Act)))
}

func spokenStep(s string) string { return strings.ReplaceAll(s, "_", " ") }

func spokenSteps(p order.Phase) string {
	if p == order.Over {
		return "nothing; the order restricts nobody any more"
	}
	var words []string
	for _, a := range p.Allowed() {
		if a != order.Escalate {
			words = append(words, spokenStep(string(a)))
		}
	}
	return strings.Join(append(words, "lifted by its author", "annulled by its author, the body above it or a court"), ", ")
}

// orderStepByTheRight holds who may take the step.
func orderStepByTheRight(t *OrderStepTerms) error {
	own := t.By.Subject != 0 && t.By.Subject == t.Subject.ID
	author := t.By.IsOfficial() && t.By.Agency == t.Order.Issuer
	switch t.Step.Act {
	case order.Object, order.AskForReview:
		if own || author {
			return nil
		}
		return charter.Refuse("C4", "subject of the order", "have the subject do it with its own credential, or bring what it wrote to the author", "a stranger speaks for the subject of the order")
	case order.Answer:
		if author {
			return nil
		}
		return charter.Refuse("C4", "author of the order", "an official of the author answers, with a credential of its own", "%s is not the author %s of the order", t.By.Title(), t.Order.Issuer)
	case order.Escalate:
		if t.By == (charter.Actor{}) {
			return orderStepUpwards(t)
		}
		return charter.Refuse("C4", "escalation by itself", "wait for the day on which the answer is due", "nobody escalates an objection; an overdue answer does")
	case order.Uphold:
		a := t.Catalogue.Agency(t.By.Agency)
		if t.By.IsOfficial() && a != nil && a.Code != t.Order.Issuer && (a.Kind == "court" || charter.Authority(a) && charter.Directs(t.Catalogue, a.Code, t.Order.Issuer)) {
			return nil
		}
		return charter.Refuse("C4", "court or the body above the author", "bring it before one of them", "%s cannot review an order of %s", t.By.Title(), t.Order.Issuer)
	case order.Issued, order.ServedOn, order.TookEffect, order.WasLifted, order.WasAnnulled, order.CameToAnEnd:
	}
	return fault.New(fault.Invalid, "order.step", "%q is no step by which an order is contested", t.Step.Act).
		With("object, answer, call for review or decide on it")
}

// orderStepUpwards holds that there is a body for a review that was let lie to go to. An objection that was let lie is out of
// the author's hands whether there is one or not: a court can always decide.
func orderStepUpwards(t *OrderStepTerms) error {
	n := t.Order.Instances()
	if n == 0 || BodyOfAppeal(t.Catalogue, t.Order.Issuer, n+1, t.Bodies) != "" {
		return nil
	}
	return charter.Refuse("C4", "body of appeal", "bring the order before a court: "+strings.TrimSpace(t.Order.Appeal),
		"nobody stands above the body that owes the decision on the order %s", t.Order.ID)
}

// BodyOfAppeal is the body before which a matter of the agency comes in the instance: 1 for the agency's superior in the
// catalogue, 2 for that one's, and so on; "" where nobody stands there. bodies are the unified codes of the body that the
// matter is on or, of an office holder's, serves: where who stands there may not judge that one (C13), it is the nearest
// independent court.
func BodyOfAppeal(cat *catalogue.Catalogue, agency string, instance int, bodies []string) string {
	author := agency
	for ; instance > 0; instance-- {
		a := cat.Agency(agency)
		if a == nil || a.Superior == "" {
			return ""
		}
		agency = a.Superior
	}
	if charter.OwnHouse(cat, agency, bodies) {
		return independentCourt(cat, author, bodies)
	}
	return agency
}

// orderStepInTime holds the days: a step is of no day to come, follows the one before, and what is the subject's to do is
// done in its time.
func orderStepInTime(t *OrderStepTerms) error {
	s, before := &t.Step, t.Order.Served
	if n := len(t.Order.Steps); n > 0 {
		before = t.Order.Steps[n-1].Day
	}
	if s.Day == calendar.None || s.Day > t.Today || s.Day < before {
		return fault.New(fault.Invalid, "order.step.day", "the step is dated %s, which is not between %s and today", s.Day, before).
			With("give the day on which it was taken")
	}
	last := calendar.None
	switch s.Act {
	case order.Object:
		last = t.ObjectBy
	case order.AskForReview:
		last = t.Order.Steps[len(t.Order.Steps)-1].Until
	case order.Escalate:
		if !t.Order.Overdue(t.Today) {
			return charter.Refuse("C4", "overdue answer", "wait for the day on which it is due", "the matter of the order %s may still be answered until %s", t.Order.ID, t.Order.Due(t.Today))
		}
	default:
	}
	if last != calendar.None && s.Day > last {
		return charter.Refuse("C4", "step in its time", "ask the author to lift the order, or bring it before a court: "+strings.TrimSpace(t.Order.Appeal),
			"the time for it ended on %s", last)
	}
	return nil
}

// orderStepComplete holds what a step states: reasons, and from an official its law and its document.
func orderStepComplete(t *OrderStepTerms) error {
	s := &t.Step
	if s.Act != order.Escalate && strings.TrimSpace(s.Reasons) == "" {
		return charter.Refuse("C4", "reasons", "say why, in words of your own", "the step %s gives no reasons", spokenStep(string(s.Act)))
	}
	if t.By.Agency == "" {
		return nil
	}
	switch {
	case s.Agency != t.By.Agency || s.Official != t.By.Official:
		return charter.Refuse("C4", "act of one's own", "sign it in your own name", "%s acts in the name of %s/%s", t.By.Title(), s.Agency, s.Official)
	case strings.TrimSpace(s.Document.Number) == "" || s.Document.Digest == [32]byte{}:
		return charter.Refuse("C4", "document", "give the number and the SHA-256 of the signed document", "the step names no document")
	case strings.TrimSpace(s.Basis.Law) == "":
		return charter.Refuse("C4", "legal basis", "name the law and the article of the step", "the step names no law")
	}
	if !slices.Contains([]order.StepAct{order.Answer, order.Uphold}, s.Act) {
		return nil
	}
	if word := charter.RatingWord(s.Reasons); word != "" {
		return charter.Refuse("C4", "ground other than a rating", "state the conduct and the law; no restriction may rest on a rating", "the reasons refer to a rating (%q)", word)
	}
	return nil
}

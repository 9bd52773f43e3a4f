package order

import (
	"slices"
	"time"

	"probity/calendar"
)

// StepAct is a step in the life of an order.
type StepAct string

// The steps. Those of the first group follow from the order itself and from its ending, see [Order.History]; those of the
// second are taken when its subject contests it, and only ever added.
const (
	Issued       StepAct = "issued"
	ServedOn     StepAct = "served"
	TookEffect   StepAct = "in_force"
	WasLifted    StepAct = "lifted"
	WasAnnulled  StepAct = "annulled"
	CameToAnEnd  StepAct = "expired"
	Object       StepAct = "objected"         // the subject, to the author
	Answer       StepAct = "answered"         // the author keeps to its order, with reasons
	AskForReview StepAct = "review_requested" // the subject, to the body above the author or to a court
	Escalate     StepAct = "escalated"        // by itself: who owed an answer or a decision let its time pass
	Uphold       StepAct = "upheld"           // the body above or a court keeps to the order, with reasons
)

// Step is one step: who took it, on which law and paper, why, and until when the next is due.
type Step struct {
	Act StepAct `json:"act"`
	// Day is the day on which it was taken, At the instant at which it came into the platform; the zero instant for a step
	// that came by the mere passing of days.
	Day calendar.Day `json:"day"`
	At  time.Time    `json:"at,omitzero"`
	// Agency and Official are empty for the subject's own steps and for those that come by themselves.
	Agency   string   `json:"agency,omitempty"`
	Official string   `json:"official,omitempty"`
	Basis    Basis    `json:"basis"`
	Document Document `json:"document"`
	Reasons  string   `json:"reasons,omitempty"`
	// Until is the last day for what may follow: the subject's objection after service, the author's answer after an
	// objection, the subject's call for review after an answer, the review's decision after a call; calendar.None where
	// nothing has to follow.
	Until calendar.Day `json:"until"`
}

// Phase is how far the contest of an order has come.
type Phase string

const (
	// Uncontested: nobody objected yet.
	Uncontested Phase = "uncontested"
	// Objected: the author owes an answer.
	Objected Phase = "objected"
	// Answered: the author kept to its order; the subject may call for review.
	Answered Phase = "answered"
	// InReview: the body above the author, or a court, owes a decision; where it lets its time pass, the next body above does.
	InReview Phase = "in_review"
	// Upheld: the review kept to the order. What is left is the court, which can annul at any time.
	Upheld Phase = "upheld"
	// Over: the order restricts nobody any more.
	Over Phase = "over"
)

// Phase is how far the contest has come on the day.
func (o *Order) Phase(on calendar.Day) Phase {
	switch o.State(on) {
	case Lifted, Annulled, Expired:
		return Over
	case Entered, InForce:
	}
	if len(o.Steps) == 0 {
		return Uncontested
	}
	switch o.Steps[len(o.Steps)-1].Act {
	case Object:
		return Objected
	case Answer:
		return Answered
	case AskForReview, Escalate:
		return InReview
	case Uphold, Issued, ServedOn, TookEffect, WasLifted, WasAnnulled, CameToAnEnd:
	}
	return Upheld
}

// Allowed are the steps of a contest that may follow. Lifting and annulling are open in every phase but the last.
func (p Phase) Allowed() []StepAct {
	switch p {
	case Uncontested:
		return []StepAct{Object}
	case Objected:
		return []StepAct{Answer, Escalate}
	case Answered:
		return []StepAct{AskForReview}
	case InReview:
		return []StepAct{Uphold, Escalate}
	case Upheld, Over:
	}
	return nil
}

// May tells whether the step may be taken in the phase.
func (p Phase) May(a StepAct) bool { return slices.Contains(p.Allowed(), a) }

// Due is the last day for the answer or the decision that somebody owes; calendar.None where nobody owes one.
func (o *Order) Due(on calendar.Day) calendar.Day {
	if p := o.Phase(on); p != Objected && p != InReview {
		return calendar.None
	}
	return o.Steps[len(o.Steps)-1].Until
}

// Instances is how often the matter was brought before a body above the author: on request or by itself.
func (o *Order) Instances() int {
	n := 0
	for i := range o.Steps {
		if a := o.Steps[i].Act; a == AskForReview || a == Escalate {
			n++
		}
	}
	return n
}

// Overdue tells whether an answer or a decision was owed before the day and has not come.
func (o *Order) Overdue(on calendar.Day) bool {
	due := o.Due(on)
	return due != calendar.None && on > due
}

// History is the whole life of the order as of the day: issued, served, in force, contested, ended. objectBy is the last
// day to object. A refused reading of the days never hides a step: what was entered stands.
func (o *Order) History(on, objectBy calendar.Day) []Step {
	author := func(act StepAct, day calendar.Day) Step {
		return Step{Act: act, Day: day, At: o.EnteredAt, Agency: o.Issuer, Official: o.EnteredBy, Basis: o.Basis, Document: o.Document, Until: calendar.None}
	}
	itself := func(act StepAct, day calendar.Day) Step {
		return Step{Act: act, Day: day, Basis: o.Basis, Document: o.Document, Until: calendar.None}
	}
	steps := []Step{author(Issued, o.issuedOn())}
	if o.Served != calendar.None {
		served := author(ServedOn, o.Served)
		served.Until = objectBy
		steps = append(steps, served)
	}
	from := o.From()
	if from != calendar.None && on >= from && from < o.Until() {
		steps = append(steps, itself(TookEffect, from))
		steps[len(steps)-1].Until = o.term()
	}
	steps = append(steps, o.Steps...)
	switch {
	case o.Ended != nil:
		e := o.Ended
		act := WasLifted
		if e.Act == Annul {
			act = WasAnnulled
		}
		steps = append(steps, Step{
			Act: act, Day: e.Day, At: e.At, Agency: e.Agency, Official: e.Official, Basis: o.Basis, Document: e.Document,
			Reasons: e.Reason, Until: calendar.None,
		})
	case o.State(on) == Expired && o.Until() != calendar.None:
		steps = append(steps, itself(CameToAnEnd, o.Until()))
	}
	return steps
}

// issuedOn is the day that stands for the order's making: it was made when it was served at the latest.
func (o *Order) issuedOn() calendar.Day {
	if o.Served != calendar.None && o.Served < o.Start {
		return o.Served
	}
	return o.Start
}

// Package recall brings things back from everybody who received them: a corrected value to all who read the wrong one,
// a lifted restriction to all who were told of it, data given under a consent that was withdrawn. Who must act is told,
// acknowledges, is chased until it does, and is named on a public list where it does not (Charter C1, C4, C9, C10).
package recall

import (
	"time"

	"probity/calendar"
	"probity/internal/clock"
	"probity/internal/subject"
)

// Kind is what the recipient is to do.
type Kind string

// What a recipient may be told to do.
const (
	// Correct: take the corrected state for the one received.
	Correct Kind = "correct"
	// Delete: delete what was received.
	Delete Kind = "delete"
	// Lift: the restriction no longer holds.
	Lift Kind = "lift"
	// Decide: a matter lies before the recipient, who let its day pass or is the body of appeal from who did. Deciding it is
	// the acknowledgement.
	Decide Kind = "decide"
	// Review: a decision of the recipient's rested on a file that was wrong; it is looked at again, on what the file holds
	// now. Acknowledging says that it was.
	Review Kind = "review"
)

// Grounds of a [Lift]. An act that should never have been is annulled; one that was right and is over is lifted, expired or
// repaired.
const (
	Lifted   = "lifted"
	Annulled = "annulled"
	Expired  = "expired"
	Repaired = "repaired"
)

// LiftBy is the last day on which a recipient may acknowledge that what was lifted on the day no longer holds: the
// Charter's own time (C4), and for what was annulled the law's where that is shorter, as an annulled decision is to be
// gone everywhere within it (Administrative Penalty Law art. 48).
func LiftBy(t *clock.Table, ground string, on calendar.Day) (calendar.Day, error) {
	own, err := t.Due(clock.LiftAcknowledgement, on, clock.China)
	if err != nil || ground != Annulled {
		return own.Day, err
	}
	law, err := t.Due(clock.WithdrawAnnulledPenalty, on, clock.China)
	return min(own.Day, law.Day), err
}

// Demand tells recipients to act. It names the matter by its id and carries no value: a recipient that is still
// entitled to the corrected state reads it through the desk.
type Demand struct {
	Subject subject.ID
	Kind    Kind
	// About names what is recalled: a record, an order, a consent, a decision, by its id.
	About string
	// Ground says why, in a code: "withdrawn", "corrected", "lifted", "annulled", "expired", "erased", "unlinked".
	Ground string
	At     time.Time
	// Due is the last day to acknowledge.
	Due calendar.Day
	// Recipients are agencies and operators by their codes.
	Recipients []string
}

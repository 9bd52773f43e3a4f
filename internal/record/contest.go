package record

import "probity/calendar"

// Contest is how a dispute bears on a record. It is judged whenever somebody looks: a dispute that nobody answered in
// time suppresses the record by itself, whether a sweep has come by or not (Charter C9).
type Contest struct {
	State ContestState `json:"state"`
	// Dispute is the dispute's id; "" where it was lost when the database was put back from an older backup.
	Dispute string `json:"dispute"`
	// Due is the last day on which the dispute may be answered in time; None once the record is barred.
	Due calendar.Day `json:"due"`
	// Claims is what the subject says stands in place of what was recorded; it is shown beside it, and is empty on human
	// beings, of whom a disputed record is shown to themselves alone.
	Claims string `json:"claims,omitempty"`
}

// ContestState is where the contest of a record stands.
type ContestState string

const (
	// Uncontested is the state of nearly all records.
	Uncontested ContestState = ""
	// Disputed: contested and not yet answered; out of use, and past the due day suppressed.
	Disputed ContestState = "disputed"
	// Barred: deleted, or not verified, at the end of a dispute; it comes back with a certification only.
	Barred ContestState = "barred"
)

// Suppressed tells that the contest lets nobody but the subject and the dispute's handler see the record on the day.
func (c *Contest) Suppressed(today calendar.Day) bool {
	return c.State == Barred || c.State == Disputed && today > c.Due
}

// Outweighs tells which of two contests of one record counts: the one that suppresses it for longer.
func (c *Contest) Outweighs(o *Contest) bool {
	switch {
	case o.State == Uncontested || c.State == Barred:
		return true
	case o.State == Barred:
		return false
	}
	return c.Due < o.Due
}

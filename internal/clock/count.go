package clock

import "probity/calendar"

// Count is when a length of time runs out that a rule of its own sets, one list's window to object for instance, counted
// as the limits of the table are: the day from is not counted, working days are those of the jurisdiction, and the
// subject's own time ends on a working day. The Deadline's Limit names no event.
func (t *Table) Count(by Length, from calendar.Day, binds Bound, j Jurisdiction) Deadline {
	l := Limit{Length: by, Binds: binds, Jurisdiction: j}
	return t.reckon(&l, from)
}

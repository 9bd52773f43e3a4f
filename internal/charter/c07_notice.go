package charter

import (
	"probity/calendar"
	"probity/internal/record"
)

// noticed holds the part of C7 that intake owns: a person was told before adverse information about it is furnished.
func (in *Intake) noticed(d *record.Draft) error {
	if !d.Adverse || in.publicByLaw || !d.Natural() || d.Status == record.Retracted {
		return nil
	}
	const cure = "tell the person first, on a channel it has used, and state the day in the row"
	switch {
	case d.Notice == calendar.None:
		return refuse("C7", "prior notice", cure, "the row tells against a human being, and names no day on which that person was told")
	case d.Notice >= in.today:
		return refuse("C7", "prior notice", cure, "the notice is dated %s, not before the day of reporting", d.Notice)
	}
	return nil
}

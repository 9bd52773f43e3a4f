package charter

import (
	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/record"
)

// contractNotices holds that a dataset that can tell against human beings has a field for the day of the prior notice,
// unless the law itself makes the matter public.
func contractNotices(c *catalogue.Contract) error {
	if !bearsNatural(c) || c.PublicByLaw || !canBeAdverse(c) || c.Field(c.Notice) != nil {
		return nil
	}
	return Refuse("C7", "prior notice", "add a field for the day of the notice and name it under notice:",
		"the dataset %s can tell against human beings and has no field for the day on which they were told", c.Code)
}

// furnishes tells whether a row furnishes adverse information on a human being that the law does not make public.
func (in *Intake) furnishes(d *record.Draft) bool {
	return d.Adverse && !in.publicByLaw && d.Natural() && d.Status != record.Retracted
}

// noticed holds the part of C7 that intake owns: a person was told before adverse information about it is furnished.
func (in *Intake) noticed(d *record.Draft) error {
	if !in.furnishes(d) {
		return nil
	}
	const cure = "tell the person first, on a channel it has used, and state the day in the row"
	switch {
	case d.Notice == calendar.None:
		return Refuse("C7", "prior notice", cure, "the row tells against a human being, and names no day on which that person was told")
	case d.Notice >= in.today:
		return Refuse("C7", "prior notice", cure, "the notice is dated %s, not before the day of reporting", d.Notice)
	}
	return nil
}

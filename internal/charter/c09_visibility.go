package charter

import (
	"probity/calendar"
	"probity/internal/record"
)

// OutOfUse tells whether a record counts in no rating because it is contested (C9). That it is visible, marked as
// disputed, makes no difference.
func OutOfUse(newest *record.Version) bool { return newest.Contest.State != record.Uncontested }

// Shown tells whether a record is part of what a reader is shown on the day (C9, C10). The subject itself sees all that
// is held, with its contest. Others see what is visible; of a human being a disputed record is out of use altogether, of
// an organisation it is shown as disputed, with both values.
func Shown(newest *record.Version, natural, own bool, today calendar.Day) bool {
	switch {
	case own:
		return newest.Held(today)
	case natural && OutOfUse(newest):
		return false
	}
	return Visible(newest, today)
}

// reinserted holds that what a dispute put out of use does not come back by being sent again. It may be withdrawn.
func reinserted(d *record.Draft) error {
	if !d.Barred || d.Status == record.Retracted {
		return nil
	}
	return Refuse("C9", "certification", "certify the record first: probity dispute reinstate; the subject is told of it",
		"a dispute put the record with this key out of use, and nobody has certified it since")
}

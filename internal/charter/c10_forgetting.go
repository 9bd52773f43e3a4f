package charter

import (
	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/record"
)

// longestMemory is how long adverse information on a human being is kept at most, from the end of the conduct.
var longestMemory = calendar.Period{Years: 5}

// Visible tells whether a version may be seen on the day: the newest version of a record decides, it is no retraction,
// adverse information has not lapsed, and no dispute suppresses it. It is asked at every read; that a sweep has not come
// by changes nothing.
func Visible(newest *record.Version, today calendar.Day) bool { return newest.Visible(today) }

// fresh holds that lapsed information does not come in again.
func (in *Intake) fresh(d *record.Draft) error {
	if d.Lapse == calendar.None || in.today < d.Lapse || d.Status == record.Retracted {
		return nil
	}
	return Refuse("C10", "matter that has not lapsed", "leave it out: what has lapsed is kept nowhere", "the matter lapsed on %s", d.Lapse)
}

// noReaging holds that the day from which forgetting is counted never moves on: whatever a later version says, the record
// lapses no later than an earlier one would have. A matter whose end was open may be given one.
func noReaging(d *record.Draft) error {
	known := d.Changes && d.Lapsing != calendar.None && d.Lapsing != 0
	if !known || !d.Adverse || d.Status == record.Retracted || (d.Lapse != calendar.None && d.Lapse <= d.Lapsing) {
		return nil
	}
	return Refuse("C10", "unmoved day of lapse", "keep the day from which the period ran; a matter of its own is a record of its own, under its own key",
		"an earlier version of the record lapses on %s, and this one would later", d.Lapsing)
}

// contractForgets holds that what can tell against somebody says when it lapses, and against a human being after five
// years at most.
func contractForgets(c *catalogue.Contract) error {
	if !canBeAdverse(c) {
		return nil
	}
	if c.Retention.Period.IsZero() {
		return Refuse("C10", "retention", "state retention: how long after the end of the conduct it is kept", "the dataset %s can tell against its subjects and says nowhere when that lapses", c.Code)
	}
	const anyDay = calendar.Day(0)
	if bearsNatural(c) && anyDay.Add(c.Retention.Period) > anyDay.Add(longestMemory) {
		return Refuse("C10", "retention of at most five years", "shorten it to P5Y or less", "the dataset %s would keep what tells against a human being for %s", c.Code, c.Retention.Period)
	}
	return nil
}

func canBeAdverse(c *catalogue.Contract) bool { return c.Adverse.Always || len(c.Adverse.All) > 0 }

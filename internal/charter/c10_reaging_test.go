package charter

import (
	"testing"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/record"
)

// TestNoReaging: whatever a later version says, a record lapses no later than an earlier version would have.
func TestNoReaging(t *testing.T) {
	t.Parallel()
	day := calendar.MustParse("2027-03-01")
	for name, c := range map[string]struct {
		lapse, before calendar.Day
		changes       bool
		status        record.Status
		refused       bool
	}{
		"later":          {day + 1, day, true, record.Reported, true},
		"later, correct": {day + 1, day, true, record.Corrected, true},
		"opened again":   {calendar.None, day, true, record.Reported, true},
		"the same":       {day, day, true, record.Reported, false},
		"sooner":         {day - 1, day, true, record.Reported, false},
		"open gets end":  {day, calendar.None, true, record.Reported, false},
		"first version":  {day, calendar.None, false, record.Reported, false},
		"retraction":     {calendar.None, day, true, record.Retracted, false},
	} {
		d := record.Draft{Lapsing: c.before, Changes: c.changes}
		d.Adverse, d.Lapse, d.Status = true, c.lapse, c.status
		if err := noReaging(&d); fault.Is(err, fault.Refused) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package clock_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/clock"
)

func TestCountFollowsTheRulesOfTheTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		by    clock.Length
		from  string
		binds clock.Bound
		want  string
	}{
		{"calendar days", clock.Length{N: 10, Unit: clock.Days}, "2026-07-01", clock.Handler, "2026-07-11"},
		{"the subject's own time ends on a working day", clock.Length{N: 10, Unit: clock.Days}, "2026-07-01", clock.Subject, "2026-07-13"},
		{"working days", clock.Length{N: 5, Unit: clock.WorkingDays}, "2026-07-01", clock.Subject, "2026-07-08"},
		{"over the October holiday", clock.Length{N: 3, Unit: clock.WorkingDays}, "2026-09-30", clock.Handler, "2026-10-10"},
	} {
		if got := clock.BuiltIn().Count(c.by, calendar.MustParse(c.from), c.binds, clock.China); got.Day != calendar.MustParse(c.want) {
			t.Errorf("%s: %s, want %s", c.name, got.Day, c.want)
		}
	}
}

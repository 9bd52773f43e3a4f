package consent_test

import (
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/consent"
)

// TestStanding: a consent holds from its first day to the day before its end, until it is withdrawn, and never without an end.
func TestStanding(t *testing.T) {
	t.Parallel()
	day := calendar.MustParse("2026-07-01")
	for name, c := range map[string]struct {
		consent consent.Consent
		want    bool
	}{
		"on its first day":             {consent.Consent{From: day, To: day + 1}, true},
		"on its last day":              {consent.Consent{From: day - 9, To: day + 1}, true},
		"before it begins":             {consent.Consent{From: day + 1, To: day + 9}, false},
		"on the day of its end":        {consent.Consent{From: day - 9, To: day}, false},
		"without an end":               {consent.Consent{From: day - 9, To: calendar.None}, false},
		"withdrawn":                    {consent.Consent{From: day - 9, To: day + 9, Withdrawn: time.Unix(1, 0)}, false},
		"for one time, used up":        {consent.Consent{From: day, To: day + 1, Once: true, Used: time.Unix(1, 0)}, true},
		"without a beginning, in time": {consent.Consent{From: calendar.None, To: day + 1}, true},
	} {
		if got := c.consent.Standing(day); got != c.want {
			t.Errorf("%s: it stands: %t", name, got)
		}
	}
}

package quota_test

import (
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/access/quota"
	"probity/internal/catalogue"
	"probity/internal/charter"
)

func day(month time.Month, d int) calendar.Day {
	return calendar.In(time.Date(2026, month, d, 12, 0, 0, 0, time.UTC), time.UTC)
}

// TestEveryPurposeHasAQuota: none of the built-in purposes falls under the rest.
func TestEveryPurposeHasAQuota(t *testing.T) {
	t.Parallel()
	table := quota.BuiltIn()
	rest := table.PerDay("no such purpose", day(6, 1))
	for _, p := range catalogue.BuiltIn().Purposes {
		if p.Code == charter.OwnDeliveryPurpose || p.Code == charter.SameSubjectPurpose {
			continue // what the platform enters is recorded, and not counted against a quota
		}
		if n := table.PerDay(p.Code, day(6, 1)); n < 1 || n == rest {
			t.Errorf("%s: %d a day", p.Code, n)
		}
	}
}

func TestLimitsAreDated(t *testing.T) {
	t.Parallel()
	table, err := quota.Parse([]byte(`
quotas:
  - {purpose: a, per_day: 10, from: 2026-01-01}
  - {purpose: a, per_day: 5, from: 2026-07-01}
others: {per_day: 3, from: 2026-01-01}
rise: {factor: 3, days: 28, least: 10}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		purpose string
		on      calendar.Day
		want    int64
	}{{"a", day(6, 30), 10}, {"a", day(7, 1), 5}, {"a", day(1, 1) - 1, 10}, {"b", day(7, 1), 3}} {
		if got := table.PerDay(c.purpose, c.on); got != c.want {
			t.Errorf("%s on %s: %d, want %d", c.purpose, c.on, got, c.want)
		}
	}
	for _, c := range []struct {
		count, earlier int64
		want           bool
	}{{9, 0, false}, {10, 0, true}, {30, 280, false}, {31, 280, true}, {1000, 28000, false}} {
		if got := table.Rises(c.count, c.earlier); got != c.want {
			t.Errorf("%d after %d: %v", c.count, c.earlier, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("quotas: []\nothers: {per_day: 1, from: 2026-01-01}\nrise: {factor: 1, days: 1, least: 1}"))
	f.Add([]byte("quotas: [{purpose: a, per_day: 0, from: x}]"))
	f.Add([]byte("unknown: 1"))
	f.Fuzz(func(t *testing.T, text []byte) {
		table, err := quota.Parse(text)
		if err == nil && table.PerDay("x", day(1, 1)) < 1 {
			t.Errorf("a limit below one came out of %q", text)
		}
	})
}

package calendar_test

import (
	"testing"
	"time"

	"probity/calendar"
)

func TestDayAgreesWithTime(t *testing.T) {
	for d := calendar.First; d < calendar.Last; d += 13 {
		want := time.Unix(int64(d)*86400, 0).UTC()
		y, m, dd := d.Date()
		if y != want.Year() || m != int(want.Month()) || dd != want.Day() {
			t.Fatalf("day %d is %d-%d-%d, time says %s", d, y, m, dd, want.Format(time.DateOnly))
		}
		if back, ok := calendar.Date(y, m, dd); !ok || back != d {
			t.Fatalf("day %d does not come back: %d %v", d, back, ok)
		}
		if got, err := calendar.Parse(d.String()); err != nil || got != d {
			t.Fatalf("%s parses to %d, %v", d, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "2026-02-30", "2026-13-01", "2026-1-1", "2026/01/01", "0000-01-01", "+026-01-01", "２０２６-01-01", "2025-02-29"} {
		if d, err := calendar.Parse(s); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", s, d)
		}
	}
}

func TestAdd(t *testing.T) {
	for _, c := range []struct{ day, period, want string }{
		{"2024-02-29", "P1Y", "2025-02-28"},
		{"2024-02-29", "P4Y", "2028-02-29"},
		{"2026-01-31", "P1M", "2026-02-28"},
		{"2026-12-31", "P2M", "2027-02-28"},
		{"2026-01-31", "P1M1D", "2026-03-01"},
		{"2026-11-22", "P90D", "2027-02-20"},
		{"9999-12-31", "P1D", "9999-12-31"},
	} {
		p, err := calendar.ParsePeriod(c.period)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.MustParse(c.day).Add(p); got.String() != c.want {
			t.Errorf("%s + %s = %s, want %s", c.day, c.period, got, c.want)
		}
	}
}

func TestMonthsIsTheInverseOfAdd(t *testing.T) {
	base := calendar.MustParse("2023-01-29")
	for i := range calendar.Day(1500) {
		d, e := base+i%400, base+i
		n := d.Months(e)
		if d.Add(calendar.Period{Months: n}) > e || d.Add(calendar.Period{Months: n + 1}) <= e {
			t.Fatalf("%s to %s is not %d months", d, e, n)
		}
	}
}

func TestInUsesTheZone(t *testing.T) {
	at := time.Date(2026, 11, 21, 16, 30, 0, 0, time.UTC)
	if got := calendar.In(at, calendar.Shanghai).String(); got != "2026-11-22" {
		t.Errorf("in Shanghai it is %s", got)
	}
	if got := calendar.In(at, time.UTC).String(); got != "2026-11-21" {
		t.Errorf("in UTC it is %s", got)
	}
}

func FuzzPeriod(f *testing.F) {
	for _, s := range []string{"P5Y", "P18M", "P1Y6M", "P2W", "P0D", "-P1Y", "P", "P1", "P1D1Y", "PT1H", "P99999Y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := calendar.ParsePeriod(s)
		if err != nil {
			return
		}
		if q, err := calendar.ParsePeriod(p.String()); err != nil || q != p {
			t.Fatalf("%q is %v, which prints as %q and reads back as %v, %v", s, p, p.String(), q, err)
		}
	})
}

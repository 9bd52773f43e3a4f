package access_test

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/access/quota"
	"probity/internal/charter/testworld"
	"probity/internal/fault"
	"probity/internal/store/reads"
)

// opensAt is the instant that a refusal by the quota names.
var opensAt = regexp.MustCompile(`opens again at (\d{4}-\d\d-\d\d \d\d:\d\d \(UTC[+-]\d\d:\d\d\))`)

// TestAUsedQuotaSaysWhenItOpens: whatever the clock shows, in whatever zone it is read, whether it runs on or is set back,
// over day borders, leap days and ends of years: so many reads are answered on a civil day in China as the quota says, and
// a refusal names an instant at which the next read is answered, and before which none is.
func TestAUsedQuotaSaysWhenItOpens(t *testing.T) {
	t.Parallel()
	o := open(t)
	const limit = 2
	table, err := quota.Parse([]byte("quotas: [{purpose: supervision, per_day: 2, from: 2026-01-01}]\nothers: {per_day: 2, from: 2026-01-01}\nrise: {factor: 3, days: 28, least: 5}"))
	if err != nil {
		t.Fatal(err)
	}
	now := noon
	desk := access.NewDesk(reads.In(o.store), testworld.Catalogue(), func() time.Time { return now }).Limiting(table)
	made := map[calendar.Day]int{}
	// read reads at the instant, and gives the instant that a refusal names.
	read := func(t *rapid.T, at time.Time) (opens time.Time, answered bool) {
		now = at
		_, err := desk.Open(t.Context(), o.file())
		if err == nil {
			made[calendar.In(at, calendar.Shanghai)]++
			return time.Time{}, true
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Missing != "quota" {
			t.Fatalf("at %s: %v", at, err)
		}
		found := opensAt.FindStringSubmatch(f.Text)
		if found == nil {
			t.Fatalf("the refusal names no instant: %s", f.Text)
		}
		opens, err = time.Parse("2006-01-02 15:04 (UTC-07:00)", found[1])
		if err != nil {
			t.Fatal(err)
		}
		return opens, false
	}
	days := []string{"2026-11-22", "2026-12-31", "2027-02-28", "2028-02-28", "2028-02-29", "2028-12-31"}
	zones := []*time.Location{time.UTC, calendar.Shanghai, time.FixedZone("UTC-12", -12*3600), time.FixedZone("UTC+14", 14*3600), time.FixedZone("UTC+05:45", 5*3600+45*60)}
	rapid.Check(t, func(t *rapid.T) {
		border := calendar.MustParse(rapid.SampledFrom(days).Draw(t, "day")).Start(calendar.Shanghai)
		for range 6 {
			away := time.Duration(rapid.Int64Range(-2*86400, 3*86400).Draw(t, "seconds")) * time.Second
			if rapid.Bool().Draw(t, "at the border") {
				away = time.Duration(rapid.IntRange(-1, 1).Draw(t, "second")) * time.Second
			}
			at := border.Add(away).In(rapid.SampledFrom(zones).Draw(t, "zone"))
			day := calendar.In(at, calendar.Shanghai)
			before := made[day]
			opens, answered := read(t, at)
			if answered != (before < limit) {
				t.Fatalf("read %d of %s, answered: %v", before+1, day, answered)
			}
			if answered {
				continue
			}
			if again, _ := read(t, opens.Add(-time.Second)); !again.Equal(opens) {
				t.Fatalf("a second before %s the refusal names %s", opens, again)
			}
			if rapid.Bool().Draw(t, "waits") {
				if later, ok := read(t, opens); !ok {
					t.Fatalf("at %s, when it was to open, it opens at %s", opens, later)
				}
			}
		}
	})
}

package clock_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones with summer time, on any machine

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/clock"
)

// daysOff are the weekdays of 2023 to 2026 on which mainland China did not work, and weekendsWorked the Saturdays and
// Sundays on which it did, day by day as one would tick them off on a wall calendar. They are written down here a second
// time on purpose: what is tested may not be its own measure.
const (
	daysOff = `
		2023-01-02 2023-01-23 2023-01-24 2023-01-25 2023-01-26 2023-01-27 2023-04-05 2023-05-01 2023-05-02 2023-05-03
		2023-06-22 2023-06-23 2023-09-29 2023-10-02 2023-10-03 2023-10-04 2023-10-05 2023-10-06
		2024-01-01 2024-02-12 2024-02-13 2024-02-14 2024-02-15 2024-02-16 2024-04-04 2024-04-05 2024-05-01 2024-05-02
		2024-05-03 2024-06-10 2024-09-16 2024-09-17 2024-10-01 2024-10-02 2024-10-03 2024-10-04 2024-10-07
		2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-03 2025-02-04 2025-04-04 2025-05-01 2025-05-02
		2025-05-05 2025-06-02 2025-10-01 2025-10-02 2025-10-03 2025-10-06 2025-10-07 2025-10-08
		2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23 2026-04-06 2026-05-01
		2026-05-04 2026-05-05 2026-06-19 2026-09-25 2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07`
	weekendsWorked = `
		2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07 2023-10-08
		2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12
		2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11
		2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10`
)

// wall is a day as a wall calendar has it: noon in Greenwich, where no day is left out and none has another length.
func wall(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, time.UTC) }

const plain = "2006-01-02"

// tick tells whether a day is worked: by the list above, or where the law has none by the week alone.
func tick(day time.Time, listed bool) bool {
	s := day.Format(plain)
	if listed && strings.Contains(weekendsWorked, s) {
		return true
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday && (!listed || !strings.Contains(daysOff, s))
}

// tickOff counts a length on from a day, one day, month or year at a time, as somebody does with a finger on the wall
// calendar: the day itself is not counted, and where the last month has no day of the number its last day is the end.
func tickOff(from time.Time, by clock.Length, binds clock.Bound, listed bool) string {
	day := from
	switch by.Unit {
	case clock.Days:
		for range by.N {
			day = day.AddDate(0, 0, 1)
		}
	case clock.WorkingDays:
		for n := 0; n < by.N; {
			if day = day.AddDate(0, 0, 1); tick(day, listed) {
				n++
			}
		}
	case clock.Months, clock.Years:
		months := by.N
		if by.Unit == clock.Years {
			months *= 12
		}
		first := wall(from.Year(), from.Month(), 1)
		for range months {
			first = first.AddDate(0, 1, 0)
		}
		for day = first; day.Day() < from.Day() && day.AddDate(0, 0, 1).Month() == first.Month(); {
			day = day.AddDate(0, 0, 1)
		}
	}
	for binds == clock.Subject && !tick(day, listed) {
		day = day.AddDate(0, 0, 1)
	}
	return day.Format(plain)
}

// zones are those in which the days differ most: fourteen hours ahead, twelve behind, quarters of hours, and midnights that
// summer time leaves out or has twice.
var zones = []string{
	"Asia/Shanghai", "UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "America/New_York", "Europe/Berlin",
	"America/Santiago", "Asia/Beirut", "Africa/Cairo", "Australia/Lord_Howe",
}

func inZone(t *rapid.T) *time.Location {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// instant draws an instant of the years whose holidays are known, every third one at the edge of a day, at a month's
// end or about a leap day.
func instant(t *rapid.T, zone *time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(wall(2023, 1, 1).Unix(), wall(2026, 9, 1).Unix()).Draw(t, "instant"), 0).In(zone)
	y, m, d := at.Date()
	switch rapid.IntRange(0, 5).Draw(t, "edge") {
	case 0:
		at = time.Date(y, m, d+1, 0, 0, 0, 0, zone).Add(time.Duration(rapid.IntRange(-2, 1).Draw(t, "seconds")) * time.Second)
	case 1:
		at = time.Date(y, m+1, rapid.IntRange(-3, 1).Draw(t, "day"), 23, 59, 59, 0, zone)
	case 2:
		at = time.Date(2024, 2, rapid.IntRange(27, 31).Draw(t, "about the leap day"), 0, 0, 1, 0, zone)
	}
	return at
}

// TestDisputesAgainstAWallCalendar holds the clocks of disputes, and of what follows from one, to a reckoning with the
// finger on a wall calendar: from every instant, in every zone, over leap days, month ends, holidays and make-up days.
func TestDisputesAgainstAWallCalendar(t *testing.T) {
	t.Parallel()
	type limit struct {
		clock.Length
		listed bool
	}
	days := func(n int) limit { return limit{clock.Length{N: n, Unit: clock.Days}, false} }
	working := func(n int, listed bool) limit { return limit{clock.Length{N: n, Unit: clock.WorkingDays}, listed} }
	const cn, us = true, false // whose working days: the list above, or the week alone
	// What the laws say; the day that comes first counts.
	law := map[clock.Event][]limit{
		clock.DisputeAnswer:          {days(20), {clock.Length{N: 1, Unit: clock.Months}, false}, days(30)},
		clock.DisputeComplaint:       {days(30)},
		clock.DisputeForwarded:       {working(5, us)},
		clock.DisputeResultNotice:    {working(5, us)},
		clock.ReinsertionNotice:      {working(5, us)},
		clock.CorrectionAcknowledged: {working(5, cn)},
		clock.RepairDecision:         {working(3, cn)},
		clock.SubjectRequest:         {days(20), {clock.Length{N: 1, Unit: clock.Months}, false}},
	}
	var events []clock.Event
	for e := range law {
		events = append(events, e)
	}
	slices.Sort(events)
	rapid.Check(t, func(t *rapid.T) {
		zone, event := inZone(t), rapid.SampledFrom(events).Draw(t, "event")
		at := instant(t, zone)
		y, m, d := at.Date()
		from, want := wall(y, m, d), ""
		if event == clock.RepairDecision && from.Before(wall(2023, 5, 1)) {
			return // no law set it yet
		}
		for _, l := range law[event] {
			if day := tickOff(from, l.Length, clock.Handler, l.listed); want == "" || day < want {
				want = day
			}
		}
		due, err := clock.BuiltIn().Due(event, calendar.In(at, zone))
		if err != nil {
			t.Fatal(err)
		}
		if due.Day.String() != want {
			t.Fatalf("%s from %s is due on %s, on the wall calendar on %s", event, at, due.Day, want)
		}
		// What happens at any instant about the end is in time by its date in that zone, and by nothing else.
		end := due.Day.Start(zone).Add(time.Duration(rapid.Int64Range(-90_000, 180_000).Draw(t, "seconds from the last day")) * time.Second)
		if late := end.In(zone).Format(plain) > want; due.Passed(calendar.In(end, zone)) != late {
			t.Fatalf("%s, due on %s: %s counts as late %v", event, want, end, !late)
		}
	})
}

// TestLengthsAgainstAWallCalendar is the same of any length that a rule may set.
func TestLengthsAgainstAWallCalendar(t *testing.T) {
	t.Parallel()
	most := map[clock.Unit]int{clock.Days: 90, clock.WorkingDays: 60, clock.Months: 40, clock.Years: 9}
	rapid.Check(t, func(t *rapid.T) {
		zone := inZone(t)
		at := instant(t, zone)
		by := clock.Length{Unit: rapid.SampledFrom([]clock.Unit{clock.Days, clock.WorkingDays, clock.Months, clock.Years}).Draw(t, "unit")}
		by.N = rapid.IntRange(1, most[by.Unit]).Draw(t, "n")
		binds := rapid.SampledFrom([]clock.Bound{clock.Handler, clock.Subject}).Draw(t, "binds")
		j := rapid.SampledFrom([]clock.Jurisdiction{clock.China, clock.Charter, clock.EuropeanUnion, clock.UnitedStates}).Draw(t, "jurisdiction")
		y, m, d := at.Date()
		listed := j == clock.China || j == clock.Charter
		got := clock.BuiltIn().Count(by, calendar.In(at, zone), binds, j)
		want := tickOff(wall(y, m, d), by, binds, listed)
		if got.Day.String() != want {
			t.Fatalf("%s from %s for the %s by %s: %s, on the wall calendar %s", by, at, binds, j, got.Day, want)
		}
		// Outside the years known it says that it assumed; inside it does not.
		counts := by.Unit == clock.WorkingDays || binds == clock.Subject
		if assumed := counts && (!listed || want > "2026-12-31"); got.Assumed != assumed {
			t.Fatalf("%s from %s to %s by %s: assumed is %v", by, fmt.Sprint(at), want, j, got.Assumed)
		}
	})
}

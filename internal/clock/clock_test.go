package clock_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/clock"
	"probity/internal/fault"
)

func day(s string) calendar.Day { return calendar.MustParse(s) }

func TestDue(t *testing.T) {
	t.Parallel()
	table := clock.BuiltIn()
	for _, c := range []struct {
		name, from string
		event      clock.Event
		in         []clock.Jurisdiction
		want       string
		by         clock.Jurisdiction
		assumed    bool
	}{
		{"the Charter's own", "2026-11-22", clock.DisputeAnswer, nil, "2026-12-12", clock.Charter, false},
		{"the shortest: a February is longer than 20 days", "2026-02-01", clock.DisputeAnswer, []clock.Jurisdiction{clock.EuropeanUnion}, "2026-02-21", clock.Charter, false},
		{"a month from the last of January", "2027-01-31", clock.SubjectRequest, []clock.Jurisdiction{clock.EuropeanUnion}, "2027-02-20", clock.Charter, false},
		{"three working days over the nine days of Spring Festival", "2026-02-13", clock.RepairDecision, []clock.Jurisdiction{clock.China}, "2026-02-25", clock.China, false},
		{"three working days before a week off, a Saturday worked", "2026-09-30", clock.RepairDecision, []clock.Jurisdiction{clock.China}, "2026-10-10", clock.China, false},
		{"a handler's last day may be a holiday", "2026-09-12", clock.DisputeAnswer, []clock.Jurisdiction{clock.China}, "2026-10-02", clock.Charter, false},
		{"the subject's may not", "2026-09-28", clock.HearingRequest, []clock.Jurisdiction{clock.China}, "2026-10-08", clock.China, false},
		{"six months from a month end", "2026-08-31", clock.AdministrativeSuit, []clock.Jurisdiction{clock.China}, "2027-03-01", clock.China, true},
		{"five years from a leap day", "2024-02-29", clock.AdversePersonalLapse, nil, "2029-02-28", clock.Charter, false},
		{"working days without a calendar", "2026-11-20", clock.ReinsertionNotice, []clock.Jurisdiction{clock.UnitedStates}, "2026-11-27", clock.UnitedStates, true},
		{"beyond the announced years", "2026-12-30", clock.RepairDecision, []clock.Jurisdiction{clock.China}, "2027-01-04", clock.China, true},
	} {
		d, err := table.Due(c.event, day(c.from), c.in...)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d.Day != day(c.want) || d.Limit.Jurisdiction != c.by || d.Assumed != c.assumed {
			t.Errorf("%s: %s by %s (assumed %v), want %s by %s (%v)", c.name, d.Day, d.Limit.Jurisdiction, d.Assumed, c.want, c.by, c.assumed)
		}
		if d.Passed(d.Day) || !d.Passed(d.Day+1) {
			t.Errorf("%s: what happens on the last day is in time, what happens later is not", c.name)
		}
	}
}

func TestNoLimitInForceIsNotFound(t *testing.T) {
	t.Parallel()
	for name, due := range map[string]func() (clock.Deadline, error){
		"before the edition": func() (clock.Deadline, error) {
			return clock.BuiltIn().Due(clock.RepairAnswer, day("2026-03-31"), clock.China)
		},
		"another law": func() (clock.Deadline, error) {
			return clock.BuiltIn().Due(clock.RepairDecision, day("2026-04-01"), clock.EuropeanUnion)
		},
		"an event of nowhere": func() (clock.Deadline, error) { return clock.BuiltIn().Due("teatime", day("2026-04-01")) },
		"no day":              func() (clock.Deadline, error) { return clock.BuiltIn().Due(clock.DisputeAnswer, calendar.None) },
	} {
		if d, err := due(); !fault.Is(err, fault.NotFound) || d.Day != 0 {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

// TestEveryEventHasALimit holds the names of this package to the table: a clock that is not there would be found out only
// when somebody starts it.
func TestEveryEventHasALimit(t *testing.T) {
	t.Parallel()
	for _, e := range []clock.Event{
		clock.WithdrawAnnulledPenalty, clock.ListCriteriaComment, clock.ListObjection, clock.ListTerm, clock.ListEarlyRemoval,
		clock.RemoveAbnormalEntry, clock.RemoveDefaulter, clock.HearingRequest, clock.Reconsideration, clock.AdministrativeSuit,
		clock.OrderObjection, clock.OrderAnswer, clock.OrderReviewRequest, clock.OrderReview,
		clock.DisputeAnswer, clock.DisputeForwarded, clock.DisputeResultNotice, clock.ReinsertionNotice, clock.RepairForwarded,
		clock.RepairDecision, clock.RepairAnswer, clock.AmnestyReview, clock.AdversePersonalLapse, clock.Ruling,
		clock.RulingReviewRequest, clock.RulingReview, clock.SubjectRequest, clock.LiftAcknowledgement,
		clock.CorrectionAcknowledged, clock.DeletionAcknowledged,
	} {
		if _, err := clock.BuiltIn().Due(e, day("2026-11-22")); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
}

// TestClocks holds what must be true of every limit from every instant in every zone: the day is later than the event's,
// a later event never has an earlier deadline, the subject's own time ends on a working day, and a named jurisdiction
// never lengthens what must happen nor shortens what may not be over.
func TestClocks(t *testing.T) {
	t.Parallel()
	table := clock.BuiltIn()
	zones := []*time.Location{calendar.Shanghai, time.UTC, time.FixedZone("", -12*3600), time.FixedZone("", 14*3600), time.FixedZone("", 5*3600+45*60)}
	from, to := day("2023-01-01").Start(time.UTC).Unix(), day("2027-03-31").Start(time.UTC).Unix()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(from, to).Draw(t, "instant"), 0)
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		event := rapid.SampledFrom(table.Events()).Draw(t, "event")
		start := calendar.In(at, zone)
		d, err := table.Due(event, start)
		if fault.Is(err, fault.NotFound) {
			return // not in force yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if d.Day <= start {
			t.Fatalf("%s from %s is due on %s", event, start, d.Day)
		}
		if last := d.Day.Start(zone).Add(24*time.Hour - 1); calendar.In(last, zone) != d.Day || d.Passed(calendar.In(last, zone)) {
			t.Fatalf("%s: the last instant of %s is not in time", event, d.Day)
		}
		if next, err := table.Due(event, start+1); err == nil && next.Limit == d.Limit && next.Day < d.Day {
			t.Fatalf("%s: from %s it is due on %s, from a day later on %s", event, start, d.Day, next.Day)
		}
		if worked, known := calendar.ChineseHolidays().Worked(d.Day); d.Limit.Binds == clock.Subject && known && !worked {
			t.Fatalf("%s: the subject's time ends on %s, on which nobody works", event, d.Day)
		}
		if x := table.Extended(d, start); x.Day < d.Day {
			t.Fatalf("%s: extended from %s to %s", event, d.Day, x.Day)
		}
		for _, j := range []clock.Jurisdiction{clock.China, clock.EuropeanUnion, clock.UnitedStates} {
			one, err := table.Due(event, start, j)
			if err == nil && (d.Limit.Sense == clock.AtMost && one.Day < d.Day || d.Limit.Sense == clock.AtLeast && one.Day > d.Day) {
				t.Fatalf("%s: by all laws %s, by that of %s alone %s", event, d.Day, j, one.Day)
			}
		}
	})
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const good = `{event: e, sense: at_most, binds: handler, limit: 3 day, jurisdiction: cn, from: 2020-01-01, source: s, checked: own}`
	if _, err := clock.Parse("x.yaml", []byte("limits: ["+good+"]"), calendar.ChineseHolidays()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no limit":             strings.Replace(good, "3 day", "0 day", 1),
		"a fortnight":          strings.Replace(good, "3 day", "2 fortnight", 1),
		"no source":            strings.Replace(good, "source: s, ", "", 1),
		"neither sense":        strings.Replace(good, "at_most", "about", 1),
		"bound to nobody":      strings.Replace(good, "handler", "nobody", 1),
		"nowhere":              strings.Replace(good, "jurisdiction: cn", "jurisdiction: atlantis", 1),
		"unchecked":            strings.Replace(good, "own", "hoped", 1),
		"over before it began": strings.Replace(good, "from: 2020-01-01", "from: 2020-01-01, to: 2019-01-01", 1),
		"twice in force":       good + ", " + good,
		"both senses":          good + ", " + strings.Replace(strings.Replace(good, "cn", "eu", 1), "at_most", "at_least", 1),
		"unknown key":          strings.Replace(good, "source", "sauce", 1),
	} {
		if _, err := clock.Parse("x.yaml", []byte("limits: ["+text+"]"), calendar.ChineseHolidays()); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzLength(f *testing.F) {
	for _, s := range []string{"20 day", "3 working_day", "", "-1 day", "5  year", "1 hour", "99999 day", "3 day "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var l, again clock.Length
		if l.UnmarshalText([]byte(s)) != nil {
			return
		}
		if l.String() != s || again.UnmarshalText([]byte(l.String())) != nil || again != l {
			t.Fatalf("%q is %v, prints as %q", s, l, l.String())
		}
	})
}

package regime_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/record"
	"probity/internal/repair/regime"
)

func day(s string) calendar.Day { return calendar.MustParse(s) }

func load(t *testing.T) *regime.Rules {
	t.Helper()
	rules, err := regime.Load(catalogue.BuiltIn())
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// TestWindow holds worked cases of the three regimes and of the change from one to the next.
func TestWindow(t *testing.T) {
	t.Parallel()
	rules := load(t)
	for _, c := range []struct {
		name            string
		tier            record.Tier
		since, dataset  string
		earliest, until string
		opens, ends     string
	}{
		{"general, 2026", record.General, "2026-05-10", "samr.penalty", "2026-08-10", "2027-05-10", "repair.order36", "repair.order36"},
		{"serious, 2026", record.Serious, "2026-05-10", "samr.penalty", "2027-05-10", "2029-05-10", "repair.order36", "repair.order36"},
		{"minor, 2026: at once, three months at most", record.Minor, "2026-05-10", "samr.penalty", "2026-05-10", "2026-08-10", "repair.order36", "repair.order36"},
		{"a minor matter of a month end", record.Minor, "2026-11-30", "samr.penalty", "2026-11-30", "2027-02-28", "repair.order36", "repair.order36"},
		{"no tier is general", record.NoTier, "2026-05-10", "samr.penalty", "2026-08-10", "2027-05-10", "repair.order36", "repair.order36"},
		{"general, decided under Order 58, ended by the milder order 36", record.General, "2025-09-01", "samr.penalty", "2025-12-01", "2026-09-01", "repair.order58", "repair.order36"},
		{"general, a year over before the milder rule came", record.General, "2024-06-01", "samr.penalty", "2024-09-01", "2026-04-01", "repair.order58", "repair.order36"},
		{"general, over under Order 58 before that", record.General, "2023-05-02", "samr.penalty", "2023-08-02", "2026-04-01", "repair.order58", "repair.order36"},
		{"general, 2019: a year", record.General, "2020-01-31", "samr.penalty", "2020-04-30", "2021-01-31", "repair.ndrc2019", "repair.ndrc2019"},
		{"serious, 2019: six months", record.Serious, "2021-02-28", "samr.penalty", "2021-08-28", "2024-02-28", "repair.ndrc2019", "repair.order58"},
		{"serious of a leap day", record.Serious, "2024-02-29", "samr.penalty", "2025-02-28", "2027-02-28", "repair.order58", "repair.order36"},
		{"safety under Order 58: a year at least, milder from April 2026", record.General, "2025-08-01", "samr.penalty-food", "2026-04-01", "2026-08-01", "repair.order36", "repair.order36"},
		{"safety under Order 58, its year over before", record.General, "2024-02-01", "samr.penalty-food", "2025-02-01", "2026-04-01", "repair.order58", "repair.order36"},
	} {
		w, ok := rules.Window(c.tier, day(c.since), c.dataset, "samr")
		if !ok {
			t.Errorf("%s: no window", c.name)
			continue
		}
		if w.Earliest != day(c.earliest) || w.Until != day(c.until) || w.Opens.Code != c.opens || w.Ends.Code != c.ends {
			t.Errorf("%s: from %s (%s) until %s (%s), want %s (%s), %s (%s)", c.name, w.Earliest, w.Opens.Code, w.Until, w.Ends.Code,
				c.earliest, c.opens, c.until, c.ends)
		}
	}
	if _, ok := rules.Window(record.General, calendar.None, "", ""); ok {
		t.Error("a matter without a day has a window")
	}
}

// TestMixedPenaltiesTakeTheLongest: a matter punished in several ways is shown as the gravest of them.
func TestMixedPenaltiesTakeTheLongest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		list []record.Tier
		want record.Tier
	}{
		{[]record.Tier{record.Minor, record.Serious, record.General}, record.Serious},
		{[]record.Tier{record.Minor, record.General}, record.General},
		{[]record.Tier{record.Minor}, record.Minor},
		{nil, record.General},
	} {
		if got := regime.Gravest(c.list...); got != c.want {
			t.Errorf("of %v the gravest is %v", c.list, got)
		}
	}
}

// TestWindows holds what is true of every matter: it can be repaired no later than it ends by itself, a graver one is not
// shown for less long and not repairable sooner, and no later regime makes it worse than the one of its own day.
func TestWindows(t *testing.T) {
	t.Parallel()
	rules := load(t)
	rapid.Check(t, func(t *rapid.T) {
		since := calendar.Day(rapid.IntRange(int(day("2019-07-01")), int(day("2030-12-31"))).Draw(t, "since"))
		tier := rapid.SampledFrom([]record.Tier{record.Minor, record.General, record.Serious}).Draw(t, "tier")
		dataset := rapid.SampledFrom([]string{"samr.penalty", "samr.penalty-food"}).Draw(t, "dataset")
		w, ok := rules.Window(tier, since, dataset, "samr")
		if !ok || w.Earliest < since || w.Until <= since || w.Earliest > w.Until {
			t.Fatalf("%s of %s: repairable from %s, ends on %s (%v)", tier, since, w.Earliest, w.Until, ok)
		}
		if tier < record.Serious {
			g, _ := rules.Window(tier+1, since, dataset, "samr")
			if g.Until < w.Until || g.Earliest < w.Earliest {
				t.Fatalf("%s of %s: %v; the graver tier %v", tier, since, w, g)
			}
		}
		own := rules.InForce(since)
		for _, x := range rules.Regimes {
			if x.From > since && w.Ends == x && w.Until < x.From {
				t.Fatalf("%s of %s ends on %s by %s, before it is in force", tier, since, w.Until, x.Code)
			}
		}
		if own == nil {
			t.Fatalf("no regime is in force on %s", since)
		}
		if three := since.Add(calendar.Period{Years: 3}); w.Until > three {
			t.Fatalf("%s of %s is shown until %s, longer than any regime allows", tier, since, w.Until)
		}
	})
}

func repayment(occurred, cured string, due, paid int64) *record.Version {
	payload := fmt.Sprintf(`{"due_amount":%d,"paid_amount":%d,"cured_on":%q}`, due, paid, cured)
	if cured == "" {
		payload = fmt.Sprintf(`{"due_amount":%d,"paid_amount":%d}`, due, paid)
	}
	return &record.Version{Adverse: true, Occurred: day(occurred), Lapse: calendar.None, Contract: 7, Payload: []byte(payload)}
}

// TestAmnesty holds the worked cases of the one-off repair of small arrears, and its edges.
func TestAmnesty(t *testing.T) {
	t.Parallel()
	rules := load(t)
	code := ""
	for _, c := range catalogue.BuiltIn().Datasets {
		if c.Family == "person-repayment" {
			code = c.Code
		}
	}
	limits := regime.NewLimits(rules, catalogue.BuiltIn(), map[int]string{7: code})
	for _, c := range []struct {
		name string
		v    *record.Version
		want string
	}{
		{"repaid before December 2025", repayment("2023-03-31", "2025-11-30", 1_000_000, 0), "2026-01-01"},
		{"repaid in January 2026", repayment("2023-03-31", "2026-01-31", 800_000, 0), "2026-02-28"},
		{"repaid on the last day", repayment("2025-12-31", "2026-03-31", 800_000, 0), "2026-04-30"},
		{"repaid a day late", repayment("2023-03-31", "2026-04-01", 800_000, 0), ""},
		{"a fen too much", repayment("2023-03-31", "2025-11-30", 1_000_001, 0), ""},
		{"what was not paid counts", repayment("2023-03-31", "2025-11-30", 1_500_000, 600_000), "2026-01-01"},
		{"before the time it covers", repayment("2019-12-31", "2020-02-01", 100, 0), ""},
		{"after it", repayment("2026-01-31", "2026-02-28", 100, 0), ""},
		{"the first day it covers", repayment("2020-01-01", "2020-02-01", 100, 0), "2026-01-01"},
		{"never repaid", repayment("2023-03-31", "", 100, 0), ""},
		{"not adverse", func() *record.Version {
			v := repayment("2023-03-31", "2023-04-30", 100, 0)
			v.Adverse = false
			return v
		}(), ""},
		{"no amount stated", &record.Version{Adverse: true, Occurred: day("2023-03-31"), Lapse: calendar.None, Contract: 7, Payload: []byte(`{"cured_on":"2023-04-30"}`)}, ""},
		{"of another dataset", func() *record.Version { v := repayment("2023-03-31", "2023-04-30", 100, 0); v.Contract = 8; return v }(), ""},
	} {
		if got := limits.Lapse(c.v); got.String() != c.want {
			t.Errorf("%s: gone from %q, want %q", c.name, got, c.want)
		}
		if a := limits.Amnesty(c.v); (a != nil) != (c.want != "") && c.v.Adverse {
			t.Errorf("%s: amnesty %v", c.name, a)
		}
	}
}

// TestLapse: the rules bring the lapse forward and never put it off, and a matter that has not ended is not ended by them.
func TestLapse(t *testing.T) {
	t.Parallel()
	limits := regime.NewLimits(load(t), catalogue.BuiltIn(), map[int]string{1: "samr.penalty", 2: "samr.inspection", 3: "samr.registration"})
	rapid.Check(t, func(t *rapid.T) {
		v := &record.Version{
			Contract: rapid.IntRange(1, 4).Draw(t, "contract"), Adverse: rapid.Bool().Draw(t, "adverse"),
			Tier:     record.Tier(rapid.IntRange(0, 3).Draw(t, "tier")),
			Occurred: calendar.Day(rapid.IntRange(int(day("2015-01-01")), int(day("2027-12-31"))).Draw(t, "occurred")),
			Lapse:    calendar.None,
		}
		if got := limits.Lapse(v); got != calendar.None {
			t.Fatalf("an open matter lapses on %s", got)
		}
		v.Lapse = v.Occurred.Add(calendar.Period{Years: 5})
		got := limits.Lapse(v)
		if got > v.Lapse || !v.Adverse && got != v.Lapse {
			t.Fatalf("%+v lapses on %s", v, got)
		}
		if w, ok := limits.Window(v); ok && got != min(v.Lapse, w.Until) {
			t.Fatalf("%+v lapses on %s, shown until %s", v, got, w.Until)
		}
	})
}

package calendar_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
)

func day(s string) calendar.Day { return calendar.MustParse(s) }

func TestWeekdayAgreesWithTime(t *testing.T) {
	for d := calendar.First; d < calendar.Last; d += 11 {
		if want := time.Unix(int64(d)*86400, 0).UTC().Weekday(); d.Weekday() != want {
			t.Fatalf("%s is a %s, time says %s", d, d.Weekday(), want)
		}
	}
}

// TestChineseWorkingDays holds days that people know: holidays on weekdays, Sundays worked in exchange, and plain days.
func TestChineseWorkingDays(t *testing.T) {
	w := calendar.ChineseHolidays()
	for s, want := range map[string]bool{
		"2023-01-02": false, "2023-01-28": true, "2023-06-22": false, "2023-06-25": true, "2023-10-08": true,
		"2024-02-09": true, "2024-02-10": false, "2024-02-18": true, "2024-05-11": true, "2024-09-14": true, "2024-10-12": true,
		"2025-01-27": true, "2025-01-26": true, "2025-02-04": false, "2025-06-02": false, "2025-10-08": false, "2025-10-09": true,
		"2026-01-02": false, "2026-01-04": true, "2026-02-14": true, "2026-02-16": false, "2026-02-23": false, "2026-02-24": true,
		"2026-04-06": false, "2026-09-20": true, "2026-09-25": false, "2026-10-07": false, "2026-10-08": true, "2026-10-10": true,
		"2026-11-22": false, "2026-11-23": true,
	} {
		if got, known := w.Worked(day(s)); got != want || !known {
			t.Errorf("%s worked: %v (known %v), want %v", s, got, known, want)
		}
	}
}

// TestWorkedDaysAYear holds each year's number of working days: exchanging days changes nothing, so it is the year's
// weekdays less the statutory holidays, of which there were 11 until 2024 and are 13 since. A slip in the data shows.
func TestWorkedDaysAYear(t *testing.T) {
	w := calendar.ChineseHolidays()
	for year, want := range map[int]int{2023: 260 - 11, 2024: 262 - 11, 2025: 261 - 13, 2026: 261 - 13} {
		first, _ := calendar.Date(year, 1, 1)
		n, known := w.Between(first-1, first.Add(calendar.Period{Years: 1})-1)
		if year == 2023 {
			known = true // 31 December 2022 lies in no known year and is not counted
		}
		if n != want || !known {
			t.Errorf("%d has %d working days (known %v), want %d", year, n, known, want)
		}
	}
}

func TestAfter(t *testing.T) {
	w := calendar.ChineseHolidays()
	for _, c := range []struct {
		from  string
		n     int
		want  string
		known bool
	}{
		{"2026-02-13", 3, "2026-02-25", true},  // Saturday the 14th is worked, then nine days off
		{"2026-09-30", 3, "2026-10-10", true},  // the Saturday after the week off is worked
		{"2026-09-18", 1, "2026-09-20", true},  // a Sunday
		{"2026-11-23", 0, "2026-11-23", true},  // nothing to count
		{"2026-12-31", 1, "2027-01-01", false}, // a holiday by law, but 2027 is not announced here: Monday to Friday
		{"2026-12-30", 1, "2026-12-31", true},
		{"1999-05-03", 5, "1999-05-10", false},
	} {
		got, known := w.After(day(c.from), c.n)
		if got != day(c.want) || known != c.known {
			t.Errorf("%d working days after %s: %s (known %v), want %s (%v)", c.n, c.from, got, known, c.want, c.known)
		}
	}
	if got, known := w.After(calendar.None, 3); got != calendar.None || known {
		t.Errorf("after no day comes %s, known %v", got, known)
	}
}

// TestCountingWorkingDays: After and Between undo each other, the day reached is worked, and a holiday never brings a
// limit forward.
func TestCountingWorkingDays(t *testing.T) {
	china, plain := calendar.ChineseHolidays(), calendar.Weekdays()
	rapid.Check(t, func(t *rapid.T) {
		from := calendar.Day(rapid.IntRange(int(day("2022-12-20")), int(day("2027-02-01"))).Draw(t, "from"))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		for _, w := range []*calendar.WorkingDays{china, plain} {
			to, _ := w.After(from, n)
			if worked, _ := w.Worked(to); !worked {
				t.Fatalf("%s: %d working days after %s is %s, on which nobody works", w.Code(), n, from, to)
			}
			if back, _ := w.Between(from, to); back != n {
				t.Fatalf("%s: %s to %s are %d working days, not %d", w.Code(), from, to, back, n)
			}
			if next, _ := w.After(from, n+1); next <= to {
				t.Fatalf("%s: the next working day after %s is %s", w.Code(), to, next)
			}
			if on, _ := w.OnOrAfter(to); on != to {
				t.Fatalf("%s: %s is worked and moved to %s", w.Code(), to, on)
			}
		}
	})
}

func TestParseWorkingDaysRefuses(t *testing.T) {
	const head = "calendar: x\nyears:\n  - {year: 2026, source: s, published: 2025-11-04, checked: verified"
	for name, text := range map[string]string{
		"no source":            "calendar: x\nyears:\n  - {year: 2026, published: 2025-11-04, checked: verified}",
		"unknown check":        "calendar: x\nyears:\n  - {year: 2026, source: s, published: 2025-11-04, checked: maybe}",
		"a year twice":         head + "}\n  - {year: 2026, source: s, published: 2025-11-04, checked: verified}",
		"holiday backwards":    head + ", holidays: [{name: n, from: 2026-05-05, to: 2026-05-01}]}",
		"holiday elsewhere":    head + ", holidays: [{name: n, from: 2027-05-01, to: 2027-05-02}]}",
		"weekday as make-up":   head + ", work: [2026-05-11]}",
		"holiday as make-up":   head + ", holidays: [{name: n, from: 2026-05-01, to: 2026-05-05}], work: [2026-05-02]}",
		"a key nobody knows":   head + ", off: []}",
		"no day":               head + ", work: [2026-02-30]}",
		"something else":       "- 1",
		"nothing at all, even": "",
	} {
		if _, err := calendar.ParseWorkingDays("x.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "x.yaml: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzWorkingDays(f *testing.F) {
	f.Add([]byte("calendar: x\nyears:\n  - {year: 2026, source: s, published: 2025-11-04, checked: verified, work: [2026-05-09]}"))
	f.Add([]byte("calendar: 7"))
	f.Fuzz(func(t *testing.T, text []byte) {
		w, err := calendar.ParseWorkingDays("x.yaml", text)
		if err != nil {
			return
		}
		if to, _ := w.After(0, 3); to <= 0 {
			t.Fatalf("three working days after day 0 is %s", to)
		}
	})
}

package job_test

import (
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/job"
)

// TestSchedule reads the schedule that comes with the program, and finds on which day each plan was due last.
func TestSchedule(t *testing.T) {
	t.Parallel()
	plans, err := job.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	due := map[string]map[string]string{
		"tax-year":         {"2026-03-31": "", "2026-04-01": "2026-04-01", "2026-11-23": "2026-04-01", "2028-03-31": "2027-04-01"},
		"evaluation-month": {"2025-12-31": "", "2026-11-23": "2026-11-01", "2028-02-29": "2028-02-01"},
		"night":            {"2025-12-31": "", "2026-01-01": "2026-01-01", "2026-11-23": "2026-11-23"},
	}
	for i := range plans {
		days := due[plans[i].Code]
		if days == nil {
			t.Errorf("the plan %s is not tried", plans[i].Code)
		}
		for today, want := range days {
			got, ok := plans[i].Due(calendar.MustParse(today))
			if ok != (want != "") || ok && got.String() != want {
				t.Errorf("%s on %s: due %s, %v instead of %q", plans[i].Code, today, got, ok, want)
			}
		}
	}
	good := "plans:\n  - {code: a, title: {en: A, zh: 甲}, models: [], every: month, day: 3, from: 2026-01-01, source: s}\n"
	if _, err := job.ParseSchedule("good", []byte(good)); err != nil {
		t.Error(err)
	}
	for bad, says := range map[string]string{
		"every: month": "every: week", "day: 3": "day: 31", "from: 2026-01-01": "from: soon", "source: s": "source: ''", "code: a": "kode: a",
	} {
		if _, err := job.ParseSchedule("bad.yaml", []byte(strings.Replace(good, bad, says, 1))); err == nil || !strings.Contains(err.Error(), "bad.yaml") {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// TestStates tries every way from one state to another.
func TestStates(t *testing.T) {
	t.Parallel()
	may := map[string]bool{"open paused": true, "open cancelled": true, "open done": true, "paused open": true, "paused cancelled": true}
	states := []job.State{job.Open, job.Paused, job.Cancelled, job.Done}
	for _, from := range states {
		for _, to := range states {
			if got := job.May(1, from, to) == nil; got != may[string(from)+" "+string(to)] {
				t.Errorf("from %s to %s: %v", from, to, got)
			}
		}
	}
}

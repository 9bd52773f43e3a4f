package scorecard_test

import (
	"strings"
	"testing"

	"probity/calendar"
	"probity/scorecard"
)

// TestYears finds, for days around a close and an announcement, which year's close is rated and when that changes.
func TestYears(t *testing.T) {
	t.Parallel()
	model := func(year string) (*scorecard.Model, error) {
		return scorecard.Parse("m.yaml", []byte("model: m\nversion: 1\ntitle: {en: M}\nkinds: [enterprise]\ncontexts: [tax]\nsource: {title: s, date: 2025-07-01}\n"+
			year+"base: 0\ncharacteristics: [{name: c, title: {en: C}, datasets: [a.b], aggregate: count}]\nbands: [{name: B, from: 0}]\n"))
	}
	for _, c := range []struct{ closes, announced, today, asOf, next string }{
		{"12-31", "04-01", "2026-04-01", "2025-12-31", "2027-04-01"},
		{"12-31", "04-01", "2026-03-31", "2024-12-31", "2026-04-01"},
		{"12-31", "04-01", "2026-12-31", "2025-12-31", "2027-04-01"},
		{"06-30", "09-01", "2026-08-31", "2025-06-30", "2026-09-01"},
		{"06-30", "09-01", "2026-09-01", "2026-06-30", "2027-09-01"},
		{"04-01", "04-01", "2026-04-01", "2025-04-01", "2027-04-01"}, // announced on the day on which the next year closes
	} {
		m, err := model(`year: {closes: "` + c.closes + `", announced: "` + c.announced + "\"}\n")
		if err != nil {
			t.Fatal(err)
		}
		asOf, next := m.Year.Stands(calendar.MustParse(c.today))
		if asOf.String() != c.asOf || next.String() != c.next {
			t.Errorf("closes %s, announced %s: on %s the close of %s until %s", c.closes, c.announced, c.today, asOf, next)
		}
	}
	if m, err := model(""); err != nil || m.Year != nil {
		t.Errorf("without a year: %+v, %v", m, err)
	}
	for bad, says := range map[string]string{
		"year: {closes: 02-29, announced: 04-01}\n": `"02-29" is no day of every year`, "year: {closes: 12-31}\n": "announced",
		"year: {closes: soon, announced: 04-01}\n": "write the month and the day", "year: {closes: 12-31, announced: 04-01, ends: 1}\n": "ends",
	} {
		if _, err := model(bad); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "m.yaml") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

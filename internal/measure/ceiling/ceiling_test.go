package ceiling_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/measure/ceiling"
	"probity/internal/measure/order"
)

func day(s string) calendar.Day { return calendar.MustParse(s) }

// TestTheTableCoversTheClosedList holds that every restriction of the built-in list has, on each of its laws and on every
// day from its first on, one ceiling; that none goes beyond the list's own; and that nothing else stands in the table.
func TestTheTableCoversTheClosedList(t *testing.T) {
	t.Parallel()
	cat, table := catalogue.BuiltIn(), ceiling.BuiltIn()
	for i := range cat.Measures {
		m := &cat.Measures[i]
		if m.Class != "I" && m.Class != "II" {
			continue
		}
		for _, l := range m.Basis {
			for _, on := range []calendar.Day{m.From, day("2026-03-31"), day("2026-04-01"), day("2030-01-01")} {
				c := table.Find(m.Code, order.Basis{Law: l.Code, Article: l.Article}, max(on, m.From))
				if c == nil {
					t.Errorf("%s on %s %s has no ceiling on %s", m.Code, l.Code, l.Article, on)
					continue
				}
				const from = calendar.Day(0)
				for _, x := range c.Tiers {
					if from.Add(x.Longest) > from.Add(m.Ceiling) {
						t.Errorf("%s on %s: %s, beyond the %s of the list", m.Code, c.Basis, x.Longest, m.Ceiling)
					}
				}
			}
		}
	}
	for _, c := range table.All() {
		m := cat.Measure(c.Measure)
		if m == nil {
			t.Errorf("the list has no measure %s", c.Measure)
			continue
		}
		for _, b := range c.Basis {
			law, _, _ := strings.Cut(b, " ")
			found := false
			for _, l := range m.Basis {
				found = found || l.Code == law
			}
			if !found {
				t.Errorf("the list does not rest %s on %s", c.Measure, b)
			}
		}
	}
}

// TestFind holds which ceiling judges an order: that of its article before that of its law, in the edition of its first day,
// for the gravest tier that its conduct reaches.
func TestFind(t *testing.T) {
	t.Parallel()
	table, err := ceiling.Parse("test.yaml", []byte(`
ceilings:
  - {measure: m, basis: [law], from: 2020-01-01, source: s, checked: own, tiers: [{tier: general, longest: P2Y}]}
  - {measure: m, basis: [law art. 3], from: 2020-01-01, to: 2026-04-01, source: s, checked: own, tiers: [{tier: general, longest: P1Y}, {tier: serious, longest: P3Y, least: 7}]}
  - {measure: m, basis: [law art. 3], from: 2026-04-01, source: s, checked: own, tiers: [{tier: serious, longest: P6M}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ measure, law, article, on, tier, want string }{
		{"m", "law", "art. 1", "2026-01-01", "general", "P2Y 0"},
		{"m", "law", "art. 3", "2026-03-31", "general", "P1Y 0"},
		{"m", "law", "art. 3", "2026-03-31", "serious", "P3Y 7"},
		{"m", "law", "art. 3", "2026-04-01", "serious", "P6M 0"},
		{"m", "law", "art. 3", "2026-04-01", "general", "too light"},
		{"m", "law", "art. 1", "2026-01-01", "minor", "too light"},
		{"m", "law", "art. 1", "2026-01-01", "unheard of", "too light"},
		{"m", "other law", "art. 3", "2026-01-01", "serious", "unknown"},
		{"m", "law", "art. 3", "2019-12-31", "serious", "unknown"},
		{"n", "law", "art. 3", "2026-01-01", "serious", "unknown"},
	} {
		got := "unknown"
		if f := table.Find(c.measure, order.Basis{Law: c.law, Article: c.article}, day(c.on)); f != nil {
			got = "too light"
			if x := f.Of(c.tier); x != nil {
				got = x.Longest.String() + " " + string(rune('0'+x.Least))
			}
		}
		if got != c.want {
			t.Errorf("%v: %s", c, got)
		}
	}
	longest := map[string]string{}
	for _, tier := range []string{"minor", "general", "serious"} {
		p, known := table.Longest("m", tier, day("2026-04-01"))
		if !known {
			t.Error("the measure is not known")
		}
		longest[tier] = p.String()
	}
	if diff := cmp.Diff(map[string]string{"minor": "P0D", "general": "P2Y", "serious": "P2Y"}, longest); diff != "" {
		t.Error(diff)
	}
	if _, known := table.Longest("n", "serious", day("2026-04-01")); known {
		t.Error("a measure that is not in the table is known")
	}
}

// TestParseRefuses spoils a sound ceiling in one thing each.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const sound = `{measure: m, basis: [law art. 3], from: 2020-01-01, to: 2026-04-01, source: s, checked: own, tiers: [{tier: general, longest: P1Y}, {tier: serious, longest: P3Y, least: 7}]}`
	if _, err := ceiling.Parse("t", []byte("ceilings: ["+sound+"]")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, spoilt, says string }{
		{"measure: m, ", "", "state the measure"},
		{"[law art. 3]", "[]", "state the measure"},
		{"law art. 3", "' law'", "code article"},
		{"source: s, ", "", "state the source"},
		{"checked: own", "checked: guessed", "checked: verified, recalled or own"},
		{"from: 2020-01-01, ", "", "first day"},
		{"to: 2026-04-01", "to: 2019-01-01", "out of force"},
		{"tiers: [{tier: general, longest: P1Y}, {tier: serious, longest: P3Y, least: 7}]", "tiers: []", "which tier"},
		{"tier: general", "tier: serious", "lightest first"},
		{"tier: general", "tier: awful", "lightest first"},
		{"longest: P1Y", "longest: P0D", "how long"},
		{"least: 7", "least: -7", "least amount"},
		{"source: s", "score: 7", "field score"},
		{sound, sound + ", " + sound, "two editions"},
	} {
		_, err := ceiling.Parse("t", []byte(strings.Replace("ceilings: ["+sound+"]", c.old, c.spoilt, 1)))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s for %s: %v", c.spoilt, c.old, err)
		}
	}
}

// FuzzParse: no file brings the parser down, and what it admits is whole.
func FuzzParse(f *testing.F) {
	f.Add([]byte("ceilings: [{measure: m, basis: [law], from: 2020-01-01, source: s, checked: own, tiers: [{tier: minor, longest: P1D}]}]"))
	f.Add([]byte("ceilings: [{measure: m, tiers: [{}]}]"))
	f.Add([]byte("- "))
	f.Fuzz(func(t *testing.T, text []byte) {
		table, err := ceiling.Parse("fuzz", text)
		if err != nil {
			return
		}
		for _, c := range table.All() {
			if c.Of("serious") == nil || c.Lightest().Longest.IsZero() {
				t.Errorf("%+v was admitted", c)
			}
		}
	})
}

package population_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/fault"
	"probity/internal/lab/chance"
	"probity/internal/lab/population"
)

func world(t *testing.T) *population.World {
	t.Helper()
	w, err := population.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestFitHoldsThePublishedMargins: every fitted share within a thousandth, every generated one within its chance.
func TestFitHoldsThePublishedMargins(t *testing.T) {
	t.Parallel()
	w := world(t)
	for _, row := range w.Fit() {
		if math.Abs(row.Fitted-row.Published) > 0.002 {
			t.Errorf("%s, %s: published %.4f, fitted %.4f", row.Margin, row.Cell, row.Published, row.Fitted)
		}
		if row.Count < 100 {
			t.Errorf("%s, %s holds %v", row.Margin, row.Cell, row.Count)
		}
	}
	const n = 100 * population.PanelSize
	var p population.Panel
	rural, women := 0.0, 0.0
	for first := 0; first < n; first += population.PanelSize {
		w.Fill(&p, 11, first, population.PanelSize)
		for i := range p.N {
			rural += float64(p.Column[population.Area][i])
			women += float64(p.Column[population.Sex][i])
		}
	}
	for what, got := range map[string][2]float64{"rural": {rural / n, 0.361}, "women": {women / n, 0.4876}} {
		if math.Abs(got[0]-got[1]) > 0.005 {
			t.Errorf("%s: %.4f generated, %.4f published", what, got[0], got[1])
		}
	}
}

// TestSameSeedSamePeople: a person does not depend on how many there are beside, and does on the seed.
func TestSameSeedSamePeople(t *testing.T) {
	t.Parallel()
	w := world(t)
	var whole, part, other population.Panel
	w.Fill(&whole, 5, 2048, 2048)
	w.Fill(&part, 5, 2048, 700)
	w.Fill(&other, 6, 2048, 2048)
	if d := cmp.Diff(whole.Income[:690], part.Income[:690]); d != "" {
		t.Errorf("fewer people are other people: %s", d)
	}
	if d := cmp.Diff(whole.Column[population.Age][:690], part.Column[population.Age][:690]); d != "" {
		t.Error("fewer people are of other ages")
	}
	if cmp.Equal(whole.Income, other.Income) {
		t.Error("another seed gives the same people")
	}
}

// TestIdentifiersBelongToNobody: every one is well-formed, of a range that was never issued, and no two are the same.
func TestIdentifiersBelongToNobody(t *testing.T) {
	t.Parallel()
	w := world(t)
	var p population.Panel
	seen := map[string]bool{}
	for _, first := range []int{0, 4096, int(identifier.SyntheticResidentIDs) / 2048 * 2048, 1_000_001_536} {
		w.Fill(&p, 1, first/2048*2048, 2048)
		for i := range p.N {
			id, err := w.Identifier(&p, i, calendar.MustParse("2026-01-31"))
			if err != nil {
				t.Fatal(err)
			}
			if identifier.StatusOf(identifier.ResidentID, id) != identifier.Synthetic || seen[id] {
				t.Fatalf("%s: %v, seen %v", id, identifier.StatusOf(identifier.ResidentID, id), seen[id])
			}
			seen[id] = true
		}
	}
}

// TestCertificates: what does not regenerate is refused by the Charter, with what is missing.
func TestCertificates(t *testing.T) {
	t.Parallel()
	w := world(t)
	good := w.Certify(3, 100)
	if err := w.Regenerates(good); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*population.Certificate){
		func(c *population.Certificate) { c.Generator++ },
		func(c *population.Certificate) { c.Margins = strings.Repeat("0", 64) },
		func(c *population.Certificate) { c.People = 0 },
	} {
		c := good
		change(&c)
		err := w.Regenerates(c)
		if f, ok := err.(*fault.Error); !ok || f.Code != fault.Refused || f.Invariant != "C16" || f.Missing == "" { //nolint:errorlint // the very type is promised
			t.Errorf("%+v: %v", c, err)
		}
	}
	if chance.Seed(3) != chance.Seed(good.Seed) {
		t.Error("the certificate states another seed")
	}
}

// TestWrongMarginsAreRefused: each with its line.
func TestWrongMarginsAreRefused(t *testing.T) {
	t.Parallel()
	text := population.BuiltinText()
	for name, c := range map[string]struct{ from, to, says string }{
		"a cell that could point at somebody": {`"54 minority": 3203000`, `"54 minority": 99`, "at least 100"},
		"an unknown value":                    {`"54 minority": 3203000`, `"99 minority": 3203000`, "no value of region"},
		"a cell that is missing":              {"      \"54 minority\": 3203000\n", "", "no cell"},
		"shares of more than all":             {"adults: [0.32", "adults: [0.92", "add up to"},
		"a share over one":                    {"children: 0.38", "children: 1.38", "from 0 to 1|share of households"},
	} {
		changed := strings.Replace(string(text), c.from, c.to, 1)
		if changed == string(text) {
			t.Fatalf("%s: the text to change is not there", name)
		}
		_, err := population.Read("m.yaml", []byte(changed))
		if err == nil || !strings.HasPrefix(err.Error(), "m.yaml:") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := false
		for _, s := range strings.Split(c.says, "|") {
			found = found || strings.Contains(err.Error(), s)
		}
		if !found {
			t.Errorf("%s: %v", name, err)
		}
	}
	contradiction := strings.Replace(string(text), "households:\n", "  - over: [sex]\n    title: Another\n    universe: everybody\n    basis: assumed\n    source: none\n    cells:\n      \"male\": 100\n      \"female\": 900\nhouseholds:\n", 1)
	if _, err := population.Read("m.yaml", []byte(contradiction)); err == nil || !strings.Contains(err.Error(), "impossible margins") {
		t.Errorf("contradicting margins: %v", err)
	}
}

// FuzzRead reads anything without panicking.
func FuzzRead(f *testing.F) {
	f.Add([]byte("edition: x\ndimensions: [{name: region, values: {a: b}}]"))
	f.Add([]byte("margins: [{over: [sex], cells: {a: 1}}]"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		_, _ = population.Read("m.yaml", text)
	})
}

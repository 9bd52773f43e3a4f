package parameter_test

import (
	"strings"
	"testing"

	"probity/internal/fault"
	"probity/internal/lab/parameter"
)

const good = `edition: 2026-11
parameters:
  loss:
    {value: 0.01, low: 0, high: 0.1, unit: probability, basis: assumed, source: none, what: losing work}
`

// TestFaultsNameFileAndLine shows each wrong file and where the fault is said to be.
func TestFaultsNameFileAndLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, where, says string }{
		"a probability over one":  {"value: 0.01", "value: 1.2", "p.yaml:4", "cannot be 1.2"},
		"outside its range":       {"value: 0.01", "value: 0.2", "p.yaml:4", "its range is 0 to 0.1"},
		"a word for a number":     {"value: 0.01", "value: many", "p.yaml:4", "not a number"},
		"an unknown key":          {"edition: 2026-11", "edition: 2026-11\nextra: 1", "p.yaml:2", "extra"},
		"no source":               {"source: none, ", "", "p.yaml:4", "no source"},
		"an unknown basis":        {"assumed", "guessed", "p.yaml:4", "no basis"},
		"a range out of 0 to 1":   {"high: 0.1", "high: 3", "p.yaml:4", "leaves 0 to 1"},
		"two documents":           {"losing work}\n", "losing work}\n---\na: 1\n", "p.yaml", "second document"},
		"not even YAML":           {"edition: 2026-11", "edition: [", "p.yaml:", ""},
		"a range the wrong way":   {"low: 0,", "low: 0.5,", "p.yaml:4", "above high"},
		"a unit nobody knows":     {"unit: probability", "unit: furlong", "p.yaml:4", "no unit"},
		"an edition that is none": {"edition: 2026-11\n", "", "p.yaml:1", "no edition"},
	} {
		_, err := parameter.Parse("p.yaml", []byte(strings.Replace(good, c.from, c.to, 1)))
		f, ok := err.(*fault.Error) //nolint:errorlint // the very type is promised
		if !ok || !strings.HasPrefix(f.Where, c.where) || !strings.Contains(f.Text, c.says) || f.Cure == "" {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

func TestWith(t *testing.T) {
	t.Parallel()
	s, err := parameter.Parse("p.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	changed, err := s.With("policy.yaml", map[string]parameter.Number{"loss": {Value: 0.05, Line: 3}})
	if err != nil || changed.Value("loss") != 0.05 || s.Value("loss") != 0.01 || s.Digest() == changed.Digest() {
		t.Errorf("%v, %v, %v", err, changed.Value("loss"), s.Value("loss"))
	}
	for _, c := range []struct {
		name  string
		value float64
	}{{"loss", 0.5}, {"lost", 0}} {
		_, err := s.With("policy.yaml", map[string]parameter.Number{c.name: {Value: c.value, Line: 3}})
		if err == nil || !strings.HasPrefix(err.Error(), "policy.yaml:3: ") {
			t.Errorf("%s %v: %v", c.name, c.value, err)
		}
	}
}

// FuzzParse reads anything without panicking.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("parameters: {a: [1], b: {value: {}}}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := parameter.Parse("p.yaml", text); err == nil && s.Digest() == "" {
			t.Error("no digest")
		}
	})
}

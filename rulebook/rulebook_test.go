package rulebook_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"probity/internal/catalogue"
	"probity/rulebook"
	"probity/scorecard"
)

// plan compiles a built-in model against the built-in catalogue.
func plan(t *testing.T, f rulebook.File) *scorecard.Plan {
	t.Helper()
	m, err := scorecard.Parse(f.ModelPath(), f.Model)
	if err != nil {
		t.Fatal(err)
	}
	p, err := scorecard.Compile(m, catalogue.BuiltIn().Schema())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run rates the records of every case of a model.
func run(t *testing.T, f rulebook.File) (*scorecard.Plan, []scorecard.CaseResult) {
	t.Helper()
	p := plan(t, f)
	cases, err := scorecard.ParseCases(f.CasesPath(), f.Cases)
	if err != nil {
		t.Fatal(err)
	}
	results, err := p.RunCases(cases)
	if err != nil {
		t.Fatal(err)
	}
	return p, results
}

func each(t *testing.T, do func(t *testing.T, f rulebook.File)) {
	for _, f := range rulebook.All() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			do(t, f)
		})
	}
}

func TestModelsAreNamedAndNumbered(t *testing.T) {
	t.Parallel()
	newest := map[string]int64{}
	for _, f := range rulebook.All() {
		m := plan(t, f).Model()
		versioned := fmt.Sprintf("%s-v%d", m.Code, m.Version)
		if f.Name != m.Code && f.Name != versioned {
			t.Errorf("%s holds the model %s version %d", f.ModelPath(), m.Code, m.Version)
		}
		if m.Version <= newest[m.Code] {
			t.Errorf("%s: version %d comes after version %d", f.Name, m.Version, newest[m.Code])
		}
		newest[m.Code] = m.Version
	}
	if len(newest) < 11 {
		t.Errorf("the rulebook holds %d models: %v", len(newest), newest)
	}
}

func TestCasesHold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		_, results := run(t, f)
		for _, r := range results {
			for _, d := range r.Differences {
				t.Errorf("%s:%d: %s: %s", f.CasesPath(), r.Case.At.Line, r.Case.Name, d)
			}
		}
	})
}

// TestEveryTextIsBilingual holds titles, bands, reasons and cures to both languages, and every reason that somebody can
// do something about to a cure.
func TestEveryTextIsBilingual(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		m := plan(t, f).Model()
		both := func(what string, l scorecard.Label) {
			if l.EN == "" || l.ZH == "" {
				t.Errorf("%s: %s is not in both languages: %+v", f.ModelPath(), what, l)
			}
		}
		both("the title", m.Title)
		for i := range m.Characteristics {
			both("the characteristic "+m.Characteristics[i].Name.Text, m.Characteristics[i].Title)
		}
		for i := range m.Bands {
			both("the band "+m.Bands[i].Name.Text, m.Bands[i].Title)
		}
		for i := range m.Reasons {
			r := &m.Reasons[i]
			both("the reason "+r.Code.Text, r.Title)
			if r.Cure != (scorecard.Label{}) {
				both("the cure of "+r.Code.Text, r.Cure)
			}
		}
		for _, code := range loses(m) {
			i := slices.IndexFunc(m.Reasons, func(r scorecard.Reason) bool { return r.Code.Text == code })
			if m.Reasons[i].Cure == (scorecard.Label{}) {
				t.Errorf("%s: the reason %s takes something away and says no cure", f.ModelPath(), code)
			}
		}
	})
}

// loses lists the reason codes for which points are lost or a band is limited.
func loses(m *scorecard.Model) []string {
	var codes []string
	add := func(n scorecard.Name) {
		if n.Text != "" {
			codes = append(codes, n.Text)
		}
	}
	for i := range m.Characteristics {
		ch := &m.Characteristics[i]
		add(ch.Reason)
		for _, a := range ch.Attributes {
			add(a.Reason)
		}
		if ch.PerUnit != nil {
			add(ch.PerUnit.Reason)
		}
		if ch.PerRecord != nil {
			add(ch.PerRecord.Reason)
		}
	}
	for i := range m.Gates {
		if m.Gates[i].AtMost.Text != "" {
			add(m.Gates[i].Reason)
		}
	}
	return codes
}

// TestEverySourceSaysHowSureItIs holds a source that is not our own design to the words verified, recalled or assumed.
func TestEverySourceSaysHowSureItIs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		m := plan(t, f).Model()
		own := strings.HasPrefix(m.Source.Title, "Designed for this platform")
		said := slices.ContainsFunc([]string{"erified", "ecalled", "ssumed"}, func(w string) bool { return strings.Contains(m.Source.Note, w) })
		if !own && !said {
			t.Errorf("%s: the note of the source does not say what is verified and what is recalled", f.ModelPath())
		}
		if len(m.LeftOut) == 0 {
			t.Errorf("%s: nothing is said to be left out", f.ModelPath())
		}
	})
}

// TestPersonsConsentToAListedPurpose holds models of persons to a purpose of the closed list that takes a consent.
func TestPersonsConsentToAListedPurpose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f rulebook.File) {
		m := plan(t, f).Model()
		if m.Consent == nil {
			return
		}
		p := catalogue.BuiltIn().Purpose(m.Consent.Purpose)
		if p == nil || !p.NeedsConsent {
			t.Errorf("%s: %q is no purpose that a person can consent to", f.ModelPath(), m.Consent.Purpose)
		}
	})
}

// TestBenefitsNameModelsAndBandsThatExist holds the catalogue's benefits to the rulebook: a benefit that waits for a
// band no model has would never be granted, and nobody would know why.
func TestBenefitsNameModelsAndBandsThatExist(t *testing.T) {
	t.Parallel()
	bands := map[string][]string{}
	for _, f := range rulebook.All() {
		m := plan(t, f).Model()
		bands[m.Code] = nil
		for i := range m.Bands {
			bands[m.Code] = append(bands[m.Code], m.Bands[i].Name.Text)
		}
	}
	for _, measure := range catalogue.BuiltIn().Measures {
		if measure.Benefit == nil {
			continue
		}
		have, ok := bands[measure.Benefit.Model]
		if !ok {
			t.Errorf("%s: the benefit %s rests on the model %q, which the rulebook does not hold", measure.At, measure.Code, measure.Benefit.Model)
			continue
		}
		for _, b := range measure.Benefit.Bands {
			if !slices.Contains(have, b) {
				t.Errorf("%s: the benefit %s waits for the band %q; the model %s has %s", measure.At, measure.Code, b, measure.Benefit.Model, strings.Join(have, ", "))
			}
		}
	}
}

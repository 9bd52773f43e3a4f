package measure_test

import (
	"slices"
	"testing"

	"probity/internal/catalogue"
	"probity/internal/charter"
)

// TestTheListThatShips: every benefit may stand and rests on a model and bands that exist, and every restriction can be
// ordered by somebody.
func TestTheListThatShips(t *testing.T) {
	t.Parallel()
	cat := catalogue.BuiltIn()
	book := builtInModels(t, cat)
	for i := range cat.Measures {
		m := &cat.Measures[i]
		if m.Class != "benefit" {
			if m.Class != "III" && !slices.ContainsFunc(cat.Agencies, func(a catalogue.Agency) bool {
				return (a.Code == m.Body || a.Kind == m.Body) && (a.Kind == "court" || a.Kind == "organ" || a.Kind == "procuratorate")
			}) {
				t.Errorf("%s: no court or authority can order %s, which is left to %q", m.At, m.Code, m.Body)
			}
			continue
		}
		model, err := book.Model(m.Benefit.Model)
		if err != nil {
			t.Errorf("%s: %v", m.At, err)
			continue
		}
		if err := charter.AdmitBenefit(charter.BenefitTerms{Measure: m, Model: model.Facts}); err != nil {
			t.Errorf("%s: %v", m.At, err)
		}
		var bands []string
		for _, b := range model.Plan.Model().Bands {
			bands = append(bands, b.Name.Text)
		}
		for _, band := range m.Benefit.Bands {
			if !slices.Contains(bands, band) {
				t.Errorf("%s: %s is for the band %s, which %s does not have: %v", m.At, m.Code, band, m.Benefit.Model, bands)
			}
		}
	}
}

package charter_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
)

// TestBuiltInCatalogue: every contract that ships may stand.
func TestBuiltInCatalogue(t *testing.T) {
	t.Parallel()
	cat := catalogue.BuiltIn()
	for _, c := range cat.Datasets {
		if err := charter.AdmitContract(c, cat, calendar.MustParse("2026-11-22")); err != nil {
			t.Errorf("%s: %v", c.Code, err)
		}
	}
}

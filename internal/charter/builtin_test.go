package charter_test

import (
	"strings"
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

// TestThePlatformsPurposesAreOfTheClosedList: what entries of the ledger state on nobody's behalf stands in the list that
// subjects can look up, as every other purpose does.
func TestThePlatformsPurposesAreOfTheClosedList(t *testing.T) {
	t.Parallel()
	for _, code := range []string{charter.OwnFilePurpose, charter.OwnDeliveryPurpose, charter.SameSubjectPurpose} {
		if catalogue.BuiltIn().Purpose(code) == nil {
			t.Errorf("entries state the purpose %s, which is in no list", code)
		}
	}
	for _, p := range catalogue.BuiltIn().Purposes {
		if strings.Contains(p.Code, "_") {
			t.Errorf("the purpose %s is written with an underscore, the others with hyphens", p.Code)
		}
	}
}

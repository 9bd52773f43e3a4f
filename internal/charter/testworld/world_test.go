package testworld_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/charter/testworld"
)

// TestTheWorldIsLawful: what the tests forbid is forbidden by what they change, and not by the world they change it in.
func TestTheWorldIsLawful(t *testing.T) {
	t.Parallel()
	world := testworld.Catalogue()
	if len(world.Datasets) == 0 {
		t.Fatal("the world has no datasets")
	}
	for _, d := range world.Datasets {
		if err := charter.AdmitContract(d, world, calendar.MustParse("2026-11-22")); err != nil {
			t.Errorf("%s: %v", d.Code, err)
		}
	}
}

// TestDeliveryIsForItsAgency: the permit that tests bring files in with names the agency and an official of it.
func TestDeliveryIsForItsAgency(t *testing.T) {
	t.Parallel()
	if p := testworld.Delivery("bank"); p.Agency() != "bank" || p.By().Agency != "bank" || !p.By().IsOfficial() {
		t.Errorf("the permit is for %q, by %+v", p.Agency(), p.By())
	}
}

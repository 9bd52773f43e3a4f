package charter_test

import (
	"errors"
	"testing"

	"probity/internal/charter"
	"probity/internal/fault"
)

func TestWhoActsForASupplier(t *testing.T) {
	official := func(agency string) charter.Actor {
		return charter.Actor{Agency: agency, Official: "Li Wei", Credential: "li-wei"}
	}
	for _, c := range []struct {
		by              charter.Actor
		agency, founder string
		want, missing   string
	}{
		{official("samr"), "samr", "npcic", "samr", ""},
		{official("samr"), "", "npcic", "samr", ""},
		{official("npcic"), "samr", "npcic", "samr", ""},
		{official("npcic"), "", "npcic", "npcic", ""},
		{official("sta"), "samr", "npcic", "", "credential of the supplier"},
		{official("sta"), "samr", "", "", "credential of the supplier"},
		{charter.Actor{}, "", "", "", "official of the supplier"},
		{charter.Actor{}, "samr", "npcic", "", "official of the supplier"},
		{charter.Actor{Subject: 7, Credential: "own"}, "samr", "npcic", "", "official of the supplier"},
		{charter.Actor{Agency: "samr", Credential: "nobody"}, "samr", "npcic", "", "official of the supplier"},
		{charter.Actor{Agency: "samr", Official: "Li Wei"}, "samr", "npcic", "", "official of the supplier"},
	} {
		p, err := charter.PermitDelivery(c.by, c.agency, c.founder)
		if missing(t, err, "C13") != c.missing || p.Agency() != c.want {
			t.Errorf("%+v for %q, founded by %q: %q, %v", c.by, c.agency, c.founder, p.Agency(), err)
		}
		if err == nil && p.By() != c.by {
			t.Errorf("the permit names %+v, not %+v", p.By(), c.by)
		}
	}
}

func TestWhoKeepsTheLog(t *testing.T) {
	for _, c := range []struct {
		by      charter.Actor
		founder string
		ok      bool
	}{
		{charter.Actor{Agency: "npcic", Official: "Gu Yan", Credential: "first"}, "npcic", true},
		{charter.Actor{Agency: "samr", Official: "Li Wei", Credential: "li-wei"}, "npcic", false},
		{charter.Actor{Agency: "npcic", Credential: "first"}, "npcic", false},
		{charter.Actor{Agency: "npcic", Official: "Gu Yan"}, "npcic", false},
		{charter.Actor{Subject: 7, Credential: "own"}, "npcic", false},
		{charter.Actor{Subject: 7, Credential: "own"}, "", false},
		{charter.Actor{}, "", false},
	} {
		p, err := charter.PermitLog(c.by, c.founder)
		if got := missing(t, err, "C11"); (got == "") != c.ok || c.ok && p.By() != c.by {
			t.Errorf("%+v, founded by %q: %v", c.by, c.founder, err)
		}
	}
}

// missing is the element that a refusal by the invariant names; "" for no error.
func missing(t *testing.T, err error, invariant string) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != invariant || f.Missing == "" || f.Cure == "" {
		t.Fatalf("no refusal by %s: %v", invariant, err)
	}
	return f.Missing
}

package charter_test

import (
	"testing"

	"probity/internal/charter"
)

// TestC11WhoWritesACopy: it tells of organisations, so that an official of the agency that set the platform up writes it.
func TestC11WhoWritesACopy(t *testing.T) {
	t.Parallel()
	clerk := charter.Actor{Agency: "npcic", Official: "Wang Min", Credential: "wang-min"}
	p, err := charter.PermitCopy(clerk, "npcic")
	if err != nil || p.Stands() != nil || p.By() != clerk {
		t.Errorf("the permit of %+v: %v, %v", p.By(), err, p.Stands())
	}
	wantRefusal(t, charter.CopyPermit{}.Stands(), "C11: permit")
	for name, spoil := range map[string]func(*charter.Actor){
		"of another agency": func(a *charter.Actor) { a.Agency = "samr" },
		"without a name":    func(a *charter.Actor) { a.Official = "" },
		"not authenticated": func(a *charter.Actor) { a.Credential = "" },
		"the subject":       func(a *charter.Actor) { a.Subject = 7 },
	} {
		by := clerk
		spoil(&by)
		_, err := charter.PermitCopy(by, "npcic")
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, "C11: official of the platform") })
	}
	_, err = charter.PermitCopy(charter.Actor{Official: "Wang Min", Credential: "wang-min"}, "")
	wantRefusal(t, err, "C11: official of the platform")
}

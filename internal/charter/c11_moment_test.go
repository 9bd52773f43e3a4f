package charter_test

import (
	"testing"
	"time"

	"probity/internal/charter"
	"probity/internal/fault"
)

// TestC11InTheMomentOfTheRead: what was permitted is answered only where nothing has changed since.
func TestC11InTheMomentOfTheRead(t *testing.T) {
	t.Parallel()
	permitted := func(once bool) charter.ReadPermit {
		terms := read(person)
		terms.Consents[0].Once = once
		p, err := charter.PermitRead(terms)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	quota := charter.ReadFacts{Made: 1, Limit: 2}
	with := func(change func(*charter.ReadFacts)) charter.ReadFacts {
		f := quota
		change(&f)
		return f
	}
	for name, c := range map[string]struct {
		permit charter.ReadPermit
		facts  charter.ReadFacts
		want   string
	}{
		"nothing changed":          {permitted(false), quota, ""},
		"nobody judged it":         {charter.ReadPermit{}, quota, "C11: permit"},
		"withdrawn":                {permitted(false), with(func(f *charter.ReadFacts) { f.Withdrawn = true }), "C11: consent"},
		"used up by another":       {permitted(true), with(func(f *charter.ReadFacts) { f.Used = true }), "C1: unused consent"},
		"used, and for many times": {permitted(false), with(func(f *charter.ReadFacts) { f.Used = true }), ""},
		"closed":                   {permitted(false), with(func(f *charter.ReadFacts) { f.Frozen = true }), "C11: open file"},
		"the last of the quota":    {permitted(false), charter.ReadFacts{Made: 2, Limit: 2}, "C11: quota"},
	} {
		t.Run(name, func(t *testing.T) { wantRefusal(t, c.permit.Stands(c.facts), c.want) })
	}
	if err := permitted(false).Stands(with(func(f *charter.ReadFacts) { f.Revoked = true })); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("by a credential that is good no more: %v", err)
	}
}

// TestC11WhoClosesAFile: its subject alone, where reads of it rest on consent.
func TestC11WhoClosesAFile(t *testing.T) {
	t.Parallel()
	p, err := charter.PermitFreeze(itself, person, true)
	if err != nil || p.Subject() != person || !p.Closes() {
		t.Errorf("the permit closes %t of %v: %v", p.Closes(), p.Subject(), err)
	}
	for name, by := range map[string]charter.Actor{
		"another subject": {Subject: company.ID, Credential: "company"}, "an official": clerk, "no credential": {Subject: person.ID}, "nobody": {},
	} {
		_, err := charter.PermitFreeze(by, person, true)
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, "C11: own credential") })
	}
	nobody := person
	nobody.ID = 0
	_, err = charter.PermitFreeze(charter.Actor{Credential: "x"}, nobody, true)
	wantRefusal(t, err, "C11: own credential")
	_, err = charter.PermitFreeze(charter.Actor{Subject: company.ID, Credential: "company"}, company, true)
	wantRefusal(t, err, "C11: read by consent")
}

// TestC11WhoKeepsTheLog: officials of the agency that set the platform up, and a restore that names its backup.
func TestC11WhoKeepsTheLog(t *testing.T) {
	t.Parallel()
	keeper := charter.Actor{Agency: "npcic", Official: "Wang Min", Credential: "wang-min"}
	p, err := charter.PermitLog(keeper, "npcic")
	if err != nil || p.Stands() != nil || p.By() != keeper {
		t.Errorf("the permit of %+v: %v, %v", p.By(), err, p.Stands())
	}
	wantRefusal(t, charter.LogPermit{}.Stands(), "C11: permit")
	_, err = charter.PermitLog(clerk, "npcic")
	wantRefusal(t, err, "C11: official of the platform")
	restored, err := charter.PermitRestoredLog(time.Unix(1, 0))
	if err != nil || restored.Stands() != nil {
		t.Errorf("after a restore: %v, %v", err, restored.Stands())
	}
	_, err = charter.PermitRestoredLog(time.Time{})
	wantRefusal(t, err, "C11: backup")
}

package charter_test

import (
	"errors"
	"testing"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
)

// TestTrials tries what a trial of a model version needs, one missing element at a time, and who may work on everybody.
func TestTrials(t *testing.T) {
	t.Parallel()
	today := calendar.MustParse("2026-11-23")
	official := charter.Actor{Agency: "centre", Official: "Wang", Credential: "wang"}
	work, err := charter.PermitWork(official, "centre")
	if err != nil || work.By() != official || work.Stands() != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]charter.Actor{
		"nobody": {}, "an agency": {Agency: "centre", Credential: "x"}, "another's official": {Agency: "bank", Official: "Li", Credential: "li"},
		"without a credential": {Agency: "centre", Official: "Wang"},
	} {
		if _, err := charter.PermitWork(by, "centre"); !lacking(err, "C7", "official of the platform") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := charter.PermitWork(official, ""); !lacking(err, "C7", "official of the platform") {
		t.Errorf("nobody founded it: %v", err)
	}
	good := charter.TrialTerms{Model: "m", Version: 2, Author: "centre/Li", Fresh: true, InForce: 1, Today: today, Until: today + 1}
	p, err := charter.PermitTrial(work, good)
	if err != nil || p.Terms() == nil || *p.Terms() != good || p.By() != official {
		t.Fatalf("in order: %+v, %v", p.Terms(), err)
	}
	good.Until = today.Add(calendar.Period{Months: 12})
	if _, err := charter.PermitTrial(work, good); err != nil {
		t.Errorf("for twelve months: %v", err)
	}
	if _, err := charter.PermitTrial(charter.WorkPermit{}, good); !lacking(err, "C7", "permit") {
		t.Errorf("without leave: %v", err)
	}
	for element, change := range map[string]func(*charter.TrialTerms){
		"C8 model":                           func(t *charter.TrialTerms) { t.Model = "" },
		"C8 second official":                 func(t *charter.TrialTerms) { t.Author = "centre/Wang" },
		"C8 version that was never in force": func(t *charter.TrialTerms) { t.Fresh = false },
		"C8 version in force":                func(t *charter.TrialTerms) { t.InForce = 0 },
		"C8 last day":                        func(t *charter.TrialTerms) { t.Until = today },
		"C1 end within twelve months":        func(t *charter.TrialTerms) { t.Until++ },
	} {
		bad := good
		change(&bad)
		if p, err := charter.PermitTrial(work, bad); !lacking(err, element[:2], element[3:]) || p.Terms() != nil {
			t.Errorf("%s: %v", element, err)
		}
	}
	bad := good
	if bad.Until = calendar.None; !lacking(trialError(charter.PermitTrial(work, bad)), "C8", "last day") {
		t.Error("a trial without an end")
	}
	bad = good
	if bad.Version = 0; !lacking(trialError(charter.PermitTrial(work, bad)), "C8", "model") {
		t.Error("a trial of no version")
	}
	if err := charter.MayKeep("m", 1, false); err != nil {
		t.Errorf("a rating by a version in force: %v", err)
	}
	if err := charter.MayKeep("m", 2, true); !lacking(err, "C8", "version in force") {
		t.Errorf("a rating by a version that was never in force: %v", err)
	}
}

func trialError(_ charter.TrialPermit, err error) error { return err }

func lacking(err error, invariant, element string) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Code == fault.Refused && f.Invariant == invariant && f.Missing == element
}

package deployment_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"probity/internal/store/rulebooks"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter/rules"
	"probity/internal/deployment"
	"probity/internal/fault"
)

// TestABenefitTakenOutKeepsItsBaseline: what stands in the list is not worsened by leaving it out of one import and putting
// it back by another (C5).
func TestABenefitTakenOutKeepsItsBaseline(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	d := create(t, func() time.Time { return now })
	files, err := deployment.BuiltInFiles()
	if err != nil {
		t.Fatal(err)
	}
	name, before, after := "", []byte(nil), []byte(nil)
	for file, text := range files {
		if lines := bytes.SplitAfter(text, []byte("\n")); bytes.Contains(text, []byte("class: benefit")) {
			name, before = file, text
			after = bytes.Join(slices.DeleteFunc(lines, func(l []byte) bool { return bytes.Contains(l, []byte("code: loan-fee-rebate,")) }), nil)
		}
	}
	if name == "" || bytes.Equal(before, after) {
		t.Fatal("the built-in list has no benefit of that code on a line of its own")
	}
	full := maps.Clone(files)
	files[name] = after
	without := putInForce(t, d, files, now)
	if without.Measure("loan-fee-rebate") != nil {
		t.Fatal("it was not taken out")
	}
	d.Catalogue = without // as when it is opened again
	worse := maps.Clone(full)
	worse[name] = bytes.Replace(before, []byte("The fee of the published tariff"), []byte("A fee of twice as much"), 1)
	if _, err := admitted(t, d, worse, now); !fault.Is(err, fault.Refused) {
		t.Errorf("put back with a worse baseline: %v", err)
	}
	if _, err := admitted(t, d, full, now); err != nil {
		t.Errorf("put back as it was: %v", err)
	}
}

// admitted has the Charter judge files that are to come into force.
func admitted(t *testing.T, d *deployment.Deployment, files map[string][]byte, now time.Time) (rules.Permit, error) {
	t.Helper()
	set, faults, err := deployment.ReadRules(files, nil)
	if err := errors.Join(err, faults.Err()); err != nil {
		t.Fatal(err)
	}
	return d.AdmitRules(t.Context(), files, set, calendar.In(now, calendar.Shanghai))
}

// putInForce keeps files as the rules in force and gives the catalogue that they make.
func putInForce(t *testing.T, d *deployment.Deployment, files map[string][]byte, now time.Time) *catalogue.Catalogue {
	t.Helper()
	permit, err := admitted(t, d, files, now)
	if err == nil {
		err = rulebooks.In(d.Store).SaveCatalogue(t.Context(), permit, now)
	}
	if err != nil {
		t.Fatal(err)
	}
	cat, _ := deployment.Layers(files)
	return cat
}

package deployment_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/deployment"
	"probity/internal/fault"
)

// TestABenefitTakenOutKeepsItsBaseline: what stands in the list is not worsened by leaving it out of one import and putting
// it back by another (C5).
func TestABenefitTakenOutKeepsItsBaseline(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	d := create(t, func() time.Time { return now })
	today := calendar.In(now, calendar.Shanghai)
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
	full := d.Catalogue
	files[name] = after
	without, faults := deployment.Layers(files)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	if without.Measure("loan-fee-rebate") != nil {
		t.Fatal("it was not taken out")
	}
	if err := d.AdmitBaselines(t.Context(), without, today); err != nil {
		t.Fatalf("taken out: %v", err)
	}
	if err := deployment.SaveCatalogue(t.Context(), d.Store, without, files, now); err != nil {
		t.Fatal(err)
	}
	d.Catalogue = without // as when it is opened again
	worse := *full
	worse.Measures = slices.Clone(full.Measures)
	at := slices.IndexFunc(worse.Measures, func(m catalogue.Measure) bool { return m.Code == "loan-fee-rebate" })
	benefit := *worse.Measures[at].Benefit
	benefit.Baseline.EN = "a fee of twice as much"
	worse.Measures[at].Benefit = &benefit
	if err := d.AdmitBaselines(t.Context(), &worse, today); !fault.Is(err, fault.Refused) {
		t.Errorf("put back with a worse baseline: %v", err)
	}
	if err := d.AdmitBaselines(t.Context(), full, today); err != nil {
		t.Errorf("put back as it was: %v", err)
	}
}

package suite_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/intake"
	"probity/internal/store"
	"probity/internal/store/storetest"
	"probity/internal/subject"
)

// TestC16ALiveBirth is a short history of a database that was born live: whoever can be real comes in, and nobody that was
// generated, by whatever kind of identifier; after each step, a restart and the sweeps it is live still. The histories of
// this package are those of a demo.
func TestC16ALiveBirth(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := town{folder: t.TempDir()}
	now := firstDay
	clock := func() time.Time { now = now.Add(time.Second); return now }
	if err := os.Mkdir(filepath.Dir(w.database()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := w.found(ctx, store.Live, clock); err != nil {
		t.Fatal(err)
	}
	person, err := identifier.SyntheticResidentID(calendar.MustParse("1990-05-01"), 1, true)
	if err != nil {
		t.Fatal(err)
	}
	firm, err := identifier.SyntheticUSCC("91", 8)
	if err != nil {
		t.Fatal(err)
	}
	abroad, err := identifier.SyntheticLEI(8)
	if err != nil {
		t.Fatal(err)
	}
	today := calendar.In(firstDay, calendar.Shanghai)
	steps := []struct {
		name string
		p    party
		in   bool
	}{
		{"the person of the standard's example", party{kind: subject.Person, scheme: subject.ResidentID, value: "11010519491231002X"}, true},
		{"a generated person", party{kind: subject.Person, scheme: subject.ResidentID, value: person}, false},
		{"a generated firm", party{kind: subject.Enterprise, scheme: subject.USCC, value: firm}, false},
		{"a generated firm abroad", party{kind: subject.Enterprise, scheme: subject.LEI, value: abroad}, false},
		{"a generated office holder", party{kind: subject.OfficeHolder, scheme: subject.Appointment, value: "bureau-head/" + person}, false},
	}
	subjects := int64(0)
	for i, step := range steps {
		if step.in {
			subjects++
		}
		d, err := deployment.Open(ctx, storetest.Address(t, w.database()), deployment.Options{Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		dataset, line := firstMatter(&step.p, i+1, today)
		report, err := d.Intake(nil).Ingest(ctx, intake.Job{
			By: testworld.Delivery(supplierOf(dataset)), Dataset: dataset, File: "live.csv", Source: strings.NewReader(headings[dataset] + "\n" + line + "\n"),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		findings, err := d.Store.Findings(ctx, report.Submission)
		if err != nil {
			t.Fatal(err)
		}
		forbidden := slices.ContainsFunc(findings, func(f store.FindingCount) bool { return strings.EqualFold(f.Rule, "charter.c16") })
		if stored := report.Counts.Stored == 1; stored != step.in || forbidden == step.in {
			t.Errorf("%s: %+v %+v, want it in: %v", step.name, report.Counts, findings, step.in)
		}
		ratings, err := d.Ratings(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.SweepEnds(ctx, ratings); err != nil {
			t.Fatal(err)
		}
		if birth := d.Store.Birth(); birth != store.Live {
			t.Errorf("after %s the database is %s", step.name, birth)
		}
		if n, err := d.Store.CountPopulation(ctx, subject.Kinds); err != nil || n != subjects {
			t.Errorf("after %s the register has %d subjects, want %d: %v", step.name, n, subjects, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

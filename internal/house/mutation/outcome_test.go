package mutation_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/house/mutation"
)

// TestOutcomesNameGuards: what is written down of the last runs is about guards that are there, under the invariants that
// they keep, once each, and on a day; so what docs/charter.md says of them is of this source.
func TestOutcomesNameGuards(t *testing.T) {
	t.Parallel()
	invariants := map[string]string{}
	guards := guardsOf(t)
	for i := range guards {
		invariants[guards[i].Name()] = guards[i].Invariant
	}
	outcomes, err := mutation.Outcomes()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, o := range outcomes {
		const cure = "take its line out of outcome.csv, or run make mutants ONLY=%s"
		switch invariant, there := invariants[o.Guard]; {
		case !there:
			t.Errorf("there is no guard %q; "+cure, o.Guard, o.Invariant)
		case invariant != o.Invariant:
			t.Errorf("%q keeps %s, and its outcome stands under %s; "+cure, o.Guard, invariant, o.Invariant, o.Invariant)
		case seen[o.Guard]:
			t.Errorf("%q stands there twice", o.Guard)
		}
		seen[o.Guard] = true
		if _, err := time.Parse(time.DateOnly, o.On); err != nil {
			t.Errorf("%q: %v", o.Guard, err)
		}
	}
}

// TestOutcomesOfSeveralRuns: a later outcome takes the place of an earlier one, that of a guard that is gone goes, and what
// was not tried again stays; the count tells those apart that nobody noticed.
func TestOutcomesOfSeveralRuns(t *testing.T) {
	t.Parallel()
	guards := guardsOf(t)[:3]
	name := func(i int) string { return guards[i].Name() }
	before := []mutation.Outcome{{Guard: name(0), By: "charter TestOld", On: "2026-11-01"}, {Guard: name(1), By: "charter TestB", On: "2026-11-02"}, {Guard: "gone", On: "2026-11-01"}}
	run := []mutation.Outcome{{Guard: name(2), On: "2026-11-20"}, {Guard: name(0), By: "charter TestNew", On: "2026-11-20"}}
	merged := mutation.Merge(guards, before, run)
	want := []mutation.Outcome{
		{Guard: name(0), Invariant: guards[0].Invariant, By: "charter TestNew", On: "2026-11-20"},
		{Guard: name(1), Invariant: guards[1].Invariant, By: "charter TestB", On: "2026-11-02"},
		{Guard: name(2), Invariant: guards[2].Invariant, On: "2026-11-20"},
	}
	if diff := cmp.Diff(want, merged); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	total := mutation.Count{}
	for _, c := range mutation.Counted(guards, merged) {
		total.Guards, total.Tried, total.Noticed, total.Equivalent = total.Guards+c.Guards, total.Tried+c.Tried, total.Noticed+c.Noticed, total.Equivalent+c.Equivalent
	}
	if want := (mutation.Count{Guards: 3, Tried: 3, Noticed: 2}); total != want {
		t.Errorf("counted %+v, want %+v", total, want)
	}
}

// record writes the outcomes of a run into the file in the repository, beside those of earlier runs. A guard whose tests
// could not be run keeps the outcome it had.
func record(t *testing.T, guards []mutation.Guard, rows []row, now time.Time) {
	t.Helper()
	before, err := mutation.Outcomes()
	if err != nil {
		t.Error(err)
		return
	}
	var run []mutation.Outcome
	for i := range rows {
		if r := &rows[i]; r.err == nil {
			run = append(run, mutation.Outcome{Guard: r.guard.Name(), By: r.by, On: now.UTC().Format(time.DateOnly)})
		}
	}
	text, err := mutation.Write(mutation.Merge(guards, before, run))
	if err != nil {
		t.Error(err)
		return
	}
	if err := os.WriteFile(filepath.Join(rootOf(t), "internal", "house", "mutation", "outcome.csv"), text, 0o644); err != nil {
		t.Error(err)
	}
}

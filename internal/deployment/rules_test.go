package deployment_test

import (
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/charter/rules"
	"probity/internal/charter/testworld"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/measure/order"
	"probity/internal/store"
	"probity/internal/store/storetest"
)

// ownCeiling binds the freezing of assets closer than the program's own year, two or three.
const ownCeiling = `ceilings:
  - {measure: asset-freeze, basis: [civil-procedure-law], from: 2026-09-01, source: "practice of the delta's courts", checked: own, tiers: [{tier: general, longest: P1Y}]}
`

// TestOwnListsAndCeilings: a deployment brings lists and ceilings of its own as data; they bind beside those of the program,
// and what breaks the Charter is refused with the file and the cure.
func TestOwnListsAndCeilings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	path := filepath.Join(t.TempDir(), "probity.db")
	d := must(deployment.Create(t.Context(), storetest.Address(t, path), store.Demo, founder, deployment.Options{Now: clock}))
	files := must(deployment.BuiltInFiles())
	typed := map[string]string{
		deployment.Take(files, "rivers.yaml", []byte(testworld.OwnList)): "my-rules/rivers.yaml", deployment.Take(files, "courts.yaml", []byte(ownCeiling)): "my-rules/courts.yaml",
	}
	putInForce(t, d, files, now)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = must(deployment.Open(t.Context(), storetest.Address(t, path), deployment.Options{Now: clock}))
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	lists, today := must(d.Lists()), calendar.In(now, calendar.Shanghai)
	if l := lists.Criteria("river-polluters", today); l == nil || lists.Criteria("serious-violators", today) == nil {
		t.Error("the deployment's own list does not stand beside those of the program")
	}
	freeze := d.Ceilings().Find("asset-freeze", order.Basis{Law: "civil-procedure-law"}, today)
	if freeze == nil || freeze.Of("general").Longest != (calendar.Period{Years: 1}) {
		t.Errorf("the freezing of assets is bound by %+v", freeze)
	}
	earlier := d.Ceilings().Find("asset-freeze", order.Basis{Law: "civil-procedure-law"}, calendar.MustParse("2026-08-31"))
	if earlier == nil || earlier.Of("general").Longest != (calendar.Period{Years: 3}) {
		t.Errorf("before its first day it was bound by %+v", earlier)
	}

	// The same set again, with one thing changed each time.
	for _, c := range []struct {
		name, file, old, spoilt, missing string
	}{
		{"six years", "rivers.yaml", "term: P2Y", "term: P6Y", "end under the ceiling"},
		{"no comment", "rivers.yaml", "to: 2026-07-15", "to: 2026-06-15", "public comment of 30 days"},
		{"a grade as a ground", "rivers.yaml", "Discharges without a permit", "Grade D of the year", "ground other than a rating"},
		{"an edition in force is changed", "rivers.yaml", "term: P2Y", "term: P1Y", "edition that stays as it was in force"},
		{"an edition in force is left out", "rivers.yaml", "code: river-polluters", "code: river-poisoners", "edition that stays as it was in force"},
		{"an end that has been", "rivers.yaml", "    from: 2026-09-01\n", "    from: 2026-09-01\n    to: 2026-11-21\n", "end that has not come"},
		{"an end today", "rivers.yaml", "    from: 2026-09-01\n", "    from: 2026-09-01\n    to: 2026-11-22\n", ""},
		{"a longer freeze than the law's", "courts.yaml", "longest: P1Y", "longest: P4Y", "ceiling of the measure"},
		{"a measure of no list", "courts.yaml", "asset-freeze", "pillory", "measure of the closed list"},
		{"a law that does not carry it", "courts.yaml", "civil-procedure-law", "basic-list", "legal basis of the measure"},
		{"a benefit as a restriction", "courts.yaml", "asset-freeze", "green-lane", "measure of the closed list"},
		{"a ceiling in force is changed", "courts.yaml", "longest: P1Y", "longest: P6M", "edition that stays as it was in force"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := map[string]string{"rivers.yaml": testworld.OwnList, "courts.yaml": ownCeiling}[c.file]
			changed := strings.Replace(text, c.old, c.spoilt, 1)
			if changed == text {
				t.Fatalf("%q is not in the file", c.old)
			}
			set := maps.Clone(files)
			deployment.Take(set, c.file, []byte(changed))
			_, err := judged(t, d, set, typed, now)
			var f *fault.Error
			switch {
			case c.missing == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.missing == "":
			case !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != "C4" || f.Missing != c.missing:
				t.Errorf("got %v, want a refusal by C4 for want of %q", err, c.missing)
			case !strings.Contains(f.Where, c.file) || f.Cure == "":
				t.Errorf("the refusal names the place %q and the cure %q", f.Where, f.Cure)
			}
		})
	}
}

// judged is admitted with the names under which the files were typed.
func judged(t *testing.T, d *deployment.Deployment, files map[string][]byte, typed map[string]string, now time.Time) (rules.Permit, error) {
	t.Helper()
	set, faults, err := deployment.ReadRules(files, typed)
	if err := errors.Join(err, faults.Err()); err != nil {
		return rules.Permit{}, err
	}
	return d.AdmitRules(t.Context(), files, set, calendar.In(now, calendar.Shanghai))
}

// TestOwnRulesThatCannotBeRead: a file that is no list or no table of ceilings, or that says what another says already, is
// Invalid or a Conflict and names the file.
func TestOwnRulesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		code fault.Code
	}{
		"a list without grounds":       {strings.Split(testworld.OwnList, "    grounds:")[0], fault.Invalid},
		"a code of the program's":      {strings.Replace(strings.Replace(testworld.OwnList, "river-polluters", "serious-violators", 1), "2026-09-01", "2022-09-01", 1), fault.Conflict},
		"a ceiling of no tier":         {strings.Replace(ownCeiling, "[{tier: general, longest: P1Y}]", "[]", 1), fault.Invalid},
		"two ceilings at the same day": {ownCeiling + strings.TrimPrefix(ownCeiling, "ceilings:\n"), fault.Conflict},
	} {
		files := must(deployment.BuiltInFiles())
		deployment.Take(files, "own.yaml", []byte(c.text))
		_, faults, err := deployment.ReadRules(files, map[string]string{"lists/own.yaml": "typed.yaml", "ceilings/own.yaml": "typed.yaml"})
		if len(faults) > 0 || !fault.Is(err, c.code) || !strings.Contains(err.Error(), "typed.yaml") {
			t.Errorf("%s: %v, %v", name, faults, err)
		}
	}
}

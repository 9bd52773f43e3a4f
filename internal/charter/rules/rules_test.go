package rules_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter/rules"
	"probity/internal/charter/testworld"
	"probity/internal/clock"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
	"probity/internal/measure/ceiling"
)

// builtIn is the catalogue of the program with one of its datasets: these tests are not about the others.
var builtIn = sync.OnceValue(func() *catalogue.Catalogue {
	c := *catalogue.BuiltIn()
	c.Datasets = c.Datasets[:1]
	return &c
})

var today = calendar.MustParse("2026-11-22")

// soundCeilings are two of a deployment's own that may come into force beside those of the program, as testworld.OwnList may.
const soundCeilings = `ceilings:
  - {measure: asset-freeze, basis: [civil-procedure-law], from: 2026-09-01, source: practice, checked: own, tiers: [{tier: general, longest: P1Y}]}
  - {measure: consumption-limit, basis: [consumption-provisions art. 3], from: 2026-09-01, source: practice, checked: own, tiers: [{tier: serious, longest: P1Y, least: 2000000}]}
`

// set reads a deployment's own rules, which stand in files on their own.
func set(t *testing.T, lists, ceilings string) rules.Set {
	t.Helper()
	s := rules.Set{Catalogue: builtIn()}
	var err error
	if lists != "" {
		if s.Lists, err = criteria.Parse("own.yaml", []byte(lists), s.Catalogue); err != nil {
			t.Fatal(err)
		}
	}
	table, err := ceiling.Parse("courts.yaml", []byte(ceilings))
	if err != nil {
		t.Fatal(err)
	}
	s.Ceilings = table.All()
	return s
}

func terms(t *testing.T, before, after rules.Set) rules.Terms {
	t.Helper()
	return rules.Terms{
		Files: map[string][]byte{"own.yaml": []byte("kept")}, Before: before, After: after,
		Standard: ceiling.BuiltIn(), Clock: clock.BuiltIn(), Today: today,
	}
}

// TestAdmit: what is lawful is permitted as it stands, with the files that were judged.
func TestAdmit(t *testing.T) {
	t.Parallel()
	bare := rules.Set{Catalogue: builtIn()}
	given := terms(t, bare, set(t, testworld.OwnList, soundCeilings))
	p, err := rules.Admit(given)
	if err != nil {
		t.Fatal(err)
	}
	given.Files["later.yaml"] = nil
	if len(p.Files()) != 1 || string(p.Files()["own.yaml"]) != "kept" || len(p.Contracts()) != len(bare.Catalogue.Datasets) || p.Founding() {
		t.Errorf("permitted: %d files, %d contracts, founding %v", len(p.Files()), len(p.Contracts()), p.Founding())
	}
	if zero := (rules.Permit{}); zero.Files() != nil || zero.Contracts() != nil || zero.Founding() {
		t.Error("a permit that nobody made permits something")
	}
}

// TestFounding: a database without rules begins with the catalogue of the program, whole.
func TestFounding(t *testing.T) {
	t.Parallel()
	p, err := rules.Founding()
	if err != nil || !p.Founding() || len(p.Contracts()) != len(catalogue.BuiltIn().Datasets) || len(p.Files()["measures.yaml"]) == 0 {
		t.Errorf("%v: %d contracts, %d files, founding %v", err, len(p.Contracts()), len(p.Files()), p.Founding())
	}
}

// refused holds that something is refused under the invariant for want of what is named, at the place, with a cure.
func refused(t *testing.T, err error, invariant, missing, place string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || f.Invariant != invariant || f.Missing != missing || f.Where != place || f.Cure == "" {
		t.Errorf("got %v, want a refusal under %s for want of %q at %q with a cure", err, invariant, missing, place)
	}
}

// TestOwnRulesGoNoFurther spoils sound rules in one thing each.
func TestOwnRulesGoNoFurther(t *testing.T) {
	t.Parallel()
	bare := rules.Set{Catalogue: builtIn()}
	for name, c := range map[string]struct{ old, spoilt, missing, place string }{
		"a measure that the list does not have": {"asset-freeze", "shaming", "measure of the closed list", "courts.yaml:2"},
		"a benefit":                             {"asset-freeze", "green-lane", "measure of the closed list", "courts.yaml:2"},
		"a law that does not carry the measure": {"[civil-procedure-law]", "[water-law]", "legal basis of the measure", "courts.yaml:2"},
		"another article of the law":            {"art. 3]", "art. 4]", "legal basis of the measure", "courts.yaml:3"},
		"lighter conduct than the list's":       {"tier: general, longest: P1Y", "tier: minor, longest: P1Y", "tier of the measure", "courts.yaml:2"},
		"longer than the list":                  {"tier: general, longest: P1Y", "tier: general, longest: P4Y", "ceiling of the measure", "courts.yaml:2"},
		"less money than the law":               {"least: 2000000", "least: 999999", "amount at stake", "courts.yaml:3"},
		"a list that leans on a rating":         {"Discharges without a permit", "A poor rating", "ground other than a rating", "own.yaml:2"},
		"a list that nobody could comment on":   {"to: 2026-07-15", "to: 2026-06-20", "public comment of 30 days", "own.yaml:2"},
		"a list of a province, for the country": {`    territory: "320000"` + "\n", "", "instrument of sufficient rank", "own.yaml:2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after := set(t, strings.Replace(testworld.OwnList, c.old, c.spoilt, 1), strings.Replace(soundCeilings, c.old, c.spoilt, 1))
			_, err := rules.Admit(terms(t, bare, after))
			refused(t, err, "C4", c.missing, c.place)
		})
	}
}

// TestUnderTheLaw: where the list lets a measure go further than one of its laws does, the law binds.
func TestUnderTheLaw(t *testing.T) {
	t.Parallel()
	standard, err := ceiling.Parse("law.yaml", []byte(`ceilings:
  - {measure: asset-freeze, basis: [civil-procedure-law], from: 2021-12-31, source: s, checked: own, tiers: [{tier: serious, longest: P6M}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	judge := func(tier, longest string) error {
		given := terms(t, rules.Set{Catalogue: builtIn()}, set(t, "", strings.Replace(strings.SplitAfter(soundCeilings, "\n")[0]+strings.SplitAfter(soundCeilings, "\n")[1],
			"tier: general, longest: P1Y", "tier: "+tier+", longest: "+longest, 1)))
		given.Standard = standard
		_, err := rules.Admit(given)
		return err
	}
	refused(t, judge("general", "P6M"), "C4", "tier of the legal basis", "courts.yaml:2")
	refused(t, judge("serious", "P1Y"), "C4", "ceiling of the legal basis", "courts.yaml:2")
	if err := judge("serious", "P6M"); err != nil {
		t.Errorf("as far as the law goes: %v", err)
	}
}

// TestEditionsStay: what was in force goes on saying what it said; it may be given an end that has not come.
func TestEditionsStay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ lists, ceilings, missing, place string }{
		"a list left out":                 {"", soundCeilings, "edition that stays as it was in force", "own.yaml:2"},
		"a list changed":                  {strings.Replace(testworld.OwnList, "term: P2Y", "term: P1Y", 1), soundCeilings, "edition that stays as it was in force", "own.yaml:2"},
		"a list that begins another day":  {strings.Replace(testworld.OwnList, "from: 2026-09-01", "from: 2026-09-02", 1), soundCeilings, "edition that stays as it was in force", "own.yaml:2"},
		"a list that ended yesterday":     {strings.Replace(testworld.OwnList, "from: 2026-09-01", "from: 2026-09-01\n    to: 2026-11-21", 1), soundCeilings, "end that has not come", "own.yaml:2"},
		"a list that ends today":          {strings.Replace(testworld.OwnList, "from: 2026-09-01", "from: 2026-09-01\n    to: 2026-11-22", 1), soundCeilings, "", ""},
		"a ceiling changed":               {testworld.OwnList, strings.Replace(soundCeilings, "longest: P1Y}", "longest: P6M}", 1), "edition that stays as it was in force", "courts.yaml:2"},
		"a ceiling that ended yesterday":  {testworld.OwnList, strings.Replace(soundCeilings, "from: 2026-09-01", "from: 2026-09-01, to: 2026-11-21", 1), "end that has not come", "courts.yaml:2"},
		"a ceiling that ends next month":  {testworld.OwnList, strings.Replace(soundCeilings, "from: 2026-09-01", "from: 2026-09-01, to: 2026-12-22", 1), "", ""},
		"the same files in another order": {"# moved down\n" + testworld.OwnList, "# moved down\n" + soundCeilings, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rules.Admit(terms(t, set(t, testworld.OwnList, soundCeilings), set(t, c.lists, c.ceilings)))
			if c.missing == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, "C4", c.missing, c.place)
		})
	}
	early := terms(t, set(t, testworld.OwnList, soundCeilings), rules.Set{Catalogue: builtIn()})
	early.Today = calendar.MustParse("2026-08-31")
	if _, err := rules.Admit(early); err != nil {
		t.Errorf("what has not come into force yet may be left out: %v", err)
	}
}

// TestOwnFindsEverything: all refusals at once, where Admit stops at the first.
func TestOwnFindsEverything(t *testing.T) {
	t.Parallel()
	after := set(t, strings.Replace(testworld.OwnList, "to: 2026-07-15", "to: 2026-06-20", 1),
		strings.NewReplacer("P1Y}", "P9Y}", "least: 2000000", "least: 1").Replace(soundCeilings))
	got := rules.Own(terms(t, rules.Set{Catalogue: builtIn()}, after))
	want := []struct{ missing, place string }{
		{"public comment of 30 days", "own.yaml:2"}, {"ceiling of the measure", "courts.yaml:2"}, {"amount at stake", "courts.yaml:3"},
	}
	if len(got) != len(want) {
		t.Fatalf("found %v", got)
	}
	for i, err := range got {
		refused(t, err, "C4", want[i].missing, want[i].place)
	}
}

// TestTheCatalogueIsJudged: a dataset that changes its context, and a benefit that takes something away, come into force no
// more than a dataset with a banned field does.
func TestTheCatalogueIsJudged(t *testing.T) {
	t.Parallel()
	before := rules.Set{Catalogue: builtIn()}
	changed := func(change func(*catalogue.Catalogue)) error {
		after := *builtIn()
		after.Measures = append([]catalogue.Measure(nil), after.Measures...)
		after.Datasets = append([]*catalogue.Contract(nil), after.Datasets...)
		change(&after)
		_, err := rules.Admit(terms(t, before, rules.Set{Catalogue: &after}))
		return err
	}
	moved := func(c *catalogue.Catalogue) {
		d := *c.Datasets[0]
		d.Version++
		for _, x := range c.Contexts {
			if x.Code != d.Context {
				d.Context = x.Code
				break
			}
		}
		c.Datasets[0] = &d
	}
	refused(t, changed(moved), "C3", "same context", "")
	banned := func(c *catalogue.Catalogue) {
		d := *c.Datasets[0]
		d.Fields = append([]catalogue.Field(nil), d.Fields...)
		d.Fields[len(d.Fields)-1].Name = "religion"
		c.Datasets[0] = &d
	}
	var f *fault.Error
	if err := changed(banned); !errors.As(err, &f) || f.Invariant != "C2" {
		t.Errorf("a banned field: %v", err)
	}
	worsened := func(c *catalogue.Catalogue) {
		for i := range c.Measures {
			if m := &c.Measures[i]; m.Benefit != nil {
				b := *m.Benefit
				b.Baseline.EN = "nothing for anybody"
				m.Benefit = &b
				return
			}
		}
	}
	if err := changed(worsened); !errors.As(err, &f) || f.Invariant != "C5" {
		t.Errorf("a baseline that is worse: %v", err)
	}
}

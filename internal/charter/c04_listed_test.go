package charter_test

import (
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/ceiling"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// listedTerms is the answer that a company is restricted, from its entry on the list of serious violators.
func listedTerms(t *testing.T) charter.DecisionTerms {
	t.Helper()
	cat := catalogue.BuiltIn()
	set, err := criteria.BuiltIn(cat)
	if err != nil {
		t.Fatal(err)
	}
	m := *cat.Measure("key-supervision")
	return charter.DecisionTerms{
		Subject: subject.Subject{ID: 7, Kind: subject.Enterprise}, Measure: &m, Outcome: charter.Restricted,
		Listing: &entry.Entry{
			ID: 9, Subject: 7, List: "serious-violators", Colour: criteria.Black, Drafted: onDay("2026-01-05"), Keeper: "samr",
			Ground: "quality", Tier: "serious", Measures: []string{"key-supervision"},
			Steps: []entry.Step{
				{Seq: 1, Act: entry.ToDraft, Day: onDay("2026-01-05")},
				{Seq: 2, Act: entry.Notify, Day: onDay("2026-01-06"), Until: onDay("2026-01-20")},
				{Seq: 3, Act: entry.Decide, Day: onDay("2026-01-25"), End: onDay("2028-01-25")},
				{Seq: 4, Act: entry.Publish, Day: onDay("2026-01-26")},
			},
		},
		List: set.List("serious-violators", onDay("2026-01-05")), Ceilings: ceiling.BuiltIn(),
		Reader: "mof", Purpose: "restriction", Today: onDay(orderToday),
	}
}

// TestC4HoldsEveryGuardOfAnAnswerFromAList spoils one thing each in a lawful answer.
func TestC4HoldsEveryGuardOfAnAnswerFromAList(t *testing.T) {
	t.Parallel()
	if _, err := charter.PermitDecision(listedTerms(t)); err != nil {
		t.Fatalf("the lawful answer: %v", err)
	}
	merged := listedTerms(t)
	merged.Listing.Subject, merged.Same = 5, []subject.ID{5}
	if _, err := charter.PermitDecision(merged); err != nil {
		t.Errorf("the entry on an id that was merged into the subject: %v", err)
	}
	for _, c := range []struct {
		name              string
		spoil             func(*charter.DecisionTerms)
		invariant, missed string
		text              string
	}{
		{"an order beside the entry", func(d *charter.DecisionTerms) { d.Order = &order.Order{ID: 31, Subject: 7, Measure: "key-supervision"} }, "C4", "one ground", "names an order and an entry"},
		{"an entry that was never kept", func(d *charter.DecisionTerms) { d.Listing.ID = 0 }, "C4", "entry on a list", "without an order or an entry"},
		{"without the criteria", func(d *charter.DecisionTerms) { d.List = nil }, "C4", "entry on a list", "without an order or an entry"},
		{"by the criteria of another list", func(d *charter.DecisionTerms) { d.Listing.List = "tax-violators" }, "C4", "entry on a list", "without an order or an entry"},
		{"an entry on another", func(d *charter.DecisionTerms) { d.Listing.Subject = 8 }, "C6", "entry on this subject", "is on another subject"},
		{"a sole trader", func(d *charter.DecisionTerms) { d.Subject.Sole = true }, "C4", "order of a court or competent authority", "would follow from a list"},
		{"a measure of class I", func(d *charter.DecisionTerms) { d.Measure.Class = "I" }, "C4", "order of a court or competent authority", "would follow from a list"},
		{"a measure that left the list of measures", func(d *charter.DecisionTerms) { d.Measure.To = d.Today }, "C4", "measure in force", "does not stand in the list"},
		{"a measure that has yet to come", func(d *charter.DecisionTerms) { d.Measure.From = d.Today + 1 }, "C4", "measure in force", "does not stand in the list"},
		{"a decision that nobody published", func(d *charter.DecisionTerms) { d.Listing.Steps = d.Listing.Steps[:3] }, "C4", "entry that stands and carries the measure", "does not carry"},
		{"an entry at its end", func(d *charter.DecisionTerms) { d.Listing.Steps[2].End = d.Today }, "C4", "entry that stands and carries the measure", "does not carry"},
		{"a measure that the entry does not name", func(d *charter.DecisionTerms) { d.Listing.Measures = []string{"fiscal-limit"} }, "C4", "entry that stands and carries the measure", "does not carry"},
		{"a measure past its own ceiling", func(d *charter.DecisionTerms) { d.Measure.Ceiling = calendar.Period{Months: 1} }, "C4", "entry that stands and carries the measure", "does not carry"},
		{"a measure for another kind of subject", func(d *charter.DecisionTerms) { d.Measure.Kinds = []subject.Kind{subject.PublicBody} }, "C4", "measure for this kind of subject", "not for subjects of the kind enterprise"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := listedTerms(t)
			c.spoil(&terms)
			permit, err := charter.PermitDecision(terms)
			f := refusal(t, err)
			if f.Invariant != c.invariant || f.Missing != c.missed || !strings.Contains(f.Text, c.text) {
				t.Errorf("refused by %s, missing %q: %s; want %s, %q", f.Invariant, f.Missing, f.Text, c.invariant, c.missed)
			}
			if permit.Measure() != "" {
				t.Error("a refused answer has a permit")
			}
		})
	}
}

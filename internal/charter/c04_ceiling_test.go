package charter_test

import (
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/ceiling"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// heavyTerms is a court's order for two years over a debt of 10,000 yuan, on the built-in catalogue: the least for which
// consumption is limited.
func heavyTerms() charter.RestrictionTerms {
	t := orderTerms(catalogue.BuiltIn())
	t.Order.Issuer, t.By.Agency = "shanghai-court", "shanghai-court"
	t.Order.Basis.Article, t.Order.Amount = "art. 3", 1_000_000
	return t
}

// TestC4AnOrderIsProportionate: conduct, sum and time bound what a law carries; a hospital bill of 2,951 yuan carries no
// heavy restriction, whatever the order calls the conduct.
func TestC4AnOrderIsProportionate(t *testing.T) {
	t.Parallel()
	if _, err := charter.PermitRestriction(heavyTerms()); err != nil {
		t.Fatal(err)
	}
	firm := func(code string, law order.Basis, tier, end string) func(*charter.RestrictionTerms) {
		return func(r *charter.RestrictionTerms) {
			r.Subject.Kind = subject.Enterprise
			r.Order.Issuer, r.By.Agency = "samr", "samr"
			r.Order.Measure, r.Order.Basis, r.Order.Tier, r.Order.End, r.Order.Amount = code, law, tier, onDay(end), 0
		}
	}
	awards := order.Basis{Law: "basic-list", Article: "item 9"}
	for _, c := range []struct {
		name                string
		spoil               func(*charter.RestrictionTerms)
		missing, text, cure string
	}{
		{"a hospital bill", func(r *charter.RestrictionTerms) { r.Order.Amount = 295_100 }, "ceiling of the legal basis", "from 10000 yuan on; the order is about 2951 yuan", "asset-freeze"},
		{"a fen too little", func(r *charter.RestrictionTerms) { r.Order.Amount-- }, "ceiling of the legal basis", "9999.99 yuan", "asset-freeze"},
		{"no amount", func(r *charter.RestrictionTerms) { r.Order.Amount = 0 }, "amount at stake", "states no amount", "state what is owed"},
		{"no tier", func(r *charter.RestrictionTerms) { r.Order.Tier = "" }, "tier of the conduct", "how grave", "minor, general, serious"},
		{"an unheard-of tier", func(r *charter.RestrictionTerms) { r.Order.Tier = "awful" }, "tier of the conduct", "how grave", "minor, general, serious"},
		{"lighter than the list asks", func(r *charter.RestrictionTerms) { r.Order.Tier = "general" }, "tier of the measure", "needs conduct of the tier serious", "leave the subject unrestricted"},
		{"another measure for the same bill", func(r *charter.RestrictionTerms) {
			r.Order.Measure, r.Order.Basis, r.Order.Amount = "exit-limit", order.Basis{Law: "exit-entry-law", Article: "art. 12"}, 295_100
			r.Order.End = onDay("2027-06-01")
		}, "ceiling of the legal basis", "2951 yuan", "asset-freeze"},
		{"thirteen months of a year", firm("award-limit", awards, "general", "2027-07-01"), "ceiling of the legal basis", "for P1Y where the conduct is general", "2027-06-01 at the latest"},
		{"a day more than the law's article", firm("bidding-ban", order.Basis{Law: "bidding-law", Article: "art. 53"}, "serious", "2028-06-02"), "ceiling of the legal basis", "Bidding Law art. 53", "2028-06-01 at the latest"},
		{"conduct too light for the law", func(r *charter.RestrictionTerms) {
			r.Ceilings = mustCeilings(t, "{measure: asset-freeze, basis: [civil-procedure-law], from: 2020-01-01, source: s, checked: own, tiers: [{tier: serious, longest: P1Y}]}")
			r.Order.Measure, r.Order.Basis, r.Order.Tier = "asset-freeze", order.Basis{Law: "civil-procedure-law", Article: "art. 103"}, "general"
		}, "tier of the legal basis", "for conduct of the tier serious and graver", "no milder measure"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := heavyTerms()
			c.spoil(&terms)
			_, err := charter.PermitRestriction(terms)
			f := refusal(t, err)
			if f.Invariant != "C4" || f.Missing != c.missing || !strings.Contains(f.Text, c.text) || !strings.Contains(f.Cure, c.cure) {
				t.Errorf("refused by %s, missing %q: %s\ncure: %s\nwant %q, %q and %q", f.Invariant, f.Missing, f.Text, f.Cure, c.missing, c.text, c.cure)
			}
		})
	}
	for name, spoil := range map[string]func(*charter.RestrictionTerms){
		"a year of a general matter":   firm("award-limit", awards, "general", "2027-06-01"),
		"three years of a serious one": firm("award-limit", awards, "serious", "2029-06-01"),
		"the article's two years":      firm("bidding-ban", order.Basis{Law: "bidding-law", Article: "art. 53"}, "serious", "2028-06-01"),
		"what the cure names for a small debt": func(r *charter.RestrictionTerms) {
			r.Order.Measure, r.Order.Basis, r.Order.Tier, r.Order.Amount = "asset-freeze", order.Basis{Law: "civil-procedure-law", Article: "art. 103"}, "general", 295_100
		},
		"a measure that the table does not know": func(r *charter.RestrictionTerms) { r.Ceilings, r.Order.Amount = mustCeilings(t), 0 },
	} {
		terms := heavyTerms()
		spoil(&terms)
		if _, err := charter.PermitRestriction(terms); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	negative := heavyTerms()
	negative.Order.Amount = -1
	if _, err := charter.PermitRestriction(negative); !fault.Is(err, fault.Invalid) {
		t.Errorf("less than nothing is owed: %v", err)
	}
}

func mustCeilings(t *testing.T, rows ...string) *ceiling.Table {
	t.Helper()
	table, err := ceiling.Parse("test", []byte("ceilings: ["+strings.Join(rows, ", ")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestC4AListIsProportionate: from an entry of general conduct a measure follows for a year, though the list, the measure
// and the entry run longer; by the edition of the day on which it was drafted.
func TestC4AListIsProportionate(t *testing.T) {
	t.Parallel()
	cat := catalogue.BuiltIn()
	m := cat.Measure("award-limit")
	three := calendar.Period{Years: 3}
	l := &criteria.List{Code: "x", Colour: criteria.Black, Term: three, Measures: []criteria.Measure{{Code: m.Code, Ceiling: three}}}
	e := func(tier, drafted string) *entry.Entry {
		began := onDay(drafted) + 30
		return &entry.Entry{ID: 1, List: "x", Colour: criteria.Black, Tier: tier, Drafted: onDay(drafted), Measures: []string{m.Code}, Steps: []entry.Step{
			{Act: entry.ToDraft, Day: onDay(drafted)}, {Act: entry.Notify, Day: onDay(drafted)}, {Act: entry.Decide, Day: began - 1, End: began.Add(three)}, {Act: entry.Publish, Day: began},
		}}
	}
	for _, c := range []struct {
		tier, drafted string
		want          calendar.Period
	}{{"general", "2026-05-01", calendar.Period{Years: 1}}, {"serious", "2026-05-01", three}, {"general", "2025-05-01", three}} {
		x := e(c.tier, c.drafted)
		began := x.Began()
		until, ok := charter.ListedUntil(x, m, l, ceiling.BuiltIn(), began)
		if !ok || until != began.Add(c.want) {
			t.Errorf("%s of %s: until %s, %t; want %s", c.tier, c.drafted, until, ok, began.Add(c.want))
		}
		if _, ok := charter.ListedUntil(x, m, l, ceiling.BuiltIn(), began.Add(c.want)); ok {
			t.Errorf("%s of %s carries the measure on the day after", c.tier, c.drafted)
		}
	}
	if _, ok := charter.ListedUntil(e("minor", "2026-05-01"), m, l, ceiling.BuiltIn(), onDay("2026-06-01")); ok {
		t.Error("from minor conduct a measure follows")
	}
}

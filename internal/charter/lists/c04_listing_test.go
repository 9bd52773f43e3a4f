package lists_test

import (
	"slices"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/charter/lists"
	"probity/internal/clock"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// listingToday is the day on which the steps of these tests are taken.
const listingToday = "2026-07-20"

// firm and debtor are the subjects of these tests: a company and a human being.
var (
	firm   = subject.Subject{ID: 101, Kind: subject.Enterprise}
	debtor = subject.Subject{ID: 103, Kind: subject.Person}
)

// official is an official of the agency with a credential of its own.
func official(agency string) charter.Actor {
	return charter.Actor{Agency: agency, Official: "Official of " + agency, Credential: agency}
}

// draftOn is a lawful draft on the firm for a list, by its keeper.
func draftOn(t *testing.T, code, keeper, ground string, law order.Basis, facts ...entry.Fact) lists.ListingTerms {
	t.Helper()
	cat := catalogue.BuiltIn()
	set, err := criteria.BuiltIn(cat)
	if err != nil {
		t.Fatal(err)
	}
	l := *set.List(code, onDay(listingToday))
	l.Measures = slices.Clone(l.Measures)
	return lists.ListingTerms{
		Entry: entry.Entry{
			ID: 9, Subject: firm.ID, List: code, Colour: l.Colour, Drafted: onDay(listingToday), Keeper: keeper,
			Ground: ground, Facts: facts, Tier: "serious",
		},
		Step: entry.Step{
			Act: entry.ToDraft, Day: onDay(listingToday), Basis: law, Reasons: "the decision is final",
			Document: order.Document{Number: "(2026) 17", Digest: [32]byte{1}},
		},
		List: &l, Subject: firm, By: official(keeper), Catalogue: cat, Clock: clock.BuiltIn(), Today: onDay(listingToday),
	}
}

// violation is a draft of the market regulator on the firm, with two measures.
func violation(t *testing.T) lists.ListingTerms {
	t.Helper()
	terms := draftOn(t, "serious-violators", "samr", "quality", order.Basis{Law: "samr-order44", Article: "art. 6"},
		entry.Fact{Element: "penalty-number", Value: "(2026) 17"}, entry.Fact{Element: "penalty-day", Value: "2026-06-01"},
		entry.Fact{Element: "heavier-penalty", Value: "licence-revoked"}, entry.Fact{Element: "harm", Value: "boilers without a test"})
	terms.Entry.Measures = []string{"key-supervision", "fiscal-limit"}
	return terms
}

// evasion is a draft of the tax authority on the firm, whose ground asks for an amount.
func evasion(t *testing.T) lists.ListingTerms {
	t.Helper()
	return draftOn(t, "tax-violators", "sta", "evasion", order.Basis{Law: "tax-cases", Article: "art. 6"},
		entry.Fact{Element: "penalty-number", Value: "(2026) 18"}, entry.Fact{Element: "penalty-day", Value: "2026-06-01"},
		entry.Fact{Element: "share", Value: "a fifth"}, entry.Fact{Element: "amount", Value: "100000000"})
}

// defaulter is a draft of a court on the firm as a judgment defaulter.
func defaulter(t *testing.T) lists.ListingTerms {
	t.Helper()
	terms := draftOn(t, "judgment-defaulters", "nanjing-court", "refuses", order.Basis{Law: "defaulter-provisions", Article: "art. 1"},
		entry.Fact{Element: "enforcement-case", Value: "(2026) 5"}, entry.Fact{Element: "instrument", Value: "(2025) 88"},
		entry.Fact{Element: "amount", Value: "50000000"}, entry.Fact{Element: "ability", Value: "rents out two houses"})
	terms.Entry.Tier = "general"
	return terms
}

// humanDefaulter is the same on a human being, on the court's order.
func humanDefaulter(t *testing.T) lists.ListingTerms {
	t.Helper()
	terms := defaulter(t)
	terms.Subject, terms.Entry.Subject, terms.Entry.Order, terms.Born = debtor, debtor.ID, 31, onDay("1990-05-01")
	terms.Orders = []order.Order{{
		ID: 31, Subject: debtor.ID, Issuer: "nanjing-court", Start: onDay("2026-06-01"), End: onDay("2027-06-01"), Review: calendar.None, Served: onDay("2026-06-01"),
	}}
	return terms
}

// after puts an entry behind the steps, each long enough ago, and asks for the next one by its keeper.
func after(terms lists.ListingTerms, next entry.Act, done ...entry.Act) lists.ListingTerms {
	for i, act := range done {
		s := entry.Step{Seq: i + 1, Act: act, Day: onDay("2026-06-01"), Until: onDay("2026-06-10")}
		if act == entry.Decide {
			s.End = onDay("2028-06-01")
		}
		terms.Entry.Steps = append(terms.Entry.Steps, s)
	}
	terms.Entry.Drafted = onDay("2026-06-01")
	terms.Step.Act = next
	return terms
}

// published is the violation after its publication.
func published(t *testing.T, next entry.Act) lists.ListingTerms {
	t.Helper()
	return after(violation(t), next, entry.ToDraft, entry.Notify, entry.Decide, entry.Publish)
}

// TestC4HoldsEveryGuardOfTheListing takes a lawful step each, spoils one thing in it, and demands the refusal that names
// what is missing then.
func TestC4HoldsEveryGuardOfTheListing(t *testing.T) {
	t.Parallel()
	notified := []entry.Act{entry.ToDraft, entry.Notify}
	for _, c := range []struct {
		name          string
		lawful        func(*testing.T) lists.ListingTerms
		spoil         func(*lists.ListingTerms)
		missing, text string
	}{
		{
			"decided before anybody was told", func(t *testing.T) lists.ListingTerms { return after(violation(t), entry.Decide, notified...) },
			func(x *lists.ListingTerms) { x.Entry.Steps = x.Entry.Steps[:1] }, "listing procedure in its order", "cannot go on",
		},
		{
			"a stranger objects", func(t *testing.T) lists.ListingTerms {
				terms := after(violation(t), entry.Object, notified...)
				terms.By, terms.Entry.Steps[1].Until = charter.Actor{Subject: firm.ID, Credential: "own"}, onDay(listingToday)
				return terms
			},
			func(x *lists.ListingTerms) { x.By.Subject = 999 }, "subject of the entry", "a stranger",
		},
		{
			"another authority asks for removal", func(t *testing.T) lists.ListingTerms {
				terms := published(t, entry.Request)
				terms.Step.Cause = "penalty-gone"
				return terms
			},
			func(x *lists.ListingTerms) { x.By = official("sta") }, "subject of the entry", "a stranger",
		},
		{"its keeper makes an entry expire", expiring, func(x *lists.ListingTerms) { x.By = official("samr") }, "end by itself", "nobody makes"},
		{
			"an entry expires before its end", expiring,
			func(x *lists.ListingTerms) { x.Entry.Steps[2].End = x.Today + 1 }, "end of the entry", "stands until 2026-07-21",
		},
		{
			"a court revokes what it did not decide", func(t *testing.T) lists.ListingTerms { return published(t, entry.Revoke) },
			func(x *lists.ListingTerms) { x.By = official("spc") }, "keeper or the body above it", "cannot take back",
		},
		{
			"the keeper annuls", func(t *testing.T) lists.ListingTerms {
				terms := published(t, entry.Annul)
				terms.By = official("spc")
				return terms
			},
			func(x *lists.ListingTerms) { x.By = official("samr") }, "court or the body above the keeper", "cannot annul",
		},
		{
			"another authority decides", func(t *testing.T) lists.ListingTerms { return after(violation(t), entry.Decide, notified...) },
			func(x *lists.ListingTerms) { x.By = official("sta") }, "keeper of the list", "is not the keeper",
		},
		{"the subject decides", func(t *testing.T) lists.ListingTerms { return after(violation(t), entry.Decide, notified...) }, func(x *lists.ListingTerms) {
			x.By = charter.Actor{Subject: firm.ID, Credential: "own"}
		}, "keeper of the list", "is not the keeper"},
		{"an approval that nobody asks for", approval, func(x *lists.ListingTerms) {
			x.Entry.Keeper, x.By = "jiangsu-amr", official("samr")
		}, "approval that the law asks", "need no approval"},
		{
			"no law", violation,
			func(x *lists.ListingTerms) { x.Step.Basis.Law = " " }, "legal basis", "names no law",
		},
		{
			"a law that is none", violation,
			func(x *lists.ListingTerms) { x.Step.Basis.Law = "law-of-nowhere" }, "legal basis", "there is no law",
		},
		{"an element that is not stated", violation, func(x *lists.ListingTerms) { x.Entry.Facts = x.Entry.Facts[:3] }, "harm", "does not state"},
		{"an element stated in blanks", violation, func(x *lists.ListingTerms) { x.Entry.Facts[3].Value = " " }, "harm", "does not state"},
		{"an amount one fen too small", evasion, func(x *lists.ListingTerms) { x.Entry.Facts[3].Value = "99999999" }, "amount", "asks for 100000000 fen"},
		{"a value that the ground does not know", violation, func(x *lists.ListingTerms) { x.Entry.Facts[2].Value = "reprimand" }, "heavier-penalty", "is none of"},
		{"a measure before it stood in the list of measures", violation, func(x *lists.ListingTerms) {
			x.Today = onDay("2021-12-30")
			x.Entry.Drafted, x.Step.Day, x.Entry.Facts[1].Value = x.Today, x.Today, "2021-12-01"
		}, "measure in force", "on 2021-12-30"},
		{"a measure for less than the list asks for it", violation, func(x *lists.ListingTerms) {
			x.Entry.Tier, x.List.Tier = "general", "general"
		}, "tier of the measure", "conduct of the tier serious"},
		{"a child", humanDefaulter, func(x *lists.ListingTerms) { x.Born = onDay("2008-07-20") }, "full age", "under 18"},
		{"a human being restricted by a list", humanDefaulter, func(x *lists.ListingTerms) {
			x.List.Measures = []criteria.Measure{{Code: "consumption-limit"}}
			x.Entry.Measures, x.Entry.Tier = []string{"consumption-limit"}, "serious"
		}, "order of a court or competent authority", "would follow from a list"},
		{"a respite that the list does not know", func(t *testing.T) lists.ListingTerms { return after(defaulter(t), entry.Grace, notified...) }, func(x *lists.ListingTerms) {
			x.List.Grace = nil
		}, "respite of the list", "knows no respite"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := c.lawful(t)
			if _, err := lists.PermitListing(terms); err != nil {
				t.Fatalf("the step was not lawful before it was spoiled: %v", err)
			}
			c.spoil(&terms)
			permit, err := lists.PermitListing(terms)
			if f := refusal(t, err); f.Invariant != "C4" || f.Missing != c.missing || !strings.Contains(f.Text, c.text) || f.Cure == "" {
				t.Errorf("refused by %s, missing %q: %s (%s); want %q: ...%s...", f.Invariant, f.Missing, f.Text, f.Cure, c.missing, c.text)
			}
			if permit.Entry() != nil {
				t.Error("a refused step has a permit")
			}
		})
	}
}

// expiring is the violation on the day of its end, which nobody brings about.
func expiring(t *testing.T) lists.ListingTerms {
	t.Helper()
	terms := published(t, entry.Expire)
	terms.Entry.Steps[2].End, terms.By = terms.Today, charter.Actor{}
	return terms
}

// approval is the decision of a city's market regulator before that of its province.
func approval(t *testing.T) lists.ListingTerms {
	t.Helper()
	terms := after(violation(t), entry.Approve, entry.ToDraft, entry.Notify, entry.Decide)
	terms.Entry.Keeper, terms.By = "nanjing-amr", official("jiangsu-amr")
	return terms
}

package charter_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/measure/ceiling"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// measuresCatalogue is the small catalogue of the tests of package measure.
func measuresCatalogue(t testing.TB) *catalogue.Catalogue {
	t.Helper()
	cat, faults := catalogue.Load(os.DirFS("../measure/testdata/catalogue"))
	for _, f := range faults {
		t.Fatal(f)
	}
	return cat
}

const orderToday = "2026-06-15"

func onDay(s string) calendar.Day { return calendar.MustParse(s) }

// orderTerms is an order that may be entered: a court limits a person's consumption.
func orderTerms(cat *catalogue.Catalogue) charter.RestrictionTerms {
	return charter.RestrictionTerms{
		Order: order.Order{
			Subject: 7, Issuer: "court", Measure: "consumption-limit", Tier: "serious", Amount: 5_000_000,
			Document: order.Document{Number: "(2026) 12", Digest: [32]byte{1}},
			Basis:    order.Basis{Law: "consumption-provisions", Article: "art. 1"},
			Start:    onDay("2026-06-01"), End: onDay("2028-06-01"), Review: calendar.None,
			Appeal: "reconsideration by the court within ten days", Served: onDay("2026-06-10"),
		},
		Subject:   subject.Subject{ID: 7, Kind: subject.Person},
		By:        charter.Actor{Agency: "court", Official: "Judge Lin", Credential: "lin"},
		Catalogue: cat,
		Ceilings:  ceiling.BuiltIn(),
		Today:     onDay(orderToday),
	}
}

// refusal is the refusal that err is; the test fails where it is none, or leaves out what is missing or the cure.
func refusal(t testing.TB, err error) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused {
		t.Fatalf("got %v, want a refusal", err)
	}
	if f.Missing == "" || f.Text == "" || f.Cure == "" {
		t.Errorf("the refusal %+v leaves the missing element, the text or the cure out", f)
	}
	return f
}

func TestC4PermitsACompleteOrder(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	terms := orderTerms(cat)
	permit, err := charter.PermitRestriction(terms)
	if err != nil {
		t.Fatal(err)
	}
	if permit.Order() == nil || permit.Order().Document.Number != "(2026) 12" {
		t.Errorf("the permit carries %+v, not the order", permit.Order())
	}
	if (charter.Restriction{}).Order() != nil {
		t.Error("a permit that nobody gave carries an order")
	}

	terms.Order.End, terms.Order.Review = calendar.None, onDay("2026-12-01")
	if _, err := charter.PermitRestriction(terms); err != nil {
		t.Errorf("an order with a review date in place of an end: %v", err)
	}
}

func TestC4RefusesAndSaysWhy(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	enterprise := func(r *charter.RestrictionTerms) { r.Subject.Kind = subject.Enterprise }
	of := func(code string) func(*charter.RestrictionTerms) {
		return func(r *charter.RestrictionTerms) {
			enterprise(r)
			r.Order.Measure = code
			r.Order.Basis = order.Basis{Law: "basic-list", Article: "art. 3"}
			r.Order.End = onDay("2026-12-01")
		}
	}
	by := func(code string) func(*charter.RestrictionTerms) {
		return func(r *charter.RestrictionTerms) {
			r.Order.Issuer, r.By.Agency = code, code
		}
	}
	for _, c := range []struct {
		name    string
		spoil   func(*charter.RestrictionTerms)
		missing string
		text    string
	}{
		{"no subject", func(r *charter.RestrictionTerms) { r.Order.Subject = 8 }, "subject", "does not name this subject"},
		{"no law", func(r *charter.RestrictionTerms) { r.Order.Basis.Law = " " }, "legal basis", "names no law"},
		{"no article", func(r *charter.RestrictionTerms) { r.Order.Basis.Article = "" }, "article of the legal basis", "without an article"},
		{"no number", func(r *charter.RestrictionTerms) { r.Order.Document.Number = "" }, "document number", "no document number"},
		{"no digest", func(r *charter.RestrictionTerms) { r.Order.Document.Digest = [32]byte{} }, "document", "not identified"},
		{"no start", func(r *charter.RestrictionTerms) { r.Order.Start = calendar.None }, "start", "no first day"},
		{"no end", func(r *charter.RestrictionTerms) { r.Order.End = calendar.None }, "end or review date", "neither an end nor a review date"},
		{"no appeal", func(r *charter.RestrictionTerms) { r.Order.Appeal = "\n" }, "route of appeal", "how the subject can contest it"},
		{"not served", func(r *charter.RestrictionTerms) { r.Order.Served = calendar.None }, "service of notice", "was not served"},
		{"served tomorrow", func(r *charter.RestrictionTerms) { r.Order.Served = onDay("2026-06-16") }, "service of notice", "has not come"},
		{"unknown author", func(r *charter.RestrictionTerms) { r.Order.Issuer = "nobody" }, "court or competent authority", `"nobody" is no agency`},
		{"an operator orders", by("bank"), "court or competent authority", "its kind is operator"},
		{"an institution orders", by("museum"), "court or competent authority", "its kind is institution"},
		{"in another's name", func(r *charter.RestrictionTerms) { r.By.Agency = "market-office" }, "order of one's own", "an official of market-office cannot enter an order of court"},
		{"a court orders what is an office's", func(r *charter.RestrictionTerms) { of("key-supervision")(r) }, "competent authority", "court has no power to order the measure key-supervision"},
		{"an office orders what is a court's", by("market-office"), "competent authority", "market-office has no power"},
		{"another office's measure", func(r *charter.RestrictionTerms) { of("key-supervision")(r); by("ecology-office")(r) }, "competent authority", "ecology-office has no power"},
		{"no official", func(r *charter.RestrictionTerms) { r.By.Official = "" }, "official of the author", "no official of court"},
		{"entered by the subject", func(r *charter.RestrictionTerms) { r.By = charter.Actor{Subject: 7, Credential: "self"} }, "official of the author", "no official"},
		{"unknown measure", func(r *charter.RestrictionTerms) { r.Order.Measure = "no-trains" }, "measure of the closed list", `has no "no-trains"`},
		{"measure not yet in the list", func(r *charter.RestrictionTerms) {
			r.Today, r.Order.Served, r.Order.Start = onDay("2021-06-15"), onDay("2021-06-10"), onDay("2021-06-01")
		}, "measure in force", "does not stand in the list on 2021-06-15"},
		{"class II on a person", func(r *charter.RestrictionTerms) { of("key-supervision")(r); r.Subject.Kind = subject.Person }, "measure of class I", "class II and cannot restrict a human being"},
		{"class II on a sole trader", func(r *charter.RestrictionTerms) { of("key-supervision")(r); r.Subject.Sole = true }, "measure of class I", "cannot restrict a human being"},
		{"class III on a firm", of("prudent-lending"), "measure that can be ordered", "class III, which nobody orders"},
		{"class III on a person", func(r *charter.RestrictionTerms) { of("prudent-lending")(r); r.Subject.Kind = subject.Person }, "measure of class I", "cannot restrict a human being"},
		{"a benefit as a restriction", of("green-channel"), "measure that can be ordered", "green-channel is a benefit"},
		{"not for this kind", func(r *charter.RestrictionTerms) { r.Subject.Kind = subject.PublicBody }, "measure for this kind of subject", "not for subjects of the kind public_body"},
		{"another law than the list's", func(r *charter.RestrictionTerms) { r.Order.Basis.Law = "licensing-law" }, "legal basis of the measure", "licensing-law art. 1 does not allow"},
		{"another article than the list's", func(r *charter.RestrictionTerms) { r.Order.Basis.Article = "art. 2" }, "legal basis of the measure", "consumption-provisions art. 2 does not allow"},
		{"a day too long", func(r *charter.RestrictionTerms) { r.Order.End = onDay("2028-06-02") }, "end under the ceiling", "may run P2Y from 2026-06-01; the order names 2028-06-02"},
		{"reviewed too late", func(r *charter.RestrictionTerms) { r.Order.End, r.Order.Review = calendar.None, onDay("2029-01-01") }, "end under the ceiling", "2029-01-01"},
		{"a review hides a longer end", func(r *charter.RestrictionTerms) {
			r.Order.Review, r.Order.End = onDay("2026-12-01"), onDay("2040-01-01")
		}, "end under the ceiling", "2040-01-01"},
		{"leans on a score", func(r *charter.RestrictionTerms) { r.Order.Scope = "all whose score is below 600" }, "ground other than a rating", `"score"`},
		{"leans on a rating, in Chinese", func(r *charter.RestrictionTerms) { r.Order.Scope = "信用等级为D的主体" }, "ground other than a rating", "信用等级"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := orderTerms(cat)
			c.spoil(&terms)
			permit, err := charter.PermitRestriction(terms)
			f := refusal(t, err)
			if permit.Order() != nil {
				t.Error("a refusal came with a permit")
			}
			if f.Invariant != "C4" || f.Missing != c.missing || !strings.Contains(f.Text, c.text) {
				t.Errorf("refused by %s, missing %q: %s\nwant C4, %q and %q", f.Invariant, f.Missing, f.Text, c.missing, c.text)
			}
		})
	}
}

func TestC4RefusesAMeasureWithoutCeiling(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t) // its own, as the check of the catalogue lets no such measure in
	cat.Measure("consumption-limit").Ceiling = calendar.Period{}
	_, err := charter.PermitRestriction(orderTerms(cat))
	if f := refusal(t, err); f.Invariant != "C4" || f.Missing != "ceiling of the measure" {
		t.Errorf("refused by %s, missing %q", f.Invariant, f.Missing)
	}
}

func TestC4TakesWordsByThemselves(t *testing.T) {
	t.Parallel()
	terms := orderTerms(measuresCatalogue(t))
	terms.Order.Scope = "the operating licence, underscored in annex 2" // "rating" and "score" inside other words
	if _, err := charter.PermitRestriction(terms); err != nil {
		t.Error(err)
	}
}

func TestAnOrderWithImpossibleDaysIsInvalid(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	for name, spoil := range map[string]func(*order.Order){
		"ends before it starts": func(o *order.Order) { o.End = onDay("2026-05-01") },
		"is over already":       func(o *order.Order) { o.End = onDay(orderToday) },
	} {
		terms := orderTerms(cat)
		spoil(&terms.Order)
		if _, err := charter.PermitRestriction(terms); !fault.Is(err, fault.Invalid) {
			t.Errorf("an order that %s: %v", name, err)
		}
	}
}

// TestC4Property draws orders with any of the elements missing or wrong and asks for a permit exactly where all are
// there. The oracle is a plain list of booleans and knows nothing of the code.
func TestC4Property(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	ceilings := map[string]calendar.Period{"consumption-limit": {Years: 2}, "key-supervision": {Years: 1}, "entry-ban": {Years: 3}}
	competent := map[string][]string{
		"consumption-limit": {"court"}, "key-supervision": {"market-office", "park-office"},
		"entry-ban": {"market-office", "park-office", "ecology-office"},
	}
	rapid.Check(t, func(t *rapid.T) {
		terms := orderTerms(cat)
		o := &terms.Order
		ok := true
		have := func(present bool) { ok = ok && present }
		drop := func(name string) bool { return rapid.IntRange(0, 9).Draw(t, "without "+name) == 0 }
		kind := rapid.SampledFrom(subject.Kinds).Draw(t, "kind")
		sole := kind == subject.Enterprise && rapid.Bool().Draw(t, "sole trader")
		terms.Subject = subject.Subject{ID: 7, Kind: kind, Sole: sole}
		human := sole || kind == subject.Person || kind == subject.OfficeHolder
		code := rapid.SampledFrom([]string{"consumption-limit", "key-supervision", "entry-ban"}).Draw(t, "measure")
		o.Measure = code
		switch code {
		case "consumption-limit":
			have(kind != subject.PublicBody)
		case "key-supervision":
			o.Basis = order.Basis{Law: "basic-list", Article: "art. 3"}
			have(!human)
			have(kind == subject.Enterprise)
		case "entry-ban":
			o.Basis = order.Basis{Law: "licensing-law", Article: "art. 78"}
			have(kind == subject.Enterprise || kind == subject.PublicBody)
		}
		for _, element := range []struct {
			name  string
			spoil func()
		}{
			{"law", func() { o.Basis.Law = "" }},
			{"article", func() { o.Basis.Article = "" }},
			{"number", func() { o.Document.Number = "" }},
			{"digest", func() { o.Document.Digest = [32]byte{} }},
			{"appeal", func() { o.Appeal = "" }},
			{"service", func() { o.Served = calendar.None }},
			{"subject", func() { o.Subject = 0 }},
			{"official", func() { terms.By.Official = "" }},
			{"own agency", func() { terms.By.Agency = "another-office" }},
		} {
			if drop(element.name) {
				have(false)
				element.spoil()
			}
		}
		author := rapid.SampledFrom([]string{"court", "market-office", "park-office", "ecology-office", "bank", "museum"}).Draw(t, "author")
		if terms.By.Agency == o.Issuer {
			terms.By.Agency = author
		}
		o.Issuer = author
		have(slices.Contains(competent[code], author))
		days := rapid.IntRange(15, 1500).Draw(t, "days")
		o.End, o.Review = o.Start+calendar.Day(days), calendar.None
		if rapid.Bool().Draw(t, "review") {
			o.End, o.Review = calendar.None, o.End
		}
		have(o.Start+calendar.Day(days) <= o.Start.Add(ceilings[code]))

		_, err := charter.PermitRestriction(terms)
		if ok != (err == nil) {
			t.Fatalf("all elements there: %v; answer: %v\n%+v", ok, err, terms)
		}
	})
}

// endingTerms is an ending that may be entered: the court lifts its own order.
func endingTerms(cat *catalogue.Catalogue) charter.EndingTerms {
	o := orderTerms(cat).Order
	o.ID = 31
	return charter.EndingTerms{
		Order: o,
		Ending: order.Ending{
			Act: order.Lift, Day: onDay("2026-06-14"), Agency: "court", Official: "Judge Lin",
			Document: order.Document{Number: "(2026) 13", Digest: [32]byte{2}}, Reason: "the debt is paid",
		},
		By:        charter.Actor{Agency: "court", Official: "Judge Lin", Credential: "lin"},
		Catalogue: cat, Today: onDay(orderToday),
	}
}

func TestWhoMayEndAnOrder(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	uscc := func(agency string) []string { return []string{cat.Agency(agency).USCC} }
	as := func(agency string) func(*charter.EndingTerms) {
		return func(e *charter.EndingTerms) {
			e.By = charter.Actor{Agency: agency, Official: "Wu", Credential: "wu"}
			e.Ending.Agency, e.Ending.Official = agency, "Wu"
		}
	}
	ordered := func(issuer string, act order.Act, actor string, restricted ...string) func(*charter.EndingTerms) {
		return func(e *charter.EndingTerms) {
			e.Order.Issuer, e.Ending.Act, e.Bodies = issuer, act, restricted
			as(actor)(e)
		}
	}
	for _, c := range []struct {
		name               string
		change             func(*charter.EndingTerms)
		invariant, missing string
	}{
		{"its author lifts it", func(*charter.EndingTerms) {}, "", ""},
		{"its author annuls it", func(e *charter.EndingTerms) { e.Ending.Act = order.Annul }, "", ""},
		{"a court annuls another's", ordered("market-office", order.Annul, "court"), "", ""},
		{"the superior annuls", ordered("park-office", order.Annul, "market-office"), "", ""},
		{"the superior's superior annuls", ordered("park-office", order.Annul, "council"), "", ""},
		{"another authority lifts", ordered("market-office", order.Lift, "ecology-office"), "C4", "author of the order"},
		{"a court lifts another's", ordered("market-office", order.Lift, "court"), "C4", "author of the order"},
		{"another authority annuls", ordered("market-office", order.Annul, "ecology-office"), "C4", "author of the order, its superior or a court"},
		{"the subordinate annuls", ordered("market-office", order.Annul, "park-office"), "C4", "author of the order, its superior or a court"},
		{"an operator annuls", ordered("market-office", order.Annul, "bank"), "C4", "author of the order, its superior or a court"},
		{"its author, on itself", ordered("market-office", order.Lift, "market-office", uscc("market-office")...), "C13", "independent author"},
		{"its author, on its superior", ordered("market-office", order.Lift, "market-office", uscc("council")...), "C13", "independent author"},
		{"its author, on its subordinate", ordered("market-office", order.Lift, "market-office", uscc("park-office")...), "C13", "independent author"},
		{"its author, on a stranger", ordered("market-office", order.Lift, "market-office", uscc("ecology-office")...), "", ""},
		{"a court on the author", ordered("market-office", order.Annul, "court", uscc("market-office")...), "", ""},
		{"the subject itself", func(e *charter.EndingTerms) { e.By = charter.Actor{Subject: 7, Credential: "self"} }, "C4", "court or competent authority"},
		{"in another's name", func(e *charter.EndingTerms) { e.Ending.Official = "Judge Chen" }, "C4", "act of one's own"},
		{"without document", func(e *charter.EndingTerms) { e.Ending.Document = order.Document{} }, "C4", "document"},
		{"without day", func(e *charter.EndingTerms) { e.Ending.Day = calendar.None }, "C4", "day"},
		{"without reason", func(e *charter.EndingTerms) { e.Ending.Reason = "" }, "C4", "reason"},
		{"because of a score", func(e *charter.EndingTerms) { e.Ending.Reason = "the score rose to 700" }, "C4", "ground other than a rating"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := endingTerms(cat)
			c.change(&terms)
			permit, err := charter.PermitEnding(terms)
			if c.invariant == "" {
				if err != nil || permit.Order() == nil {
					t.Errorf("not permitted: %v", err)
				}
				return
			}
			if f := refusal(t, err); f.Invariant != c.invariant || f.Missing != c.missing {
				t.Errorf("refused by %s, missing %q: %s\nwant %s and %q", f.Invariant, f.Missing, f.Text, c.invariant, c.missing)
			}
			if permit.Order() != nil {
				t.Error("a refusal came with a permit")
			}
		})
	}
}

func TestAnOrderEndsOnce(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	lifted := endingTerms(cat)
	lifted.Order.Ended = &order.Ending{Act: order.Lift, Day: onDay("2026-06-12")}
	if _, err := charter.PermitEnding(lifted); !fault.Is(err, fault.Conflict) {
		t.Errorf("lifting a lifted order: %v", err)
	}
	lifted.Ending.Act = order.Annul
	if _, err := charter.PermitEnding(lifted); err != nil {
		t.Errorf("annulling a lifted order: %v", err)
	}
	expired := endingTerms(cat)
	expired.Today = onDay("2030-01-01")
	if _, err := charter.PermitEnding(expired); !fault.Is(err, fault.Conflict) {
		t.Errorf("lifting an expired order: %v", err)
	}
	early := endingTerms(cat)
	early.Ending.Day = onDay("2026-06-16")
	if _, err := charter.PermitEnding(early); !fault.Is(err, fault.Invalid) {
		t.Errorf("lifting on a day to come: %v", err)
	}
}

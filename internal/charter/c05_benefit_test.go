package charter_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/subject"
)

// museumTerms is a benefit for persons that may stand in the list.
func museumTerms(cat *catalogue.Catalogue) charter.BenefitTerms {
	m := *cat.Measure("museum-evening")
	b := *m.Benefit
	m.Benefit = &b
	return charter.BenefitTerms{Measure: &m, Model: volunteerModel()}
}

func volunteerModel() charter.ModelFacts {
	return charter.ModelFacts{Code: "volunteer", Version: 1, Kinds: []string{"person"}, Contexts: []string{"voluntary-service"}, ConsentPurpose: "own-benefit"}
}

func TestC5RefusesAndSaysWhy(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	if err := charter.AdmitBenefit(museumTerms(cat)); err != nil {
		t.Fatal(err)
	}
	running := func(change func(*catalogue.Benefit)) func(*charter.BenefitTerms) {
		return func(b *charter.BenefitTerms) {
			before := museumTerms(cat).Measure
			b.Previous = before
			change(b.Measure.Benefit)
		}
	}
	for _, c := range []struct {
		name                     string
		spoil                    func(*charter.BenefitTerms)
		invariant, missing, text string
	}{
		{"no benefit", func(b *charter.BenefitTerms) { b.Measure = cat.Measure("entry-ban") }, "C5", "benefit", "no such benefit"},
		{"no baseline", func(b *charter.BenefitTerms) { b.Measure.Benefit.Baseline.ZH = " " }, "C5", "baseline", "in both languages"},
		{"no day of the baseline", func(b *charter.BenefitTerms) { b.Measure.Benefit.Since = calendar.None }, "C5", "day of the baseline", "from when its baseline stood"},
		{"a baseline of eleven months", func(b *charter.BenefitTerms) { b.Measure.Benefit.Since = onDay("2024-01-02") }, "C5", "baseline as it stood twelve months earlier", "less than twelve months"},
		{"no domain", func(b *charter.BenefitTerms) { b.Measure.Benefit.Domain = "" }, "C5", "domain", "names no domain"},
		{"the baseline is changed while it runs", running(func(b *catalogue.Benefit) { b.Baseline.EN = "open on Sundays" }), "C5", "unchanged baseline", "was changed while the benefit runs"},
		{"the baseline is dated later while it runs", running(func(b *catalogue.Benefit) { b.Since = onDay("2023-12-01") }), "C5", "unchanged baseline", "was changed while the benefit runs"},
		{"a model of another context", func(b *charter.BenefitTerms) { b.Model.Contexts = []string{"finance-credit"} }, "C3", "rating of the benefit's own context", "belongs to the context voluntary-service, its model to finance-credit"},
		{"a model over two contexts", func(b *charter.BenefitTerms) { b.Model.Contexts = []string{"voluntary-service", "finance-credit"} }, "C3", "rating of one context", "joins 2 contexts"},
		{"no context", func(b *charter.BenefitTerms) { b.Measure.Context = "" }, "C3", "context of the benefit", "names no context"},
		{"for office holders", func(b *charter.BenefitTerms) { b.Measure.Kinds = []subject.Kind{subject.OfficeHolder} }, "C3", "context of private life", "out of the office"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			terms := museumTerms(cat)
			c.spoil(&terms)
			f := refusal(t, charter.AdmitBenefit(terms))
			if f.Invariant != c.invariant || f.Missing != c.missing || !strings.Contains(f.Text, c.text) {
				t.Errorf("refused by %s, missing %q: %s", f.Invariant, f.Missing, f.Text)
			}
		})
	}
	unchanged := museumTerms(cat)
	unchanged.Previous = museumTerms(cat).Measure
	if err := charter.AdmitBenefit(unchanged); err != nil {
		t.Errorf("a running benefit that nobody changed: %v", err)
	}
	other := museumTerms(cat)
	other.Model.Kinds = []string{"enterprise"}
	if err := charter.AdmitBenefit(other); !fault.Is(err, fault.Invalid) {
		t.Errorf("a benefit for persons by a model for enterprises: %v", err)
	}
}

// TestC5AListKeepsTheBaselinesOfWhatRuns: a list about to come into force is held against the one in force.
func TestC5AListKeepsTheBaselinesOfWhatRuns(t *testing.T) {
	t.Parallel()
	listed, today := *measuresCatalogue(t), onDay(orderToday)
	listed.Measures = slices.DeleteFunc(slices.Clone(listed.Measures), func(m catalogue.Measure) bool { return m.Code != "museum-evening" })
	before := &listed
	changed := func(change func(*catalogue.Measure)) *catalogue.Catalogue {
		after := *before
		after.Measures = slices.Clone(before.Measures)
		for i := range after.Measures {
			if m := &after.Measures[i]; m.Code == "museum-evening" {
				b := *m.Benefit
				m.Benefit = &b
				change(m)
			}
		}
		return &after
	}
	worse := changed(func(m *catalogue.Measure) { m.Benefit.Baseline.EN = "open on Sundays" })
	over := changed(func(m *catalogue.Measure) { m.To = today })
	if err := charter.AdmitBaseline(lists(before), changed(func(*catalogue.Measure) {}), today); err != nil {
		t.Errorf("nothing was changed: %v", err)
	}
	wantRefusal(t, charter.AdmitBaseline(lists(before), worse, today), "C5: unchanged baseline")
	if err := charter.AdmitBaseline(nil, worse, today); err != nil {
		t.Errorf("a first list: %v", err)
	}
	wantRefusal(t, charter.AdmitBaseline(lists(over), worse, today), "C5: baseline of the benefit it follows")
	year := today.Add(calendar.Period{Months: 12})
	wantRefusal(t, charter.AdmitBaseline(lists(over), worse, year-1), "C5: baseline of the benefit it follows")
	if err := charter.AdmitBaseline(lists(over), worse, year); err != nil {
		t.Errorf("a benefit that ended a year before: %v", err)
	}
	if err := charter.AdmitBaseline(lists(over), before, today); err != nil {
		t.Errorf("begun anew as it was: %v", err)
	}
	wantRefusal(t, charter.AdmitBaseline(lists(over), worse, today-1), "C5: unchanged baseline")
	without := listed
	without.Measures = nil
	wantRefusal(t, charter.AdmitBaseline(lists(&without, before), worse, today), "C5: unchanged baseline")
	wantRefusal(t, charter.AdmitBaseline(lists(&without, &without, before, worse), worse, today), "C5: unchanged baseline")
	if err := charter.AdmitBaseline(lists(&without, before), before, today); err != nil {
		t.Errorf("put back as it was: %v", err)
	}
	if err := charter.AdmitBaseline(lists(&without, over, before), worse, year); err != nil {
		t.Errorf("it had ended a year ago before it was taken out: %v", err)
	}
	undated := changed(func(m *catalogue.Measure) { m.Benefit.Since = calendar.None })
	wantRefusal(t, charter.AdmitBaseline(nil, undated, today), "C5: day of the baseline")
}

// TestC5AnotherCodeIsNoOtherBaseline: ending a benefit and beginning one under another code, by the same body in the same
// context for the same people, changes no baseline for a year, whether the first one ends in the list or is left out of it;
// and no benefit that runs ends in retrospect.
func TestC5AnotherCodeIsNoOtherBaseline(t *testing.T) {
	t.Parallel()
	listed, today := *measuresCatalogue(t), onDay(orderToday)
	at := slices.IndexFunc(listed.Measures, func(m catalogue.Measure) bool { return m.Code == "museum-evening" })
	first := listed.Measures[at]
	list := func(measures ...catalogue.Measure) *catalogue.Catalogue {
		l := listed
		l.Measures = measures
		return &l
	}
	ended, second := first, first
	ended.To = today
	second.Code = "museum-night"
	b := *first.Benefit
	b.Baseline.EN = "open on Mondays"
	second.Benefit = &b
	year := today.Add(calendar.Period{Months: 12})
	const follows = "C5: baseline of the benefit it follows"
	wantRefusal(t, charter.AdmitBaseline(lists(list(first)), list(ended, second), today), follows)
	wantRefusal(t, charter.AdmitBaseline(lists(list(first)), list(second), today), follows)
	wantRefusal(t, charter.AdmitBaseline(lists(list(ended)), list(ended, second), year-1), follows)
	wantRefusal(t, charter.AdmitBaseline(lists(list(), list(ended)), list(second), year-1), follows)
	later := second
	later.From = year - 1
	wantRefusal(t, charter.AdmitBaseline(lists(list(first)), list(ended, later), today), follows)
	for name, ok := range map[string]struct {
		before, after *catalogue.Catalogue
		on            calendar.Day
	}{
		"a year later":                    {list(ended), list(ended, second), year},
		"beside one that goes on":         {list(first), list(first, second), today},
		"of another body":                 {list(first), list(ended, with(second, func(m *catalogue.Measure) { m.Body = "bank" })), today},
		"in another context":              {list(first), list(ended, with(second, func(m *catalogue.Measure) { m.Context = "traffic" })), today},
		"for others":                      {list(first), list(ended, with(second, func(m *catalogue.Measure) { m.Kinds = []subject.Kind{subject.Enterprise} })), today},
		"with the baseline it had before": {list(first), list(ended, with(second, func(m *catalogue.Measure) { m.Benefit = first.Benefit })), today},
	} {
		if err := charter.AdmitBaseline(lists(ok.before), ok.after, ok.on); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	past := first
	past.To = today - 1
	wantRefusal(t, charter.AdmitBaseline(lists(list(first)), list(past), today), "C5: end that has not come")
}

func with(m catalogue.Measure, change func(*catalogue.Measure)) catalogue.Measure {
	change(&m)
	return m
}

// lists are lists of measures, the newest first.
func lists(newestFirst ...*catalogue.Catalogue) []*catalogue.Catalogue { return newestFirst }

func TestC5ClosesAreasOfLifeUnderAnyName(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	for domain, closed := range map[string]string{
		"schooling": "schooling", "school-meals": "schooling", "Higher Education": "schooling",
		"health_care": "health care", "hospital-deposit": "health care", "employment": "work", "public-housing": "housing",
		"rail-travel": "travel", "transport": "travel", "basic-banking": "basic banking", "bank.account": "basic banking",
		"justice": "justice", "court-fees": "justice", "speech": "speech", "press": "speech",
		"culture": "", "administrative-convenience": "", "voluntary-service": "", "networking": "", "preschoolwork": "",
	} {
		terms := museumTerms(cat)
		terms.Measure.Benefit.Domain = domain
		err := charter.AdmitBenefit(terms)
		if closed == "" {
			if err != nil {
				t.Errorf("%s: %v", domain, err)
			}
			continue
		}
		if f := refusal(t, err); f.Invariant != "C5" || f.Missing != "domain open to benefits" || !strings.Contains(f.Text, "touches "+closed) {
			t.Errorf("%s: %s", domain, f.Text)
		}
	}
}

// TestC5Property spoils none, one or several parts of a benefit; only the unspoilt stand.
func TestC5Property(t *testing.T) {
	t.Parallel()
	cat := measuresCatalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		terms := museumTerms(cat)
		terms.Previous = museumTerms(cat).Measure
		m := terms.Measure
		m.Benefit.Domain = rapid.SampledFrom([]string{"culture", "sport", "administrative-convenience"}).Draw(t, "domain")
		good := true
		for _, part := range []struct {
			name  string
			spoil func()
		}{
			{"length of the baseline", func() {
				// The twelve months before 2025 have 366 days.
				m.Benefit.Since = m.From - calendar.Day(rapid.IntRange(0, 365).Draw(t, "days of baseline"))
				terms.Previous = nil
			}},
			{"domain", func() {
				m.Benefit.Domain = rapid.SampledFrom([]string{"school", "health", "work", "housing", "travel", "banking", "justice", "speech"}).Draw(t, "closed")
			}},
			{"context of the model", func() { terms.Model.Contexts = []string{"finance-credit"} }},
			{"single context", func() { terms.Model.Contexts = append(terms.Model.Contexts, "market") }},
			{"text of the baseline", func() { m.Benefit.Baseline.EN, terms.Previous = "less than before", museumTerms(cat).Measure }},
			{"presence of the baseline", func() { m.Benefit.Baseline.EN, terms.Previous = "", nil }},
			{"kind", func() { m.Kinds = append([]subject.Kind{subject.OfficeHolder}, m.Kinds...) }},
		} {
			if rapid.IntRange(0, 6).Draw(t, "spoil the "+part.name) == 6 {
				part.spoil()
				good = false
			}
		}
		if err := charter.AdmitBenefit(terms); good != (err == nil) {
			t.Fatalf("good: %v; answer: %v\n%+v %+v", good, err, m, m.Benefit)
		}
	})
}

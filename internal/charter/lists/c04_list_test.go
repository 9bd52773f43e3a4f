package lists_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/charter/lists"
	"probity/internal/clock"
	"probity/internal/listing/criteria"
	"probity/internal/subject"
)

// TestC4AdmitsTheBuiltInListsAndNothingLess spoils the criteria of a sound list in one thing each.
func TestC4AdmitsTheBuiltInListsAndNothingLess(t *testing.T) {
	t.Parallel()
	cat := catalogue.BuiltIn()
	set, err := criteria.BuiltIn(cat)
	if err != nil {
		t.Fatal(err)
	}
	admit := func(l criteria.List, established bool) error {
		return lists.AdmitList(lists.ListTerms{List: &l, Established: established, Catalogue: cat, Clock: clock.BuiltIn()})
	}
	for _, l := range set.All() {
		if err := admit(*l, true); err != nil {
			t.Errorf("%s: %v", l.Code, err)
		}
	}
	sound := func() criteria.List {
		l := *set.List("serious-violators", onDay("2026-07-01"))
		l.Grounds = append([]criteria.Ground(nil), l.Grounds...)
		l.Measures = append([]criteria.Measure(nil), l.Measures...)
		l.From, l.Evaluation = onDay("2026-09-01"), onDay("2028-09-01")
		l.Comment = criteria.Interval{From: onDay("2026-07-01"), To: onDay("2026-07-31")}
		return l
	}
	if err := admit(sound(), false); err != nil {
		t.Fatalf("the sound list: %v", err)
	}
	years := func(n int) calendar.Period { return calendar.Period{Years: n} }
	for _, c := range []struct {
		name, missing string
		spoil         func(*criteria.List)
	}{
		{"leans on a grade", "ground other than a rating", func(l *criteria.List) { l.Grounds[0].Title.EN = "Grade D in the yearly evaluation" }},
		{"leans on a grade, in Chinese", "ground other than a rating", func(l *criteria.List) { l.Grounds[1].Title.ZH = "信用等级为D级" }},
		{"leans on a score in an element", "ground other than a rating", func(l *criteria.List) {
			l.Grounds[0].Elements = []criteria.Element{{Code: "score", Title: criteria.Text{EN: "Score", ZH: "分数"}, Kind: "amount"}}
		}},
		{"no scope", "scope of Guobanfa (2020) 49", func(l *criteria.List) { l.Scope = nil }},
		{"an honour that restricts", "list of honour without restrictions", func(l *criteria.List) { l.Colour, l.Scope = criteria.Red, nil }},
		{"nationwide by a local regulation", "instrument of sufficient rank", func(l *criteria.List) { l.Level = criteria.LocalRegulation }},
		{"local by a ministry's rule", "instrument of sufficient rank", func(l *criteria.List) { l.Territory = "320000" }},
		{"human beings", "order of a court", func(l *criteria.List) { l.Kinds = append(l.Kinds[:1:1], subject.Person) }},
		{"no end", "fixed end", func(l *criteria.List) { l.Term = calendar.Period{} }},
		{"six years", "end under the ceiling", func(l *criteria.List) { l.Term = years(6) }},
		{"six years with its extension", "end under the ceiling", func(l *criteria.List) { l.Extension = &criteria.Span{Min: years(1), Max: years(3)} }},
		{"leans on points for repeated conduct", "ground other than a rating", func(l *criteria.List) {
			l.Extension = &criteria.Span{Min: years(1), Max: years(1)}
			l.Repeated = &criteria.Element{Code: "points", Title: criteria.Text{EN: "Points lost", ZH: "失分"}, Kind: "amount"}
		}},
		{"no removal", "conditions of removal", func(l *criteria.List) { l.Removal = nil }},
		{"no remedy in time", "time to contest", func(l *criteria.List) { l.Contest = calendar.Period{} }},
		{"no evaluation", "evaluation date", func(l *criteria.List) { l.Evaluation = calendar.None }},
		{"no comment", "public comment", func(l *criteria.List) { l.Comment = criteria.Interval{From: calendar.None, To: calendar.None} }},
		{"comment of 29 days", "public comment of 30 days", func(l *criteria.List) { l.Comment.To-- }},
		{"in force before the comment ended", "public comment of 30 days", func(l *criteria.List) { l.From = onDay("2026-07-30") }},
		{"leans on stars in a condition of removal", "ground other than a rating", func(l *criteria.List) {
			l.Removal = append([]criteria.Cause(nil), l.Removal...)
			l.Removal[0].Title.EN = "Three stars again"
		}},
		{"leans on a rank in its title", "ground other than a rating", func(l *criteria.List) { l.Title.EN = "The last in rank" }},
		{"leans on a score by its code", "ground other than a rating", func(l *criteria.List) { l.Code = "low-score" }},
		{"leans on a grade among the values", "ground other than a rating", func(l *criteria.List) {
			l.Grounds[0].Elements = []criteria.Element{{Code: "finding", Title: criteria.Text{EN: "Finding", ZH: "认定"}, Kind: "code", Values: []string{"grade d"}}}
		}},
		{"an honour with a scope alone", "list of honour without restrictions", func(l *criteria.List) { l.Colour, l.Measures = criteria.Red, nil }},
		{"an honour with measures alone", "list of honour without restrictions", func(l *criteria.List) { l.Colour, l.Scope = criteria.Red, nil }},
		{"an honour for human beings, by a court", "order of a court", func(l *criteria.List) {
			l.Colour, l.Scope, l.Measures = criteria.Red, nil, nil
			l.Keepers, l.Kinds = []string{"court"}, []subject.Kind{subject.Person}
		}},
		{"office holders by a court and another", "order of a court", func(l *criteria.List) {
			l.Keepers, l.Kinds = []string{"court", "samr"}, []subject.Kind{subject.OfficeHolder}
		}},
		{"a ground without end", "fixed end", func(l *criteria.List) { l.Term, l.Grounds[0].Term = calendar.Period{}, years(1) }},
		{"one ground for six years", "end under the ceiling", func(l *criteria.List) { l.Grounds[1].Term = years(6) }},
		{"evaluated on its first day", "evaluation date", func(l *criteria.List) { l.Evaluation = l.From }},
		{"comment without end", "public comment", func(l *criteria.List) { l.Comment.To = calendar.None }},
		{"comment without beginning", "public comment", func(l *criteria.List) { l.Comment.From = calendar.None }},
		{"an unknown measure", "measure of class II", func(l *criteria.List) { l.Measures[0].Code = "shaming" }},
		{"a measure without ceiling", "ceiling of the measure", func(l *criteria.List) { l.Measures[0].Ceiling = calendar.Period{} }},
		{"a measure for less than it asks, by the list's tier", "tier of the measure", func(l *criteria.List) { l.Tier, l.Measures[0].Tier = "minor", "" }},
		{"a measure of class I", "measure of class II", func(l *criteria.List) { l.Measures[0].Code = "entry-limit" }},
		{"a measure for longer than it may run", "ceiling of the measure", func(l *criteria.List) { l.Measures[0].Ceiling = years(4) }},
		{"a measure for less than it asks", "tier of the measure", func(l *criteria.List) { l.Measures[0].Tier = "minor" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := sound()
			c.spoil(&l)
			if f := refusal(t, admit(l, false)); f.Invariant != "C4" || f.Missing != c.missing {
				t.Errorf("refused by %s, missing %q: %s; want %q", f.Invariant, f.Missing, f.Text, c.missing)
			}
		})
	}
}

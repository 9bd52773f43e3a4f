package charter_test

import (
	"testing"

	"probity/calendar"
	"probity/internal/charter"
)

func approval() charter.ApprovalTerms {
	return charter.ApprovalTerms{
		Model: "company-score", Version: 2, Digest: "bb", Author: "bank/a", Approver: "bank/b", InForce: "aa",
		Impact:  &charter.ImpactTerms{Report: "cc", Candidate: "bb", Current: "aa", Made: today - 3, Ledger: 7},
		GoodFor: calendar.Period{Days: 30}, Today: today,
	}
}

// TestC8AnApprovalIsInformed: each element that is missing is named, and nothing but the first version goes without.
func TestC8AnApprovalIsInformed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*charter.ApprovalTerms)
		want  string
	}{
		"whole":                  {func(*charter.ApprovalTerms) {}, ""},
		"on the last day":        {func(a *charter.ApprovalTerms) { a.Impact.Made = today - 30 }, ""},
		"the first of its kind":  {func(a *charter.ApprovalTerms) { a.First, a.Impact, a.InForce = true, nil, "" }, ""},
		"no version":             {func(a *charter.ApprovalTerms) { a.Version = 0 }, "C8: model"},
		"no code":                {func(a *charter.ApprovalTerms) { a.Model = "" }, "C8: model"},
		"no file":                {func(a *charter.ApprovalTerms) { a.Digest = "" }, "C8: model"},
		"nobody":                 {func(a *charter.ApprovalTerms) { a.Approver = "" }, "C8: approver"},
		"the author":             {func(a *charter.ApprovalTerms) { a.Approver = a.Author }, "C8: second official"},
		"the author of a first":  {func(a *charter.ApprovalTerms) { a.First, a.Approver = true, a.Author }, "C8: second official"},
		"without a report":       {func(a *charter.ApprovalTerms) { a.Impact = nil }, "C8: impact report"},
		"an empty report":        {func(a *charter.ApprovalTerms) { a.Impact.Report = "" }, "C8: impact report"},
		"of another version":     {func(a *charter.ApprovalTerms) { a.Impact.Candidate = "b0" }, "C8: impact report of this version"},
		"against another":        {func(a *charter.ApprovalTerms) { a.Impact.Current = "a0" }, "C8: comparison with the version in force"},
		"of the candidate alone": {func(a *charter.ApprovalTerms) { a.Impact.Current = "" }, "C8: comparison with the version in force"},
		"a day too old":          {func(a *charter.ApprovalTerms) { a.Impact.Made = today - 31 }, "C8: recent impact report"},
		"of tomorrow":            {func(a *charter.ApprovalTerms) { a.Impact.Made = today + 1 }, "C8: recent impact report"},
		"of no day":              {func(a *charter.ApprovalTerms) { a.Impact.Made = calendar.None }, "C8: recent impact report"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terms := approval()
			c.spoil(&terms)
			p, err := charter.PermitApproval(terms)
			wantRefusal(t, err, c.want)
			if (p.Terms() == nil) != (c.want != "") {
				t.Errorf("the permit is %+v", p.Terms())
			}
		})
	}
}

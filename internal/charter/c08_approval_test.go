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

// TestC8AnApprovedChangeComesInForce: a version comes in force only in place of the version that its approval compared it
// with, and by somebody who answers for it.
func TestC8AnApprovedChangeComesInForce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*charter.ForceTerms)
		want  string
	}{
		"whole":                        {func(*charter.ForceTerms) {}, ""},
		"the first of its kind":        {func(f *charter.ForceTerms) { f.Compared, f.InForce = "", "" }, ""},
		"after the one before retired": {func(f *charter.ForceTerms) { f.InForce = "" }, ""},
		"no version":                   {func(f *charter.ForceTerms) { f.Version = 0 }, "C8: model"},
		"no code":                      {func(f *charter.ForceTerms) { f.Model = "" }, "C8: model"},
		"nobody":                       {func(f *charter.ForceTerms) { f.By = "" }, "C8: official"},
		"not approved":                 {func(f *charter.ForceTerms) { f.Approver = "" }, "C8: approval"},
		"another is in force":          {func(f *charter.ForceTerms) { f.InForce = "a0" }, "C8: comparison with the version in force"},
		"a first, and one is in force": {func(f *charter.ForceTerms) { f.Compared = "" }, "C8: comparison with the version in force"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terms := charter.ForceTerms{Model: "company-score", Version: 2, By: "bank/c", Approver: "bank/b", Compared: "aa", InForce: "aa"}
			c.spoil(&terms)
			p, err := charter.PermitForce(terms)
			wantRefusal(t, err, c.want)
			if (p.Terms() == nil) != (c.want != "") {
				t.Errorf("the permit is %+v", p.Terms())
			}
		})
	}
}

// TestC8SomebodyRetiresAModel: no version goes out of force without somebody who answers for it.
func TestC8SomebodyRetiresAModel(t *testing.T) {
	t.Parallel()
	if p, err := charter.PermitRetirement("company-score", 2, "bank/c"); err != nil {
		t.Error(err)
	} else if model, version, by := p.Of(); model != "company-score" || version != 2 || by != "bank/c" {
		t.Errorf("the permit is of version %d of %s by %s", version, model, by)
	}
	for _, c := range []struct {
		model   string
		version int
		by      string
	}{{"", 2, "bank/c"}, {"company-score", 0, "bank/c"}, {"company-score", 2, ""}} {
		_, err := charter.PermitRetirement(c.model, c.version, c.by)
		wantRefusal(t, err, "C8: official")
	}
}

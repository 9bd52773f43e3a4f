package charter_test

import (
	"testing"

	"probity/internal/charter"
	"probity/internal/subject"
	"probity/internal/subject/candidate"
)

// TestC15Candidates: an official puts two different subjects of one kind before officials, whom no strong identifiers keep
// apart, and rows on a human being never go in beside another's.
func TestC15Candidates(t *testing.T) {
	t.Parallel()
	other, otherPerson := subject.Subject{ID: 203, Kind: subject.Enterprise}, subject.Subject{ID: 201, Kind: subject.Person}
	uscc, lei := id(subject.USCC, syntheticUSCC), id(subject.LEI, "X")
	terms := func(a, b subject.Subject, way candidate.Way) charter.CandidateTerms {
		return charter.CandidateTerms{One: a, Other: b, By: clerk, Found: candidate.Candidate{Pair: candidate.Of(a.ID, b.ID), Way: way}}
	}
	with := func(c charter.CandidateTerms, a, b []subject.Identifier) charter.CandidateTerms {
		c.OneIDs, c.OtherIDs = a, b
		return c
	}
	nobody, elsewhere := terms(company, other, candidate.Look), terms(company, other, candidate.Look)
	nobody.By, elsewhere.Found.Pair = charter.Actor{}, candidate.Of(company.ID, otherPerson.ID)
	for name, c := range map[string]struct {
		terms charter.CandidateTerms
		want  string
	}{
		"organisations":          {with(terms(company, other, candidate.Look), []subject.Identifier{uscc}, []subject.Identifier{lei}), ""},
		"organisations, beside":  {terms(company, other, candidate.Beside), ""},
		"persons":                {terms(person, otherPerson, candidate.Look), ""},
		"persons, beside":        {terms(person, otherPerson, candidate.Beside), "C15: human review"},
		"one":                    {terms(company, company, candidate.Look), "C15: two subjects"},
		"another pair's":         {elsewhere, "C15: two subjects"},
		"two kinds":              {terms(person, other, candidate.Look), "C15: same kind"},
		"sole trader":            {terms(trader, other, candidate.Look), "C15: same kind"},
		"nobody":                 {nobody, "C15: official"},
		"conflict":               {with(terms(company, other, candidate.Look), []subject.Identifier{lei}, []subject.Identifier{id(subject.LEI, "Y")}), "C15: identifiers without conflict"},
		"conflict of suppliers'": {with(terms(company, other, candidate.Look), []subject.Identifier{id(subject.Named, "a/1")}, []subject.Identifier{id(subject.Named, "b/2")}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := charter.PermitCandidate(c.terms)
			wantRefusal(t, err, c.want)
			if (p.Terms() == nil) != (c.want != "") {
				t.Errorf("the permit carries %v", p.Terms())
			}
		})
	}
}

// TestC15Judgements: a named official judges with a reason; of human beings two say the same, and are the same only with one
// exact strong identifier on both.
func TestC15Judgements(t *testing.T) {
	t.Parallel()
	other, otherPerson := subject.Subject{ID: 203, Kind: subject.Enterprise}, subject.Subject{ID: 201, Kind: subject.Person}
	second := clerk
	second.Official = "Somebody Else"
	shared := []subject.Identifier{id(subject.ResidentID, "h")}
	terms := func(a, b subject.Subject, v candidate.Verdict) charter.JudgementTerms {
		return charter.JudgementTerms{Pair: candidate.Of(a.ID, b.ID), One: a, Other: b, By: clerk, Verdict: v, Reason: "the extract says so"}
	}
	said := func(j charter.JudgementTerms, by charter.Actor, v candidate.Verdict) charter.JudgementTerms {
		j.Last = candidate.Step{By: by.Title(), Verdict: v}
		return j
	}
	with := func(j charter.JudgementTerms, a, b []subject.Identifier) charter.JudgementTerms {
		j.OneIDs, j.OtherIDs = a, b
		return j
	}
	holding := func(j charter.JudgementTerms, v candidate.Verdict) charter.JudgementTerms { j.Holds = v; return j }
	for name, c := range map[string]struct {
		terms charter.JudgementTerms
		want  string
		holds bool
	}{
		"organisations":                 {terms(company, other, candidate.Same), "", true},
		"organisations, different":      {terms(company, other, candidate.Different), "", true},
		"organisations with a conflict": {with(terms(company, other, candidate.Same), []subject.Identifier{id(subject.LEI, "X")}, []subject.Identifier{id(subject.LEI, "Y")}), "C15: identifiers without conflict", false},
		"persons, the first":            {terms(person, otherPerson, candidate.Different), "", false},
		"persons, the second":           {said(terms(person, otherPerson, candidate.Different), second, candidate.Different), "", true},
		"persons, of another mind":      {said(terms(person, otherPerson, candidate.Different), second, candidate.Unclear), "", false},
		"persons, the first again":      {said(terms(person, otherPerson, candidate.Different), clerk, candidate.Different), "C15: second official", false},
		"persons, the same":             {terms(person, otherPerson, candidate.Same), "C15: exact strong identifier", false},
		"persons with one identifier":   {with(said(terms(person, otherPerson, candidate.Same), second, candidate.Same), shared, shared), "", true},
		"sole traders, the same":        {terms(trader, subject.Subject{ID: 202, Kind: subject.Enterprise, Sole: true}, candidate.Same), "C15: exact strong identifier", false},
		"nobody": {func() charter.JudgementTerms {
			j := terms(company, other, candidate.Same)
			j.By = charter.Actor{}
			return j
		}(), "C15: official", false},
		"without a reason":    {func() charter.JudgementTerms { j := terms(company, other, candidate.Same); j.Reason = " "; return j }(), "C15: reason", false},
		"what holds already":  {holding(terms(company, other, candidate.Different), candidate.Different), "C15: something new", false},
		"the same once again": {holding(terms(company, other, candidate.Same), candidate.Same), "", true},
		"the same, and one":   {holding(terms(company, company, candidate.Same), candidate.Same), "C15: two subjects", false},
		"persons who were parted, the first": {
			holding(with(said(terms(person, otherPerson, candidate.Same), second, candidate.Same), shared, shared), candidate.Same), "", false,
		},
		"persons who were parted, the one who spoke last": {
			holding(with(said(terms(person, otherPerson, candidate.Same), clerk, candidate.Same), shared, shared), candidate.Same), "", false,
		},
		"persons who were parted, without an identifier": {
			holding(said(terms(person, otherPerson, candidate.Same), second, candidate.Same), candidate.Same), "C15: exact strong identifier", false,
		},
		"without a verdict": {terms(company, other, ""), "C15: verdict", false},
		"one":               {terms(company, company, candidate.Same), "C15: two subjects", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, err := charter.PermitJudgement(c.terms)
			wantRefusal(t, err, c.want)
			if (j.Terms() == nil) != (c.want != "") || j.Holds() != c.holds {
				t.Errorf("terms %v, holds %v", j.Terms(), j.Holds())
			}
			if natural := c.terms.One.Natural(); c.want == "" && j.Lifts() != (natural && c.terms.Holds == candidate.Same) {
				t.Errorf("that what held holds no longer is %v", j.Lifts())
			}
		})
	}
}

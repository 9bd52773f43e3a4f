package sqlcase_test

import (
	"strings"
	"testing"

	"probity/develop/sqlcase"
	"probity/scorecard"
)

const model = `
model: loans
version: 1
title: {en: Loans}
table:
  columns:
    - {name: income, column: 'Income "net"', scale: 2}
    - {name: job, column: Job, codes: {own: "it's own", fixed: fixed}}
base: 500
clip: {min: 0, max: 1000}
characteristics:
  - name: income
    title: {en: Income}
    datasets: [table]
    aggregate: {latest: income}
    direction: rising
    reason: R
    missing: {points: 1}
    attributes: [{below: -5, points: -10}, {from: -5, below: 10050, points: 2}, {from: 10050, points: 20}]
  - name: job
    title: {en: Job}
    datasets: [table]
    aggregate: {latest: job}
    reason: R
    missing: {points: 3}
    attributes: [{codes: [own], points: 7}, {codes: [fixed, unseen], points: -7}]
bands: [{name: A, from: 520}, {name: B}]
reasons: {R: {en: Fewer points}}
`

func parse(t *testing.T, text string) *scorecard.Model {
	t.Helper()
	m, err := scorecard.Parse("m.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWrite(t *testing.T) {
	t.Parallel()
	query, err := sqlcase.Write(parse(t, model), `my "loans"`, "id")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`CASE WHEN "Income ""net""" IS NULL THEN 1 WHEN "Income ""net""" < -0.05 THEN -10 WHEN "Income ""net""" < 100.5 THEN 2 ELSE 20 END`,
		`CASE WHEN "Job" IS NULL THEN 3 WHEN "Job" IN ('it''s own') THEN 7 WHEN "Job" IN ('fixed') THEN -7 ELSE -7 END`,
		`GREATEST(0,`, `LEAST(1000,`, `FROM "my ""loans"""`, `CASE WHEN rated.score >= 520 THEN 'A' ELSE 'B' END AS band`, `SELECT "id", score,`,
	} {
		if !strings.Contains(query, want) {
			t.Errorf("no %s in\n%s", want, query)
		}
	}
}

// TestRefusals: what cannot be said exactly is named, with its line.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for change, want := range map[string]string{
		"base: 500\nnot_rated: [{records_below: 1, reason: R}]":                                               "not_rated",
		"base: 500\ngroups: [{name: g, cap: 5}]":                                                              "groups",
		"base: 500\ngates: [{name: g, when: {characteristic: income, missing: true}, at_most: B, reason: R}]": "gates",
	} {
		_, err := sqlcase.Write(parse(t, strings.Replace(model, "base: 500", change, 1)), "t")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for from, to := range map[string]string{
		"aggregate: {latest: income}":                "aggregate: {sum: income}",
		"aggregate: {latest: job}":                   "where: income > 5\n    aggregate: {latest: job}",
		"    attributes: [{codes: [own], points: 7}": "    window: {latest: 1}\n    attributes: [{codes: [own], points: 7}",
	} {
		_, err := sqlcase.Write(parse(t, strings.Replace(model, from, to, 1)), "t")
		if err == nil || !strings.Contains(err.Error(), "not written as SQL") {
			t.Errorf("%s: %v", to, err)
		}
	}
}

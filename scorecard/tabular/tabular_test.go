package tabular_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"probity/scorecard"
	"probity/scorecard/tabular"
)

// TestDocumentedTable: the table that docs/model-language.md shows is one.
func TestDocumentedTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/model-language.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, found := strings.Cut(string(text), "```yaml\n# table\n")
	shown, _, closed := strings.Cut(shown, "```")
	if !found || !closed {
		t.Fatal("it shows none")
	}
	rest := strings.Index(model, "table:")
	m, err := scorecard.Parse("m.yaml", []byte(model[:rest]+shown+model[strings.Index(model, "base:"):]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tabular.Compile(m); err != nil {
		t.Error(err)
	}
}

const model = `
model: loans
version: 1
title: {en: Loans}
table:
  score: 600
  odds: 50
  doubling: 20
  columns:
    - {name: income, column: "Income (net)", scale: 2}
    - {name: job, column: Job, codes: {fixed: "fixed", free_lance: "free lance"}}
base: 500
characteristics:
  - name: income
    title: {en: Income}
    datasets: [table]
    aggregate: {latest: income}
    direction: rising
    reason: R1
    missing: {points: 0}
    attributes:
      - {below: 10050, points: -10}
      - {from: 10050, points: 20}
  - name: job
    title: {en: Job}
    datasets: [table]
    aggregate: {latest: job}
    reason: R2
    missing: {points: 3}
    attributes:
      - {codes: [fixed], points: 7}
      - {codes: [free_lance], points: -7}
      - {other: true, points: 1}
bands:
  - {name: A, from: 520}
  - {name: B}
reasons:
  R1: {en: Low income}
  R2: {en: Job}
`

func TestRowsAreRated(t *testing.T) {
	t.Parallel()
	m, err := scorecard.Parse("m.yaml", []byte(model))
	if err != nil {
		t.Fatal(err)
	}
	p, err := tabular.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	const rows = 20_000
	columns := make([]scorecard.Column, 2)
	for i, c := range p.Columns() {
		for r := range rows {
			switch {
			case c.Coded():
				columns[i].Codes = append(columns[i].Codes, c.Code([]string{"fixed", "free lance", "never heard of"}[r%3]))
			case r%4 == 3:
				columns[i].Ints = append(columns[i].Ints, scorecard.Missing)
			default:
				columns[i].Ints = append(columns[i].Ints, int64(10049+r%4))
			}
		}
	}
	scores := make([]int64, rows)
	err = p.Score(context.Background(), tabular.Rows{Columns: columns, Len: rows}, 2, func(first int, r *scorecard.Results) error {
		copy(scores[first:], r.Scores())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for r, have := range scores {
		want := 500 + []int64{7, -7, 1}[r%3] + []int64{-10, 20, 20, 0}[r%4]
		if have != want {
			t.Fatalf("row %d: %d, want %d", r, have, want)
		}
	}
}

// TestATableIsNoRegister: such a model is no model of subjects, whatever schema it is compiled against.
func TestATableIsNoRegister(t *testing.T) {
	t.Parallel()
	m, err := scorecard.Parse("m.yaml", []byte(model))
	if err != nil {
		t.Fatal(err)
	}
	_, err = scorecard.Compile(m, scorecard.Schema{Datasets: []scorecard.Dataset{{Code: "table", Context: "table"}}})
	if err == nil || !strings.Contains(err.Error(), "rates rows of a file and nobody in the register") {
		t.Errorf("compiled against a schema: %v", err)
	}
	for _, key := range []string{"kinds: [enterprise]", "contexts: [commerce]", "consent: {purpose: lending}"} {
		_, err := scorecard.Parse("m.yaml", []byte(key+model))
		if err == nil || !strings.Contains(err.Error(), "a model over a plain table rates rows") {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := scorecard.Parse("m.yaml", []byte(strings.Replace(model, `scale: 2`, `scale: 2, codes: {a: "1"}`, 1))); err == nil {
		t.Error("a column may have both a scale and codes")
	}
}

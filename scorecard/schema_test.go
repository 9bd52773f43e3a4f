package scorecard_test

import (
	"os"
	"path/filepath"
	"testing"

	"probity/scorecard"
)

// schema is the catalogue that the models in testdata are written against.
func schema() scorecard.Schema {
	penalty := []scorecard.Field{
		{Name: "severity", Type: scorecard.Code, Codes: []string{"minor", "general", "serious"}, Ordered: true},
		{Name: "fine", Type: scorecard.Amount, Unit: "fen"},
		{Name: "paid", Type: scorecard.Bool},
		{Name: "decided", Type: scorecard.Date},
		{Name: "note", Type: scorecard.Text},
		{Name: "belief", Type: scorecard.Code, Codes: []string{"a", "b"}, Sensitive: true},
	}
	firms := []string{scorecard.Enterprise}
	return scorecard.Schema{Datasets: []scorecard.Dataset{
		{Code: "samr.penalty", Family: "penalty", Context: "commerce", Kinds: firms, Adverse: true, Fields: penalty},
		{Code: "mee.penalty", Family: "penalty", Context: "commerce", Kinds: firms, Adverse: true, Fields: penalty},
		{Code: "samr.licence", Family: "licence", Context: "commerce", Kinds: firms, Fields: []scorecard.Field{
			{Name: "state", Type: scorecard.Code, Codes: []string{"valid", "suspended", "revoked", "expired"}},
			{Name: "capital", Type: scorecard.Amount, Unit: "fen"},
		}},
		{Code: "sta.default", Family: "tax", Context: "commerce", Kinds: firms, Adverse: true, Fields: []scorecard.Field{
			{Name: "indicator", Type: scorecard.Code, Codes: []string{"010101", "010102", "010106", "010301"}},
			{Name: "months", Type: scorecard.Int, Unit: "month"},
			{Name: "arrears", Type: scorecard.Amount, Unit: "fen"},
		}},
		{Code: "civil.service", Family: "service", Context: "voluntary", Kinds: []string{scorecard.Person}, Fields: []scorecard.Field{
			{Name: "hours", Type: scorecard.Int, Unit: "hour"},
			{Name: "kind", Type: scorecard.Code, Codes: []string{"care", "rescue", "other"}},
		}},
	}}
}

func source(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func compiled(t testing.TB, name string) *scorecard.Plan {
	t.Helper()
	m, err := scorecard.Parse(name, source(t, name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := scorecard.Compile(m, schema())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

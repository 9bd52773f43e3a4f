// Package sample is for tests of the rating language: the small catalogue that the example models are written against.
package sample

import "probity/scorecard"

// Schema is the catalogue that the models in testdata are written against.
func Schema() scorecard.Schema {
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

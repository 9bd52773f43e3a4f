package scorecard_test

import (
	"os"
	"path/filepath"
	"testing"

	"probity/scorecard"
	"probity/scorecard/internal/sample"
)

// schema is the catalogue that the models in testdata are written against.
func schema() scorecard.Schema { return sample.Schema() }

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

package worked_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"probity/scorecard"
	"probity/scorecard/internal/sample"
	"probity/scorecard/worked"
)

// read is the text of a file.
func read(t testing.TB, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// plan compiles one of the example models.
func plan(t testing.TB, name string) *scorecard.Plan {
	t.Helper()
	m, err := scorecard.Parse(name, read(t, "..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := scorecard.Compile(m, sample.Schema())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCases runs the case file of every example model.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.cases.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no case files", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cases, err := worked.Parse(name, read(t, file))
			if err != nil {
				t.Fatal(err)
			}
			results, err := worked.Run(plan(t, strings.Replace(name, ".cases", "", 1)), cases)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				for _, d := range r.Differences {
					t.Errorf("%s:%d: %s: %s", name, r.Case.At.Line, r.Case.Name, d)
				}
			}
		})
	}
}

// FuzzCases feeds the case parser anything, and runs what it takes.
func FuzzCases(f *testing.F) {
	f.Add(read(f, "testdata", "conduct.cases.yaml"))
	for _, s := range []string{"", "model: conduct\ncases: []", "model: conduct\ncases: [{case: a, as_of: 2026-01-01, expect: {}}]", "cases: 1", "model: x\ncases:\n- {case: a, as_of: 2026-01-01, records: [1], expect: {status: rated, score: 1, band: A}}"} {
		f.Add([]byte(s))
	}
	p := plan(f, "conduct.yaml")
	f.Fuzz(func(t *testing.T, b []byte) {
		cases, err := worked.Parse("fuzz.yaml", b)
		if err != nil {
			return
		}
		_, _ = worked.Run(p, cases)
	})
}

package scorecard_test

import (
	"path/filepath"
	"strings"
	"testing"

	"probity/scorecard/worked"
)

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
			cases, err := worked.Parse(name, source(t, name))
			if err != nil {
				t.Fatal(err)
			}
			results, err := worked.Run(compiled(t, strings.Replace(name, ".cases", "", 1)), cases)
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

package linking_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/internal/cli/linking"
	"probity/linkage"
)

func writeTo(t *testing.T, text string) string {
	name := filepath.Join(t.TempDir(), "how.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestCandidatesAreRead: the ways to find candidates that a suggested configuration shows in its comments are read when the signs
// before them are taken away, and a word that nobody knows is an error with its line.
func TestCandidatesAreRead(t *testing.T) {
	t.Parallel()
	b := linkage.NewBuilder()
	if err := b.File("f", []string{"sur: name", "born"}); err != nil {
		t.Fatal(err)
	}
	table := b.Table()
	want := linkage.Config{Fields: []linkage.Field{{Column: "born", Kind: "date"}, {Column: "sur: name", Kind: "word"}}, Threshold: 0.5}
	var text strings.Builder
	if err := linking.WriteConfig(&text, table, want, nil); err != nil {
		t.Fatal(err)
	}
	got, err := linking.ReadConfig(writeTo(t, text.String()))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v; the configuration is read otherwise than it was written:\n%s", err, diff)
	}
	head, shown, ok := strings.Cut(text.String(), "# candidates:\n")
	if !ok {
		t.Fatalf("no way to find candidates is shown in\n%s", text.String())
	}
	asked := head + "candidates:\n" + strings.ReplaceAll(shown, "#   ", "  ")
	want.Candidates = []linkage.Candidate{{Column: "sur: name", By: linkage.ByGrams}, {Column: "sur: name", By: linkage.ByWindow}}
	got, err = linking.ReadConfig(writeTo(t, asked))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v; what was asked for is read otherwise:\n%s", err, diff)
	}
	if err := got.Check(table); err != nil {
		t.Error(err)
	}
	_, err = linking.ReadConfig(writeTo(t, asked+"  - column: born\n    letters: 3\n"))
	if err == nil || !strings.Contains(err.Error(), "letters") || !strings.Contains(err.Error(), "line ") {
		t.Errorf("a word that nobody knows: %v, want it with its line", err)
	}
}

package house_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeneratedFilesAreUpToDate runs the generators on a copy of the repository and demands that they change nothing:
// what a program writes from a source must not be edited, and must follow the source.
func TestGeneratedFilesAreUpToDate(t *testing.T) {
	t.Parallel()
	root := rootOf(t)
	paths := tracked(t, root)
	files := map[string][]byte{}
	var generators []string
	for _, p := range paths {
		text, err := os.ReadFile(filepath.Join(root, p))
		if err != nil {
			t.Fatal(err)
		}
		files[p] = text
		if filepath.Ext(p) == ".go" && bytes.Contains(text, []byte("\n//go:"+"generate ")) {
			generators = append(generators, "./"+filepath.ToSlash(filepath.Dir(p)))
		}
	}
	for p, text := range files {
		if generated(p, text) && len(generators) == 0 {
			t.Errorf("%s says that it is generated, and nothing in the repository generates", p)
		}
	}
	if len(generators) == 0 {
		return
	}
	dir := t.TempDir()
	for p, text := range files {
		copied := filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(copied), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"generate"}, generators...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go generate: %v\n%s", err, out)
	}
	for p, before := range files {
		if after, err := os.ReadFile(filepath.Join(dir, p)); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s is not what the generators make of its source; run make generate", p)
		}
	}
}

func generated(p string, text []byte) bool {
	if filepath.Ext(p) != ".go" || strings.Contains(p, "testdata") {
		return false
	}
	file, err := parser.ParseFile(token.NewFileSet(), p, text, parser.ParseComments|parser.PackageClauseOnly)
	return err == nil && ast.IsGenerated(file)
}

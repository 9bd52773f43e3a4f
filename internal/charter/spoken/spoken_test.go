package spoken_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"probity/internal/charter/spoken"
)

// TestEveryElementHasItsChinese reads the source for what refusals name as missing: what is missing stands on the own file of
// whoever the attempt was about, in its language.
func TestEveryElementHasItsChinese(t *testing.T) {
	t.Parallel()
	found := elements(t, filepath.Join("..", ".."))
	if len(found) < 200 {
		t.Fatalf("found %d elements in the source; the search is broken", len(found))
	}
	for element, place := range found {
		text, ok := spoken.Chinese(element)
		if !ok || !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: %q is missing in elements.yaml", place, element)
		}
	}
}

func TestChinese(t *testing.T) {
	t.Parallel()
	for element, want := range map[string]string{"own reasons": "经办人员自己的理由", "exemption students": "对豁免情形的逐项说明（students）", "heavier-penalty": "heavier-penalty"} {
		if got, _ := spoken.Chinese(element); got != want {
			t.Errorf("%q: got %q, want %q", element, got, want)
		}
	}
	if i, e := spoken.Attempt("C11: open file"); i != "C11" || e != "open file" {
		t.Errorf("got %q and %q", i, e)
	}
	if i, e := spoken.Attempt("a text: of another form"); i != "" || e != "a text: of another form" {
		t.Errorf("got %q and %q", i, e)
	}
}

// elements are the literals that name what is missing, with the place of one use: the second argument of Refuse, the first
// of the short forms that some files make for themselves, and the constants that are named for it.
func elements(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	files := token.NewFileSet()
	add := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && text != "" {
			found[text] = files.Position(lit.Pos()).String()
		}
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				switch name := called(n); {
				case name == "Refuse" && len(n.Args) >= 4:
					add(n.Args[1])
				case (name == "missing" || name == "refusal") && len(n.Args) >= 2 && file.Name.Name == "charter":
					add(n.Args[0])
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if strings.HasPrefix(name.Name, "Missing") && i < len(n.Values) && file.Name.Name == "charter" {
						add(n.Values[i])
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

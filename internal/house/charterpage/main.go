// Command charterpage writes docs/charter.md, the page on which readers see what is promised to them, where each promise
// is kept and which tests hold it. The prose stands in page.md; all that is said of the code is read from the code.
package main

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"probity/internal/house/mutation"
)

//go:embed page.md
var prose string

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// root is the folder of the module, above the one that go generate runs in.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above the working folder")
		}
		dir = up
	}
}

func run() error {
	dir, err := root()
	if err != nil {
		return err
	}
	repository := os.DirFS(dir)
	guards, err := mutation.Find(repository)
	if err != nil {
		return err
	}
	tests, err := testsIn(repository)
	if err != nil {
		return err
	}
	outcomes, err := mutation.Outcomes()
	if err != nil {
		return err
	}
	counts := mutation.Counted(guards, outcomes)
	page, err := template.New("page").Funcs(template.FuncMap{
		"held":     func(invariant string) string { return held(invariant, guards, tests) },
		"mutation": func() string { return outcomeTable(counts) },
	}).Parse(prose)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := page.Execute(&b, nil); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "docs", "charter.md"), []byte(b.String()), 0o644) //nolint:gosec // a page of the repository, for everybody to read
}

// test is a test named for an invariant.
type test struct{ file, name string }

var named = regexp.MustCompile(`^Test(C(?:1[0-6]|[1-9]))(?:[^0-9].*)?$`)

// testsIn finds the tests by the invariant that stands in their names.
func testsIn(repository fs.FS) (map[string][]test, error) {
	found := map[string][]test{}
	err := fs.WalkDir(repository, "internal", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(repository, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range parsed.Decls {
			if fun, ok := decl.(*ast.FuncDecl); ok && fun.Recv == nil {
				if m := named.FindStringSubmatch(fun.Name.Name); m != nil {
					found[m[1]] = append(found[m[1]], test{name, fun.Name.Name})
				}
			}
		}
		return nil
	})
	return found, err
}

// held says where an invariant is decided and kept, what holds it, and what is refused.
func held(invariant string, guards []mutation.Guard, tests map[string][]test) string {
	var b strings.Builder
	var mine []*mutation.Guard
	for i := range guards {
		if guards[i].Invariant == invariant {
			mine = append(mine, &guards[i])
		}
	}
	if len(mine) > 0 {
		fmt.Fprintf(&b, "- Decided in %s.\n", places(mine, true))
		if kept := places(mine, false); kept != "" {
			fmt.Fprintf(&b, "- Kept in %s.\n", kept)
		}
	}
	if list := tests[invariant]; len(list) > 0 {
		fmt.Fprintf(&b, "- Held by %s.\n", testList(list))
	}
	if len(mine) > 0 {
		fmt.Fprintf(&b, "- The mutation check takes %s away.\n", counted(len(mine), "guard"))
		if refused := refusals(mine); refused != "" {
			fmt.Fprintf(&b, "\n<details><summary>What is refused, and the lawful way</summary>\n\n%s\n</details>\n", refused)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

func counted(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// places lists the functions with guards by file: those of the Charter, or those elsewhere.
func places(guards []*mutation.Guard, charter bool) string {
	var files []string
	functions := map[string][]string{}
	for _, g := range guards {
		if mutation.Decides(g.Package) != charter {
			continue
		}
		file := g.Package + "/" + g.File
		if functions[file] == nil {
			files = append(files, file)
		}
		if !slices.Contains(functions[file], g.Func) {
			functions[file] = append(functions[file], g.Func)
		}
	}
	said := make([]string, 0, len(files))
	for _, file := range files {
		said = append(said, link(file)+" ("+strings.Join(functions[file], ", ")+")")
	}
	return strings.Join(said, "; ")
}

// link leads to a file from docs/.
func link(file string) string {
	return fmt.Sprintf("[%s](../%s)", strings.TrimPrefix(file, "internal/"), file)
}

func testList(list []test) string {
	by := map[string][]string{}
	var files []string
	for _, t := range list {
		if by[t.file] == nil {
			files = append(files, t.file)
		}
		by[t.file] = append(by[t.file], "`"+t.name+"`")
	}
	said := make([]string, 0, len(files))
	for _, file := range files {
		said = append(said, strings.Join(by[file], ", ")+" in "+link(file))
	}
	return strings.Join(said, "; ")
}

// refusals is a table of what is missing where the Charter refuses, with the cure as far as it is one text.
func refusals(guards []*mutation.Guard) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, g := range guards {
		if g.Cure == "" || seen[g.Missing+g.Cure] {
			continue
		}
		seen[g.Missing+g.Cure] = true
		if b.Len() == 0 {
			b.WriteString("| missing | lawful way | in |\n|---|---|---|\n")
		}
		missing := cell(g.Missing)
		if missing == mutation.CaseByCase {
			missing = "*the refusal names it case by case*"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", missing, cell(g.Cure), path.Base(g.File))
	}
	return b.String()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

// outcomeTable says by invariant what came of the mutation check the last time that each guard was taken away.
func outcomeTable(counts map[string]mutation.Count) string {
	var b strings.Builder
	b.WriteString("| promise | guards | taken away | noticed by a test | cannot be missed | noticed by nobody | on |\n|---|---:|---:|---:|---:|---:|---|\n")
	for n := 1; n <= 16; n++ {
		id := fmt.Sprintf("C%d", n)
		c, guarded := counts[id]
		if !guarded {
			continue
		}
		on := c.Last
		if c.First != c.Last {
			on = c.First + " to " + c.Last
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %s |\n", id, c.Guards, c.Tried, c.Noticed, c.Equivalent, c.Tried-c.Noticed-c.Equivalent, on)
	}
	return strings.TrimRight(b.String(), "\n")
}

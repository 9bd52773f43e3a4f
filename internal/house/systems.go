package house

import (
	"go/ast"
	"go/build/constraint"
	"path"
	"slices"
	"strings"
)

func systemRules() []Rule {
	return []Rule{{
		Name:  "the code compiles for every system",
		Why:   "whoever builds it for macOS or Windows finds out last: what one system alone has stands in a file for that system, with its counterpart beside it (make systems compiles them)",
		Check: compilesEverywhere,
	}}
}

// ofEverySystem are the names of package syscall, in use here, that every system has.
var ofEverySystem = []string{"SIGTERM", "RawConn", "ECONNREFUSED", "ENOSPC"}

// lacking is, for a package, a system that lacks it.
var lacking = map[string]string{"golang.org/x/sys/unix": "windows", "golang.org/x/sys/windows": "darwin"}

func compilesEverywhere(r *Repository) []Finding {
	var found []Finding
	r.code(func(_ *Package, source *Source) {
		for name, pos := range imports(source) {
			if system := lacking[name]; system != "" && builds(source, system) {
				found = append(found, Finding{r.at(pos), name + " in a file that is compiled for " + system})
			}
		}
		name := local(source, "syscall")
		if name == "" || !builds(source, "windows") {
			return
		}
		ast.Inspect(source.AST, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == name && !slices.Contains(ofEverySystem, s.Sel.Name) {
					found = append(found, Finding{r.at(s.Pos()), "syscall." + s.Sel.Name + " in a file that is compiled for windows"})
				}
			}
			return true
		})
	})
	return found
}

// builds tells whether a file is compiled for the system, by its name and its build constraint.
func builds(source *Source, system string) bool {
	for _, part := range strings.Split(strings.TrimSuffix(path.Base(source.Path), ".go"), "_")[1:] {
		if slices.Contains([]string{"linux", "windows", "darwin"}, part) && part != system {
			return false
		}
	}
	for _, group := range source.AST.Comments {
		if group.Pos() > source.AST.Package {
			break
		}
		for _, c := range group.List {
			if x, err := constraint.Parse(c.Text); err == nil && constraint.IsGoBuild(c.Text) {
				return x.Eval(func(tag string) bool {
					return tag == system || tag == "amd64" || tag == "unix" && system != "windows" || strings.HasPrefix(tag, "go1.")
				})
			}
		}
	}
	return true
}

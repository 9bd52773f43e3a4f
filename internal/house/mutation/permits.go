package mutation

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Permits are the invariants that the Charter's permits are made under, by package and type: "remedy.RulingPermit" under C14.
type Permits map[string]string

// elsewhere are the permits whose files are of several invariants, or of another one than that a writer without them breaks.
var elsewhere = Permits{
	"charter.Admitted": "C2", "charter.Intake": "C2", "charter.ModelPermit": "C3", "charter.Decision": "C4", "rules.Permit": "C2",
}

// named is how a file of the Charter says of which invariant it is: c14_ruling.go.
var named = regexp.MustCompile(`^c0?([1-9][0-9]?)_`)

// PermitsOf reads what permits the packages of the Charter make. A type of theirs is one where it is an exported struct with
// fields, none of them exported; its invariant is that of its file, or "" where neither the file nor the list beside it says.
func PermitsOf(repository fs.FS) (Permits, error) {
	permits := Permits{}
	for _, folder := range []string{Charter, Lists, Remedy, Rules} {
		names, err := fs.Glob(repository, folder+"/*.go")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := fs.ReadFile(repository, name)
			if err != nil {
				return nil, err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			permits.in(file, path.Base(folder), path.Base(name))
		}
	}
	return permits, nil
}

func (p Permits) in(file *ast.File, pkg, name string) {
	ast.Inspect(file, func(n ast.Node) bool {
		t, ok := n.(*ast.TypeSpec)
		if !ok || !closed(t) {
			return true
		}
		of := pkg + "." + t.Name.Name
		p[of] = elsewhere[of]
		if m := named.FindStringSubmatch(name); p[of] == "" && m != nil {
			p[of] = "C" + m[1]
		}
		return false
	})
}

// closed tells whether nobody outside its package can fill in a struct.
func closed(t *ast.TypeSpec) bool {
	structure, ok := t.Type.(*ast.StructType)
	if !ok || !t.Name.IsExported() || len(structure.Fields.List) == 0 {
		return false
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			if name.IsExported() {
				return false
			}
		}
		if len(field.Names) == 0 {
			return false
		}
	}
	return true
}

// of is the invariant of the permit that a function takes, "" where it takes none.
func (p Permits) of(decl *ast.FuncDecl) string {
	if decl == nil {
		return ""
	}
	invariant := ""
	ast.Inspect(decl.Type, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && p[x.Name+"."+s.Sel.Name] != "" {
				invariant = p[x.Name+"."+s.Sel.Name]
			}
		}
		return true
	})
	return invariant
}

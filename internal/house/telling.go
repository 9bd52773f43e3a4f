package house

import (
	"go/ast"
	"slices"
)

func tellingRules() []Rule {
	return []Rule{{
		Name:  "what must be told is told",
		Why:   "an act of which somebody must be told is not effective before its notice is recorded (Charter C7): what keeps it asks charter.Told, itself or through store.WriteAct, in the same transaction",
		Check: whatMustBeToldIsTold,
	}}
}

// asksTold are the functions that hold an act to its notices.
var asksTold = []string{"WriteAct", "Told", "tell"}

func whatMustBeToldIsTold(r *Repository) []Finding {
	telling := r.telling()
	var found []Finding
	for _, pkg := range r.Packages {
		if room(pkg.Dir) != "internal/store" {
			continue
		}
		asks := pkg.asking()
		for _, source := range pkg.Sources {
			if source.Test {
				continue
			}
			for maker, names := range telling {
				found = append(found, r.untold(source, local(source, r.Module+"/"+maker), names, asks)...)
			}
		}
	}
	return sorted(found)
}

// untold are the functions of a file that take a telling permit of the package imported as maker, "" for none, and do not
// ask for its notices.
func (r *Repository) untold(source *Source, maker string, telling, asks map[string]bool) []Finding {
	if maker == "" {
		return nil
	}
	var found []Finding
	for _, f := range functions(source) {
		if permit := takes(f, maker, telling); permit != "" && !asks[f.Name.Name] {
			found = append(found, Finding{r.at(f.Pos()), f.Name.Name + " takes a " + permit + " and does not ask for its notices"})
		}
	}
	return found
}

// telling are the permits of the Charter that say whom to tell, by their package: the types with a method Needs.
func (r *Repository) telling() map[string]map[string]bool {
	makers := map[string]map[string]bool{}
	r.code(func(pkg *Package, source *Source) {
		if room(pkg.Dir) != "internal/charter" {
			return
		}
		if makers[pkg.Dir] == nil {
			makers[pkg.Dir] = map[string]bool{}
		}
		for _, f := range functions(source) {
			if f.Recv == nil || f.Name.Name != "Needs" {
				continue
			}
			if of, ok := f.Recv.List[0].Type.(*ast.Ident); ok {
				makers[pkg.Dir][of.Name] = true
			}
		}
	})
	return makers
}

func functions(source *Source) []*ast.FuncDecl {
	var list []*ast.FuncDecl
	for _, d := range source.AST.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			list = append(list, f)
		}
	}
	return list
}

// takes gives the telling permit among a function's parameters, "" where there is none.
func takes(f *ast.FuncDecl, charter string, telling map[string]bool) (permit string) {
	for _, p := range f.Type.Params.List {
		ast.Inspect(p.Type, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == charter && telling[s.Sel.Name] {
					permit = s.Sel.Name
				}
			}
			return true
		})
	}
	return permit
}

// asking are the functions of a package that ask for notices, directly or through one another.
func (pkg *Package) asking() map[string]bool {
	calls := map[string][]string{}
	for _, source := range pkg.Sources {
		if source.Test {
			continue
		}
		for _, f := range functions(source) {
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					calls[f.Name.Name] = append(calls[f.Name.Name], called(call))
				}
				return true
			})
		}
	}
	asks := map[string]bool{}
	for grew := true; grew; {
		grew = false
		for f, list := range calls {
			if !asks[f] && slices.ContainsFunc(list, func(name string) bool { return slices.Contains(asksTold, name) || asks[name] }) {
				asks[f], grew = true, true
			}
		}
	}
	return asks
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

package house

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// makers are the packages that make proofs: holding one says that the maker has decided. A type of theirs is a proof where
// it is an exported struct with fields, none of them exported, and where the maker makes other things too, is named here.
var makers = map[string][]string{
	"internal/charter":        nil,
	"internal/charter/lists":  nil,
	"internal/charter/remedy": nil,
	"internal/charter/rules":  nil,
	"internal/access":         {"Scope", "Waiting"},
}

func makerRules() []Rule {
	return []Rule{
		{
			Name:  "only the maker makes permits and scopes",
			Why:   "a write takes a permit and a read takes a scope so that neither can happen undecided; one made elsewhere, even an empty one, would stand for a decision that nobody took",
			Check: onlyTheMakerMakes,
		},
		{
			Name:  "no way round the type system",
			Why:   "unsafe and linkname can forge a permit or a scope, and a dot import can hide one",
			Check: noWayRound,
		},
	}
}

// proofs are the names of the proof types of one maker.
func (r *Repository) proofs(maker string) map[string]bool {
	names := map[string]bool{}
	r.code(func(pkg *Package, source *Source) {
		if pkg.Dir != maker {
			return
		}
		for _, decl := range source.AST.Decls {
			general, ok := decl.(*ast.GenDecl)
			if !ok || general.Tok != token.TYPE {
				continue
			}
			for _, spec := range general.Specs {
				t, ok := spec.(*ast.TypeSpec)
				if ok && isProof(t) && (makers[maker] == nil || slices.Contains(makers[maker], t.Name.Name)) {
					names[t.Name.Name] = true
				}
			}
		}
	})
	return names
}

func isProof(t *ast.TypeSpec) bool {
	structure, ok := t.Type.(*ast.StructType)
	if !ok || !t.Name.IsExported() || len(structure.Fields.List) == 0 {
		return false
	}
	for _, field := range structure.Fields.List {
		if len(field.Names) == 0 {
			return false
		}
		if slices.ContainsFunc(field.Names, func(name *ast.Ident) bool { return name.IsExported() }) {
			return false
		}
	}
	return true
}

func onlyTheMakerMakes(r *Repository) []Finding {
	var found []Finding
	for _, maker := range slices.Sorted(maps.Keys(makers)) {
		proofs := r.proofs(maker)
		for _, pkg := range r.Packages {
			if pkg.Dir == maker {
				continue
			}
			for _, source := range pkg.Sources {
				name := local(source, r.Module+"/"+maker)
				// A test may hold out an empty proof to see it refused.
				if name != "" && !source.Test {
					found = append(found, forgeries{r, name, proofs, map[ast.Node]bool{}}.in(source)...)
				}
			}
		}
	}
	return found
}

// forgeries finds the expressions of a file that make a value of a proof type.
type forgeries struct {
	repo   *Repository
	name   string          // of the maker's package in this file
	proofs map[string]bool // its proof types
	failed map[ast.Node]bool
}

func (f forgeries) in(source *Source) []Finding {
	var found []Finding
	report := func(n ast.Node, proof, how string) {
		found = append(found, Finding{f.repo.at(n.Pos()), how + " makes a " + f.name + "." + proof})
	}
	ast.Inspect(source.AST, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			f.excuse(n)
		case *ast.CompositeLit:
			if f.failed[n] {
				return true
			}
			if proof := f.proof(n.Type); proof != "" {
				report(n, proof, "a literal")
			} else if proof := f.element(n.Type); proof != "" && slices.ContainsFunc(n.Elts, elided) {
				report(n, proof, "a literal without its type")
			}
		case *ast.CallExpr:
			if proof := f.proof(unparen(n.Fun)); proof != "" {
				report(n, proof, "a conversion")
			} else if fun, ok := n.Fun.(*ast.Ident); ok && fun.Name == "new" && len(n.Args) == 1 && f.proof(n.Args[0]) != "" {
				report(n, f.proof(n.Args[0]), "new")
			}
		}
		return true
	})
	return found
}

// excuse lets a function that fails return the empty proof beside its error: `return access.Scope{}, err`.
func (f forgeries) excuse(n *ast.ReturnStmt) {
	if len(n.Results) < 2 {
		return
	}
	if last, ok := n.Results[len(n.Results)-1].(*ast.Ident); ok && last.Name == "nil" {
		return
	}
	for _, result := range n.Results[:len(n.Results)-1] {
		if literal, ok := result.(*ast.CompositeLit); ok && len(literal.Elts) == 0 {
			f.failed[literal] = true
		}
	}
}

// proof is the name of the proof type that an expression names, "" where it names none.
func (f forgeries) proof(e ast.Expr) string {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if of, ok := selector.X.(*ast.Ident); ok && of.Name == f.name && f.proofs[selector.Sel.Name] {
		return selector.Sel.Name
	}
	return ""
}

// element is the proof type that a list or map literal holds, directly or by pointer.
func (f forgeries) element(e ast.Expr) string {
	var of ast.Expr
	switch e := e.(type) {
	case *ast.ArrayType:
		of = e.Elt
	case *ast.MapType:
		of = e.Value
	default:
		return ""
	}
	if pointer, ok := of.(*ast.StarExpr); ok {
		of = pointer.X
	}
	return f.proof(of)
}

// elided says that an element of a list literal is itself a literal that leaves its type out.
func elided(e ast.Expr) bool {
	if pair, ok := e.(*ast.KeyValueExpr); ok {
		e = pair.Value
	}
	literal, ok := e.(*ast.CompositeLit)
	return ok && literal.Type == nil
}

func unparen(e ast.Expr) ast.Expr {
	for {
		inner, ok := e.(*ast.ParenExpr)
		if !ok {
			return e
		}
		e = inner.X
	}
}

func noWayRound(r *Repository) []Finding {
	var found []Finding
	for _, pkg := range r.Packages {
		for _, source := range pkg.Sources {
			for _, spec := range source.AST.Imports {
				if spec.Name != nil && spec.Name.Name == "." {
					found = append(found, Finding{r.at(spec.Pos()), "a dot import of " + spec.Path.Value})
				}
			}
			if pos, ok := imports(source)["unsafe"]; ok {
				found = append(found, Finding{r.at(pos), "imports unsafe"})
			}
			for _, group := range source.AST.Comments {
				for _, comment := range group.List {
					if strings.HasPrefix(comment.Text, "//go:linkname") {
						found = append(found, Finding{r.at(comment.Pos()), "links to a name of another package"})
					}
				}
			}
		}
	}
	return found
}

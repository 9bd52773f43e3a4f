package suite_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"probity/internal/deployment"
	"probity/internal/rating"
)

// callsInHistories are the methods that the operations call, by type and name ("repair.Service.Ask"). What a call is made on
// is followed from the history, a deployment or a desk through fields, results and variables; one that cannot be followed is
// not counted, and then shows as an operation that no history calls.
func callsInHistories(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	called := map[string]bool{}
	for _, name := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				v := variables{}
				if f.Recv != nil {
					v.declare(f.Recv)
				}
				v.declare(f.Type.Params)
				v.follow(f.Body, called)
			}
		}
	}
	return called
}

// variables are the types of what a function can call on, by name.
type variables map[string]reflect.Type

// known are the types that a parameter can have, as the source writes them.
var known = map[string]reflect.Type{
	"history": reflect.TypeFor[*history](), "town": reflect.TypeFor[*town](),
	"deployment.Deployment": reflect.TypeFor[*deployment.Deployment](), "rating.Desk": reflect.TypeFor[*rating.Desk](),
}

func (v variables) declare(list *ast.FieldList) {
	for _, field := range list.List {
		if star, ok := field.Type.(*ast.StarExpr); ok {
			for _, name := range field.Names {
				v[name.Name] = known[written(star.X)]
			}
		}
	}
}

func written(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return written(e.X) + "." + e.Sel.Name
	}
	return ""
}

// follow notes the calls below a node and the variables that are set on the way.
func (v variables) follow(n ast.Node, called map[string]bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			v.declare(n.Type.Params)
		case *ast.AssignStmt:
			for i, value := range n.Rhs { // of several results of one call only the first can be called on
				if name, ok := n.Lhs[i].(*ast.Ident); ok {
					if of := v.of(value); of != nil {
						v[name.Name] = of
					}
				}
			}
		case *ast.CallExpr:
			if fun, ok := n.Fun.(*ast.SelectorExpr); ok {
				if on := v.of(fun.X); on != nil {
					called[strings.TrimPrefix(on.String(), "*")+"."+fun.Sel.Name] = true
				}
			}
		}
		return true
	})
}

// of is the type of an expression, nil where it cannot be followed.
func (v variables) of(e ast.Expr) reflect.Type {
	switch e := e.(type) {
	case *ast.Ident:
		return v[e.Name]
	case *ast.ParenExpr:
		return v.of(e.X)
	case *ast.SelectorExpr:
		if on := v.of(e.X); on != nil && on.Kind() == reflect.Pointer && on.Elem().Kind() == reflect.Struct {
			if f, ok := on.Elem().FieldByName(e.Sel.Name); ok {
				return f.Type
			}
		}
	case *ast.CallExpr:
		fun, ok := e.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		if name := written(fun); name == "deployment.Open" || name == "deployment.Create" {
			return known["deployment.Deployment"]
		}
		if on := v.of(fun.X); on != nil {
			if m, ok := on.MethodByName(fun.Sel.Name); ok && m.Type.NumOut() > 0 {
				return m.Type.Out(0)
			}
		}
	}
	return nil
}

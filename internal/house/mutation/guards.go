// Package mutation answers whether the tests of the Charter would notice if one of its guards were gone. It finds the
// guards in the source, builds the tests with all of them removable by an overlay of the source, which the product never
// sees, and runs the tests once for every guard without it.
//
// A guard is a refusal by the Charter, a check that a scope or permit fits, a conjunct of what a scope shows, or a
// condition in a query that keeps back what was withdrawn. Each is named by its file, its function and what it misses, so
// that a name stays when lines move.
package mutation

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Guard is one guard of the Charter in the source.
type Guard struct {
	// Package is its folder, File the file's name within it, Func the function it stands in.
	Package, File, Func string
	Line                int
	// Invariant is the line of the Charter that it keeps, Missing what is missing where it refuses.
	Invariant, Missing string
	// Cure is the lawful way that a refusal names, "" where it is not one text.
	Cure string
	// Number tells guards of one name apart; it counts from 1.
	Number int

	edits []edit
}

// Name names the guard for people and for the list of those that cannot be missed: "c01_consent.go consentFree: free
// choice", with a number where several have the name.
func (g *Guard) Name() string {
	s := path.Base(g.Package) + "/" + g.File + " " + g.Func + ": " + g.Missing
	if g.Number > 1 {
		s += " #" + strconv.Itoa(g.Number)
	}
	return s
}

// edit puts text into a file at an offset; those that open come before what stands there, those that close behind.
type edit struct {
	at    int
	text  string // %s stands for the mutant's number
	close bool
}

// CaseByCase stands for what a refusal misses where that is no one text.
const CaseByCase = "what its argument names"

// Charter is the folder whose refusals are the invariants themselves.
const Charter = "internal/charter"

// Decides tells whether a folder belongs to the Charter itself.
func Decides(folder string) bool {
	return folder == Charter || folder == Lists || folder == Remedy || folder == Rules
}

// without are the folders below internal that hold no guards of their own: they talk, measure, or watch.
var without = []string{"internal/cli", "internal/web", "internal/demo", "internal/bench", "internal/house", "internal/fault", "internal/charter/suite", "internal/charter/testworld"}

// Find reads the guards of everything below internal but what only talks, in the order of files and lines.
func Find(repository fs.FS) ([]Guard, error) {
	permits, err := PermitsOf(repository)
	if err != nil {
		return nil, err
	}
	var all []Guard
	err = fs.WalkDir(repository, "internal", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (slices.Contains(without, name) || e.Name() == "testdata"):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(repository, name)
		if err != nil {
			return err
		}
		found, err := inFile(path.Dir(name), path.Base(name), text, permits)
		all = append(all, found...)
		return err
	})
	if err != nil {
		return nil, err
	}
	names := map[string]int{}
	for i := range all {
		all[i].Number = 1
		name := all[i].Name()
		names[name]++
		all[i].Number = names[name]
	}
	return all, nil
}

// refuse is the function of packages charter and fault that makes a refusal.
const refuse = "Refuse"

// finder looks through one file.
type finder struct {
	files     *token.FileSet
	text      []byte
	pkg, file string
	found     []Guard
	// helpers are the local functions and function values that do nothing but refuse, with the invariant they name.
	helpers map[string]string
	// permits are those that the Charter makes, with the invariants they are made under.
	permits Permits
	stack   []ast.Node
}

func inFile(dir, name string, text []byte, permits Permits) ([]Guard, error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	spellOut(parsed)
	f := &finder{files: files, text: text, pkg: dir, file: name, helpers: helpersIn(parsed), permits: permits}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if n == nil {
			f.stack = f.stack[:len(f.stack)-1]
			return true
		}
		f.stack = append(f.stack, n)
		switch n := n.(type) {
		case *ast.CallExpr:
			f.call(n)
		case *ast.IfStmt:
			f.require(n)
		case *ast.BasicLit:
			f.query(n)
		case *ast.FuncDecl:
			f.conjuncts(n)
		}
		return true
	})
	return f.found, nil
}

// spellOut puts the texts of the file's own constants where calls name them, so that a guard is called by what it says.
func spellOut(file *ast.File) {
	texts := map[string]*ast.BasicLit{}
	for _, decl := range file.Decls {
		list, ok := decl.(*ast.GenDecl)
		if !ok || list.Tok != token.CONST {
			continue
		}
		for _, spec := range list.Specs {
			if of, ok := spec.(*ast.ValueSpec); ok && len(of.Names) == 1 && len(of.Values) == 1 {
				if text, ok := of.Values[0].(*ast.BasicLit); ok && text.Kind == token.STRING {
					texts[of.Names[0].Name] = text
				}
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for i, arg := range call.Args {
			if name, ok := arg.(*ast.Ident); ok && texts[name.Name] != nil {
				call.Args[i] = &ast.BasicLit{ValuePos: name.Pos(), Kind: token.STRING, Value: texts[name.Name].Value}
			}
		}
		return true
	})
}

// helpersIn are the functions whose only statement returns a refusal: their callers are the guards.
func helpersIn(file *ast.File) map[string]string {
	helpers := map[string]string{}
	only := func(name string, body *ast.BlockStmt) {
		if body == nil || len(body.List) != 1 {
			return
		}
		ret, ok := body.List[0].(*ast.ReturnStmt)
		if !ok || len(ret.Results) == 0 {
			return
		}
		if call, ok := ret.Results[len(ret.Results)-1].(*ast.CallExpr); ok {
			if invariant, _, ok := refusal(call, nil); ok {
				helpers[name] = invariant
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name != refuse {
				only(n.Name.Name, n.Body)
			}
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 && len(n.Rhs) == 1 {
				if name, ok := n.Lhs[0].(*ast.Ident); ok {
					if fun, ok := n.Rhs[0].(*ast.FuncLit); ok {
						only(name.Name, fun.Body)
					}
				}
			}
		}
		return true
	})
	return helpers
}

// refusal tells a call that refuses from others, with the invariant and the missing element as far as they are literal.
func refusal(call *ast.CallExpr, helpers map[string]string) (invariant, missing string, ok bool) {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		if fun.Name == refuse && len(call.Args) >= 3 {
			return literal(call.Args[0]), literal(call.Args[1]), true
		}
		if of, is := helpers[fun.Name]; is {
			missing = fun.Name
			if len(call.Args) > 0 && literal(call.Args[0]) != "" {
				missing = literal(call.Args[0])
			}
			return of, missing, true
		}
	case *ast.SelectorExpr:
		if of, is := fun.X.(*ast.Ident); is && of.Name == "charter" && fun.Sel.Name == refuse && len(call.Args) >= 3 {
			return literal(call.Args[0]), literal(call.Args[1]), true
		}
		if of, is := fun.X.(*ast.Ident); is && of.Name == "fault" && fun.Sel.Name == refuse && len(call.Args) == 4 {
			return literal(call.Args[0]), literal(call.Args[1]), true
		}
		if of, is := fun.X.(*ast.Ident); is && of.Name == "fault" && fun.Sel.Name == "New" && len(call.Args) >= 2 && strings.HasSuffix(literal(call.Args[1]), ".permit") {
			return "", "permit", true
		}
	}
	return "", "", false
}

// cureOf is the cure of a refusal where it is a literal, or a constant of the function around it.
func cureOf(call *ast.CallExpr, decl *ast.FuncDecl) string {
	at := 2
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		if of, is := fun.X.(*ast.Ident); is && of.Name == "fault" && fun.Sel.Name == refuse {
			at = 3
		} else if fun.Sel.Name != refuse {
			return ""
		}
	case *ast.Ident:
		if fun.Name != refuse {
			return ""
		}
	default:
		return ""
	}
	if s := literal(call.Args[at]); s != "" {
		return s
	}
	name, ok := call.Args[at].(*ast.Ident)
	if !ok || decl == nil {
		return ""
	}
	cure := ""
	ast.Inspect(decl, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == 1 && spec.Names[0].Name == name.Name && len(spec.Values) == 1 {
			cure = literal(spec.Values[0])
		}
		return true
	})
	return cure
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// call makes a guard of a refusal.
func (f *finder) call(call *ast.CallExpr) {
	invariant, missing, ok := refusal(call, f.helpers)
	fun, decl := f.enclosing()
	if !ok || fun == refuse {
		return
	}
	if _, within := f.helpers[fun]; within || f.inHelper() {
		return
	}
	if missing == "" {
		missing = CaseByCase
	}
	if invariant == "" {
		invariant = f.permits.of(decl)
	}
	edits := f.condition()
	if edits == nil {
		edits = f.result()
	}
	if edits != nil && invariant != "" {
		f.add(call, fun, invariant, missing, edits)
		f.found[len(f.found)-1].Cure = cureOf(call, decl)
	}
}

// inHelper tells that the node stands in a function value that only refuses.
func (f *finder) inHelper() bool {
	for i := len(f.stack) - 1; i > 0; i-- {
		if _, ok := f.stack[i].(*ast.FuncLit); !ok {
			continue
		}
		if assign, ok := f.stack[i-1].(*ast.AssignStmt); ok {
			name, ok := assign.Lhs[0].(*ast.Ident)
			return ok && f.helpers[name.Name] != ""
		}
		return false
	}
	return false
}

func (f *finder) add(n ast.Node, fun, invariant, missing string, edits []edit) {
	f.found = append(f.found, Guard{
		Package: f.pkg, File: f.file, Func: fun, Line: f.files.Position(n.Pos()).Line,
		Invariant: invariant, Missing: missing, edits: edits,
	})
}

// enclosing is the name of the function the newest node stands in, and its declaration; "" at the top of the file.
func (f *finder) enclosing() (string, *ast.FuncDecl) {
	for _, n := range slices.Backward(f.stack) {
		if fun, ok := n.(*ast.FuncDecl); ok {
			return fun.Name.Name, fun
		}
	}
	return "", nil
}

// condition falsifies the condition of the if or of the case that the newest node's statement stands directly in. It
// is nil where there is none.
func (f *finder) condition() []edit {
	for i := len(f.stack) - 1; i > 0; i-- {
		statement, ok := f.stack[i].(ast.Stmt)
		if !ok {
			continue
		}
		switch parent := f.stack[i-1].(type) {
		case *ast.BlockStmt:
			if branch, ok := f.stack[i-2].(*ast.IfStmt); ok && branch.Body == parent {
				return f.never(branch.Cond)
			}
			return nil
		case *ast.CaseClause:
			choice, ok := f.stack[i-3].(*ast.SwitchStmt)
			if !ok || choice.Tag != nil || len(parent.List) == 0 || !slices.Contains(parent.Body, statement) {
				return nil
			}
			var all []edit
			for _, e := range parent.List {
				all = append(all, f.never(e)...)
			}
			return all
		}
	}
	return nil
}

// never makes an expression false while the mutant is in force, and always makes it true.
func (f *finder) never(e ast.Expr) []edit {
	return []edit{{f.offset(e.Pos()), `(mutantInForce != "%s" && (`, false}, {f.offset(e.End()), `))`, true}}
}

func (f *finder) always(e ast.Expr) []edit {
	return []edit{{f.offset(e.Pos()), `(mutantInForce == "%s" || (`, false}, {f.offset(e.End()), `))`, true}}
}

// result lets the return statement around the newest node return no error.
func (f *finder) result() []edit {
	for _, n := range slices.Backward(f.stack) {
		if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) > 0 {
			last := ret.Results[len(ret.Results)-1]
			return []edit{{f.offset(last.Pos()), `mutantNone("%s", `, false}, {f.offset(last.End()), `)`, true}}
		}
	}
	return nil
}

func (f *finder) offset(p token.Pos) int { return f.files.Position(p).Offset }

// require makes a guard of `if err := scope.Require(...); err != nil`.
func (f *finder) require(branch *ast.IfStmt) {
	assign, ok := branch.Init.(*ast.AssignStmt)
	if !ok || len(assign.Rhs) != 1 {
		return
	}
	call, ok := assign.Rhs[0].(*ast.CallExpr)
	if !ok {
		return
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || fun.Sel.Name != "Require" && fun.Sel.Name != "RequireRating" {
		return
	}
	name, _ := f.enclosing()
	f.add(call, name, "C11", "scope", f.never(branch.Cond))
}

// kept are the conditions in queries that keep back what was withdrawn, suppressed or taken away, by invariant.
var kept = []struct{ text, without, invariant string }{
	{"AND withdrawn_at IS NULL", "AND 1 = 1", "C1"},
	{"AND revoked_at IS NULL", "AND 1 = 1", "C11"},
}

// query makes guards of the conditions in a query.
func (f *finder) query(lit *ast.BasicLit) {
	if lit.Kind != token.STRING || f.constant() {
		return
	}
	for _, k := range kept {
		if strings.Contains(lit.Value, k.text) {
			name, _ := f.enclosing()
			f.add(lit, name, k.invariant, k.text, []edit{
				{f.offset(lit.Pos()), fmt.Sprintf(`mutantQuery("%%s", %q, %q, `, k.text, k.without), false},
				{f.offset(lit.End()), `)`, true},
			})
		}
	}
}

// constant tells that the newest node stands where only a constant may.
func (f *finder) constant() bool {
	for _, n := range f.stack {
		if decl, ok := n.(*ast.GenDecl); ok && decl.Tok != token.VAR {
			return true
		}
	}
	return false
}

// shows are the methods by which proofs, consents and records say what may be answered; each of their conjuncts is a guard.
var shows = map[string]string{"Permits": "C11", "Shows": "C11", "Covers": "C1", "Standing": "C1", "Visible": "C10"}

func (f *finder) conjuncts(decl *ast.FuncDecl) {
	invariant, ok := shows[decl.Name.Name]
	if !ok || decl.Body == nil || decl.Type.Results == nil {
		return
	}
	if t, ok := decl.Type.Results.List[0].Type.(*ast.Ident); !ok || t.Name != "bool" {
		return
	}
	last, ok := decl.Body.List[len(decl.Body.List)-1].(*ast.ReturnStmt)
	if !ok || len(last.Results) != 1 {
		return
	}
	var each func(e ast.Expr)
	each = func(e ast.Expr) {
		if both, ok := e.(*ast.BinaryExpr); ok && both.Op == token.LAND {
			each(both.X)
			each(both.Y)
			return
		}
		from, to := f.offset(e.Pos()), f.offset(e.End())
		f.add(e, decl.Name.Name, invariant, strings.Join(strings.Fields(string(f.text[from:to])), " "), f.always(e))
	}
	each(last.Results[0])
}

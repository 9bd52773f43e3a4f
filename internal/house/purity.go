package house

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

func purityRules() []Rule {
	return []Rule{
		{
			Name:  "no floats in scorecard",
			Why:   "a rating is integer arithmetic: the same records and model give the same points on any machine, and the points add up exactly (Charter C8)",
			Check: noFloatsInScorecard,
		},
		{
			Name:  "time is passed in",
			Why:   "what a record, a deadline or a rating means must not depend on when the code happens to run; only the programs' outermost wiring may ask the clock",
			Check: timeIsPassedIn,
		},
		{
			Name:  "no sleeping in tests",
			Why:   "a test that waits for time to pass is slow on a quick machine and wrong on a slow one; wait for the event instead",
			Check: noSleepingInTests,
		},
	}
}

// integerMath are the beginnings of the names of package math that are integers after all.
var integerMath = []string{"MaxInt", "MinInt", "MaxUint"}

func noFloatsInScorecard(r *Repository) []Finding {
	var found []Finding
	report := func(pos token.Pos, text string) { found = append(found, Finding{r.at(pos), text}) }
	r.code(func(pkg *Package, source *Source) {
		if room(pkg.Dir) != "scorecard" {
			return
		}
		math, strconvName := local(source, "math"), local(source, "strconv")
		ast.Inspect(source.AST, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if slices.Contains([]string{"float32", "float64", "complex64", "complex128"}, n.Name) {
					report(n.Pos(), "the type "+n.Name)
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT || n.Kind == token.IMAG {
					report(n.Pos(), "the literal "+n.Value)
				}
			case *ast.SelectorExpr:
				pkgName, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				isInteger := func(prefix string) bool { return strings.HasPrefix(n.Sel.Name, prefix) }
				if math != "" && pkgName.Name == math && !slices.ContainsFunc(integerMath, isInteger) {
					report(n.Pos(), "math."+n.Sel.Name+" works on floats")
				}
				if strconvName != "" && pkgName.Name == strconvName && strings.HasSuffix(n.Sel.Name, "Float") {
					report(n.Pos(), "strconv."+n.Sel.Name)
				}
			}
			return true
		})
	})
	return found
}

// clockMay are the rooms that start things and may therefore ask what time it is, to pass it on.
var clockMay = []string{"cmd", "internal/cli", "internal/bench", "internal/deployment"}

// asksTheClock are the functions of package time that read the machine's clock.
var asksTheClock = []string{"Now", "Since", "Until"}

func timeIsPassedIn(r *Repository) []Finding {
	var found []Finding
	r.code(func(pkg *Package, source *Source) {
		if slices.Contains(clockMay, room(pkg.Dir)) {
			return
		}
		found = append(found, r.uses(source, "time", asksTheClock)...)
	})
	return found
}

func noSleepingInTests(r *Repository) []Finding {
	var found []Finding
	for _, pkg := range r.Packages {
		for _, source := range pkg.Sources {
			if source.Test {
				found = append(found, r.uses(source, "time", []string{"Sleep"})...)
			}
		}
	}
	return found
}

// uses finds every mention of the named functions of an imported package.
func (r *Repository) uses(source *Source, importPath string, names []string) []Finding {
	name := local(source, importPath)
	if name == "" {
		return nil
	}
	var found []Finding
	ast.Inspect(source.AST, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := selector.X.(*ast.Ident); ok && of.Name == name && slices.Contains(names, selector.Sel.Name) {
			found = append(found, Finding{r.at(selector.Pos()), importPath + "." + selector.Sel.Name})
		}
		return true
	})
	return found
}

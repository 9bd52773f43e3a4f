package filter

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"probity/scorecard/facts"
	"probity/scorecard/internal/strict"
)

const (
	// maxFilter bounds the text of a filter in bytes, maxFilterNodes its tree, maxFilterDepth how deep its brackets may
	// stand in each other.
	maxFilter      = 4096
	maxFilterNodes = 200
	maxFilterDepth = 24
)

// celBase is the CEL environment of filters: these operators and functions and no others. It never changes; filters
// extend copies of it with their fields.
var celBase = sync.OnceValues(func() (*cel.Env, error) {
	number, code, day, truth := cel.IntType, cel.StringType, cel.TimestampType, cel.BoolType
	over := func(name string, result *cel.Type, args ...[]*cel.Type) cel.EnvOption {
		var opts []cel.FunctionOpt
		for i, a := range args {
			opts = append(opts, cel.Overload(fmt.Sprintf("%s_%d", name, i), a, result))
		}
		return cel.Function(name, opts...)
	}
	pair := func(t *cel.Type) []*cel.Type { return []*cel.Type{t, t} }
	any := cel.TypeParamType("T")
	return cel.NewCustomEnv(
		cel.ClearMacros(),
		cel.ParserRecursionLimit(4*maxFilterDepth),
		cel.ParserExpressionSizeLimit(maxFilter),
		cel.ParserErrorRecoveryLimit(4),
		cel.ExpressionNodeLimit(2*maxFilterNodes),
		over(operators.Equals, truth, pair(number), pair(code), pair(day), pair(truth)),
		over(operators.NotEquals, truth, pair(number), pair(code), pair(day), pair(truth)),
		over(operators.Less, truth, pair(number), pair(code), pair(day)),
		over(operators.LessEquals, truth, pair(number), pair(code), pair(day)),
		over(operators.Greater, truth, pair(number), pair(code), pair(day)),
		over(operators.GreaterEquals, truth, pair(number), pair(code), pair(day)),
		over(operators.In, truth, []*cel.Type{number, cel.ListType(number)}, []*cel.Type{code, cel.ListType(code)}),
		over(operators.Add, number, pair(number)),
		over(operators.Subtract, number, pair(number)),
		over(operators.Multiply, number, pair(number)),
		over(operators.Negate, number, []*cel.Type{number}),
		over(operators.LogicalNot, truth, []*cel.Type{truth}),
		over(operators.LogicalAnd, truth, pair(truth)),
		over(operators.LogicalOr, truth, pair(truth)),
		over(operators.Conditional, any, []*cel.Type{truth, any, any}),
		over("date", day, []*cel.Type{code}),
		over("missing", truth, []*cel.Type{any}),
	)
})

var celTypes = map[facts.Type]*cel.Type{
	facts.Int: cel.IntType, facts.Amount: cel.IntType, facts.Date: cel.TimestampType, facts.Code: cel.StringType, facts.Bool: cel.BoolType,
}

var comparisons = map[string]Comparison{
	operators.Equals: Equal, operators.NotEquals: NotEqual, operators.Less: Less, operators.LessEquals: LessEqual,
	operators.Greater: Greater, operators.GreaterEquals: GreaterEqual,
}

var arithmetic = map[string]Kind{
	operators.Add: Add, operators.Subtract: Subtract, operators.Multiply: Multiply, operators.Negate: Negate,
}

// compiler turns one filter into an Expr: cel-go parses it and checks its types, the rest is ours.
type compiler struct {
	passage *strict.Passage
	fields  map[string]*facts.Field
	ast     *ast.AST
	// used are the fields the filter reads.
	used   map[string]bool
	report func(at strict.Pos, rule, cure, format string, args ...any)
	failed bool
}

// Compile compiles a filter over the fields, by name, and lists the names of those it reads; nil after reporting at
// least one fault.
func Compile(f *strict.Passage, fields map[string]*facts.Field, report func(at strict.Pos, rule, cure, format string, args ...any)) (*Expr, map[string]bool) {
	c := &compiler{passage: f, fields: fields, used: map[string]bool{}, report: report}
	checked := c.check()
	if checked == nil {
		return nil, nil
	}
	c.ast = checked
	e := c.condition(checked.Expr())
	if c.failed {
		return nil, nil
	}
	e, overflow := e.fold()
	switch {
	case overflow:
		c.fault(1, 0, "overflow", "use smaller numbers", "a number in the filter is larger than 2^63-1")
		return nil, nil
	case e.constant():
		c.fault(1, 0, "constant-filter", "leave it out or compare a field", "the filter is %v for every record", e.yes())
		return nil, nil
	}
	return e, c.used
}

func (c *compiler) fault(line, column int, rule, cure, format string, args ...any) {
	c.failed = true
	c.report(c.passage.Place(line, column), rule, cure, format, args...)
}

// refuse reports what stands at a node.
func (c *compiler) refuse(e ast.Expr, rule, cure, format string, args ...any) *Expr {
	at := c.ast.SourceInfo().GetStartLocation(e.ID())
	c.fault(at.Line(), at.Column(), rule, cure, format, args...)
	return truth(false)
}

// check measures, parses and type-checks the filter.
func (c *compiler) check() *ast.AST {
	text := c.passage.Text
	if len(text) > maxFilter {
		c.fault(1, 0, "filter-size", "split the characteristic", "the filter has %d bytes, more than the %d allowed", len(text), maxFilter)
		return nil
	}
	if d, tokens := measure(text); d > maxFilterDepth || tokens > 4*maxFilterNodes {
		c.fault(1, 0, "filter-size", "write it flatter and shorter", "the filter has %d words and signs in brackets %d deep; %d and %d are allowed",
			tokens, d, 4*maxFilterNodes, maxFilterDepth)
		return nil
	}
	env, err := celBase()
	if err == nil {
		env, err = env.Extend(c.variables()...)
	}
	if err != nil {
		c.fault(1, 0, "filter", "", "the fields cannot be used in a filter: %v", err)
		return nil
	}
	parsed, issues := env.Parse(text)
	if issues.Err() != nil {
		c.issues(issues)
		return nil
	}
	c.ast = parsed.NativeRep()
	if n := ast.NodeCount(c.ast); n > maxFilterNodes {
		c.fault(1, 0, "filter-size", "split the characteristic", "the filter has %d parts, more than the %d allowed", n, maxFilterNodes)
		return nil
	}
	if c.subset(c.ast.Expr()); c.failed {
		return nil
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		c.issues(issues)
		return nil
	}
	return checked.NativeRep()
}

func (c *compiler) variables() []cel.EnvOption {
	var vars []cel.EnvOption
	for _, name := range slices.Sorted(maps.Keys(c.fields)) {
		if t := celTypes[c.fields[name].Type]; t != nil {
			vars = append(vars, cel.Variable(name, t))
		}
	}
	return vars
}

func (c *compiler) issues(issues *cel.Issues) {
	for i, e := range issues.Errors() {
		if i == 4 {
			break
		}
		message, _, _ := strings.Cut(e.Message, "\n")
		message = strings.TrimPrefix(message, "Syntax error: ")
		c.fault(max(1, e.Location.Line()), max(0, e.Location.Column()), "filter",
			"compare numbers with numbers, days with date(\"2025-01-01\"), codes with quoted codes", "the filter cannot be read: %s", message)
	}
	if !c.failed {
		c.fault(1, 0, "filter", "", "the filter cannot be read: %s", issues.Err())
	}
}

// measure counts how deep brackets stand in each other, and words, signs and literals.
func measure(text string) (deepest, tokens int) {
	depth, inWord := 0, false
	for _, r := range text {
		word := r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127
		if r != ' ' && r != '\n' && r != '\t' && !(word && inWord) {
			tokens++
		}
		inWord = word
		switch r {
		case '(', '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ')', ']', '}':
			depth--
		}
	}
	return deepest, tokens
}

// subset walks the parsed tree and refuses what is CEL and not ours, in words an author understands.
func (c *compiler) subset(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		switch e.AsLiteral().(type) {
		case types.Int, types.Bool, types.String:
		case types.Double:
			c.refuse(e, "filter-subset", "use a whole number of a smaller unit", "there are no fractions in filters")
		default:
			c.refuse(e, "filter-subset", "use whole numbers, true, false or a quoted code", "this kind of value is not part of the language")
		}
	case ast.IdentKind:
		name := e.AsIdent()
		f := c.fields[name]
		switch {
		case f == nil:
			c.refuse(e, "unknown-field", strict.Meant(name, slices.Sorted(maps.Keys(c.fields))), "the records have no field %q", strict.Clip(name))
		case f.Type == facts.Text:
			c.refuse(e, "text-field", "filter by a code or a number", "field %s is free text, which no model may read", name)
		case f.Sensitive:
			c.refuse(e, "sensitive-field", "leave it out", "field %s is sensitive, and no model may read it", name)
		}
	case ast.ListKind:
		for _, k := range e.AsList().Elements() {
			c.subset(k)
		}
	case ast.CallKind:
		c.call(e)
	case ast.SelectKind:
		c.refuse(e, "filter-subset", "name fields without a dot; a field without a value is missing(field)", "selection with a dot is not part of the language")
	default:
		c.refuse(e, "filter-subset", "use comparisons, in, &&, ||, ! and whole-number arithmetic", "this form is not part of the language")
	}
}

func (c *compiler) call(e ast.Expr) {
	call := e.AsCall()
	name := call.FunctionName()
	_, compares := comparisons[name]
	_, computes := arithmetic[name]
	switch {
	case call.IsMemberFunction():
		c.refuse(e, "filter-subset", "compare whole values", "the method %s() is not part of the language", name)
		return
	case compares, computes:
	case name == operators.In, name == operators.LogicalAnd, name == operators.LogicalOr, name == operators.LogicalNot,
		name == operators.Conditional, name == "date", name == "missing":
	case name == operators.Divide, name == operators.Modulo:
		c.refuse(e, "filter-subset", "multiply the other side instead", "there is no division in filters")
		return
	case name == "has":
		c.refuse(e, "filter-subset", "write !missing(field)", "has() is not part of the language")
		return
	case strings.ContainsAny(name, "_@"):
		c.refuse(e, "filter-subset", "use comparisons, in, &&, ||, ! and whole-number arithmetic", "this operator is not part of the language")
		return
	default:
		c.refuse(e, "filter-subset", `the functions are date("2025-01-01") and missing(field)`, "the function %s() is not part of the language", name)
		return
	}
	for _, k := range call.Args() {
		c.subset(k)
	}
}

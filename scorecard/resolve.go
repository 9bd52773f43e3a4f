package scorecard

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"probity/calendar"
)

// The second half of the filter compiler: a checked CEL tree becomes an expr, codes become places in their list.

// condition resolves a node whose type is bool.
func (c *filterCompiler) condition(e ast.Expr) *expr {
	switch e.Kind() {
	case ast.LiteralKind:
		if v, ok := e.AsLiteral().(types.Bool); ok {
			return truth(bool(v))
		}
	case ast.IdentKind:
		if f := c.field(e); f != nil && f.Type == Bool {
			return &expr{kind: exCodes, field: f.Name, set: []bool{false, true}}
		}
	case ast.CallKind:
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case operators.LogicalAnd:
			return &expr{kind: exAnd, kids: []*expr{c.condition(args[0]), c.condition(args[1])}}
		case operators.LogicalOr:
			return &expr{kind: exOr, kids: []*expr{c.condition(args[0]), c.condition(args[1])}}
		case operators.LogicalNot:
			return &expr{kind: exNot, kids: []*expr{c.condition(args[0])}}
		case operators.Conditional:
			return &expr{kind: exEither, kids: []*expr{c.condition(args[0]), c.condition(args[1]), c.condition(args[2])}}
		case operators.In:
			return c.member(e, args[0], args[1])
		case "missing":
			f := c.field(args[0])
			if f == nil {
				return c.refuse(args[0], "filter-subset", "write missing(field)", "missing() asks about one field")
			}
			return &expr{kind: exIsMissing, field: f.Name}
		}
		if op, ok := comparisons[call.FunctionName()]; ok {
			return c.compare(e, op, args[0], args[1])
		}
	}
	return c.refuse(e, "filter-subset", "write a comparison", "this is not a condition")
}

// field is the field a node names, or nil where it is not a field.
func (c *filterCompiler) field(e ast.Expr) *Field {
	if e.Kind() != ast.IdentKind {
		return nil
	}
	f := c.fields[e.AsIdent()]
	if f != nil {
		c.used[f.Name] = true
	}
	return f
}

func (c *filterCompiler) compare(e ast.Expr, op comparison, a, b ast.Expr) *expr {
	if f := c.field(b); f != nil && f.coded() {
		a, b, op = b, a, op.flip()
	}
	if f := c.field(a); f != nil && f.coded() {
		return c.compareCode(e, op, f, b)
	}
	switch c.ast.GetType(a.ID()).Kind() {
	case types.IntKind, types.TimestampKind:
		return &expr{kind: exCompare, op: op, kids: []*expr{c.number(a), c.number(b)}}
	}
	return c.refuse(e, "filter-subset", "compare a field with a value", "neither side of the comparison is a field")
}

// compareCode resolves a comparison of a field with one of its codes to the set of codes for which it holds. A missing
// code is in no set, so that every comparison with it is false.
func (c *filterCompiler) compareCode(e ast.Expr, op comparison, f *Field, value ast.Expr) *expr {
	place, ok := c.code(f, value)
	if !ok {
		return truth(false)
	}
	if op != equal && op != notEqual && !f.Ordered {
		return c.refuse(e, "unordered-codes", "use == or in [...], or declare the list ordered in the catalogue",
			"the codes of %s have no order", f.Name)
	}
	set := make([]bool, len(f.codes()))
	for i := range set {
		set[i] = op.holds(int64(i), place)
	}
	return &expr{kind: exCodes, field: f.Name, set: set}
}

// code resolves a literal to its place in the field's list.
func (c *filterCompiler) code(f *Field, e ast.Expr) (int64, bool) {
	name := ""
	if e.Kind() == ast.LiteralKind {
		switch v := e.AsLiteral().(type) {
		case types.String:
			name = string(v)
		case types.Bool:
			name = boolCodes[0]
			if v {
				name = boolCodes[1]
			}
		}
	}
	if name == "" {
		c.refuse(e, "filter-subset", "compare it with a quoted code", "%s can be compared with a code of its list only", f.Name)
		return 0, false
	}
	place := slices.Index(f.codes(), name)
	if place < 0 {
		c.refuse(e, "unknown-code", meant(name, f.codes()), "%q is no code of %s", clip(name), f.Name)
		return 0, false
	}
	return int64(place), true
}

func (c *filterCompiler) member(e, item, list ast.Expr) *expr {
	if list.Kind() != ast.ListKind {
		return c.refuse(list, "filter-subset", "write it as [1, 2, 3]", "in needs a list")
	}
	elements := list.AsList().Elements()
	if f := c.field(item); f != nil && f.Type == Code {
		set := make([]bool, len(f.codes()))
		for _, k := range elements {
			if place, ok := c.code(f, k); ok {
				set[place] = true
			}
		}
		return &expr{kind: exCodes, field: f.Name, set: set}
	}
	m := &expr{kind: exMember, kids: []*expr{c.number(item)}}
	for _, k := range elements {
		v, overflow := c.number(k).fold()
		if overflow || v.kind != exNumber {
			return c.refuse(k, "filter-subset", "write the number out", "a list holds whole numbers or codes")
		}
		m.numbers = append(m.numbers, v.value)
	}
	return m
}

// number resolves a node whose type is int or day.
func (c *filterCompiler) number(e ast.Expr) *expr {
	switch e.Kind() {
	case ast.LiteralKind:
		if v, ok := e.AsLiteral().(types.Int); ok && int64(v) != Missing {
			return &expr{kind: exNumber, value: int64(v)}
		}
	case ast.IdentKind:
		if f := c.field(e); f != nil && !f.coded() {
			return &expr{kind: exField, field: f.Name}
		}
	case ast.CallKind:
		call := e.AsCall()
		args := call.Args()
		if kind, ok := arithmetic[call.FunctionName()]; ok {
			n := &expr{kind: kind}
			for _, a := range args {
				n.kids = append(n.kids, c.number(a))
			}
			return n
		}
		switch call.FunctionName() {
		case operators.Conditional:
			return &expr{kind: exChoose, kids: []*expr{c.condition(args[0]), c.number(args[1]), c.number(args[2])}}
		case "date":
			return c.date(args[0])
		}
	}
	return c.refuse(e, "filter-subset", "use a number field, a whole number or date(\"2025-01-01\")", "this is not a number")
}

func (c *filterCompiler) date(e ast.Expr) *expr {
	if e.Kind() == ast.LiteralKind {
		if v, ok := e.AsLiteral().(types.String); ok {
			d, err := calendar.Parse(string(v))
			if err != nil {
				return c.refuse(e, "date", "", "%v", err)
			}
			return &expr{kind: exNumber, value: int64(d)}
		}
	}
	return c.refuse(e, "filter-subset", `write date("2025-01-01")`, "date() needs a day in quotes")
}

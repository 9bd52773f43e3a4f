package filter

import (
	"slices"
	"strconv"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"probity/calendar"
	"probity/scorecard/facts"
	"probity/scorecard/internal/strict"
	"probity/scorecard/internal/whole"
)

// The second half of the filter compiler: a checked CEL tree becomes an Expr, codes become places in their list.

// condition resolves a node whose type is bool.
func (c *compiler) condition(e ast.Expr) *Expr {
	switch e.Kind() {
	case ast.LiteralKind:
		if v, ok := e.AsLiteral().(types.Bool); ok {
			return truth(bool(v))
		}
	case ast.IdentKind:
		if f := c.field(e); f != nil && f.Type == facts.Bool {
			return &Expr{Kind: Codes, Field: f.Name, Set: []bool{false, true}}
		}
	case ast.CallKind:
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case operators.LogicalAnd:
			return &Expr{Kind: And, Kids: []*Expr{c.condition(args[0]), c.condition(args[1])}}
		case operators.LogicalOr:
			return &Expr{Kind: Or, Kids: []*Expr{c.condition(args[0]), c.condition(args[1])}}
		case operators.LogicalNot:
			return &Expr{Kind: Not, Kids: []*Expr{c.condition(args[0])}}
		case operators.Conditional:
			return &Expr{Kind: Either, Kids: []*Expr{c.condition(args[0]), c.condition(args[1]), c.condition(args[2])}}
		case operators.In:
			return c.member(args[0], args[1])
		case "missing":
			f := c.field(args[0])
			if f == nil {
				return c.refuse(args[0], "filter-subset", "write missing(field)", "missing() asks about one field")
			}
			return &Expr{Kind: IsMissing, Field: f.Name}
		}
		if op, ok := comparisons[call.FunctionName()]; ok {
			return c.compare(e, op, args[0], args[1])
		}
	}
	return c.refuse(e, "filter-subset", "write a Comparison", "this is not a condition")
}

// field is the field a node names, or nil where it is not a field.
func (c *compiler) field(e ast.Expr) *facts.Field {
	if e.Kind() != ast.IdentKind {
		return nil
	}
	f := c.fields[e.AsIdent()]
	if f != nil {
		c.used[f.Name] = true
	}
	return f
}

func (c *compiler) compare(e ast.Expr, op Comparison, a, b ast.Expr) *Expr {
	if f := c.field(b); f != nil && f.Coded() {
		a, b, op = b, a, op.flip()
	}
	if f := c.field(a); f != nil && f.Coded() {
		return c.compareCode(e, op, f, b)
	}
	switch c.ast.GetType(a.ID()).Kind() {
	case types.IntKind, types.TimestampKind:
		return &Expr{Kind: Compare, Op: op, Kids: []*Expr{c.number(a), c.number(b)}}
	}
	return c.refuse(e, "filter-subset", "compare a field with a value", "neither side of the Comparison is a field")
}

// compareCode resolves a Comparison of a field with one of its codes to the set of codes for which it holds. A missing
// code is in no set, so that every Comparison with it is false.
func (c *compiler) compareCode(e ast.Expr, op Comparison, f *facts.Field, value ast.Expr) *Expr {
	place, ok := c.code(f, value)
	if !ok {
		return truth(false)
	}
	if op != Equal && op != NotEqual && !f.Ordered {
		return c.refuse(e, "unordered-codes", "use == or in [...], or declare the list ordered in the catalogue",
			"the codes of %s have no order", f.Name)
	}
	set := make([]bool, len(f.Names()))
	for i := range set {
		set[i] = op.Holds(int64(i), place)
	}
	return &Expr{Kind: Codes, Field: f.Name, Set: set}
}

// code resolves a literal to its place in the field's list.
func (c *compiler) code(f *facts.Field, e ast.Expr) (int64, bool) {
	name := ""
	if e.Kind() == ast.LiteralKind {
		switch v := e.AsLiteral().(type) {
		case types.String:
			name = string(v)
		case types.Bool:
			name = strconv.FormatBool(bool(v))
		}
	}
	if name == "" {
		c.refuse(e, "filter-subset", "compare it with a quoted code", "%s can be compared with a code of its list only", f.Name)
		return 0, false
	}
	place := slices.Index(f.Names(), name)
	if place < 0 {
		c.refuse(e, "unknown-code", strict.Meant(name, f.Names()), "%q is no code of %s", strict.Clip(name), f.Name)
		return 0, false
	}
	return int64(place), true
}

func (c *compiler) member(item, list ast.Expr) *Expr {
	if list.Kind() != ast.ListKind {
		return c.refuse(list, "filter-subset", "write it as [1, 2, 3]", "in needs a list")
	}
	elements := list.AsList().Elements()
	if f := c.field(item); f != nil && f.Type == facts.Code {
		set := make([]bool, len(f.Names()))
		for _, k := range elements {
			if place, ok := c.code(f, k); ok {
				set[place] = true
			}
		}
		return &Expr{Kind: Codes, Field: f.Name, Set: set}
	}
	m := &Expr{Kind: Member, Kids: []*Expr{c.number(item)}}
	for _, k := range elements {
		v, overflow := c.number(k).fold()
		if overflow || v.Kind != Number {
			return c.refuse(k, "filter-subset", "write the number out", "a list holds whole numbers or codes")
		}
		m.Numbers = append(m.Numbers, v.Value)
	}
	return m
}

// number resolves a node whose type is int or day.
func (c *compiler) number(e ast.Expr) *Expr {
	switch e.Kind() {
	case ast.LiteralKind:
		if v, ok := e.AsLiteral().(types.Int); ok && int64(v) != whole.Missing {
			return &Expr{Kind: Number, Value: int64(v)}
		}
	case ast.IdentKind:
		if f := c.field(e); f != nil && !f.Coded() {
			return &Expr{Kind: Field, Field: f.Name}
		}
	case ast.CallKind:
		call := e.AsCall()
		args := call.Args()
		if kind, ok := arithmetic[call.FunctionName()]; ok {
			n := &Expr{Kind: kind}
			for _, a := range args {
				n.Kids = append(n.Kids, c.number(a))
			}
			return n
		}
		switch call.FunctionName() {
		case operators.Conditional:
			return &Expr{Kind: Choose, Kids: []*Expr{c.condition(args[0]), c.number(args[1]), c.number(args[2])}}
		case "date":
			return c.date(args[0])
		}
	}
	return c.refuse(e, "filter-subset", "use a number field, a whole number or date(\"2025-01-01\")", "this is not a number")
}

func (c *compiler) date(e ast.Expr) *Expr {
	if e.Kind() == ast.LiteralKind {
		if v, ok := e.AsLiteral().(types.String); ok {
			d, err := calendar.Parse(string(v))
			if err != nil {
				return c.refuse(e, "date", "", "%v", err)
			}
			return &Expr{Kind: Number, Value: int64(d)}
		}
	}
	return c.refuse(e, "filter-subset", `write date("2025-01-01")`, "date() needs a day in quotes")
}

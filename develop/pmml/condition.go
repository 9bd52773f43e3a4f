package pmml

import (
	"fmt"
	"strconv"
	"strings"
)

// condition is a filter of the model language, which knows two truths only.
type condition struct {
	text  string
	fixed truth // yes, no, or unknown where text decides
}

// never is the condition of no row.
var never = condition{fixed: no}

func atom(format string, args ...any) condition {
	return condition{fmt.Sprintf(format, args...), unknown}
}

// both, anyOf and negated are the logic of filters, with constants left out.
func both(list ...condition) condition  { return joined(list, no, " && ") }
func anyOf(list ...condition) condition { return joined(list, yes, " || ") }

func joined(list []condition, decides truth, sign string) condition {
	var parts []string
	for _, c := range list {
		switch c.fixed {
		case decides:
			return c
		case unknown:
			parts = append(parts, c.text)
		}
	}
	switch len(parts) {
	case 0:
		return condition{fixed: decides.not()}
	case 1:
		return condition{parts[0], unknown}
	}
	return condition{"(" + strings.Join(parts, sign) + ")", unknown}
}

func negated(c condition) condition {
	if c.fixed != unknown {
		return condition{fixed: c.fixed.not()}
	}
	return condition{"!" + bracketed(c.text), unknown}
}

func bracketed(text string) string {
	if strings.HasPrefix(text, "(") || strings.HasPrefix(text, "missing(") {
		return text
	}
	return "(" + text + ")"
}

// holds and fails are when a predicate is true, and when it is false; where neither is, it is unknown.
func (p *predicate) holds() condition { return p.when(yes) }
func (p *predicate) fails() condition { return p.when(no) }

func (p *predicate) when(want truth) condition {
	switch p.kind {
	case "True":
		return condition{fixed: want}
	case "False":
		return condition{fixed: want.not()}
	case "Simple", "Set":
		return p.asked(want)
	case "surrogate":
		first, rest := p.kids[0], &predicate{kind: "surrogate", kids: p.kids[1:]}
		if len(rest.kids) == 0 {
			return first.when(want)
		}
		return anyOf(first.when(want), both(negated(first.holds()), negated(first.fails()), rest.when(want)))
	case "xor":
		out := p.kids[0]
		for _, k := range p.kids[1 : len(p.kids)-1] {
			out = &predicate{kind: "xor", kids: []*predicate{out, k}}
		}
		last := p.kids[len(p.kids)-1]
		return anyOf(both(out.holds(), last.when(want.not())), both(out.fails(), last.when(want)))
	}
	var list []condition
	for _, k := range p.kids {
		list = append(list, k.when(want))
	}
	if (p.kind == "and") == (want == yes) {
		return both(list...)
	}
	return anyOf(list...)
}

// there tells whether the field has a value that counts.
func (f *field) there() condition {
	if !f.limited() || f.treat == "asIs" {
		return atom("!missing(%s)", f.own)
	}
	return f.ok()
}

// ok is where a field has a valid value.
func (f *field) ok() condition {
	if f.words {
		return both(atom("!missing(%s)", f.own), atom("%s != %s", f.own, strconv.Quote(unseen)))
	}
	var list []condition
	for _, i := range f.ranges {
		list = append(list, f.inside(i))
	}
	return anyOf(list...)
}

func (f *field) inside(i interval) condition {
	list := []condition{atom("!missing(%s)", f.own)}
	for _, side := range []struct {
		d          *decimal
		open       bool
		shut, wide string
	}{{i.from, i.fromOpen, ">=", ">"}, {i.to, i.toOpen, "<=", "<"}} {
		if side.d == nil {
			continue
		}
		v, _ := side.d.at(f.scale)
		sign := side.shut
		if side.open {
			sign = side.wide
		}
		list = append(list, atom("%s %s %d", f.own, sign, v))
	}
	return both(list...)
}

var signs = map[string][2]string{
	"equal": {"==", "!="}, "notEqual": {"!=", "=="}, "lessThan": {"<", ">="}, "lessOrEqual": {"<=", ">"}, "greaterThan": {">", "<="}, "greaterOrEqual": {">=", "<"},
	"isIn": {"in", "!"}, "isNotIn": {"!", "in"},
}

// asked is a comparison. With a missing value each of the language's comparisons is false, as it should be: it neither
// holds nor fails.
func (p *predicate) asked(want truth) condition {
	f := p.field
	if p.op == "isMissing" || p.op == "isNotMissing" {
		if (p.op == "isMissing") == (want == yes) {
			return negated(f.there())
		}
		return f.there()
	}
	sign := signs[p.op][0]
	if want == no {
		sign = signs[p.op][1]
	}
	var values []string
	for _, w := range p.words {
		if code, known := f.code(w); known {
			values = append(values, strconv.Quote(code))
		}
	}
	for _, v := range p.limits {
		values = append(values, strconv.FormatInt(v, 10))
	}
	wanted := sign == "==" || sign == "in"
	switch {
	case len(values) == 0 && wanted:
		return never
	case len(values) == 0:
		return f.there()
	}
	var out condition
	switch sign {
	case "in":
		out = atom("%s in [%s]", f.own, strings.Join(values, ", "))
	case "!":
		return both(f.there(), atom("!(%s in [%s])", f.own, strings.Join(values, ", ")))
	default:
		out = atom("%s %s %s", f.own, sign, values[0])
	}
	if f.limited() && f.treat != "asIs" && (!f.words || !wanted) {
		return both(f.there(), out)
	}
	return out
}

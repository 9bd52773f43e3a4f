package pmml

import (
	"slices"
	"strings"
)

// truth is what a predicate says of a row.
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func (t truth) not() truth { return yes - t }

// field is a column that the scorecard reads.
type field struct {
	name    string // in the file
	own     string // in the model
	words   bool
	treat   string // what becomes of invalid values
	missing string // and of missing ones
	// valid are the words that are valid, and ranges the numbers; none are no limit.
	valid  []string
	ranges []interval
	// mentioned are the words that predicates ask for; scale is how many decimals its numbers have.
	mentioned []string
	scale     int
	used      bool
	// known are the words that the model has codes for.
	known []string
	codes map[string]string
	from  *node
}

// interval is a range of numbers; nil is no limit.
type interval struct {
	from, to         *decimal
	fromOpen, toOpen bool
}

func (f *field) limited() bool { return len(f.valid) > 0 || len(f.ranges) > 0 }

// need makes the column keep as many decimals as a comparison with the limit needs. A number is rounded down, so that
// below and from are exact at the limit's own decimals; where the limit itself is in or out, all decimals that a table has
// are kept.
func (f *field) need(d decimal, exact bool) {
	f.scale = max(f.scale, d.scale)
	if exact {
		f.scale = mostDecimals
	}
}

// predicate is a condition on a row.
type predicate struct {
	kind    string // True, False, Simple, Set, and, or, xor, surrogate
	field   *field
	op      string
	words   []string
	numbers []decimal
	limits  []int64 // the numbers at the scale of the field, once all of the file was read
	kids    []*predicate
}

// What a characteristic may hold: values that it compares with, and parts of the filters that would say it, of which the model
// language takes no more in one.
const (
	mostValues = 2000
	mostParts  = 200
)

// size is how many attributes, operators and values a predicate has.
func (p *predicate) size() int {
	n := 1 + len(p.words) + len(p.numbers)
	for _, k := range p.kids {
		n += k.size()
	}
	return n
}

// cost is about how many comparisons a filter needs to say the predicate, never more than a little above mostParts.
func (p *predicate) cost() int {
	n := 0
	for i, k := range p.kids {
		c := k.cost()
		switch {
		case p.kind == "xor" && i > 0:
			n = 2 * (n + c)
		case p.kind == "surrogate":
			n += 3 * c
		default:
			n += c
		}
		n = min(n, mostParts+1)
	}
	return max(n, 1)
}

var operators = []string{"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual", "isMissing", "isNotMissing"}

func isPredicate(n *node) bool {
	return slices.Contains([]string{"True", "False", "SimplePredicate", "SimpleSetPredicate", "CompoundPredicate"}, n.name)
}

// predicate reads a predicate.
func (r *reader) predicate(n *node) (*predicate, error) {
	switch n.name {
	case "True", "False":
		return &predicate{kind: n.name}, n.takes()
	case "SimplePredicate":
		return r.simple(n)
	case "SimpleSetPredicate":
		return r.set(n)
	case "CompoundPredicate":
		return r.compound(n)
	}
	return nil, n.refuse("%s is no predicate that is carried over", n.name)
}

func (r *reader) compound(n *node) (*predicate, error) {
	op, err := n.must("booleanOperator")
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"and", "or", "xor", "surrogate"}, op) {
		return nil, n.refuse("CompoundPredicate: the operator %q is not known", clip(op))
	}
	if err := n.takes("booleanOperator"); err != nil {
		return nil, err
	}
	if len(n.kids) < 2 {
		return nil, n.refuse("CompoundPredicate has fewer than two predicates")
	}
	p := &predicate{kind: op}
	for _, k := range n.kids {
		kid, err := r.predicate(k)
		if err != nil {
			return nil, err
		}
		p.kids = append(p.kids, kid)
	}
	return p, nil
}

func (r *reader) field(n *node) (*field, error) {
	name, err := n.must("field")
	if err != nil {
		return nil, err
	}
	f := r.fields[name]
	if f == nil {
		return nil, n.refuse("%s reads %q, which is no active field of the MiningSchema", n.name, clip(name))
	}
	f.used = true
	return f, nil
}

func (r *reader) simple(n *node) (*predicate, error) {
	f, err := r.field(n)
	if err != nil {
		return nil, err
	}
	op, err := n.must("operator")
	if err != nil {
		return nil, err
	}
	if err := n.takes("field", "operator", "value"); err != nil {
		return nil, err
	}
	p := &predicate{kind: "Simple", field: f, op: op}
	value, there := n.attrs["value"]
	asks := op == "isMissing" || op == "isNotMissing"
	equality := op == "equal" || op == "notEqual"
	switch {
	case !slices.Contains(operators, op):
		return nil, n.refuse("SimplePredicate: the operator %q is not known", clip(op))
	case asks && there:
		return nil, n.refuse("SimplePredicate: %s takes no value", op)
	case asks:
		return p, nil
	case !there:
		return nil, n.refuse("SimplePredicate has no value")
	case f.words && !equality:
		return nil, n.refuse("SimplePredicate: %s compares words of %q by their order, which is not carried over", op, clip(f.name))
	}
	return p, p.value(n, value, equality || op == "lessOrEqual" || op == "greaterThan")
}

// value adds a value that the predicate compares with.
func (p *predicate) value(n *node, text string, exact bool) error {
	if p.field.words {
		if strings.TrimSpace(text) == "" {
			return n.refuse("%s compares with an empty word, which is a missing value of a table", n.name)
		}
		p.words = append(p.words, text)
		p.field.mentioned = append(p.field.mentioned, text)
		return nil
	}
	d, ok := parseDecimal(text)
	if !ok {
		return n.refuse("%s: the value %q is no number of at most %d decimals", n.name, clip(text), mostDecimals)
	}
	p.field.need(d, exact)
	p.numbers = append(p.numbers, d)
	return nil
}

func (r *reader) set(n *node) (*predicate, error) {
	f, err := r.field(n)
	if err != nil {
		return nil, err
	}
	if err := n.takes("field", "booleanOperator"); err != nil {
		return nil, err
	}
	p := &predicate{kind: "Set", field: f, op: n.attrs["booleanOperator"]}
	if p.op != "isIn" && p.op != "isNotIn" {
		return nil, n.refuse("SimpleSetPredicate: the operator %q is not known", clip(p.op))
	}
	if len(n.kids) != 1 || n.kids[0].name != "Array" {
		return nil, n.refuse("SimpleSetPredicate has no Array of its own")
	}
	array := n.kids[0]
	if err := array.takes("n", "type"); err != nil {
		return nil, err
	}
	parts, err := array.parts()
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if err := p.value(array, part, true); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// parts are the values of an array: parted by white space, in quotes where they hold any.
func (n *node) parts() ([]string, error) {
	var parts []string
	rest := strings.TrimSpace(n.text)
	for rest != "" {
		if rest[0] != '"' {
			end := strings.IndexAny(rest, " \t\r\n")
			if end < 0 {
				end = len(rest)
			}
			parts = append(parts, rest[:end])
			rest = strings.TrimSpace(rest[end:])
			continue
		}
		var b strings.Builder
		i, closed := 1, false
		for ; i < len(rest) && !closed; i++ {
			switch {
			case rest[i] == '\\' && i+1 < len(rest) && rest[i+1] == '"':
				i++
				b.WriteByte('"')
			case rest[i] == '"':
				closed = true
			default:
				b.WriteByte(rest[i])
			}
		}
		if !closed {
			return nil, n.refuse("Array: a quotation mark is not closed")
		}
		parts = append(parts, b.String())
		rest = strings.TrimSpace(rest[i:])
	}
	if len(parts) == 0 {
		return nil, n.refuse("Array is empty")
	}
	if want, ok := n.attrs["n"]; ok {
		if d, ok := parseDecimal(want); !ok || d.value.Cmp(whole(len(parts))) != 0 {
			return nil, n.refuse("Array: n is %q, and there are %d values", clip(want), len(parts))
		}
	}
	return parts, nil
}

// reads lists the fields that a predicate reads, each once.
func (p *predicate) reads(into []*field) []*field {
	if p.field != nil && !slices.Contains(into, p.field) {
		into = append(into, p.field)
	}
	for _, k := range p.kids {
		into = k.reads(into)
	}
	return into
}

// cell is a value of one field as far as predicates can tell it from others: a word, a scaled number, or none.
type cell struct {
	missing bool
	word    string
	other   bool // a word that nothing mentions
	number  int64
}

// truth is what the predicate says of a row whose one field has the value.
func (p *predicate) truth(c cell) truth {
	switch p.kind {
	case "True":
		return yes
	case "False":
		return no
	case "Simple", "Set":
		return p.compare(c)
	case "surrogate":
		for _, k := range p.kids {
			if t := k.truth(c); t != unknown {
				return t
			}
		}
		return unknown
	}
	out := p.kids[0].truth(c)
	for _, k := range p.kids[1:] {
		t := k.truth(c)
		switch {
		case p.kind == "and":
			out = min(out, t)
		case p.kind == "or":
			out = max(out, t)
		case out == unknown || t == unknown:
			out = unknown
		default:
			out = is(out != t)
		}
	}
	return out
}

func is(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (p *predicate) compare(c cell) truth {
	switch {
	case p.op == "isMissing":
		return is(c.missing)
	case p.op == "isNotMissing":
		return is(!c.missing)
	case c.missing:
		return unknown
	case p.field.words:
		return is((!c.other && slices.Contains(p.words, c.word)) == (p.op == "equal" || p.op == "isIn"))
	}
	in, v := slices.Contains(p.limits, c.number), p.limits[0]
	switch p.op {
	case "equal", "isIn":
		return is(in)
	case "notEqual", "isNotIn":
		return is(!in)
	case "lessThan":
		return is(c.number < v)
	case "lessOrEqual":
		return is(c.number <= v)
	case "greaterThan":
		return is(c.number > v)
	}
	return is(c.number >= v)
}

// cuts are the numbers, each the least of a range, at which the predicate may change.
func (p *predicate) cuts(into []int64) []int64 {
	for _, v := range p.limits {
		into = append(into, v, v+1)
	}
	for _, k := range p.kids {
		into = k.cuts(into)
	}
	return into
}

package mapping

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/internal/intake/format"
)

var exprKeys = []string{
	"from", "value", "concat", "optional", "split", "lookup", "get", "missing", "empty", "strip", "map", "else",
	"others", "date", "century", "decimal", "case", "many", "join", "default",
}

// eachName is how a path names the element that the row is for.
const eachName = "$each"

// expr reads an expression: a column or path alone, or keys and values.
func (p *parser) expr(n *yaml.Node, what string) *expr {
	e := &expr{line: n.Line, lookup: -1}
	if n.Kind == yaml.ScalarNode {
		p.source(e, p.text(n, what))
		return e
	}
	x := exprParser{parser: p, e: e, what: what}
	p.members(n, what, exprKeys, x.member)
	x.finish(n)
	return e
}

func (p *parser) source(e *expr, s string) {
	e.source = s
	if s == eachName || strings.HasPrefix(s, eachName+".") || strings.HasPrefix(s, eachName+"/") {
		e.each = true
		e.path = format.ParsePath(strings.TrimLeft(strings.TrimPrefix(s, eachName), "./"))
		return
	}
	e.path = format.ParsePath(s)
}

type exprParser struct {
	*parser
	e       *expr
	what    string
	sources int
	get     *yaml.Node
	dates   *yaml.Node
	century *yaml.Node
	lookup  *yaml.Node
}

func (x *exprParser) member(key string, v *yaml.Node) {
	p, e := x.parser, x.e
	switch key {
	case "from":
		x.sources++
		if v.Kind == yaml.MappingNode {
			e.inner = p.expr(v, "the source of "+x.what)
			return
		}
		p.source(e, p.text(v, "from"))
	case "value":
		x.sources++
		e.constant = []byte(p.text(v, "value"))
	case "concat":
		x.sources++
		x.concat(v)
	case "optional":
		e.optional = p.yes(v, "optional")
	case "split":
		if e.split = p.text(v, "split"); e.split == "" {
			p.fail(v, "split needs the text between the values", `for example split: ";"`)
		}
	case "lookup":
		x.lookup = v
	case "get":
		x.get = v
	case "missing":
		if s := p.text(v, "missing"); s != "empty" {
			p.fail(v, "missing is empty, or is left out", "where a record is not found, its row is kept out, or the value is left empty")
		}
		e.missingEmpty = true
	case "empty":
		e.empty = p.textSet(v, "empty")
	case "strip":
		e.strip = p.text(v, "strip")
	case "map":
		e.values = map[string]string{}
		p.members(v, "map", nil, func(from string, to *yaml.Node) { e.values[from] = p.text(to, "a value of map") })
	case "else":
		s := p.text(v, "else")
		e.otherwise = &s
	case "others":
		if p.text(v, "others") != "keep" {
			p.fail(v, "others is keep, or is left out", "write others: keep for values that map does not name, or else: with what they become")
		}
		e.keepOthers = true
	case "date":
		x.dates = v
	case "century":
		x.century = v
	case "decimal":
		if p.text(v, "decimal") != "comma" {
			p.fail(v, "decimal is comma, or is left out", "write decimal: comma for numbers such as 1.234,56")
		}
		e.comma = true
	case "case":
		switch p.text(v, "case") {
		case "upper":
			e.fold = 'u'
		case "lower":
			e.fold = 'l'
		default:
			p.fail(v, "case is upper or lower", "write upper or lower")
		}
	case "many":
		x.many(v)
	case "join":
		e.many, e.separator = joined, p.text(v, "join")
	case "default":
		e.fallback = []byte(p.text(v, "default"))
	}
}

func (x *exprParser) many(v *yaml.Node) {
	switch x.text(v, "many") {
	case "first":
		x.e.many = firstOf
	case "last":
		x.e.many = lastOf
	default:
		x.fail(v, "many is first or last", "write first or last, join: with a separator, or each: for a row for each value")
	}
}

func (x *exprParser) concat(v *yaml.Node) {
	if v.Kind != yaml.SequenceNode || len(v.Content) == 0 {
		x.fail(v, "concat is a list", `for example concat: [{from: a}, {value: "-"}, {from: b}]`)
		return
	}
	for _, c := range v.Content {
		x.e.concat = append(x.e.concat, x.expr(c, "a part of "+x.what))
	}
}

// finish draws the keys together that depend on each other.
func (x *exprParser) finish(n *yaml.Node) {
	e := x.e
	if n.Kind != yaml.MappingNode {
		return
	}
	if x.sources != 1 {
		x.fail(n, x.what+" needs exactly one of from, value and concat", "say from which column or path the value comes")
	}
	if (e.otherwise != nil || e.keepOthers) && e.values == nil {
		x.fail(n, "else and others stand beside map", "add map: with the values to be replaced")
	}
	x.useLookup(n)
	x.useDates()
}

func (x *exprParser) useLookup(n *yaml.Node) {
	e := x.e
	if x.lookup == nil {
		if x.get != nil || e.missingEmpty {
			x.fail(n, "get and missing stand beside lookup", "add lookup: with the name of a lookup")
		}
		return
	}
	name := x.text(x.lookup, "lookup")
	for i, l := range x.m.lookups {
		if l.name == name {
			e.lookup = i
		}
	}
	if e.lookup < 0 {
		x.fail(x.lookup, fmt.Sprintf("there is no lookup %q", name), "declare it under lookups: before it is used")
		return
	}
	if x.get == nil {
		x.fail(n, "a lookup needs get", "say which column or path of the record found is wanted")
		return
	}
	get := x.expr(x.get, "get")
	if usesLookup(get) || get.each {
		x.fail(x.get, "get names a value of the record found, and no lookup", "chain lookups from the outside: from: {from: a, lookup: l, get: b}")
		return
	}
	l := x.m.lookups[e.lookup]
	e.get = len(l.gets)
	l.gets = append(l.gets, get)
}

func (x *exprParser) useDates() {
	if x.dates == nil {
		if x.century != nil {
			x.fail(x.century, "century stands beside date", "add date: with the form of the dates")
		}
		return
	}
	century := 0
	if x.century != nil {
		s := x.text(x.century, "century")
		d, err := calendar.Parse(s + "-01-01")
		if err != nil {
			x.fail(x.century, "century is the first year that two digits can mean", "for example century: 1950, which makes 49 2049 and 50 1950")
			return
		}
		century, _, _ = d.Date()
	}
	for _, s := range x.texts(x.dates, "date") {
		form, why := parseDateForm(s, century)
		if why != "" {
			x.fail(x.dates, fmt.Sprintf("the date form %q %s", s, why), "for example D-Mon-YY, DD/MM/YYYY, or days since 1960-01-01")
			return
		}
		x.e.dates = append(x.e.dates, form)
	}
}

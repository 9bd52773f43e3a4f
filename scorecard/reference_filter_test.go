package scorecard_test

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/scorecard"
)

// refFilter decides a filter for one record by walking its text. Every part is computed, so that an overflow anywhere
// is seen.
func refFilter(filter string, rec refRecord) (pass, overflow bool) {
	p := &refParser{tokens: refTokens(filter), rec: rec}
	v := p.choice()
	if len(p.tokens) > 0 {
		panic("the reference cannot read " + strings.Join(p.tokens, " "))
	}
	return v == true, p.overflow
}

// refTokens splits a filter into names, numbers, quoted texts and signs.
func refTokens(s string) []string {
	var all []string
	for i := 0; i < len(s); {
		j := i + 1
		switch c := s[i]; {
		case c == ' ':
			i = j
			continue
		case c == '"':
			j = i + 2 + strings.IndexByte(s[i+1:], '"')
		case word(c):
			for j < len(s) && word(s[j]) {
				j++
			}
		case j < len(s) && slices.Contains([]string{"==", "!=", "<=", ">=", "&&", "||"}, s[i:j+1]):
			j++
		}
		all = append(all, s[i:j])
		i = j
	}
	return all
}

func word(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// refParser computes as it parses. Values are *big.Int, calendar.Day as *big.Int, refCode, bool, or nil for missing.
type refParser struct {
	tokens   []string
	rec      refRecord
	overflow bool
}

// refCode is a code of a field; place is -1 for a literal, whose field is not known yet.
type refCode struct {
	name  string
	codes []string
}

func (p *refParser) peek(tokens ...string) string {
	if len(p.tokens) > 0 && slices.Contains(tokens, p.tokens[0]) {
		return p.tokens[0]
	}
	return ""
}

func (p *refParser) take() string {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *refParser) choice() any {
	v := p.or()
	if p.peek("?") == "" {
		return v
	}
	p.take()
	a := p.choice()
	p.take() // :
	b := p.choice()
	if v == true {
		return a
	}
	return b
}

func (p *refParser) or() any {
	v := p.and()
	for p.peek("||") != "" {
		p.take()
		w := p.and()
		v = v == true || w == true
	}
	return v
}

func (p *refParser) and() any {
	v := p.comparison()
	for p.peek("&&") != "" {
		p.take()
		w := p.comparison()
		v = v == true && w == true
	}
	return v
}

func (p *refParser) comparison() any {
	a := p.sum()
	if p.peek("in") != "" {
		p.take()
		p.take() // [
		found := false
		for p.peek("]") == "" {
			found = refCompare("==", a, p.sum()) || found
			if p.peek(",") != "" {
				p.take()
			}
		}
		p.take()
		return found
	}
	if op := p.peek("==", "!=", "<", "<=", ">", ">="); op != "" {
		p.take()
		return refCompare(op, a, p.sum())
	}
	return a
}

// refCompare is false where either side is missing.
func refCompare(op string, a, b any) bool {
	if a == nil || b == nil {
		return false
	}
	var order int
	switch x := a.(type) {
	case *big.Int:
		order = x.Cmp(b.(*big.Int))
	case refCode:
		y := b.(refCode)
		codes := x.codes
		if codes == nil {
			codes = y.codes
		}
		order = slices.Index(codes, x.name) - slices.Index(codes, y.name)
	case bool:
		if x != b.(bool) {
			order = 1
		}
	}
	switch op {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func (p *refParser) sum() any {
	v := p.product()
	for p.peek("+", "-") != "" {
		op := p.take()
		w := p.product()
		v = p.arithmetic(op, v, w)
	}
	return v
}

func (p *refParser) product() any {
	v := p.unary()
	for p.peek("*") != "" {
		p.take()
		v = p.arithmetic("*", v, p.unary())
	}
	return v
}

func (p *refParser) arithmetic(op string, a, b any) any {
	if a == nil || b == nil {
		return nil
	}
	x, y, z := a.(*big.Int), b.(*big.Int), new(big.Int)
	switch op {
	case "+":
		z.Add(x, y)
	case "-":
		z.Sub(x, y)
	default:
		z.Mul(x, y)
	}
	if !fits(z) {
		p.overflow = true
		return nil
	}
	return z
}

func (p *refParser) unary() any {
	switch p.peek("!", "-") {
	case "!":
		p.take()
		v := p.unary()
		return v != true
	case "-":
		p.take()
		return p.arithmetic("-", big.NewInt(0), p.unary())
	}
	return p.primary()
}

func (p *refParser) primary() any {
	t := p.take()
	switch {
	case t == "(":
		v := p.choice()
		p.take()
		return v
	case t == "true" || t == "false":
		return t == "true"
	case t == "missing":
		p.take()
		name := p.take()
		p.take()
		return p.field(name) == nil
	case t == "date":
		p.take()
		d := calendar.MustParse(strings.Trim(p.take(), `"`))
		p.take()
		return big.NewInt(int64(d))
	case t[0] == '"':
		return refCode{name: strings.Trim(t, `"`)}
	}
	if n, err := strconv.ParseInt(t, 10, 64); err == nil {
		return big.NewInt(n)
	}
	return p.field(t)
}

func (p *refParser) field(name string) any {
	days := map[string]calendar.Day{
		scorecard.Occurred: p.rec.Occurred, scorecard.ValidFrom: p.rec.ValidFrom, scorecard.ValidTo: p.rec.ValidTo,
	}
	if d, ok := days[name]; ok {
		if d == calendar.None {
			return nil
		}
		return big.NewInt(int64(d))
	}
	switch v := p.rec.values[name].(type) {
	case int64:
		return big.NewInt(v)
	case calendar.Day:
		return big.NewInt(int64(v))
	case bool:
		return v
	case string:
		i := slices.IndexFunc(p.rec.dataset.Fields, func(f scorecard.Field) bool { return f.Name == name })
		return refCode{v, p.rec.dataset.Fields[i].Codes}
	}
	return nil
}

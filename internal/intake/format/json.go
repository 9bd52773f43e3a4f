package format

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonParser reads one JSON value (RFC 8259, nothing more) into a tree. Texts without escapes are not copied. Numbers
// are kept as the decimal text they were written as, whatever their size: nothing passes through a float.
type jsonParser struct {
	tree  *Tree
	names interned
	depth int // most
	nodes int // most
	b     []byte
	at    int
}

// jsonError says where in the line parsing stopped; it becomes the row's Problem.
type jsonError struct {
	at   int
	text string
}

func (p *jsonParser) fail(format string, args ...any) *jsonError {
	return &jsonError{p.at, fmt.Sprintf(format, args...)}
}

func (p *jsonParser) parse(b []byte) *jsonError {
	p.b, p.at = b, 0
	p.tree.reset()
	if err := p.value(-1, "", 0); err != nil {
		return err
	}
	p.blanks()
	if p.at < len(b) {
		return p.fail("something follows the value")
	}
	return nil
}

func (p *jsonParser) blanks() {
	for p.at < len(p.b) {
		switch p.b[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

func (p *jsonParser) value(parent int, name string, depth int) *jsonError {
	p.blanks()
	if p.at == len(p.b) {
		return p.fail("the line ends where a value is expected")
	}
	if depth > p.depth {
		return p.fail("values are nested deeper than %d levels", p.depth)
	}
	if len(p.tree.nodes) >= p.nodes {
		return p.fail("the record has more than %d values", p.nodes)
	}
	n := p.tree.add(parent, name, NullNode)
	from := p.at
	err := p.fill(n, depth)
	p.tree.nodes[n].raw = p.b[from:p.at]
	return err
}

func (p *jsonParser) fill(n, depth int) *jsonError {
	switch c := p.b[p.at]; {
	case c == '{':
		p.tree.nodes[n].kind = ObjectNode
		return p.object(n, depth)
	case c == '[':
		p.tree.nodes[n].kind = ListNode
		return p.list(n, depth)
	case c == '"':
		text, err := p.text()
		p.tree.nodes[n].kind, p.tree.nodes[n].text = TextNode, text
		return err
	case c == '-' || c >= '0' && c <= '9':
		text, err := p.number()
		p.tree.nodes[n].kind, p.tree.nodes[n].text = NumberNode, text
		return err
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(p.b[p.at:], []byte(word)) {
			if word != "null" {
				p.tree.nodes[n].kind, p.tree.nodes[n].text = BoolNode, p.b[p.at:p.at+len(word)]
			}
			p.at += len(word)
			return nil
		}
	}
	return p.fail("no value begins like this")
}

func (p *jsonParser) object(n, depth int) *jsonError {
	p.at++
	for first := true; ; first = false {
		p.blanks()
		if p.at == len(p.b) {
			return p.fail("the line ends inside an object")
		}
		if p.b[p.at] == '}' && first {
			p.at++
			return nil
		}
		if p.b[p.at] != '"' {
			return p.fail("a name in double quotes is expected")
		}
		name, err := p.text()
		if err != nil {
			return err
		}
		p.blanks()
		if p.at == len(p.b) || p.b[p.at] != ':' {
			return p.fail("a colon is expected behind a name")
		}
		p.at++
		if err := p.value(n, p.names.get(name), depth+1); err != nil {
			return err
		}
		end, err := p.next('}')
		if end || err != nil {
			return err
		}
	}
}

func (p *jsonParser) list(n, depth int) *jsonError {
	p.at++
	p.blanks()
	if p.at < len(p.b) && p.b[p.at] == ']' {
		p.at++
		return nil
	}
	for {
		if err := p.value(n, "", depth+1); err != nil {
			return err
		}
		end, err := p.next(']')
		if end || err != nil {
			return err
		}
	}
}

// next takes a comma, or the closing bracket, which ends the object or list.
func (p *jsonParser) next(closing byte) (end bool, err *jsonError) {
	p.blanks()
	if p.at < len(p.b) {
		switch p.b[p.at] {
		case ',':
			p.at++
			return false, nil
		case closing:
			p.at++
			return true, nil
		}
	}
	return false, p.fail("a comma or %c is expected", closing)
}

// text reads a string. Its bytes are those of the line where it has no escapes.
func (p *jsonParser) text() ([]byte, *jsonError) {
	p.at++
	from := p.at
	undone := -1
	for p.at < len(p.b) {
		switch c := p.b[p.at]; {
		case c == '"':
			p.at++
			if undone < 0 {
				return p.b[from : p.at-1], nil
			}
			p.tree.scratch = append(p.tree.scratch, p.b[from:p.at-1]...)
			return p.tree.scratch[undone:len(p.tree.scratch):len(p.tree.scratch)], nil
		case c < ' ':
			return nil, p.fail("a control character stands in a text; write it as an escape")
		case c == '\\':
			if undone < 0 {
				undone = len(p.tree.scratch)
			}
			p.tree.scratch = append(p.tree.scratch, p.b[from:p.at]...)
			if err := p.escape(); err != nil {
				return nil, err
			}
			from = p.at
		default:
			p.at++
		}
	}
	return nil, p.fail("the line ends inside a text")
}

func (p *jsonParser) escape() *jsonError {
	if p.at+1 >= len(p.b) {
		return p.fail("the line ends inside an escape")
	}
	c := p.b[p.at+1]
	if c == 'u' {
		return p.unicodeEscape()
	}
	i := bytes.IndexByte([]byte(`"\/bfnrt`), c)
	if i < 0 {
		return p.fail("there is no escape \\%c", c)
	}
	p.tree.scratch = append(p.tree.scratch, "\"\\/\b\f\n\r\t"[i])
	p.at += 2
	return nil
}

func (p *jsonParser) unicodeEscape() *jsonError {
	r, ok := p.hex4(p.at)
	if !ok {
		return p.fail("an escape \\u needs four hexadecimal digits")
	}
	size := 6
	if utf16.IsSurrogate(r) {
		low, ok := p.hex4(p.at + 6)
		r = utf16.DecodeRune(r, low)
		if !ok || r == utf8.RuneError {
			return p.fail("an escape holds half a surrogate pair")
		}
		size = 12
	}
	p.tree.scratch = utf8.AppendRune(p.tree.scratch, r)
	p.at += size
	return nil
}

// hex4 reads the escape \uXXXX at position at.
func (p *jsonParser) hex4(at int) (rune, bool) {
	if at+6 > len(p.b) || p.b[at] != '\\' || p.b[at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.b[at+2:at+6]), 16, 16)
	return rune(n), err == nil
}

func (p *jsonParser) number() ([]byte, *jsonError) {
	from := p.at
	digits := func() int {
		n := p.at
		for p.at < len(p.b) && p.b[p.at] >= '0' && p.b[p.at] <= '9' {
			p.at++
		}
		return p.at - n
	}
	is := func(set string) bool {
		if p.at < len(p.b) && bytes.IndexByte([]byte(set), p.b[p.at]) >= 0 {
			p.at++
			return true
		}
		return false
	}
	is("-")
	zero := p.at < len(p.b) && p.b[p.at] == '0'
	if n := digits(); n == 0 || zero && n > 1 {
		return nil, p.fail("this is not a number of JSON")
	}
	if is(".") && digits() == 0 {
		return nil, p.fail("digits are expected behind the point")
	}
	mantissa := p.b[from:p.at]
	if !is("eE") {
		return mantissa, nil
	}
	exponent := p.at
	is("+-")
	if digits() == 0 {
		return nil, p.fail("digits are expected in the exponent")
	}
	e, err := strconv.Atoi(string(p.b[exponent:p.at]))
	if err != nil || e < -maxExponent || e > maxExponent {
		return p.b[from:p.at], nil // stays as it is; whoever wants a number says what is wrong
	}
	return p.plain(mantissa, e), nil
}

// maxExponent bounds the exponents that are written out.
const maxExponent = 40

// plain writes mantissa × 10^e without an exponent, exactly.
func (p *jsonParser) plain(mantissa []byte, e int) []byte {
	start := len(p.tree.scratch)
	out := p.tree.scratch
	if mantissa[0] == '-' {
		out = append(out, '-')
		mantissa = mantissa[1:]
	}
	whole, decimals, _ := bytes.Cut(mantissa, []byte("."))
	digits := append(append([]byte(nil), whole...), decimals...)
	point := len(whole) + e
	for ; point <= 0; point++ {
		digits = append([]byte{'0'}, digits...)
	}
	for len(digits) < point {
		digits = append(digits, '0')
	}
	lead := 0
	for lead < point-1 && digits[lead] == '0' {
		lead++
	}
	out = append(out, digits[lead:point]...)
	if point < len(digits) {
		out = append(append(out, '.'), digits[point:]...)
	}
	p.tree.scratch = out
	return out[start:len(out):len(out)]
}

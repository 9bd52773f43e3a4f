package signature

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// The parts of structured fields (RFC 9651) that signatures and digests are made of: dictionaries of inner lists, byte
// sequences and items with parameters. Bare values are int64 for an Integer, string for a String, token for a Token,
// []byte for a Byte Sequence, bool for a Boolean and date for a Date. Decimals and Display Strings occur nowhere here and
// are refused.
type (
	token string
	date  int64

	param struct {
		name  string
		value any
	}
	params []param

	// item is a bare value with its parameters.
	item struct {
		value any
		with  params
	}
	// member is a dictionary's: an inner list or a single item.
	member struct {
		name  string
		inner bool
		items []item
		with  params
	}
)

// longestField is how many octets of a field are read; what is longer is nothing that this profile produces.
const longestField = 16 << 10

type scanner struct {
	name, text string
	at         int
}

func (s *scanner) wrong(text string, about ...any) *Error {
	return refuse(Malformed, s.name, "write it as RFC 9651 has it", "at octet "+strconv.Itoa(s.at)+": "+text, about...)
}

func (s *scanner) end() bool { return s.at >= len(s.text) }

func (s *scanner) peek() byte {
	if s.end() {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) took(c byte) bool {
	if s.end() || s.text[s.at] != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) spaces(also string) {
	for !s.end() && strings.IndexByte(" "+also, s.text[s.at]) >= 0 {
		s.at++
	}
}

// dictionary parses a whole field. A name that stands twice is malformed here: of two signatures under one label nobody
// knows which was meant.
func dictionary(name, text string) ([]member, error) {
	s := &scanner{name: name, text: text}
	if len(text) > longestField {
		return nil, s.wrong("the field is longer than %d octets", longestField)
	}
	s.spaces("")
	var all []member
	for !s.end() {
		m, err := s.member()
		if err != nil {
			return nil, err
		}
		for i := range all {
			if all[i].name == m.name {
				return nil, s.wrong("%q stands twice", m.name)
			}
		}
		all = append(all, m)
		s.spaces("\t")
		if s.end() {
			break
		}
		if !s.took(',') {
			return nil, s.wrong("a comma is missing")
		}
		s.spaces("\t")
		if s.end() {
			return nil, s.wrong("nothing follows the comma")
		}
	}
	return all, nil
}

func (s *scanner) member() (m member, err error) {
	if m.name, err = s.key(); err != nil {
		return m, err
	}
	if !s.took('=') {
		m.items = []item{{value: true}}
		m.items[0].with, err = s.params()
		return m, err
	}
	if s.peek() != '(' {
		var one item
		one, err = s.item()
		m.items = []item{one}
		return m, err
	}
	m.inner = true
	s.at++
	for {
		s.spaces("")
		if s.took(')') {
			m.with, err = s.params()
			return m, err
		}
		one, err := s.item()
		if err != nil {
			return m, err
		}
		m.items = append(m.items, one)
		if c := s.peek(); c != ' ' && c != ')' {
			return m, s.wrong("a space or a closing parenthesis is missing")
		}
	}
}

func (s *scanner) item() (i item, err error) {
	if i.value, err = s.bare(); err != nil {
		return i, err
	}
	i.with, err = s.params()
	return i, err
}

// params parses parameters; of one that stands twice the last value counts, in the first one's place (RFC 9651, 4.2.3.2).
func (s *scanner) params() (params, error) {
	var all params
	for s.took(';') {
		s.spaces("")
		name, err := s.key()
		if err != nil {
			return nil, err
		}
		var value any = true
		if s.took('=') {
			if value, err = s.bare(); err != nil {
				return nil, err
			}
		}
		all.set(name, value)
	}
	return all, nil
}

func (p *params) set(name string, value any) {
	for i := range *p {
		if (*p)[i].name == name {
			(*p)[i].value = value
			return
		}
	}
	*p = append(*p, param{name, value})
}

func keyOctet(c byte, first bool) bool {
	if c >= 'a' && c <= 'z' || c == '*' {
		return true
	}
	return !first && (c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.')
}

func (s *scanner) key() (string, error) {
	from := s.at
	for !s.end() && keyOctet(s.text[s.at], s.at == from) {
		s.at++
	}
	if s.at == from {
		return "", s.wrong("a name is missing")
	}
	return s.text[from:s.at], nil
}

func (s *scanner) bare() (any, error) {
	switch c := s.peek(); {
	case c == '"':
		return s.quoted()
	case c == ':':
		return s.octets()
	case c == '?':
		s.at++
		switch {
		case s.took('1'):
			return true, nil
		case s.took('0'):
			return false, nil
		}
		return nil, s.wrong("a Boolean is ?0 or ?1")
	case c == '@':
		s.at++
		n, err := s.integer()
		return date(n), err
	case c == '-' || c >= '0' && c <= '9':
		return s.integer()
	case tokenOctet(c, true):
		from := s.at
		for !s.end() && tokenOctet(s.text[s.at], s.at == from) {
			s.at++
		}
		return token(s.text[from:s.at]), nil
	}
	return nil, s.wrong("a value is missing, or of a kind that has no place here")
}

func tokenOctet(c byte, first bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '*':
		return true
	case first:
		return false
	}
	return c >= '0' && c <= '9' || c != 0 && strings.IndexByte("!#$%&'+-.^_`|~:/", c) >= 0
}

func (s *scanner) integer() (int64, error) {
	from := s.at
	s.took('-')
	digits := s.at
	for !s.end() && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	if n := s.at - digits; n == 0 || n > 15 || s.peek() == '.' {
		return 0, s.wrong("an Integer has one to fifteen digits and no point")
	}
	n, err := strconv.ParseInt(s.text[from:s.at], 10, 64)
	if err != nil {
		return 0, s.wrong("%v", err)
	}
	return n, nil
}

func (s *scanner) quoted() (string, error) {
	s.at++
	var b strings.Builder
	for !s.end() {
		c := s.text[s.at]
		s.at++
		switch {
		case c == '"':
			return b.String(), nil
		case c == '\\':
			if c = s.peek(); c != '"' && c != '\\' {
				return "", s.wrong("a backslash stands before neither a quotation mark nor a backslash")
			}
			s.at++
			b.WriteByte(c)
		case c < 0x20 || c > 0x7e:
			return "", s.wrong("a String holds visible ASCII and spaces only")
		default:
			b.WriteByte(c)
		}
	}
	return "", s.wrong("a String does not end")
}

// octets parses a Byte Sequence. The encoding is held to be the one that RFC 4648 makes: padded, without stray bits, so
// that a signature has one spelling.
func (s *scanner) octets() ([]byte, error) {
	s.at++
	n := strings.IndexByte(s.text[s.at:], ':')
	if n < 0 {
		return nil, s.wrong("a Byte Sequence does not end")
	}
	text := s.text[s.at : s.at+n]
	if strings.ContainsAny(text, "\r\n") {
		return nil, s.wrong("a Byte Sequence holds a line break")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, s.wrong("a Byte Sequence is not base64")
	}
	s.at += n + 1
	return b, nil
}

// written is a bare value in its canonical form.
func written(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "?1"
		}
		return "?0"
	case int64:
		return strconv.FormatInt(v, 10)
	case date:
		return "@" + strconv.FormatInt(int64(v), 10)
	case token:
		return string(v)
	case []byte:
		return ":" + base64.StdEncoding.EncodeToString(v) + ":"
	case string:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
	}
	return ""
}

func (p params) String() string {
	var b strings.Builder
	for _, one := range p {
		b.WriteString(";" + one.name)
		if one.value != true {
			b.WriteString("=" + written(one.value))
		}
	}
	return b.String()
}

func (i item) String() string { return written(i.value) + i.with.String() }

// list is an inner list in its canonical form.
func list(items []item, with params) string {
	words := make([]string, len(items))
	for i, one := range items {
		words[i] = one.String()
	}
	return "(" + strings.Join(words, " ") + ")" + with.String()
}

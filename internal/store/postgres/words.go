package postgres

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// words turns statements as they are written once, for every engine, into PostgreSQL's words, and keeps what it turned:
// statements are constants, and lists of arguments of different lengths.
type words struct {
	mu   sync.RWMutex
	kept map[string]Statement
}

// Statement is one in PostgreSQL's words.
type Statement struct {
	Text string
	// Arguments are the numbers, from 1, that the statement's arguments have where it was written, in the order of $1, $2 and
	// so on: what is given and not asked for is left out, as the embedded engine leaves it out.
	Arguments []int
}

// given picks the arguments that the statement asks for.
func (s Statement) given(args []driver.NamedValue) ([]driver.NamedValue, error) {
	list := make([]driver.NamedValue, len(s.Arguments))
	for i, n := range s.Arguments {
		if n > len(args) {
			return nil, fmt.Errorf("postgres: argument %d is missing, there are %d, in %s", n, len(args), s.Text)
		}
		list[i] = args[n-1]
		list[i].Ordinal = i + 1
	}
	return list, nil
}

// mostKept bounds what is kept.
const mostKept = 8192

func (w *words) of(query string) Statement {
	w.mu.RLock()
	have, ok := w.kept[query]
	w.mu.RUnlock()
	if ok {
		return have
	}
	made := Translate(query)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.kept == nil || len(w.kept) >= mostKept {
		w.kept = map[string]Statement{}
	}
	w.kept[query] = made
	return made
}

// Words writes a statement in PostgreSQL's words. The list of what differs is closed:
//
//	?, ?2               $1, $2 in the order in which they are first named
//	x'00'               '\x00'::bytea
//	INTEGER, BLOB       BIGINT, BYTEA
//	min, max (a, b)     least, greatest (a, b)
//	hex(a)              upper(encode(a, 'hex'))
//	json_each(a)        the numbers of the list a in JSON, in a column named value
//	a CROSS JOIN b ON   a JOIN b ON; SQLite is told by CROSS to begin with a
//
// Everything else must be written so that both engines mean the same by it.
func Words(query string) string { return Translate(query).Text }

// Translate is [Words], and says which arguments go where.
func Translate(query string) Statement {
	t := translator{text: query}
	t.all()
	return Statement{t.out.String(), t.used}
}

type translator struct {
	text string
	at   int
	out  strings.Builder
	last int   // the highest number of an argument so far
	used []int // the numbers of arguments, in the order of the server's
}

func (t *translator) all() {
	for t.at < len(t.text) {
		t.next()
	}
}

// next writes what begins at the place.
func (t *translator) next() {
	c := t.text[t.at]
	switch {
	case c == '\'' || c == '"':
		t.copy(t.quoted(t.at))
	case c == '-' && strings.HasPrefix(t.text[t.at:], "--"):
		end := strings.IndexByte(t.text[t.at:], '\n')
		if end < 0 {
			end = len(t.text) - t.at
		}
		t.copy(t.at + end)
	case c == '?':
		t.argument()
	case letter(c):
		t.word()
	case digit(c):
		end := t.at
		for end < len(t.text) && (digit(t.text[end]) || letter(t.text[end])) {
			end++
		}
		t.copy(end)
	default:
		t.copy(t.at + 1)
	}
}

// copy writes as it is what stands before end.
func (t *translator) copy(end int) {
	t.out.WriteString(t.text[t.at:end])
	t.at = end
}

// put writes other words for what stands before end.
func (t *translator) put(end int, words string) {
	t.out.WriteString(words)
	t.at = end
}

// quoted is the end of the text in quotation marks that begins at the place.
func (t *translator) quoted(at int) int {
	mark := t.text[at]
	for i := at + 1; i < len(t.text); i++ {
		if t.text[i] != mark {
			continue
		}
		if i+1 < len(t.text) && t.text[i+1] == mark {
			i++
			continue
		}
		return i + 1
	}
	return len(t.text)
}

func (t *translator) argument() {
	end := t.at + 1
	for end < len(t.text) && digit(t.text[end]) {
		end++
	}
	number := t.text[t.at+1 : end]
	n, err := strconv.Atoi(number)
	if err != nil { // without a number it is the one behind the highest, as SQLite counts
		n = t.last + 1
	}
	t.last = max(t.last, n)
	at := slices.Index(t.used, n)
	if at < 0 {
		at, t.used = len(t.used), append(t.used, n)
	}
	t.put(end, "$"+strconv.Itoa(at+1))
}

func (t *translator) word() {
	end := t.at
	for end < len(t.text) && (letter(t.text[end]) || digit(t.text[end])) {
		end++
	}
	word := t.text[t.at:end]
	switch strings.ToLower(word) {
	case "x":
		if end < len(t.text) && t.text[end] == '\'' {
			close := t.quoted(end)
			t.put(close, `'\x`+t.text[end+1:close]+`::bytea`)
			return
		}
	case "integer":
		t.put(end, "BIGINT")
		return
	case "blob":
		t.put(end, "BYTEA")
		return
	case "cross":
		if to, ok := t.joinOn(end); ok {
			t.at = to
			return
		}
	case "min", "max":
		if close, commas := t.call(end); commas > 0 {
			other := map[string]string{"min": "least", "max": "greatest"}[strings.ToLower(word)]
			t.put(end, other)
			t.inner(close)
			return
		}
	case "hex":
		if close, _ := t.call(end); close > 0 {
			t.put(end, "upper(encode")
			t.inner(close - 1)
			t.put(close, ", 'hex'))")
			return
		}
	case "json_each":
		if close, _ := t.call(end); close > 0 {
			t.put(end+1, "(SELECT CAST(value AS BIGINT) AS value FROM jsonb_array_elements_text(CAST(")
			t.inner(close - 1)
			t.put(close, " AS JSONB)))")
			return
		}
	}
	t.copy(end)
}

// inner translates up to end.
func (t *translator) inner(end int) {
	for t.at < end {
		t.next()
	}
}

// call finds the end of the parentheses that begin at the place, and how many commas separate what stands in them; 0 where
// none begin there.
func (t *translator) call(at int) (end, commas int) {
	if at >= len(t.text) || t.text[at] != '(' {
		return 0, 0
	}
	depth := 0
	for i := at; i < len(t.text); i++ {
		switch t.text[i] {
		case '\'', '"':
			i = t.quoted(i) - 1
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1, commas
			}
		case ',':
			if depth == 1 {
				commas++
			}
		}
	}
	return 0, 0
}

// joinOn tells whether what follows CROSS is a JOIN with a condition, and where JOIN begins.
func (t *translator) joinOn(at int) (join int, ok bool) {
	rest := t.text[at:]
	trimmed := strings.TrimLeft(rest, " \t\n")
	if len(trimmed) < 4 || !strings.EqualFold(trimmed[:4], "join") {
		return 0, false
	}
	join = at + len(rest) - len(trimmed)
	for _, word := range strings.FieldsFunc(trimmed[4:], func(r rune) bool { return !letter(byte(r)) && !digit(byte(r)) }) {
		switch strings.ToLower(word) {
		case "on":
			return join, true
		case "join", "where", "group", "order", "union", "limit", "select":
			return 0, false
		}
	}
	return 0, false
}

func letter(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

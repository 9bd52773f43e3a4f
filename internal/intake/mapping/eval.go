package mapping

import (
	"bytes"
	"fmt"
	"strings"

	"probity/internal/intake/format"
)

// eval appends the values that an expression finds in a record. What cannot be made into a value is noted.
func (rd *reader) eval(e *expr, c *context, out [][]byte) [][]byte {
	from := len(out)
	out = rd.find(e, c, out)
	if e.split != "" {
		out = splitAll(out, from, e.split)
	}
	out = rd.clean(e, out, from)
	if e.lookup >= 0 {
		out = rd.follow(e, out, from)
	}
	for i := from; i < len(out); i++ {
		out[i] = rd.convert(e, out[i])
	}
	out = e.reduce(out, from)
	if len(out) == from && e.fallback != nil {
		out = append(out, e.fallback)
	}
	return out
}

// find takes the values from their source.
func (rd *reader) find(e *expr, c *context, out [][]byte) [][]byte {
	switch {
	case e.constant != nil:
		return append(out, e.constant)
	case e.inner != nil:
		return rd.eval(e.inner, c, out)
	case e.concat != nil:
		return rd.concat(e, c, out)
	case e.each && c.row.Tree == nil, e.each && c.text != nil:
		return append(out, c.text)
	case c.row.Tree != nil:
		start := format.Node(0)
		if e.each {
			start = c.node
		}
		for _, n := range c.row.Tree.Find(nil, start, e.path) {
			if text := c.row.Tree.Text(n); text != nil {
				out = append(out, text)
			}
		}
		return out
	}
	if i, ok := rd.columns[e]; ok && i >= 0 && i < len(c.row.Values) && c.row.Values[i] != nil {
		return append(out, c.row.Values[i])
	}
	return out
}

// concat puts one value of each part together; a part without a value leaves the whole without one, since half a key
// is no key.
func (rd *reader) concat(e *expr, c *context, out [][]byte) [][]byte {
	var whole []byte
	for _, part := range e.concat {
		values := rd.eval(part, c, nil)
		if len(values) == 0 {
			return out
		}
		if len(values) > 1 {
			rd.note(e, "mapping.many", bytes.Join(values, []byte(" | ")),
				fmt.Sprintf("a part of a concatenation has %d values", len(values)), "say which one counts: many: first or last")
			return out
		}
		whole = append(whole, values[0]...)
	}
	return append(out, whole)
}

func splitAll(out [][]byte, from int, separator string) [][]byte {
	pieces := append([][]byte(nil), out[from:]...)
	out = out[:from]
	for _, p := range pieces {
		out = append(out, bytes.Split(p, []byte(separator))...)
	}
	return out
}

// clean trims values and drops those that stand for nothing.
func (rd *reader) clean(e *expr, out [][]byte, from int) [][]byte {
	kept := out[:from]
	for _, v := range out[from:] {
		v = bytes.TrimSpace(v)
		if e.constant != nil {
			v = e.constant // a constant is what it says, blanks and all
		}
		if len(v) == 0 || e.empty[string(v)] {
			continue
		}
		if e.strip != "" {
			v = bytes.TrimSpace(bytes.Trim(v, e.strip))
		}
		if len(v) > 0 {
			kept = append(kept, v)
		}
	}
	return kept
}

// follow replaces keys by what the lookup's records have.
func (rd *reader) follow(e *expr, out [][]byte, from int) [][]byte {
	keys := append([][]byte(nil), out[from:]...)
	out = out[:from]
	l := rd.m.lookups[e.lookup]
	for _, key := range keys {
		values, found, err := rd.indexes[e.lookup].get(key, e.get)
		switch {
		case err != nil:
			rd.note(e, "mapping.lookup", key, "the lookup could not be read: "+err.Error(), "run the intake again")
		case found:
			out = append(out, values...)
		case !e.missingEmpty:
			rd.note(e, "mapping.lookup", key, fmt.Sprintf("the file has no record of %s with this key", l.name),
				"send the record too, or allow for its absence with missing: empty")
		}
	}
	return out
}

// convert rewrites one value.
func (rd *reader) convert(e *expr, v []byte) []byte {
	if e.values != nil {
		to, ok := e.values[string(v)]
		switch {
		case ok:
			v = []byte(to)
		case e.otherwise != nil:
			v = []byte(*e.otherwise)
		case !e.keepOthers:
			rd.note(e, "mapping.value", v, "the mapping does not say what this value means", "add it to map, or write else:")
		}
	}
	if e.dates != nil {
		v = rd.date(e, v)
	}
	if e.comma {
		v = bytes.ReplaceAll(bytes.ReplaceAll(v, []byte("."), nil), []byte(","), []byte("."))
	}
	switch e.fold {
	case 'u':
		v = bytes.ToUpper(v)
	case 'l':
		v = bytes.ToLower(v)
	}
	return v
}

func (rd *reader) date(e *expr, v []byte) []byte {
	why := ""
	for i := range e.dates {
		d, w := e.dates[i].parse(string(v))
		if w == "" {
			return d.Append(nil)
		}
		if why == "" || strings.HasPrefix(why, "is not of the form") {
			why = w
		}
	}
	rd.note(e, "mapping.date", v, "the date "+why, "correct the date at its source, or add its form under date:")
	return nil
}

// reduce applies the rule on several values.
func (e *expr) reduce(out [][]byte, from int) [][]byte {
	if len(out)-from < 2 {
		return out
	}
	switch e.many {
	case firstOf:
		return out[:from+1]
	case lastOf:
		return append(out[:from], out[len(out)-1])
	case joined:
		return append(out[:from], bytes.Join(out[from:], []byte(e.separator)))
	}
	return out
}

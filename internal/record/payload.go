package record

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"probity/calendar"
)

// A payload is a row's fields as one JSON object: absent values left out, fields in the contract's order, whole
// numbers as numbers, days as "YYYY-MM-DD", booleans as true and false, codes and texts as strings. The form is
// canonical: equal content gives equal bytes, so that a digest of it tells whether a row has changed, and any tool
// that reads JSON can open it.

// Writer builds a payload behind a buffer that its user owns and reuses.
type Writer struct {
	buf   []byte
	start int
}

// NewWriter begins an object behind buf.
func NewWriter(buf []byte) Writer { return Writer{buf: append(buf, '{'), start: len(buf) + 1} }

func (w *Writer) name(name string) {
	if len(w.buf) > w.start {
		w.buf = append(w.buf, ',')
	}
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, name...) // field names are [a-z0-9_]: nothing to escape
	w.buf = append(w.buf, '"', ':')
}

// Int writes a whole number.
func (w *Writer) Int(name string, v int64) {
	w.name(name)
	w.buf = strconv.AppendInt(w.buf, v, 10)
}

// Day writes a day; None is left out.
func (w *Writer) Day(name string, d calendar.Day) {
	if d == calendar.None {
		return
	}
	w.name(name)
	w.buf = append(w.buf, '"')
	w.buf = d.Append(w.buf)
	w.buf = append(w.buf, '"')
}

// Bool writes a boolean.
func (w *Writer) Bool(name string, v bool) {
	w.name(name)
	w.buf = strconv.AppendBool(w.buf, v)
}

// Text writes a code or text; bytes that are not UTF-8 become U+FFFD.
func (w *Writer) Text(name string, v []byte) {
	w.name(name)
	w.buf = appendString(w.buf, v)
}

// Plain writes a text that JSON takes as it stands: UTF-8 without quotation marks, backslashes and control characters.
// It is Text for those who have looked already.
func (w *Writer) Plain(name string, v []byte) {
	w.name(name)
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, v...)
	w.buf = append(w.buf, '"')
}

// End closes the object and gives the buffer back, longer by the payload.
func (w *Writer) End() []byte { return append(w.buf, '}') }

const hexDigits = "0123456789abcdef"

func appendString(b, s []byte) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			// Most Chinese characters are three bytes that no rule but this one binds; telling them here saves a call each.
			if c > 0xe0 && c < 0xed && i+2 < len(s) && s[i+1]&0xc0 == 0x80 && s[i+2]&0xc0 == 0x80 {
				i += 3
				continue
			}
			r, n := utf8.DecodeRune(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, s[from:i]...)
				b = append(b, "\uFFFD"...)
				from = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

// Scan calls yield for each field of a payload in order, with the name and the raw JSON value (a string with its
// quotes). Both slices point into the payload. It stops where yield returns false. An error means that the bytes were
// not written by a Writer.
func Scan(payload []byte, yield func(name, raw []byte) bool) error {
	bad := func(at int) error { return fmt.Errorf("payload: byte %d is not canonical", at) }
	if len(payload) < 2 || payload[0] != '{' {
		return bad(0)
	}
	i := 1
	if payload[1] == '}' {
		if len(payload) != 2 {
			return bad(2)
		}
		return nil
	}
	for {
		if i >= len(payload) || payload[i] != '"' {
			return bad(i)
		}
		nameFrom := i + 1
		i = nameFrom
		for i < len(payload) && payload[i] != '"' {
			i++
		}
		nameTo := i
		i++
		if i >= len(payload) || payload[i] != ':' {
			return bad(i)
		}
		i++
		valueFrom := i
		if i < len(payload) && payload[i] == '"' {
			i++
			for i < len(payload) && payload[i] != '"' {
				if payload[i] == '\\' {
					i++
				}
				i++
			}
			i++
		} else {
			for i < len(payload) && payload[i] != ',' && payload[i] != '}' {
				i++
			}
		}
		if i >= len(payload) || i == valueFrom {
			return bad(i)
		}
		if !yield(payload[nameFrom:nameTo], payload[valueFrom:i]) {
			return nil
		}
		switch payload[i] {
		case ',':
			i++
		case '}':
			if i != len(payload)-1 {
				return bad(i + 1)
			}
			return nil
		default:
			return bad(i)
		}
	}
}

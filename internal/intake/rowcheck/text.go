package rowcheck

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// readText takes a text: normalised to NFC, without control characters, within its length.
func (f *field) readText(raw []byte, out *Out, s *slot) {
	n, plain := plainText(raw)
	if !plain {
		r, at := forbidden(raw)
		if at > 0 {
			f.fail(out, s, "text", raw, fmt.Sprintf("character %d is the control character U+%04X", at, r),
				"remove it; it usually comes from copying out of another program")
			return
		}
		if !norm.NFC.IsNormal(raw) {
			from := len(out.arena)
			out.arena = norm.NFC.Append(out.arena, raw...)
			raw = out.arena[from:len(out.arena):len(out.arena)]
		}
		n = utf8.RuneCount(raw)
	}
	if n > f.max {
		f.fail(out, s, "text", raw, fmt.Sprintf("the text has %d characters; %s holds at most %d", n, f.Name, f.max),
			"shorten it, or check that the columns have not shifted")
		return
	}
	*s = slot{state: present, b: raw, plain: plain}
}

// plainText counts characters, and tells whether all of them are ones that need no closer look: they are in NFC
// whatever stands beside them, control nothing, and JSON takes them as they stand.
func plainText(b []byte) (n int, plain bool) {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' || c == 0x7f {
				return 0, false
			}
			i++
			n++
			continue
		}
		// U+4000 to U+9FFF, nearly all of them Chinese characters and most of what stands in files, told by their first
		// byte.
		if c >= 0xe4 && c <= 0xe9 && i+2 < len(b) && b[i+1]&0xc0 == 0x80 && b[i+2]&0xc0 == 0x80 {
			i += 3
			n++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r >= 0xa0 && r < 0x300: // Latin letters, composed
		case r >= 0x3000 && r < 0x302a: // ideographic punctuation
		case r >= 0xff01 && r <= 0xff5e: // full-width ASCII
		case r >= 0x2010 && r <= 0x2027: // dashes and quotation marks
		default:
			return 0, false
		}
		i += size
		n++
	}
	return n, true
}

// forbidden finds the first character that controls how text is shown or read instead of being text: C0 and C1
// controls but line breaks and tabs, and the marks that turn the direction of writing, with which a text can be made
// to look like another. The position counts characters from 1; it is 0 where there is none.
func forbidden(b []byte) (r rune, at int) {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		at++
		switch {
		case r == '\n' || r == '\t' || r == '\r':
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069,
			r == utf8.RuneError && size == 1:
			return r, at
		}
		i += size
	}
	return 0, 0
}

// appendNarrow writes b behind dst with full-width ASCII made ordinary.
func appendNarrow(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			dst = append(dst, b[i])
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			dst = append(dst, byte(r-0xff01+'!'))
		case r == 0x3000 || r == 0xa0:
			dst = append(dst, ' ')
		case r == 0x2212: // the typographic minus
			dst = append(dst, '-')
		default:
			dst = append(dst, b[i:i+size]...)
		}
		i += size
	}
	return dst
}

func hasWide(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

func trim(b []byte) []byte {
	if len(b) > 0 && (mayBlank(b[0]) || mayBlank(b[len(b)-1])) {
		return trimBlanks(b)
	}
	return b
}

// mayBlank tells whether a blank can begin or end with the byte; of what files hold, few values do.
func mayBlank(c byte) bool {
	if c < utf8.RuneSelf {
		return c <= ' '
	}
	switch c {
	case 0xe3, 0xc2, 0xe2, 0xef, 0x80, 0xa0, 0x8b, 0xbf: // see blankAt and blankBefore
		return true
	}
	return false
}

func trimBlanks(b []byte) []byte {
	for len(b) > 0 {
		n := blankAt(b)
		if n == 0 {
			break
		}
		b = b[n:]
	}
	for len(b) > 0 {
		n := blankBefore(b)
		if n == 0 {
			break
		}
		b = b[:len(b)-n]
	}
	return b
}

// wideBlanks are the blanks beyond ASCII that pasted text begins and ends with: the ideographic space, the no-break
// space, the zero-width space and the byte order mark.
var wideBlanks = [...][]byte{[]byte("\u3000"), []byte("\u00a0"), []byte("\u200b"), []byte("\ufeff")}

func blankAt(b []byte) int {
	switch c := b[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return 1
	case c != 0xe3 && c != 0xc2 && c != 0xe2 && c != 0xef: // their first bytes
		return 0
	}
	for _, w := range wideBlanks {
		if bytes.HasPrefix(b, w) {
			return len(w)
		}
	}
	return 0
}

func blankBefore(b []byte) int {
	switch c := b[len(b)-1]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return 1
	case c != 0x80 && c != 0xa0 && c != 0x8b && c != 0xbf: // their last bytes
		return 0
	}
	for _, w := range wideBlanks {
		if bytes.HasSuffix(b, w) {
			return len(w)
		}
	}
	return 0
}

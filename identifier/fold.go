package identifier

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxChars bounds how many characters of a value are looked at: a little more than the longest kind has, so that a
// value only slightly too long can still be told its length.
const maxChars = 24

// odd stands in a folded value for a character outside ASCII; no alphabet contains it.
const odd = 0xFF

// folded is a value in its normal form, without allocation: its first characters as bytes, and what the first odd
// one was.
type folded struct {
	b        [maxChars]byte
	n        int
	overflow bool // there are more than maxChars characters
	oddRune  rune
}

func (f *folded) bytes() []byte { return f.b[:f.n] }

// Normalise writes a value the one way its kind is compared in: full-width characters as ASCII, letters large, no
// white space and no invisible formatting characters, and the hyphen left out that an organisation code is printed
// with before its last character. It changes nothing else: a letter O stays a letter O and is reported by [Check].
// Normalising twice is normalising once. A normal value comes back as it is, without allocation.
func Normalise(kind Kind, value string) string {
	if normal(value) {
		return value
	}
	var b strings.Builder
	b.Grow(len(value))
	count := 0
	for _, r := range value {
		if r, keep := foldRune(kind, r, count); keep {
			b.WriteRune(r)
			count++
		}
	}
	return b.String()
}

// normal tells whether every byte is a digit or a large letter, the case that needs no work.
func normal(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && !isLetter(c) {
			return false
		}
	}
	return true
}

// fold is Normalise into a fixed space. It stops at the first character too many.
func fold[T ~string | ~[]byte](kind Kind, value T, f *folded) {
	for i := 0; i < len(value); {
		if c := value[i]; f.n < maxChars && (isDigit(c) || isLetter(c)) { // nearly every character there is
			f.b[f.n] = c
			f.n++
			i++
			continue
		}
		r, size := rune(value[i]), 1
		if r >= utf8.RuneSelf {
			r, size = decode(value[i:])
		}
		i += size
		r, keep := foldRune(kind, r, f.n)
		if !keep {
			continue
		}
		if f.n == maxChars {
			f.overflow = true
			return
		}
		c := byte(odd)
		if r < utf8.RuneSelf {
			c = byte(r)
		} else if f.oddRune == 0 {
			f.oddRune = r
		}
		f.b[f.n] = c
		f.n++
	}
}

// decode reads one character of either form of text without converting the whole of it.
func decode[T ~string | ~[]byte](value T) (rune, int) {
	var b [utf8.UTFMax]byte
	return utf8.DecodeRune(b[:copy(b[:], value)])
}

// foldRune is the normal form of one character that follows count kept ones; keep is false where it is left out.
func foldRune(kind Kind, r rune, count int) (folded rune, keep bool) {
	if 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
		return r, true
	}
	if 0xFF01 <= r && r <= 0xFF5E { // the full-width forms of the printable ASCII characters, in the same order
		r -= 0xFF01 - '!'
	}
	switch {
	case 'a' <= r && r <= 'z':
		// Only ASCII letters have a large form here: unicode.ToUpper would make S of the long s.
		return r - 'a' + 'A', true
	case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
		return 0, false
	case unicode.Is(unicode.Pd, r), r == 0x2212: // dashes, and the minus sign
		return '-', kind != OrgCode || count != orgBody
	}
	return r, true
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'A' <= c && c <= 'Z' }

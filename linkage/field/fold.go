package field

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foreign are letters that no decomposition takes apart and that are written without their stroke where the keyboard
// has none.
var foreign = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŧ': "t", 'ŋ': "n",
}

// joined are marks that stand inside a word and go without leaving a gap: O'Neill, Xi’an.
const joined = "'’ʼ`´."

// Fold brings a value into the form in which letters are compared: compatibility forms resolved (full width, ligatures),
// lower case, without accents, HTML escapes resolved, everything that is neither letter nor digit a single space, and
// "&" the word "and". Bytes that are no UTF-8 are dropped. It is total and idempotent.
func Fold(value string) string {
	if plain(value) {
		return value
	}
	if strings.IndexByte(value, '&') >= 0 {
		value = html.UnescapeString(value)
	}
	var b strings.Builder
	b.Grow(len(value))
	gap := false
	put := func(s string) {
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteString(s)
	}
	for _, r := range norm.NFKD.String(value) {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Mn, r), strings.ContainsRune(joined, r):
		case r == '&':
			gap = true
			put("and")
			gap = true
		case unicode.IsLetter(r), unicode.IsDigit(r):
			r = unicode.ToLower(r)
			if s, ok := foreign[r]; ok {
				put(s)
			} else {
				put(string(r))
			}
		default:
			gap = true
		}
	}
	return norm.NFC.String(b.String())
}

// plain tells that Fold would change nothing: lower-case ASCII words with single spaces.
func plain(s string) bool {
	space := true
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			space = false
		case c == ' ' && !space && i < len(s)-1:
			space = true
		default:
			return false
		}
	}
	return true
}

// nothing are values that people and programs write where they know none.
var nothing = map[string]bool{
	"": true, "n a": true, "na": true, "nan": true, "null": true, "none": true, "nil": true, "unknown": true, "not known": true,
	"not available": true, "not applicable": true, "undefined": true, "missing": true, "tbd": true, "tba": true, "无": true,
	"未知": true, "不详": true, "不明": true, "没有": true, "空": true, "暂无": true,
}

// mostNothing is how many letters a value has at most that stands for a missing one.
const mostNothing = 14

// saysSomething tells quickly of most values that they do not stand for a missing one; false where only [SaysNothing] can tell.
func saysSomething(value string) bool {
	letters := 0
	for i := range len(value) {
		switch c := value[i]; {
		case c >= utf8.RuneSelf, c == '&':
			return false
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9':
			letters++
		}
	}
	return letters > mostNothing
}

// SaysNothing tells that a folded value stands for a missing one.
func SaysNothing(folded string) bool { return nothing[folded] }

// digits are the ASCII digits of s.
func digits(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hash is FNV-1a with a last stir, never 0. seed keeps apart what is hashed for different purposes.
func hash(seed uint64, s string) uint64 {
	h := uint64(14695981039346656037) ^ seed*0x9E3779B97F4A7C15
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 32
	return h | 1
}

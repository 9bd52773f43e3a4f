package field

import (
	"regexp"
	"strings"

	"probity/identifier"
	"probity/linkage/similar"
)

// codes compares numbers and codes by the slips of those who type them.
type codes struct{ form []code }

// code is one of them, kept together because it is looked at together.
type code struct {
	form  string
	sorts uint32 // of letters
}

func codeOf(form string) code { return code{form, similar.Letters(form)} }

func (s *Space) codes(kind Kind, raw []string) {
	key := func(v string) string {
		f := strings.ReplaceAll(folded(v), " ", "")
		if kind == Phone {
			return phone(v, f)
		}
		return stripZeros(f)
	}
	form := s.intern(raw, key)
	c := codes{make([]code, len(form))}
	for i, f := range form {
		c.form[i] = codeOf(f)
	}
	s.Comparer = c
}

// stripZeros makes 007 and 7 the same; a code of nothing but zeros says nothing.
func stripZeros(f string) string { return strings.TrimLeft(f, "0") }

const (
	phoneTail  = 11
	phoneLeast = 5
)

// behindNumber begins an extension or a second number.
var behindNumber = regexp.MustCompile(`(?i)x|[;/,#、，；／]|转|分机|内线|或|\bor\b|ext|\s-\s*\d{1,4}$`)

// phone is the last digits of a number, so that country codes and leading zeros do not tell apart.
func phone(raw, f string) string {
	if f == "" {
		return ""
	}
	if at := behindNumber.FindStringIndex(raw); at != nil && at[0] > phoneLeast {
		raw = raw[:at[0]]
	}
	d := strings.TrimLeft(digits(raw), "0")
	if len(d) < phoneLeast || strings.Trim(d, d[:1]) == "" {
		return ""
	}
	if len(d) > phoneTail {
		d = d[len(d)-phoneTail:]
	}
	return d
}

var codeLevels = []string{
	"the same", "one slip", "one ends with the other", "two slips", "one slip in a short code", "slips that a check digit reveals", "different",
}

func (codes) Levels() []string { return codeLevels }

const (
	shortCode = 4
	longTail  = 5
	longCode  = 6

	revealed      = 5
	differentCode = 6
	// checkedCode is the length from which a code may have a check digit that tells slips from other codes.
	checkedCode = 15
)

func (c codes) Compare(a, b uint32) uint8 {
	x, y := c.form[a].form, c.form[b].form
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) >= longTail && strings.HasSuffix(y, x) {
		return 2
	}
	if len(y)-len(x) > 2 || similar.Foreign(c.form[a].sorts, c.form[b].sorts) > 2 {
		return differentCode
	}
	edits := similar.Edits(x, y)
	if edits <= 2 && len(y) >= checkedCode {
		if rightX, rightY := checks(x), checks(y); rightX && rightY {
			return differentCode // both are somebody's
		} else if rightX || rightY {
			return revealed
		}
	}
	switch {
	case edits == 1 && len(x) > shortCode:
		return 1
	case edits == 1:
		return 4
	case edits == 2 && len(x) > longCode:
		return 3
	}
	return differentCode
}

// checks tells that a code is a social credit code, a resident number or a legal entity identifier with the right check digits.
func checks(code string) bool {
	for _, kind := range []identifier.Kind{identifier.USCC, identifier.ResidentID, identifier.LEI} {
		if identifier.StatusOf(kind, code).WellFormed() {
			return true
		}
	}
	return false
}

func (codes) Keys() []Key {
	return []Key{{Name: "the same", Agrees: 0.85}, {Name: "the same first half", Agrees: 0.9}, {Name: "the same second half", Agrees: 0.9}}
}

func (c codes) AppendKeys(list []uint64, sort int, form uint32) []uint64 {
	f := c.form[form].form
	if sort == 0 || len(f) < shortCode {
		return append(list, hash(uint64(sort), f))
	}
	if sort == 1 {
		return append(list, hash('1', f[:len(f)/2]))
	}
	return append(list, hash('2', f[len(f)-len(f)/2:]))
}

func (c codes) Form(form uint32) string { return c.form[form].form }

// mails compares e-mail addresses and sites: who, where, and the slips in both.
type mails struct {
	form []mail
	sign string // between who and where
}

// mail is one of them, kept together because it is looked at together.
type mail struct {
	form      string
	user      uint64 // a mark of who
	at        uint32 // where that ends
	sorts     uint32 // of letters
	sortsUser uint32
}

func (s *Space) mails(kind Kind, raw []string) {
	form := s.intern(raw, func(v string) string {
		if !saysSomething(v) && folded(v) == "" {
			return ""
		}
		v = strings.ToLower(strings.TrimSpace(v))
		if kind == Email {
			return strings.TrimPrefix(v, "mailto:")
		}
		for _, prefix := range []string{"https://", "http://", "www."} {
			v = strings.TrimPrefix(v, prefix)
		}
		return strings.TrimRight(v, "/")
	})
	m := mails{make([]mail, len(form)), "@"}
	if kind == Website {
		m.sign = "/"
	}
	for i, f := range form {
		if i > 0 {
			m.form[i] = m.read(f)
		}
	}
	s.Comparer = m
}

func (m mails) read(form string) mail {
	who, _, _ := strings.Cut(form, m.sign)
	return mail{form, hash('u', who), uint32(len(who)), similar.Letters(form), similar.Letters(who)}
}

var mailLevels = []string{"the same", "one slip", "the same before the sign, other host", "almost the same before the sign", "similar", "different"}

func (mails) Levels() []string { return mailLevels }

func (m mails) Compare(a, b uint32) uint8 {
	x, y := &m.form[a], &m.form[b]
	if d := len(x.form) - len(y.form); d >= -2 && d <= 2 && similar.Foreign(x.sorts, y.sorts) <= 2 {
		if edits := similar.Edits(x.form, y.form); edits == 1 || edits == 2 && len(x.form) > 2*shortWord {
			return 1
		}
	}
	if x.user == y.user {
		return 2
	}
	who, other := x.form[:x.at], y.form[:y.at]
	if who != "" && other != "" && similar.Below(likeEnough, len(who), len(other), x.sortsUser, y.sortsUser, who[0] == other[0]) {
		return 5
	}
	switch j := similar.JaroWinkler(who, other); {
	case j >= almost:
		return 3
	case j >= likeEnough:
		return 4
	}
	return 5
}

func (mails) Keys() []Key {
	return []Key{{Name: "the same", Agrees: 0.75}, {Name: "the same before the sign", Agrees: 0.8}}
}

func (m mails) AppendKeys(list []uint64, sort int, form uint32) []uint64 {
	if sort == 0 {
		return append(list, hash(0, m.form[form].form))
	}
	return append(list, m.form[form].user)
}

func (m mails) Form(form uint32) string { return m.form[form].form }

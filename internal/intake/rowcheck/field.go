package rowcheck

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"probity/calendar"
	"probity/identifier"
	"probity/internal/catalogue"
	"probity/internal/record"
	"probity/internal/subject"
)

// field is a field of the contract, ready to read values.
type field struct {
	*catalogue.Field
	form form
	// secret: values are about a human being: sealed or dropped, and never shown.
	secret, dropped bool
	max             int
	// codes finds the index of a code by every form in which files carry it; forms hold the folded ones.
	codes, forms map[string]int
	canonical    [][]byte
	plain        bool // JSON takes every code as it stands
	money        money
	open         map[calendar.Day]bool
	// openText are forms of "no end" that are no days, such as 长期.
	openText map[string]bool
	kind     identifier.Kind // "" for a supplier's own scheme
	lenient  bool
	fallback []byte // the contract's Default
}

// form is how the values of a field are read and written: its catalogue.FieldType as a number.
type form uint8

const (
	textForm form = iota
	codeForm
	dayForm
	numberForm
	boolForm
	identifierForm
)

const (
	defaultTextLength = 500
	maxOwnIdentifier  = 64
)

func (p *Plan) compileField(cf *catalogue.Field) (field, error) {
	f := field{Field: cf, max: cf.MaxLength, fallback: []byte(cf.Default), lenient: p.contract.LenientCheckDigit}
	f.dropped = cf.Sensitivity == catalogue.Dropped
	f.secret = f.dropped || cf.Sensitivity == catalogue.Personal || cf.Type == catalogue.IdentifierField && cf.Scheme.Personal()
	if f.max <= 0 {
		f.max = defaultTextLength
	}
	switch cf.Type {
	case catalogue.TextField:
		f.form = textForm
	case catalogue.BoolField:
		f.form = boolForm
	case catalogue.IntField:
		f.form = numberForm
	case catalogue.AmountField:
		f.form = numberForm
		f.money = newMoney(cf.Factor, cf.Unit)
	case catalogue.CodeField:
		if len(cf.Codes) == 0 {
			return f, p.fault("the code field %s has no codes", cf.Name)
		}
		f.form = codeForm
		f.compileCodes()
	case catalogue.DateField:
		f.form = dayForm
		f.open, f.openText = map[calendar.Day]bool{}, map[string]bool{}
		for _, text := range cf.Open {
			if d, why := parseDay([]byte(text), p.opt.Zone); why == "" {
				f.open[d] = true
			} else {
				f.openText[text] = true
			}
		}
	case catalogue.IdentifierField:
		f.form = identifierForm
		switch cf.Scheme {
		case subject.USCC, subject.OrgCode, subject.LEI, subject.ResidentID:
			f.kind = identifier.Kind(cf.Scheme)
		default:
			if cf.MaxLength <= 0 {
				f.max = maxOwnIdentifier
			}
		}
	default:
		return f, p.fault("the field %s has the unknown type %q", cf.Name, cf.Type)
	}
	if cf.Default != "" {
		var out Out
		out.reset(1)
		f.read(f.fallback, &out, &out.slots[0], p.opt.Zone)
		if out.reject {
			return f, p.fault("the default %q of %s is not a value of it: %s", cf.Default, cf.Name, out.Findings[0].Text)
		}
	}
	return f, nil
}

func (f *field) compileCodes() {
	f.codes, f.forms = map[string]int{}, map[string]int{}
	put := func(form string, i int) {
		if form == "" {
			return
		}
		if _, taken := f.codes[form]; !taken {
			f.codes[form] = i
		}
		if folded := foldHeading(form); folded != "" {
			if _, taken := f.forms[folded]; !taken {
				f.forms[folded] = i
			}
		}
	}
	f.plain = true
	// Codes come before aliases and titles: a form that is one entry's code and another's title means the code.
	for i, c := range f.Codes {
		f.canonical = append(f.canonical, []byte(c.Code))
		_, plain := plainText(f.canonical[i])
		f.plain = f.plain && plain
		put(c.Code, i)
	}
	for i, c := range f.Codes {
		for _, a := range c.Aliases {
			put(a, i)
		}
	}
	for i, c := range f.Codes {
		put(c.Title.ZH, i)
		put(c.Title.EN, i)
	}
}

// read takes a trimmed value into the slot, which is empty, with a finding where it is none of the field.
func (f *field) read(raw []byte, out *Out, s *slot, zone *time.Location) {
	if len(raw) == 0 {
		raw = f.fallback
	}
	if len(raw) == 0 {
		if f.Required {
			f.fail(out, s, "required", raw, f.Name+" is empty and must not be", f.requiredHint())
		}
		return
	}
	switch f.form {
	case textForm:
		f.readText(raw, out, s)
	case codeForm:
		f.readCode(raw, out, s)
	case dayForm:
		f.readDay(raw, out, s, zone)
	case numberForm:
		f.readNumber(raw, out, s)
	case boolForm:
		f.readBool(raw, out, s)
	case identifierForm:
		f.readIdentifier(raw, out, s)
	}
}

func (f *field) requiredHint() string {
	if f.Title.EN == "" {
		return "fill it in at the source and send the row again"
	}
	return "fill in the " + strings.ToLower(f.Title.EN[:1]) + f.Title.EN[1:] + " at the source and send the row again"
}

// masked stands for a value about a human being.
const masked = "[personal]"

// shown is a value as a finding may carry it.
func (f *field) shown(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	if f.secret {
		return masked
	}
	return clip(raw)
}

// fail adds a rejecting finding. The text must not quote the value: Value carries it where it may be shown.
func (f *field) fail(out *Out, s *slot, rule string, raw []byte, text, hint string) {
	s.state = bad
	out.add(Finding{Rule: "field." + rule, Field: f.Name, Value: f.shown(raw), Text: text, Hint: hint})
}

func (f *field) readCode(raw []byte, out *Out, s *slot) {
	i, ok := f.codes[string(raw)]
	if !ok {
		i, ok = f.forms[foldHeading(string(raw[:min(len(raw), 256)]))]
	}
	if !ok {
		f.fail(out, s, "code", raw, "this is none of the codes of "+f.Name, "the codes are "+f.codeList())
		return
	}
	*s = slot{state: present, n: int64(i), b: f.canonical[i], plain: f.plain}
}

func (f *field) codeList() string {
	const most = 12
	var b strings.Builder
	for i, c := range f.Codes {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(f.Codes)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.Code)
		if c.Title.EN != "" && c.Title.EN != c.Code {
			b.WriteString(" (" + c.Title.EN + ")")
		}
	}
	return b.String()
}

func (f *field) readDay(raw []byte, out *Out, s *slot, zone *time.Location) {
	if len(f.openText) > 0 && f.openText[string(raw)] {
		s.state = open
		return
	}
	d, why := parseDay(raw, zone)
	if why != "" {
		if f.secret {
			why = "this is not a date" // the exact reason would show parts of it
		}
		f.fail(out, s, "date", raw, why, "write dates as YYYY-MM-DD")
		return
	}
	if len(f.open) > 0 && f.open[d] {
		s.state = open
		return
	}
	*s = slot{state: present, n: int64(d)}
}

func (f *field) readNumber(raw []byte, out *Out, s *slot) {
	var n int64
	var why string
	if f.Type == catalogue.AmountField {
		n, why = f.money.parse(raw)
	} else {
		n, why = parseDecimal(raw, 1)
	}
	if why != "" {
		f.fail(out, s, "number", raw, why, "write digits with a point before decimals and no other marks: 12345.67")
		return
	}
	if why := f.outOfRange(n); why != "" {
		f.fail(out, s, "range", raw, why, "check the value and its unit")
		return
	}
	*s = slot{state: present, n: n}
}

func (f *field) outOfRange(n int64) string {
	switch {
	case !f.Bounded && n < 0:
		return f.Name + " must not be negative"
	case f.Bounded && n < f.Min:
		return fmt.Sprintf("%s must not be below %s", f.Name, f.amountText(f.Min))
	case f.Bounded && n > f.Max:
		return fmt.Sprintf("%s must not be above %s", f.Name, f.amountText(f.Max))
	}
	return ""
}

func (f *field) amountText(n int64) string {
	if f.Type != catalogue.AmountField {
		return strconv.FormatInt(n, 10)
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d %s", sign, uint64(n)/100, uint64(n)%100, f.Unit)
}

var booleans = map[string]int64{
	"true": 1, "t": 1, "yes": 1, "y": 1, "1": 1, "是": 1, "有": 1, "√": 1,
	"false": 0, "f": 0, "no": 0, "n": 0, "0": 0, "否": 0, "无": 0, "×": 0,
}

func (f *field) readBool(raw []byte, out *Out, s *slot) {
	n, ok := booleans[string(raw)]
	if !ok {
		n, ok = booleans[foldHeading(string(raw[:min(len(raw), 32)]))]
	}
	if !ok {
		f.fail(out, s, "boolean", raw, "this is neither yes nor no", "write true or false")
		return
	}
	*s = slot{state: present, n: n}
}

func (f *field) readIdentifier(raw []byte, out *Out, s *slot) {
	if f.kind == "" {
		f.readText(raw, out, s)
		s.status = identifier.Valid
		return
	}
	status := identifier.StatusOf(f.kind, raw)
	if (status == identifier.Valid || status == identifier.Synthetic) && normal(raw) {
		*s = slot{state: present, b: raw, plain: true, status: status}
		return
	}
	v := identifier.Check(f.kind, string(raw))
	if f.lenient {
		v = v.Allowing(identifier.CodeCheckDigit)
	}
	switch {
	case v.Status == identifier.Placeholder:
		if f.Required {
			f.fail(out, s, "required", raw, f.Name+" holds a placeholder for a missing identifier", f.requiredHint())
		}
		return
	case !v.Valid:
		text := v.Problem.Text
		if v.LooksLike != "" {
			text += fmt.Sprintf("; it would be well formed as %s", v.LooksLike)
		}
		f.fail(out, s, "identifier", raw, text, v.Problem.Cure)
		return
	case v.Status == identifier.Warning:
		out.add(Finding{
			Rule: "field.identifier", Field: f.Name, Value: f.shown(raw),
			Text: v.Problem.Text, Hint: v.Problem.Cure, Warn: true,
		})
	}
	// An allowed check digit leaves Canonical as good as any other.
	*s = slot{state: present, b: out.keep([]byte(v.Canonical())), status: v.Status}
}

// normal tells whether an identifier that passes its checks stands in its normal form already: digits and capitals in
// one of the full lengths.
func normal(b []byte) bool {
	if n := len(b); n != 9 && n != 18 && n != 20 {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// appendValue writes a present value as text.
func (f *field) appendValue(b []byte, s *slot) []byte {
	switch f.form {
	case dayForm:
		return calendar.Day(s.n).Append(b)
	case numberForm:
		return strconv.AppendInt(b, s.n, 10)
	case boolForm:
		return strconv.AppendBool(b, s.n == 1)
	}
	return append(b, s.b...)
}

func (f *field) write(w *record.Writer, s *slot) {
	switch {
	case f.form == dayForm:
		w.Day(f.Name, calendar.Day(s.n))
	case f.form == numberForm:
		w.Int(f.Name, s.n)
	case f.form == boolForm:
		w.Bool(f.Name, s.n == 1)
	case s.plain:
		w.Plain(f.Name, s.b)
	default:
		w.Text(f.Name, s.b)
	}
}

// clip shortens a value for a finding, at a character.
func clip(b []byte) string {
	const most = 60
	if len(b) <= most {
		return string(b)
	}
	n := most
	for n > most-utf8.UTFMax && !utf8.RuneStart(b[n]) {
		n--
	}
	return string(b[:n]) + "…"
}

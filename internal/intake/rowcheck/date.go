package rowcheck

import (
	"bytes"
	"fmt"
	"time"

	"probity/calendar"
)

// parseDay reads a day in the forms that agencies' files hold: 2024-03-17, 2024/3/17, 2024.03.17, 20240317,
// 2024年3月17日, each with or without a time behind it. A time with an offset from UTC is an instant and becomes the
// civil day of the zone; a time without one changes nothing. why is "" where a day was read.
func parseDay(b []byte, zone *time.Location) (d calendar.Day, why string) {
	if len(b) == 10 && b[4] == b[7] && (b[4] == '-' || b[4] == '/' || b[4] == '.') { // what nearly all files have
		y, ok1 := number(b[:4])
		m, ok2 := number(b[5:7])
		dd, ok3 := number(b[8:])
		if ok1 && ok2 && ok3 {
			return day(y, m, dd)
		}
	}
	if len(b) > 64 {
		return calendar.None, "this is not a date"
	}
	if hasWide(b) {
		b = appendNarrow(nil, b)
	}
	p := dayParser{rest: b}
	y, m, dd, ok := p.date()
	if !ok {
		return calendar.None, p.explain(b)
	}
	d, why = day(y, m, dd)
	if why != "" || len(p.rest) == 0 {
		return d, why
	}
	seconds, offset, zoned, ok := p.clock()
	switch {
	case !ok:
		return calendar.None, "what follows the day is not a time"
	case !zoned:
		return d, ""
	}
	instant := time.Unix(int64(d)*86400+int64(seconds-offset), 0)
	return calendar.In(instant, zone), ""
}

func day(y, m, d int) (calendar.Day, string) {
	if v, ok := calendar.Date(y, m, d); ok {
		return v, ""
	}
	switch {
	case y < 1:
		return calendar.None, "there is no year 0; leave an unknown date empty"
	case m < 1 || m > 12:
		return calendar.None, fmt.Sprintf("there is no month %d", m)
	case d < 1:
		return calendar.None, fmt.Sprintf("there is no day %d in a month", d)
	}
	return calendar.None, fmt.Sprintf("%s %d has %d days, not %d", time.Month(m), y, calendar.DaysIn(y, m), d)
}

type dayParser struct{ rest []byte }

// digits takes up to most digits.
func (p *dayParser) digits(most int) (n, count int) {
	for count < most && count < len(p.rest) && p.rest[count] >= '0' && p.rest[count] <= '9' {
		n = n*10 + int(p.rest[count]-'0')
		count++
	}
	p.rest = p.rest[count:]
	return n, count
}

func (p *dayParser) skip(token string) bool {
	rest, ok := bytes.CutPrefix(p.rest, []byte(token))
	p.rest = rest
	return ok
}

func (p *dayParser) date() (y, m, d int, ok bool) {
	y, n := p.digits(8)
	if n == 8 {
		return y / 10000, y / 100 % 100, y % 100, true
	}
	if n != 4 || len(p.rest) == 0 {
		return 0, 0, 0, false
	}
	separator, end := string(p.rest[:1]), ""
	switch {
	case p.skip("年"):
		separator, end = "月", "日"
	case p.skip("-"), p.skip("/"), p.skip("."):
	default:
		return 0, 0, 0, false
	}
	p.rest = bytes.TrimLeft(p.rest, " ")
	m, n1 := p.digits(2)
	if !p.skip(separator) {
		return 0, 0, 0, false
	}
	p.rest = bytes.TrimLeft(p.rest, " ")
	d, n2 := p.digits(2)
	if n1 == 0 || n2 == 0 || (end != "" && !p.skip(end) && !p.skip("号")) {
		return 0, 0, 0, false
	}
	return y, m, d, true
}

// clock takes a time of day: seconds since midnight and, where one is given, the offset from UTC in seconds.
func (p *dayParser) clock() (seconds, offset int, zoned, ok bool) {
	if !p.skip("T") && !p.skip("t") {
		p.rest = bytes.TrimLeft(p.rest, " ")
	}
	h, n := p.digits(2)
	if n == 0 || h > 24 {
		return 0, 0, false, false
	}
	min, sec := 0, 0
	colon := p.skip(":") || p.skip("时")
	if m, n := p.digits(2); n == 2 && m < 60 {
		min = m
	} else if n > 0 || colon {
		return 0, 0, false, false
	}
	colon = p.skip(":") || p.skip("分")
	if s, n := p.digits(2); n == 2 && s < 61 {
		sec = s
	} else if n > 0 || (colon && len(p.rest) > 0) {
		return 0, 0, false, false
	}
	p.skip("秒")
	if p.skip(".") || p.skip(",") {
		p.digits(12)
	}
	p.rest = bytes.TrimLeft(p.rest, " ")
	offset, zoned, ok = p.offset()
	return h*3600 + min*60 + sec, offset, zoned, ok && len(p.rest) == 0
}

func (p *dayParser) offset() (seconds int, zoned, ok bool) {
	if len(p.rest) == 0 {
		return 0, false, true
	}
	if p.skip("Z") || p.skip("z") || p.skip("UTC") {
		return 0, true, true
	}
	sign := 1
	if p.skip("-") {
		sign = -1
	} else if !p.skip("+") {
		return 0, false, false
	}
	h, n := p.digits(2)
	if n != 2 || h > 14 {
		return 0, false, false
	}
	p.skip(":")
	m, n := p.digits(2)
	return sign * (h*3600 + m*60), true, n == 0 || n == 2 && m < 60
}

// explain says why a value is no date, as exactly as can be known.
func (p *dayParser) explain(b []byte) string {
	digits := 0
	for _, c := range b {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	switch {
	case digits == len(b) && digits == 5:
		return "this is a spreadsheet's day number, not a date"
	case digits == len(b) && digits == 6:
		return "six digits are no date: write the year with four digits and the day"
	case digits == len(b) && digits == 4:
		return "this is a year without month and day"
	case digits >= 4 && digits <= 6 && len(b) <= 10 && b[0] >= '0' && b[0] <= '9' && !(len(b) > 4 && (b[4] == '-' || b[4] == '/')):
		return "the order of day, month and year cannot be told: the year must come first, with four digits"
	case digits == 8 && len(b) == 10 && b[2] == b[5]:
		return "the order of day and month cannot be told: the year must come first"
	case digits == 6 && len(b) == 7:
		return "the day of the month is missing"
	}
	return "this is not a date"
}

// number reads digits only.
func number(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"probity/calendar"
)

// dateForm is the form in which a file writes its dates, when it is not one that every dataset reads.
type dateForm struct {
	text    string
	tokens  []string // YYYY YY MM M DD D Mon Month *, and literals
	century int      // the first year that two digits can mean
	epoch   calendar.Day
	counted bool // days since epoch
}

// dateTokens, longest first, so that the first that fits is the one meant.
var dateTokens = []string{"YYYY", "YY", "Month", "Mon", "MM", "M", "DD", "D", "*"}

const sinceWords = "days since "

func parseDateForm(s string, century int) (f dateForm, why string) {
	f = dateForm{text: s, century: century}
	if day, ok := strings.CutPrefix(s, sinceWords); ok {
		d, err := calendar.Parse(day)
		if err != nil {
			return f, "names no day to count from"
		}
		f.epoch, f.counted = d, true
		return f, ""
	}
	parts := map[byte]bool{}
	for rest := s; rest != ""; {
		token := rest[:1]
		for _, t := range dateTokens {
			if strings.HasPrefix(rest, t) {
				token = t
				break
			}
		}
		switch c := token[0]; {
		case len(token) > 1 || c == 'M' || c == 'D':
			if parts[c] {
				return f, "names a part twice"
			}
			parts[c] = true
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			return f, fmt.Sprintf("has the letter %c, which stands for no part of a date", c)
		}
		if token == "YY" && century == 0 {
			return f, "has years of two digits and no century beside it"
		}
		f.tokens = append(f.tokens, token)
		rest = rest[len(token):]
	}
	if !parts['Y'] || !parts['M'] || !parts['D'] {
		return f, "lacks the year, the month or the day"
	}
	return f, ""
}

// parse reads a date of the form; why is "" where it is one.
func (f *dateForm) parse(s string) (d calendar.Day, why string) {
	if f.counted {
		n, err := strconv.Atoi(strings.TrimSuffix(s, ".0"))
		if err != nil || n < -int(calendar.Last) || n > 2*int(calendar.Last) {
			return calendar.None, "is not a number of days"
		}
		if day := int(f.epoch) + n; day >= int(calendar.First) && day <= int(calendar.Last) {
			return calendar.Day(day), ""
		}
		return calendar.None, "is a day beyond the calendar"
	}
	var y, m, dd int
	for _, t := range f.tokens {
		ok := true
		switch t {
		case "YYYY":
			y, s, ok = takeDigits(s, 4, 4)
		case "YY":
			y, s, ok = takeDigits(s, 2, 2)
			y += f.century - f.century%100
			if y < f.century {
				y += 100
			}
		case "MM":
			m, s, ok = takeDigits(s, 2, 2)
		case "M":
			m, s, ok = takeDigits(s, 1, 2)
		case "DD":
			dd, s, ok = takeDigits(s, 2, 2)
		case "D":
			dd, s, ok = takeDigits(s, 1, 2)
		case "Mon", "Month":
			m, s, ok = takeMonth(s, t == "Mon")
		case "*":
			s = ""
		default:
			s, ok = strings.CutPrefix(s, t)
		}
		if !ok {
			return calendar.None, "is not of the form " + f.text
		}
	}
	if s != "" {
		return calendar.None, "is not of the form " + f.text
	}
	d, ok := calendar.Date(y, m, dd)
	if !ok {
		return calendar.None, "names a day that does not exist"
	}
	return d, ""
}

func takeDigits(s string, least, most int) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && i < most && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:], i >= least
}

func takeMonth(s string, short bool) (m int, rest string, ok bool) {
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if short {
			name = name[:3]
		}
		if len(s) >= len(name) && strings.EqualFold(s[:len(name)], name) {
			return int(m), s[len(name):], true
		}
	}
	return 0, s, false
}

package field

import (
	"fmt"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/linkage/similar"
)

// dates compares civil days by the slips of those who write them down.
type dates struct{ form []date }

// date is one of them, kept together because it is looked at together.
type date struct {
	form                 string // eight digits, year first; 00 for a part that is not known; or the digits as they are, if they are no day
	day                  int32  // days since 1970, noDay where the digits are no day
	sorts                uint32 // of digits
	year, month, inMonth uint16 // the parts of eight digits
}

const noDay = -1 << 31

func (s *Space) dates(raw []string) {
	form := s.intern(raw, dateForm)
	d := dates{make([]date, len(form))}
	for i, f := range form {
		d.form[i] = dateOf(f)
	}
	s.Comparer = d
}

// dateOf is a date by its form.
func dateOf(form string) date {
	d := date{form: form, day: dayOf(form), sorts: similar.Letters(form)}
	if len(form) == 8 {
		n, _ := strconv.Atoi(form) // digits, as dateForm has made sure
		d.year, d.month, d.inMonth = uint16(n/10_000), uint16(n/100%100), uint16(n%100)
	}
	return d
}

func dayOf(form string) int32 {
	day, err := calendar.Parse(dashed(form))
	if err != nil {
		return noDay
	}
	return int32(day)
}

var months = map[string]int{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}

func dashed(f string) string {
	if len(f) != 8 {
		return ""
	}
	return f[:4] + "-" + f[4:6] + "-" + f[6:]
}

// dateForm reads 1971-06-24, 19710624, 24.6.1971, 6/24/1971 (where the day cannot be the month), 1971年6月24日, 24 June 1971,
// 1971-06 and 1971. Where day and month could be either, the day stands first. A time of day behind it is ignored.
func dateForm(raw string) string {
	f := folded(strings.ReplaceAll(raw, ".", " ")) // folding alone would write 24.6.1971 as one number
	if f == "" {
		return ""
	}
	var parts []string
	named := -1 // where a month stands as a word
	for _, word := range strings.FieldsFunc(f, func(r rune) bool { return r == ' ' || r == '年' || r == '月' || r == '日' }) {
		if len(word) > 3 && word[2] == 't' { // 24t12: the time of day of an ISO instant
			word = word[:2]
		}
		if len(word) >= 3 {
			if m, ok := months[word[:3]]; ok {
				word, named = strconv.Itoa(m), len(parts)
			}
		}
		parts = append(parts, word)
	}
	if named == 0 && len(parts) > 1 { // June 24, 1971
		parts[0], parts[1] = parts[1], parts[0]
	}
	if len(parts) >= 3 {
		if text, ok := ordered(parts[0], parts[1], parts[2]); ok {
			return text
		}
	}
	all := digits(raw)
	switch {
	case len(parts) == 2 && len(parts[0]) == 4:
		if m, err := strconv.Atoi(parts[1]); err == nil && m <= 12 {
			return fmt.Sprintf("%s%02d00", parts[0], m)
		}
	case len(all) == 4:
		return all + "0000"
	case len(all) == 6 && all[4:] <= "12":
		return all + "00"
	}
	if len(all) >= 8 && len(parts) == 1 {
		return all[:8]
	}
	if strings.Trim(all, "0") == "" {
		return ""
	}
	return all
}

// ordered finds out which of three numbers is the year, and which the month.
func ordered(a, b, c string) (string, bool) {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	z, errZ := strconv.Atoi(strings.TrimRight(c, "tz"))
	if errX != nil || errY != nil || errZ != nil {
		return "", false
	}
	if len(a) == 4 {
		return eight(x, y, z)
	}
	if len(c) == 2 { // a year of two digits is this century's up to 30 and the last one's from there
		z += 1900
		if z < 1930 {
			z += 100
		}
	}
	if y > 12 && x <= 12 {
		x, y = y, x
	}
	return eight(z, y, x)
}

func eight(year, month, day int) (string, bool) {
	if year < 0 || year > 9999 || month < 0 || month > 99 || day < 0 || day > 99 {
		return "", false
	}
	return fmt.Sprintf("%04d%02d%02d", year, month, day), true
}

var dateLevels = []string{
	"the same", "day and month swapped", "one slip", "one part is not known", "two of three parts the same", "within a month", "the same year", "within two years", "different",
}

func (dates) Levels() []string { return dateLevels }

const (
	monthDays    = 31
	twoYearsDays = 731
)

func (d dates) Compare(a, b uint32) uint8 {
	x, y := &d.form[a], &d.form[b]
	if len(x.form) != 8 || len(y.form) != 8 {
		if similar.Edits(x.form, y.form) == 1 {
			return 2
		}
		return 8
	}
	yearSame, monthSame, daySame := x.year == y.year, x.month == y.month, x.inMonth == y.inMonth
	switch {
	case yearSame && x.month == y.inMonth && x.inMonth == y.month:
		return 1
	case yearSame && fits(x.month, y.month) && fits(x.inMonth, y.inMonth), monthSame && daySame && x.month != 0 && fits(x.year, y.year):
		return 3
	case similar.Foreign(x.sorts, y.sorts) <= 1 && similar.Edits(x.form, y.form) == 1:
		return 2
	case yearSame && monthSame, yearSame && daySame, monthSame && daySame:
		return 4
	}
	if x.day != noDay && y.day != noDay {
		apart := x.day - y.day
		switch apart = max(apart, -apart); {
		case apart <= monthDays:
			return 5
		case !yearSame && apart <= twoYearsDays:
			return 7
		}
	}
	if yearSame {
		return 6
	}
	return 8
}

// fits tells that a part is the same or not known on one side.
func fits(x, y uint16) bool { return x == y || x == 0 || y == 0 }

func (dates) Keys() []Key {
	return []Key{
		{Name: "the same", Agrees: 0.75}, {Name: "the same year and month", Agrees: 0.85},
		{Name: "the same month and day", Agrees: 0.85}, {Name: "the same year and day", Agrees: 0.84},
	}
}

func (d dates) AppendKeys(list []uint64, sort int, form uint32) []uint64 {
	f := d.form[form].form
	if len(f) != 8 {
		return append(list, hash(uint64(sort), f))
	}
	switch sort {
	case 1:
		f = f[:6]
	case 2:
		f = f[4:]
	case 3:
		f = f[:4] + f[6:]
	}
	return append(list, hash(uint64(sort), f))
}

func (d dates) Form(form uint32) string {
	f := d.form[form].form
	if t := dashed(f); t != "" {
		return t
	}
	return f
}

// Package calendar counts days and periods the way credit law does: whole days in one civil calendar, no clock and
// no time zone. An instant becomes a Day only through [In], where the caller names the zone.
//
// Working days, with public holidays and the weekend days worked in exchange for them, are counted by [WorkingDays].
package calendar

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Day is a civil day, counted from 1970-01-01 (day 0) in the proleptic Gregorian calendar.
type Day int32

const (
	// None is the absent day: an interval without an end, a field without a value. It is smaller than every real day.
	None Day = math.MinInt32
	// First and Last bound the days that Parse and Date accept: 0001-01-01 and 9999-12-31.
	First Day = -719162
	Last  Day = 2932896
)

// Shanghai is China Standard Time, UTC+8 without daylight saving since 1991: the zone in which the built-in
// catalogue's agencies date their acts. It is fixed here so that no result depends on a machine's zone files.
var Shanghai = time.FixedZone("CST", 8*60*60)

// In is the civil day of the instant t in the zone.
func In(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return civil(y, int(m), d)
}

// Start is the first instant of the day in the zone.
func (d Day) Start(zone *time.Location) time.Time {
	y, m, dd := d.Date()
	return time.Date(y, time.Month(m), dd, 0, 0, 0, 0, zone)
}

// Date makes a Day of a year, month and day of month; ok is false where no such day exists or it is out of range.
func Date(year, month, day int) (d Day, ok bool) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) {
		return None, false
	}
	return civil(year, month, day), true
}

// Parse reads the form YYYY-MM-DD and no other; what other forms mean is a matter of the file they stand in.
func Parse(s string) (Day, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return None, fmt.Errorf("%q is not a date of the form YYYY-MM-DD", clip(s))
	}
	y, err1 := digits(s[:4])
	m, err2 := digits(s[5:7])
	d, err3 := digits(s[8:])
	if err1 != nil || err2 != nil || err3 != nil {
		return None, fmt.Errorf("%q is not a date of the form YYYY-MM-DD", clip(s))
	}
	day, ok := Date(y, m, d)
	if !ok {
		return None, fmt.Errorf("%q: there is no such day", s)
	}
	return day, nil
}

// MustParse is Parse for constants; it panics on a bad form.
func MustParse(s string) Day {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Date is the year, month (1 to 12) and day of month.
func (d Day) Date() (year, month, day int) {
	// Days to civil date by eras of 400 years, 146,097 days each, with the year starting in March.
	z := int(d) + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// String is the form YYYY-MM-DD, or "" for None.
func (d Day) String() string {
	if d == None {
		return ""
	}
	return string(d.Append(nil))
}

// Append writes the form YYYY-MM-DD behind b; nothing for None.
func (d Day) Append(b []byte) []byte {
	if d == None {
		return b
	}
	y, m, dd := d.Date()
	return append(b,
		byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+dd/10), byte('0'+dd%10))
}

// MarshalText writes YYYY-MM-DD, or nothing for None.
func (d Day) MarshalText() ([]byte, error) { return d.Append(nil), nil }

// UnmarshalText reads YYYY-MM-DD; an empty text is None.
func (d *Day) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = None
		return nil
	}
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Add moves a day by a period: years and months first, then days. Where the month reached is shorter, the last day
// of that month is taken, so 29 February plus a year is 28 February: a period never ends later than its law says.
// None stays None, and the result is held between First and Last.
func (d Day) Add(p Period) Day {
	if d == None {
		return None
	}
	y, m, dd := d.Date()
	months := int64(y)*12 + int64(m-1) + int64(p.Years)*12 + int64(p.Months)
	if months < 12 {
		return First
	}
	if months > 9999*12+11 {
		return Last
	}
	y, m = int(months/12), int(months%12)+1
	if last := DaysIn(y, m); dd > last {
		dd = last
	}
	n := int64(civil(y, m, dd)) + int64(p.Days)
	return Day(min(max(n, int64(First)), int64(Last)))
}

// Months is the number of whole months from d to e, negative where e is earlier: the largest n for which d plus n
// months (see Add) is not after e.
func (d Day) Months(e Day) int {
	y1, m1, _ := d.Date()
	y2, m2, _ := e.Date()
	n := (y2-y1)*12 + m2 - m1
	if d.Add(Period{Months: n}) > e {
		n--
	}
	return n
}

// DaysIn is the number of days of a month.
func DaysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func civil(y, m, d int) Day {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Day(era*146097 + doe - 719468)
}

func digits(s string) (int, error) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, strconv.ErrSyntax
		}
	}
	return strconv.Atoi(s)
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

package calendar

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday {
	// Day 0 was a Thursday.
	return time.Weekday(((int(d)+int(time.Thursday))%7 + 7) % 7)
}

// WorkingDays knows on which days the authorities of a country work: Monday to Friday without its public holidays, and
// the Saturdays and Sundays that are worked in exchange for a holiday. It is read-only and safe for concurrent use.
//
// Holidays are announced a year at a time. In a year that it does not know, it takes Monday to Friday as worked and says
// that this is assumed: a limit reckoned so ends too early rather than too late, which is the safe side for whoever
// waits for an authority, and it is reckoned again once the year is known.
type WorkingDays struct {
	code  string
	off   map[Day]bool
	extra map[Day]bool
	years []HolidayYear
}

// HolidayYear is where the knowledge of one year comes from.
type HolidayYear struct {
	Year      int
	Source    string
	Published Day
	// Checked is "verified" where the announcement was read in a public copy, "recalled" otherwise.
	Checked string
}

// ChineseHolidays is the calendar of mainland China that comes with this package.
var ChineseHolidays = sync.OnceValue(func() *WorkingDays {
	w, err := ParseWorkingDays("working_days_cn.yaml", chinese)
	if err != nil {
		panic(err) // it is compiled in and tested
	}
	return w
})

//go:embed working_days_cn.yaml
var chinese []byte

// Weekdays is the calendar that knows no year: Monday to Friday, always assumed.
func Weekdays() *WorkingDays { return &WorkingDays{code: "weekdays"} }

type workingFile struct {
	Calendar string
	Years    []struct {
		Year      int
		Source    string
		Published Day
		Checked   string
		Holidays  []struct {
			Name     string
			From, To Day
		}
		Work []Day
	}
}

// ParseWorkingDays reads a calendar from YAML, in the form of working_days_cn.yaml. It refuses what contradicts itself:
// a year twice, a holiday that ends before it begins or lies outside its year and the week before, a make-up day that is
// a weekday or a holiday. name stands in messages.
func ParseWorkingDays(name string, text []byte) (*WorkingDays, error) {
	var f workingFile
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	w := &WorkingDays{code: f.Calendar, off: map[Day]bool{}, extra: map[Day]bool{}}
	for i := range f.Years {
		y := &f.Years[i]
		first, ok := Date(y.Year, 1, 1)
		switch {
		case !ok || y.Source == "" || y.Published == None || (y.Checked != "verified" && y.Checked != "recalled"):
			return nil, fmt.Errorf("%s: year %d: state year, source, published, and checked (verified or recalled)", name, y.Year)
		case w.known(first):
			return nil, fmt.Errorf("%s: year %d stands there twice", name, y.Year)
		}
		last := first.Add(Period{Years: 1}) - 1
		for _, h := range y.Holidays {
			if h.From < first-7 || h.To < h.From || h.To > last {
				return nil, fmt.Errorf("%s: year %d: %s from %s to %s is no holiday of that year", name, y.Year, h.Name, h.From, h.To)
			}
			for day := h.From; day <= h.To; day++ {
				w.off[day] = true
			}
		}
		for _, day := range y.Work {
			if weekday(day) || w.off[day] || day < first-7 || day > last {
				return nil, fmt.Errorf("%s: year %d: %s is no Saturday or Sunday that could be worked in exchange", name, y.Year, day)
			}
			w.extra[day] = true
		}
		w.years = append(w.years, HolidayYear{y.Year, y.Source, y.Published, y.Checked})
	}
	return w, nil
}

// Code names the calendar: "cn" for mainland China.
func (w *WorkingDays) Code() string { return w.code }

// Years are the years it knows, with their sources, in the order of the file.
func (w *WorkingDays) Years() []HolidayYear { return slices.Clone(w.years) }

// Worked tells whether the day is a working day; known is false where its year is not known and Monday to Friday was
// assumed. None is never worked.
func (w *WorkingDays) Worked(d Day) (worked, known bool) {
	if d == None {
		return false, false
	}
	return w.extra[d] || weekday(d) && !w.off[d], w.known(d)
}

// After is the nth working day after d, the day d itself not counted; for n of 0 or less it is d. known is false where a
// day of a year that is not known was passed on the way. The result is held at Last; None stays None.
func (w *WorkingDays) After(d Day, n int) (day Day, known bool) {
	if d == None {
		return None, false
	}
	known = true
	for n > 0 && d < Last {
		d++
		worked, sure := w.Worked(d)
		known = known && sure
		if worked {
			n--
		}
	}
	return d, known
}

// OnOrAfter is d where d is worked, the next working day otherwise.
func (w *WorkingDays) OnOrAfter(d Day) (day Day, known bool) {
	worked, known := w.Worked(d)
	if worked || d == None {
		return d, known
	}
	day, later := w.After(d, 1)
	return day, known && later
}

// Between is how many working days lie after d and not after e; 0 where e is not later.
func (w *WorkingDays) Between(d, e Day) (n int, known bool) {
	if d == None || e == None {
		return 0, false
	}
	known = true
	for d < e {
		d++
		worked, sure := w.Worked(d)
		known = known && sure
		if worked {
			n++
		}
	}
	return n, known
}

func (w *WorkingDays) known(d Day) bool {
	year, _, _ := d.Date()
	return slices.ContainsFunc(w.years, func(y HolidayYear) bool { return y.Year == year })
}

func weekday(d Day) bool {
	day := d.Weekday()
	return day != time.Saturday && day != time.Sunday
}

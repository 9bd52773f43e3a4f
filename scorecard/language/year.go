package language

import (
	"probity/calendar"
	"probity/scorecard/internal/strict"
)

// Year says that a model rates years, each when it is over, and not the day on which it is asked: what it says of a year
// stands from the day on which that is announced until the next one is.
type Year struct {
	// Closes is the last day of the year that is rated, Announced the day from which on what is said of it stands.
	Closes, Announced YearDay
}

// YearDay is a day of every year; 29 February is none.
type YearDay struct{ Month, Day int }

// in is the day in a year.
func (d YearDay) in(year int) calendar.Day {
	day, ok := calendar.Date(year, d.Month, d.Day)
	if !ok {
		return calendar.None
	}
	return day
}

// Stands is the day whose state of affairs is rated on a day, and the first later day on which it is another: the close of
// the newest year that was announced by then, and the next announcement.
func (y *Year) Stands(today calendar.Day) (asOf, next calendar.Day) {
	year, _, _ := today.Date()
	announced := y.Announced.in(year)
	if next = y.Announced.in(year + 1); announced > today {
		announced, next = y.Announced.in(year-1), announced
	}
	year, _, _ = announced.Date()
	if asOf = y.Closes.in(year); asOf >= announced {
		asOf = y.Closes.in(year - 1)
	}
	return asOf, next
}

func (r *reader) year(n *strict.Object) *Year {
	if !n.Has("year") {
		return nil
	}
	o := r.Object(n.Node("year"), "year")
	o.Need("closes", "announced")
	return &Year{Closes: r.yearDay(o, "closes"), Announced: r.yearDay(o, "announced")}
}

// yearDay reads a day such as 12-31, in quotation marks or not.
func (r *reader) yearDay(o *strict.Object, key string) YearDay {
	text := o.Text(key)
	const commonYear = "2001-"
	d, err := calendar.Parse(commonYear + text)
	if text != "" && err != nil {
		r.Fault(o.Place(key), "form", "write the month and the day, such as 12-31", "%s: %q is no day of every year", key, text)
	}
	if err != nil {
		return YearDay{}
	}
	_, month, day := d.Date()
	return YearDay{month, day}
}

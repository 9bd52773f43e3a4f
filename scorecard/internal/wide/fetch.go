package wide

import (
	"probity/calendar"
	"probity/scorecard/facts"
)

// Fetch asks for the records of a table from lo to hi ahead of their use, so that they are on their way from memory while
// the records before them are worked on: columns lie apart, and a processor notices by itself only what it has begun to
// read. It has no effect but time.
func Fetch(t *facts.Table, lo, hi int) {
	days := [...][]calendar.Day{t.Occurred[lo:hi], nil}
	if t.Lapse != nil {
		days[1] = t.Lapse[lo:hi]
	}
	quickFetch(t.Subject[lo:hi], days)
	for i := range t.Columns {
		c := &t.Columns[i]
		switch {
		case c.Ints != nil:
			quickFetchValues(c.Ints[lo:hi], nil)
		case c.Codes != nil:
			quickFetchValues(nil, c.Codes[lo:hi])
		}
	}
}

package wide

import "probity/scorecard/facts"

// Fetch asks for the records of a table from lo to hi ahead of their use, so that they are on their way from memory while
// the records before them are worked on: columns lie apart, and a processor notices by itself only what it has begun to
// read. It has no effect but time.
func Fetch(t *facts.Table, lo, hi int) {
	FetchSubjects(t.Subject[lo:hi])
	FetchDays(t.Occurred[lo:hi])
	if t.Lapse != nil {
		FetchDays(t.Lapse[lo:hi])
	}
	for i := range t.Columns {
		switch c := &t.Columns[i]; {
		case c.Ints != nil:
			FetchInts(c.Ints[lo:hi])
		case c.Codes != nil:
			FetchCodes(c.Codes[lo:hi])
		case c.Days != nil:
			FetchDays(c.Days[lo:hi])
		}
	}
}

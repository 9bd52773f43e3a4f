package chain

import (
	"probity/calendar"
	"probity/internal/ledger"
)

// Use is what the readings of agencies are counted under: who read, for what, on which day.
type Use struct {
	Reader, Purpose string
	Day             calendar.Day
}

// UsesOf counts the readings among entries; a subject's own count under nothing.
func UsesOf(entries []*ledger.Entry) map[Use]int64 {
	made := map[Use]int64{}
	var last Use // most of a frame are alike
	var n int64
	for _, e := range entries {
		if e.Reader == "" {
			continue
		}
		u := Use{e.Reader, e.Purpose, calendar.In(e.At, calendar.Shanghai)}
		if u != last {
			if n > 0 {
				made[last] += n
			}
			last, n = u, 0
		}
		n++
	}
	if n > 0 {
		made[last] += n
	}
	return made
}

// frame is what one write put into the spool, and what it holds counted.
type frame struct {
	entries []*ledger.Entry
	uses    map[Use]int64
}

func framed(entries []*ledger.Entry) frame { return frame{entries, UsesOf(entries)} }

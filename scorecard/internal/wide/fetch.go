package wide

import "probity/scorecard/facts"

// Ahead asks for the records of a table ahead of their use, so that they are on their way from memory while the records
// before them are worked on: columns lie apart, and a processor notices by itself only what it has begun to read. It asks
// for little at a time, because a core waits once it has asked for more than a few dozen lines that have not come. It
// has no effect but time.
type Ahead struct {
	table *facts.Table
	// lo and hi are the records, at where in the column the next ones are; from column past on there is nothing left.
	lo, hi, at   int
	column, past int
}

// The columns that every table has, in the order in which they are asked for; those of values follow, and behind them
// comes the one of subjects, which is looked at last.
const (
	aheadOccurred = -2
	aheadLapse    = -1
)

// aheadBytes is how much is asked for at a time: few lines and often, so that a core never waits until it may ask for more.
const aheadBytes = 256

// aheadRows is from how many records on it is worth asking for them ahead.
const aheadRows = 32

// NewAhead begins with the records of a table from lo to hi, unless there are too few.
func NewAhead(t *facts.Table, lo, hi int) Ahead {
	if hi-lo < aheadRows {
		return Ahead{}
	}
	return Ahead{table: t, lo: lo, hi: hi, at: lo, column: aheadOccurred, past: len(t.Columns) + 1}
}

// More asks for some more; there is nothing to do in the end, nor without a table.
func (a *Ahead) More() {
	if a.column >= a.past {
		return
	}
	switch t := a.table; a.column {
	case aheadOccurred:
		FetchDays(some(a, t.Occurred, aheadBytes/4))
	case aheadLapse:
		FetchDays(some(a, t.Lapse, aheadBytes/4))
	case len(t.Columns):
		FetchSubjects(some(a, t.Subject, aheadBytes/4))
	default:
		switch c := &t.Columns[a.column]; {
		case c.Ints != nil:
			FetchInts(some(a, c.Ints, aheadBytes/8))
		case c.Codes != nil:
			FetchCodes(some(a, c.Codes, aheadBytes/2))
		default:
			FetchDays(some(a, c.Days, aheadBytes/4))
		}
	}
}

// Rest asks for all that is left.
func (a *Ahead) Rest() {
	for a.column < a.past {
		a.More()
	}
}

// some is the next stretch of a column of at most so many rows, nothing of one that is absent.
func some[T any](a *Ahead, column []T, rows int) []T {
	from, to := a.at, min(a.at+rows, a.hi)
	if a.at = to; to == a.hi || column == nil {
		a.column, a.at = a.column+1, a.lo
	}
	if column == nil {
		return nil
	}
	return column[from:to]
}

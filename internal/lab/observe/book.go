package observe

import (
	"cmp"
	"slices"

	"probity/calendar"
	"probity/scorecard"
)

// Row is one record as it comes in.
type Row struct {
	Kind    Kind
	Subject uint32
	// Days are days past due, or hours of service; Code is the kind of service.
	Days int32
	Code uint16
	// Wrong records are of nothing that their subject did.
	Wrong    bool
	Amount   int64
	Occurred calendar.Day
	Lapse    calendar.Day
	id       int64
}

// Book is the records of one dataset about the people of a panel: the columns that the models read, by subject, and beside
// them what only the laboratory knows.
type Book struct {
	table  scorecard.Table
	fields []scorecard.Field
	kind   Kind
	wrong  []bool
	amount []int64
	closed []bool // the debt behind the record is settled
}

func newBook(kind Kind, fields []scorecard.Field) *Book {
	return &Book{kind: kind, fields: fields, table: scorecard.Table{Columns: make([]scorecard.Column, len(fields))}}
}

// value is what a row holds in a field.
func (r *Row) value(f *scorecard.Field) int64 {
	switch f.Name {
	case "product":
		return 1
	case "limit_amount", "balance", "due_amount", "amount":
		return r.Amount
	case "paid_amount":
		return 0
	case "days_past_due", "hours":
		return int64(r.Days)
	case "bucket":
		return int64(bucketOf(r.Days))
	case "activity":
		return int64(r.Code)
	case "confirmed":
		return 1
	}
	return scorecard.Missing
}

func bucketOf(days int32) uint16 {
	switch {
	case days < 1:
		return 0
	case days <= 30:
		return 1
	case days <= 60:
		return 2
	case days <= 90:
		return 3
	case days < writtenOff:
		return 4
	}
	return 5
}

// writtenOff is from how many days past due an account counts as written off.
const writtenOff = 180

// put writes a value in the width of its field.
func put(c *scorecard.Column, f *scorecard.Field, at int, v int64) {
	switch {
	case f.Coded():
		c.Codes[at] = uint16(v)
	case f.Type == scorecard.Date:
		c.Days[at] = calendar.None
		if v != scorecard.Missing {
			c.Days[at] = calendar.Day(v)
		}
	default:
		c.Ints[at] = v
	}
}

// resize gives the book room for n rows; what is beyond the old length is undefined.
func (b *Book) resize(n int) {
	t := &b.table
	t.Subject, t.ID, t.Occurred, t.Lapse, t.Disputed = sized(t.Subject, n), sized(t.ID, n), sized(t.Occurred, n), sized(t.Lapse, n), sized(t.Disputed, n)
	t.Recorded = t.ID // Both only grow, and nothing else is asked of them.
	b.wrong, b.amount, b.closed = sized(b.wrong, n), sized(b.amount, n), sized(b.closed, n)
	for i := range t.Columns {
		c := &t.Columns[i]
		switch f := &b.fields[i]; {
		case f.Coded():
			c.Codes = sized(c.Codes, n)
		case f.Type == scorecard.Date:
			c.Days = sized(c.Days, n)
		default:
			c.Ints = sized(c.Ints, n)
		}
	}
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return append(make([]T, 0, n+n/2+16), s...)[:n]
	}
	return s[:n]
}

// move copies row from to row to.
func (b *Book) move(to, from int) {
	t := &b.table
	t.Subject[to], t.ID[to], t.Occurred[to], t.Lapse[to], t.Disputed[to] = t.Subject[from], t.ID[from], t.Occurred[from], t.Lapse[from], t.Disputed[from]
	b.wrong[to], b.amount[to], b.closed[to] = b.wrong[from], b.amount[from], b.closed[from]
	for i := range t.Columns {
		c := &t.Columns[i]
		switch f := &b.fields[i]; {
		case f.Coded():
			c.Codes[to] = c.Codes[from]
		case f.Type == scorecard.Date:
			c.Days[to] = c.Days[from]
		default:
			c.Ints[to] = c.Ints[from]
		}
	}
}

func (b *Book) write(at int, r *Row) {
	t := &b.table
	t.Subject[at], t.ID[at], t.Occurred[at], t.Lapse[at], t.Disputed[at] = r.Subject, r.id, r.Occurred, r.Lapse, 0
	b.wrong[at], b.amount[at], b.closed[at] = r.Wrong, r.Amount, false
	for i := range t.Columns {
		put(&t.Columns[i], &b.fields[i], at, r.value(&b.fields[i]))
	}
}

// merge brings new rows, by subject, in among the old ones.
func (b *Book) merge(rows []Row) {
	if len(rows) == 0 {
		return
	}
	slices.SortStableFunc(rows, func(x, y Row) int { return cmp.Or(cmp.Compare(x.Subject, y.Subject), cmp.Compare(x.id, y.id)) })
	old := b.table.Len()
	b.resize(old + len(rows))
	to := old + len(rows) - 1
	for from, k := old-1, len(rows)-1; k >= 0; to-- {
		if from >= 0 && b.table.Subject[from] > rows[k].Subject {
			b.move(to, from)
			from--
			continue
		}
		b.write(to, &rows[k])
		k--
	}
}

// keep drops the rows for which drop is true, in one pass.
func (b *Book) keep(drop func(row int) bool) {
	to := 0
	for from := range b.table.Len() {
		if drop(from) {
			continue
		}
		if to != from {
			b.move(to, from)
		}
		to++
	}
	b.resize(to)
}

// find is the row of a subject's record, or -1.
func (b *Book) find(subject uint32, id int64) int {
	at, _ := slices.BinarySearch(b.table.Subject, subject)
	for ; at < b.table.Len() && b.table.Subject[at] == subject; at++ {
		if b.table.ID[at] == id {
			return at
		}
	}
	return -1
}

// column is the place of a field among those that the models read, or -1.
func (b *Book) column(name string) int {
	return slices.IndexFunc(b.fields, func(f scorecard.Field) bool { return f.Name == name })
}

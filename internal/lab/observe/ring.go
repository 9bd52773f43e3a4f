package observe

import (
	"slices"

	"probity/calendar"
	"probity/scorecard"
)

// ringMonths is how far back the monthly states of a loan go: the table of repayment in a credit report shows two years.
// One place more keeps the first record of all.
const ringMonths = 24

// Ring is the monthly repayment records of those who borrow. Each borrower has a fixed number of rows, written round and
// round; a row that is not used lies in the future, where no model looks.
type Ring struct {
	table scorecard.Table
	// start is the first row of each person, -1 for those without rows.
	start                                                []int32
	dpd, bucket, product, cured, due, paid, balance, lim int
}

func newRing(fields []scorecard.Field) *Ring {
	at := func(name string) int {
		return slices.IndexFunc(fields, func(f scorecard.Field) bool { return f.Name == name })
	}
	return &Ring{
		table: scorecard.Table{Columns: make([]scorecard.Column, len(fields))},
		dpd:   at("days_past_due"), bucket: at("bucket"), product: at("product"), cured: at("cured_on"), due: at("due_amount"),
		paid: at("paid_amount"), balance: at("balance"), lim: at("limit_amount"),
	}
}

// Begin empties the ring and gives rows to those for whom has is true; ordinal is their place among those who are rated.
func (r *Ring) Begin(people int, has func(i int) bool, ordinal func(i int) int) {
	r.start = sized(r.start, people)
	rows := 0
	for i := range people {
		r.start[i] = -1
		if has(i) {
			r.start[i] = int32(rows)
			rows += ringMonths + 1
		}
	}
	t := &r.table
	t.Subject, t.ID, t.Occurred = sized(t.Subject, rows), sized(t.ID, rows), sized(t.Occurred, rows)
	t.Recorded = t.ID
	for i := range people {
		if r.start[i] < 0 {
			continue
		}
		for k := range ringMonths + 1 {
			at := int(r.start[i]) + k
			t.Subject[at], t.ID[at], t.Occurred[at] = uint32(ordinal(i)), int64(at), calendar.Last
		}
	}
	for _, c := range []int{r.dpd, r.due, r.paid, r.balance, r.lim} {
		if c >= 0 {
			t.Columns[c].Ints = sized(t.Columns[c].Ints, rows)
			clear(t.Columns[c].Ints)
		}
	}
	for _, c := range []int{r.bucket, r.product} {
		if c >= 0 {
			t.Columns[c].Codes = sized(t.Columns[c].Codes, rows)
			clear(t.Columns[c].Codes)
		}
	}
	if r.cured >= 0 {
		t.Columns[r.cured].Days = sized(t.Columns[r.cured].Days, rows)
		for i := range t.Columns[r.cured].Days {
			t.Columns[r.cured].Days[i] = calendar.None
		}
	}
}

// Has tells whether a person has rows.
func (r *Ring) Has(i int) bool { return r.start[i] >= 0 }

// State is one month of a loan.
type State struct {
	Days          int32
	Due, Paid     int64
	Balance, Lent int64
}

// Write enters the state of a month; the month of two years ago makes room for it.
func (r *Ring) Write(i, month int, day calendar.Day, s State) {
	start := int(r.start[i])
	if start < 0 {
		return
	}
	if r.table.Occurred[start] == calendar.Last {
		r.row(start, day, s)
	}
	r.row(start+1+(month%ringMonths+ringMonths)%ringMonths, day, s)
}

// Skip clears the place of a month without a loan.
func (r *Ring) Skip(i, month int) {
	if start := int(r.start[i]); start >= 0 {
		r.table.Occurred[start+1+(month%ringMonths+ringMonths)%ringMonths] = calendar.Last
	}
}

func (r *Ring) row(at int, day calendar.Day, s State) {
	t := &r.table
	t.Occurred[at] = day
	set := func(column int, v int64) {
		if column >= 0 {
			t.Columns[column].Ints[at] = v
		}
	}
	set(r.dpd, int64(s.Days))
	set(r.due, s.Due)
	set(r.paid, s.Paid)
	set(r.balance, s.Balance)
	set(r.lim, s.Lent)
	if r.bucket >= 0 {
		t.Columns[r.bucket].Codes[at] = bucketOf(s.Days)
	}
	if r.product >= 0 {
		t.Columns[r.product].Codes[at] = 1
	}
}

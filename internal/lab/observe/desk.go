package observe

import (
	"slices"

	"probity/calendar"
	"probity/internal/lab/chance"
	"probity/internal/lab/parameter"
	"probity/scorecard"
)

// Rules are what a policy orders about records and disputes, with the rates of faults.
type Rules struct {
	// Retention is how many months an adverse record is kept; Repair how many after its debt was settled, -1 the same.
	Retention, Repair int
	// Linking is the chance that a record goes to a stranger.
	Linking chance.Chance
	// Suspends takes a disputed record out of use; Suppresses removes it where the decision comes late; Told tells the subject
	// of every adverse record.
	Suspends, Suppresses, Told bool
	// DisputeMonths is within how many months a dispute must be decided; PerThousand how many disputes the office decides a
	// month for a thousand people; Upheld the share of disputes of wrong records that end well.
	DisputeMonths int
	PerThousand   float64
	Upheld        float64
	// AmnestyMonth, from 0, is when settled records up to AmnestyAmount fen are wiped; -1 is never.
	AmnestyMonth  int
	AmnestyAmount int64
	// Errors multiplies the rate of wrong records.
	Errors float64

	wrong, stock, small, lost, delay, stale, upheldTrue, ofTrue, givesUp, back, upheld chance.Chance
	notices                                                                            float64
}

// Compile takes the rates from the parameters.
func (r *Rules) Compile(p *parameter.Set) {
	r.wrong, r.stock = chance.Of(p.Value("fault.wrong_record")*r.Errors), chance.Of(p.Value("fault.first_stock")*r.Errors)
	r.small, r.lost, r.delay, r.stale = chance.Of(p.Value("fault.small")), chance.Of(p.Value("fault.lost")), chance.Of(p.Value("fault.delay")), chance.Of(p.Value("fault.stale"))
	r.ofTrue, r.upheldTrue = chance.Of(p.Value("dispute.of_true")), chance.Of(p.Value("dispute.of_true_upheld"))
	r.givesUp, r.back, r.upheld = chance.Of(p.Value("dispute.gives_up")), chance.Of(p.Value("dispute.reinserted")), chance.Of(r.Upheld)
	r.notices = p.Value("dispute.notices")
	if r.Told {
		r.notices = p.Value("dispute.notices_told")
	}
}

// Link is the name of the parameter for a way of linking.
func Link(way string) (string, bool) {
	name, ok := map[string]string{"exact": "fault.link_exact", "id-name": "fault.link_id_name", "name-city": "fault.link_name_city"}[way]
	return name, ok
}

// The draws of this package; those below 64 belong to the life.
const (
	drawLost chance.Stream = iota + 64
	drawLink
	drawStranger
	drawNotice
	drawDispute
	drawDecide
	drawBack
	drawWrong
	drawWrongKind
	drawStock
	drawStale
)

// wait is a dispute in the queue, or on its way there.
type wait struct {
	kind    Kind
	subject uint32
	id      int64
	since   int
	wrong   bool
}

// Desk keeps the records of one panel.
type Desk struct {
	rules *Rules
	// key is of those who may be rated; ordinal is the place there of each person of the panel, -1 for those who may not: of
	// them no model reads anything, and they are not put before the evaluator.
	key     []chance.Key
	ordinal []int32
	books   [Kinds]*Book
	Ring    *Ring
	// Contacts is what the contacts of each are worth, where a policy looks at that.
	Contacts *scorecard.Table
	layout   *scorecard.Layout
	tables   []scorecard.Table

	ids      int64
	incoming [4][]Row // by month, round and round
	batch    [Kinds][]Row
	noticing [][]wait // by month
	queue    []wait
	budget   float64
	settled  []calendar.Day // by subject: the day on which a debt was settled and not yet entered
	some     bool
	adverse  []Kind // the kinds kept that speak against their subject
	errors   []uint8
	Count    Counts
}

// Counts are what happened at the desk of a panel.
type Counts struct {
	Records, Wrong, Linked, Disputes, Upheld, Rejected, Overdue, Reinserted, Longest int64
	WaitedMonths                                                                     int64
}

// NewDesk makes the desk for the layout that a policy's models read; kinds that no model reads are kept nowhere.
func NewDesk(layout *scorecard.Layout) *Desk {
	d := &Desk{layout: layout, tables: make([]scorecard.Table, len(layout.Reads()))}
	for k, name := range sparse {
		if t := layout.Table(name); t >= 0 {
			d.books[k] = newBook(Kind(k), layout.Reads()[t].Fields)
			if Kind(k) != Served {
				d.adverse = append(d.adverse, Kind(k))
			}
		}
	}
	if t := layout.Table(Repayment); t >= 0 {
		d.Ring = newRing(layout.Reads()[t].Fields)
	}
	if layout.Table(Contact) >= 0 {
		d.Contacts = &scorecard.Table{Columns: make([]scorecard.Column, 1)}
	}
	return d
}

// Begin empties the desk for the people with these keys, for so many months. rated tells who may be rated.
func (d *Desk) Begin(rules *Rules, people []chance.Key, rated func(i int) bool, months int) {
	d.key, d.ordinal = d.key[:0], sized(d.ordinal, len(people))
	for i, key := range people {
		d.ordinal[i] = -1
		if rated(i) {
			d.ordinal[i] = int32(len(d.key))
			d.key = append(d.key, key)
		}
	}
	key := d.key
	d.rules, d.ids, d.queue, d.budget, d.some, d.Count = rules, 0, d.queue[:0], 0, false, Counts{}
	for _, b := range d.books {
		if b != nil {
			b.resize(0)
		}
	}
	for i := range d.incoming {
		d.incoming[i] = d.incoming[i][:0]
	}
	d.noticing = sized(d.noticing, months)
	for i := range d.noticing {
		d.noticing[i] = d.noticing[i][:0]
	}
	d.settled, d.errors = sized(d.settled, len(key)), sized(d.errors, len(key))
	for i := range d.settled {
		d.settled[i] = calendar.None
	}
	clear(d.errors)
	if d.Contacts != nil {
		d.beginContacts(len(key))
	}
}

func (d *Desk) beginContacts(n int) {
	t := d.Contacts
	t.Subject, t.ID, t.Recorded, t.Occurred = sized(t.Subject, n), sized(t.ID, n), sized(t.Recorded, n), sized(t.Occurred, n)
	t.Columns[0].Ints = sized(t.Columns[0].Ints, n)
	for i := range n {
		t.Subject[i], t.ID[i], t.Recorded[i], t.Occurred[i] = uint32(i), int64(i), 0, calendar.Last
		t.Columns[0].Ints[i] = scorecard.Missing
	}
}

// Ordinal is the place of a person among those who are rated, as results count them; -1 for one who is not.
func (d *Desk) Ordinal(i int) int { return int(d.ordinal[i]) }

// Errors is how many wrong records a person has on file.
func (d *Desk) Errors(i int) uint8 {
	if o := d.ordinal[i]; o >= 0 {
		return d.errors[o]
	}
	return 0
}

// Report takes note of something that happened: it may be lost, late, or go to a stranger. What no model reads is not kept.
func (d *Desk) Report(month int, key chance.Key, r Row) {
	at := month<<3 | int(r.Kind)
	draw := key.Draw(at, drawLost)
	if d.rules.Linking.Hit(key.Draw(at, drawLink)) {
		r.Subject = uint32(chance.Below(key.Draw(at, drawStranger), len(d.ordinal)))
		r.Wrong = r.Kind != Served
		d.Count.Linked++
	}
	if d.books[r.Kind] == nil || d.ordinal[r.Subject] < 0 || d.rules.lost.Hit(draw) {
		return
	}
	r.Subject = uint32(d.ordinal[r.Subject])
	late := 0
	for late < 3 && d.rules.delay.HitLow(chance.Mix(draw+uint64(late))) {
		late++
	}
	d.file(month, late, r)
}

// file puts a row into the post of a coming month and decides whether and when its subject will dispute it.
func (d *Desk) file(month, late int, r Row) {
	d.ids++
	r.id = d.ids
	r.Lapse = r.Occurred.Add(calendar.Period{Months: d.rules.Retention})
	at := (month + late) & 3
	d.incoming[at] = append(d.incoming[at], r)
	if r.Kind == Served {
		return
	}
	key := d.key[r.Subject]
	if !r.Wrong && !d.rules.ofTrue.HitLow(key.Draw(int(d.ids), drawNotice)) {
		return
	}
	d.notice(month+late, wait{kind: r.Kind, subject: r.Subject, id: r.id, wrong: r.Wrong})
}

// notice puts a dispute on its way: it is opened in the month in which the subject finds the record out.
func (d *Desk) notice(month int, w wait) {
	month += 1 + chance.Wait(d.key[w.subject].Draw(int(w.id)<<8|month&0xff, drawDispute), d.rules.notices, len(d.noticing))
	if month < len(d.noticing) {
		d.noticing[month] = append(d.noticing[month], w)
	}
}

// Invent lets a wrong record befall a person on file by a draw of this month.
func (d *Desk) Invent(month int, person uint32, today calendar.Day) {
	if d.ordinal[person] < 0 {
		return
	}
	subject := uint32(d.ordinal[person])
	key := d.key[subject]
	if !d.rules.wrong.Hit(key.Draw(month, drawWrong)) {
		return
	}
	d.invent(month, subject, today, key.Draw(month, drawWrongKind))
}

// Stock gives a person on file the wrong record that was there when the run began, if there was one.
func (d *Desk) Stock(person uint32, today calendar.Day) {
	if d.ordinal[person] < 0 {
		return
	}
	subject := uint32(d.ordinal[person])
	key := d.key[subject]
	draw := key.Draw(chance.Once, drawStock)
	if !d.rules.stock.Hit(draw) {
		return
	}
	age := chance.Below(chance.Mix(draw), max(1, d.rules.Retention-1))
	d.invent(0, subject, today.Add(calendar.Period{Months: -age}), chance.Mix(draw+1))
}

func (d *Desk) invent(month int, subject uint32, on calendar.Day, draw uint64) {
	if len(d.adverse) == 0 {
		return
	}
	r := Row{Kind: d.adverse[chance.Below(draw, len(d.adverse))], Subject: subject, Wrong: true, Occurred: on, Days: 20, Amount: 100_000}
	if !d.rules.small.HitLow(draw) {
		r.Days, r.Amount = 100, 2_000_000
	}
	d.file(month, 0, r)
}

// Old enters a true record of the time before the run.
func (d *Desk) Old(r Row) {
	if d.books[r.Kind] != nil && d.ordinal[r.Subject] >= 0 {
		r.Subject = uint32(d.ordinal[r.Subject])
		d.file(0, 0, r)
	}
}

// Settle notes that a subject's debt was settled; records of it are closed, unless the news never comes.
func (d *Desk) Settle(month int, person uint32, today calendar.Day) {
	if d.ordinal[person] < 0 {
		return
	}
	subject := uint32(d.ordinal[person])
	if d.rules.stale.Hit(d.key[subject].Draw(month, drawStale)) {
		return
	}
	d.settled[subject], d.some = today, true
}

// Month brings the files up to a month's last day: what has lapsed goes, what came in is entered, settled debts are closed,
// and the office decides disputes as far as it gets.
func (d *Desk) Month(month int, today calendar.Day) {
	amnesty := month == d.rules.AmnestyMonth
	for k, b := range d.books {
		if b == nil {
			continue
		}
		d.age(b, today, amnesty)
		d.batch[k] = d.batch[k][:0]
	}
	post := d.incoming[month&3]
	for i := range post {
		k := post[i].Kind
		d.batch[k] = append(d.batch[k], post[i])
	}
	d.incoming[month&3] = post[:0]
	for k, b := range d.books {
		if b == nil || len(d.batch[k]) == 0 {
			continue
		}
		b.merge(d.batch[k])
		d.Count.Records += int64(len(d.batch[k]))
		for i := range d.batch[k] {
			if r := &d.batch[k][i]; r.Wrong {
				d.Count.Wrong++
				d.errors[r.Subject]++
			}
		}
	}
	if d.some {
		for i := range d.settled {
			d.settled[i] = calendar.None
		}
		d.some = false
	}
	d.disputes(month)
}

// age closes and drops the rows of a book. A pass that changes nothing is not made: most months have neither.
func (d *Desk) age(b *Book, today calendar.Day, amnesty bool) {
	if d.some {
		d.close(b)
	}
	due := amnesty
	for _, lapse := range b.table.Lapse {
		if lapse <= today {
			due = true
			break
		}
	}
	if !due {
		return
	}
	b.keep(func(row int) bool {
		gone := b.table.Lapse[row] <= today || amnesty && b.closed[row] && b.amount[row] <= d.rules.AmnestyAmount
		if gone && b.wrong[row] {
			d.errors[b.table.Subject[row]]--
		}
		return gone
	})
}

// close enters the day of settlement in the true records of those who settled, and shortens their stay.
func (d *Desk) close(b *Book) {
	columns := [2]int{b.column("cured_on"), b.column("settled_on")}
	for row, s := range b.table.Subject {
		on := d.settled[s]
		if on == calendar.None || b.wrong[row] || b.closed[row] {
			continue
		}
		b.closed[row] = true
		for _, c := range columns {
			if c >= 0 {
				b.table.Columns[c].Days[row] = on
			}
		}
		if d.rules.Repair >= 0 {
			b.table.Lapse[row] = min(b.table.Lapse[row], on.Add(calendar.Period{Months: d.rules.Repair}))
		}
	}
}

// disputes opens what was noticed and decides what the office gets to, the oldest first.
func (d *Desk) disputes(month int) {
	if month >= len(d.noticing) {
		return
	}
	for _, w := range d.noticing[month] {
		row := d.row(w)
		if row < 0 {
			continue
		}
		w.since = month
		d.queue = append(d.queue, w)
		d.Count.Disputes++
		if d.rules.Suspends {
			d.books[w.kind].table.Disputed[row] = 1
		}
	}
	d.Count.Longest = max(d.Count.Longest, int64(len(d.queue)))
	d.budget += d.rules.PerThousand * float64(len(d.key)) / 1000
	for len(d.queue) > 0 && d.budget >= 1 && d.queue[0].since < month {
		d.budget--
		w := d.queue[0]
		d.queue = d.queue[1:]
		d.decide(month, w)
	}
	if len(d.queue) == 0 || d.queue[0].since == month {
		d.budget = min(d.budget, 1) // An office that has nothing to do saves no time up.
	}
	if !d.rules.Suppresses {
		return
	}
	for len(d.queue) > 0 && month-d.queue[0].since > d.rules.DisputeMonths {
		w := d.queue[0]
		d.queue = d.queue[1:]
		d.Count.Overdue++
		d.Count.WaitedMonths += int64(month - w.since)
		d.remove(w)
	}
}

func (d *Desk) row(w wait) int {
	if d.books[w.kind] == nil {
		return -1
	}
	return d.books[w.kind].find(w.subject, w.id)
}

func (d *Desk) decide(month int, w wait) {
	d.Count.WaitedMonths += int64(month - w.since)
	row := d.row(w)
	if row < 0 {
		return
	}
	draw := d.key[w.subject].Draw(int(w.id)<<8|month&0xff, drawDecide)
	upheld := d.rules.upheldTrue
	if w.wrong {
		upheld = d.rules.upheld
	}
	if !upheld.Hit(draw) {
		d.Count.Rejected++
		d.books[w.kind].table.Disputed[row] = 0
		if w.wrong && !d.rules.givesUp.HitLow(draw) {
			d.notice(month+2, w)
		}
		return
	}
	d.Count.Upheld++
	b := d.books[w.kind]
	back := Row{Kind: w.kind, Subject: w.subject, Wrong: w.wrong, Occurred: b.table.Occurred[row], Amount: b.amount[row], Days: 20}
	d.remove(w)
	if w.wrong && d.rules.back.Hit(d.key[w.subject].Draw(int(w.id), drawBack)) {
		d.Count.Reinserted++
		d.file(month, 2, back)
	}
}

// remove takes a record off the file.
func (d *Desk) remove(w wait) {
	row := d.row(w)
	if row < 0 {
		return
	}
	b := d.books[w.kind]
	if b.wrong[row] {
		d.errors[w.subject]--
	}
	b.keep(func(r int) bool { return r == row })
}

// Facts are the files as the models read them.
func (d *Desk) Facts() (*scorecard.Facts, error) {
	for t, read := range d.layout.Reads() {
		switch k := slices.Index(sparse[:], read.Dataset); {
		case k >= 0:
			d.tables[t] = d.books[k].table
		case read.Dataset == Repayment:
			d.tables[t] = d.Ring.table
		default:
			d.tables[t] = *d.Contacts
		}
	}
	return scorecard.NewFacts(d.layout, len(d.key), d.tables)
}

// WithoutErrors calls f with every wrong record out of use, and puts them back.
func (d *Desk) WithoutErrors(f func()) {
	var before [Kinds][]uint8
	for k, b := range d.books {
		if b == nil {
			continue
		}
		before[k] = slices.Clone(b.table.Disputed)
		for row, wrong := range b.wrong {
			if wrong {
				b.table.Disputed[row] = 1
			}
		}
	}
	f()
	for k, b := range d.books {
		if b != nil {
			copy(b.table.Disputed, before[k])
		}
	}
}

// Add adds the counts of another desk.
func (c *Counts) Add(o *Counts) {
	c.Records += o.Records
	c.Wrong += o.Wrong
	c.Linked += o.Linked
	c.Disputes += o.Disputes
	c.Upheld += o.Upheld
	c.Rejected += o.Rejected
	c.Overdue += o.Overdue
	c.Reinserted += o.Reinserted
	c.WaitedMonths += o.WaitedMonths
	c.Longest = max(c.Longest, o.Longest)
}

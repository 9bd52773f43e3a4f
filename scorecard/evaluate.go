package scorecard

import (
	"cmp"
	"fmt"
	"math/bits"

	"probity/calendar"
	"probity/scorecard/internal/kernel"
	"probity/scorecard/internal/whole"
	"probity/scorecard/internal/wide"
)

// Evaluator carries out a plan. It holds the memory that takes, reuses it, and is for one goroutine at a time; plans
// and facts can be shared. One subject is evaluated as a batch of one, by the same code.
type Evaluator struct {
	// SkipTimes leaves out ChangesOn and LapsesOn, for runs over whole populations that do not ask for them.
	SkipTimes bool

	plan     *Plan
	layout   *Layout
	programs []program
	machine  kernel.Machine
	result   Results
	days     bool // machine.Spans are those of machine.AsOf

	// The state of a block of n subjects beginning at first.
	first, n    int
	cells       []int64 // by cell without a home, then subject
	homeless    int
	edges       []kernel.Edge // by table
	parts       []part        // of the block, by table
	columns     [][]int64     // by cell, where its values are gathered
	newest      []order       // by slot, then subject: the last record so far of cells that keep a latest record
	slots       []int         // the place of a cell's row in newest, or -1
	latestCells int
	inUse       []int64
	enter       []calendar.Day // by window, then subject: the first day of a record that is still to enter it
	leave       []calendar.Day // and of one that is still to leave it
	sifted      []sifted
	carries     []carried

	rows   []int32
	gather []int64
	times  []int64
	totals [tileSubjects]int32
	// found is for explanations.
	found []found
	// ahead evaluates later days for NextBand.
	ahead *Evaluator
}

// order is the total order of records: day, then recorded, then id.
type order struct {
	day      calendar.Day
	recorded int64
	id       int64
}

func (o order) compare(p order) int {
	if c := cmp.Compare(o.day, p.day); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(o.recorded, p.recorded), cmp.Compare(o.id, p.id))
}

// sifted is a record of an aggregate that must see all of a subject's records before it knows which ones count.
type sifted struct {
	cell, subject int32
	order
	value int64
}

const (
	// leastSubjects and mostSubjects bound how many subjects are evaluated together: few enough that their aggregates
	// stay near the core, and more where their records lie scattered over many tables.
	leastSubjects, mostSubjects = 1024, 8192
	// fairRows is how many records of a table a block should have, so that setting about them costs little beside them.
	fairRows = 512
)

// NewEvaluator makes an evaluator for facts of the plan's own layout.
func (p *Plan) NewEvaluator() *Evaluator {
	return newEvaluator(p, p.layout, p.programs)
}

// NewEvaluatorFor makes an evaluator for facts of another layout, which must hold all that the plan reads.
func (p *Plan) NewEvaluatorFor(layout *Layout) (*Evaluator, error) {
	if layout == p.layout {
		return p.NewEvaluator(), nil
	}
	programs, err := p.bind(layout)
	if err != nil {
		return nil, err
	}
	return newEvaluator(p, layout, programs), nil
}

func newEvaluator(p *Plan, layout *Layout, programs []program) *Evaluator {
	e := &Evaluator{
		plan: p, layout: layout, programs: programs, slots: make([]int, len(p.cells)), columns: make([][]int64, len(p.cells)),
		edges: make([]kernel.Edge, len(programs)),
	}
	for i := range p.cells {
		if p.home[i] < 0 {
			e.homeless++
		}
		e.slots[i] = -1
		if p.cells[i].kind == cellLatest {
			e.slots[i] = e.latestCells
			e.latestCells++
		}
	}
	e.machine.Spans = make([]kernel.Span, len(p.windows))
	return e
}

// Another makes an evaluator for the same plan and layout with memory of its own, for another goroutine. It shares what
// never changes, so that many cost little more to make than one.
func (e *Evaluator) Another() *Evaluator {
	a := newEvaluator(e.plan, e.layout, e.programs)
	a.SkipTimes = e.SkipTimes
	return a
}

// Evaluate rates every subject of the facts. The results are valid until the evaluator is used again.
func (e *Evaluator) Evaluate(f *Facts, at At) *Results {
	return e.EvaluateRange(f, 0, f.Subjects(), at)
}

// EvaluateRange rates the subjects from from up to to, to excluded. It panics where the facts are of another layout
// than the evaluator's.
func (e *Evaluator) EvaluateRange(f *Facts, from, to int, at At) *Results {
	if f.Layout() != e.layout {
		panic("scorecard: the facts are of another layout than the evaluator's")
	}
	if from < 0 || to < from || to > f.Subjects() {
		panic(fmt.Sprintf("scorecard: subjects %d to %d of %d", from, to, f.Subjects()))
	}
	e.on(at)
	r := &e.result
	r.resize(e.plan, to-from)
	r.facts, r.at, r.first = f, at, from
	size := leastSubjects
	if to-from > leastSubjects {
		size = e.blockSize(f)
	}
	for first := from; first < to; first += size {
		e.block(f, first, min(to-first, size))
	}
	return r
}

// blockSize is how many subjects are to be evaluated together.
func (e *Evaluator) blockSize(f *Facts) int {
	rows, tables := 0, 0
	for _, t := range f.Used() {
		if len(e.programs[t].tasks) > 0 {
			rows += f.Table(t).Len()
			tables++
		}
	}
	if rows == 0 {
		return mostSubjects
	}
	// So many subjects have fairRows records in the average table.
	size, ok := whole.Scale(int64(f.Subjects()), int64(tables)*fairRows, int64(rows))
	if !ok {
		return mostSubjects
	}
	return int(min(max(size, leastSubjects), mostSubjects))
}

// on sets the days and computes the windows.
func (e *Evaluator) on(at At) {
	if !e.days || e.machine.AsOf != at.AsOf {
		for i := range e.plan.windows {
			e.machine.Spans[i] = e.plan.windows[i].on(at.AsOf)
		}
		e.days = true
	}
	e.machine.AsOf, e.machine.Seen = at.AsOf, at.Seen
}

// begin empties the state of the block.
func (e *Evaluator) begin(first, n int) {
	p := e.plan
	e.first, e.n = first, n
	e.cells = grow(e.cells, e.homeless*n)
	rest := e.cells
	for i := range p.cells {
		if home := p.home[i]; home >= 0 {
			e.columns[i] = e.result.values[home*e.result.n+first-e.result.first:][:n]
		} else {
			e.columns[i], rest = rest[:n], rest[n:]
		}
		fill(e.columns[i], p.cells[i].kind.empty())
	}
	e.newest = grow(e.newest, e.latestCells*n)
	fill(e.newest, order{calendar.None, Missing, Missing})
	e.inUse = grow(e.inUse, n)
	clear(e.inUse)
	e.sifted, e.carries = e.sifted[:0], e.carries[:0]
	if !e.SkipTimes {
		e.enter, e.leave = grow(e.enter, len(p.windows)*n), grow(e.leave, len(p.windows)*n)
		fill(e.enter, never)
		fill(e.leave, never)
	}
}

func fill[T comparable](s []T, v T) {
	var zero T
	if v == zero {
		clear(s)
		return
	}
	for i := range s {
		s[i] = v
	}
}

// feed hands the records of a chunk to the aggregates.
func (e *Evaluator) feed(p *program, t *Table, lo, hi int) {
	words := (hi - lo + 63) / 64
	m := &e.machine
	var used, counted [kernel.ChunkWords]uint64
	if trap, ok := m.Trap(words); ok {
		copy(used[:], trap)
		e.overflows(t, trap, lo)
	}
	for i := range p.tasks {
		m.Ahead.More()
		k := &p.tasks[i]
		mask := m.Mask(k.inside, words)
		found := uint64(0)
		for w, b := range mask {
			used[w] |= b
			found |= b
		}
		if e.plan.counted && !e.plan.cells[k.cell].uncounted {
			for w, b := range mask {
				counted[w] |= b
			}
		}
		if found != 0 {
			e.add(k, t, mask, lo)
			m.Ahead.More()
		}
		if !e.SkipTimes {
			e.changes(k, t, lo, hi, found != 0)
		}
	}
	if e.plan.counted {
		for _, row := range e.selectRows(counted[:words], lo) {
			e.inUse[int(t.Subject[row])-e.first]++
		}
	}
	if !e.SkipTimes {
		e.lapses(t, used[:words], lo, hi)
	}
}

// overflows notes the subjects of records for which the arithmetic of a filter overflows. Such a record is in use in so
// far as the rating changes when it lapses.
func (e *Evaluator) overflows(t *Table, trap []uint64, lo int) {
	for _, row := range e.selectRows(trap, lo) {
		e.overflow(int(t.Subject[row]) - e.first)
	}
}

func (e *Evaluator) overflow(s int) { e.result.why[e.first-e.result.first+s] |= 1 << overflowed }

// selectRows lists the rows whose bits are set.
func (e *Evaluator) selectRows(mask []uint64, lo int) []int32 {
	e.rows = wide.Rows(e.rows, mask, lo)
	return e.rows
}

// add adds the records of a mask to a cell.
func (e *Evaluator) add(k *task, t *Table, mask []uint64, lo int) {
	c := &e.plan.cells[k.cell]
	acc := e.columns[k.cell]
	if c.kind == cellCount && c.limit == 0 && e.n == 1 {
		for _, b := range mask {
			acc[0] += int64(bits.OnesCount64(b))
		}
		return
	}
	rows := e.selectRows(mask, lo)
	if c.limit == 0 && e.addQuickly(k, c.kind, acc, t, rows) {
		return
	}
	if c.limit > 0 || c.kind == cellDistinct {
		e.sift(k, t, rows)
		return
	}
	switch c.kind {
	case cellFirst:
		days := t.Days(k.by)
		for _, row := range rows {
			d, s := int64(days[row]), int(t.Subject[row])-e.first
			if acc[s] == Missing || d < acc[s] {
				acc[s] = d
			}
		}
	case cellLast:
		days := t.Days(k.by)
		for _, row := range rows {
			d, s := int64(days[row]), int(t.Subject[row])-e.first
			acc[s] = max(acc[s], d)
		}
	case cellLatest:
		e.latest(k, t, rows, acc)
	default:
		for i, v := range e.valuesOf(k, t, rows) {
			s := int(t.Subject[rows[i]]) - e.first
			switch {
			case v != Missing:
				e.join(c.kind, acc, s, v)
			case c.kind == cellPoints:
				e.overflow(s)
			}
		}
	}
}

// addQuickly counts records or sums up a column of numbers, the commonest aggregates. It is false for the others.
func (e *Evaluator) addQuickly(k *task, kind cellKind, acc []int64, t *Table, rows []int32) bool {
	switch {
	case kind == cellCount:
		subjects, first := t.Subject, e.first
		for _, row := range rows {
			acc[int(subjects[row])-first]++
		}
		return true
	case kind == cellSum && k.value >= 0 && t.Columns[k.value].Ints != nil:
		e.sums(acc, t.Subject, t.Columns[k.value].Ints, rows)
		return true
	}
	return false
}

// sums adds up the values of the rows.
func (e *Evaluator) sums(acc []int64, subjects []uint32, values []int64, rows []int32) {
	first := e.first
	for _, row := range rows {
		v := values[row]
		if v == Missing {
			continue
		}
		s := int(subjects[row]) - first
		sum := acc[s] + v
		if (sum^acc[s])&(sum^v) < 0 {
			e.carry(&acc[s], s, v)
		}
		acc[s] = sum
	}
}

// sum adds a value to a sum.
func (e *Evaluator) sum(acc []int64, s int, v int64) {
	sum := acc[s] + v
	if (sum^acc[s])&(sum^v) < 0 {
		e.carry(&acc[s], s, v)
	}
	acc[s] = sum
}

// join adds one value to a sum, a set of codes, a least or a most.
func (e *Evaluator) join(kind cellKind, acc []int64, s int, v int64) {
	switch kind {
	case cellSum, cellPoints:
		e.sum(acc, s, v)
	case cellCodes:
		acc[s] |= 1 << v
	case cellMin:
		if acc[s] == Missing || v < acc[s] {
			acc[s] = v
		}
	case cellMax:
		acc[s] = max(acc[s], v)
	}
}

// carry notes that a sum went round. Whether it comes back depends on the records still to come, and the result must
// not depend on their order: only what is left in the end is an overflow.
func (e *Evaluator) carry(acc *int64, s int, v int64) {
	by := 1
	if v < 0 {
		by = -1
	}
	for i := range e.carries {
		if e.carries[i].sum == acc {
			e.carries[i].rounds += by
			return
		}
	}
	e.carries = append(e.carries, carried{acc, s, by})
}

// carried is a sum that went round, and how often: upwards less downwards.
type carried struct {
	sum     *int64
	subject int
	rounds  int
}

// latest keeps the value of the last record in the total order.
func (e *Evaluator) latest(k *task, t *Table, rows []int32, acc []int64) {
	newest := e.newest[e.slots[k.cell]*e.n:]
	days := t.Days(k.by)
	for i, v := range e.valuesOf(k, t, rows) {
		row := rows[i]
		s := int(t.Subject[row]) - e.first
		o := order{days[row], t.Recorded[row], t.ID[row]}
		if o.compare(newest[s]) > 0 {
			newest[s], acc[s] = o, v
		}
	}
}

// valuesOf gathers the values of the rows that an aggregate works on; for points by record, the points of
// each, and the missing value where they overflow.
func (e *Evaluator) valuesOf(k *task, t *Table, rows []int32) []int64 {
	e.gather = grow(e.gather, len(rows))
	out := e.gather
	read(out, t, k.value, rows)
	if k.points == nil {
		return out
	}
	last := int64(len(k.points) - 1)
	for i, code := range out {
		if code == Missing {
			code = last
		}
		out[i] = k.points[code]
	}
	if k.times != noColumn {
		e.times = grow(e.times, len(rows))
		read(e.times, t, k.times, rows)
		for i, n := range e.times {
			if n == Missing {
				n = 1
			}
			v, ok := whole.Multiply(out[i], max(n, 0))
			if !ok {
				v = Missing
			}
			out[i] = v
		}
	}
	return out
}

// read widens the values of a column to whole numbers.
func read(out []int64, t *Table, column int, rows []int32) {
	if column < 0 {
		readDays(out, t.Days(column), rows)
		return
	}
	c := &t.Columns[column]
	switch {
	case c.Codes != nil:
		for i, row := range rows {
			out[i] = int64(c.Codes[row])
			if c.Codes[row] == MissingCode {
				out[i] = Missing
			}
		}
	case c.Days != nil:
		readDays(out, c.Days, rows)
	default:
		for i, row := range rows {
			out[i] = c.Ints[row]
		}
	}
}

func readDays(out []int64, days []calendar.Day, rows []int32) {
	for i, row := range rows {
		out[i] = Missing
		if days != nil && days[row] != calendar.None {
			out[i] = int64(days[row])
		}
	}
}

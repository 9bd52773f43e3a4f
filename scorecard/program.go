package scorecard

import (
	"fmt"
	"math"
	"slices"

	"probity/calendar"
)

// A program is what a plan does with the records of one table. It works on chunks of up to chunkRows records: each
// instruction computes a mask (a bit per record) or a number register for the whole chunk, and what several
// characteristics share (a comparison, a window) is computed once. The tasks at its end hand the records that are left
// to the aggregates.
type program struct {
	code []instruction
	sets [][]uint8
	// masks and numbers are how many registers of each sort it needs. Mask 0 holds the records that may be used at all.
	masks, numbers int
	tasks          []task
}

const (
	chunkRows  = 1024
	chunkWords = chunkRows / 64
	maskUsable = 0
)

// task feeds one aggregate.
type task struct {
	cell, window int
	// inside is the mask of the records that count, filter that of those that pass the filter (-1: all do).
	inside, filter int
	// by, value and times are columns; value and times are -10 where the aggregate has none.
	by, value, times int
	// points is the set of a table of points, by code.
	points []int64
}

const noColumn = -10

type opcode uint8

const (
	// Masks.
	opInts      opcode = iota // lo <= integer column a <= hi
	opDays                    // lo <= day column a <= hi
	opSpan                    // day column a lies in window b
	opInForce                 // the validity of the record holds the as-of day
	opCodes                   // code column a is in set b
	opNumbers                 // lo <= number register a <= hi
	opCompare                 // number register a (comparison c) number register b, both there
	opAnd                     // mask a and mask b
	opOr                      // mask a or mask b
	opNot                     // not mask a
	opTruth                   // lo != 0
	firstNumber               // here the opcodes of number registers begin
	opLoadInts                // integer column a
	opLoadDays                // day column a
	opConstant                // lo
	opAdd                     // a + b
	opSubtract                // a - b
	opMultiply                // a * b
	opNegate                  // -a
	opChoose                  // mask c ? a : b
)

// instruction is comparable, so that the same one is emitted once.
type instruction struct {
	op      opcode
	a, b, c int
	lo, hi  int64
	dst     int
}

// assembler makes the program of one table.
type assembler struct {
	layout *Layout
	table  int
	prog   program
	known  map[instruction]int
}

func newAssembler(layout *Layout, table int) *assembler {
	return &assembler{layout: layout, table: table, prog: program{masks: 1}, known: map[instruction]int{}}
}

// emit appends an instruction unless its result is there already, and returns the register of the result.
func (a *assembler) emit(in instruction) int {
	if r, ok := a.known[in]; ok {
		return r
	}
	key := in
	if in.op < firstNumber {
		in.dst = a.prog.masks
		a.prog.masks++
	} else {
		in.dst = a.prog.numbers
		a.prog.numbers++
	}
	a.prog.code = append(a.prog.code, in)
	a.known[key] = in.dst
	return in.dst
}

func (a *assembler) column(field string) int {
	c, ok := a.layout.column(a.table, field)
	if !ok {
		panic(fmt.Sprintf("scorecard: the layout lacks field %s of %s", field, a.layout.reads[a.table].Dataset))
	}
	return c
}

// kind is the type of a field of the table.
func (a *assembler) kind(column int) Type {
	if column < 0 {
		return Date
	}
	return a.layout.reads[a.table].Fields[column].Type
}

func (a *assembler) set(members []bool) int {
	// One entry more than there are codes: whatever lies beyond the list, the missing code among it, is not in the set.
	lut := make([]uint8, len(members)+1)
	for i, m := range members {
		if m {
			lut[i] = 1
		}
	}
	if i := slices.IndexFunc(a.prog.sets, func(s []uint8) bool { return slices.Equal(s, lut) }); i >= 0 {
		return i
	}
	a.prog.sets = append(a.prog.sets, lut)
	return len(a.prog.sets) - 1
}

// mask assembles a condition.
func (a *assembler) mask(e *expr) int {
	switch e.kind {
	case exTruth:
		return a.emit(instruction{op: opTruth, lo: e.value})
	case exCompare:
		return a.compare(e)
	case exMember:
		return a.member(e)
	case exCodes:
		return a.emit(instruction{op: opCodes, a: a.column(e.field), b: a.set(e.set)})
	case exIsMissing:
		return a.not(a.present(e.field))
	case exNot:
		return a.not(a.mask(e.kids[0]))
	case exAnd:
		return a.and(a.mask(e.kids[0]), a.mask(e.kids[1]))
	case exOr:
		return a.or(a.mask(e.kids[0]), a.mask(e.kids[1]))
	case exEither:
		c := a.mask(e.kids[0])
		return a.or(a.and(c, a.mask(e.kids[1])), a.and(a.not(c), a.mask(e.kids[2])))
	}
	panic(fmt.Sprintf("scorecard: expression kind %d is no condition", e.kind))
}

func (a *assembler) and(x, y int) int {
	return a.emit(instruction{op: opAnd, a: min(x, y), b: max(x, y)})
}

func (a *assembler) or(x, y int) int {
	return a.emit(instruction{op: opOr, a: min(x, y), b: max(x, y)})
}

func (a *assembler) not(x int) int { return a.emit(instruction{op: opNot, a: x}) }

// present is the mask of records whose field has a value.
func (a *assembler) present(field string) int {
	column := a.column(field)
	switch a.kind(column) {
	case Code, Bool:
		all := make([]bool, len(a.layout.reads[a.table].Fields[column].codes()))
		for i := range all {
			all[i] = true
		}
		return a.emit(instruction{op: opCodes, a: column, b: a.set(all)})
	}
	return a.within(&expr{kind: exField, field: field}, lowest, highest)
}

// within is the mask of records for which the number lies between lo and hi, both included.
func (a *assembler) within(e *expr, lo, hi int64) int {
	if lo > hi {
		return a.emit(instruction{op: opTruth})
	}
	if e.kind != exField {
		return a.emit(instruction{op: opNumbers, a: a.number(e), lo: lo, hi: hi})
	}
	column := a.column(e.field)
	if a.kind(column) != Date {
		return a.emit(instruction{op: opInts, a: column, lo: lo, hi: hi})
	}
	lo, hi = max(lo, int64(calendar.First)), min(hi, int64(calendar.Last))
	if lo > hi {
		return a.emit(instruction{op: opTruth})
	}
	return a.emit(instruction{op: opDays, a: column, lo: lo, hi: hi})
}

func (a *assembler) compare(e *expr) int {
	x, y := e.kids[0], e.kids[1]
	if y.kind != exNumber {
		return a.emit(instruction{op: opCompare, a: a.number(x), b: a.number(y), c: int(e.op)})
	}
	k := y.value
	switch e.op {
	case equal:
		return a.within(x, k, k)
	case notEqual:
		return a.and(a.within(x, lowest, highest), a.not(a.within(x, k, k)))
	case less:
		return a.within(x, lowest, max(k, lowest)-1)
	case lessEqual:
		return a.within(x, lowest, k)
	case greater:
		if k == highest {
			return a.emit(instruction{op: opTruth})
		}
		return a.within(x, k+1, highest)
	}
	return a.within(x, k, highest)
}

func (a *assembler) member(e *expr) int {
	if len(e.numbers) == 0 {
		return a.emit(instruction{op: opTruth})
	}
	numbers := slices.Compact(slices.Sorted(slices.Values(e.numbers)))
	result := -1
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		r := a.within(e.kids[0], numbers[i], numbers[j])
		if result >= 0 {
			r = a.or(result, r)
		}
		result, i = r, j+1
	}
	return result
}

// number assembles whole-number arithmetic.
func (a *assembler) number(e *expr) int {
	switch e.kind {
	case exNumber:
		return a.emit(instruction{op: opConstant, lo: e.value})
	case exField:
		column := a.column(e.field)
		if a.kind(column) == Date {
			return a.emit(instruction{op: opLoadDays, a: column})
		}
		return a.emit(instruction{op: opLoadInts, a: column})
	case exNegate:
		return a.emit(instruction{op: opNegate, a: a.number(e.kids[0])})
	case exAdd:
		return a.emit(instruction{op: opAdd, a: a.number(e.kids[0]), b: a.number(e.kids[1])})
	case exSubtract:
		return a.emit(instruction{op: opSubtract, a: a.number(e.kids[0]), b: a.number(e.kids[1])})
	case exMultiply:
		return a.emit(instruction{op: opMultiply, a: a.number(e.kids[0]), b: a.number(e.kids[1])})
	case exChoose:
		return a.emit(instruction{op: opChoose, c: a.mask(e.kids[0]), a: a.number(e.kids[1]), b: a.number(e.kids[2])})
	}
	panic(fmt.Sprintf("scorecard: expression kind %d is no number", e.kind))
}

// bind makes the programs for the tables of a layout; those of datasets that the plan does not read have no task.
func (p *Plan) bind(l *Layout) ([]program, error) {
	programs := make([]program, len(l.reads))
	for t, r := range p.layout.reads {
		place := l.Table(r.Dataset)
		if place < 0 {
			return nil, fmt.Errorf("the layout lacks dataset %s, which model %s reads", r.Dataset, p.model.Code)
		}
		for i := range r.Fields {
			at, ok := l.column(place, r.Fields[i].Name)
			if !ok || at >= 0 && !l.reads[place].Fields[at].same(&r.Fields[i]) {
				return nil, fmt.Errorf("the layout lacks field %s of dataset %s as model %s reads it", r.Fields[i].Name, r.Dataset, p.model.Code)
			}
		}
		a := newAssembler(l, place)
		for i := range p.cells {
			if slices.Contains(p.cells[i].tables, t) {
				a.cell(i, &p.cells[i], p.windows)
			}
		}
		programs[place] = a.prog
	}
	return programs, nil
}

// cell adds the task that feeds an aggregate.
func (a *assembler) cell(index int, c *cell, windows []window) {
	t := task{cell: index, window: c.window, filter: -1, by: colOccurred, value: noColumn, times: noColumn, points: c.points}
	if c.by != "" {
		t.by = a.column(c.by)
	}
	if c.field != "" {
		t.value = a.column(c.field)
	}
	if c.times != "" {
		t.times = a.column(c.times)
	}
	t.inside = maskUsable
	w := &windows[c.window]
	if w.inForce {
		t.inside = a.and(t.inside, a.emit(instruction{op: opInForce}))
	}
	if w.dated() {
		t.inside = a.and(t.inside, a.emit(instruction{op: opSpan, a: t.by, b: c.window}))
	}
	if c.filter != nil {
		t.filter = a.mask(c.filter)
		t.inside = a.and(t.inside, t.filter)
	}
	a.prog.tasks = append(a.prog.tasks, t)
}

// cell is one aggregate over some of a subject's records. Characteristics that need the same one share it.
type cell struct {
	kind cellKind
	// limit, where not 0, keeps the newest so many records.
	limit        int
	window       int
	filter       *expr
	by           string
	field, times string
	points       []int64
	tables       []int
	reads        map[string]bool
	// uncounted cells only tell whether there is any record in the window; theirs are not records in use.
	uncounted bool
	shown     string
}

type cellKind uint8

const (
	cellCount cellKind = iota
	cellSum
	cellPoints   // the sum of points[code] * times
	cellCodes    // which codes there are, a bit for each; at the end, how many
	cellDistinct // how many different values there are, where they are more than 64 or no codes
	cellMin
	cellMax
	cellLatest
	cellFirst // the first day
	cellLast  // the last day
)

// empty is the value of the aggregate before its first record.
func (k cellKind) empty() int64 {
	if k <= cellDistinct {
		return 0
	}
	return Missing
}

// window is a stretch of days that records are taken from. Number 0 of a plan is everything up to the as-of day.
type window struct {
	by           string
	outer, inner calendar.Period
	inForce      bool
}

// dated tells whether the window looks at a day beyond what makes a record usable at all.
func (w *window) dated() bool { return w.by != "" || !w.outer.IsZero() || !w.inner.IsZero() }

// span is a window for one as-of day: the days from first to last, both included.
type span struct{ first, last calendar.Day }

// on computes the span. A record is inside from the day on which it is inner old until the day before it is outer old.
func (w *window) on(asOf calendar.Day) span {
	s := span{calendar.First, asOf}
	if !w.inner.IsZero() {
		s.last = oldEnough(w.inner, asOf)
	}
	if !w.outer.IsZero() {
		s.first = oldEnough(w.outer, asOf) + 1
	}
	return s
}

// oldEnough is the last day which, the period added, is not after the given day.
func oldEnough(p calendar.Period, day calendar.Day) calendar.Day {
	back := calendar.Period{Years: -p.Years, Months: -p.Months, Days: -p.Days}
	d := day.Add(back)
	for d >= calendar.First && d.Add(p) > day {
		d--
	}
	for d < day && (d+1).Add(p) <= day {
		d++
	}
	return d
}

// never is later than every day.
const never calendar.Day = math.MaxInt32

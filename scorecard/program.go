package scorecard

import (
	"fmt"
	"math"
	"slices"

	"probity/calendar"
	"probity/scorecard/facts"
	"probity/scorecard/internal/filter"
	"probity/scorecard/internal/kernel"
)

// program is what a plan does with the records of one table: the kernel computes masks, and the tasks hand the records
// that are left to the aggregates. A record touches only the characteristics that name its dataset.
type program struct {
	masks kernel.Program
	tasks []task
}

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

// bind makes the programs for the tables of a layout; those of datasets that the plan does not read have no task.
func (p *Plan) bind(l *Layout) ([]program, error) {
	programs := make([]program, len(l.Reads()))
	for t, r := range p.layout.Reads() {
		place := l.Table(r.Dataset)
		if place < 0 {
			return nil, fmt.Errorf("the layout lacks dataset %s, which model %s reads", r.Dataset, p.model.Code)
		}
		for i := range r.Fields {
			at, ok := l.Column(place, r.Fields[i].Name)
			if !ok || at >= 0 && !l.Reads()[place].Fields[at].Same(&r.Fields[i]) {
				return nil, fmt.Errorf("the layout lacks field %s of dataset %s as model %s reads it", r.Fields[i].Name, r.Dataset, p.model.Code)
			}
		}
		a := kernel.NewAssembler(l, place)
		for i := range p.cells {
			if slices.Contains(p.cells[i].tables, t) {
				programs[place].tasks = append(programs[place].tasks, p.task(a, i))
			}
		}
		programs[place].masks = a.Program()
	}
	return programs, nil
}

// task assembles the masks for a cell.
func (p *Plan) task(a *kernel.Assembler, index int) task {
	c := &p.cells[index]
	w := &p.windows[c.window]
	t := task{
		cell: index, window: c.window, inside: kernel.Usable, filter: -1,
		by: facts.ColumnOccurred, value: noColumn, times: noColumn, points: c.points,
	}
	if c.by != "" {
		t.by = a.Column(c.by)
	}
	if c.field != "" {
		t.value = a.Column(c.field)
	}
	if c.times != "" {
		t.times = a.Column(c.times)
	}
	if w.inForce {
		t.inside = a.And(t.inside, a.InForce())
	}
	if w.dated() {
		t.inside = a.And(t.inside, a.Span(t.by, c.window))
	}
	if c.filter != nil {
		t.filter = a.Mask(c.filter)
		t.inside = a.And(t.inside, t.filter)
	}
	return t
}

// cell is one aggregate over some of a subject's records. Characteristics that need the same one share it.
type cell struct {
	kind cellKind
	// limit, where not 0, keeps the newest so many records.
	limit        int
	window       int
	filter       *filter.Expr
	by           string
	field, times string
	points       []int64
	tables       []int
	reads        map[string]bool
	// uncounted cells only tell whether there is any record in the window; theirs are not records in use.
	uncounted bool
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

// on computes the span of the window for an as-of day. A record is inside from the day on which it is inner old until the day before it is outer old.
func (w *window) on(asOf calendar.Day) kernel.Span {
	s := kernel.Span{First: calendar.First, Last: asOf}
	if !w.inner.IsZero() {
		s.Last = oldEnough(w.inner, asOf)
	}
	if !w.outer.IsZero() {
		s.First = oldEnough(w.outer, asOf) + 1
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

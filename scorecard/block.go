package scorecard

import (
	"probity/scorecard/internal/kernel"
	"probity/scorecard/internal/wide"
)

// block evaluates n subjects, beginning at first.
func (e *Evaluator) block(f *Facts, first, n int) {
	ahead := first - e.first - e.n
	e.begin(first, n)
	e.lay(f, ahead)
	for i, a := range e.parts {
		if i+1 < len(e.parts) {
			next := &e.parts[i+1]
			e.machine.Ahead = wide.NewAhead(next.table, next.lo, min(next.hi, next.lo+kernel.ChunkRows))
		}
		for lo := a.lo; lo < a.hi; lo += kernel.ChunkRows {
			hi := min(lo+kernel.ChunkRows, a.hi)
			e.machine.Run(&a.program.masks, a.table, lo, hi)
			e.feed(a.program, a.table, lo, hi)
		}
		e.machine.Ahead.Rest()
	}
	e.settle()
	e.finish()
}

// lay lists the parts of the block.
func (e *Evaluator) lay(f *Facts, ahead int) {
	e.parts = e.parts[:0]
	used := f.Used()
	for i, t := range used {
		if next := i + lookedAhead; e.n >= leastSubjects && next < len(used) {
			e.edges[used[next]].Fetch(f.Table(used[next]).Subject, e.n, ahead)
		}
		p := &e.programs[t]
		if len(p.tasks) == 0 {
			continue
		}
		table := f.Table(t)
		if lo, hi := e.edges[t].Next(table.Subject, e.first, e.n, ahead); lo < hi {
			e.parts = append(e.parts, part{p, table, lo, hi})
		}
	}
}

// lookedAhead is by how many tables the places where parts may begin and end are asked for ahead.
const lookedAhead = 8

// part is the records of a block in one table.
type part struct {
	program *program
	table   *Table
	lo, hi  int
}

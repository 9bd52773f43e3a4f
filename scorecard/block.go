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
			e.parts[i+1].fetch()
		}
		for lo := a.lo; lo < a.hi; lo += kernel.ChunkRows {
			hi := min(lo+kernel.ChunkRows, a.hi)
			e.machine.Run(&a.program.masks, a.table, lo, hi)
			e.feed(a.program, a.table, lo, hi)
		}
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

// fetch asks for as much of the records as is worked on at a time, unless there are so few that it is not worth it.
func (p *part) fetch() {
	if n := p.hi - p.lo; n >= fetchRows {
		wide.Fetch(p.table, p.lo, p.lo+min(n, kernel.ChunkRows))
	}
}

// fetchRows is from how many records on those of the next table are asked for ahead.
const fetchRows = 32

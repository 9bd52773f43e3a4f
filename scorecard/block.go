package scorecard

import (
	"sort"

	"probity/scorecard/internal/kernel"
	"probity/scorecard/internal/wide"
)

// edge is where the records of the block before lay in a table: up to end, excluded, and how many.
type edge struct{ end, rows int }

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
			e.edges[used[next]].fetch(f.Table(used[next]).Subject, e.n, ahead)
		}
		p := &e.programs[t]
		if len(p.tasks) == 0 {
			continue
		}
		table := f.Table(t)
		if lo, hi := e.edges[t].next(table.Subject, e.first, e.n, ahead); lo < hi {
			e.parts = append(e.parts, part{p, table, lo, hi})
		}
	}
}

// lookedAhead is by how many tables the places where parts may begin and end are asked for ahead.
const lookedAhead = 8

// fetch asks for the places where next will look first.
func (g *edge) fetch(subjects []uint32, n, ahead int) {
	lo := g.end + ahead*g.rows/n
	for _, at := range [...]int{lo, lo + g.rows} {
		if at >= 0 && at < len(subjects) {
			wide.FetchSubjects(subjects[at : at+1])
		}
	}
}

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

// next finds the records of the n subjects from first on, ahead subjects after those of the block before. Blocks are
// about alike: where the last one ended, and how many records it had, is where to look.
func (g *edge) next(subjects []uint32, first, n, ahead int) (lo, hi int) {
	lo = seek(subjects, first, g.end+ahead*g.rows/n)
	hi = seek(subjects, first+n, lo+g.rows)
	g.end, g.rows = hi, hi-lo
	return lo, hi
}

// seek finds the first record of the subject or one after it, looking in wider and wider steps from a place near which
// it may be.
func seek(subjects []uint32, subject, near int) int {
	lo, hi, step := 0, len(subjects), 16
	if near = min(max(near, 0), hi); near < hi && int(subjects[near]) < subject {
		for lo = near + 1; lo+step < hi; step *= 2 {
			if int(subjects[lo+step]) >= subject {
				hi = lo + step
				break
			}
			lo += step + 1
		}
	} else {
		for hi = near; hi-step > 0; step *= 2 {
			if int(subjects[hi-step]) < subject {
				lo = hi - step + 1
				break
			}
			hi -= step
		}
	}
	return lo + sort.Search(hi-lo, func(i int) bool { return int(subjects[lo+i]) >= subject })
}

// rowsOf finds the records of the subjects from first to first+n.
func rowsOf(subjects []uint32, first, n int) (lo, hi int) {
	lo = seek(subjects, first, 0)
	return lo, seek(subjects, first+n, len(subjects))
}

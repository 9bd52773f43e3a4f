package kernel

import (
	"sort"

	"probity/scorecard/internal/wide"
)

// Edge is where the records of the block before lay in a table: up to end, excluded, and how many.
type Edge struct{ end, rows int }

// Fetch asks for the places where Next will look first.
func (g *Edge) Fetch(subjects []uint32, n, ahead int) {
	lo := g.end + ahead*g.rows/n
	for _, at := range [...]int{lo, lo + g.rows} {
		if at >= 0 && at < len(subjects) {
			wide.FetchSubjects(subjects[at : at+1])
		}
	}
}

// Next finds the records of the n subjects from first on, ahead subjects after those of the block before. Blocks are
// about alike: where the last one ended, and how many records it had, is where to look.
func (g *Edge) Next(subjects []uint32, first, n, ahead int) (lo, hi int) {
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

// RowsOf finds the records of the subjects from first to first+n.
func RowsOf(subjects []uint32, first, n int) (lo, hi int) {
	lo = seek(subjects, first, 0)
	return lo, seek(subjects, first+n, len(subjects))
}

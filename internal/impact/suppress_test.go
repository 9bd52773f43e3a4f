package impact_test

import (
	"testing"

	"probity/internal/impact"
)

// traders are so many sole traders with so many small fines, all within the year.
func traders(n, fines, region int) []body {
	list := make([]body, n)
	for i := range list {
		list[i] = body{kind: enterprise, sole: true, region: region}
		for range fines {
			list[i].fines = append(list[i].fines, [2]int{100, 30})
		}
	}
	return list
}

// TestARemainderIsNotSmall: where two small counts of a row are hidden, a third one is, or the row leaves two people.
func TestARemainderIsNotSmall(t *testing.T) {
	t.Parallel()
	var folk []body
	for fines, n := range []int{0, 60, 1, 1, 40} {
		folk = append(folk, traders(n, fines, fines%2)...)
	}
	was, is := plain(), plain()
	is.version, is.cuts = 2, [2]int{97, 94} // 97, 94, 91, 88 points
	r := makeReport(t, newTown(folk).question(is.model(t), was.model(t)))
	p := part(r, impact.HumanBeings)
	if p.Matrix.Cells[0][0].N != 60 || p.Flows[2].Subjects.N != 42 {
		t.Errorf("what may be shown is hidden: %v, %v", p.Matrix.Cells, p.Flows)
	}
	for _, c := range []impact.Count{p.Matrix.Cells[0][1], p.Matrix.Cells[0][2], p.Matrix.Rows[0], p.Matrix.Rows[1]} {
		if !c.Hidden {
			t.Errorf("of the 62 in the first row 60 stay, and two can be told: %v, %v", p.Matrix.Cells, p.Matrix.Rows)
		}
	}
}

package impact_test

import (
	"bytes"
	"testing"

	"github.com/parquet-go/parquet-go"

	"probity/internal/impact"
)

// TestParquetIsReadBack reads both files of a report with another schema than the one they were written by, by the names of
// their columns alone: every movement and every cell stands in them, and nulls where there is nothing or nothing is shown.
func TestParquetIsReadBack(t *testing.T) {
	t.Parallel()
	w := newTown([]body{
		{kind: enterprise, honour: []int{4}}, {kind: enterprise, fines: [][2]int{{2000, 5}}, honour: []int{4}}, {kind: enterprise},
		{kind: enterprise, sole: true, honour: []int{4}},
	})
	k, now := plain(), plain()
	k.version, k.light, now.minimum = 2, 25, 2
	q := w.question(k.model(t), now.model(t))
	var file bytes.Buffer
	m, told := impact.NewMovements(&file, q.DeleteBy), 0
	q.Moved = func(list []impact.Movement) error {
		told += len(list)
		return m.Add(list)
	}
	r := makeReport(t, q)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	type movement struct {
		Subject   string  `parquet:"subject"`
		Direction string  `parquet:"direction"`
		Band      *string `parquet:"band,optional"`
		Score     *int64  `parquet:"score,optional"`
		NewScore  *int64  `parquet:"new_score,optional"`
	}
	rows, err := parquet.Read[movement](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil || len(rows) != told || told == 0 || m.Written() != int64(told) {
		t.Fatalf("%d movements told, %d read: %v", told, len(rows), err)
	}
	for _, x := range rows {
		if x.Subject == "" || x.Direction == "" || (x.Band == nil) != (x.Score == nil) || (x.Band == nil) != (x.Direction == impact.Gained) {
			t.Errorf("a movement is read as %+v", x)
		}
	}
	file.Reset()
	if err := r.WriteCounts(&file); err != nil {
		t.Fatal(err)
	}
	type cell struct {
		Part     string `parquet:"part"`
		Subjects *int64 `parquet:"subjects,optional"`
	}
	cells, err := parquet.Read[cell](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	sums, hidden := map[string]int64{}, map[string]int{}
	for _, c := range cells {
		if c.Subjects == nil {
			hidden[c.Part]++
		} else {
			sums[c.Part] += *c.Subjects
		}
	}
	if sums[impact.Organisations] != 3 || hidden[impact.Organisations] != 0 || sums[impact.HumanBeings] != 0 || hidden[impact.HumanBeings] == 0 {
		t.Errorf("the cells add up to %v, and %v are not shown", sums, hidden)
	}
}

package intake_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"probity/internal/store"
	"probity/internal/store/storetest"
)

// TestFewQuestionsForManyRows: on a server four times the rows are not four times the questions, for a file that is new and
// for one that corrects rows that are there. What grows is by the hundred rows, not by the row.
func TestFewQuestionsForManyRows(t *testing.T) {
	t.Parallel()
	r := open(t)
	address, trips := storetest.Counted(t, filepath.Join(r.dir, "probity.db"))
	s, err := store.Open(t.Context(), address, store.Options{Now: r.desk.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	desk := *r.desk
	desk.Store = s
	send := func(name, result string, rows int) int64 {
		t.Helper()
		var b strings.Builder
		b.WriteString(inspectionHeader)
		for i := range rows {
			b.WriteString(inspection(fmt.Sprintf("检%s%06d", name, i), uint64(i%(rows/4)), result))
		}
		job := inspections
		job.File, job.Source = name+result, strings.NewReader(b.String())
		before := trips()
		rep, err := desk.Ingest(t.Context(), job, nil)
		if err != nil || rep.Counts.Stored != int64(rows) {
			t.Fatalf("%s %s: %+v, %v", name, result, rep, err)
		}
		return trips() - before
	}
	for _, result := range []string{"clean", "refused"} { // the second corrects the first
		few, many := send("a", result, 1000), send("b", result, 4000)
		t.Logf("%s: %d questions for 1,000 rows, %d for 4,000", result, few, many)
		if most := few + 3000/20; many > most {
			t.Errorf("%s: 1,000 rows took %d questions and 4,000 took %d, want at most %d: some are asked row by row", result, few, many, most)
		}
	}
}

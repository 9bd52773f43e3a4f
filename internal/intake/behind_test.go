package intake_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"probity/internal/charter"
	"probity/internal/intake"
	"probity/internal/store"
	"probity/internal/subject"
)

// failing is a store that writes versions so often, and then no more.
type failing struct {
	*store.Store
	left int
}

var errFull = errors.New("the disk is full")

func (f *failing) AddVersions(ctx context.Context, submission int64, admitted []charter.Admitted) error {
	if f.left--; f.left < 0 {
		return errFull
	}
	return f.Store.AddVersions(ctx, submission, admitted)
}

// manyRows are rows of firms by turns, more than a run and more than two commits.
func manyRows(rows, firms int) string {
	var b strings.Builder
	b.WriteString(inspectionHeader)
	for i := range rows {
		b.WriteString(inspection(fmt.Sprintf("检%06d", i), uint64(i%firms), "clean"))
	}
	return b.String()
}

// TestWritingBehindFails: rows are written while the next are gathered; where writing fails, be it at the first commit or at the
// last, the file fails with that reason and nothing of it is seen, and sent again it is taken in whole.
func TestWritingBehindFails(t *testing.T) {
	t.Parallel()
	const rows = 14_000 // at two firms, so that a commit cannot end where a subject does before it has to: three commits
	for _, firms := range []int{2, 500} {
		for left := range 2 {
			r := open(t)
			r.desk.Run = 5000
			r.desk.Store = &failing{r.store, left}
			job := inspections
			job.File, job.Source = "many", strings.NewReader(manyRows(rows, firms))
			if _, err := r.desk.Ingest(r.Context(), job, nil); !errors.Is(err, errFull) {
				t.Fatalf("%d firms, %d commits: %v", firms, left, err)
			}
			r.count(0, `SELECT count(*) FROM submission WHERE published_at IS NOT NULL`)
			r.desk.Store = r.store
			job.Source = strings.NewReader(manyRows(rows, firms))
			if rep, err := r.desk.Ingest(r.Context(), job, nil); err != nil || rep.Counts.Stored != rows {
				t.Fatalf("sent again: %+v, %v", rep, err)
			}
			r.count(rows, `SELECT count(*) FROM record_version`)
		}
	}
}

// TestRowsByPlace: what is said of how many rows each place took adds up, and is what the hash of their subjects says.
func TestRowsByPlace(t *testing.T) {
	t.Parallel()
	r := open(t)
	low, high := subject.Part{Low: -1 << 31, High: -1 << 30}, subject.Part{Low: -1<<30 + 1, High: 1<<31 - 1}
	r.desk.Places = func(context.Context) ([]intake.Place, error) {
		return []intake.Place{{Name: "b", Parts: []subject.Part{high}}, {Name: "a", Parts: []subject.Part{low}}, {Name: "c"}}, nil
	}
	r.desk.Run = 100
	job := inspections
	job.File, job.Source = "many", strings.NewReader(manyRows(400, 200))
	rep, err := r.desk.Ingest(r.Context(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	firms, err := r.store.Population(r.Context(), []subject.Kind{subject.Enterprise}, 0, 1000)
	if err != nil || len(firms) != 200 {
		t.Fatalf("%d firms, %v", len(firms), err)
	}
	want := map[string]int64{"a": 0, "b": 0, "c": 0}
	for _, f := range firms {
		if low.Has(f.ID) {
			want["a"] += 2
		} else {
			want["b"] += 2
		}
	}
	if want["a"] == 0 || want["b"] == 0 {
		t.Fatalf("all firms are of one place: %v", want)
	}
	for _, p := range rep.Places {
		if p.Rows != want[p.Place] {
			t.Errorf("%s took %d rows, want %d", p.Place, p.Rows, want[p.Place])
		}
		delete(want, p.Place)
	}
	if len(want) > 0 {
		t.Errorf("nothing is said of %v", want)
	}
}

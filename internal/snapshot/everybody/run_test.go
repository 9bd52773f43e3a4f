package everybody_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/internal/rating"
	"probity/internal/snapshot/everybody"
	"probity/internal/store/sheets"
	"probity/internal/subject"
)

// ender ends a run after some sheets.
type ender struct {
	*sheets.Run
	left int
	end  context.CancelFunc
}

func (e *ender) Save(ctx context.Context, s rating.Sheet) (rating.Saved, error) {
	saved, err := e.Run.Save(ctx, s)
	if e.left--; e.left == 0 {
		e.end()
	}
	return saved, err
}

// TestGoesOnWhereItWas ends a run over a snapshot after some steps: the next one looks at the others alone, and what stands in
// the end is what an undisturbed run leaves. A publication, or another day, has it begin again.
func TestGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	w := newTown(t, 3)
	s := w.open(t)
	want := w.kept(t)
	w.do(t, `DELETE FROM rating`)
	told := w.count(t, `SELECT count(*) FROM rating_history`)
	w.do(t, `DELETE FROM rating_history`)
	begin := func() *sheets.Run {
		t.Helper()
		r, err := w.Run(t.Context(), w.ratings, nil, subject.Part{})
		fatal(t, err)
		return r
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	desk := w.Everybody(w.ratings, 1)
	desk.Block, desk.Store = 8, &ender{begin(), 3, cancel}
	if _, err := desk.Rate(ctx, w.dir, s, nil, everybody.Stretch{}, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("a run that was ended: %v", err)
	}
	run := begin()
	if done := w.count(t, `SELECT count(DISTINCT subject) FROM rating`); run.Last() != s.IDs()[23] || done == 0 || done > 24 {
		t.Errorf("it ended behind %d, with %d subjects rated", run.Last(), done)
	}
	w.clock = w.clock.Add(24 * time.Hour)
	if r := begin(); r.Last() != 0 {
		t.Errorf("on another day it goes on behind %d", r.Last())
	}
	w.clock = w.clock.Add(-24 * time.Hour)
	desk.Store = run
	tally, err := desk.Rate(t.Context(), w.dir, s, nil, everybody.Stretch{Behind: run.Last()}, nil)
	fatal(t, err)
	if int(tally.Subjects) != s.Len()-24 {
		t.Errorf("of %d subjects %d were looked at again", s.Len(), tally.Subjects)
	}
	if diff := cmp.Diff(want, w.kept(t)); diff != "" || w.count(t, `SELECT count(*) FROM rating_history`) != told {
		t.Errorf("in two parts:\n%s", diff)
	}
	fatal(t, run.End(t.Context()))
	if r := begin(); r.Last() != 0 {
		t.Errorf("after its end it goes on behind %d", r.Last())
	}
	// Page by page from the store it is the same run.
	w.do(t, `DELETE FROM rating`)
	w.do(t, `DELETE FROM rating_history`)
	middle := s.IDs()[s.Len()/2]
	_, err = begin().Save(t.Context(), rating.Sheet{To: middle, Journal: 1 << 40, Known: w.Store.LastPublication()})
	fatal(t, err)
	run = begin()
	pages := *w.ratings
	pages.Store = run.Pages(w.ratings.Store)
	fatal(t, pages.All(t.Context(), nil, nil))
	if n := w.count(t, fmt.Sprintf(`SELECT count(*) FROM rating WHERE subject <= %d`, int64(middle))); n != 0 || len(w.kept(t)) == 0 {
		t.Errorf("%d ratings of those that were done", n)
	}
	if last := w.count(t, `SELECT last FROM rate_run`); last <= int(middle) {
		t.Errorf("it came as far as %d", last)
	}
}

// TestAModelOfAnotherBook: whoever asks for a model in force may have found it in another reading of the models than the desk's.
func TestAModelOfAnotherBook(t *testing.T) {
	t.Parallel()
	w := newTown(t, 20)
	other, err := w.Ratings(t.Context())
	fatal(t, err)
	asked, err := other.Book.Model("enterprise-credit")
	fatal(t, err)
	page, err := w.Store.Population(t.Context(), []subject.Kind{subject.Enterprise}, 0, 50) // some of whom the Charter lets nobody rate
	fatal(t, err)
	kept, err := w.ratings.Computed(t.Context(), page, []*rating.Model{asked})
	fatal(t, err)
	if len(kept) == 0 {
		t.Errorf("%d ratings of %d subjects", len(kept), len(page))
	}
}

package jobs_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/job"
	"probity/internal/rating"
	"probity/internal/subject"
)

// ratings are all that is kept.
func (w *town) kept(t *testing.T) (list []rating.Rating) {
	t.Helper()
	everybody, err := w.Store.Population(t.Context(), subject.Kinds, 0, 1<<30)
	fatal(t, err)
	for _, s := range everybody {
		for _, m := range w.ratings.Book.For(s.Kind) {
			if r, _, err := w.Store.Rating(t.Context(), s.ID, m.Facts.Code); err == nil {
				list = append(list, r)
			}
		}
	}
	return list
}

// due makes the job of a plan, works on it and says how it stands.
func (w *town) due(t *testing.T, d *job.Desk, plan string) job.Job {
	t.Helper()
	_, err := d.Due(t.Context(), w.permit)
	fatal(t, err)
	all, err := d.Store.Jobs(t.Context())
	fatal(t, err)
	for _, j := range all {
		if j.Plan == plan && j.State == job.Open {
			j, err = d.Work(t.Context(), w.permit, j.ID, filepath.Join(t.TempDir(), "snap"), nil)
			fatal(t, err)
			return j
		}
	}
	t.Fatalf("no job of the plan %s is due", plan)
	return job.Job{}
}

// TestTheYearIsRatedByItsClose: until the announcement the tax grade is that of the year before last; from then on it is that
// of the last year, as of 31 December, whatever day it is asked for.
func TestTheYearIsRatedByItsClose(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	grades := func(asOf, until string) (n int) {
		t.Helper()
		for _, r := range w.kept(t) {
			if r.Model != "tax-fee-credit" {
				continue
			}
			if r.AsOf.String() != asOf || r.GoodUntil > calendar.MustParse(until) {
				t.Fatalf("on %s the grade of %s is as of %s until %s", w.clock, r.Subject, r.AsOf, r.GoodUntil)
			}
			if n++; r.Status != rating.Rated {
				n--
			}
		}
		return n
	}
	if grades("2025-12-31", "2027-04-01") == 0 {
		t.Error("nobody has a tax grade of 2025")
	}
	w.clock = time.Date(2027, 3, 31, 4, 0, 0, 0, time.UTC)
	d := w.desk(t, "one")
	w.due(t, d, "tax-year") // the announcement of 2026, which nobody has made yet
	if grades("2025-12-31", "2027-04-01") == 0 {
		t.Error("on the day before the announcement nobody has a tax grade of 2025")
	}
	w.clock = time.Date(2027, 4, 2, 4, 0, 0, 0, time.UTC)
	if j := w.due(t, d, "tax-year"); j.State != job.Done || j.Day != calendar.MustParse("2027-04-01") || j.Rated == 0 {
		t.Errorf("the year's job: %+v", j)
	}
	grades("2026-12-31", "2028-04-01")
}

// TestTheNightRatesWhatIsOutdated: the night looks at those alone whose rating is good no longer or about whom something was
// published, and leaves what rating everybody leaves.
func TestTheNightRatesWhatIsOutdated(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	d := w.desk(t, "one")
	if j := w.due(t, d, "night"); j.State != job.Done || j.Rated != 0 || !j.Outdated {
		t.Errorf("a night after which nothing is outdated: %+v", j)
	}
	before := w.kept(t)
	w.clock = w.clock.Add(70 * 24 * time.Hour)
	today, due := calendar.In(w.clock, calendar.Shanghai), map[subject.ID]bool{}
	for i := range before {
		if !before[i].Good(today) {
			due[before[i].Subject] = true
		}
	}
	marked := before[len(before)/2].Subject
	due[marked] = true
	fatal(t, w.Store.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO stale SELECT ?, max(number) FROM submission WHERE state = 'published'`, int64(marked))
		return err
	}))
	j := w.due(t, d, "night")
	if j.State != job.Done || j.Rated == 0 || int(j.Rated) >= len(before) {
		t.Errorf("%d of %d ratings were looked at: %+v", j.Rated, len(before), j)
	}
	after := w.kept(t)
	for i := range after {
		if !after[i].Good(today) {
			t.Errorf("after the night the rating of %s by %s is good until %s", after[i].Subject, after[i].Model, after[i].GoodUntil)
		}
		if !due[after[i].Subject] && !cmp.Equal(after[i], before[i]) {
			t.Errorf("nothing of %s was outdated, and it was rated again", after[i].Subject)
		}
	}
	if _, stale, err := w.Store.Rating(t.Context(), marked, before[len(before)/2].Model); err != nil || stale {
		t.Errorf("about whom something was published is still marked: %v", err)
	}
	_, err := d.Order(t.Context(), w.permit, nil)
	fatal(t, err)
	all := w.due(t, d, "")
	if all.Changed != 0 {
		t.Errorf("rating everybody after the night changed %d ratings", all.Changed)
	}
}

package everybody_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"probity/calendar"
	"probity/internal/demo"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/snapshot/everybody"
	"probity/internal/store"
	"probity/internal/subject"
	"probity/internal/vault/gone"
)

// town is a demonstration, with its ratings as the desk computed them one by one.
type town struct {
	*deployment.Deployment
	ratings *rating.Desk
	dir     string
	clock   time.Time
	raw     *sql.DB
}

func newTown(t *testing.T, share int) *town {
	t.Helper()
	w := &town{dir: filepath.Join(t.TempDir(), "snap"), clock: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}
	folder := t.TempDir()
	var err error
	w.Deployment, w.ratings, err = demo.Town(t.Context(), folder, share, func() time.Time { return w.clock })
	fatal(t, err)
	t.Cleanup(func() { fatal(t, w.Deployment.Close()) })
	w.raw, err = sql.Open("sqlite", "file:"+demo.Database(folder)+"?_pragma=busy_timeout(10000)")
	fatal(t, err)
	t.Cleanup(func() { fatal(t, w.raw.Close()) })
	return w
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *town) open(t *testing.T) *snapshot.Snapshot {
	t.Helper()
	_, err := w.Snapshots(w.ratings).Build(t.Context(), w.dir, snapshot.Times{AsOf: calendar.None}, nil)
	fatal(t, err)
	s, err := w.Snapshots(w.ratings).Open(w.dir)
	fatal(t, err)
	t.Cleanup(func() { fatal(t, s.Close()) })
	return s
}

// kept are all ratings, with neither their instants nor the numbers that notices have.
func (w *town) kept(t *testing.T) []string {
	t.Helper()
	var list []string
	rows, err := w.raw.QueryContext(t.Context(), `SELECT subject || ' ' || model || ' ' || version || ' ' || as_of || ' ' || coalesce(good_until, '-') || ' ' ||
		status || ' ' || coalesce(score, '-') || ' ' || band || ' ' || gate || ' ' || why_not FROM rating ORDER BY subject, model`)
	fatal(t, err)
	defer rows.Close()
	for rows.Next() {
		var one string
		fatal(t, rows.Scan(&one))
		list = append(list, one)
	}
	fatal(t, rows.Err())
	return list
}

func (w *town) count(t *testing.T, query string) (n int) {
	t.Helper()
	fatal(t, w.raw.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

func (w *town) do(t *testing.T, statement string) {
	t.Helper()
	_, err := w.raw.ExecContext(t.Context(), statement)
	fatal(t, err)
}

// TestEverybodyAsOneByOne throws all ratings of a town away and rates everybody over a snapshot: the ratings that are kept,
// until when they are good, and why somebody is not rated, are those that were computed one by one. A second run finds
// nothing to write, and tells nobody.
func TestEverybodyAsOneByOne(t *testing.T) {
	t.Parallel()
	w := newTown(t, 6)
	want := w.kept(t)
	told := w.count(t, `SELECT count(*) FROM rating_history`)
	s := w.open(t)
	w.do(t, `DELETE FROM rating`)
	w.do(t, `DELETE FROM rating_history`)
	desk := w.Everybody(w.ratings, 2)
	began := time.Now()
	tally, err := desk.Rate(t.Context(), w.dir, s, nil, everybody.Stretch{}, nil)
	fatal(t, err)
	t.Logf("%d subjects, %d ratings in %s", tally.Subjects, len(want), time.Since(began))
	if diff := cmp.Diff(want, w.kept(t)); diff != "" {
		t.Errorf("rated over the snapshot:\n%s", diff)
	}
	if n := w.count(t, `SELECT count(*) FROM rating_history`); n != told || tally.Changed != int64(told) || int(tally.Subjects) != s.Len() {
		t.Errorf("%d changes stand in the history, %d were counted, of %d; %d of %d subjects", n, tally.Changed, told, tally.Subjects, s.Len())
	}
	w.clock = w.clock.Add(time.Hour)
	began = time.Now()
	tally, err = desk.Rate(t.Context(), w.dir, s, nil, everybody.Stretch{}, nil)
	fatal(t, err)
	t.Logf("again in %s", time.Since(began))
	if n := w.count(t, `SELECT count(*) FROM rating WHERE known_at > (SELECT max(published_at) FROM submission) + 3599000000`); n != 0 || tally.Changed != 0 {
		t.Errorf("a second run wrote %d ratings and changed %d", n, tally.Changed)
	}
}

// TestOneModelInParts rates a part of the subjects by one model: the others stay as they are, and so do the marks of
// outdated subjects.
func TestOneModelInParts(t *testing.T) {
	t.Parallel()
	w := newTown(t, 1)
	s := w.open(t)
	want := w.kept(t)
	m, err := w.ratings.Book.Model("enterprise-credit")
	fatal(t, err)
	w.do(t, `DELETE FROM rating WHERE model = 'enterprise-credit'`)
	w.do(t, `DELETE FROM rating_history WHERE model = 'enterprise-credit'`)
	w.do(t, `INSERT INTO stale SELECT id, (SELECT max(number) FROM submission WHERE state = 'published') FROM subject`)
	subjects := w.count(t, `SELECT count(*) FROM subject`)
	desk, ids := w.Everybody(w.ratings, 1), s.IDs()
	middle := ids[len(ids)/2]
	tally, err := desk.Rate(t.Context(), w.dir, s, []*rating.Model{m}, everybody.Stretch{To: middle}, nil)
	fatal(t, err)
	if n := w.count(t, `SELECT coalesce(max(subject), 0) FROM rating WHERE model = 'enterprise-credit'`); n > int(middle) || n == 0 || tally.Last != middle {
		t.Errorf("up to %d somebody until %d was rated; the run says %d", middle, n, tally.Last)
	}
	_, err = desk.Rate(t.Context(), w.dir, s, []*rating.Model{m}, everybody.Stretch{Behind: tally.Last}, nil)
	fatal(t, err)
	if diff := cmp.Diff(want, w.kept(t)); diff != "" {
		t.Errorf("rated in parts:\n%s", diff)
	}
	if n := w.count(t, `SELECT count(*) FROM stale`); n != subjects {
		t.Errorf("%d of %d marks are left after a run by one model", n, subjects)
	}
	_, err = desk.Rate(t.Context(), w.dir, s, nil, everybody.Stretch{}, nil)
	fatal(t, err)
	if n := w.count(t, `SELECT count(*) FROM stale`); n != 0 {
		t.Errorf("%d marks are left after a run by all models", n)
	}
	if n := w.count(t, `SELECT count(*) FROM touched WHERE at = (SELECT max(published_at) FROM submission)`); n != subjects {
		t.Errorf("of %d subjects it is known when they were touched, instead of %d", n, subjects)
	}
}

// meddler publishes something about a subject before the first sheet is kept.
type meddler struct {
	everybody.Store
	before func()
}

func (m *meddler) Save(ctx context.Context, s rating.Sheet) (rating.Saved, error) {
	if m.before != nil {
		m.before()
		m.before = nil
	}
	return m.Store.Save(ctx, s)
}

// TestWhatComesMeanwhile: who is touched by a publication while the run goes on is rated from what is known now, and what is
// made gone ends the run by the Charter's C10, with nothing of that step kept.
func TestWhatComesMeanwhile(t *testing.T) {
	t.Parallel()
	w := newTown(t, 1)
	s := w.open(t)
	victim := subject.ID(w.count(t, `SELECT subject FROM rating WHERE model = 'enterprise-credit' AND status = 'rated' ORDER BY subject LIMIT 1`))
	desk := w.Everybody(w.ratings, 1)
	meddle := &meddler{Store: desk.Store}
	desk.Store = meddle
	meddle.before = func() {
		w.clock = w.clock.Add(time.Minute)
		_, err := w.Store.Change(t.Context(), "", "test", []subject.ID{victim}, w.clock, &store.Trace{}, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `DELETE FROM record_version WHERE subject = ?`, int64(victim))
			return err
		})
		fatal(t, err)
	}
	tally, err := desk.Rate(t.Context(), w.dir, s, nil, everybody.Stretch{}, nil)
	fatal(t, err)
	if tally.Again != 1 {
		t.Errorf("%d were rated again", tally.Again)
	}
	r, err := w.ratings.Current(t.Context(), victim, "enterprise-credit")
	fatal(t, err)
	if r.Status != rating.NotRated {
		t.Errorf("somebody without records is %s: the snapshot's records counted", r.Status)
	}
	// The snapshot is stale now.
	if _, err = desk.Rate(t.Context(), w.dir, s, nil, everybody.Stretch{}, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("over a stale snapshot: %v", err)
	}
	s = w.open(t)
	before := w.kept(t)
	w.do(t, `DELETE FROM rating WHERE model = 'enterprise-credit'`)
	left := w.kept(t)
	meddle.before = func() { w.forget(t, victim) }
	tally, err = desk.Rate(t.Context(), w.dir, s, nil, everybody.Stretch{}, nil)
	var f *fault.Error
	if !errors.As(err, &f) || f.Invariant != "C10" || tally.Last != 0 {
		t.Errorf("after something was made gone: %v, behind %d", err, tally.Last)
	}
	if diff := cmp.Diff(left, w.kept(t)); diff != "" || slices.Equal(before, left) {
		t.Errorf("something was kept:\n%s", diff)
	}
}

// forget suppresses a record of a subject, as a dispute does.
func (w *town) forget(t *testing.T, id subject.ID) {
	t.Helper()
	w.clock = w.clock.Add(time.Minute)
	trace := &store.Trace{At: w.clock, Gone: []gone.Mark{{Kind: gone.Suppressed, Subject: id, Matter: 1}}}
	fatal(t, w.Store.WriteWith(t.Context(), trace, func(*sql.Tx) error { return nil }))
}

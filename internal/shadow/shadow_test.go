package shadow_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"probity/calendar"
	"probity/internal/access"
	"probity/internal/charter"
	"probity/internal/demo"
	"probity/internal/deployment"
	"probity/internal/fault"
	"probity/internal/impact"
	"probity/internal/ownfile"
	"probity/internal/rating"
	"probity/internal/shadow"
	"probity/internal/store"
	"probity/internal/store/rulebooks"
	"probity/internal/subject"
	"probity/rulebook"
)

const code = "enterprise-credit"

// town is a part of the delta with a second version of a model, which is a draft.
type town struct {
	*testing.T
	*deployment.Deployment
	ratings *rating.Desk
	clock   time.Time
	dir     string
	work    charter.WorkPermit
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{T: t, clock: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC), dir: filepath.Join(t.TempDir(), "snap")}
	var err error
	w.Deployment, w.ratings, err = demo.Town(t.Context(), t.TempDir(), 2, func() time.Time { return w.clock })
	w.must(err)
	t.Cleanup(func() { w.must(w.Deployment.Close()) })
	w.register("npcic/somebody else")
	as, err := demo.Credential(t.Context(), w.Deployment, demo.Operator)
	w.must(err)
	w.work, err = w.Access.Working(t.Context(), as, "trial")
	w.must(err)
	return w
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// harder is the model with every company thirty points further down.
func harder(t *testing.T) []byte {
	t.Helper()
	for _, f := range rulebook.All() {
		if f.Name == code {
			body := bytes.Replace(f.Model, []byte("\nversion: 1\n"), []byte("\nversion: 2\n"), 1)
			return bytes.Replace(body, []byte("\nbase: "), []byte("\nbase: 570 # was "), 1)
		}
	}
	t.Fatal("the built-in model is gone")
	return nil
}

func (w *town) register(author string) {
	w.Helper()
	body := harder(w.T)
	m, err := rating.NewModel("harder.yaml", body, w.Catalogue.Schema())
	w.must(err)
	permit, err := charter.AdmitModel(m.Facts, w.Catalogue)
	w.must(err)
	digest := m.Plan.Model().Digest
	w.must(rulebooks.In(w.Store).Add(w.Context(), permit, rulebooks.Model{
		Code: code, Version: 2, Digest: digest[:], Body: body, Author: author, AddedAt: w.clock,
	}))
}

func (w *town) today() calendar.Day { return calendar.In(w.clock, calendar.Shanghai) }

// everything is all that the database holds of anybody, but the trials, the platform's own ledger, and how far the log is signed,
// which goes by the clock on the wall.
func (w *town) everything() map[string]string {
	w.Helper()
	all := map[string]string{}
	w.must(w.Store.ReadWhole(w.Context(), func(store.Whole) error { return nil })) // what waits beside the database
	w.must(w.Store.Read(w.Context(), func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(w.Context(), `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('trial', 'trial_run', 'meta', 'ledger_end')
			AND name NOT LIKE 'notary_%'`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var names []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			names = append(names, name)
		}
		for _, name := range names {
			where := ""
			if strings.HasPrefix(name, "ledger_") {
				where = " WHERE subject <> 0"
			}
			if all[name], err = dump(w.Context(), tx, name+where); err != nil {
				return err
			}
		}
		return rows.Err()
	}))
	if len(all) < 40 {
		w.Fatalf("%d tables are compared", len(all))
	}
	return all
}

func dump(ctx context.Context, tx *sql.Tx, from string) (string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT * FROM `+from)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	values, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "%x\n", values)
	}
	return text.String(), rows.Err()
}

// TestATrialChangesNothing has a version tried that would put everybody elsewhere: it is counted, and of all that the
// database holds of anybody not a byte is another, nor what a company is told of itself. Its ratings cannot be kept.
func TestATrialChangesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	desk := w.Shadows(w.ratings)
	some, err := w.Store.Population(t.Context(), []subject.Kind{subject.Enterprise}, 0, 1)
	w.must(err)
	owner := w.ownerOf(some[0].ID)
	own := w.own(owner, some[0].ID)
	before := w.everything()
	_, err = desk.Begin(t.Context(), w.work, code, 2, w.today()+30)
	w.must(err)
	runs, err := desk.Count(t.Context(), w.work, w.dir, nil)
	w.must(err)
	if len(runs) != 1 || len(runs[0].Parts) == 0 || runs[0].Against != 1 {
		t.Fatalf("counted: %+v", runs)
	}
	p := runs[0].Parts[0]
	if p.Name != impact.Organisations || p.Moved.N == 0 || p.Moved.N > p.Subjects.N || p.Matrix == nil || len(p.Drivers) == 0 {
		t.Errorf("what moves: %+v", p)
	}
	if diff := cmp.Diff(before, w.everything()); diff != "" {
		t.Errorf("a trial changed something:\n%s", diff)
	}
	after := w.own(owner, some[0].ID)
	for key, was := range own {
		if key != "readers" && key != "trials" && was != after[key] {
			t.Errorf("the own file says otherwise in %s", key)
		}
	}
	if own["trials"] != "[]" || !strings.Contains(after["trials"], `"counted":true`) {
		t.Errorf("on trials the own file says %s", after["trials"])
	}
	w.keepNothing(some[0])
}

// ownerOf is a company's own credential.
func (w *town) ownerOf(id subject.ID) access.Credential {
	w.Helper()
	by, err := demo.Credential(w.Context(), w.Deployment, demo.Operator)
	w.must(err)
	with, err := demo.Credential(w.Context(), w.Deployment, demo.Witness)
	w.must(err)
	secret, err := w.Access.Issue(w.Context(), by, with, access.Grant{Name: "own", Subject: id, Proof: strings.Repeat("ab", 32)})
	w.must(err)
	as, err := w.Access.Authenticate(w.Context(), "own", secret)
	w.must(err)
	return as
}

// own is the own file of a company, by its sections.
func (w *town) own(as access.Credential, id subject.ID) map[string]string {
	w.Helper()
	f, err := w.OwnFile(w.Context(), as, id, ownfile.EN)
	w.must(err)
	sections := map[string]string{}
	for _, s := range f.Sections {
		text, err := json.Marshal(s.Part.Data)
		w.must(err)
		sections[s.Section.Key] = string(text)
	}
	return sections
}

// keepNothing tries to keep what the version on trial says as somebody's rating.
func (w *town) keepNothing(s subject.Subject) {
	w.Helper()
	m, _, _, err := w.Shadows(w.ratings).Versions.Version(w.Context(), code, 2)
	w.must(err)
	permits, err := w.ratings.Permits(w.Context(), []subject.Subject{s}, []*rating.Model{m})
	w.must(err)
	r := rating.Rating{Subject: s.ID, Model: code, Version: 2, AsOf: w.today(), KnownAt: w.clock, GoodUntil: calendar.None, Status: rating.Rated, Score: 1, Band: "D"}
	var f *fault.Error
	err = w.Store.SaveRatings(w.Context(), []rating.Kept{{Permit: permits[0][0], Rating: r}}, w.clock, nil)
	if !errors.As(err, &f) || f.Invariant != "C8" {
		w.Errorf("a rating by a version on trial was to be kept: %v", err)
	}
}

// TestATrialEnds counts once a day until the last day, and never after; a trial that somebody ended, or whose version came
// into force, is over too.
func TestATrialEnds(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	desk := w.Shadows(w.ratings)
	_, err := desk.Begin(t.Context(), w.work, code, 2, w.today()+1)
	w.must(err)
	if _, err := desk.Begin(t.Context(), w.work, code, 2, w.today()+9); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("a second trial of a version: %v", err)
	}
	counts := func(want int) {
		t.Helper()
		runs, err := desk.Count(t.Context(), w.work, w.dir, nil)
		w.must(err)
		if len(runs) != want {
			t.Errorf("on %s it was counted %d times", w.today(), len(runs))
		}
	}
	counts(1)
	counts(0)
	w.clock = w.clock.Add(24 * time.Hour)
	counts(1)
	w.clock = w.clock.Add(24 * time.Hour)
	counts(0)
	trial, err := desk.Find(t.Context(), code, 2)
	w.must(err)
	if s := trial.State(w.today()); s != shadow.Over || trial.Runs != 2 {
		t.Errorf("after its last day it is %s, counted %d times", s, trial.Runs)
	}
	_, err = desk.Begin(t.Context(), w.work, code, 2, w.today()+9)
	w.must(err)
	if trial, err = desk.End(t.Context(), w.work, code, 2); err != nil || trial.State(w.today()) != shadow.Ended {
		t.Errorf("ended: %+v, %v", trial, err)
	}
	counts(0)
	if _, err := desk.End(t.Context(), w.work, code, 2); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("ended twice: %v", err)
	}
	_, err = desk.Begin(t.Context(), w.work, code, 2, w.today()+9)
	w.must(err)
	w.must(w.RetireModel(t.Context(), code, 2, "npcic/Clerk"))
	counts(0)
	if trial, err = desk.Find(t.Context(), code, 2); err != nil || trial.State(w.today()) != shadow.Decided {
		t.Errorf("given up: %+v, %v", trial, err)
	}
}

// TestHumansAreCountedOnceAMonth: two counts of neighbouring days would differ by the few who came and went.
func TestHumansAreCountedOnceAMonth(t *testing.T) {
	t.Parallel()
	day := calendar.MustParse("2026-11-23")
	of := func(day calendar.Day, parts ...string) shadow.Run {
		r := shadow.Run{Day: day}
		for _, p := range parts {
			r.Parts = append(r.Parts, shadow.Part{Name: p})
		}
		return r
	}
	for name, c := range map[string]struct {
		runs []shadow.Run
		want bool
	}{
		"first":       {nil, true},
		"yesterday":   {[]shadow.Run{of(day-1, impact.Organisations, impact.HumanBeings)}, false},
		"before":      {[]shadow.Run{of(day-1, impact.Organisations), of(day-20, impact.Organisations, impact.HumanBeings)}, false},
		"a month ago": {[]shadow.Run{of(day-1, impact.Organisations), of(day-31, impact.HumanBeings)}, true},
	} {
		if got := shadow.HumansDue(c.runs, day); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	flows := []impact.Flow{
		{Direction: impact.Up, Subjects: impact.Count{N: 3}}, {Direction: impact.Same, Subjects: impact.Count{N: 100}}, {Direction: impact.Lost, Subjects: impact.Count{N: 4}},
	}
	if got := shadow.Moved(flows); got != (impact.Count{N: 7}) {
		t.Errorf("moved: %+v", got)
	}
	flows[0].Subjects.Hidden = true
	if got := shadow.Moved(flows); got != (impact.Count{Hidden: true}) {
		t.Errorf("moved, where a part of them is not shown: %+v", got)
	}
}

package impact_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/demo"
	"probity/internal/fault"
	"probity/internal/impact"
	"probity/internal/rating"
	"probity/internal/snapshot"
	"probity/internal/subject"
	"probity/rulebook"
)

// TestBandsAreThoseOfTheDesk makes reports over a part of the delta, for each model in force against itself: the bands
// counted are those in which the desk keeps everybody, organisations and human beings.
func TestBandsAreThoseOfTheDesk(t *testing.T) {
	t.Parallel()
	now := func() time.Time { return time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC) }
	run := &demo.Run{World: demo.New(3, demo.LastDay, demo.Part(4), catalogue.BuiltIn()), Dir: t.TempDir(), Now: now}
	d, desk, err := run.Make(t.Context())
	if d != nil {
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "snap")
	if _, err := d.Snapshots(desk).Build(t.Context(), dir, snapshot.Times{AsOf: calendar.None}, nil); err != nil {
		t.Fatal(err)
	}
	s, err := d.Snapshots(desk).Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, m := range desk.Book.Models() {
		kept := map[bool]map[string]int64{false: {}, true: {}}
		for i, id := range s.IDs() {
			kind := subject.Kinds[s.Kinds()[i]]
			if !m.Rates(kind) {
				continue
			}
			r, err := desk.Current(t.Context(), id, m.Facts.Code)
			if fault.Is(err, fault.Refused) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			band := r.Band
			if r.Status != rating.Rated {
				band = impact.Unrated
			}
			kept[kind.Natural() || s.Soles()[i] != 0][band]++
		}
		side := impact.Side{Model: m, AsOf: m.At(s.AsOf).AsOf}
		q, err := d.Impact(t.Context(), desk, s, side, side)
		if err != nil {
			t.Fatal(err)
		}
		open := *q.Limits
		open.Small.Below = 0 // to see every count
		q.Limits = &open
		report := makeReport(t, q)
		for i := range report.Parts {
			p := &report.Parts[i]
			named(t, p)
			if m.Facts.Code == "enterprise-credit" && p.Name == impact.Organisations {
				known(t, p)
			}
			of := kept[p.Name == impact.HumanBeings]
			for k, name := range p.Matrix.From {
				if p.Matrix.Rows[k].N != of[name] || p.Matrix.Columns[k].N != of[name] || p.Matrix.Cells[k][k].N != of[name] {
					t.Errorf("%s, %s in %s: %+v, kept are %d", m.Facts.Code, p.Name, name, p.Matrix.Rows[k], of[name])
				}
				delete(of, name)
			}
			if len(of) > 0 {
				t.Errorf("%s, %s: not counted are %v", m.Facts.Code, p.Name, of)
			}
			kept[p.Name == impact.HumanBeings] = nil
		}
		for human, of := range kept {
			if len(of) > 0 {
				t.Errorf("%s, human beings %t: not counted are %v", m.Facts.Code, human, of)
			}
		}
	}
	none, err := d.Impact(t.Context(), desk, s, impact.Side{AsOf: s.AsOf}, impact.Side{AsOf: s.AsOf})
	if err != nil {
		t.Fatal(err)
	}
	older(t, none)
}

// named demands that every group is called by a name, and not by its code.
func named(t *testing.T, p *impact.Part) {
	t.Helper()
	for _, b := range p.Breakdowns {
		for _, g := range b.Groups {
			if g.Title.EN == "" || g.Title.ZH == "" || g.Title.EN == g.Code || g.Title.ZH == g.Code {
				t.Errorf("by %s, the group %q is called %+v", b.Dimension, g.Code, g.Title)
			}
		}
	}
}

// known demands that most organisations stand in a group of every dimension, and not among those of whom it is not known.
func known(t *testing.T, p *impact.Part) {
	t.Helper()
	for _, dimension := range []string{"kind", "province", "prefecture", "industry", "size"} {
		i := slices.IndexFunc(p.Breakdowns, func(b impact.Breakdown) bool { return b.Dimension == dimension })
		if i < 0 {
			t.Errorf("there is no breakdown by %s", dimension)
			continue
		}
		groups, unknown := 0, int64(0)
		for _, g := range p.Breakdowns[i].Groups {
			if g.Code == "" {
				unknown = g.Subjects.N
			} else {
				groups++
			}
		}
		if unknown*2 > p.Subjects.N || groups < 2 && dimension != "kind" {
			t.Errorf("by %s there are %d groups, and of %d of %d it is not known", dimension, groups, unknown, p.Subjects.N)
		}
	}
}

// older compares two versions of a built-in model: benefits are gained and lost as bands are.
func older(t *testing.T, q *impact.Question) {
	t.Helper()
	var versions []*rating.Model // the oldest first
	for _, f := range rulebook.All() {
		if !strings.HasPrefix(f.Name, "customs-credit-v") {
			continue
		}
		m, err := rating.NewModel(f.ModelPath(), f.Model, q.Catalogue.Schema())
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, m)
	}
	q.Current.Model, q.Candidate.Model = versions[0], versions[1]
	p := part(makeReport(t, q), impact.Organisations)
	if p == nil || len(p.Consequences) == 0 {
		t.Fatal("no benefit rests on the customs model")
	}
	for _, c := range p.Consequences {
		if c.Had.N+c.Gained.N-c.Lost.N != c.Has.N {
			t.Errorf("%s: %d had it, %d gain, %d lose, %d have it", c.Measure, c.Had.N, c.Gained.N, c.Lost.N, c.Has.N)
		}
	}
}

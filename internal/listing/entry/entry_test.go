package entry_test

import (
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/listing/criteria"
	"probity/internal/listing/entry"
)

// model is the procedure told a second time, as a clerk would keep it on a card: what has happened, and what is open. It
// shares nothing with the table of the code.
type model struct {
	drafted, notified, asked, decided, approved, published, requested, dropped, removed bool
	// open is the number of objections not yet answered.
	open int
}

// may tells whether the clerk would let the act happen.
func (m *model) may(a entry.Act) bool {
	closed := m.dropped || m.removed
	before := m.notified && !m.decided && !closed
	switch a {
	case entry.ToDraft:
		return !m.drafted
	case entry.Notify:
		return m.drafted && !m.notified && !closed
	case entry.Object, entry.Grace:
		return before
	case entry.AskToHear:
		return before && !m.asked
	case entry.Hear:
		return before && m.asked
	case entry.Answer:
		return before && m.open > 0 && !m.asked
	case entry.Decide:
		return before && m.open == 0 && !m.asked
	case entry.Drop:
		return m.drafted && !closed && !m.approved && !m.published
	case entry.Approve:
		return m.decided && !m.approved && !m.published && !closed
	case entry.Publish:
		return m.decided && !m.published && !closed
	case entry.Request:
		return m.published && !m.requested && !m.removed
	case entry.Accept, entry.Refuse:
		return m.requested && !m.removed
	case entry.Expire:
		return m.published && !m.removed
	case entry.Revoke:
		return m.decided && !closed
	case entry.Annul:
		return m.decided && !m.dropped
	}
	return false
}

func (m *model) do(a entry.Act) {
	switch a {
	case entry.ToDraft:
		m.drafted = true
	case entry.Notify:
		m.notified = true
	case entry.Object:
		m.open++
	case entry.AskToHear:
		m.open++
		m.asked = true
	case entry.Hear:
		m.asked = false
	case entry.Answer:
		m.open = 0
	case entry.Decide:
		m.decided = true
	case entry.Drop:
		m.dropped = true
	case entry.Approve:
		m.approved = true
	case entry.Publish:
		m.published = true
	case entry.Request:
		m.requested = true
	case entry.Refuse:
		m.requested = false
	case entry.Accept, entry.Expire, entry.Revoke, entry.Annul:
		m.removed = true
	case entry.Grace:
	}
}

// TestTheProcedureAgainstAModel walks random sequences of acts, lawful and not, and asks the state machine and the clerk's
// card the same question at every step.
func TestTheProcedureAgainstAModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var m model
		var e entry.Entry
		day := calendar.MustParse("2026-07-01")
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			state := e.State()
			allowed := state.Allowed()
			for _, a := range entry.Acts {
				_, ok := state.Next(a)
				if ok != slices.Contains(allowed, a) {
					t.Fatalf("%s: Next and Allowed disagree on %s", state, a)
				}
				if ok != m.may(a) {
					t.Fatalf("after %v the entry is %s; %s is allowed: %v, by the card: %v", acts(&e), state, a, ok, m.may(a))
				}
			}
			a := rapid.SampledFrom(entry.Acts).Draw(t, "act")
			if len(allowed) > 0 && rapid.IntRange(0, 2).Draw(t, "lawful") > 0 {
				a = rapid.SampledFrom(allowed).Draw(t, "act in turn")
			}
			if !m.may(a) {
				continue // what is refused leaves no step
			}
			m.do(a)
			e.Steps = append(e.Steps, entry.Step{Seq: len(e.Steps) + 1, Act: a, Day: day, Until: day + 5, End: day + 700})
			if live := m.published && !m.removed; live != e.Stands(day, &criteria.List{Removal: []criteria.Cause{{Code: ""}}}) {
				t.Fatalf("after %v it stands: %v", acts(&e), !live)
			}
			if e.Stands(day+700, nil) {
				t.Fatalf("after %v it stands on its end", acts(&e))
			}
		}
	})
}

func acts(e *entry.Entry) []entry.Act {
	var list []entry.Act
	for i := range e.Steps {
		list = append(list, e.Steps[i].Act)
	}
	return list
}

func published(causes ...criteria.Cause) (entry.Entry, *criteria.List) {
	d := calendar.MustParse
	return entry.Entry{
		ID: 1, Subject: 2, List: "l", Colour: criteria.Black, Measures: []string{"m"}, Steps: []entry.Step{
			{Act: entry.ToDraft, Day: d("2026-06-01")}, {Act: entry.Notify, Day: d("2026-06-02"), Until: d("2026-06-09")},
			{Act: entry.Decide, Day: d("2026-06-10"), End: d("2028-06-10"), Until: d("2026-08-09")}, {Act: entry.Publish, Day: d("2026-06-12")},
		},
	}, &criteria.List{Code: "l", Removal: causes, Measures: []criteria.Measure{{Code: "m", Ceiling: calendar.Period{Years: 1}}}}
}

// TestNextChangeIsTheDayOfTheNextChange walks day by day, which is slow and plainly right, and compares.
func TestNextChangeIsTheDayOfTheNextChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e, l := published(criteria.Cause{Code: "paid", Lapses: rapid.Bool().Draw(t, "lapses")})
		first := calendar.MustParse("2026-06-12")
		e.Steps[2].End = first + calendar.Day(rapid.IntRange(1, 60).Draw(t, "end"))
		if rapid.Bool().Draw(t, "asked for") {
			e.Steps = append(e.Steps, entry.Step{Act: entry.Request, Cause: "paid", Day: first, Until: first + calendar.Day(rapid.IntRange(0, 70).Draw(t, "due"))})
		}
		for on := first; on < first+80; on++ {
			next, stands := e.NextChange(on), e.Stands(on, l)
			for d := on; d < first+90 && (next == calendar.None || d < next); d++ {
				if e.Stands(d, l) != stands {
					t.Fatalf("on %s it says that nothing changes before %s, and on %s something does", on, next, d)
				}
			}
		}
	})
}

func TestCarries(t *testing.T) {
	t.Parallel()
	day := calendar.MustParse
	long := calendar.Period{Years: 9}
	e, l := published()
	if until, ok := e.Carries("m", long, l, day("2026-06-12")); !ok || until != day("2027-06-12") {
		t.Errorf("under the list's ceiling: %s, %v", until, ok)
	}
	if until, ok := e.Carries("m", calendar.Period{Months: 2}, l, day("2026-06-12")); !ok || until != day("2026-08-12") {
		t.Errorf("under the measure's ceiling: %s, %v", until, ok)
	}
	for name, on := range map[string]string{"before its publication": "2026-06-11", "on the ceiling": "2027-06-12"} {
		if _, ok := e.Carries("m", long, l, day(on)); ok {
			t.Errorf("%s it restricts", name)
		}
	}
	if _, ok := e.Carries("n", long, l, day("2026-06-12")); ok {
		t.Error("it carries a measure that it does not name")
	}
	e.Gone = true
	if e.Stands(day("2026-06-13"), l) {
		t.Error("an entry that had ended before the backup stands")
	}
}

func TestHowItEnded(t *testing.T) {
	t.Parallel()
	day := calendar.MustParse
	for _, c := range []struct {
		name string
		acts []entry.Step
		on   string
		how  entry.Ending
		day  string
	}{
		{"not yet", nil, "2026-07-01", "", ""},
		{"by itself", nil, "2028-06-10", entry.Expired, "2028-06-10"},
		{"by itself, long ago", nil, "2030-01-01", entry.Expired, "2028-06-10"},
		{"repaired", []entry.Step{{Act: entry.Request, Day: day("2026-07-01"), Until: day("2026-07-06")}, {Act: entry.Accept, Day: day("2026-07-02")}}, "2026-08-01", entry.Repaired, "2026-07-02"},
		{"revoked", []entry.Step{{Act: entry.Revoke, Day: day("2026-07-02")}}, "2026-08-01", entry.Revoked, "2026-07-02"},
		{"annulled after it was revoked", []entry.Step{{Act: entry.Revoke, Day: day("2026-07-02")}, {Act: entry.Annul, Day: day("2026-07-20")}}, "2026-08-01", entry.Annulled, "2026-07-20"},
	} {
		e, _ := published()
		e.Steps = append(e.Steps, c.acts...)
		want := calendar.None
		if c.day != "" {
			want = day(c.day)
		}
		if how, on := e.EndedOn(day(c.on)); how != c.how || on != want {
			t.Errorf("%s: %q on %s", c.name, how, on)
		}
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	var id entry.ID
	if err := id.UnmarshalText([]byte(entry.ID(77).String())); err != nil || id != 77 {
		t.Errorf("%d, %v", id, err)
	}
	if err := id.UnmarshalText([]byte("o0000000000001")); err == nil {
		t.Error("an order's id was taken for an entry's")
	}
}

// TestNothingCanCarryARating holds C4 in the types and in what the package can reach: no field could hold a rating, and
// no package that knows of one is imported.
func TestNothingCanCarryARating(t *testing.T) {
	t.Parallel()
	words := []string{"rating", "score", "band", "grade", "rank", "points", "model"}
	var walk func(path string, typ reflect.Type)
	seen := map[reflect.Type]bool{}
	walk = func(path string, typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Array {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || !strings.HasPrefix(typ.PkgPath(), "probity/") {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			for _, w := range words {
				if strings.Contains(strings.ToLower(f.Name), w) {
					t.Errorf("%s.%s could carry a rating", path, f.Name)
				}
			}
			if k := f.Type.Kind(); k == reflect.Interface || k == reflect.Map || k == reflect.Float64 {
				t.Errorf("%s.%s could carry anything", path, f.Name)
			}
			walk(path+"."+f.Name, f.Type)
		}
	}
	walk("Entry", reflect.TypeFor[entry.Entry]())
	if len(seen) < 4 {
		t.Errorf("only %d types were walked", len(seen))
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range parsed.Imports {
			for _, w := range []string{"internal/rating", "scorecard", "rulebook"} {
				if strings.Contains(imp.Path.Value, w) {
					t.Errorf("%s imports %s", f.Name(), imp.Path.Value)
				}
			}
		}
	}
}

package order_test

import (
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/measure/order"
)

func day(s string) calendar.Day {
	if s == "" {
		return calendar.None
	}
	return calendar.MustParse(s)
}

func sample() order.Order {
	return order.Order{
		ID: 7, Subject: 9, Issuer: "spc", Measure: "consumption-limit",
		Start: day("2026-03-01"), End: day("2028-03-01"), Review: calendar.None, Served: day("2026-03-05"),
	}
}

func TestStateIsJudgedOnTheDay(t *testing.T) {
	t.Parallel()
	lifted := sample()
	lifted.Ended = &order.Ending{Act: order.Lift, Day: day("2027-01-10")}
	annulled := sample()
	annulled.Ended = &order.Ending{Act: order.Annul, Day: day("2027-01-10")}
	review := sample()
	review.End, review.Review = calendar.None, day("2026-09-01")
	unserved := sample()
	unserved.Served = calendar.None
	endless := sample()
	endless.End = calendar.None
	for _, c := range []struct {
		name string
		o    order.Order
		on   string
		want order.State
	}{
		{"before its start", sample(), "2026-02-28", order.Entered},
		{"started and not served", sample(), "2026-03-04", order.Entered},
		{"from the day of service", sample(), "2026-03-05", order.InForce},
		{"on its last day", sample(), "2028-02-29", order.InForce},
		{"on its end", sample(), "2028-03-01", order.Expired},
		{"before it is lifted", lifted, "2027-01-09", order.InForce},
		{"from the day it is lifted", lifted, "2027-01-10", order.Lifted},
		{"lifted, long after its end", lifted, "2030-01-01", order.Lifted},
		{"annulled before the day of the annulment", annulled, "2026-06-01", order.Annulled},
		{"annulled after", annulled, "2027-06-01", order.Annulled},
		{"before its review", review, "2026-08-31", order.InForce},
		{"its review has come and nobody ordered anew", review, "2026-09-01", order.Expired},
		{"never served", unserved, "2026-06-01", order.Entered},
		{"without any end it never holds", endless, "2026-06-01", order.Expired},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.o.State(day(c.on)); got != c.want {
				t.Errorf("state on %s is %s, want %s", c.on, got, c.want)
			}
		})
	}
}

// TestOverIsForGood: an order that is over never restricts again, and one that is not yet over still can.
func TestOverIsForGood(t *testing.T) {
	t.Parallel()
	annulled := sample()
	annulled.Ended = &order.Ending{Act: order.Annul, Day: day("2027-01-10")}
	for _, c := range []struct {
		name string
		o    order.Order
		on   string
		want bool
	}{
		{"not yet begun", sample(), "2026-02-28", false}, {"in force", sample(), "2026-03-05", false},
		{"expired", sample(), "2028-03-01", true}, {"annulled", annulled, "2026-06-01", true},
	} {
		if got := c.o.Over(day(c.on)); got != c.want {
			t.Errorf("%s: over is %v", c.name, got)
		}
	}
}

// TestNextIsTheDayOfTheNextChange walks day by day, which is slow and plainly right, and compares.
func TestNextIsTheDayOfTheNextChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := func(name string) calendar.Day { return calendar.Day(rapid.IntRange(0, 60).Draw(t, name)) }
		o := order.Order{Start: d("start"), End: calendar.None, Review: calendar.None, Served: d("served")}
		if rapid.Bool().Draw(t, "has end") {
			o.End = d("end")
		}
		if o.End == calendar.None || rapid.Bool().Draw(t, "has review") {
			o.Review = d("review")
		}
		if rapid.Bool().Draw(t, "ended") {
			o.Ended = &order.Ending{Act: rapid.SampledFrom([]order.Act{order.Lift, order.Annul}).Draw(t, "act"), Day: d("ended on")}
		}
		today := d("today")
		next := o.Next(today)
		now := o.State(today)
		want := calendar.None
		for on := today + 1; on < 70 && want == calendar.None; on++ {
			if o.State(on) != now {
				want = on
			}
		}
		if next != want {
			t.Fatalf("%+v (%+v): %s on %d, next change said to come on %d, comes on %d", o, o.Ended, now, today, next, want)
		}
	})
}

// TestNoTypeKnowsOfRatings holds the half of C4 that is a matter of types: nothing an order is made of can carry a
// rating, and the package cannot even name one.
func TestNoTypeKnowsOfRatings(t *testing.T) {
	t.Parallel()
	forbidden := []string{"rating", "score", "band", "grade", "point", "rank", "model"}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(typ.Elem())
		case reflect.Map, reflect.Interface, reflect.Func, reflect.Float32, reflect.Float64:
			t.Errorf("%s could carry anything, a score too", typ)
		case reflect.Struct:
			if typ.PkgPath() == "time" {
				return
			}
			for i := range typ.NumField() {
				f := typ.Field(i)
				for _, word := range forbidden {
					if strings.Contains(strings.ToLower(f.Name), word) {
						t.Errorf("%s has a field %s", typ, f.Name)
					}
				}
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[order.Order]())

	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range files {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range f.Imports {
			switch path := strings.Trim(imp.Path.Value, `"`); path {
			case "probity/calendar", "probity/internal/subject":
			default:
				if strings.HasPrefix(path, "probity/") {
					t.Errorf("%s imports %s", entry.Name(), path)
				}
			}
		}
	}
}

func TestIDsSurviveText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := order.ID(rapid.Int64Min(1).Draw(t, "id"))
		text, err := id.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back order.ID
		if err := back.UnmarshalText(text); err != nil || back != id {
			t.Fatalf("%d became %s and then %d (%v)", id, text, back, err)
		}
	})
	var id order.ID
	if err := id.UnmarshalText([]byte("s0000000000001")); err == nil {
		t.Error("a subject's id was taken for an order's")
	}
}

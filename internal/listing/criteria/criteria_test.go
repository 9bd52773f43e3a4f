package criteria_test

import (
	"reflect"
	"strings"
	"testing"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/listing/criteria"
)

func builtIn(t testing.TB) *criteria.Set {
	t.Helper()
	set, err := criteria.BuiltIn(catalogue.BuiltIn())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestTheBuiltInLists holds what the law says of the lists, as far as it was read: figures that change with the law are
// looked for in the data, not in code.
func TestTheBuiltInLists(t *testing.T) {
	t.Parallel()
	set := builtIn(t)
	day := calendar.MustParse("2026-07-01")
	period := func(s string) calendar.Period {
		p, err := calendar.ParsePeriod(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		code   string
		colour criteria.Colour
		term   string
		repair string
	}{
		{"serious-violators", criteria.Black, "P3Y", "P1Y"},
		{"judgment-defaulters", criteria.Black, "P2Y", "P0D"},
		{"tax-violators", criteria.Black, "P3Y", "P6M"},
		{"abnormal-operations", criteria.Black, "P3Y", "P0D"},
		{"wage-arrears", criteria.Black, "P3Y", "P6M"},
		{"procurement-violators", criteria.Black, "P3Y", "P1Y"},
		{"certified-operators", criteria.Red, "P5Y", "P0D"},
		{"quality-awards", criteria.Red, "P5Y", "P0D"},
	} {
		l := set.List(c.code, day)
		if l == nil {
			t.Errorf("there is no list %s", c.code)
			continue
		}
		if l.Colour != c.colour || l.Term != period(c.term) || l.Repair != period(c.repair) {
			t.Errorf("%s is %s, runs %s and can be repaired after %s", c.code, l.Colour, l.Term, l.Repair)
		}
		if len(l.Uncertain) == 0 && l.Confidence != "verified" {
			t.Errorf("%s does not say what is uncertain about it", c.code)
		}
	}
	if n := len(set.Lists(day)); n != 8 {
		t.Errorf("%d lists are in force", n)
	}
	if set.List("serious-violators", calendar.MustParse("2021-08-31")) != nil {
		t.Error("the list of serious violators is in force before its day")
	}
	d := set.List("judgment-defaulters", day)
	if len(d.Grounds) != 6 || len(d.Exempt) != 5 || d.Grace == nil || d.Grace.Min != period("P1M") || d.Grace.Max != period("P3M") ||
		d.Extension == nil || d.Extension.Min != period("P1Y") || d.Extension.Max != period("P3Y") {
		t.Errorf("the list of judgment defaulters: %+v", d)
	}
}

func TestKeepers(t *testing.T) {
	t.Parallel()
	cat, day := catalogue.BuiltIn(), calendar.MustParse("2026-07-01")
	set := builtIn(t)
	for _, c := range []struct {
		list, agency string
		keeps        bool
	}{
		{"serious-violators", "samr", true}, {"serious-violators", "nanjing-amr", true}, {"serious-violators", "sta", false},
		{"judgment-defaulters", "nanjing-court", true}, {"judgment-defaulters", "samr", false},
		{"tax-violators", "shanghai-tax", true}, {"quality-awards", "jiangsu-gov", true}, {"certified-operators", "samr", false},
	} {
		if got := set.List(c.list, day).Keeps(cat.Agency(c.agency)); got != c.keeps {
			t.Errorf("%s keeps %s: %v", c.agency, c.list, got)
		}
	}
}

// TestNoFieldCanCarryARating walks every type of the criteria (Charter C4).
func TestNoFieldCanCarryARating(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		switch typ.Kind() { //nolint:exhaustive // leaves have no fields
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			walk(path, typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			name := strings.ToLower(f.Name)
			for _, word := range []string{"rating", "score", "band", "grade", "rank", "points"} {
				if strings.Contains(name, word) {
					t.Errorf("%s.%s could carry a rating", path, f.Name)
				}
			}
			if f.Type.Kind() == reflect.Interface {
				t.Errorf("%s.%s could carry anything", path, f.Name)
			}
			walk(path+"."+f.Name, f.Type)
		}
	}
	walk("List", reflect.TypeFor[criteria.List]())
	if len(seen) < 5 {
		t.Errorf("only %d types were walked", len(seen))
	}
}

// sound is a file with one list that is whole.
const sound = `lists:
  - code: water-wasters
    title: Serious breaches of the water law | 严重违反水法名单
    colour: black
    keepers: [mwr]
    scope: [b]
    basis: water-law
    level: law
    kinds: [enterprise]
    from: 2026-09-01
    comment: {from: 2026-06-01, to: 2026-07-15}
    evaluation: 2028-09-01
    tier: serious
    window: 5 working_day
    answer: 10 working_day
    term: P2Y
    repair: P6M
    contest: P60D
    remedy: Reconsideration within 60 days | 六十日内申请行政复议
    confidence: assumed
    grounds:
      - code: drawing
        title: Drawing water without a permit after an order to stop | 未经批准擅自取水且拒不停止
        basis: water-law art. 69
        elements: [{code: penalty-number, title: Number of the penalty decision | 处罚决定书文号, kind: text}]
    removal: [{code: cured, title: The duties are done | 已履行义务, within: 10 working_day}]
    measures: [{code: fiscal-limit, ceiling: P2Y, tier: serious}]
`

func TestParse(t *testing.T) {
	t.Parallel()
	lists, err := criteria.Parse("water.yaml", []byte(sound), catalogue.BuiltIn())
	if err != nil || len(lists) != 1 || lists[0].Comment.To != calendar.MustParse("2026-07-15") || lists[0].To != calendar.None {
		t.Fatalf("%+v, %v", lists, err)
	}
	if _, err := criteria.NewSet(append(lists, lists...)); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same edition twice: %v", err)
	}
	for name, c := range map[string]struct{ from, to, text string }{
		"a field that is none":   {"colour: black", "colour: black\n    score: 600", "field score not found"},
		"a colour that is none":  {"colour: black", "colour: grey", `the colour is "grey"`},
		"one language":           {"title: Serious breaches of the water law | 严重违反水法名单", "title: Serious", "both languages"},
		"an unknown law":         {"basis: water-law\n", "basis: sky-law\n", `no law "sky-law"`},
		"an unknown keeper":      {"[mwr]", "[nobody]", `no agency of the catalogue is "nobody"`},
		"an unknown measure":     {"fiscal-limit", "flogging", `has no "flogging"`},
		"a ground without facts": {"[{code: penalty-number, title: Number of the penalty decision | 处罚决定书文号, kind: text}]", "[]", "asks for no facts"},
		"no window":              {"    window: 5 working_day\n", "", "no time to object"},
		"a window in no unit":    {"window: 5 working_day", "window: 5 moons", "no length of time"},
		"ends before it begins":  {"from: 2026-09-01", "from: 2026-09-01\n    to: 2026-01-01", "before it begins"},
		"a scope that is none":   {"scope: [b]", "scope: [z]", `no scope "z"`},
		"no day":                 {"    from: 2026-09-01\n", "", "no first day"},
		"nothing":                {sound, "", "the file is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(sound, c.from, c.to, 1)
			_, err := criteria.Parse("water.yaml", []byte(text), catalogue.BuiltIn())
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "water.yaml") {
				t.Errorf("got %v, want %q", err, c.text)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sound)
	f.Add("lists: [{code: a}]")
	f.Add("lists:\n  - &a {code: x}\n  - *a\n")
	cat := catalogue.BuiltIn()
	f.Fuzz(func(t *testing.T, text string) {
		lists, err := criteria.Parse("x.yaml", []byte(text), cat)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v is not Invalid", err)
			}
			return
		}
		for i := range lists {
			if lists[i].From == calendar.None || len(lists[i].Grounds) == 0 {
				t.Fatalf("taken: %+v", lists[i])
			}
		}
	})
}

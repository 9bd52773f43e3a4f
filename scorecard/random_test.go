package scorecard_test

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/scorecard"
)

// Random models and records: the models are valid by construction, the records small, crowded round the as-of day, with
// ties, gaps and now and then a number that overflows.

var asOf = calendar.MustParse("2026-11-22")

type modelMaker struct {
	t     *rapid.T
	b     strings.Builder
	names []string
	// ask are the characteristics by what a condition can ask of them.
	ranges, coded, missable []string
	codesOf                 map[string][]string
	unscored                []string
	few                     bool
}

func (m *modelMaker) int(label string, lo, hi int) int {
	return rapid.IntRange(lo, hi).Draw(m.t, label)
}
func (m *modelMaker) yes(label string) bool { return rapid.Bool().Draw(m.t, label) }
func (m *modelMaker) pick(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(m.t, label)
}
func (m *modelMaker) add(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

var tables = []struct {
	datasets, family string
	numbers, codes   []string
	days             []string
}{
	{`["*.penalty"]`, "penalty", []string{"fine"}, []string{"severity", "paid"}, []string{"decided", "valid_from"}},
	{`[samr.penalty]`, "penalty", []string{"fine"}, []string{"severity", "paid"}, []string{"decided"}},
	{`[samr.licence]`, "licence", []string{"capital"}, []string{"state"}, []string{"valid_to"}},
	{`[sta.default]`, "tax", []string{"months", "arrears"}, []string{"indicator"}, []string{"valid_from"}},
}

var codeLists = map[string][]string{
	"severity": {"minor", "general", "serious"}, "paid": {"false", "true"},
	"state": {"valid", "suspended", "revoked", "expired"}, "indicator": {"010101", "010102", "010106", "010301"},
}

func randomModel(t *rapid.T, bands bool) string {
	m := &modelMaker{t: t, codesOf: map[string][]string{}, few: !bands}
	m.add("model: random\nversion: 1\ntitle: {en: Random}\nkinds: [enterprise]\ncontexts: [commerce]\n")
	m.add("source: {title: random, date: 2026-11-22}\nbase: %d\n", m.int("base", -50, 50))
	if m.yes("clip") {
		m.add("clip: {min: %d, max: %d}\n", m.int("clip min", -200, 0), m.int("clip max", 1, 200))
	}
	groups := m.int("groups", 0, 2)
	m.add("characteristics:\n")
	for i := range m.int("characteristics", max(1, groups), 6) {
		group := ""
		if i < groups {
			group = fmt.Sprintf("g%d", i)
		} else if groups > 0 && m.yes("grouped") {
			group = "g0"
		}
		m.characteristic(i, group)
	}
	if groups > 0 {
		m.add("groups:\n")
		for i := range groups {
			m.add("  - {name: g%d, floor: %d, cap: %d}\n", i, m.int("floor", -60, 0), m.int("cap", 1, 60))
		}
	}
	m.add("not_rated:\n  - {records_below: %d, reason: N}\n", m.int("records", 1, 3))
	for i, name := range m.unscored {
		if !slices.Contains(m.ranges, name) && !slices.Contains(m.coded, name) {
			continue
		}
		m.add("  - {%s, reason: N}\n", m.on(name, i))
	}
	if m.yes("minimum") {
		m.add("  - {%s, reason: N}\n", m.on(m.pick("asked", m.names...), 99))
	}
	if bands {
		m.bands()
	} else {
		m.add("bands: [{name: Z}]\n")
	}
	m.add("reasons:\n  R: {en: lost}\n  N: {en: not rated}\n")
	if bands {
		m.add("  G: {en: gate}\n")
	}
	return m.b.String()
}

func (m *modelMaker) bands() {
	top := m.int("top", -30, 60)
	m.add("bands:\n  - {name: A, from: %d}\n  - {name: B, from: %d}\n  - {name: M, unordered: true}\n  - {name: C, from: %d}\n  - {name: Z}\n",
		top, top-m.int("b", 1, 30), top-30-m.int("c", 1, 30))
	m.add("gates:\n")
	for i := range m.int("gates", 0, 3) {
		m.add("  - {name: gate%d, when: %s, %s, reason: G}\n", i, m.condition(i, 0),
			m.pick("effect", "band: A", "band: Z", "at_most: B", "at_most: C", "at_least: B", "at_least: C", "band: M"))
	}
	m.add("  - {name: m, when: {all: [{score_from: %d, score_below: %d}, {%s}]}, band: M, reason: G}\n",
		top-40, top+5, m.on(m.pick("m", m.names...), 7))
}

func (m *modelMaker) condition(i, depth int) string {
	if depth < 2 && m.int("depth", 0, 2) == 0 {
		return fmt.Sprintf("{%s: [%s, %s]}", m.pick("join", "all", "any"), m.condition(i, depth+1), m.condition(i, depth+1))
	}
	if m.int("score", 0, 3) == 0 {
		return fmt.Sprintf("{score_from: %d}", m.int("score from", -50, 50))
	}
	return "{" + m.on(m.pick("on", m.names...), i) + "}"
}

// on is a condition on a characteristic; salt keeps direct gates from shadowing each other too often.
func (m *modelMaker) on(name string, salt int) string {
	switch {
	case slices.Contains(m.missable, name) && m.yes("missing"):
		return fmt.Sprintf("characteristic: %s, missing: %v", name, m.yes("is"))
	case slices.Contains(m.coded, name):
		codes := m.codesOf[name]
		return fmt.Sprintf("characteristic: %s, codes: [%q]", name, m.pick("code", codes...))
	case m.int("form", 0, 1) == 0:
		return fmt.Sprintf("characteristic: %s, from: %d", name, 1+m.int("from", 0, 30)*(salt%2))
	}
	return fmt.Sprintf("characteristic: %s, below: %d", name, 1+m.int("below", 0, 30)*(salt%2))
}

func (m *modelMaker) characteristic(i int, group string) {
	name := fmt.Sprintf("c%d", i)
	m.names = append(m.names, name)
	table := tables[m.int("table", 0, len(tables)-1)]
	m.add("  - name: %s\n    title: {en: %s}\n", name, name)
	if m.yes("family") {
		m.add("    families: [%s]\n", table.family)
	} else {
		m.add("    datasets: %s\n", table.datasets)
	}
	if m.yes("where") {
		m.add("    where: '%s'\n", m.filter(table.numbers, table.codes, 0))
	}
	if m.int("by", 0, 3) == 0 {
		m.add("    by: %s\n", m.pick("day", table.days...))
	}
	limited := m.window()
	codes, missable, lo := m.aggregate(table.numbers, table.codes, limited)
	if codes == nil && missable == "points_by" {
		m.pointsBy(group)
		return
	}
	if codes != nil {
		m.coded = append(m.coded, name)
		m.codesOf[name] = codes
	} else {
		m.ranges = append(m.ranges, name)
	}
	if missable == "never" && m.int("no records", 0, 2) == 0 {
		missable = "no_records"
	}
	if missable == "always" || missable == "no_records" {
		m.missable = append(m.missable, name)
	}
	if i > 0 && group == "" && missable != "no_records" && m.int("unscored", 0, 4) == 0 {
		m.unscored = append(m.unscored, name)
		return
	}
	if group != "" {
		m.add("    group: %s\n", group)
	}
	m.add("    reason: R\n")
	least := m.attributes(codes, lo)
	switch missable {
	case "always":
		m.add("    missing: {points: %d}\n", least+m.int("missing", 0, 40))
	case "no_records":
		m.add("    missing: {no_records: true, points: %d}\n", least+m.int("missing", 0, 40))
	}
}

func (m *modelMaker) window() (limited bool) {
	periods := []string{"P1D", "P30D", "P3M", "P1Y", "P1Y1M1D", "P18M", "P4Y"}
	latest := ""
	if m.int("latest", 0, 3) == 0 {
		latest, limited = fmt.Sprintf(", latest: %d", m.int("n", 1, 4)), true
	}
	switch m.int("window", 0, 4) {
	case 0:
		m.add("    window: {last: %s%s}\n", m.pick("period", periods...), latest)
	case 1:
		k := m.int("inner", 0, len(periods)-2)
		m.add("    window: {between: [%s, %s]%s}\n", periods[m.int("outer", k+1, len(periods)-1)], periods[k], latest)
	case 2:
		m.add("    window: {in_force: true%s}\n", latest)
	default:
		if limited {
			m.add("    window: {%s}\n", strings.TrimPrefix(latest, ", "))
		}
	}
	return limited
}

// aggregate writes one; codes are set where its values are codes.
func (m *modelMaker) aggregate(numbers, codes []string, limited bool) (list []string, missable string, lo int) {
	field := m.pick("number", numbers...)
	kind := m.pick("aggregate", "count", "exists", "sum", "min", "max", "latest", "latest code", "months_since_first",
		"months_since_last", "distinct", "share", "ratio", "points_by")
	if kind == "share" && limited {
		kind = "count"
	}
	switch kind {
	case "count", "exists":
		m.add("    aggregate: %s\n", kind)
		return nil, "never", 0
	case "months_since_first", "months_since_last":
		m.add("    aggregate: %s\n", kind)
		return nil, "always", 0
	case "sum":
		m.add("    aggregate: {sum: %s}\n", field)
		return nil, "never", -1000
	case "min", "max", "latest":
		m.add("    aggregate: {%s: %s}\n", kind, field)
		return nil, "always", -1000
	case "latest code":
		code := m.pick("code", codes...)
		m.add("    aggregate: {latest: %s}\n", code)
		return codeLists[code], "always", 0
	case "distinct":
		m.add("    aggregate: {distinct: %s}\n", m.pick("distinct", append(codes, field)...))
		return nil, "never", 0
	case "share":
		m.add("    aggregate: {share: '%s', of: %d}\n", m.filter(numbers, codes, 1), m.int("of", 1, 1000))
		return nil, "always", 0
	case "ratio":
		m.add("    aggregate: {ratio: {numerator: {aggregate: {%s: %s}}, denominator: {aggregate: %s", m.pick("over", "sum", "max"), field,
			m.pick("under", "count", "{sum: "+field+"}"))
		if m.yes("own filter") {
			m.add(", where: '%s'", m.filter(numbers, codes, 1))
		}
		m.add("}}, of: %d}\n", m.int("of", 1, 1000))
		return nil, "always", -1000
	}
	m.add("    points_by: {field: %s, times: %s, table: {%q: -5, %q: 3}, other: %d, floor: -%d, cap: %d}\n",
		coded(codes), field, codeLists[coded(codes)][0], codeLists[coded(codes)][1], m.int("other", -2, 2), m.int("floor", 1, 60), m.int("cap", 1, 60))
	return nil, "points_by", 0
}

// coded is the field with a code list, which comes first.
func coded(codes []string) string { return codes[0] }

func (m *modelMaker) pointsBy(group string) {
	name := m.names[len(m.names)-1]
	m.ranges = append(m.ranges, name)
	if group != "" {
		m.add("    group: %s\n", group)
	}
	m.add("    reason: R\n")
}

// attributes writes attributes or points by unit, and returns the least points.
func (m *modelMaker) attributes(codes []string, lo int) int {
	if codes != nil {
		k := m.int("first codes", 1, len(codes)-1)
		a, b := m.int("points", -40, 40), m.int("points", -40, 40)
		quoted := make([]string, k)
		for i := range quoted {
			quoted[i] = fmt.Sprintf("%q", codes[i])
		}
		m.add("    attributes: [{codes: [%s], points: %d}, {other: true, points: %d}]\n", strings.Join(quoted, ", "), a, b)
		return min(a, b)
	}
	direction := m.pick("direction", "rising", "falling", "none")
	if m.int("per unit", 0, 4) == 0 {
		each := m.int("each", 1, 9)
		if m.yes("falls") {
			each = -each
		}
		if each > 0 || m.yes("no promise") {
			direction = "none"
		} else {
			direction = "falling"
		}
		m.add("    direction: %s\n    points_per: {each: %d, every: %d, over: %d, floor: %d, cap: %d}\n",
			direction, each, m.int("every", 1, 12), m.int("over", lo, 12), -m.int("floor", 1, 40), m.int("cap", 1, 40))
		return 0
	}
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(max(lo, -30)+1, 40), 1, 4, rapid.ID[int]).Draw(m.t, "cuts")
	slices.Sort(cuts)
	if lo == 0 && cuts[0] < 1 {
		cuts[0] = 1
	}
	text := m.b.String()[strings.LastIndex(m.b.String(), "- name"):]
	if strings.Contains(text, "exists") || strings.Contains(text, "of: 1}") {
		cuts = []int{1}
	}
	if strings.Contains(text, "share") {
		cuts = []int{1}
	}
	points := rapid.SliceOfN(rapid.IntRange(-40, 40), len(cuts)+1, len(cuts)+1).Draw(m.t, "points")
	least := slices.Min(points)
	adverse := strings.Contains(text, "penalty") || strings.Contains(text, "tax") || strings.Contains(text, "sta.")
	if direction == "rising" && adverse {
		direction = "none"
	}
	switch direction {
	case "rising":
		slices.Sort(points)
	case "falling":
		slices.Sort(points)
		slices.Reverse(points)
	}
	m.add("    direction: %s\n    attributes: [{below: %d, points: %d}", direction, cuts[0], points[0])
	for i := 1; i < len(cuts); i++ {
		m.add(", {from: %d, below: %d, points: %d}", cuts[i-1], cuts[i], points[i])
	}
	m.add(", {from: %d, points: %d}]\n", cuts[len(cuts)-1], points[len(cuts)])
	return least
}

func (m *modelMaker) filter(numbers, codes []string, depth int) string {
	if depth < 3 {
		switch m.int("filter", 0, 5) {
		case 0:
			return fmt.Sprintf("(%s && %s)", m.filter(numbers, codes, depth+1), m.filter(numbers, codes, depth+1))
		case 1:
			return fmt.Sprintf("(%s || %s)", m.filter(numbers, codes, depth+1), m.filter(numbers, codes, depth+1))
		case 2:
			return fmt.Sprintf("!(%s)", m.filter(numbers, codes, depth+1))
		case 3:
			return fmt.Sprintf("(%s ? %s : %s)", m.filter(numbers, codes, depth+1), m.filter(numbers, codes, depth+1), m.filter(numbers, codes, depth+1))
		}
	}
	op := m.pick("op", "==", "!=", "<", "<=", ">", ">=")
	number := m.pick("number", numbers...)
	switch m.int("leaf", 0, 7) {
	case 0:
		return fmt.Sprintf("%s %s %d", number, op, m.int("constant", -5, 20))
	case 1:
		return fmt.Sprintf("%s %s %s", m.sum(numbers, 0), op, m.sum(numbers, 0))
	case 2:
		return fmt.Sprintf("missing(%s)", m.pick("missing", append(append([]string{"valid_to"}, numbers...), codes...)...))
	case 3:
		return fmt.Sprintf("%s %s date(%q)", m.pick("day", "occurred", "valid_from", "valid_to"), op, (asOf - calendar.Day(m.int("ago", -50, 900))).String())
	case 4:
		return fmt.Sprintf("%s in [%d, %d, %d]", number, m.int("in", -5, 20), m.int("in", -5, 20), m.int("in", -5, 20))
	case 5:
		return fmt.Sprintf("valid_from %s valid_to", op)
	}
	code := m.pick("code", codes...)
	list := codeLists[code]
	value := m.pick("value", list...)
	switch {
	case code == "paid":
		return m.pick("paid", "paid", "!paid", "paid == true", "paid != true", "paid == false")
	case code != "severity":
		op = m.pick("unordered", "==", "!=")
	}
	if m.yes("in") {
		return fmt.Sprintf("%s in [%q, %q]", code, value, list[0])
	}
	return fmt.Sprintf("%s %s %q", code, op, value)
}

func (m *modelMaker) sum(numbers []string, depth int) string {
	number := m.pick("number", numbers...)
	if depth == 2 {
		return number
	}
	switch m.int("sum", 0, 5) {
	case 0:
		return fmt.Sprintf("%s + %d", number, m.int("plus", -9, 9))
	case 1:
		return fmt.Sprintf("(%s - %s)", m.sum(numbers, depth+1), m.sum(numbers, depth+1))
	case 2:
		return fmt.Sprintf("%s * %d", number, m.int("times", -9, 9))
	case 3:
		return fmt.Sprintf("-%s", number)
	case 4:
		return fmt.Sprintf("(%s > 3 ? %s : %s)", number, m.sum(numbers, depth+1), m.sum(numbers, depth+1))
	}
	return number
}

// randomRecords draws the records of one subject.
func randomRecords(t *rapid.T, schema scorecard.Schema, most int) []refRecord {
	day := rapid.Custom(func(t *rapid.T) calendar.Day {
		return asOf - calendar.Day(rapid.OneOf(rapid.IntRange(-40, 40), rapid.IntRange(-400, 1200), rapid.SampledFrom([]int{365, 366, 30, 31, 1461, 548, 549})).Draw(t, "ago"))
	})
	maybe := rapid.Custom(func(t *rapid.T) calendar.Day {
		if rapid.Bool().Draw(t, "none") {
			return calendar.None
		}
		return day.Draw(t, "day")
	})
	var all []refRecord
	for i := range rapid.IntRange(0, most).Draw(t, "records") {
		d := &schema.Datasets[rapid.IntRange(0, len(schema.Datasets)-1).Draw(t, "dataset")]
		r := refRecord{dataset: d, values: map[string]any{}, Record: scorecard.Record{
			ID: int64(i*7%11)*100 + int64(i), Recorded: int64(rapid.IntRange(1, 2).Draw(t, "recorded")),
			Occurred: day.Draw(t, "occurred"), ValidFrom: maybe.Draw(t, "valid_from"), ValidTo: maybe.Draw(t, "valid_to"),
			Lapse: calendar.None, Disputed: rapid.IntRange(0, 9).Draw(t, "disputed") == 0,
		}}
		if rapid.IntRange(0, 3).Draw(t, "lapses") == 0 {
			r.Lapse = day.Draw(t, "lapse")
		}
		if r.ValidFrom != calendar.None {
			r.values[scorecard.ValidFrom] = r.ValidFrom
		}
		if r.ValidTo != calendar.None {
			r.values[scorecard.ValidTo] = r.ValidTo
		}
		for _, f := range d.Fields {
			if rapid.IntRange(0, 5).Draw(t, "there") == 0 {
				continue
			}
			switch f.Type {
			case scorecard.Int, scorecard.Amount:
				v := int64(rapid.IntRange(-3, 20).Draw(t, "value"))
				if rapid.IntRange(0, 60).Draw(t, "huge") == 0 {
					v = rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64 + 1, math.MaxInt64 / 2, 1 << 40}).Draw(t, "how")
				}
				r.values[f.Name] = v
			case scorecard.Code:
				r.values[f.Name] = rapid.SampledFrom(f.Codes).Draw(t, "code")
			case scorecard.Bool:
				r.values[f.Name] = rapid.Bool().Draw(t, "bool")
			case scorecard.Date:
				r.values[f.Name] = day.Draw(t, "date")
			}
		}
		all = append(all, r)
	}
	return all
}

// addTo adds the records as the next subject of a builder.
func addTo(b *scorecard.Builder, l *scorecard.Layout, records []refRecord) {
	b.Subject()
	for _, r := range records {
		t := l.Table(r.dataset.Code)
		if t < 0 {
			continue
		}
		var row []int64
		for _, f := range l.Reads()[t].Fields {
			v := scorecard.Missing
			switch x := r.values[f.Name].(type) {
			case int64:
				v = x
			case calendar.Day:
				v = int64(x)
			case string:
				v = int64(slices.Index(f.Codes, x))
			case bool:
				v = map[bool]int64{false: 0, true: 1}[x]
			}
			row = append(row, v)
		}
		b.Add(t, r.Record, row...)
	}
}

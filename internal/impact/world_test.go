package impact_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/impact"
	"probity/internal/rating"
	"probity/internal/subject"
	"probity/scorecard"
)

var (
	today = calendar.MustParse("2026-11-23")
	noon  = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
)

// schema are two datasets about everybody.
var schema = scorecard.Schema{Datasets: []scorecard.Dataset{
	{
		Code: "samr.penalty", Family: "penalty", Context: "market", Kinds: []string{"enterprise", "office_holder", "person"}, Adverse: true,
		Fields: []scorecard.Field{{Name: "fine", Type: scorecard.Amount}},
	},
	{
		Code: "samr.honour", Family: "honour", Context: "market", Kinds: []string{"enterprise", "office_holder", "person"},
		Fields: []scorecard.Field{{Name: "level", Type: scorecard.Int}},
	},
}}

// knobs are what differs from model to model.
type knobs struct {
	version, base         int
	cuts                  [2]int
	light, heavy, honours int
	gate, years           int
	minimum               int
	names                 [3]string
}

func (k knobs) text(kinds string) string {
	consent := ""
	if strings.Contains(kinds, "person") {
		consent = "consent: {purpose: own_benefit}\n"
	}
	return fmt.Sprintf(`
model: conduct
version: %d
title: {en: Conduct, zh: 行为}
kinds: [%s]
contexts: [market]
%ssource: {title: designed here, date: 2026-11-23}
base: %d
clip: {min: 0, max: 200}
not_rated:
  - {records_below: %d, reason: N}
bands: [{name: %s, from: %d}, {name: %s, from: %d}, {name: %s}]
reasons: {R: {en: fined}, H: {en: no honours}, N: {en: too little is known}, G: {en: fined often}}
groups:
  - {name: penalties, floor: -60}
characteristics:
  - name: fines
    title: {en: Fines, zh: 罚款}
    datasets: [samr.penalty]
    window: {last: P%dY}
    aggregate: {sum: fine}
    direction: falling
    reason: R
    group: penalties
    attributes: [{below: 1000, points: 0}, {from: 1000, below: 50000, points: %d}, {from: 50000, points: %d}]
  - name: times
    title: {en: Times, zh: 次数}
    datasets: [samr.penalty]
    aggregate: count
    direction: falling
    reason: R
    group: penalties
    points_per: {each: -3, every: 1, over: 0, floor: -30}
  - name: honours
    title: {en: Honours, zh: 荣誉}
    datasets: [samr.honour]
    aggregate: {max: level}
    direction: rising
    missing: {points: 0, reason: H}
    reason: H
    attributes: [{below: 3, points: 0}, {from: 3, points: %d}]
gates:
  - {name: often, when: {characteristic: times, from: %d}, at_most: %s, reason: G}
`, k.version, kinds, consent, k.base, k.minimum, k.names[0], k.cuts[0], k.names[1], k.cuts[1], k.names[2], k.years, -k.light, -k.heavy, k.honours, k.gate, k.names[1])
}

type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

func (k knobs) model(t tester) *rating.Model {
	t.Helper()
	m, err := rating.NewModel("conduct.yaml", []byte(k.text("enterprise")), schema)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return m
}

func plain() knobs {
	return knobs{version: 1, base: 100, cuts: [2]int{90, 60}, light: 10, heavy: 30, honours: 10, gate: 4, years: 3, minimum: 1, names: [3]string{"A", "B", "C"}}
}

func drawKnobs(t *rapid.T, version int) knobs {
	between := func(name string, from, to int) int { return rapid.IntRange(from, to).Draw(t, name) }
	k := plain()
	k.version, k.base = version, between("base", 60, 130)
	k.cuts[1] = k.base - between("lower cut", 5, 30) // a score for each band
	k.cuts[0] = k.cuts[1] + between("upper cut", 1, 5)
	k.light = between("light", 0, 20)
	k.heavy = k.light + between("heavy", 1, 40)
	k.honours, k.gate, k.years, k.minimum = between("honours", 0, 30), between("gate", 1, 6), between("years", 1, 5), between("minimum", 1, 3)
	return k
}

// town is a population in memory.
type town struct {
	folk   []body
	people impact.People
}

// body is one of them: its fines with their age in days, and the levels of its honours.
type body struct {
	kind   uint16
	sole   bool
	region int
	fines  [][2]int
	honour []int
}

const (
	enterprise = iota
	publicBody
	officeHolder
	person
)

var regions = []string{"310101", "310115", "320102", "330106", ""}

func newTown(folk []body) *town {
	w := &town{folk: folk}
	p := &w.people
	p.RegionList, p.SectionList = regions[:4], []string{"C", "F"}
	for i, b := range folk {
		sole := uint16(0)
		if b.sole {
			sole = 1
		}
		region := uint16(b.region)
		if b.region == 4 {
			region = scorecard.MissingCode
		}
		p.IDs, p.Kinds, p.Soles = append(p.IDs, subject.ID(1000+i)), append(p.Kinds, b.kind), append(p.Soles, sole)
		p.Regions, p.Sections = append(p.Regions, region), append(p.Sections, uint16(i%3))
		p.Employees = append(p.Employees, int64(i%5)*90)
	}
	return w
}

func (w *town) facts(layout *scorecard.Layout) (*scorecard.Facts, error) {
	b := scorecard.NewBuilder(layout)
	id := int64(0)
	add := func(dataset string, age int, value int64) {
		id++
		table := layout.Table(dataset)
		values := make([]int64, len(layout.Reads()[table].Fields))
		for i := range values {
			values[i] = value
		}
		b.Add(table, scorecard.Record{
			ID: id, Recorded: id, Occurred: today - calendar.Day(age), ValidFrom: calendar.None, ValidTo: calendar.None, Lapse: calendar.None,
		}, values...)
	}
	for _, x := range w.folk {
		b.Subject()
		for _, f := range x.fines {
			add("samr.penalty", f[1], int64(f[0]))
		}
		for _, l := range x.honour {
			add("samr.honour", 10, int64(l))
		}
	}
	return b.Facts(), nil
}

func drawBody(t *rapid.T, kinds ...uint16) body {
	b := body{kind: rapid.SampledFrom(kinds).Draw(t, "kind"), region: rapid.IntRange(0, 4).Draw(t, "region")}
	b.sole = b.kind == enterprise && rapid.IntRange(0, 3).Draw(t, "sole") == 0
	for range rapid.IntRange(0, 5).Draw(t, "fines") {
		b.fines = append(b.fines, [2]int{rapid.SampledFrom([]int{100, 2000, 40_000, 90_000}).Draw(t, "fine"), rapid.IntRange(0, 1500).Draw(t, "age")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "honours") {
		b.honour = append(b.honour, rapid.IntRange(1, 5).Draw(t, "level"))
	}
	return b
}

func drawTown(t *rapid.T, least, most int, kinds ...uint16) *town {
	return newTown(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) body { return drawBody(t, kinds...) }), least, most).Draw(t, "folk"))
}

// lenient lets everybody be rated but those whose id it holds, by any model.
type lenient map[subject.ID]bool

func (l lenient) May(_ context.Context, _ *rating.Model, page []subject.Subject, _ calendar.Day) ([]bool, error) {
	may := make([]bool, len(page))
	for i, s := range page {
		may[i] = !l[s.ID]
	}
	return may, nil
}

func (w *town) question(candidate, current *rating.Model) *impact.Question {
	q := &impact.Question{
		Candidate: impact.Side{Model: candidate, AsOf: today}, Facts: w.facts, People: w.people, Consents: lenient{}, Seen: today,
		DeleteBy: today + 31, Catalogue: catalogue.BuiltIn(), Limits: impact.BuiltIn().On(today), At: noon, Workers: 2,
	}
	if current != nil {
		q.Current = impact.Side{Model: current, AsOf: today}
	}
	return q
}

func makeReport(t tester, q *impact.Question) *impact.Report {
	t.Helper()
	r, err := impact.Make(context.Background(), q)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return r
}

func part(r *impact.Report, name string) *impact.Part {
	for i := range r.Parts {
		if r.Parts[i].Name == name {
			return &r.Parts[i]
		}
	}
	return nil
}

var _ tester = (*testing.T)(nil)

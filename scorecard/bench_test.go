package scorecard_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"probity/calendar"
	"probity/scorecard"
)

// thirty is a model of 30 characteristics over penalties, licences and tax defaults.
func thirty() string {
	var b strings.Builder
	b.WriteString(`
model: thirty
version: 1
title: {en: Thirty}
kinds: [enterprise]
contexts: [commerce]
source: {title: designed here, date: 2026-11-22}
base: 500
clip: {min: 0, max: 1000}
bands: [{name: A, from: 700}, {name: B, from: 500}, {name: C}]
reasons: {R: {en: points lost}}
characteristics:
`)
	one := func(name, body string) {
		fmt.Fprintf(&b, "  - name: %s\n    title: {en: %s}\n    reason: R\n%s", name, name, body)
	}
	for i, months := range []int{3, 6, 12, 18, 24, 36, 48, 60} {
		one(fmt.Sprintf("penalties_%d", months), fmt.Sprintf(`    families: [penalty]
    where: severity >= "general" && fine > %d
    window: {last: P%dM}
    aggregate: count
    direction: falling
    attributes: [{below: 1, points: 20}, {from: 1, below: 3, points: 0}, {from: 3, points: -20}]
`, i*1000, months))
		one(fmt.Sprintf("fines_%d", months), fmt.Sprintf(`    datasets: [samr.penalty]
    window: {last: P%dM}
    aggregate: {sum: fine}
    direction: falling
    attributes: [{below: 1, points: 20}, {from: 1, below: 300000, points: 0}, {from: 300000, points: -20}]
`, months))
		one(fmt.Sprintf("defaults_%d", months), fmt.Sprintf(`    datasets: [sta.default]
    where: indicator in ["010101", "010106"]
    window: {last: P%dM}
    aggregate: count
    direction: falling
    attributes: [{below: 1, points: 20}, {from: 1, below: 3, points: 0}, {from: 3, points: -20}]
`, months))
	}
	for _, k := range []string{"months_since_first", "months_since_last"} {
		one(k, fmt.Sprintf(`    datasets: [samr.licence]
    aggregate: %s
    direction: none
    missing: {points: 0}
    attributes: [{below: 12, points: 0}, {from: 12, below: 60, points: 10}, {from: 60, points: 20}]
`, k))
	}
	one("state", `    datasets: [samr.licence]
    aggregate: {latest: state}
    missing: {points: 0}
    attributes: [{codes: [valid], points: 20}, {other: true, points: 0}]
`)
	one("capital", `    datasets: [samr.licence]
    aggregate: {max: capital}
    direction: rising
    missing: {points: 0}
    attributes: [{below: 1000000, points: 0}, {from: 1000000, points: 10}]
`)
	one("paid", `    families: [penalty]
    aggregate: {share: paid, of: 1000}
    direction: rising
    missing: {points: 0}
    attributes: [{below: 500, points: -10}, {from: 500, points: 10}]
`)
	one("kinds", `    datasets: [sta.default]
    aggregate: {distinct: indicator}
    direction: falling
    attributes: [{below: 2, points: 10}, {from: 2, points: 0}]
`)
	return b.String()
}

func plan(tb testing.TB, text string) *scorecard.Plan {
	tb.Helper()
	m, err := scorecard.Parse("model.yaml", []byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	p, err := scorecard.Compile(m, schema())
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// fillSubject adds records of a subject, in proportions like those of a register.
func fillSubject(b *scorecard.Builder, l *scorecard.Layout, r *rand.Rand, records int, today calendar.Day) {
	b.Subject()
	for range records {
		rec := scorecard.Record{
			ID: r.Int64N(1 << 40), Recorded: r.Int64N(1 << 40), Occurred: today - calendar.Day(r.IntN(2500)),
			ValidFrom: calendar.None, ValidTo: calendar.None, Lapse: today + calendar.Day(r.IntN(1500)) + 1,
		}
		t := r.IntN(len(l.Reads()))
		values := make([]int64, 0, 4)
		for _, f := range l.Reads()[t].Fields {
			n := int64(1_000_000)
			if f.Type == scorecard.Code {
				n = int64(len(f.Codes))
			} else if f.Type == scorecard.Bool {
				n = 2
			}
			values = append(values, r.Int64N(n))
		}
		b.Add(t, rec, values...)
	}
}

// BenchmarkOne rates one subject with 20 records under a model of 30 characteristics: values, points, reasons, band and
// the day on which that changes. The issue allows 20 µs.
func BenchmarkOne(b *testing.B) {
	p := plan(b, thirty())
	today := calendar.MustParse("2026-11-22")
	r := rand.New(rand.NewPCG(1, 2))
	build := scorecard.NewBuilder(p.Layout())
	fillSubject(build, p.Layout(), r, 20, today)
	e := p.NewEvaluator()
	at := scorecard.At{AsOf: today, Seen: today}
	for _, c := range []struct {
		name string
		skip bool
	}{{"with times", false}, {"without times", true}} {
		b.Run(c.name, func(b *testing.B) {
			e.SkipTimes = c.skip
			b.ReportAllocs()
			for b.Loop() {
				if e.Evaluate(build.Facts(), at).Status(0) != scorecard.Rated {
					b.Fatal("not rated")
				}
			}
		})
	}
}

// BenchmarkMany rates 100,000 subjects with 20 records each in one batch on one core.
func BenchmarkMany(b *testing.B) {
	p := plan(b, thirty())
	today := calendar.MustParse("2026-11-22")
	r := rand.New(rand.NewPCG(1, 2))
	build := scorecard.NewBuilder(p.Layout())
	const subjects, records = 100_000, 20
	for range subjects {
		fillSubject(build, p.Layout(), r, records, today)
	}
	e := p.NewEvaluator()
	e.SkipTimes = true
	at := scorecard.At{AsOf: today, Seen: today}
	for b.Loop() {
		e.Evaluate(build.Facts(), at)
	}
	b.ReportMetric(float64(subjects*records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkCompile parses and compiles the model of 30 characteristics.
func BenchmarkCompile(b *testing.B) {
	source := []byte(thirty())
	for b.Loop() {
		m, err := scorecard.Parse("model.yaml", source)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := scorecard.Compile(m, schema()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkExplain explains a rating, records and all.
func BenchmarkExplain(b *testing.B) {
	p := plan(b, thirty())
	build := scorecard.NewBuilder(p.Layout())
	fillSubject(build, p.Layout(), rand.New(rand.NewPCG(1, 2)), 20, asOf)
	e := p.NewEvaluator()
	e.Evaluate(build.Facts(), scorecard.At{AsOf: asOf, Seen: asOf})
	b.ReportAllocs()
	for b.Loop() {
		if e.Explain(0).Status != scorecard.Rated {
			b.Fatal("not rated")
		}
	}
}

package scorecard_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"probity/scorecard"
)

// FuzzParse feeds the parser and the compiler anything: they answer with a model or with faults that have a place.
func FuzzParse(f *testing.F) {
	f.Add(source(f, "conduct.yaml"))
	f.Add([]byte(frame + scored))
	f.Add([]byte(ladder))
	for _, s := range []string{
		"", "a", "- 1", "{", "model: [", "a: &x [*x]", "a: &a [1]\nb: *a", "? [a, b]\n: c", "<<: {a: b}", "a: !!binary x", "--- 1\n--- 2",
		"model: \x00", "model: m\nmodel: m", "\xff\xfe", "a: .nan", "a: ~", "a: 1e400", "bands: [{name: A, from: -9223372036854775808}]",
		strings.Repeat("[", 2000), strings.Repeat("a:\n ", 500), "characteristics: [{window: {last: P99999999Y}}]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := scorecard.Parse("fuzz.yaml", b)
		if err == nil {
			_, err = scorecard.Compile(m, schema())
		}
		if err == nil {
			return
		}
		var faults scorecard.Faults
		if !errors.As(err, &faults) || len(faults) == 0 {
			t.Fatalf("an error without faults: %v", err)
		}
		for _, one := range faults {
			if one.Line < 1 || one.Rule == "" || one.Text == "" {
				t.Errorf("a fault without place, rule or text: %+v", one)
			}
		}
	})
}

// FuzzFilter compiles any text as a filter. What compiles is run over a few records.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		`fine > 0`, `severity in ["minor", "serious"] && !(paid || fine >= 100 * 100)`, `decided > date("2025-01-01") ? paid : missing(fine)`,
		`-fine - 3 * fine < 2 || valid_from == valid_to`, `true`, `1/0 > 1`, `fine.matches("(a+)+$")`, `[[[[]]]]`, `{}`, `a.b.c`, `fine > 0x10`, `"\u0000"`,
		strings.Repeat("!", 300) + "paid", strings.Repeat("-", 300) + "fine > 1", strings.Repeat("(", 300), strings.Repeat("fine>0?", 60) + "paid" + strings.Repeat(":paid", 60),
		`fine in [` + strings.Repeat("1,", 300) + `1]`, `[1,2].all(x, x > 0)`, `date(date("x"))`, `missing(missing(fine))`, `paid == paid`, "fine > 0 // remark",
		`fine == 9223372036854775807`, `fine == -9223372036854775808`, `fine < -9223372036854775807`, `b"x" == b"x"`, `null == null`, `has(fine)`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		m, err := scorecard.Parse("m.yaml", []byte(frame+scored))
		if err != nil {
			t.Fatal(err)
		}
		m.Characteristics[0].Where.Text = filter
		p, err := scorecard.Compile(m, schema())
		if err != nil {
			var faults scorecard.Faults
			if !errors.As(err, &faults) || slices.ContainsFunc(faults, func(f scorecard.Fault) bool { return f.Line < 1 }) {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		b := scorecard.NewBuilder(p.Layout())
		b.Subject()
		table := p.Layout().Table("samr.penalty")
		for i := range int64(3) {
			row := make([]int64, len(p.Layout().Reads()[table].Fields))
			for k := range row {
				row[k] = i
				if i == 2 {
					row[k] = scorecard.Missing
				}
			}
			b.Add(table, event(i, "2026-01-01"), row...)
		}
		p.NewEvaluator().Evaluate(b.Facts(), scorecard.At{AsOf: asOf, Seen: asOf})
	})
}

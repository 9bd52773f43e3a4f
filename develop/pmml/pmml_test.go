package pmml_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"probity/develop"
	"probity/develop/pmml"
	"probity/develop/table"
)

const head = `<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
<DataField name="x" optype="continuous" dataType="double"/><DataField name="y" optype="continuous" dataType="double"><Interval closure="openClosed" leftMargin="-2.5" rightMargin="2"/></DataField>
<DataField name="w" optype="categorical" dataType="string"/><DataField name="v" optype="categorical" dataType="string"><Value value="a"/><Value value="b c"/></DataField></DataDictionary>
<Scorecard modelName="random" functionName="regression" initialScore="1.5" useReasonCodes="%t" reasonCodeAlgorithm="%s"><MiningSchema>
<MiningField name="x"/><MiningField name="y" invalidValueTreatment="asMissing"/><MiningField name="w"/><MiningField name="v" invalidValueTreatment="asMissing"/></MiningSchema>
<Characteristics><Characteristic name="c" baselineScore="%d" reasonCode="C">%s</Characteristic></Characteristics></Scorecard></PMML>`

// three is what a predicate says: 0 false, 1 unknown, 2 true.
type three int

// drawn is a predicate as XML and what it says of a row, after the words of PMML 4.4.
type drawn struct {
	text string
	says func(row map[string]string) three
}

func sure(b bool) three {
	if b {
		return 2
	}
	return 0
}

// seen is the value of a field as the scorecard takes it: invalid ones are missing.
func seen(row map[string]string, field string) string {
	value := row[field]
	switch {
	case field == "v" && value != "a" && value != "b c":
		return ""
	case field == "y" && value != "" && (number(value) <= -2_500_000 || number(value) > 2_000_000):
		return ""
	}
	return value
}

func number(text string) int64 {
	v, _ := table.Scaled([]byte(text), 6)
	return v
}

func draw(r *rand.Rand, depth int) drawn {
	if depth > 0 && r.IntN(2) == 0 {
		operator := []string{"and", "or", "xor", "surrogate"}[r.IntN(4)]
		kids := []drawn{draw(r, depth-1), draw(r, depth-1)}
		if r.IntN(3) == 0 {
			kids = append(kids, draw(r, 0))
		}
		text := ""
		for _, k := range kids {
			text += k.text
		}
		return drawn{fmt.Sprintf(`<CompoundPredicate booleanOperator="%s">%s</CompoundPredicate>`, operator, text), func(row map[string]string) three {
			return joined(operator, kids, row)
		}}
	}
	field := []string{"x", "y", "w", "v"}[r.IntN(4)]
	words := field == "w" || field == "v"
	if r.IntN(6) == 0 {
		missing := r.IntN(2) == 0
		operator := map[bool]string{true: "isMissing", false: "isNotMissing"}[missing]
		return drawn{fmt.Sprintf(`<SimplePredicate field="%s" operator="%s"/>`, field, operator), func(row map[string]string) three {
			return sure((seen(row, field) == "") == missing)
		}}
	}
	limit := []string{"-2.5", "0", "1", "1.25", "2"}[r.IntN(5)]
	operator := []string{"equal", "notEqual", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual"}[r.IntN(6)]
	if words {
		limit, operator = []string{"a", "b c", "zz"}[r.IntN(3)], []string{"equal", "notEqual"}[r.IntN(2)]
	}
	text := fmt.Sprintf(`<SimplePredicate field="%s" operator="%s" value="%s"/>`, field, operator, limit)
	if (operator == "equal" || operator == "notEqual") && r.IntN(2) == 0 {
		text = fmt.Sprintf(`<SimpleSetPredicate field="%s" booleanOperator="%s"><Array type="string" n="1">"%s"</Array></SimpleSetPredicate>`,
			field, map[string]string{"equal": "isIn", "notEqual": "isNotIn"}[operator], limit)
	}
	return drawn{text, func(row map[string]string) three {
		value := seen(row, field)
		if value == "" {
			return 1
		}
		if words {
			return sure((value == limit) == (operator == "equal"))
		}
		a, b := number(value), number(limit)
		return sure(map[string]bool{"equal": a == b, "notEqual": a != b, "lessThan": a < b, "lessOrEqual": a <= b, "greaterThan": a > b, "greaterOrEqual": a >= b}[operator])
	}}
}

func joined(operator string, kids []drawn, row map[string]string) three {
	counts := map[three]int{}
	for _, k := range kids {
		t := k.says(row)
		if operator == "surrogate" && t != 1 {
			return t
		}
		counts[t]++
	}
	switch {
	case operator == "and" && counts[0] > 0, operator == "or" && counts[2] == 0 && counts[1] == 0:
		return 0
	case operator == "or" && counts[2] > 0, operator == "and" && counts[1] == 0:
		return 2
	case counts[1] > 0:
		return 1
	}
	return sure(counts[2]%2 == 1)
}

// TestRandomPredicates imports scorecards of predicates drawn at random over four fields, and compares every row of a grid of
// values, missing and invalid ones among them, with a reading of PMML's own rules: score, reason, and rows without a score.
func TestRandomPredicates(t *testing.T) {
	t.Parallel()
	var rows []map[string]string
	for _, x := range []string{"", "-2.6", "0", "0.999999", "1", "1.000001", "1.25", "2"} {
		for _, y := range []string{"", "-3", "-2.5", "-2.499999", "0", "1.1", "2", "2.000001"} {
			for _, w := range []string{"", "a", "b c", "q"} {
				for _, v := range []string{"", "a", "b c", "q"} {
					rows = append(rows, map[string]string{"x": x, "y": y, "w": w, "v": v})
				}
			}
		}
	}
	random := rand.New(rand.NewPCG(9, 3))
	done, scored := 0, 0
	for round := 0; done < 40; round++ {
		if round > 400 {
			t.Fatalf("only %d of %d scorecards could be carried over", done, round)
		}
		points := []int64{-5, 10, 25, 7}
		var attributes []drawn
		text := ""
		for i := range 1 + random.IntN(3) {
			a := draw(random, random.IntN(3))
			attributes = append(attributes, a)
			text += fmt.Sprintf(`<Attribute partialScore="%d" reasonCode="R%d">%s</Attribute>`, points[i], i, a.text)
		}
		if random.IntN(2) == 0 {
			attributes = append(attributes, drawn{"", func(map[string]string) three { return 2 }})
			text += fmt.Sprintf(`<Attribute partialScore="%d" reasonCode="R%d"><True/></Attribute>`, points[len(attributes)-1], len(attributes)-1)
		}
		above, reasons, baseline := random.IntN(2) == 0, random.IntN(4) > 0, int64(random.IntN(20))
		algorithm := map[bool]string{true: "pointsAbove", false: "pointsBelow"}[above]
		model, err := pmml.Import([]byte(fmt.Sprintf(head, reasons, algorithm, baseline, text)), about)
		if err != nil {
			var cannot *pmml.Error
			if !errors.As(err, &cannot) {
				t.Fatal(err)
			}
			continue
		}
		done++
		for i, got := range rate(t, model, rows) {
			want, reason := "", ""
			for j, a := range attributes {
				if a.says(rows[i]) != 2 {
					continue
				}
				scored++
				want = table.Decimal(points[j]*10+15, 1)
				if reasons && (points[j] < baseline && !above || points[j] > baseline && above) {
					reason = fmt.Sprintf("R%d", j)
				}
				break
			}
			if number(got.score) != number(want) || (got.score == "") != (want == "") || want != "" && strings.Join(got.reasons, " ") != reason {
				t.Fatalf("%v: %v, not %q for %q; of\n%s\n%s", rows[i], got, want, reason, text, model)
			}
		}
	}
	if scored == 0 {
		t.Error("no row ever had a score")
	}
}

// TestThereAndBack: a model that was developed of rows, special numbers and rare words among them, and the public scorecards
// of one field a characteristic, give the same scores once they were written as PMML and read again.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	b, err := table.NewBuilder([]string{`net "income" <€>`, "job", "outcome"})
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for i := range 3000 {
		income, outcome := fmt.Sprintf("%.3f", float64(random.IntN(4000)-500)/20), "good"
		job := []string{"fixed", `it's "own" \ & more`, "none", ""}[random.IntN(4)]
		switch {
		case i%19 == 0:
			income = ""
		case i%13 == 0:
			income = "-9"
		case i%97 == 0:
			job = fmt.Sprintf("job %d", i)
		}
		if random.Float64() < 0.35 && (job == "none" || random.Float64() < 0.5) || income == "-9" && i%3 > 0 {
			outcome = "bad"
		}
		if err := b.Add(i+2, [][]byte{[]byte(income), []byte(job), []byte(outcome)}); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, map[string]string{`net "income" <€>`: income, "job": job})
	}
	card, err := develop.Develop(context.Background(), b.Table(), develop.Options{
		Code: "there", Title: "There & back", File: "x", Today: about.Today, Target: "outcome", Penalty: -1, MinValue: 0.0001,
		Special: map[string][]string{`net "income" <€>`: {"-9"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(card.Characteristics) != 2 {
		t.Fatalf("the model reads %d columns", len(card.Characteristics))
	}
	thereAndBack(t, card.Source(), rows)
}

func thereAndBack(t *testing.T, model []byte, rows []map[string]string) {
	t.Helper()
	text, err := pmml.Export(compiled(t, model).Model())
	if err != nil {
		t.Fatalf("%v in\n%s", err, model)
	}
	again, err := pmml.Import(text, about)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	before, after := rate(t, model, rows), rate(t, again, rows)
	for i := range rows {
		if number(before[i].score) != number(after[i].score) || (before[i].score == "") != (after[i].score == "") || len(before[i].reasons) != len(after[i].reasons) {
			t.Fatalf("row %d %v: %v, and once written and read %v\n%s\n%s", i+1, rows[i], before[i], after[i], text, again)
		}
	}
}

// TestPublicThereAndBack does the same with the public scorecards.
func TestPublicThereAndBack(t *testing.T) {
	t.Parallel()
	data := os.Getenv("PROBITY_DATA")
	if data == "" {
		t.Skip("PROBITY_DATA names no folder of public data sets: the PMML scorecards are NOT written and read again")
	}
	values := map[string][]string{
		"period": {"SPRING", "WINTER", "x", ""}, "worldcontinent": {"ASIA", "AFRICA", "EUROPE", "x", ""}, "precipitation": {"true", "false", ""},
		"humidity": {"29.999", "30", "60", ""}, "input1": {"classA", "classB", "x", ""}, "input2": {"classA", "classB", "classC", ""},
		"age": {"5", "5.000001", "12.5", "45", ""}, "occupation": {"TEACHER", "SKYDIVER", "STUDENT", ""}, "residenceState": {"AP", "x", ""}, "validLicense": {"true", "false"},
	}
	for name, fields := range map[string][]string{
		"air-conditioning-weather-scorecard.pmml": {"period", "worldcontinent", "precipitation", "humidity"},
		"Simple-Scorecard_Categorical.pmml":       {"input1", "input2"},
		"test_scorecard.pmml":                     {"age", "occupation", "residenceState", "validLicense"},
	} {
		source, err := os.ReadFile(filepath.Join(data, "pmml-scorecards", name))
		if err != nil {
			t.Fatal(err)
		}
		model, err := pmml.Import(source, about)
		if err != nil {
			t.Fatal(err)
		}
		rows := []map[string]string{{}}
		for _, f := range fields {
			var more []map[string]string
			for _, r := range rows {
				for _, v := range values[f] {
					row := map[string]string{f: v}
					for k, w := range r {
						row[k] = w
					}
					more = append(more, row)
				}
			}
			rows = more
		}
		thereAndBack(t, model, rows)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	plain := fmt.Sprintf(head, true, "pointsBelow", 5, `<Attribute partialScore="1.5"><SimplePredicate field="x" operator="lessThan" value="3"/></Attribute>`+"\n"+
		`<Attribute partialScore="9"><SimplePredicate field="x" operator="greaterOrEqual" value="3"/></Attribute>`)
	if _, err := pmml.Import([]byte(plain), about); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, with, want string }{
		{`<PMML xmlns`, `<!DOCTYPE PMML [<!ENTITY a "b">]><PMML xmlns`, "line 1: a document type definition is not read"},
		{`modelName="random"`, `modelName="&a;"`, "invalid character entity &a;"},
		{`version="4.4"`, `version="3.2"`, `the version "3.2" of PMML is not read`},
		{`partialScore="1.5"`, `partialScore="1.2345678"`, `line 6: Attribute: partialScore is "1.2345678", which is no number of at most 6 decimals`},
		{`partialScore="9"`, `partialScore="NaN"`, `line 7: Attribute: partialScore is "NaN"`},
		{`value="3"`, `value="1e-9"`, `SimplePredicate: the value "1e-9" is no number`},
		{`value="3"`, `value="9e20"`, "does not fit"},
		{`field="x"`, `field="z"`, `SimplePredicate reads "z", which is no active field`},
		{`<Characteristics>`, `<LocalTransformations><DerivedField name="d"/></LocalTransformations><Characteristics>`, "line 6: DerivedField: transformations are not carried over"},
		{`functionName="regression"`, `functionName="classification"`, `functionName "classification"`},
		{`<MiningField name="x"/>`, `<MiningField name="x" missingValueReplacement="0"/>`, "missingValueReplacement, which is not carried over"},
		{`<MiningField name="x"/>`, `<MiningField name="x" missingValueTreatment="asMean"/>`, `missingValueTreatment "asMean"`},
		{`dataType="double"/>`, `dataType="date"/>`, `the dataType "date"`},
		{` reasonCode="C"`, ``, `line 6: Attribute of "c" has no reasonCode`},
		{` baselineScore="5"`, ``, `Characteristic "c" has no baselineScore`},
		{`operator="lessThan"`, `operator="like"`, `the operator "like" is not known`},
		{`<SimplePredicate field="x" operator="lessThan" value="3"/>`, `<SimplePredicate field="w" operator="lessThan" value="a"/>`, "by their order"},
		{"\n<Attribute", "\n" + `<Attribute partialScore="-90"><SimplePredicate field="x" operator="isMissing"/></Attribute><Attribute`, "cost more than the worst known one"},
		{`</Scorecard>`, `</Scorecard><TreeModel/>`, "TreeModel is not carried over"},
		{`</PMML>`, `</PMML><PMML/>`, "a second document begins"},
		{`</PMML>`, ``, "no XML that can be read"},
	} {
		text := strings.Replace(plain, c.old, c.with, 1)
		_, err := pmml.Import([]byte(text), about)
		var cannot *pmml.Error
		if text == plain || !errors.As(err, &cannot) || !strings.Contains(err.Error(), c.want) || cannot.At.Line == 0 {
			t.Errorf("%s instead of %s: %v, not %q", c.with, c.old, err, c.want)
		}
	}
	deep := strings.Repeat("<a>", 100_000)
	if _, err := pmml.Import([]byte(deep), about); err == nil || !strings.Contains(err.Error(), "64 deep") {
		t.Errorf("a deep file: %v", err)
	}
}

// TestExportRefuses names what a Scorecard cannot say.
func TestExportRefuses(t *testing.T) {
	t.Parallel()
	const model = `
model: m
version: 1
title: {en: M}
table: {columns: [{name: x, column: x}]}
base: 1
characteristics:
  - name: x
    title: {en: X}
    datasets: [table]
    aggregate: {latest: x}
    missing: {points: 0}
    direction: none
    baseline: 0
    attributes: [{below: 3, points: 0}, {from: 3, points: 2}]
bands: [{name: all}]
`
	compiled(t, []byte(model))
	for _, c := range []struct{ old, with, want string }{
		{"base: 1", "base: 1\nclip: {min: 0, max: 2}", "clip is not written"},
		{"    direction", "    where: x > 1\n    direction", `the condition "x > 1" is not written`},
		{"base: 1", "base: 1\nreasons: {N: {en: N}}\nnot_rated: [{characteristic: x, below: 2, reason: N}]", "takes whole attributes"},
	} {
		_, err := pmml.Export(compiled(t, []byte(strings.Replace(model, c.old, c.with, 1))).Model())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %q", c.with, err, c.want)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add(fmt.Sprintf(head, true, "pointsBelow", 5, `<Attribute partialScore="1.5"><SimplePredicate field="x" operator="lessThan" value="3"/></Attribute>`))
	f.Add(fmt.Sprintf(head, true, "pointsAbove", 5, `<Attribute partialScore="1"><CompoundPredicate booleanOperator="xor"><SimplePredicate field="y" operator="lessOrEqual" value="1"/>`+
		`<SimpleSetPredicate field="v" booleanOperator="isNotIn"><Array n="2">a "b c"</Array></SimpleSetPredicate></CompoundPredicate></Attribute><Attribute partialScore="3"><True/></Attribute>`))
	f.Fuzz(func(t *testing.T, text string) {
		model, err := pmml.Import([]byte(text), about)
		var cannot *pmml.Error
		if err != nil {
			if !errors.As(err, &cannot) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		out, err := pmml.Export(compiled(t, model).Model())
		if err != nil {
			return
		}
		if _, err := pmml.Import(out, about); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, out)
		}
	})
}

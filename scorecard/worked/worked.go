// Package worked runs the worked examples of a rating model: records written by hand, with the score, band and reasons
// that somebody reckoned for them. A model is believed when its cases hold.
package worked

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/scorecard"
	"probity/scorecard/internal/strict"
	"probity/scorecard/language"
)

// What a case file says, from package language.
type (
	// Cases are worked examples of a model.
	Cases = language.Cases
	// Case is one worked example.
	Case = language.Case
)

// Parse reads a case file; see [language.ParseCases].
func Parse(name string, source []byte) (*Cases, error) { return language.ParseCases(name, source) }

// Result is the outcome of one case; it holds where there is no difference.
type Result struct {
	Case        *Case
	Differences []Difference
	Explanation *scorecard.Explanation
}

// Difference is one thing that came out otherwise than expected.
type Difference struct{ What, Want, Got string }

// String is a line for readers.
func (d Difference) String() string { return fmt.Sprintf("%s: want %s, got %s", d.What, d.Want, d.Got) }

// Run rates the records of every case and compares. An error, of type [scorecard.Faults], says that the cases cannot be
// run against this plan: another model, an unknown dataset, field, code or characteristic.
func Run(p *scorecard.Plan, cases *Cases) ([]Result, error) {
	run := &caseRun{plan: p, file: cases.File, build: scorecard.NewBuilder(p.Layout()), evaluate: p.NewEvaluator()}
	if cases.Model.Text != p.Model().Code {
		run.fault(cases.Model.At, "model", "run them against their own model", "the cases are for model %s, this is %s", cases.Model.Text, p.Model().Code)
	}
	var results []Result
	for i := range cases.List {
		results = append(results, run.one(&cases.List[i]))
	}
	if err := run.faults.Err(); err != nil {
		return nil, err
	}
	return results, nil
}

type caseRun struct {
	plan     *scorecard.Plan
	file     string
	faults   scorecard.Faults
	build    *scorecard.Builder
	evaluate *scorecard.Evaluator
}

func (r *caseRun) fault(at language.Pos, rule, cure, format string, args ...any) {
	r.faults = append(r.faults, scorecard.Fault{File: r.file, Pos: at, Rule: rule, Text: fmt.Sprintf(format, args...), Cure: cure})
}

func (r *caseRun) one(c *Case) Result {
	r.build.Reset()
	r.build.Subject()
	for i := range c.Records {
		r.add(&c.Records[i])
	}
	results := r.evaluate.Evaluate(r.build.Facts(), scorecard.At{AsOf: c.AsOf, Seen: c.Seen})
	changes, lapses := results.ChangesOn(0), results.LapsesOn(0)
	x := r.evaluate.Explain(0)
	d := compareCase(&c.Expect, x)
	d = compareDay(d, "changes_on", c.Expect.ChangesOn, changes)
	d = compareDay(d, "lapses_on", c.Expect.LapsesOn, lapses)
	for i := range c.Expect.Trace {
		t := &c.Expect.Trace[i]
		k := slices.IndexFunc(x.Characteristics, func(f scorecard.Factor) bool { return f.Name == t.Characteristic.Text })
		if k < 0 {
			var names []string
			for _, f := range x.Characteristics {
				names = append(names, f.Name)
			}
			r.fault(t.Characteristic.At, "unknown-characteristic", strict.Meant(t.Characteristic.Text, names), "the model has no characteristic %q", strict.Clip(t.Characteristic.Text))
			continue
		}
		d = compareTrace(d, t, &x.Characteristics[k])
	}
	return Result{c, d, x}
}

// add adds a record, read against the schema the plan was compiled with. Fields that the plan does not read are
// checked and left.
func (r *caseRun) add(c *language.CaseRecord) {
	var codes []string
	var set *scorecard.Dataset
	for i := range r.plan.Schema().Datasets {
		codes = append(codes, r.plan.Schema().Datasets[i].Code)
		if codes[i] == c.Dataset.Text {
			set = &r.plan.Schema().Datasets[i]
		}
	}
	if set == nil {
		r.fault(c.Dataset.At, "unknown-dataset", strict.Meant(c.Dataset.Text, codes), "there is no dataset %q", strict.Clip(c.Dataset.Text))
		return
	}
	values := map[string]int64{}
	for _, f := range c.Fields {
		r.value(set, f, values)
	}
	table := r.plan.Layout().Table(set.Code)
	if table < 0 {
		return
	}
	var row []int64
	for _, f := range r.plan.Layout().Reads()[table].Fields {
		v, ok := values[f.Name]
		if !ok {
			v = scorecard.Missing
		}
		row = append(row, v)
	}
	r.build.Add(table, c.Record, row...)
}

func (r *caseRun) value(set *scorecard.Dataset, f language.CaseField, values map[string]int64) {
	field := set.Field(f.Name.Text)
	if field == nil {
		var names []string
		for i := range set.Fields {
			names = append(names, set.Fields[i].Name)
		}
		r.fault(f.Name.At, "unknown-field", strict.Meant(f.Name.Text, names), "dataset %s has no field %q", set.Code, strict.Clip(f.Name.Text))
		return
	}
	switch field.Type {
	case scorecard.Text:
	case scorecard.Code, scorecard.Bool:
		place := slices.Index(field.Names(), f.Value.Text)
		if place < 0 {
			r.fault(f.Value.At, "unknown-code", strict.Meant(f.Value.Text, field.Names()), "%q is no code of %s", strict.Clip(f.Value.Text), field.Name)
		}
		values[field.Name] = int64(place)
	case scorecard.Date:
		d, err := calendar.Parse(f.Value.Text)
		if err != nil {
			r.fault(f.Value.At, "date", "", "%s: %v", field.Name, err)
		}
		values[field.Name] = int64(d)
	default:
		v, err := strconv.ParseInt(f.Value.Text, 10, 64)
		if err != nil || !f.Number {
			r.fault(f.Value.At, "number", "write a whole number", "%s: %q is not a whole number", field.Name, strict.Clip(f.Value.Text))
		}
		values[field.Name] = v
	}
}

// compareCase compares all but the trace.
func compareCase(want *language.Expectation, got *scorecard.Explanation) []Difference {
	var d []Difference
	status := scorecard.NotRated
	if want.Rated {
		status = scorecard.Rated
	}
	d = compareText(d, "status", status.String(), got.Status.String())
	if want.Score != nil {
		d = compareText(d, "score", strconv.FormatInt(*want.Score, 10), strconv.FormatInt(got.Score, 10))
	}
	d = compareText(d, "band", want.Band, got.Band)
	d = compareText(d, "gate", want.Gate, got.Gate)
	d = compareText(d, "why_not", strings.Join(want.WhyNot, ", "), strings.Join(got.WhyNot, ", "))
	var given []language.NamedPoints
	for _, a := range got.Adjustments {
		given = append(given, language.NamedPoints(a))
	}
	d = compareText(d, "adjustments", adjustmentsText(want.Adjustments), adjustmentsText(given))
	var codes []string
	for _, r := range got.Reasons {
		codes = append(codes, r.Code)
	}
	return compareText(d, "reasons", strings.Join(want.Reasons, ", "), strings.Join(codes, ", "))
}

func compareText(d []Difference, what, want, got string) []Difference {
	if want == got {
		return d
	}
	return append(d, Difference{what, orNothing(want), orNothing(got)})
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func compareDay(d []Difference, what string, want *calendar.Day, got calendar.Day) []Difference {
	if want == nil {
		return d
	}
	return compareText(d, what, want.String(), got.String())
}

func compareTrace(d []Difference, want *language.TraceLine, got *scorecard.Factor) []Difference {
	name := got.Name
	if want.Value != nil {
		d = compareText(d, name+" value", *want.Value, got.Value)
	}
	if want.Attribute != nil {
		d = compareText(d, name+" attribute", *want.Attribute, got.Attribute)
	}
	if want.Points != nil {
		d = compareText(d, name+" points", strconv.FormatInt(*want.Points, 10), strconv.FormatInt(got.Points, 10))
	}
	if want.Records != nil {
		ids := make([]int64, 0, len(got.Records))
		for _, r := range got.Records {
			ids = append(ids, r.ID)
		}
		slices.Sort(ids)
		expected := slices.Sorted(slices.Values(want.Records))
		d = compareText(d, name+" records", fmt.Sprint(expected), fmt.Sprint(ids))
	}
	return d
}

func adjustmentsText(list []language.NamedPoints) string {
	parts := make([]string, 0, len(list))
	for _, a := range list {
		parts = append(parts, fmt.Sprintf("%s %+d", a.Name, a.Points))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

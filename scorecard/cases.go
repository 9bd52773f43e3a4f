package scorecard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"probity/calendar"
)

// Cases are worked examples of a model: records, and what the model must make of them, written for people who know
// the rules and need not know Go.
type Cases struct {
	File string
	// Model is the code of the model that the cases are for.
	Model Name
	List  []Case
}

// Case is one worked example.
type Case struct {
	Name string
	At   Pos
	Days At
	// Records are the subject's records; ID and Recorded count from 1 where the file does not say otherwise.
	Records []CaseRecord
	Expect  Expectation
}

// CaseRecord is a record of a case: what every record has, and the values of its fields as the file writes them.
type CaseRecord struct {
	Dataset Name
	Record
	Fields []CaseField
	At     Pos
}

// CaseField is a field of a case's record. Number holds whole numbers and booleans.
type CaseField struct {
	Name   Name
	Value  Name
	number bool
}

// Expectation is what must come out. Gate, WhyNot, Adjustments and Reasons are compared whole: what is not stated must
// not be there. Trace is compared for the characteristics it names. Score and days that are nil are not compared.
type Expectation struct {
	Status      Status
	Score       *int64
	Band, Gate  string
	WhyNot      []string
	Trace       []TraceLine
	Adjustments []Adjustment
	Reasons     []string
	ChangesOn   *calendar.Day
	LapsesOn    *calendar.Day
}

// TraceLine is what must come out for one characteristic. What is nil is not compared; Value is "" for a missing one.
type TraceLine struct {
	Characteristic Name
	Value          *string
	Attribute      *string
	Points         *int64
	Records        []int64
}

// ParseCases reads a case file. An error is of type [Faults].
func ParseCases(name string, source []byte) (*Cases, error) {
	r := &reader{file: name}
	root := r.document(source)
	if root == nil {
		if len(r.faults) == 0 {
			r.fault(Pos{1, 1}, "empty", "write a case", "the file is empty")
		}
		return nil, r.faults.err()
	}
	o := r.object(root, "cases")
	o.need("model", "cases")
	c := &Cases{File: name, Model: o.word("model")}
	for _, n := range o.items("cases") {
		c.List = append(c.List, r.caseOf(n))
	}
	if err := r.faults.err(); err != nil {
		return nil, err
	}
	return c, nil
}

func (r *reader) caseOf(n *yaml.Node) Case {
	o := r.object(n, "case")
	o.need("case", "as_of", "expect")
	c := Case{Name: o.text("case"), At: o.at, Days: At{AsOf: o.date("as_of"), Seen: o.date("seen")}}
	if !o.has("seen") {
		c.Days.Seen = c.Days.AsOf
	}
	for i, k := range o.items("records") {
		c.Records = append(c.Records, r.caseRecord(k, int64(i+1)))
	}
	c.Expect = r.expectation(r.object(o.vals["expect"], "expect"))
	return c
}

func (r *reader) caseRecord(n *yaml.Node, number int64) CaseRecord {
	c := CaseRecord{At: at(n), Record: Record{
		ID: number, Occurred: calendar.None, ValidFrom: calendar.None, ValidTo: calendar.None, Lapse: calendar.None,
	}}
	recorded := false
	r.pairs(n, "a record", func(key Name, v *yaml.Node) {
		one := &object{r: r, what: "record", at: c.At, vals: map[string]*yaml.Node{key.Text: v}}
		switch key.Text {
		case "dataset":
			c.Dataset = one.name(key.Text)
		case "id":
			c.ID = one.number(key.Text, lowest, highest, 0)
		case "recorded":
			c.Recorded, recorded = one.number(key.Text, lowest, highest, 0), true
		case Occurred:
			c.Occurred = one.date(key.Text)
		case ValidFrom:
			c.ValidFrom = one.date(key.Text)
		case ValidTo:
			c.ValidTo = one.date(key.Text)
		case "lapse":
			c.Lapse = one.date(key.Text)
		case "disputed":
			c.Disputed = one.yes(key.Text)
		default:
			c.Fields = append(c.Fields, CaseField{Name: key, Value: r.scalar(v, "record."+key.Text), number: v.Tag == "!!int"})
		}
	})
	if !recorded {
		c.Recorded = c.ID
	}
	if c.Dataset.Text == "" || c.Occurred == calendar.None {
		r.fault(c.At, "missing-key", "add dataset: and occurred:", "a record needs its dataset and the day it occurred")
	}
	return c
}

func (r *reader) expectation(o *object) Expectation {
	o.need("status")
	e := Expectation{
		Score: o.int("score", lowest, highest), Band: o.text("band"), Gate: o.text("gate"),
		WhyNot: texts(o.words("why_not")), Reasons: texts(o.words("reasons")),
	}
	switch s := o.text("status"); s {
	case Rated.String():
		e.Status = Rated
		o.need("score", "band")
	case NotRated.String(), "":
		o.need("why_not")
	default:
		r.fault(o.place("status"), "status", "write rated or not_rated", "%q is no status", clip(s))
	}
	for key, to := range map[string]**calendar.Day{"changes_on": &e.ChangesOn, "lapses_on": &e.LapsesOn} {
		if o.has(key) {
			d := calendar.None
			if o.text(key) != "never" {
				d = o.date(key)
			}
			*to = &d
		}
	}
	for _, n := range o.items("trace") {
		e.Trace = append(e.Trace, r.traceLine(n))
	}
	r.pairs(o.vals["adjustments"], "expect.adjustments", func(name Name, v *yaml.Node) {
		if points, ok := r.int(v, "expect.adjustments", lowest, highest); ok {
			e.Adjustments = append(e.Adjustments, Adjustment{name.Text, points})
		}
	})
	return e
}

func (r *reader) traceLine(n *yaml.Node) TraceLine {
	o := r.object(n, "trace")
	o.need("characteristic")
	t := TraceLine{Characteristic: o.name("characteristic"), Points: o.int("points", lowest, highest)}
	if o.has("value") {
		v := o.text("value")
		if v == "missing" {
			v = ""
		}
		t.Value = &v
	}
	if o.has("attribute") {
		v := o.text("attribute")
		t.Attribute = &v
	}
	if list := o.vals["records"]; list != nil && list.Kind == yaml.SequenceNode {
		t.Records = []int64{}
		for _, k := range list.Content {
			if id, ok := r.int(k, "trace.records", lowest, highest); ok {
				t.Records = append(t.Records, id)
			}
		}
	}
	return t
}

func texts(names []Name) []string {
	var list []string
	for _, n := range names {
		list = append(list, n.Text)
	}
	return list
}

// CaseResult is the outcome of one case; it holds where there is no difference.
type CaseResult struct {
	Case        *Case
	Differences []Difference
	Explanation *Explanation
}

// Difference is one thing that came out otherwise than expected.
type Difference struct{ What, Want, Got string }

// String is a line for readers.
func (d Difference) String() string { return fmt.Sprintf("%s: want %s, got %s", d.What, d.Want, d.Got) }

// RunCases rates the records of every case and compares. An error, of type [Faults], says that the cases cannot be
// run against this plan: another model, an unknown dataset, field, code or characteristic.
func (p *Plan) RunCases(cases *Cases) ([]CaseResult, error) {
	run := &caseRun{plan: p, file: cases.File, build: NewBuilder(p.layout), evaluate: p.NewEvaluator()}
	if cases.Model.Text != p.model.Code {
		run.fault(cases.Model.At, "model", "run them against their own model", "the cases are for model %s, this is %s", cases.Model.Text, p.model.Code)
	}
	var results []CaseResult
	for i := range cases.List {
		results = append(results, run.one(&cases.List[i]))
	}
	if err := run.faults.err(); err != nil {
		return nil, err
	}
	return results, nil
}

type caseRun struct {
	plan     *Plan
	file     string
	faults   Faults
	build    *Builder
	evaluate *Evaluator
}

func (r *caseRun) fault(at Pos, rule, cure, format string, args ...any) {
	r.faults = append(r.faults, Fault{File: r.file, Pos: at, Rule: rule, Text: fmt.Sprintf(format, args...), Cure: cure})
}

func (r *caseRun) one(c *Case) CaseResult {
	r.build.Reset()
	r.build.Subject()
	for i := range c.Records {
		r.add(&c.Records[i])
	}
	results := r.evaluate.Evaluate(r.build.Facts(), c.Days)
	changes, lapses := results.ChangesOn(0), results.LapsesOn(0)
	x := r.evaluate.Explain(0)
	d := compareCase(&c.Expect, x)
	d = compareDay(d, "changes_on", c.Expect.ChangesOn, changes)
	d = compareDay(d, "lapses_on", c.Expect.LapsesOn, lapses)
	for i := range c.Expect.Trace {
		t := &c.Expect.Trace[i]
		k := slices.IndexFunc(x.Characteristics, func(f Factor) bool { return f.Name == t.Characteristic.Text })
		if k < 0 {
			var names []string
			for _, f := range x.Characteristics {
				names = append(names, f.Name)
			}
			r.fault(t.Characteristic.At, "unknown-characteristic", meant(t.Characteristic.Text, names), "the model has no characteristic %q", clip(t.Characteristic.Text))
			continue
		}
		d = compareTrace(d, t, &x.Characteristics[k])
	}
	return CaseResult{c, d, x}
}

// add adds a record, read against the schema the plan was compiled with. Fields that the plan does not read are
// checked and left.
func (r *caseRun) add(c *CaseRecord) {
	var codes []string
	var set *Dataset
	for i := range r.plan.schema.Datasets {
		codes = append(codes, r.plan.schema.Datasets[i].Code)
		if codes[i] == c.Dataset.Text {
			set = &r.plan.schema.Datasets[i]
		}
	}
	if set == nil {
		r.fault(c.Dataset.At, "unknown-dataset", meant(c.Dataset.Text, codes), "there is no dataset %q", clip(c.Dataset.Text))
		return
	}
	values := map[string]int64{}
	for _, f := range c.Fields {
		r.value(set, f, values)
	}
	table := r.plan.layout.Table(set.Code)
	if table < 0 {
		return
	}
	var row []int64
	for _, f := range r.plan.layout.reads[table].Fields {
		v, ok := values[f.Name]
		if !ok {
			v = Missing
		}
		row = append(row, v)
	}
	r.build.Add(table, c.Record, row...)
}

func (r *caseRun) value(set *Dataset, f CaseField, values map[string]int64) {
	field := set.field(f.Name.Text)
	if field == nil {
		var names []string
		for i := range set.Fields {
			names = append(names, set.Fields[i].Name)
		}
		r.fault(f.Name.At, "unknown-field", meant(f.Name.Text, names), "dataset %s has no field %q", set.Code, clip(f.Name.Text))
		return
	}
	switch field.Type {
	case Text:
	case Code, Bool:
		place := slices.Index(field.codes(), f.Value.Text)
		if place < 0 {
			r.fault(f.Value.At, "unknown-code", meant(f.Value.Text, field.codes()), "%q is no code of %s", clip(f.Value.Text), field.Name)
		}
		values[field.Name] = int64(place)
	case Date:
		d, err := calendar.Parse(f.Value.Text)
		if err != nil {
			r.fault(f.Value.At, "date", "", "%s: %v", field.Name, err)
		}
		values[field.Name] = int64(d)
	default:
		v, err := strconv.ParseInt(f.Value.Text, 10, 64)
		if err != nil || !f.number {
			r.fault(f.Value.At, "number", "write a whole number", "%s: %q is not a whole number", field.Name, clip(f.Value.Text))
		}
		values[field.Name] = v
	}
}

// compareCase compares all but the trace.
func compareCase(want *Expectation, got *Explanation) []Difference {
	var d []Difference
	d = compareText(d, "status", want.Status.String(), got.Status.String())
	if want.Score != nil {
		d = compareText(d, "score", strconv.FormatInt(*want.Score, 10), strconv.FormatInt(got.Score, 10))
	}
	d = compareText(d, "band", want.Band, got.Band)
	d = compareText(d, "gate", want.Gate, got.Gate)
	d = compareText(d, "why_not", strings.Join(want.WhyNot, ", "), strings.Join(got.WhyNot, ", "))
	d = compareText(d, "adjustments", adjustmentsText(want.Adjustments), adjustmentsText(got.Adjustments))
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

func compareTrace(d []Difference, want *TraceLine, got *Factor) []Difference {
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

func adjustmentsText(list []Adjustment) string {
	parts := make([]string, 0, len(list))
	for _, a := range list {
		parts = append(parts, fmt.Sprintf("%s %+d", a.Name, a.Points))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

package language

import (
	"go.yaml.in/yaml/v3"

	"probity/calendar"
	"probity/scorecard/facts"
	"probity/scorecard/internal/strict"
	"probity/scorecard/internal/whole"
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
	// AsOf is the day that is rated, Seen the day on which it is looked at.
	AsOf, Seen calendar.Day
	// Records are the subject's records; ID and Recorded count from 1 where the file does not say otherwise.
	Records []CaseRecord
	Expect  Expectation
}

// CaseRecord is a record of a case: what every record has, and the values of its fields as the file writes them.
type CaseRecord struct {
	Dataset Name
	facts.Record
	Fields []CaseField
	At     Pos
}

// CaseField is a field of a case's record.
type CaseField struct {
	Name  Name
	Value Name
	// Number is whether the file writes a whole number.
	Number bool
}

// Expectation is what must come out. Gate, WhyNot, Adjustments and Reasons are compared whole: what is not stated must
// not be there. Trace is compared for the characteristics it names. Score and days that are nil are not compared.
type Expectation struct {
	// Rated is whether there must be a rating at all.
	Rated       bool
	Score       *int64
	Band, Gate  string
	WhyNot      []string
	Trace       []TraceLine
	Adjustments []NamedPoints
	Reasons     []string
	ChangesOn   *calendar.Day
	LapsesOn    *calendar.Day
}

// NamedPoints are the points of an adjustment.
type NamedPoints struct {
	Name   string
	Points int64
}

// TraceLine is what must come out for one characteristic. What is nil is not compared; Value is "" for a missing one.
type TraceLine struct {
	Characteristic Name
	Value          *string
	Attribute      *string
	Points         *int64
	Records        []int64
}

// caseShapes are the keys that each mapping of a case file may have.
var caseShapes = map[string][]string{
	"cases":  {"model", "cases"},
	"case":   {"case", "as_of", "seen", "records", "expect"},
	"expect": {"status", "score", "band", "gate", "why_not", "trace", "adjustments", "reasons", "changes_on", "lapses_on"},
	"trace":  {"characteristic", "value", "attribute", "points", "records"},
}

// caseReader reads the parts of a case file.
type caseReader struct{ *strict.Reader }

// ParseCases reads a case file. An error is of type [Faults].
func ParseCases(name string, source []byte) (*Cases, error) {
	r := &caseReader{strict.NewReader(name, caseShapes)}
	root := r.Document(source)
	if root == nil {
		return nil, r.Err()
	}
	o := r.Object(root, "cases")
	o.Need("model", "cases")
	c := &Cases{File: name, Model: o.Word("model")}
	for _, n := range o.Items("cases") {
		c.List = append(c.List, r.caseOf(n))
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

func (r *caseReader) caseOf(n *yaml.Node) Case {
	o := r.Object(n, "case")
	o.Need("case", "as_of", "expect")
	c := Case{Name: o.Text("case"), At: o.At, AsOf: o.Date("as_of"), Seen: o.Date("seen")}
	if !o.Has("seen") {
		c.Seen = c.AsOf
	}
	for i, k := range o.Items("records") {
		c.Records = append(c.Records, r.caseRecord(k, int64(i+1)))
	}
	c.Expect = r.expectation(r.Object(o.Node("expect"), "expect"))
	return c
}

func (r *caseReader) caseRecord(n *yaml.Node, number int64) CaseRecord {
	c := CaseRecord{At: strict.At(n), Record: facts.Record{
		ID: number, Occurred: calendar.None, ValidFrom: calendar.None, ValidTo: calendar.None, Lapse: calendar.None,
	}}
	recorded := false
	r.Pairs(n, "a record", func(key Name, v *yaml.Node) {
		one := r.Entry("record", key, v)
		switch key.Text {
		case "dataset":
			c.Dataset = one.Name(key.Text)
		case "id":
			c.ID = one.Number(key.Text, whole.Lowest, whole.Highest, 0)
		case "recorded":
			c.Recorded, recorded = one.Number(key.Text, whole.Lowest, whole.Highest, 0), true
		case facts.Occurred:
			c.Occurred = one.Date(key.Text)
		case facts.ValidFrom:
			c.ValidFrom = one.Date(key.Text)
		case facts.ValidTo:
			c.ValidTo = one.Date(key.Text)
		case "lapse":
			c.Lapse = one.Date(key.Text)
		case "disputed":
			c.Disputed = one.Yes(key.Text)
		default:
			c.Fields = append(c.Fields, CaseField{Name: key, Value: r.Scalar(v, "record."+key.Text), Number: v.Tag == "!!int"})
		}
	})
	if !recorded {
		c.Recorded = c.ID
	}
	if c.Dataset.Text == "" || c.Occurred == calendar.None {
		r.Fault(c.At, "missing-key", "add dataset: and occurred:", "a record needs its dataset and the day it occurred")
	}
	return c
}

func (r *caseReader) expectation(o *strict.Object) Expectation {
	o.Need("status")
	e := Expectation{
		Score: o.Int("score", whole.Lowest, whole.Highest), Band: o.Text("band"), Gate: o.Text("gate"),
		WhyNot: texts(o.Words("why_not")), Reasons: texts(o.Words("reasons")),
	}
	switch s := o.Text("status"); s {
	case "rated":
		e.Rated = true
		o.Need("score", "band")
	case "not_rated", "":
		o.Need("why_not")
	default:
		r.Fault(o.Place("status"), "status", "write rated or not_rated", "%q is no status", strict.Clip(s))
	}
	for key, to := range map[string]**calendar.Day{"changes_on": &e.ChangesOn, "lapses_on": &e.LapsesOn} {
		if o.Has(key) {
			d := calendar.None
			if o.Text(key) != "never" {
				d = o.Date(key)
			}
			*to = &d
		}
	}
	for _, n := range o.Items("trace") {
		e.Trace = append(e.Trace, r.traceLine(n))
	}
	r.Pairs(o.Node("adjustments"), "expect.adjustments", func(name Name, v *yaml.Node) {
		if points, ok := r.Int(v, "expect.adjustments", whole.Lowest, whole.Highest); ok {
			e.Adjustments = append(e.Adjustments, NamedPoints{name.Text, points})
		}
	})
	return e
}

func (r *caseReader) traceLine(n *yaml.Node) TraceLine {
	o := r.Object(n, "trace")
	o.Need("characteristic")
	t := TraceLine{Characteristic: o.Name("characteristic"), Points: o.Int("points", whole.Lowest, whole.Highest)}
	if o.Has("value") {
		v := o.Text("value")
		if v == "missing" {
			v = ""
		}
		t.Value = &v
	}
	if o.Has("attribute") {
		v := o.Text("attribute")
		t.Attribute = &v
	}
	if list := o.Node("records"); list != nil && list.Kind == yaml.SequenceNode {
		t.Records = []int64{}
		for _, k := range list.Content {
			if id, ok := r.Int(k, "trace.records", whole.Lowest, whole.Highest); ok {
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

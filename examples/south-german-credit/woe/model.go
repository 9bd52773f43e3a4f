package woe

import (
	"fmt"
	"strings"

	"probity/calendar"
	"probity/scorecard"
)

// dataset is the code under which the model knows the loans.
const dataset = "bank.loan"

// Write writes the model with these points as a file of the model language.
func Write(points [][]int64) []byte {
	var b strings.Builder
	b.WriteString(head)
	for _, l := range leftOut {
		fmt.Fprintf(&b, "  - {rule: %s, why: %q}\n", l[0], l[1])
	}
	b.WriteString(middle)
	vars := variables()
	for i := range vars {
		vars[i].write(&b, points[i])
	}
	b.WriteString(bands)
	for i := range vars {
		fmt.Fprintf(&b, "  %s: {en: %s}\n", vars[i].Reason, vars[i].Lost)
	}
	return []byte(b.String())
}

const head = `# South German Credit as a scorecard of points. Written by examples/south-german-credit from the 1,000 loans and their
# published code table; the formula stands in woe/fit.go, and a test writes this file again. Not for use: the loans are
# of 1973 to 1975, and three in ten are bad because bad ones were sampled more often.
model: south-german-credit
version: 1
title: {en: "Consumer loan, South German Credit"}
kinds: [person]
contexts: [finance-credit]
source:
  title: South German Credit, UCI Machine Learning Repository
  date: 2019-11-28
  url: https://doi.org/10.24432/C5X89F
  note: code table corrected by Groemping (2019); the points are fitted here
left_out:
`

const middle = `consent: {purpose: lending}
base: 500
clip: {min: 0, max: 1000}
not_rated:
  - {records_below: 1, reason: N01}
characteristics:
`

const bands = `bands:
  - {name: A, from: 560, title: {en: few losses}}
  - {name: B, from: 500, title: {en: fewer losses than on average}}
  - {name: C, from: 450, title: {en: more losses than on average}}
  - {name: D, title: {en: many losses}}
reasons:
  N01: {en: There is no loan on file}
`

func (v *Variable) write(b *strings.Builder, points []int64) {
	fmt.Fprintf(b, "  - name: %s\n    title: {en: %s}\n    datasets: [%s]\n    aggregate: {latest: %s}\n    reason: %s\n    missing: {points: 0}\n",
		v.Name, v.Title, dataset, v.Name, v.Reason)
	if len(v.Codes) == 0 {
		v.writeRanges(b, points)
		return
	}
	b.WriteString("    attributes:\n")
	for c := range v.classesNamed {
		var names []string
		for _, code := range v.Codes {
			if v.classOf[code.Value] == c {
				names = append(names, code.Name)
			}
		}
		fmt.Fprintf(b, "      - {codes: [%s], points: %d}\n", strings.Join(names, ", "), points[c])
	}
}

func (v *Variable) writeRanges(b *strings.Builder, points []int64) {
	direction := "rising"
	if v.Falling {
		direction = "falling"
	}
	fmt.Fprintf(b, "    direction: %s\n    attributes:\n", direction)
	for c := range points {
		var edges []string
		if c > 0 {
			edges = append(edges, fmt.Sprintf("from: %d", v.Bounds[c-1]))
		}
		if c < len(v.Bounds) {
			edges = append(edges, fmt.Sprintf("below: %d", v.Bounds[c]))
		}
		fmt.Fprintf(b, "      - {%s, points: %d}\n", strings.Join(edges, ", "), points[c])
	}
}

// schema is what the model is compiled against: the one dataset.
func schema() scorecard.Schema {
	d := scorecard.Dataset{Code: dataset, Context: "finance-credit", Kinds: []string{scorecard.Person}}
	vars := variables()
	for i := range vars {
		f := scorecard.Field{Name: vars[i].Name, Type: scorecard.Int, Unit: vars[i].Unit}
		if len(vars[i].Codes) > 0 {
			f = scorecard.Field{Name: vars[i].Name, Type: scorecard.Code}
			for _, c := range vars[i].Codes {
				f.Codes = append(f.Codes, c.Name)
			}
		}
		d.Fields = append(d.Fields, f)
	}
	return scorecard.Schema{Datasets: []scorecard.Dataset{d}}
}

// Compile reads a model file of this folder.
func Compile(name string, text []byte) (*scorecard.Plan, error) {
	m, err := scorecard.Parse(name, text)
	if err != nil {
		return nil, err
	}
	return scorecard.Compile(m, schema())
}

// rated is the day on which the loans count as rated. The model looks at no time; any day would do.
var rated = calendar.MustParse("2019-11-28")

// Rate rates the loans, each as a subject of its own, and gives results in their order; they are good until the
// evaluator that made them is used again, which nobody else can.
func Rate(plan *scorecard.Plan, loans []Loan) *scorecard.Results {
	vars := variables()
	b := scorecard.NewBuilder(plan.Layout())
	table := plan.Layout().Table(dataset)
	fields := plan.Layout().Reads()[table].Fields
	values := make([]int64, len(fields))
	for n := range loans {
		b.Subject()
		for i := range fields {
			values[i] = loans[n].column(vars, fields[i].Name)
		}
		b.Add(table, scorecard.Record{
			ID: int64(n + 1), Recorded: int64(n + 1), Occurred: rated,
			ValidFrom: calendar.None, ValidTo: calendar.None, Lapse: calendar.None,
		}, values...)
	}
	return plan.NewEvaluator().Evaluate(b.Facts(), scorecard.At{AsOf: rated, Seen: rated})
}

// column is a value as the facts hold it: a number as it is, a code by its place in the list.
func (l *Loan) column(vars []Variable, name string) int64 {
	for i := range vars {
		if vars[i].Name != name {
			continue
		}
		for place, c := range vars[i].Codes {
			if c.Value == l.values[i] {
				return int64(place)
			}
		}
		return l.values[i]
	}
	return scorecard.Missing
}

// Scores pairs the scores with what became of the loans.
func Scores(res *scorecard.Results, loans []Loan) []Scored {
	list := make([]Scored, len(loans))
	for i := range loans {
		list[i] = Scored{res.Score(i), loans[i].Good}
	}
	return list
}

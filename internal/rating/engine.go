package rating

import (
	"fmt"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/record"
	"probity/internal/subject"
	"probity/scorecard"
)

// engine evaluates some models together over the same facts: it is filled subject by subject, record by record, and
// keeps its memory for the next batch. It is for one goroutine.
type engine struct {
	models     []*Model
	layout     *scorecard.Layout
	builder    *scorecard.Builder
	decoder    *Decoder
	evaluators []*scorecard.Evaluator
	tables     map[string]int
	place      map[subject.ID]int
}

func newEngine(models []*Model) (*engine, error) {
	plans := make([]*scorecard.Plan, len(models))
	for i, m := range models {
		plans[i] = m.Plan
	}
	layout, err := scorecard.Merge(plans...)
	if err != nil {
		return nil, err
	}
	e := &engine{
		models: models, layout: layout, builder: scorecard.NewBuilder(layout), decoder: NewDecoder(layout),
		tables: map[string]int{}, place: map[subject.ID]int{},
	}
	for _, p := range plans {
		evaluator, err := p.NewEvaluatorFor(layout)
		if err != nil {
			return nil, err
		}
		e.evaluators = append(e.evaluators, evaluator)
	}
	for _, r := range layout.Reads() {
		e.tables[r.Dataset] = layout.Table(r.Dataset)
	}
	return e, nil
}

// reset empties the facts and begins the subjects in their order: also those without a single record, who are then not
// rated and told why.
func (e *engine) reset() {
	e.builder.Reset()
	clear(e.place)
}

// begin starts the next subject; subjects must come in the order of their records.
func (e *engine) begin(id subject.ID) {
	e.place[id] = e.builder.Subject()
}

// add adds a record of the subject begun last; one that is disputed is told of and does not count.
func (e *engine) add(v *record.Version, disputed bool) error {
	table, ok := e.tables[v.Dataset]
	if !ok {
		return nil
	}
	values, err := e.decoder.Decode(table, v.Payload)
	if err != nil {
		return fmt.Errorf("record %s: %w", v.Record, err)
	}
	e.builder.Add(table, scorecard.Record{
		ID: int64(v.Record), Recorded: v.RecordedAt.UnixMicro(), Occurred: v.Occurred,
		ValidFrom: v.From, ValidTo: v.To, Lapse: v.Lapse, Disputed: disputed,
	}, values...)
	return nil
}

// evaluate rates all subjects by the n-th model. The results are valid until the next call.
func (e *engine) evaluate(n int, at scorecard.At) *scorecard.Results {
	return e.evaluators[n].Evaluate(e.builder.Facts(), at)
}

// Rating makes the rating that is kept of the i-th subject's result, which must have been evaluated with its times.
func (m *Model) Rating(res *scorecard.Results, i int, permit *charter.RatingPermit, at scorecard.At, knownAt time.Time) Rating {
	r := Rating{
		Subject: permit.Subject().ID, Model: m.Facts.Code, Version: m.Facts.Version, AsOf: at.AsOf, KnownAt: knownAt,
		GoodUntil: earliest(m.changes(res, i, at.Seen), res.LapsesOn(i), permit.Until()), Status: NotRated,
	}
	if res.Status(i) != scorecard.Rated {
		r.WhyNot = res.WhyNot(i)
		return r
	}
	r.Status, r.Score, r.Band = Rated, res.Score(i), m.Plan.Band(res.Band(i)).Name.Text
	if g := res.Gate(i); g >= 0 {
		r.Gate = m.Plan.Model().Gates[g].Name.Text
	}
	return r
}

// earliest is the earliest of the days that are given; None where none is.
func earliest(days ...calendar.Day) calendar.Day {
	first := calendar.None
	for _, d := range days {
		if d != calendar.None && (first == calendar.None || d < first) {
			first = d
		}
	}
	return first
}

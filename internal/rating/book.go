package rating

import (
	"slices"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/fault"
	"probity/internal/subject"
	"probity/scorecard"
)

// Model is one version of a model, compiled, with what the Charter needs to know of it.
type Model struct {
	Plan  *scorecard.Plan
	Facts charter.ModelFacts
}

// NewModel reads and compiles a model file. Faults of the file come back as scorecard.Faults.
func NewModel(name string, body []byte, schema scorecard.Schema) (*Model, error) {
	parsed, err := scorecard.Parse(name, body)
	if err != nil {
		return nil, err
	}
	plan, err := scorecard.Compile(parsed, schema)
	if err != nil {
		return nil, err
	}
	m := &Model{Plan: plan, Facts: charter.ModelFacts{Code: parsed.Code, Version: int(parsed.Version)}}
	for _, k := range parsed.Kinds {
		m.Facts.Kinds = append(m.Facts.Kinds, k.Text)
	}
	for _, c := range parsed.Contexts {
		m.Facts.Contexts = append(m.Facts.Contexts, c.Text)
	}
	for _, r := range plan.Layout().Reads() {
		m.Facts.Datasets = append(m.Facts.Datasets, r.Dataset)
	}
	if parsed.Consent != nil {
		m.Facts.ConsentPurpose = parsed.Consent.Purpose
	}
	return m, nil
}

// At is when a rating of the day is made: of the day itself or, by a model that rates years, of the close of the newest year
// that was announced by then. What may be seen is judged on the day.
func (m *Model) At(today calendar.Day) scorecard.At {
	at := scorecard.At{AsOf: today, Seen: today}
	if y := m.Plan.Model().Year; y != nil {
		at.AsOf, _ = y.Stands(today)
	}
	return at
}

// changes is the first day on which time alone changes a result: another record comes into its window or out of it or, by a
// model that rates years, another year is announced.
func (m *Model) changes(res *scorecard.Results, i int, seen calendar.Day) calendar.Day {
	if y := m.Plan.Model().Year; y != nil {
		_, next := y.Stands(seen)
		return next
	}
	return res.ChangesOn(i)
}

// Rates tells whether the model is for subjects of the kind.
func (m *Model) Rates(k subject.Kind) bool { return slices.Contains(m.Facts.Kinds, string(k)) }

// Book is the models in use: one version of each. It is read-only and safe for concurrent use.
type Book struct {
	models []*Model
	byCode map[string]*Model
}

// NewBook makes a book of models; two of one code are a conflict.
func NewBook(models []*Model) (*Book, error) {
	b := &Book{byCode: map[string]*Model{}}
	for _, m := range models {
		if b.byCode[m.Facts.Code] != nil {
			return nil, fault.New(fault.Conflict, "rating.book", "two versions of the model %s are active", m.Facts.Code)
		}
		b.byCode[m.Facts.Code] = m
		b.models = append(b.models, m)
	}
	slices.SortFunc(b.models, func(x, y *Model) int {
		if x.Facts.Code < y.Facts.Code {
			return -1
		}
		return 1
	})
	return b, nil
}

// Model finds an active model.
func (b *Book) Model(code string) (*Model, error) {
	if m := b.byCode[code]; m != nil {
		return m, nil
	}
	return nil, fault.New(fault.NotFound, "rating.model", "there is no active model %q", code).
		With("probity model list shows the models; a draft is approved and activated first")
}

// Models lists the models by code.
func (b *Book) Models() []*Model { return b.models }

// For lists the models for a kind, by code.
func (b *Book) For(k subject.Kind) []*Model {
	var list []*Model
	for _, m := range b.models {
		if m.Rates(k) {
			list = append(list, m)
		}
	}
	return list
}

// Datasets are those that an active model looks at; known is false where there is no such model.
func (b *Book) Datasets(model string) (datasets []string, known bool) {
	m := b.byCode[model]
	if m == nil {
		return nil, false
	}
	return m.Facts.Datasets, true
}

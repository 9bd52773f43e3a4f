// Package impact answers, before a model is approved, what it would do and to whom: everybody is rated by the candidate
// and by the model in force, or by one model as of two days, in one pass, and the two are compared.
//
// Ratings come from the one evaluator of package scorecard. Nothing is kept of a single subject but the organisations
// that move most; memory does not grow with the population. Of human beings (persons, office holders, sole traders'
// businesses) a report holds counts alone, and none so small that somebody could be known by it (Charter C1 to C3, C11).
package impact

import (
	"context"
	"time"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/fault"
	"probity/internal/rating"
	"probity/internal/subject"
	"probity/scorecard"
	"probity/scorecard/population"
)

// Side is a model and the day whose state of affairs it rates.
type Side struct {
	Model *rating.Model
	AsOf  calendar.Day
}

// People are the subjects of some facts, a row each, in the order of their ordinals. Regions and Sections are places in
// the lists, and facts.MissingCode where none is known; Employees is facts.Missing where the number is not known.
type People struct {
	IDs         []subject.ID
	Kinds       []uint16 // places in subject.Kinds
	Soles       []uint16 // 1 for the business of a sole trader
	Regions     []uint16
	Sections    []uint16
	Employees   []int64
	RegionList  []string
	SectionList []string
	// SectionTitles are what the sections are called, in the order of their list; one without a title goes by its code.
	SectionTitles []catalogue.Text
}

// Consents says which human beings may be rated by a model, by their own consent where the Charter asks for one (C1).
type Consents interface {
	// May answers for the subjects in their order.
	May(ctx context.Context, m *rating.Model, page []subject.Subject, on calendar.Day) ([]bool, error)
}

// Question is what is asked.
type Question struct {
	Candidate Side
	// Current is what it is compared with; without a model there is nothing, and the candidate is the first of its kind.
	Current Side
	// Facts gives the facts in a layout; they are those of the People.
	Facts  func(*scorecard.Layout) (*scorecard.Facts, error)
	People People
	// Consents may be nil where nobody has to consent.
	Consents Consents
	// NotHeld names the versions, CODE@N, for whose rating nobody who has to consent is among the people. Where there are some,
	// these are not counted at all.
	NotHeld []string
	// Seen is the day on which the records may be seen, Population which state of the database they are of, DeleteBy the
	// first day on which the report must be gone.
	Seen       calendar.Day
	Population Population
	DeleteBy   calendar.Day
	Catalogue  *catalogue.Catalogue
	Limits     *Limits
	At         time.Time
	Workers    int
	// Progress, where set, is told how many subjects are done.
	Progress func(done, of int)
	// Moved, where set, is given every organisation whose band, score or status differs, in the order of ids, one call at
	// a time. What it is given it may not keep.
	Moved func([]Movement) error
}

// Movement is how one organisation moves.
type Movement struct {
	Subject  subject.ID
	From, To string // bands; "" where it is not rated
	// Score and NewScore are meaningful where From and To are set.
	Score, NewScore int64
	Direction       string
	// Through is the term with the greatest part in the difference; "" where there is none.
	Through string
}

// Make rates everybody and compares. A subject counts where one of the models rates its kind and, where it has to
// consent, its own consent covers one of them.
func Make(ctx context.Context, q *Question) (*Report, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	c, err := q.prepare(ctx)
	if err != nil {
		return nil, err
	}
	run := population.Run{Facts: c.facts, Workers: max(q.Workers, 1), Progress: q.Progress}
	for _, s := range c.sides {
		run.Plans = append(run.Plans, s.plan)
		run.Ats = append(run.Ats, scorecard.At{AsOf: s.asOf, Seen: q.Seen})
	}
	for range run.Workers {
		c.workers = append(c.workers, newWorker(c))
	}
	if err := run.Rate(ctx, c.take); err != nil {
		return nil, err
	}
	return c.report(), nil
}

func (q *Question) check() error {
	switch {
	case q.Candidate.Model == nil:
		return fault.New(fault.Invalid, "impact.candidate", "there is no candidate")
	case q.Limits == nil || q.Catalogue == nil:
		return fault.New(fault.Internal, "impact.question", "the question has no limits or no catalogue")
	}
	if q.Current.Model == nil {
		return nil
	}
	for _, k := range q.Current.Model.Facts.Kinds {
		if q.Candidate.Model.Rates(subject.Kind(k)) {
			return nil
		}
	}
	return fault.New(fault.Invalid, "impact.kinds", "%s and %s rate no kind of subject in common", q.Candidate.Model.Facts.Code, q.Current.Model.Facts.Code).
		With("compare with a model that rates the same kind: probity model list")
}

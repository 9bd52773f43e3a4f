package bench

import (
	"context"
	"errors"
	"time"

	"probity/internal/bench/crowd"
	"probity/internal/catalogue"
	"probity/internal/impact"
	"probity/internal/rating"
	"probity/internal/subject"
	"probity/scorecard"
	"probity/scorecard/population"
)

var impactWhole = Figure{
	Name: "impact.vs_rating",
	Unit: "s",
	What: "a candidate compared with the version in force over 20 M records of 1 M organisations, every part of the report made and every movement given out, on two workers; against rating all by both and no more",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		c, err := crowd.Make(populationSubjects)
		if err != nil {
			return Reading{}, err
		}
		q, err := impactOn(c, run)
		if err != nil {
			return Reading{}, err
		}
		plans := []*scorecard.Plan{q.Current.Model.Plan, q.Candidate.Model.Plan}
		layout, err := scorecard.Merge(plans...)
		if err != nil {
			return Reading{}, err
		}
		facts, err := q.Facts(layout)
		if err != nil {
			return Reading{}, err
		}
		compared := func(ctx context.Context, _ int) (time.Duration, error) {
			moved := 0
			q.Moved = func(list []impact.Movement) error { moved += len(list); return nil }
			start := run.Now()
			r, err := impact.Make(ctx, q)
			took := run.Now().Sub(start)
			if err == nil && (moved == 0 || len(r.Parts) != 1 || r.Parts[0].Subjects.N != int64(populationSubjects)) {
				err = errors.New("the report does not tell of everybody, or nobody moves")
			}
			return took, err
		}
		both := func(ctx context.Context, _ int) (time.Duration, error) {
			r := population.Run{Facts: facts, Plans: plans, At: c.At, Workers: populationThreads}
			start := run.Now()
			err := r.Rate(ctx, func(population.Block) error { return nil })
			return run.Now().Sub(start), err
		}
		return Ratio(ctx, run, 3, compared, both)
	},
}

// impactOn asks what the second version of the crowd's model would do to everybody: organisations of 300 regions, 18 sections
// and all sizes, of whom none has to consent.
func impactOn(c *crowd.Crowd, run Run) (*impact.Question, error) {
	sides := make([]impact.Side, 2)
	for i := range sides {
		m, err := rating.NewModel("crowd.yaml", crowd.Model(i+1), crowd.Schema())
		if err != nil {
			return nil, err
		}
		sides[i] = impact.Side{Model: m, AsOf: c.At.AsOf}
	}
	n := c.Facts.Subjects()
	people := impact.People{
		IDs: make([]subject.ID, n), Kinds: make([]uint16, n), Soles: make([]uint16, n), Regions: make([]uint16, n), Sections: make([]uint16, n),
		Employees: make([]int64, n),
	}
	cat := catalogue.BuiltIn()
	for i := range min(300, len(cat.Regions)) {
		people.RegionList = append(people.RegionList, cat.Regions[i].Code)
	}
	for s := 'A'; s < 'S'; s++ {
		people.SectionList = append(people.SectionList, string(s))
	}
	for i := range n {
		people.IDs[i] = subject.ID(i + 1)
		people.Regions[i], people.Sections[i] = uint16(i*7%len(people.RegionList)), uint16(i*5%len(people.SectionList))
		people.Employees[i] = int64(i * 13 % 2000)
	}
	return &impact.Question{
		Current: sides[0], Candidate: sides[1], People: people, Seen: c.At.Seen, DeleteBy: c.At.Seen + 1, Catalogue: cat,
		Facts: func(layout *scorecard.Layout) (*scorecard.Facts, error) {
			tables := make([]scorecard.Table, len(layout.Reads()))
			for i, read := range layout.Reads() { // the versions read the same, in the order of the first
				if read.Dataset != c.Plan.Layout().Reads()[i].Dataset {
					return nil, errors.New("the versions of the model read other datasets")
				}
				tables[i] = *c.Facts.Table(i)
			}
			return scorecard.NewFacts(layout, n, tables)
		},
		Limits: impact.BuiltIn().On(c.At.Seen), At: run.Now(), Workers: populationThreads, Progress: tenths(run),
	}, nil
}

// tenths tells of each tenth that is done.
func tenths(run Run) func(done, of int) {
	last := 0
	return func(done, of int) {
		t := done * 10 / of
		if t > last {
			run.Tell("  %d of 10 parts compared", t)
		}
		last = t // which falls where the next round begins
	}
}

// Package outcome is for whoever has to say what a policy did: it counts what people of a generated population lived through,
// makes the measures of it that the field uses (who was restricted without owing anything, how long, who bears it, who gets
// credit and at what loss), and gives each with an interval from replications.
//
// Counts are whole numbers that are added up, so that the order in which panels are worked on changes nothing. Groups of
// fewer than 100 people are suppressed everywhere.
package outcome

import (
	"probity/internal/lab/life"
	"probity/internal/lab/observe"
	"probity/internal/lab/population"
)

// Least is the least number of people a group is shown for.
const Least = 100

// Group is what the people of one group lived through, added up.
type Group struct {
	People, Months                                      int64
	Rated, Clear, Wrong, Restricted, Low, Spill         int64
	EverWrong, EverRestricted                           int64
	Applied, Approved, Loans, Defaults                  int64
	Harm, Income                                        int64
	OnFile, WithError, WithRating, Improved, WithErrors int64
}

func (g *Group) add(o *Group) {
	g.People += o.People
	g.Months += o.Months
	g.Rated += o.Rated
	g.Clear += o.Clear
	g.Wrong += o.Wrong
	g.Restricted += o.Restricted
	g.Low += o.Low
	g.Spill += o.Spill
	g.EverWrong += o.EverWrong
	g.EverRestricted += o.EverRestricted
	g.Applied += o.Applied
	g.Approved += o.Approved
	g.Loans += o.Loans
	g.Defaults += o.Defaults
	g.Harm += o.Harm
	g.Income += o.Income
	g.OnFile += o.OnFile
	g.WithError += o.WithError
	g.WithRating += o.WithRating
	g.Improved += o.Improved
	g.WithErrors += o.WithErrors
}

// Tally is everything that is counted of one replication.
type Tally struct {
	// Groups are everybody first, and then one group for each value of each dimension.
	Groups []Group
	// Moves counts, by band a year before and band now (0: not rated), how people moved.
	Moves [][]int64
	Sums  life.Sums
	Desk  observe.Counts
	// Bands counts people by band at the end, the unrated first.
	Bands []int64
}

// NewTally makes an empty tally for a world and a model with so many bands.
func NewTally(dims []population.Dimension, bands int) *Tally {
	groups := 1
	for _, d := range dims {
		groups += len(d.Values)
	}
	t := &Tally{Groups: make([]Group, groups), Moves: make([][]int64, bands+1), Bands: make([]int64, bands+1)}
	for i := range t.Moves {
		t.Moves[i] = make([]int64, bands+1)
	}
	return t
}

// Last is what is known of a person at the end of a run.
type Last struct {
	Band, WithoutErrors uint8
	Errors              uint8
	Borrows             bool
}

// Person adds what one person of a panel lived through in so many months.
func (t *Tally) Person(dims []population.Dimension, panel *population.Panel, i, months int, c *life.Count, last Last) {
	g := Group{
		People: 1, Months: int64(months), Rated: int64(c.Rated), Clear: int64(months) - int64(c.Owing), Wrong: int64(c.Wrong),
		Restricted: int64(c.Restricted), Low: int64(c.Low), Spill: int64(c.Spill), Applied: int64(c.Applied), Approved: int64(c.Approved),
		Loans: int64(c.Loans), Defaults: int64(c.Defaults), Harm: int64(c.Harm), Income: c.Income,
	}
	if c.Wrong > 0 {
		g.EverWrong = 1
	}
	if c.Restricted > 0 {
		g.EverRestricted = 1
	}
	if last.Borrows {
		g.OnFile = 1
		if last.Errors > 0 {
			g.WithError = 1
		}
	}
	if last.Band > 0 && last.Borrows {
		g.WithRating = 1
		if last.Errors > 0 {
			g.WithErrors = 1
		}
		if last.WithoutErrors > 0 && last.WithoutErrors < last.Band {
			g.Improved = 1
		}
	}
	t.Bands[last.Band]++
	t.Groups[0].add(&g)
	at := 1
	for d := range dims {
		t.Groups[at+int(panel.Column[d][i])].add(&g)
		at += len(dims[d].Values)
	}
}

// Panel adds what happened to a panel as a whole.
func (t *Tally) Panel(s *life.Sums, d *observe.Counts) {
	t.Sums.Add(s)
	t.Desk.Add(d)
}

// Add adds another tally of the same shape.
func (t *Tally) Add(o *Tally) {
	for i := range t.Groups {
		t.Groups[i].add(&o.Groups[i])
	}
	for i := range t.Moves {
		for j := range t.Moves[i] {
			t.Moves[i][j] += o.Moves[i][j]
		}
	}
	for i := range t.Bands {
		t.Bands[i] += o.Bands[i]
	}
	t.Panel(&o.Sums, &o.Desk)
}

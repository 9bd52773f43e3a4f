// Package run is for whoever wants to know what a policy would do: it generates the people, lets them live month by month
// under the policy, rates everybody every month through the platform's own evaluator, and counts what came of it.
//
// People live in panels, each a slice through the country that is complete in itself. A worker takes one panel through all
// months before it takes the next, so that memory does not grow with the population, and because all that is counted is
// whole numbers added up, any number of workers gives the same result to the byte.
package run

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/lab/chance"
	"probity/internal/lab/life"
	"probity/internal/lab/observe"
	"probity/internal/lab/outcome"
	"probity/internal/lab/parameter"
	"probity/internal/lab/policy"
	"probity/internal/lab/population"
	"probity/scorecard"
)

// Config is what is run.
type Config struct {
	World      *population.World
	Policy     *policy.Policy
	Parameters *parameter.Set
	Seed       chance.Seed
	// People and Months are how many; Replications how often with seeds of their own, at least one.
	People, Months, Replications int
	// Start is the last day before the first month.
	Start calendar.Day
	// Workers is how many panels are worked on at once; the result does not depend on it.
	Workers int
	// Progress, where set, is told of person-months done, from any worker.
	Progress func(done int64)
}

// Parameters are the built-in parameters of behaviour and of faults, as one set.
func Parameters() (*parameter.Set, error) {
	b, err := life.Parameters()
	if err != nil {
		return nil, err
	}
	f, err := observe.Parameters()
	if err != nil {
		return nil, err
	}
	return parameter.Join(b, f), nil
}

// mostMonths and mostReplications bound a run.
const (
	mostMonths       = 600
	mostReplications = 1000
)

// Check refuses what cannot be run.
func (c *Config) Check() error {
	for _, x := range []struct {
		what        string
		n, low, top int
	}{{"people", c.People, 1, population.MostPeople}, {"months", c.Months, 1, mostMonths}, {"replications", c.Replications, 1, mostReplications}} {
		if x.n < x.low || x.n > x.top {
			return fault.New(fault.Invalid, "lab."+x.what, "%d %s cannot be run", x.n, x.what).At("--" + x.what).With(fmt.Sprintf("give a number from %d to %d", x.low, x.top))
		}
	}
	regions := c.World.Dimensions()[population.Region].Values
	for _, r := range c.Policy.Regions {
		if !slices.Contains(regions, r) {
			return fault.New(fault.Invalid, "lab.region", "there is no region %q", r).At(c.Policy.File).With("use codes of provinces such as 31")
		}
	}
	return nil
}

// Result is what came of a run: one tally for each replication.
type Result struct {
	Config       Config
	Replications []*outcome.Tally
}

// prepared is a policy with everything that its rules need.
type prepared struct {
	c      *Config
	rules  *life.Rules
	orders observe.Rules
}

func prepare(c *Config) (*prepared, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	rules, err := life.Compile(c.Policy, c.Parameters)
	if err != nil {
		return nil, err
	}
	set, err := c.Parameters.With(c.Policy.File, c.Policy.Parameters)
	if err != nil {
		return nil, err
	}
	p := &prepared{c: c, rules: rules, orders: c.Policy.Rules()}
	link, _ := observe.Link(c.Policy.Records.Linking)
	p.orders.Linking = chance.Of(set.Value(link))
	p.orders.Compile(set)
	return p, nil
}

func (c *Config) panels() int { return (c.People + population.PanelSize - 1) / population.PanelSize }

// Run runs the policy. The end of the context ends it with the context's error.
func Run(ctx context.Context, c Config) (*Result, error) {
	p, err := prepare(&c)
	if err != nil {
		return nil, err
	}
	r := &Result{Config: c, Replications: c.tallies()}
	err = c.pool(ctx, func() (func(replication, panel int) (int, error), func()) {
		w := newWorker(p)
		return w.panel, func() { w.into(r) }
	})
	return r, err
}

func (c *Config) tallies() []*outcome.Tally {
	all := make([]*outcome.Tally, c.Replications)
	for i := range all {
		all[i] = outcome.NewTally(c.World.Dimensions(), len(c.Policy.Bands()))
	}
	return all
}

// pool gives every panel of every replication to one of the workers. begin makes a worker: what it does with a panel, and
// what it does in the end, one worker at a time.
func (c *Config) pool(ctx context.Context, begin func() (do func(replication, panel int) (int, error), end func())) error {
	panels := c.panels()
	var next, months atomic.Int64
	var mu sync.Mutex
	var all sync.WaitGroup
	var failed error
	for range min(max(c.Workers, 1), panels*c.Replications) {
		do, end := begin()
		all.Go(func() {
			for ctx.Err() == nil {
				at := int(next.Add(1) - 1)
				if at >= panels*c.Replications {
					break
				}
				n, err := do(at/panels, at%panels)
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				if c.Progress != nil {
					c.Progress(months.Add(int64(n) * int64(c.Months)))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			end()
		})
	}
	all.Wait()
	if failed == nil && ctx.Err() != nil {
		failed = context.Cause(ctx)
	}
	return failed
}

// into adds what a worker counted to the result.
func (w *worker) into(r *Result) {
	for i := range r.Replications {
		r.Replications[i].Add(w.tallies[i])
	}
}

// worker takes panels through their months, with memory of its own.
type worker struct {
	c         *Config
	rules     *life.Rules
	orders    *observe.Rules
	dims      []population.Dimension
	panelOf   population.Panel
	people    life.People
	desk      *observe.Desk
	evaluator *scorecard.Evaluator
	tallies   []*outcome.Tally
	yearAgo   []uint8
	final     []outcome.Last
	// watch, where set, sees the panel after each month.
	watch func(month int, today calendar.Day, r *scorecard.Results)
}

func newWorker(p *prepared) *worker {
	plan := p.c.Policy.Plan()
	w := &worker{c: p.c, rules: p.rules, orders: &p.orders, dims: p.c.World.Dimensions(), desk: observe.NewDesk(plan.Layout()), evaluator: plan.NewEvaluator()}
	w.evaluator.SkipTimes = true
	w.tallies = p.c.tallies()
	return w
}

// panel takes one panel through all months and returns how many people it holds.
func (w *worker) panel(replication, panel int) (int, error) {
	c := w.c
	first := panel * population.PanelSize
	n := min(population.PanelSize, c.People-first)
	c.World.Fill(&w.panelOf, c.Seed.Replication(replication), first, n)
	w.people.Begin(w.rules, w.orders, &w.panelOf, w.desk, w.dims[population.Region].Values, c.Start, c.Months)
	tally := w.tallies[replication]
	var r *scorecard.Results
	for month := range c.Months {
		today := monthEnd(c.Start, month+1)
		if month > 0 {
			w.people.Live(life.Now{Month: month, Today: today})
		}
		w.desk.Month(month, today)
		var err error
		if r, err = w.rate(today); err != nil {
			return 0, err
		}
		w.people.Follow(r)
		w.people.Gossip(today)
		w.moves(tally, month)
		if w.watch != nil {
			w.watch(month, today, r)
		}
	}
	return n, w.close(tally, monthEnd(c.Start, c.Months))
}

func (w *worker) rate(today calendar.Day) (*scorecard.Results, error) {
	facts, err := w.desk.Facts()
	if err != nil {
		return nil, fault.New(fault.Internal, "lab.facts", "the files of a panel do not hold together").By(err)
	}
	return w.evaluator.Evaluate(facts, scorecard.At{AsOf: today, Seen: today}), nil
}

// moves counts, once a year, from which band to which people moved.
func (w *worker) moves(tally *outcome.Tally, month int) {
	if month%12 != 0 {
		return
	}
	if month > 0 {
		for i, band := range w.people.Band {
			tally.Moves[w.yearAgo[i]][band]++
		}
	}
	w.yearAgo = append(w.yearAgo[:0], w.people.Band...)
}

// close counts the run of everybody, and asks what the last rating would be without wrong records.
func (w *worker) close(tally *outcome.Tally, today calendar.Day) error {
	n := w.panelOf.N
	if cap(w.final) < n {
		w.final = make([]outcome.Last, n)
	}
	w.final = w.final[:n]
	for i := range w.final {
		w.final[i] = outcome.Last{Band: w.people.Band[i], Errors: w.desk.Errors(i), Borrows: w.people.Borrows(i) && w.people.Rated(i)}
	}
	var failed error
	w.desk.WithoutErrors(func() {
		r, err := w.rate(today)
		if err != nil {
			failed = err
			return
		}
		for i := range w.final {
			if o := w.desk.Ordinal(i); o >= 0 {
				w.final[i].WithoutErrors = uint8(r.Band(o) + 1)
			}
		}
	})
	counts := w.people.Counts()
	for i := range counts {
		tally.Person(w.dims, &w.panelOf, i, w.c.Months, &counts[i], w.final[i])
	}
	tally.Panel(&w.people.Sum, &w.desk.Count)
	return failed
}

// monthEnd is the last day of the n-th month after the start, which is itself the last day of a month.
func monthEnd(start calendar.Day, n int) calendar.Day {
	year, month, _ := start.Date()
	month += n - 1
	year, month = year+month/12, month%12+1
	d, ok := calendar.Date(year, month, calendar.DaysIn(year, month))
	if !ok {
		return calendar.Last
	}
	return d
}

// Code is the version of the program that ran, as results state it: the revision it was built from, where it is known.
func Code() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "unknown"
}

// Package population rates everybody there is facts on: it parts the subjects into blocks small enough to stay near a
// core, hands the blocks to as many workers as asked for, and gives the ratings of each block to a sink before it goes
// on to the next.
//
// There is no second evaluator here. Every block goes through the one of package scorecard, and what a subject gets is
// what it would get alone. Nothing is kept from block to block, so that memory does not grow with the number of
// subjects or records; what a sink wants to keep it copies.
package population

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"probity/scorecard"
)

// blockSubjects is how many subjects a block holds unless a run says otherwise: some megabytes of records. It is eight
// times an odd number, so that columns of results do not all begin in the same set of a cache.
const blockSubjects = 4008

// Run is one pass over the facts.
type Run struct {
	// Facts are those of a layout that holds all that the plans read (see [scorecard.Merge]). They may lie in mapped
	// files, and nothing writes to them.
	Facts *scorecard.Facts
	// Plans are the models, one or several: a block is rated under all of them while its records are near.
	Plans []*scorecard.Plan
	// At is when the ratings are made. Ats, where it is set, is when those of each plan are made, in the order of the plans:
	// the same records as of two days.
	At  scorecard.At
	Ats []scorecard.At
	// From and To bound the subjects, To excluded. Both 0 is everybody.
	From, To int
	// Block is how many subjects a block holds; the last one may hold fewer. 0 is a number that suits a core.
	Block int
	// Workers is how many blocks are rated at once; less than 1 is one.
	Workers int
	// Ordered gives the blocks to the sink one at a time in the order of their subjects. Otherwise the sink is called
	// by all workers at once, for different blocks, as they are done, which is quicker where the sink has much to do.
	Ordered bool
	// Times asks for ChangesOn and LapsesOn, which cost about as much again.
	Times bool
	// Progress, where set, is told after each block how many subjects are done, one call at a time, always rising.
	Progress func(done, of int)
}

// Block is the ratings of consecutive subjects.
type Block struct {
	// First is the ordinal of the first subject, Number counts the blocks from 0.
	First, Number int
	// Worker is the number of the worker that rated the block: a sink that keeps one state for each worker needs no
	// lock.
	Worker int
	// Results are the ratings under each plan, in the order of the plans; result i is of subject First+i. They are
	// valid until the sink returns.
	Results []*scorecard.Results
}

// Rate rates the subjects and returns when the sink has had all blocks, or nothing more will come: the first error of
// the sink ends the run and is returned, and so does the end of the context. A sink gets each block at most once.
func (r *Run) Rate(ctx context.Context, sink func(Block) error) error {
	from, to := r.From, r.To
	if from == 0 && to == 0 {
		to = r.Facts.Subjects()
	}
	if from < 0 || to < from || to > r.Facts.Subjects() {
		return fmt.Errorf("population: there are %d subjects, and those from %d to %d were asked for", r.Facts.Subjects(), from, to)
	}
	if len(r.Plans) == 0 {
		return errors.New("population: there is no model to rate by")
	}
	if len(r.Ats) != 0 && len(r.Ats) != len(r.Plans) {
		return fmt.Errorf("population: %d models are to be rated by on %d days", len(r.Plans), len(r.Ats))
	}
	size := r.Block
	if size < 1 {
		size = blockSubjects
	}
	workers := min(max(r.Workers, 1), max(1, (to-from+size-1)/size))
	evaluators := make([][]*scorecard.Evaluator, workers)
	for _, p := range r.Plans {
		e, err := p.NewEvaluatorFor(r.Facts.Layout())
		if err != nil {
			return fmt.Errorf("population: %w", err)
		}
		e.SkipTimes = !r.Times
		for w := range evaluators {
			evaluators[w] = append(evaluators[w], e.Another())
		}
	}
	q := newQueue(from, to, size)
	stop := context.AfterFunc(ctx, func() { q.end(context.Cause(ctx)) })
	defer stop()
	var all sync.WaitGroup
	for w := range evaluators {
		all.Go(func() { r.work(ctx, q, w, evaluators[w], sink) })
	}
	all.Wait()
	return q.result()
}

// work rates blocks until there are none left.
func (r *Run) work(ctx context.Context, q *queue, worker int, evaluators []*scorecard.Evaluator, sink func(Block) error) {
	results := make([]*scorecard.Results, len(evaluators))
	for {
		if ctx.Err() != nil {
			q.end(context.Cause(ctx))
		}
		number, first, end, ok := q.next()
		if !ok {
			return
		}
		for i, e := range evaluators {
			results[i] = e.EvaluateRange(r.Facts, first, end, r.at(i))
		}
		if r.Ordered && !q.await(number) {
			return
		}
		if err := sink(Block{First: first, Number: number, Worker: worker, Results: results}); err != nil {
			q.end(err)
			return
		}
		if !q.done(end-first, r.Progress) {
			return
		}
	}
}

// at is when the ratings by a plan are made.
func (r *Run) at(plan int) scorecard.At {
	if len(r.Ats) == 0 {
		return r.At
	}
	return r.Ats[plan]
}

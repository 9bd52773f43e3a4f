// Package tabular is for whoever has a plain table and a model over it: it compiles the model and rates the rows, by
// package scorecard's own evaluator. A row is a subject with one record.
//
// Nobody in a register is rated by it: a model with a table cannot be registered, and what comes out is a number beside a
// row of somebody's file, with no band that any measure could rest on.
package tabular

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"probity/calendar"
	"probity/scorecard"
	"probity/scorecard/language"
)

// Unseen is the code of a word that the model does not know.
const Unseen = language.TableUnseen

// Plan is a compiled model over a table.
type Plan struct {
	model   *scorecard.Model
	plan    *scorecard.Plan
	columns []Column
}

// Column is a column of the file that the model reads.
type Column struct {
	language.TableColumn
	codes map[string]uint16
}

// Compile checks a model that has a table and makes the plan that carries it out. An error is of type
// [scorecard.Faults] and lists everything that is wrong.
func Compile(m *scorecard.Model) (*Plan, error) {
	if m.Table == nil {
		return nil, scorecard.Faults{{File: m.File, Pos: m.At, Rule: "table", Text: "the model is not over a plain table", Cure: "add table: with the columns that it reads"}}
	}
	inner := *m
	inner.Table = nil
	// A row stands where a subject does; the words below name it to the compiler and appear nowhere.
	inner.Kinds = []scorecard.Name{{Text: scorecard.Enterprise, At: m.Table.At}}
	inner.Contexts = []scorecard.Name{{Text: language.TableDataset, At: m.Table.At}}
	dataset := scorecard.Dataset{Code: language.TableDataset, Context: language.TableDataset, Kinds: []string{scorecard.Enterprise}}
	byName := map[string]language.TableColumn{}
	for _, c := range m.Table.Columns {
		dataset.Fields = append(dataset.Fields, fieldOf(c))
		byName[c.Name.Text] = c
	}
	// Of one record the latest number is the greatest, which the evaluator finds without asking for its place in time.
	inner.Characteristics = slices.Clone(m.Characteristics)
	for i := range inner.Characteristics {
		a := &inner.Characteristics[i].Aggregate
		if c, there := byName[a.Field.Text]; a.Kind == scorecard.Latest && there && c.Codes == nil {
			a.Kind = scorecard.Max
		}
	}
	plan, err := scorecard.Compile(&inner, scorecard.Schema{Datasets: []scorecard.Dataset{dataset}})
	if err != nil {
		return nil, err
	}
	p := &Plan{model: m, plan: plan}
	for _, r := range plan.Layout().Reads() {
		for _, f := range r.Fields {
			c := Column{TableColumn: byName[f.Name]}
			if c.Codes != nil {
				c.codes = map[string]uint16{}
				for i, code := range c.Codes {
					c.codes[code.Text] = uint16(i)
				}
			}
			p.columns = append(p.columns, c)
		}
	}
	return p, nil
}

func fieldOf(c language.TableColumn) scorecard.Field {
	f := scorecard.Field{Name: c.Name.Text, Type: scorecard.Int}
	if c.Codes != nil {
		f.Type = scorecard.Code
		for _, code := range c.Codes {
			f.Codes = append(f.Codes, code.Code.Text)
		}
		f.Codes = append(f.Codes, Unseen)
	}
	return f
}

// Model is the model as its file states it.
func (p *Plan) Model() *scorecard.Model { return p.model }

// Rating is the plan of the evaluator.
func (p *Plan) Rating() *scorecard.Plan { return p.plan }

// Columns are the columns that must be there, in the order in which [Plan.Score] takes them.
func (p *Plan) Columns() []Column { return p.columns }

// Coded tells whether the column holds codes and not numbers.
func (c *Column) Coded() bool { return c.codes != nil }

// Code is the value of a word in a column of codes; a word that the model does not know is the one of [Unseen].
func (c *Column) Code(word string) uint16 {
	if i, ok := c.codes[word]; ok {
		return i
	}
	return uint16(len(c.codes))
}

// blockRows is how many rows are rated together.
const blockRows = 8192

// Rows are some rows by columns, in the order of [Plan.Columns]: numbers scaled as the column says, [scorecard.Missing] where
// there is none, or codes, [scorecard.MissingCode] where there is none.
type Rows struct {
	Columns []scorecard.Column
	Len     int
}

// today is the one day on which all rows are: a table has no time.
const today = calendar.Day(0)

// Score rates the rows in blocks over some workers and hands each block to the sink, which several workers may call at
// once; first is the number of its first row. The results are valid until the sink returns. The first error of the sink,
// or the end of the context, ends the run and is returned.
func (p *Plan) Score(ctx context.Context, rows Rows, workers int, sink func(first int, r *scorecard.Results) error) error {
	if len(rows.Columns) != len(p.columns) {
		return fmt.Errorf("the model reads %d columns, %d were given", len(p.columns), len(rows.Columns))
	}
	if rows.Len == 0 {
		return nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	same := newStamp(min(rows.Len, blockRows))
	blocks := (rows.Len + blockRows - 1) / blockRows
	workers = min(max(workers, 1), blocks)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			e := p.plan.NewEvaluator()
			e.SkipTimes = true
			// Each worker has a run of blocks of its own: neighbouring rows are in neighbouring memory.
			for b := w * blocks / workers; b < (w+1)*blocks/workers; b++ {
				if ctx.Err() != nil {
					return
				}
				first := b * blockRows
				facts, err := scorecard.NewFacts(p.plan.Layout(), min(blockRows, rows.Len-first), p.tables(rows, same, first))
				if err == nil {
					err = sink(first, e.Evaluate(facts, scorecard.At{AsOf: today, Seen: today}))
				}
				if err != nil {
					stop(err)
					return
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// stamp is what all blocks have in common.
type stamp struct {
	subject  []uint32
	id       []int64
	recorded []int64
	occurred []calendar.Day
}

func newStamp(n int) *stamp {
	s := &stamp{make([]uint32, n), make([]int64, n), make([]int64, n), slices.Repeat([]calendar.Day{today}, n)}
	for i := range n {
		s.subject[i], s.id[i] = uint32(i), int64(i)
	}
	return s
}

// tables are the facts of a block, none of them copied.
func (p *Plan) tables(rows Rows, same *stamp, first int) []scorecard.Table {
	n := min(blockRows, rows.Len-first)
	t := scorecard.Table{Subject: same.subject[:n], ID: same.id[:n], Recorded: same.recorded[:n], Occurred: same.occurred[:n]}
	for _, c := range rows.Columns {
		var part scorecard.Column
		if c.Codes != nil {
			part.Codes = c.Codes[first : first+n]
		} else {
			part.Ints = c.Ints[first : first+n]
		}
		t.Columns = append(t.Columns, part)
	}
	if len(p.plan.Layout().Reads()) == 0 {
		return nil
	}
	return []scorecard.Table{t}
}

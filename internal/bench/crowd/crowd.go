// Package crowd makes up a population to measure on: the records of many subjects in 400 datasets, as columns in memory,
// a model of 30 filtered characteristics that reads every one of them, and the same model as SQL for the database it is
// measured against. The same size gives the same records everywhere.
package crowd

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/scorecard"
)

const (
	// datasets is how many datasets there are.
	datasets = 400
	// RecordsEach is how many records a subject has on average.
	RecordsEach = 20
	// oldest is how many days ago the first records happened.
	oldest = 2500
)

// statuses are the codes that the records of every dataset have.
func statuses() []string { return []string{"settled", "open", "late", "unpaid"} }

// Crowd is a population.
type Crowd struct {
	Facts *scorecard.Facts
	Plan  *scorecard.Plan
	At    scorecard.At
	// Records is how many there are.
	Records int
}

// Make makes a population of so many subjects.
func Make(subjects int) (*Crowd, error) {
	model, err := scorecard.Parse("crowd.yaml", Model(1))
	if err != nil {
		return nil, err
	}
	plan, err := scorecard.Compile(model, Schema())
	if err != nil {
		return nil, err
	}
	day := calendar.MustParse("2026-11-23")
	c := &Crowd{Plan: plan, At: scorecard.At{AsOf: day, Seen: day}}
	tables := make([]scorecard.Table, len(plan.Layout().Reads()))
	for i := range tables {
		tables[i], err = table(plan.Layout().Reads()[i], uint64(i), subjects, day)
		if err != nil {
			return nil, err
		}
		c.Records += tables[i].Len()
	}
	// No aggregate of the model asks for ids or instants: zeros do, and one column of them for all tables.
	most := 0
	for i := range tables {
		most = max(most, tables[i].Len())
	}
	zeros := make([]int64, most)
	for i := range tables {
		tables[i].ID, tables[i].Recorded = zeros[:tables[i].Len()], zeros[:tables[i].Len()]
	}
	c.Facts, err = scorecard.NewFacts(plan.Layout(), subjects, tables)
	return c, err
}

// table makes the records of one dataset: a subject has one in every datasets/RecordsEach datasets.
func table(read scorecard.Read, seed uint64, subjects int, today calendar.Day) (scorecard.Table, error) {
	kinds := uint64(len(statuses()))
	const apart = datasets / RecordsEach
	r := rand.New(rand.NewPCG(seed, 7))
	var t scorecard.Table
	status, amount := -1, -1
	for i := range read.Fields {
		switch read.Fields[i].Name {
		case "status":
			status = i
		case "amount":
			amount = i
		}
	}
	if status < 0 || amount < 0 {
		return t, fmt.Errorf("the model does not read all of dataset %s", read.Dataset)
	}
	room := subjects/apart + subjects/apart/8 + 16
	t.Subject, t.Occurred, t.Lapse = make([]uint32, 0, room), make([]calendar.Day, 0, room), make([]calendar.Day, 0, room)
	codes, amounts := make([]uint16, 0, room), make([]int64, 0, room)
	for s := r.IntN(2*apart + 1); s < subjects; s += r.IntN(2*apart + 1) {
		x := r.Uint64()
		happened := today - calendar.Day(x%oldest)
		t.Subject = append(t.Subject, uint32(s))
		t.Occurred = append(t.Occurred, happened)
		t.Lapse = append(t.Lapse, happened+calendar.Day(1000+x>>16%1500))
		codes = append(codes, uint16(x>>32%kinds))
		amounts = append(amounts, int64(x>>40%1_000_000))
	}
	t.Columns = make([]scorecard.Column, len(read.Fields))
	t.Columns[status].Codes, t.Columns[amount].Ints = codes, amounts
	return t, nil
}

// Schema is what the datasets hold.
func Schema() scorecard.Schema {
	var s scorecard.Schema
	for d := range datasets {
		s.Datasets = append(s.Datasets, scorecard.Dataset{
			Code: dataset(d), Family: "matter", Context: "commerce", Kinds: []string{scorecard.Enterprise}, Adverse: true,
			Fields: []scorecard.Field{{Name: "status", Type: scorecard.Code, Codes: statuses()}, {Name: "amount", Type: scorecard.Amount}},
		})
	}
	return s
}

func dataset(n int) string { return fmt.Sprintf("agency%03d.matter", n) }

// Write writes the records as lines of comma-separated whole numbers: subject, dataset, occurred and lapse as day
// numbers, status as its place in the list, amount. They are in the order of datasets and, within one, of subjects.
func (c *Crowd) Write(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<20)
	for i, read := range c.Plan.Layout().Reads() {
		number, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(read.Dataset, "agency"), ".matter"))
		if err != nil {
			return err
		}
		if err := write(b, c.Facts.Table(i), int64(number)); err != nil {
			return err
		}
	}
	return b.Flush()
}

func write(b *bufio.Writer, t *scorecard.Table, dataset int64) error {
	var codes []uint16
	var amounts []int64
	for i := range t.Columns {
		if t.Columns[i].Codes != nil {
			codes = t.Columns[i].Codes
		} else {
			amounts = t.Columns[i].Ints
		}
	}
	var line []byte
	for row := range t.Len() {
		line = line[:0]
		for _, v := range [...]int64{
			int64(t.Subject[row]), dataset, int64(t.Occurred[row]), int64(t.Lapse[row]), int64(codes[row]), amounts[row],
		} {
			line = append(strconv.AppendInt(line, v, 10), ',')
		}
		line[len(line)-1] = '\n'
		if _, err := b.Write(line); err != nil {
			return err
		}
	}
	return nil
}

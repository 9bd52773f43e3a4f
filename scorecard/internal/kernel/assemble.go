package kernel

import (
	"fmt"
	"slices"

	"probity/calendar"
	"probity/scorecard/facts"
	"probity/scorecard/internal/filter"
	"probity/scorecard/internal/whole"
	"probity/scorecard/internal/wide"
)

// Program computes masks, a bit for each record of a chunk, of one table. What several users of it share (a comparison,
// a window) is computed once. A program never changes once made.
type Program struct {
	code []instruction
	sets []wide.CodeSet
	// masks and numbers are how many registers of each sort it needs.
	masks, numbers int
}

const (
	// ChunkRows is the most records that a program works on at a time; ChunkWords are the words of their masks.
	ChunkRows  = 1024
	ChunkWords = ChunkRows / 64
	// Usable is the mask of the records that may be used at all.
	Usable = 0
)

type opcode uint8

const (
	// Masks.
	opInts      opcode = iota // lo <= integer column a <= hi
	opDays                    // lo <= day column a <= hi
	opSpan                    // day column a lies in window b
	opInForce                 // the validity of the record holds the as-of day
	opCodes                   // code column a is in set b
	opNumbers                 // lo <= number register a <= hi
	opCompare                 // number register a (comparison c) number register b, both there
	opAnd                     // mask a and mask b
	opOr                      // mask a or mask b
	opNot                     // not mask a
	opTruth                   // lo != 0
	firstNumber               // here the opcodes of number registers begin
	opLoadInts                // integer column a
	opLoadDays                // day column a
	opConstant                // lo
	opAdd                     // a + b
	opSubtract                // a - b
	opMultiply                // a * b
	opNegate                  // -a
	opChoose                  // mask c ? a : b
)

// instruction is comparable, so that the same one is emitted once.
type instruction struct {
	op      opcode
	a, b, c int
	lo, hi  int64
	dst     int
}

// Assembler makes the program of one table. Its methods return the register of the mask they ask for.
type Assembler struct {
	layout *facts.Layout
	table  int
	prog   Program
	known  map[instruction]int
}

// NewAssembler begins a program for a table of a layout.
func NewAssembler(layout *facts.Layout, table int) *Assembler {
	return &Assembler{layout: layout, table: table, prog: Program{masks: 1}, known: map[instruction]int{}}
}

// Program is the program as assembled so far.
func (a *Assembler) Program() Program { return a.prog }

// InForce is the mask of records whose validity holds the as-of day.
func (a *Assembler) InForce() int { return a.emit(instruction{op: opInForce}) }

// Span is the mask of records whose day in the column lies in a span of the machine.
func (a *Assembler) Span(column, span int) int {
	return a.emit(instruction{op: opSpan, a: column, b: span})
}

// emit appends an instruction unless its result is there already, and returns the register of the result.
func (a *Assembler) emit(in instruction) int {
	if r, ok := a.known[in]; ok {
		return r
	}
	key := in
	if in.op < firstNumber {
		in.dst = a.prog.masks
		a.prog.masks++
	} else {
		in.dst = a.prog.numbers
		a.prog.numbers++
	}
	a.prog.code = append(a.prog.code, in)
	a.known[key] = in.dst
	return in.dst
}

// Column is the place of a field's column.
func (a *Assembler) Column(field string) int {
	c, ok := a.layout.Column(a.table, field)
	if !ok {
		panic(fmt.Sprintf("kernel: the layout lacks field %s of %s", field, a.layout.Reads()[a.table].Dataset))
	}
	return c
}

// kind is the type of a field of the table.
func (a *Assembler) kind(column int) facts.Type {
	if column < 0 {
		return facts.Date
	}
	return a.layout.Reads()[a.table].Fields[column].Type
}

func (a *Assembler) set(members []bool) int {
	set := wide.NewCodeSet(members)
	for i := range a.prog.sets {
		if a.prog.sets[i].Same(&set) {
			return i
		}
	}
	a.prog.sets = append(a.prog.sets, set)
	return len(a.prog.sets) - 1
}

// Mask assembles a condition.
func (a *Assembler) Mask(e *filter.Expr) int {
	switch e.Kind {
	case filter.Truth:
		return a.emit(instruction{op: opTruth, lo: e.Value})
	case filter.Compare:
		return a.compare(e)
	case filter.Member:
		return a.member(e)
	case filter.Codes:
		return a.emit(instruction{op: opCodes, a: a.Column(e.Field), b: a.set(e.Set)})
	case filter.IsMissing:
		return a.not(a.present(e.Field))
	case filter.Not:
		return a.not(a.Mask(e.Kids[0]))
	case filter.And:
		return a.And(a.Mask(e.Kids[0]), a.Mask(e.Kids[1]))
	case filter.Or:
		return a.or(a.Mask(e.Kids[0]), a.Mask(e.Kids[1]))
	case filter.Either:
		c := a.Mask(e.Kids[0])
		return a.or(a.And(c, a.Mask(e.Kids[1])), a.And(a.not(c), a.Mask(e.Kids[2])))
	}
	panic(fmt.Sprintf("kernel: expression kind %d is no condition", e.Kind))
}

// And is the mask of records in both.
func (a *Assembler) And(x, y int) int {
	return a.emit(instruction{op: opAnd, a: min(x, y), b: max(x, y)})
}

func (a *Assembler) or(x, y int) int {
	return a.emit(instruction{op: opOr, a: min(x, y), b: max(x, y)})
}

func (a *Assembler) not(x int) int { return a.emit(instruction{op: opNot, a: x}) }

// present is the mask of records whose field has a value.
func (a *Assembler) present(field string) int {
	column := a.Column(field)
	switch a.kind(column) {
	case facts.Code, facts.Bool:
		all := make([]bool, len(a.layout.Reads()[a.table].Fields[column].Names()))
		for i := range all {
			all[i] = true
		}
		return a.emit(instruction{op: opCodes, a: column, b: a.set(all)})
	}
	return a.within(&filter.Expr{Kind: filter.Field, Field: field}, whole.Lowest, whole.Highest)
}

// within is the mask of records for which the number lies between lo and hi, both included.
func (a *Assembler) within(e *filter.Expr, lo, hi int64) int {
	if lo > hi {
		return a.emit(instruction{op: opTruth})
	}
	if e.Kind != filter.Field {
		return a.emit(instruction{op: opNumbers, a: a.number(e), lo: lo, hi: hi})
	}
	column := a.Column(e.Field)
	if a.kind(column) != facts.Date {
		return a.emit(instruction{op: opInts, a: column, lo: lo, hi: hi})
	}
	lo, hi = max(lo, int64(calendar.First)), min(hi, int64(calendar.Last))
	if lo > hi {
		return a.emit(instruction{op: opTruth})
	}
	return a.emit(instruction{op: opDays, a: column, lo: lo, hi: hi})
}

func (a *Assembler) compare(e *filter.Expr) int {
	x, y := e.Kids[0], e.Kids[1]
	if y.Kind != filter.Number {
		return a.emit(instruction{op: opCompare, a: a.number(x), b: a.number(y), c: int(e.Op)})
	}
	k := y.Value
	switch e.Op {
	case filter.Equal:
		return a.within(x, k, k)
	case filter.NotEqual:
		return a.And(a.within(x, whole.Lowest, whole.Highest), a.not(a.within(x, k, k)))
	case filter.Less:
		return a.within(x, whole.Lowest, max(k, whole.Lowest)-1)
	case filter.LessEqual:
		return a.within(x, whole.Lowest, k)
	case filter.Greater:
		if k == whole.Highest {
			return a.emit(instruction{op: opTruth})
		}
		return a.within(x, k+1, whole.Highest)
	}
	return a.within(x, k, whole.Highest)
}

func (a *Assembler) member(e *filter.Expr) int {
	if len(e.Numbers) == 0 {
		return a.emit(instruction{op: opTruth})
	}
	numbers := slices.Compact(slices.Sorted(slices.Values(e.Numbers)))
	result := -1
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		r := a.within(e.Kids[0], numbers[i], numbers[j])
		if result >= 0 {
			r = a.or(result, r)
		}
		result, i = r, j+1
	}
	return result
}

// number assembles whole-number arithmetic.
func (a *Assembler) number(e *filter.Expr) int {
	switch e.Kind {
	case filter.Number:
		return a.emit(instruction{op: opConstant, lo: e.Value})
	case filter.Field:
		column := a.Column(e.Field)
		if a.kind(column) == facts.Date {
			return a.emit(instruction{op: opLoadDays, a: column})
		}
		return a.emit(instruction{op: opLoadInts, a: column})
	case filter.Negate:
		return a.emit(instruction{op: opNegate, a: a.number(e.Kids[0])})
	case filter.Add:
		return a.emit(instruction{op: opAdd, a: a.number(e.Kids[0]), b: a.number(e.Kids[1])})
	case filter.Subtract:
		return a.emit(instruction{op: opSubtract, a: a.number(e.Kids[0]), b: a.number(e.Kids[1])})
	case filter.Multiply:
		return a.emit(instruction{op: opMultiply, a: a.number(e.Kids[0]), b: a.number(e.Kids[1])})
	case filter.Choose:
		return a.emit(instruction{op: opChoose, c: a.Mask(e.Kids[0]), a: a.number(e.Kids[1]), b: a.number(e.Kids[2])})
	}
	panic(fmt.Sprintf("kernel: expression kind %d is no number", e.Kind))
}

package table

import (
	"bytes"
	"fmt"

	"probity/calendar"
	"probity/scorecard/facts"
)

// Error is a table that cannot be read, with the place in it and what cures it.
type Error struct {
	Text, Cure string
}

func (e *Error) Error() string { return e.Text }

// Builder takes rows in and finds out what the columns hold. It is for one goroutine.
type Builder struct {
	columns []reading
	rows    int
}

// reading is a column of which not all is known yet: up to mostWords different words are kept as they are; beyond that
// it holds numbers or it is free text.
type reading struct {
	name  string
	cells []uint32
	words []string
	place map[string]uint32
	// numbers stands in for cells once there were too many words and all were numbers.
	numbers []int64
	scale   int
	fixed   bool // the scale cannot grow any more
	text    bool
}

// mostWords is how many different words a column of numbers may hold before it is read as numbers.
const mostWords = 4096

// NewBuilder begins a table of the named columns. Names must differ and not be empty.
func NewBuilder(names []string) (*Builder, error) {
	b := &Builder{}
	seen := map[string]bool{}
	for i, n := range names {
		switch {
		case n == "":
			return nil, &Error{fmt.Sprintf("column %d has no name", i+1), "name every column in the first line"}
		case seen[n]:
			return nil, &Error{fmt.Sprintf("two columns are called %q", n), "rename one of them"}
		}
		seen[n] = true
		b.columns = append(b.columns, reading{name: n, place: map[string]uint32{}})
	}
	return b, nil
}

// Rows is how many rows were added.
func (b *Builder) Rows() int { return b.rows }

// Add adds a row of values by column; columns beyond them have no value. The line is for messages. The values are not kept.
func (b *Builder) Add(line int, values [][]byte) error {
	for i := range b.columns {
		var v []byte
		if i < len(values) {
			v = bytes.TrimSpace(values[i])
		}
		if err := b.columns[i].add(line, v); err != nil {
			return err
		}
	}
	b.rows++
	return nil
}

func (r *reading) add(line int, v []byte) error {
	switch {
	case r.text:
		return nil
	case r.numbers != nil:
		return r.number(line, v)
	case Absent(v):
		r.cells = append(r.cells, NoCell)
		return nil
	}
	n, ok := r.place[string(v)]
	if !ok {
		if len(r.words) == mostWords {
			r.turn()
			return r.add(line, v)
		}
		n = uint32(len(r.words))
		r.words = append(r.words, string(v))
		r.place[r.words[n]] = n
	}
	r.cells = append(r.cells, n)
	return nil
}

// turn reads what was gathered as numbers, or gives the column up as free text.
func (r *reading) turn() {
	numbers, scale, ok := numbersOf(r.words)
	if !ok {
		*r = reading{name: r.name, text: true}
		return
	}
	r.scale = scale
	r.numbers = make([]int64, len(r.cells), 2*len(r.cells))
	for i, c := range r.cells {
		r.numbers[i] = facts.Missing
		if c != NoCell {
			r.numbers[i] = numbers[c]
		}
	}
	r.cells, r.words, r.place = nil, nil, nil
}

// numbersOf reads words as numbers of one scale; ok is false where one of them is none, or is written as codes are, as 007.
func numbersOf(words []string) (numbers []int64, scale int, ok bool) {
	for _, w := range words {
		if coded(w) {
			return nil, 0, false
		}
		scale = max(scale, decimals([]byte(w)))
	}
	for ; scale >= 0; scale-- {
		numbers = numbers[:0]
		for _, w := range words {
			v, ok := Scaled([]byte(w), scale)
			if !ok {
				break
			}
			numbers = append(numbers, v)
		}
		if len(numbers) == len(words) {
			return numbers, scale, true
		}
	}
	return nil, 0, false
}

// coded tells whether a word of digits cannot be meant as a number.
func coded(w string) bool { return len(w) > 1 && w[0] == '0' && w[1] >= '0' && w[1] <= '9' }

func (r *reading) number(line int, v []byte) error {
	if Absent(v) {
		r.numbers = append(r.numbers, facts.Missing)
		return nil
	}
	if d := decimals(v); d > r.scale && !r.fixed {
		r.grow(d)
	}
	n, ok := Scaled(v, r.scale)
	if !ok || coded(string(v)) {
		return &Error{
			fmt.Sprintf("line %d: %s: %q is no number of at most 18 digits, and all values before it were numbers", line, r.name, clip(v)),
			"mend the value or leave it empty; --special takes numbers that mean something else",
		}
	}
	r.numbers = append(r.numbers, n)
	return nil
}

// grow gives all numbers more decimals, unless one would not fit any more.
func (r *reading) grow(scale int) {
	by := scale - r.scale
	for _, v := range r.numbers {
		if _, ok := rescale(v, by); !ok {
			r.fixed = true
			return
		}
	}
	for i, v := range r.numbers {
		r.numbers[i], _ = rescale(v, by)
	}
	r.scale = scale
}

func clip(v []byte) string {
	if len(v) > 40 {
		v = v[:40]
	}
	return string(v)
}

// Table is what was put together. The builder is done with.
func (b *Builder) Table() *Table {
	t := &Table{Rows: b.rows}
	for i := range b.columns {
		t.Columns = append(t.Columns, b.columns[i].column(b.rows))
	}
	return t
}

func (r *reading) column(rows int) Column {
	c := Column{Name: r.name}
	switch {
	case r.text:
		c.Kind = Text
		return c
	case r.numbers != nil:
		c.Kind, c.Scale, c.Numbers = Number, r.scale, r.numbers
		return c
	case len(r.words) == 0:
		c.Kind, c.Cells = Empty, r.cells
		return c
	}
	if days, ok := daysOf(r.words); ok {
		c.Kind = Day
		c.Numbers = spread(days, r.cells)
		return c
	}
	if numbers, scale, ok := numbersOf(r.words); ok {
		c.Kind, c.Scale = Number, scale
		c.Numbers = spread(numbers, r.cells)
		return c
	}
	if len(r.words) > MaxCodes || rows > 20 && len(r.words)*2 > rows {
		c.Kind = Text
		return c
	}
	c.Kind, c.Cells, c.Values = Code, r.cells, r.words
	return c
}

// spread gives each row its value.
func spread(values []int64, cells []uint32) []int64 {
	out := make([]int64, len(cells))
	for i, c := range cells {
		out[i] = facts.Missing
		if c != NoCell {
			out[i] = values[c]
		}
	}
	return out
}

func daysOf(words []string) ([]int64, bool) {
	days := make([]int64, 0, len(words))
	for _, w := range words {
		d, err := calendar.Parse(w)
		if err != nil {
			return nil, false
		}
		days = append(days, int64(d))
	}
	return days, true
}

// Package table is for whoever has rows of text and needs columns of numbers, codes and days: which column is what is
// found out from all its values, and every number is kept as a whole number with a declared count of decimals.
package table

import (
	"fmt"
	"slices"

	"probity/calendar"
	"probity/scorecard/facts"
)

// Kind says what the values of a column are.
type Kind uint8

const (
	// Empty columns hold no value at all.
	Empty Kind = iota
	// Number columns hold decimal numbers.
	Number
	// Code columns hold words of which there are at most MaxCodes.
	Code
	// Day columns hold civil days, as 2026-11-24.
	Day
	// Text columns hold more different words than a model could name.
	Text
)

var kindNames = [...]string{"empty", "number", "code", "day", "text"}

// String is the kind's name in lower case.
func (k Kind) String() string { return kindNames[k] }

// MaxCodes is how many different words a code column may hold.
const MaxCodes = 1000

// NoCell is the value that is not there in Cells.
const NoCell = ^uint32(0)

// Column is one column, by rows.
type Column struct {
	Name string
	Kind Kind
	// Scale is how many decimals the numbers have.
	Scale int
	// Numbers are the values of a Number column times 10^Scale, rounded down, and the days of a Day column;
	// facts.Missing where there is none.
	Numbers []int64
	// Cells are the places in Values of a Code column's values, NoCell where there is none.
	Cells  []uint32
	Values []string
}

// Missing is how many rows have no value.
func (c *Column) Missing() int {
	n := 0
	for _, v := range c.Numbers {
		if v == facts.Missing {
			n++
		}
	}
	for _, v := range c.Cells {
		if v == NoCell {
			n++
		}
	}
	return n
}

// Text is the value of a row as a text, "" where there is none.
func (c *Column) Text(row int) string {
	switch {
	case c.Cells != nil:
		if c.Cells[row] == NoCell {
			return ""
		}
		return c.Values[c.Cells[row]]
	case c.Numbers == nil || c.Numbers[row] == facts.Missing:
		return ""
	case c.Kind == Day:
		return calendar.Day(c.Numbers[row]).String()
	}
	return Decimal(c.Numbers[row], c.Scale)
}

// Table is some rows, by columns.
type Table struct {
	Columns []Column
	Rows    int
}

// Column finds a column by name, nil where there is none.
func (t *Table) Column(name string) *Column {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Columns[i]
}

// Decimal writes v/10^scale without needless digits: 1250 with scale 2 is "12.5".
func Decimal(v int64, scale int) string {
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	power := int64(1)
	for range scale {
		power *= 10
	}
	whole, part := v/power, v%power
	if part == 0 {
		return fmt.Sprintf("%s%d", sign, whole)
	}
	for part%10 == 0 {
		part /= 10
		scale--
	}
	return fmt.Sprintf("%s%d.%0*d", sign, whole, scale, part)
}

// absent are the words for a value that is not there.
var absent = []string{"", "?", ".", "NA", "N/A", "na", "n/a", "NaN", "nan", "NULL", "null"}

// Absent tells whether a text stands for a value that is not there: empty, ?, a point, NA, NaN or null.
func Absent(text []byte) bool {
	return len(text) <= 4 && slices.Contains(absent, string(text))
}

// AsWords is a column with its numbers taken as words; other columns are given back as they are.
func (c *Column) AsWords() Column {
	if c.Kind != Number {
		return *c
	}
	out := Column{Name: c.Name, Kind: Code, Cells: make([]uint32, len(c.Numbers))}
	place := map[int64]uint32{}
	for r, v := range c.Numbers {
		if v == facts.Missing {
			out.Cells[r] = NoCell
			continue
		}
		n, ok := place[v]
		if !ok {
			n = uint32(len(out.Values))
			place[v] = n
			out.Values = append(out.Values, Decimal(v, c.Scale))
		}
		out.Cells[r] = n
	}
	if len(out.Values) > MaxCodes {
		return Column{Name: c.Name, Kind: Text}
	}
	return out
}

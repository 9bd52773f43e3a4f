package linkage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"probity/linkage/field"
)

// written is what a record says in a field whose values stand in several columns, in the order of [Field.Column] and [Field.With].
// Of a date they are year, month and day, of which any may not be known; of all others what is there stands side by side.
func written(kind field.Kind, values []string) string {
	if kind == field.Date && len(values) == dateParts && values[1]+values[2] != "" {
		return fmt.Sprintf("%s-%s-%s", fullYear(values[0]), partGiven(values[1]), partGiven(values[2]))
	}
	parts := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	return strings.Join(parts, " | ")
}

// dateParts are year, month and day.
const dateParts = 3

func partGiven(part string) string {
	if part == "" {
		return "00"
	}
	return part
}

// fullYear is a year in four digits. One of two digits is of this century up to 30 and of the last one from there, as in a
// date in one column.
func fullYear(year string) string {
	n, err := strconv.Atoi(strings.TrimSpace(year))
	switch {
	case year == "":
		return "0000"
	case err != nil || n < 0 || n > 99:
		return year
	case n < 30:
		n += 100
	}
	return strconv.Itoa(1900 + n)
}

const (
	// fitting is the share of records whose values must be those of a part of a date.
	fitting = 0.98
	// monthsSeen and daysSeen are how many different ones a column has at the least that is taken for months, or for days.
	monthsSeen = 8
	daysSeen   = 16
	firstYear  = 1800
	lastYear   = 2100
)

// dated has years, months and days that stand in columns of their own, one behind the other, read as one date: a slip of
// the pen is one in a day, and a year is not a quantity of which another is a hundredth more.
func (c *Config) dated(t *Table, reasons []Reason) {
	for i := 0; i+dateParts <= len(c.Fields); i++ {
		var year, day int
		a, b, d := partOf(t, c.Fields[i]), partOf(t, c.Fields[i+1]), partOf(t, c.Fields[i+2])
		switch {
		case a == isYear && b == isMonth && d == isDay:
			year, day = i, i+2
		case a == isDay && b == isMonth && d == isYear:
			year, day = i+2, i
		case a == isMonth && b == isDay && d == isYear:
			year, day = i+2, i+1
		default:
			continue
		}
		month := 3*i + 3 - year - day
		one := Field{Column: c.Fields[year].Column, Kind: field.Date, With: []string{c.Fields[month].Column, c.Fields[day].Column}}
		for k := range reasons {
			switch r := &reasons[k]; r.Column {
			case one.Column:
				r.Kind, r.Why = field.Date, fmt.Sprintf("is the year of a day, with the month in %s and the day in %s", one.With[0], one.With[1])
			case one.With[0], one.With[1]:
				r.Kind, r.Why = field.Date, fmt.Sprintf("is read with %s as one date", one.Column)
			}
		}
		c.Fields = slices.Replace(c.Fields, i, i+dateParts, one)
	}
}

// part is what of a date stands in a column.
type part uint8

const (
	isNone part = iota
	isYear
	isMonth
	isDay
)

func partOf(t *Table, f Field) part {
	if f.Kind != field.Number && f.Kind != field.Code && f.Kind != field.Category || f.Swaps != "" || len(f.With) > 0 {
		return isNone
	}
	c := t.Column(f.Column)
	var filled, years, months, days float64
	seen := map[int]bool{}
	largest := 0
	for v, n := range c.counts() {
		value := strings.TrimSpace(c.Values[v])
		if field.SaysNothing(field.Fold(value)) || strings.Trim(value, "0") == "" {
			continue
		}
		often := float64(n)
		filled += often
		x, err := strconv.Atoi(value)
		if err != nil || x < 1 {
			continue
		}
		years += often * one(len(value) == 4 && x >= firstYear && x <= lastYear)
		months += often * one(x <= 12)
		days += often * one(x <= 31)
		if x <= 31 {
			seen[x] = true
			largest = max(largest, x)
		}
	}
	switch least := fitting * filled; {
	case filled == 0:
		return isNone
	case years >= least:
		return isYear
	case months >= least && len(seen) >= monthsSeen:
		return isMonth
	case days >= least && len(seen) >= daysSeen && largest > 12:
		return isDay
	}
	return isNone
}

package woe

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Loan is one row of the file.
type Loan struct {
	Good bool
	// values are in the order of the variables.
	values []int64
}

// target is the column that says what became of the loan: 1 is good, 0 bad.
const target = "credit_risk"

// ReadLoans reads south_german_credit.asc: a line of headings, then numbers with blanks between them. An error names the
// line and the column.
func ReadLoans(r io.Reader) ([]Loan, error) {
	lines := bufio.NewScanner(r)
	if !lines.Scan() {
		return nil, fmt.Errorf("line 1: there are no headings")
	}
	headings := strings.Fields(lines.Text())
	place := map[string]int{}
	for i, h := range headings {
		place[h] = i
	}
	vars := variables()
	for i := range vars {
		if _, ok := place[vars[i].Name]; !ok {
			return nil, fmt.Errorf("line 1: there is no column %s", vars[i].Name)
		}
	}
	if _, ok := place[target]; !ok {
		return nil, fmt.Errorf("line 1: there is no column %s", target)
	}
	var loans []Loan
	for n := 2; lines.Scan(); n++ {
		cells := strings.Fields(lines.Text())
		if len(cells) != len(headings) {
			return nil, fmt.Errorf("line %d: %d values under %d headings", n, len(cells), len(headings))
		}
		l, err := loan(vars, place, cells)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		loans = append(loans, l)
	}
	return loans, lines.Err()
}

func loan(vars []Variable, place map[string]int, cells []string) (Loan, error) {
	var l Loan
	switch cells[place[target]] {
	case "0":
	case "1":
		l.Good = true
	default:
		return l, fmt.Errorf("%s: %q is neither 0 nor 1", target, cells[place[target]])
	}
	for i := range vars {
		v, err := strconv.ParseInt(cells[place[vars[i].Name]], 10, 64)
		if err != nil || vars[i].class(v) < 0 {
			return l, fmt.Errorf("%s: %q is not in the code table", vars[i].Name, cells[place[vars[i].Name]])
		}
		l.values = append(l.values, v)
	}
	return l, nil
}

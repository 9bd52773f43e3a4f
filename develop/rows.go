package develop

import (
	"probity/develop/table"
	"probity/scorecard"
	"probity/scorecard/tabular"
)

// Rows are the rows of a table as a model reads them. An [Error] names a column that is not there or holds no numbers where
// the model needs them.
func Rows(p *tabular.Plan, t *table.Table) (tabular.Rows, error) {
	rows := tabular.Rows{Len: t.Rows}
	for _, want := range p.Columns() {
		c := t.Column(want.Column)
		if c == nil {
			return rows, unknownColumn(t, "the model", want.Column)
		}
		var out scorecard.Column
		var err error
		if want.Coded() {
			out.Codes = codes(&want, c, t.Rows)
		} else {
			out.Ints, err = numbers(&want, c, t.Rows)
		}
		if err != nil {
			return rows, err
		}
		rows.Columns = append(rows.Columns, out)
	}
	return rows, nil
}

// codes reads a column of any kind as the model's codes; a number is the word it is written as.
func codes(want *tabular.Column, c *table.Column, rows int) []uint16 {
	out := make([]uint16, rows)
	if c.Cells != nil {
		of := make([]uint16, len(c.Values))
		for i, v := range c.Values {
			of[i] = want.Code(v)
		}
		for r, cell := range c.Cells {
			out[r] = scorecard.MissingCode
			if cell != table.NoCell {
				out[r] = of[cell]
			}
		}
		return out
	}
	for r := range out {
		out[r] = scorecard.MissingCode
		if text := c.Text(r); text != "" {
			out[r] = want.Code(text)
		}
	}
	return out
}

// numbers reads a column at the model's scale.
func numbers(want *tabular.Column, c *table.Column, rows int) ([]int64, error) {
	scale := int(want.Scale)
	switch {
	case c.Kind == table.Number && c.Scale == scale:
		return c.Numbers, nil
	case c.Kind == table.Empty:
		out := make([]int64, rows)
		for i := range out {
			out[i] = scorecard.Missing
		}
		return out, nil
	case c.Kind != table.Number:
		return nil, wrong("mend the values that are no numbers, or leave them empty", "the model needs numbers in the column %s, which holds %ss", c.Name, c.Kind)
	}
	out := make([]int64, rows)
	for r, v := range c.Numbers {
		out[r] = v
		if v == scorecard.Missing {
			continue
		}
		scaled, ok := table.Rescale(v, c.Scale, scale)
		if !ok {
			return nil, wrong("leave the value empty if it is no amount", "row %d: the number %s in the column %s is too large for the model", r+1, table.Decimal(v, c.Scale), c.Name)
		}
		out[r] = scaled
	}
	return out, nil
}

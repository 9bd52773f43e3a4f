package format

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"probity/internal/fault"
)

func (x *xlsxReader) Header() *Header { return &x.header }

func (x *xlsxReader) readHeader() error {
	if len(x.opt.Header) > 0 {
		x.header.Names = append([]string(nil), x.opt.Header...)
		return nil
	}
	var row Row
	for {
		err := x.readRow(&row)
		if errors.Is(err, io.EOF) {
			return fault.New(fault.Invalid, "intake.header.missing", "the sheet has no header row").With("the first row names the columns")
		}
		if err != nil {
			return err
		}
		if row.Line > x.opt.Skip && !allEmpty(row.Values) {
			break
		}
	}
	if row.Problem != nil {
		return fault.New(fault.Invalid, "intake.header.bad", "the header cannot be read: %s", row.Problem.Text).
			At(fmt.Sprint(row.Line)).With(row.Problem.Cure)
	}
	x.header.Line = row.Line
	last := len(row.Values)
	for last > 0 && len(row.Values[last-1]) == 0 {
		last--
	}
	for _, v := range row.Values[:last] {
		x.header.Names = append(x.header.Names, string(v))
	}
	return nil
}

// Next reads the next row that holds anything. Cells a row leaves out at its end are empty; cells beyond the header's
// columns are a problem only where they hold something.
func (x *xlsxReader) Next(row *Row) error {
	for {
		if err := x.readRow(row); err != nil {
			if errors.Is(err, io.EOF) {
				return err
			}
			return x.placeLine(x.row, err)
		}
		if row.Line <= x.opt.Skip {
			continue
		}
		if allEmpty(row.Values) && row.Problem == nil {
			x.blank.Add(1)
			continue
		}
		want := len(x.header.Names)
		for len(row.Values) < want {
			row.Values = append(row.Values, nil)
		}
		for i := want; i < len(row.Values); i++ {
			if len(row.Values[i]) > 0 && row.Problem == nil {
				row.Problem = columnsProblem(i+1, want)
				row.Problem.Cure = "give the column a heading, or empty the cells beyond the table"
			}
		}
		row.Values = row.Values[:want]
		return nil
	}
}

// readRow finds the next row element and reads its cells.
func (x *xlsxReader) readRow(row *Row) error {
	*row = Row{Values: row.Values[:0], Offset: -1}
	for {
		tok, err := x.sheet.RawToken()
		if errors.Is(err, io.EOF) {
			return err
		}
		if err != nil {
			return x.xmlFault("sheet", err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok || start.Name.Local != "row" {
			if _, dtd := tok.(xml.Directive); dtd {
				return x.xmlFault("sheet", fmt.Errorf("a document type definition is refused"))
			}
			continue
		}
		x.row++
		if n, err := strconv.Atoi(attr(start, "r")); err == nil && n >= x.row {
			x.row = n
		}
		row.Line = x.row
		x.arena, x.cells = x.arena[:0], x.cells[:0]
		if err := x.readCells(row); err != nil {
			return err
		}
		row.Values = append(row.Values, x.cells...)
		return nil
	}
}

// cell is a cell while it is read.
type cell struct {
	ref, kind, style string
	text             []byte // of v, or of the t elements of an inline string
}

func (x *xlsxReader) readCells(row *Row) error {
	var c cell
	elem := ""
	phonetic := false
	for {
		tok, err := x.sheet.RawToken()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return x.xmlFault("sheet", err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			elem = t.Name.Local
			switch elem {
			case "c":
				c = cell{ref: attr(t, "r"), kind: attr(t, "t"), style: attr(t, "s"), text: c.text[:0]}
			case "rPh":
				phonetic = true
			}
		case xml.CharData:
			if (elem == "v" || elem == "t" && c.kind == "inlineStr") && !phonetic {
				if len(c.text) <= x.opt.Limits.Field {
					c.text = append(c.text, t...)
				}
			}
		case xml.EndElement:
			elem = ""
			switch t.Name.Local {
			case "c":
				x.addCell(row, &c)
			case "rPh":
				phonetic = false
			case "row":
				return nil
			}
		}
	}
}

func (x *xlsxReader) addCell(row *Row, c *cell) {
	col := len(x.cells)
	if n, ok := columnOf(c.ref); ok && n >= col {
		col = n
	}
	if col >= x.opt.Limits.Columns {
		if len(c.text) > 0 {
			row.Problem = &Problem{
				Rule: "row.columns", Text: fmt.Sprintf("the row has more than %d columns", x.opt.Limits.Columns),
				Cure: "leave the columns beyond the table out",
			}
		}
		return
	}
	for len(x.cells) < col {
		x.cells = append(x.cells, nil)
	}
	from := len(x.arena)
	problem := x.appendCell(c)
	value := x.arena[from:len(x.arena):len(x.arena)]
	switch {
	case problem != "":
		row.Problem = &Problem{
			Rule: "row.cell", Field: x.columnName(col), Value: clip(c.text), Text: fmt.Sprintf("the cell %s %s", c.ref, problem),
			Cure: "correct the cell in the workbook",
		}
	case len(value) > x.opt.Limits.Field:
		row.Problem = fieldSizeProblem(x.columnName(col), value, x.opt.Limits.Field)
	case len(x.arena) > x.opt.Limits.Row:
		row.Problem = rowSizeProblem(x.opt.Limits.Row)
		x.arena = x.arena[:from]
	case !utf8.Valid(value):
		row.Problem = encodingProblem(x.columnName(col), value, int64(firstInvalid(value)), UTF8)
	}
	x.cells = append(x.cells, value)
}

func (x *xlsxReader) columnName(col int) string {
	if col < len(x.header.Names) {
		return x.header.Names[col]
	}
	return fmt.Sprintf("column %d", col+1)
}

// appendCell writes a cell's value as text; problem says why it has none.
func (x *xlsxReader) appendCell(c *cell) (problem string) {
	if len(c.text) == 0 {
		return ""
	}
	switch c.kind {
	case "s":
		n, err := strconv.Atoi(string(c.text))
		if err != nil || n < 0 || n >= len(x.strings) {
			return "refers to a text that the workbook does not have"
		}
		x.arena = append(x.arena, x.strings[n]...)
		return ""
	case "str", "inlineStr", "d":
		x.arena = append(x.arena, c.text...)
		return ""
	case "b":
		x.arena = strconv.AppendBool(x.arena, c.text[0] == '1')
		return ""
	case "e":
		return "holds the error " + clip(c.text)
	}
	n, err := strconv.ParseFloat(string(c.text), 64)
	if err != nil {
		return "holds no number where one is announced"
	}
	if style, err := strconv.Atoi(c.style); err == nil && style >= 0 && style < len(x.dates) && x.dates[style] {
		var ok bool
		if x.arena, ok = x.appendSerial(x.arena, n); !ok {
			return "holds the day number " + clip(c.text) + ", which is no date"
		}
		return ""
	}
	// The shortest decimal for the number is the one that was typed; 'f' because a plain number is expected.
	x.arena = strconv.AppendFloat(x.arena, n, 'f', -1, 64)
	return ""
}

// columnOf reads the letters of a cell reference: A is 0, AA 26.
func columnOf(ref string) (col int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4 && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		col = col*26 + int(ref[i]-'A') + 1
	}
	return col - 1, i > 0
}

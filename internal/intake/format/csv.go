package format

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"probity/internal/fault"
)

// csvReader splits CSV at the level of bytes, in place. encoding/csv would do for good files, but it gives up the rest
// of a file where a quote is out of place, keeps no raw text of a bad row, has no limit on a field, and its speed and
// allocations would be most of intake's cost.
//
// The dialect is RFC 4180 read kindly: any one-byte delimiter, LF or CRLF, blanks around a quoted value, and a quote
// inside an unquoted value as an ordinary character. A row whose quotes do not close ends at its first line break, so
// that one stray quote costs one row and not the file.
type csvReader struct {
	*file
	w      window
	header Header
	delim  byte
	line   int // of the first byte of w.rest()
	// scratch holds values whose doubled quotes were undone; quoted is the state of a row with quotes, kept for reuse.
	scratch []byte
	quoted  quotedRow
}

func openCSV(f *file, text *decoder) (Reader, error) {
	c := &csvReader{file: f, w: newWindow(text), line: 1, delim: f.opt.Delimiter}
	for range f.opt.Skip {
		if !c.skipLine() {
			break
		}
	}
	if err := c.sniff(); err != nil {
		return nil, err
	}
	f.about.Delimiter = c.delim
	if len(f.opt.Header) > 0 {
		c.header.Names = append([]string(nil), f.opt.Header...)
		return c, nil
	}
	var row Row
	switch err := c.read(&row); {
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Invalid, "intake.header.missing", "the file has no header line").
			With("the first line names the columns")
	case err != nil:
		return nil, err
	case row.Problem != nil:
		return nil, fault.New(fault.Invalid, "intake.header.bad", "the header cannot be read: %s", row.Problem.Text).
			At(fmt.Sprint(row.Line)).With(row.Problem.Cure)
	}
	c.header.Line = row.Line
	c.header.Names = make([]string, len(row.Values))
	for i, v := range row.Values {
		c.header.Names[i] = string(v)
	}
	return c, nil
}

func (c *csvReader) Header() *Header { return &c.header }

func (c *csvReader) Next(row *Row) error {
	if err := c.read(row); err != nil {
		if errors.Is(err, io.EOF) {
			return err
		}
		return c.placeLine(c.line, err)
	}
	want := len(c.header.Names)
	if len(row.Values) > want && allEmpty(row.Values[want:]) {
		row.Values = row.Values[:want] // delimiters at the end of a row, which many programs write
	}
	if row.Problem == nil && len(row.Values) != want {
		row.Problem = columnsProblem(len(row.Values), want)
	}
	return nil
}

// sniff looks at the first lines for the delimiter.
func (c *csvReader) sniff() error {
	for {
		end, next, ok := c.w.line(0, c.opt.Limits.Row)
		if err := c.w.failed(); err != nil && next == end {
			return err
		}
		if !ok {
			return fault.New(fault.Invalid, "intake.header.size", "the first line is longer than %s", sizeText(c.opt.Limits.Row)).
				At("1").With("the first line names the columns; check that this is a CSV file")
		}
		line := trimCR(c.w.rest()[:end])
		if blankBytes(line) && next > end {
			c.w.start += next
			c.line++
			continue
		}
		if i := bytes.IndexByte(line, '\r'); i >= 0 && bytes.IndexByte(line, '"') < 0 {
			return fault.New(fault.Invalid, "intake.lines", "lines end in a carriage return alone").
				At(fmt.Sprint(c.line)).With("save the file with line breaks LF or CRLF")
		}
		// Spreadsheets write this line for each other.
		if len(line) == 5 && bytes.HasPrefix(line, []byte("sep=")) {
			if c.delim == 0 {
				c.delim = line[4]
			}
			c.w.start += next
			c.line++
			continue
		}
		if c.delim == 0 {
			c.delim = likeliest(line)
		}
		return nil
	}
}

// likeliest is the delimiter that parts the line into most columns, quoted text apart; a comma where none does.
func likeliest(line []byte) byte {
	const candidates = ",;\t|"
	var count [len(candidates)]int
	quoted := false
	for _, ch := range line {
		if ch == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		for i := range candidates {
			if ch == candidates[i] {
				count[i]++
			}
		}
	}
	best := 0
	for i, n := range count {
		if n > count[best] {
			best = i
		}
	}
	return candidates[best]
}

func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// read gives the next row that is not blank, with a Problem where its text cannot be split.
func (c *csvReader) read(row *Row) error {
	for {
		if err := c.readLine(row); err != nil {
			return err
		}
		if row.Problem != nil || !allEmpty(row.Values) {
			return nil
		}
		c.blank.Add(1)
	}
}

func allEmpty(values [][]byte) bool {
	for _, v := range values {
		if len(v) > 0 {
			return false
		}
	}
	return true
}

func (c *csvReader) readLine(row *Row) error {
	*row = Row{Values: row.Values[:0], Line: c.line, Offset: c.w.offset()}
	end, next, ok := c.w.line(0, c.opt.Limits.Row)
	if err := c.w.failed(); err != nil && next == end {
		return err
	}
	row.Offset = c.w.offset()
	if !ok {
		c.oversize(row)
		return nil
	}
	if next == 0 {
		return io.EOF
	}
	line := c.w.rest()[:end]
	if bytes.IndexByte(line, '"') >= 0 {
		c.readQuoted(row, end)
		return nil
	}
	c.w.start += next
	c.line++
	line = trimCR(line)
	row.Raw = line
	c.split(row, line)
	c.inspect(row)
	return nil
}

// split parts a line without quotes.
func (c *csvReader) split(row *Row, line []byte) {
	values := row.Values
	for {
		i := bytes.IndexByte(line, c.delim)
		if i < 0 {
			row.Values = append(values, line)
			return
		}
		values = append(values, line[:i:i])
		line = line[i+1:]
	}
}

// inspect holds a split row against encoding and limits.
func (c *csvReader) inspect(row *Row) {
	limits := &c.opt.Limits
	if len(row.Raw) > limits.Field {
		for i, v := range row.Values {
			if len(v) > limits.Field {
				c.fail(row, fieldSizeProblem(c.column(i), v, limits.Field))
				return
			}
		}
		if len(row.Raw) > limits.Row {
			c.fail(row, rowSizeProblem(limits.Row))
			return
		}
	}
	if len(row.Values) > limits.Columns {
		row.Values = row.Values[:limits.Columns]
		c.fail(row, &Problem{
			Rule: "row.columns", Text: fmt.Sprintf("the row has more than %d columns", limits.Columns),
			Cure: "check the delimiter",
		})
		return
	}
	if !c.text.ascii() && !utf8.Valid(row.Raw) {
		c.fail(row, c.badEncoding(row))
	}
}

func (c *csvReader) fail(row *Row, p *Problem) {
	row.Problem = p
	row.Raw = row.Raw[:min(len(row.Raw), c.opt.Limits.Raw)]
}

func (c *csvReader) badEncoding(row *Row) *Problem {
	at := firstInvalid(row.Raw)
	for i, v := range row.Values {
		if !utf8.Valid(v) {
			return encodingProblem(c.column(i), v, int64(at), c.text.encoding)
		}
	}
	return encodingProblem("", nil, int64(at), c.text.encoding)
}

// firstInvalid is the index of the first byte that belongs to no UTF-8 character.
func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(b)
}

func (c *csvReader) column(i int) string {
	if i < len(c.header.Names) {
		return c.header.Names[i]
	}
	return fmt.Sprintf("column %d", i+1)
}

func (c *csvReader) skipLine() bool {
	ok := c.w.skipLine()
	if ok {
		c.line++
	}
	return ok
}

// oversize drops a line that is longer than a row may be, holding no more of it than is in memory already.
func (c *csvReader) oversize(row *Row) {
	kept := min(len(c.w.rest()), c.opt.Limits.Raw)
	c.scratch = append(c.scratch[:0], c.w.rest()[:kept]...)
	row.Raw = c.scratch
	row.Problem = rowSizeProblem(c.opt.Limits.Row)
	// Say which field it is where the beginning of the row shows it.
	if n := bytes.Count(row.Raw, []byte{c.delim}); len(row.Raw) == c.opt.Limits.Raw && n < len(c.header.Names) {
		row.Problem.Field = c.header.Names[n]
	}
	c.skipLine()
}

// Package arff reads attribute-relation files, the tables of Weka, row by row: names of columns from the header, values as
// texts with quotes and escapes undone, and nil for a question mark.
package arff

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Error is a file that cannot be read, with the line and what cures it.
type Error struct {
	Line       int
	Text, Cure string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

const (
	longestLine = 16 << 20
	mostColumns = 10_000
)

// Reader reads one file. It is for one goroutine.
type Reader struct {
	lines *bufio.Scanner
	line  int
	names []string
	row   [][]byte
	text  []byte // what the values of the row lie in
}

// NewReader reads the header.
func NewReader(r io.Reader) (*Reader, error) {
	a := &Reader{lines: bufio.NewScanner(r)}
	a.lines.Buffer(make([]byte, 64<<10), longestLine)
	for {
		line, err := a.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil, a.wrong("give a file with @attribute lines and @data", "the file ends before @data")
		case err != nil:
			return nil, err
		}
		word, rest := split(line)
		switch strings.ToLower(word) {
		case "@relation":
		case "@attribute":
			if err := a.attribute(rest); err != nil {
				return nil, err
			}
		case "@data":
			if len(a.names) == 0 {
				return nil, a.wrong("name the columns with @attribute", "there is no @attribute before @data")
			}
			return a, nil
		default:
			return nil, a.wrong("give an ARFF file", "%q is no line of a header", clip(word))
		}
	}
}

// split parts the first word off.
func split(line []byte) (string, []byte) {
	i := bytes.IndexAny(line, " \t")
	if i < 0 {
		return string(line), nil
	}
	return string(line[:i]), bytes.TrimSpace(line[i:])
}

func (a *Reader) wrong(cure, format string, args ...any) *Error {
	return &Error{a.line, fmt.Sprintf(format, args...), cure}
}

// next is the next line that is neither blank nor a remark; it is valid until the one after.
func (a *Reader) next() ([]byte, error) {
	for a.lines.Scan() {
		a.line++
		line := bytes.TrimSpace(a.lines.Bytes())
		if len(line) > 0 && line[0] != '%' {
			return line, nil
		}
	}
	if errors.Is(a.lines.Err(), bufio.ErrTooLong) {
		a.line++
		return nil, a.wrong("check that this is an ARFF file", "the line is longer than 16 MiB")
	}
	if err := a.lines.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

func (a *Reader) attribute(rest []byte) error {
	var name string
	if len(rest) > 0 && (rest[0] == '\'' || rest[0] == '"') {
		text, left, ok := quoted(nil, rest)
		if !ok {
			return a.wrong("close the quote", "the name of an attribute has no closing quote")
		}
		name, rest = string(text), bytes.TrimSpace(left)
	} else {
		name, rest = split(rest)
	}
	kind := strings.ToLower(string(rest))
	switch {
	case name == "":
		return a.wrong("write @attribute NAME TYPE", "an attribute has no name")
	case kind == "":
		return a.wrong("write numeric, a list in braces, string or date", "the attribute %q has no type", clip(name))
	case strings.HasPrefix(kind, "relational"):
		return a.wrong("export a flat table", "relational attributes are not read")
	case len(a.names) == mostColumns:
		return a.wrong("leave some out", "there are more than %d attributes", mostColumns)
	}
	a.names = append(a.names, name)
	return nil
}

// Names are the columns.
func (a *Reader) Names() []string { return a.names }

// Line is the line of the row that was read last, from 1.
func (a *Reader) Line() int { return a.line }

// Next reads a row, one value a column, nil where there is none; it is valid until the next call. The end is io.EOF.
func (a *Reader) Next() ([][]byte, error) {
	line, err := a.next()
	if err != nil {
		return nil, err
	}
	if line[0] == '{' {
		return nil, a.wrong("save the file with all values written out", "sparse rows are not read")
	}
	a.row, a.text = a.row[:0], a.text[:0]
	// Values grow in text, which may move: their ends are kept first.
	ends := make([]int, 0, len(a.names))
	absent := make([]bool, 0, len(a.names))
	for {
		line = bytes.TrimLeft(line, " \t")
		start := len(a.text)
		if len(line) > 0 && (line[0] == '\'' || line[0] == '"') {
			var ok bool
			if a.text, line, ok = quoted(a.text, line); !ok {
				return nil, a.wrong("close the quote", "a value has no closing quote")
			}
			line = bytes.TrimLeft(line, " \t")
			absent = append(absent, false)
		} else {
			i := bytes.IndexByte(line, ',')
			if i < 0 {
				i = len(line)
			}
			a.text = append(a.text, bytes.TrimRight(line[:i], " \t")...)
			absent = append(absent, string(a.text[start:]) == "?")
			line = line[i:]
		}
		ends = append(ends, len(a.text))
		if len(line) == 0 {
			break
		}
		if line[0] != ',' {
			return nil, a.wrong("part values by commas", "%q follows a quoted value", clip(string(line)))
		}
		line = line[1:]
	}
	if len(ends) != len(a.names) {
		return nil, a.wrong("give each row a value for every attribute", "%d values for %d attributes", len(ends), len(a.names))
	}
	start := 0
	for i, end := range ends {
		if absent[i] {
			a.row = append(a.row, nil)
		} else {
			a.row = append(a.row, a.text[start:end:end])
		}
		start = end
	}
	return a.row, nil
}

// quoted appends the text of a quoted value to to and gives what follows it.
func quoted(to, from []byte) (text, rest []byte, ok bool) {
	quote := from[0]
	for i := 1; i < len(from); i++ {
		switch c := from[i]; {
		case c == '\\' && i+1 < len(from):
			i++
			switch from[i] {
			case 'n':
				to = append(to, '\n')
			case 't':
				to = append(to, '\t')
			case 'r':
				to = append(to, '\r')
			default:
				to = append(to, from[i])
			}
		case c == quote:
			return to, from[i+1:], true
		default:
			to = append(to, c)
		}
	}
	return to, nil, false
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40]
	}
	return s
}

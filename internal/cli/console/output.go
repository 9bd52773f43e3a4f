package console

// The rules of output, for every command:
//
//  1. Results go to standard output. Progress, notes and errors go to standard error, so that a pipe carries results
//     and nothing else.
//  2. With --json standard output carries JSON, one value a line and nothing else; an error is {"error": {...}} there,
//     and standard error stays empty but for progress. Commands that answer for many things (values, rows) print
//     a line for each, as it is known; all others print exactly one.
//  3. An error is three things on lines of their own: what is wrong (with the value), where, and what cures it. The cure
//     is something to type, or someone to ask.
//  4. "There is no such thing" and "could not look" are different answers, in words and in the exit code.
//  5. Progress is drawn on a terminal only, for anything that takes over a second, and wiped when it is done.
//  6. The exit code is one of those below and means the same in every command.
//  7. Nothing is coloured and nothing depends on the width of the terminal: what is printed can be compared.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
)

// The exit codes. docs/command-line.md explains them to users; a test holds the two together.
const (
	ExitDone        = 0 // done; a well-formed "not rated", "not granted" or "restricted" is done too
	ExitFailed      = 1 // failed
	ExitMisuse      = 2 // wrong use: the command line or what it names is wrong as it stands
	ExitRefused     = 3 // refused by the Charter
	ExitRejected    = 4 // done, but some rows were rejected
	ExitUnavailable = 5 // could not look
	ExitFaults      = 6 // a check found faults
)

// printer writes results and errors as the rules above say; see the methods of Session.
type printer struct {
	out, err io.Writer
	json     bool
	// failed is the first error of writing; once there is one, nothing more is written.
	failed error
}

func (p *printer) result(v any, text func(w io.Writer)) {
	if p.failed != nil {
		return
	}
	if p.json {
		e := json.NewEncoder(p.out)
		e.SetEscapeHTML(false)
		p.failed = e.Encode(v)
		return
	}
	if text == nil {
		return
	}
	w := &sticky{w: p.out}
	text(w)
	p.failed = w.err
}

func (p *printer) raw(write func(w io.Writer) error) error {
	w := &sticky{w: p.out}
	if err := write(w); err != nil && w.err == nil {
		return err
	}
	p.failed = w.err
	return nil
}

func (p *printer) note(format string, args ...any) {
	if !p.json {
		fmt.Fprintf(p.err, format+"\n", args...)
	}
}

func (p *printer) finish(err error) int {
	if err == nil && p.failed != nil {
		err = fmt.Errorf("cannot write the answer: %w", p.failed)
	}
	if err == nil {
		return ExitDone
	}
	var code exitError
	if errors.As(err, &code) {
		return int(code)
	}
	m := Translate(err)
	if p.json {
		e := json.NewEncoder(p.out)
		e.SetEscapeHTML(false)
		e.Encode(map[string]Message{"error": m}) //nolint:errcheck,errchkjson // there is nobody left to tell
	} else {
		io.WriteString(p.err, m.String()) //nolint:errcheck // there is nobody left to tell
	}
	return m.Exit
}

// sticky remembers the first error of writing, so that those who print many lines need not look at each.
type sticky struct {
	w   io.Writer
	err error
}

// Write passes b on unless an earlier write failed.
func (s *sticky) Write(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(b)
	s.err = err
	return n, err
}

// Columns prints rows under headings, each column as wide as its widest cell (in terminal cells, so that Chinese lines
// up too), two spaces apart and without lines. Cells are printed with %v.
func Columns(w io.Writer, headings []any, rows [][]any) {
	t := table.NewWriter()
	t.SetOutputMirror(nil)
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	if headings != nil {
		t.AppendHeader(headings)
	}
	for _, r := range rows {
		cells := make(table.Row, len(r))
		for i, cell := range r {
			if text, ok := cell.(fmt.Stringer); ok {
				cell = text.String() // an id is a number inside, and none to be lined up as one
			}
			cells[i] = cell
		}
		t.AppendRow(cells)
	}
	for line := range strings.Lines(t.Render() + "\n") {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

// Exit ends a command with a code and without a message: everything has been said already.
func Exit(code int) error { return exitError(code) }

// exitError is what Exit gives.
type exitError int

// Error is for those who meet it where they should not.
func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Row is one line of a table.
type Row = []any

// Listed makes a line of each entry.
func Listed[T any](entries []T, cells func(*T) Row) []Row {
	rows := make([]Row, 0, len(entries))
	for i := range entries {
		rows = append(rows, cells(&entries[i]))
	}
	return rows
}

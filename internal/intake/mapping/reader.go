package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"probity/internal/intake/format"
)

// reader gives the rows that a mapping makes of a file's rows.
type reader struct {
	m       *Mapping
	name    string
	source  format.Reader
	header  format.Header
	columns map[*expr]int
	others  []int
	indexes []*index
	undo    []func() error

	raw     format.Row
	pending [][]byte      // elements of each that have not made their row yet, as texts
	nodes   []format.Node // or as nodes
	part    int
	notes   []format.Problem
}

// context is the record that expressions look at.
type context struct {
	row *format.Row
	// text or node is the element of each that the row is for.
	text []byte
	node format.Node
}

func (rd *reader) Header() *format.Header    { return &rd.header }
func (rd *reader) Progress() format.Progress { return rd.source.Progress() }
func (rd *reader) About() format.About       { return rd.source.About() }

func (rd *reader) Close() error {
	var errs []error
	if rd.source != nil {
		errs = append(errs, rd.source.Close())
	}
	for i := len(rd.undo) - 1; i >= 0; i-- {
		errs = append(errs, rd.undo[i]())
	}
	rd.undo = nil
	return errors.Join(errs...)
}

// Next gives the next row that the filters let through.
func (rd *reader) Next(row *format.Row) error {
	for {
		if len(rd.pending) > 0 || len(rd.nodes) > 0 {
			rd.part++
			rd.fill(row, rd.takeElement())
			return nil
		}
		if err := rd.source.Next(&rd.raw); err != nil {
			return err
		}
		if rd.raw.Problem != nil {
			*row = rd.raw
			row.Values = nil
			return nil
		}
		c := context{row: &rd.raw}
		if !rd.passes(rd.m.where, &c) {
			continue
		}
		rd.part = 0
		if rd.m.each == nil {
			rd.fill(row, c)
			return nil
		}
		rd.spread(&c)
	}
}

// spread finds the elements that make a row each. Nested elements keep their structure; texts are taken as they are.
func (rd *reader) spread(c *context) {
	e := rd.m.each
	if c.row.Tree != nil && e.source != "" && e.split == "" {
		rd.nodes = c.row.Tree.Find(rd.nodes[:0], 0, e.path)
		return
	}
	rd.pending = rd.eval(e, c, nil)
}

func (rd *reader) takeElement() context {
	c := context{row: &rd.raw}
	if len(rd.nodes) > 0 {
		c.node, rd.nodes = rd.nodes[0], rd.nodes[1:]
	} else {
		c.text, rd.pending = rd.pending[0], rd.pending[1:]
	}
	return c
}

func (rd *reader) fill(row *format.Row, c context) {
	*row = format.Row{
		Line: rd.raw.Line, Part: rd.part, Offset: rd.raw.Offset, Raw: rd.raw.Raw, Values: row.Values[:0],
	}
	rd.notes = rd.notes[:0]
	for i := range rd.m.fields {
		f := &rd.m.fields[i]
		row.Values = append(row.Values, rd.one(f, &c))
	}
	for _, col := range rd.others {
		row.Values = append(row.Values, rd.raw.Values[col])
	}
	row.Notes = rd.notes
}

// one evaluates a field to the one value that a row may have of it.
func (rd *reader) one(f *field, c *context) []byte {
	before := len(rd.notes)
	values := rd.eval(f.expr, c, nil)
	for i := before; i < len(rd.notes); i++ {
		rd.notes[i].Field = f.name
	}
	if len(rd.notes) > before {
		return nil
	}
	if len(values) > 1 {
		rd.notes = append(rd.notes, format.Problem{
			Rule: "mapping.many", Field: f.name, Value: clipList(values),
			Text: fmt.Sprintf("the record has %d values where %s takes one", len(values), f.name),
			Cure: fmt.Sprintf("say in the mapping (%s:%d) which one counts, many: first or last, or join: them", rd.m.Name, f.expr.line),
		})
		return nil
	}
	if len(values) == 0 {
		return nil
	}
	return values[0]
}

func (rd *reader) note(e *expr, rule string, value []byte, text, cure string) {
	rd.notes = append(rd.notes, format.Problem{
		Rule: rule, Value: clip(value), Text: text, Cure: fmt.Sprintf("%s (%s:%d)", cure, rd.m.Name, e.line),
	})
}

const longestShown = 60

func clip(b []byte) string {
	if len(b) > longestShown {
		return strings.ToValidUTF8(string(b[:longestShown]), "") + "…"
	}
	return string(b)
}

func clipList(values [][]byte) string {
	return clip(bytes.Join(values, []byte(" | ")))
}

// passes tells whether a record passes all filters.
func (rd *reader) passes(filters []filter, c *context) bool {
	for i := range filters {
		if !filters[i].holds(rd.eval(filters[i].expr, c, nil)) {
			rd.notes = rd.notes[:0]
			return false
		}
	}
	return true
}

// holds tells whether any value passes; absent holds where there is none, and not_in where no value is named.
func (f *filter) holds(values [][]byte) bool {
	some := false
	for _, v := range values {
		some = some || len(v) > 0
	}
	if f.absent {
		return !some
	}
	if f.notIn != nil {
		for _, v := range values {
			if f.notIn[string(v)] {
				return false
			}
		}
	}
	if f.present && !some {
		return false
	}
	if f.in == nil && f.prefix == nil {
		return true
	}
	for _, v := range values {
		if f.in != nil && f.in[string(v)] {
			return true
		}
		for _, p := range f.prefix {
			if bytes.HasPrefix(v, []byte(p)) {
				return true
			}
		}
	}
	return false
}

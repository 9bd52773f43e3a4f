package format

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"probity/internal/fault"
)

// ndjsonReader reads newline-delimited JSON: one object a line. The names of the objects are the columns, in the order
// in which they are first seen; a nested object or list stands in its column as its JSON text, and a mapping reaches
// into it. The names in the first lines are known from the start.
type ndjsonReader struct {
	*file
	w       window
	line    int
	header  Header
	columns map[string]int
	parser  jsonParser
	tree    Tree
	rows    int
}

// nodesPerColumn is how many values a record may have for each column that a row may have.
const nodesPerColumn = 16

func openNDJSON(f *file, text *decoder) Reader {
	r := &ndjsonReader{file: f, w: newWindow(text), line: 1, columns: map[string]int{}}
	r.header.Open = true
	l := &f.opt.Limits
	r.parser = jsonParser{tree: &r.tree, names: interned{}, depth: l.Depth, nodes: l.Columns * nodesPerColumn}
	if !f.opt.Trees {
		r.lookAhead()
	}
	return r
}

// lookAhead collects the names in the lines of the first window, so that nearly every file has all its columns before
// its first row. What is wrong with a line is said when it is read.
func (r *ndjsonReader) lookAhead() {
	const enough = firstWindow / 4
	for len(r.w.rest()) < enough && r.w.more() {
	}
	text := r.w.rest()
	for {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return
		}
		if line := text[:end]; !blankBytes(line) && utf8.Valid(line) && r.parser.parse(line) == nil && r.tree.Kind(0) == ObjectNode {
			for c := r.tree.nodes[0].first; c >= 0; c = r.tree.nodes[c].next {
				r.column(r.tree.nodes[c].name)
			}
		}
		text = text[end+1:]
	}
}

// column is the column of a name, added where it is new; ok is false where there are too many.
func (r *ndjsonReader) column(name string) (col int, ok bool) {
	if col, ok = r.columns[name]; ok {
		return col, true
	}
	if len(r.header.Names) >= r.opt.Limits.Columns {
		return 0, false
	}
	col = len(r.header.Names)
	r.columns[name] = col
	r.header.Names = append(r.header.Names, name)
	return col, true
}

func (r *ndjsonReader) Header() *Header { return &r.header }

func (r *ndjsonReader) Next(row *Row) error {
	for {
		*row = Row{Values: row.Values[:0], Line: r.line, Offset: r.w.offset()}
		end, next, ok := r.w.line(0, r.opt.Limits.Row)
		if err := r.w.failed(); err != nil && next == end {
			return r.placeLine(r.line, err)
		}
		row.Offset = r.w.offset()
		if !ok {
			r.oversize(row)
			return nil
		}
		if next == 0 {
			return io.EOF
		}
		line := trimCR(r.w.rest()[:end])
		r.w.start += next
		r.line++
		if blankBytes(line) {
			r.blank.Add(1)
			continue
		}
		r.rows++
		row.Raw = line
		if err := r.read(row, line); err != nil {
			return r.placeLine(row.Line, err)
		}
		if row.Problem != nil {
			row.Raw = row.Raw[:min(len(row.Raw), r.opt.Limits.Raw)]
		}
		return nil
	}
}

// read parses a line. Its error is that the file as a whole is not what it should be.
func (r *ndjsonReader) read(row *Row, line []byte) error {
	if !r.text.ascii() && !utf8.Valid(line) {
		row.Problem = encodingProblem("", nil, int64(firstInvalid(line)), r.text.encoding)
		return nil
	}
	bad := r.parser.parse(line)
	first := bytes.TrimSpace(line)[0]
	if r.rows == 1 && (bad != nil || first != '{') && (first == '[' || len(bytes.TrimSpace(line)) == 1) {
		return fault.New(fault.Invalid, "intake.json.document", "this is one JSON document, not one object on each line").
			With("turn it into lines: jq -c '.[]' file.json for a list, jq -c . file.json for objects that span lines")
	}
	if bad != nil {
		row.Problem = &Problem{
			Rule: "row.json", Text: fmt.Sprintf("at byte %d of the line: %s", bad.at+1, bad.text),
			Value: clip(line[min(bad.at, len(line)):]), Cure: "write one JSON object on each line",
		}
		return nil
	}
	if r.tree.Kind(0) != ObjectNode {
		row.Problem = &Problem{
			Rule: "row.json", Text: "the line is not an object", Value: clip(line),
			Cure: "write one JSON object on each line",
		}
		return nil
	}
	if r.opt.Trees {
		row.Tree = &r.tree
		row.Problem = r.longText()
		return nil
	}
	r.spread(row)
	return nil
}

// spread puts the members of the object into columns.
func (r *ndjsonReader) spread(row *Row) {
	for range r.header.Names {
		row.Values = append(row.Values, nil)
	}
	for c := r.tree.nodes[0].first; c >= 0; c = r.tree.nodes[c].next {
		nd := &r.tree.nodes[c]
		col, ok := r.column(nd.name)
		if !ok {
			row.Problem = &Problem{
				Rule: "row.columns", Field: nd.name,
				Text: fmt.Sprintf("the file's objects have more than %d different names", r.opt.Limits.Columns),
				Cure: "data must stand in values, not in names; a mapping file can turn names into values",
			}
			return
		}
		if col == len(row.Values) {
			row.Values = append(row.Values, nil)
		}
		if row.Values[col] != nil {
			row.Problem = &Problem{
				Rule: "row.json", Field: nd.name, Text: fmt.Sprintf("the name %q stands twice in the object", nd.name),
				Cure: "write each name once",
			}
			return
		}
		value := nd.text
		if nd.kind == ObjectNode || nd.kind == ListNode {
			value = nd.raw
		}
		if value == nil && nd.kind != NullNode {
			value = []byte{}
		}
		if len(value) > r.opt.Limits.Field {
			row.Problem = fieldSizeProblem(nd.name, value, r.opt.Limits.Field)
			return
		}
		row.Values[col] = value
	}
}

func (r *ndjsonReader) longText() *Problem {
	for i := range r.tree.nodes {
		if nd := &r.tree.nodes[i]; len(nd.text) > r.opt.Limits.Field {
			return fieldSizeProblem(nd.name, nd.text, r.opt.Limits.Field)
		}
	}
	return nil
}

// oversize drops a line that is longer than a row may be.
func (r *ndjsonReader) oversize(row *Row) {
	r.tree.scratch = append(r.tree.scratch[:0], r.w.rest()[:min(len(r.w.rest()), r.opt.Limits.Raw)]...)
	row.Raw = r.tree.scratch
	row.Problem = rowSizeProblem(r.opt.Limits.Row)
	r.w.skipLine()
	r.line++
}

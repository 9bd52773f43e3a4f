package format

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"probity/internal/fault"
)

// xmlReader gives one tree for each element at the record's path and forgets it before the next one. Document type
// definitions are refused: they can make a file read other files or grow without end.
type xmlReader struct {
	*file
	source *xmlSource
	dec    *xml.Decoder
	record Path
	open   []string // elements we are in
	header Header
	tree   Tree
	names  interned
	rows   int
	// seen are the first different paths, to name where the record's path leads nowhere.
	seen []string
}

func openXML(f *file, text *decoder) (Reader, error) {
	if f.opt.Record == "" {
		return nil, fault.New(fault.Invalid, "intake.xml.record", "which element of the XML is one record is not known").
			With("name its path in a mapping file, for example record: LEIData/LEIRecords/LEIRecord")
	}
	x := &xmlReader{file: f, record: ParsePath(f.opt.Record), names: interned{}}
	x.header.Open = true
	w := newWindow(text)
	x.source = &xmlSource{w: &w, limits: &f.opt.Limits}
	x.dec = xml.NewDecoder(x.source)
	// The text is UTF-8 by now, whatever its declaration says.
	x.dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return x, nil
}

func (x *xmlReader) Header() *Header { return &x.header }

func (x *xmlReader) Next(row *Row) error {
	for {
		*row = Row{Values: row.Values[:0]}
		row.Offset = x.dec.InputOffset()
		row.Line, _ = x.dec.InputPos()
		tok, err := x.token()
		if errors.Is(err, io.EOF) {
			return x.atEnd()
		}
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			x.open = append(x.open, t.Name.Local)
			x.note()
			if slices.Equal(x.open, x.record) {
				x.rows++
				return x.read(row, t)
			}
			if len(x.open) > x.opt.Limits.Depth {
				return x.fault("intake.xml.depth", "send a file with less nesting", "elements are nested deeper than %d levels", x.opt.Limits.Depth)
			}
		case xml.EndElement:
			x.open = x.open[:len(x.open)-1]
		}
	}
}

func (x *xmlReader) token() (xml.Token, error) {
	tok, err := x.dec.Token()
	if err == nil {
		if _, ok := tok.(xml.Directive); ok {
			return nil, x.fault("intake.xml.dtd", "leave the document type out", "the file has a document type definition, which is refused")
		}
		return tok, nil
	}
	if errors.Is(err, io.EOF) {
		return nil, err
	}
	if x.source.failed != nil {
		err = x.source.failed
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return nil, x.fault("intake.xml.syntax", "check that the file was written to its end, with an XML tool such as xmllint", "the XML is broken: %s", syntax.Msg)
	}
	line, _ := x.dec.InputPos()
	return nil, x.placeLine(line, err)
}

func (x *xmlReader) fault(key, cure, text string, args ...any) error {
	line, _ := x.dec.InputPos()
	return x.placeLine(line, fault.New(fault.Invalid, key, text, args...).With(cure))
}

const notedPaths = 24

func (x *xmlReader) note() {
	if x.rows > 0 || len(x.seen) >= notedPaths || len(x.open) > 4 {
		return
	}
	if p := Path(x.open).String(); !slices.Contains(x.seen, p) {
		x.seen = append(x.seen, p)
	}
}

func (x *xmlReader) atEnd() error {
	if x.rows == 0 {
		return x.fault("intake.xml.record", "the file's elements are "+strings.Join(x.seen, ", "),
			"there is no element %s in the file", x.record)
	}
	return io.EOF
}

// read builds the tree of the record whose start was just read.
func (x *xmlReader) read(row *Row, start xml.StartElement) error {
	x.tree.reset()
	x.source.capture()
	limits := &x.opt.Limits
	at := []int{x.element(-1, start)}
	texts := [][]byte{nil}
	for len(at) > 0 {
		tok, err := x.token()
		if errors.Is(err, io.EOF) {
			return x.fault("intake.xml.syntax", "send the whole file", "the file ends inside a record")
		}
		if err != nil {
			return err
		}
		top := len(at) - 1
		switch t := tok.(type) {
		case xml.StartElement:
			if len(at)+len(x.open) > limits.Depth {
				return x.fault("intake.xml.depth", "send a file with less nesting", "elements are nested deeper than %d levels", limits.Depth)
			}
			if len(x.tree.nodes) >= limits.Columns*nodesPerColumn {
				return x.fault("intake.xml.size", "check the record's path in the mapping", "a record has more than %d elements", limits.Columns*nodesPerColumn)
			}
			at = append(at, x.element(at[top], t))
			texts = append(texts, nil)
		case xml.CharData:
			switch {
			case len(x.source.kept) >= limits.Row:
				row.Problem = rowSizeProblem(limits.Row)
			case len(texts[top])+len(t) > limits.Field:
				row.Problem = fieldSizeProblem(x.tree.nodes[at[top]].name, t, limits.Field)
			default:
				texts[top] = append(texts[top], t...)
			}
		case xml.EndElement:
			x.finish(at[top], texts[top])
			at, texts = at[:top], texts[:top]
		}
	}
	x.open = x.open[:len(x.open)-1]
	row.Raw = x.source.captured(limits.Row)
	if row.Problem != nil {
		row.Raw = row.Raw[:min(len(row.Raw), limits.Raw)]
		return nil
	}
	row.Tree = &x.tree
	return nil
}

// element adds a node for an element and for each of its attributes but namespace declarations.
func (x *xmlReader) element(parent int, t xml.StartElement) int {
	n := x.tree.add(parent, x.names.get([]byte(t.Name.Local)), ObjectNode)
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			continue
		}
		c := x.tree.add(n, x.names.get([]byte("@"+a.Name.Local)), TextNode)
		x.tree.nodes[c].text = []byte(a.Value)
	}
	return n
}

// finish makes an element without children a text, and gives one with children its own text where it has any.
func (x *xmlReader) finish(n int, text []byte) {
	text = bytes.TrimSpace(text)
	if x.tree.nodes[n].first < 0 {
		x.tree.nodes[n].kind, x.tree.nodes[n].text = TextNode, text
		return
	}
	if len(text) > 0 {
		c := x.tree.add(n, TextName, TextNode)
		x.tree.nodes[c].text = text
	}
}

// xmlSource feeds the decoder byte by byte, so that the decoder reads no byte ahead. It keeps the bytes of the record
// being read, and drops what goes beyond a field's limit inside a text, which the decoder would gather in memory.
type xmlSource struct {
	w      *window
	limits *Limits
	failed error
	run    int // bytes since the last < or >
	inTag  bool
	keep   bool
	kept   []byte
	last   []byte // bytes since the last <, which may turn out to be the record's start
}

func (s *xmlSource) Read([]byte) (int, error) { panic("the decoder reads bytes one by one") }

func (s *xmlSource) ReadByte() (byte, error) {
	for {
		if s.w.start == s.w.end && !s.w.more() {
			if !errors.Is(s.w.err, io.EOF) {
				s.failed = s.w.err
			}
			return 0, s.w.err
		}
		c := s.w.buf[s.w.start]
		s.w.start++
		s.run++
		switch c {
		case '<':
			s.run, s.inTag = 0, true
			s.last = s.last[:0]
		case '>':
			s.run, s.inTag = 0, false
		}
		if s.run > s.limits.Field+2 {
			if !s.inTag {
				continue // the record learns from the length that something is missing
			}
			s.failed = fault.New(fault.Invalid, "intake.xml.size", "a tag or comment is longer than %s", sizeText(s.limits.Field)).
				With("check that this is the XML it should be")
			return 0, s.failed
		}
		if s.keep {
			if len(s.kept) < s.limits.Row {
				s.kept = append(s.kept, c)
			}
		} else if s.inTag || c == '>' {
			s.last = append(s.last, c)
		}
		return c, nil
	}
}

// capture starts keeping the record, whose start tag has just been read.
func (s *xmlSource) capture() {
	s.kept = append(s.kept[:0], s.last...)
	s.keep = true
}

func (s *xmlSource) captured(most int) []byte {
	s.keep = false
	return s.kept[:min(len(s.kept), most)]
}

package format

import (
	"bytes"
	"fmt"
)

// readQuoted splits a row that has a quote in its first line, which ends at byte end of the window's rest. It may go
// on over further lines.
func (c *csvReader) readQuoted(row *Row, end int) {
	c.scratch = c.scratch[:0]
	c.quoted = quotedRow{csvReader: c, row: row, lineEnd: end, spans: c.quoted.spans[:0]}
	c.quoted.run()
}

// quotedRow is the state of splitting one row with quotes. Positions count from the start of the window's rest, which
// stays the row's start until the row is done; memory may move in between, so values are kept as positions first.
type quotedRow struct {
	*csvReader
	row     *Row
	lineEnd int // of the line we are in: its line break, or the end of the text
	at      int
	spans   []span
}

// span is a value: bytes from to to of the row, or of scratch where undone is set.
type span struct {
	from, to int
	undone   bool
}

func (s *quotedRow) run() {
	for {
		more, ok := s.value()
		if !ok {
			return // value has set the problem and moved on
		}
		if !more {
			break
		}
	}
	rest := s.w.rest()
	for _, sp := range s.spans {
		from := rest
		if sp.undone {
			from = s.scratch
		}
		s.row.Values = append(s.row.Values, from[sp.from:sp.to:sp.to])
	}
	s.row.Raw = trimCR(rest[:s.lineEnd])
	s.advance(s.lineEnd)
	s.inspect(s.row)
}

// advance moves the window behind the line break at position end.
func (s *quotedRow) advance(end int) {
	s.line += bytes.Count(s.w.rest()[:end], []byte{'\n'})
	if end < len(s.w.rest()) {
		end++
		s.line++
	}
	s.w.start += end
}

// value splits off one value; more tells whether another one follows in the row.
func (s *quotedRow) value() (more, ok bool) {
	line := s.w.rest()[s.at:s.lineEnd]
	open := 0
	for open < len(line) && (line[open] == ' ' || line[open] == '\t') && line[open] != s.delim {
		open++
	}
	if open < len(line) && line[open] == '"' {
		return s.quotedValue(s.at + open)
	}
	i := bytes.IndexByte(line, s.delim)
	if i < 0 {
		s.spans = append(s.spans, span{from: s.at, to: s.at + len(trimCR(line))})
		return false, true
	}
	s.spans = append(s.spans, span{from: s.at, to: s.at + i})
	s.at += i + 1
	return true, true
}

// quotedValue splits off a value whose opening quote stands at position open.
func (s *quotedRow) quotedValue(open int) (more, ok bool) {
	from := open + 1
	at := from
	undone := -1 // start in scratch once a doubled quote was met
	for {
		if at-open > s.opt.Limits.Field || at > s.opt.Limits.Row {
			s.neverCloses(open, true)
			return false, false
		}
		i := bytes.IndexByte(s.w.rest()[at:], '"')
		if i < 0 {
			at = len(s.w.rest())
			if !s.w.more() {
				s.neverCloses(open, false)
				return false, false
			}
			continue
		}
		at += i + 1
		if at == len(s.w.rest()) {
			s.w.more()
		}
		rest := s.w.rest()
		if at < len(rest) && rest[at] == '"' {
			if undone < 0 {
				undone = len(s.scratch)
			}
			s.scratch = append(s.scratch, rest[from:at]...)
			at++
			from = at
			continue
		}
		break
	}
	to := at - 1
	if undone >= 0 {
		s.scratch = append(s.scratch, s.w.rest()[from:to]...)
		s.spans = append(s.spans, span{from: undone, to: len(s.scratch), undone: true})
	} else {
		s.spans = append(s.spans, span{from: from, to: to})
	}
	return s.behind(at)
}

// behind looks at what follows a closing quote: blanks, then a delimiter or the end of the row.
func (s *quotedRow) behind(at int) (more, ok bool) {
	if at > s.lineEnd {
		end, _, found := s.w.line(at, s.opt.Limits.Row)
		if !found {
			s.bad(quoteProblem(s.column(len(s.spans)-1), "no line break follows the quoted value"))
			return false, false
		}
		s.lineEnd = end
	}
	rest := trimCR(s.w.rest()[at:s.lineEnd])
	for i, ch := range rest {
		switch ch {
		case s.delim:
			s.at = at + i + 1
			return true, true
		case ' ', '\t':
		default:
			s.bad(quoteProblem(s.column(len(s.spans)-1), fmt.Sprintf("the text %q follows a closing quote", clip(rest[i:]))))
			return false, false
		}
	}
	return false, true
}

// bad gives the row up at its first line break: the lines after it are rows of their own.
func (s *quotedRow) bad(p *Problem) {
	rest := s.w.rest()
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		// No line break so far: the row is longer than the window.
		s.oversize(s.row)
		s.row.Problem = p
		return
	}
	s.row.Raw = trimCR(rest[:end])
	s.fail(s.row, p)
	s.w.start += end + 1
	s.line++
}

// neverCloses deals with a quote that does not close before the end of the text, or within what one value may hold.
// In the second case the value may truly be that long; then the rows inside it are none. It is taken for a stray quote
// where the line after it has as many columns as the header.
func (s *quotedRow) neverCloses(open int, long bool) {
	column := s.column(len(s.spans))
	rest := s.w.rest()
	end := bytes.IndexByte(rest, '\n')
	if !long {
		p := quoteProblem(column, "a quote opens here and never closes")
		if end < 0 {
			s.row.Raw = trimCR(rest)
			s.fail(s.row, p)
			s.w.start = s.w.end
			return
		}
		s.bad(p)
		return
	}
	if end >= 0 && s.looksLikeRow(rest[end+1:]) {
		s.bad(quoteProblem(column, "a quote opens here and does not close within "+sizeText(s.opt.Limits.Field)))
		return
	}
	p := fieldSizeProblem(column, rest[open+1:], s.opt.Limits.Field)
	s.scratch = append(s.scratch[:0], rest[:min(len(rest), s.opt.Limits.Raw)]...)
	s.row.Raw = s.scratch
	s.row.Problem = p
	s.skipQuoted(open + 1)
	s.skipLine()
}

func (s *quotedRow) looksLikeRow(b []byte) bool {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b = b[:i]
	}
	want := len(s.header.Names)
	return want > 1 && bytes.Count(b, []byte{s.delim}) == want-1
}

// skipQuoted drops the text up to the closing quote, holding only a window of it.
func (s *quotedRow) skipQuoted(at int) {
	for {
		rest := s.w.rest()
		i := bytes.IndexByte(rest[at:], '"')
		if i >= 0 && at+i+1 == len(rest) && s.w.more() {
			continue
		}
		end := len(rest)
		if i >= 0 {
			end = at + i + 1
		}
		s.line += bytes.Count(rest[:end], []byte{'\n'})
		s.w.start += end
		at = 0
		if i >= 0 {
			if next := s.w.rest(); len(next) > 0 && next[0] == '"' {
				at = 1 // doubled: the value goes on
				continue
			}
			return
		}
		if !s.w.more() {
			return
		}
	}
}

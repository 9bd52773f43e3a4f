package catalogue

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"probity/calendar"
)

// RegionEdition is what one source says of the administrative divisions on one day: which codes there are and how they
// are called. An edition may come in several files; see [RegionEdition.Add].
type RegionEdition struct {
	On     calendar.Day
	Source string
	// Names are by six-digit code. Uncoded are names that the source gives without a code, as a path from the top
	// ("香港特别行政区/香港岛"); they cannot be kept, but they are not lost silently either.
	Names   map[string]string
	Uncoded []string
}

// Limits of a file of divisions.
const (
	maxRegionFile = 32 << 20
	maxRegions    = 100_000
)

// ReadRegions reads one file of divisions: comma-separated with the headings code and name (two- and four-digit codes
// are those of provinces and prefectures), tab-separated with Code and Name and perhaps Revision (YYYYMM), or nested JSON
// of names without codes; any of them may be gzipped. name is for messages. The day is on, or the first of the
// file's Revision where on is calendar.None; one of the two must be there.
func ReadRegions(r io.Reader, name string, on calendar.Day, source string) (RegionEdition, Faults) {
	e := RegionEdition{On: on, Source: source, Names: map[string]string{}}
	rr := regionReader{edition: &e, file: name}
	if err := rr.read(r); err != nil {
		rr.faults.add(Place{File: name, Line: rr.line}, "region.file", "give the file as it was published, comma- or tab-separated with a heading, JSON, or gzipped", "it cannot be read: %s", err)
	}
	if e.On == calendar.None && len(rr.faults) == 0 {
		rr.faults.add(Place{File: name}, "region.edition", "say the day for which the file holds", "the file does not say for which day it holds")
	}
	return e, rr.faults
}

// Add takes the divisions of another file of the same edition.
func (e *RegionEdition) Add(more RegionEdition) {
	for code, name := range more.Names {
		e.Names[code] = name
	}
	e.Uncoded = append(e.Uncoded, more.Uncoded...)
}

type regionReader struct {
	edition *RegionEdition
	file    string
	line    int
	faults  Faults
}

func (r *regionReader) read(in io.Reader) error {
	b := bufio.NewReader(io.LimitReader(in, maxRegionFile+1))
	if head, err := b.Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return err
		}
		b = bufio.NewReader(io.LimitReader(z, maxRegionFile+1))
	}
	if head, err := b.Peek(3); err == nil && string(head) == "\uFEFF" {
		if _, err := b.Discard(3); err != nil {
			return err
		}
	}
	head, err := b.Peek(1)
	if err != nil {
		return errors.New("the file is empty")
	}
	if head[0] == '{' {
		return r.nested(b)
	}
	return r.table(b)
}

func (r *regionReader) table(b *bufio.Reader) error {
	line, err := b.Peek(b.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	heading, _, _ := strings.Cut(string(line), "\n")
	t := csv.NewReader(b)
	t.FieldsPerRecord = -1
	t.ReuseRecord = true
	if strings.Contains(heading, "\t") {
		t.Comma = '\t'
	}
	first, err := t.Read()
	if err != nil {
		return err
	}
	code, name, revision := -1, -1, -1
	for i, h := range first {
		switch strings.ToLower(strings.TrimSpace(h)) {
		case "code":
			code = i
		case "name":
			name = i
		case "revision":
			revision = i
		}
	}
	if code < 0 || name < 0 {
		return errors.New("there is no heading with code and name")
	}
	for {
		row, err := t.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		r.line, _ = t.FieldPos(0)
		if len(row) <= max(code, name, revision) {
			r.bad("the row has %d columns", len(row))
			continue
		}
		if revision >= 0 {
			r.revision(row[revision])
		}
		r.division(strings.TrimSpace(row[code]), strings.TrimSpace(row[name]))
		if len(r.edition.Names) > maxRegions || len(r.faults) > 100 {
			return errors.New("this is not a list of divisions")
		}
	}
}

func (r *regionReader) bad(format string, args ...any) {
	r.faults.add(Place{r.file, r.line}, "region.row", "correct the row; a division has a code of two, four or six digits and a name", format, args...)
}

// revision takes the day from a revision YYYYMM where the caller has named none.
func (r *regionReader) revision(s string) {
	if r.edition.On != calendar.None || len(s) != 6 {
		return
	}
	if d, err := calendar.Parse(s[:4] + "-" + s[4:] + "-01"); err == nil {
		r.edition.On = d
	}
}

func (r *regionReader) division(code, name string) {
	if n := len(code); n == 2 || n == 4 {
		code += "0000"[n-2:]
	}
	switch {
	case !regionForm.MatchString(code):
		r.bad("%q is not the code of a division", clip(code))
	case name == "" || !utf8.ValidString(name) || len(name) > 200:
		r.bad("%q is not the name of a division", clip(name))
	case r.edition.Names[code] != "" && r.edition.Names[code] != name:
		r.bad("%s is called %s and %s", code, r.edition.Names[code], clip(name))
	default:
		r.edition.Names[code] = name
	}
}

// nested reads names within names, the innermost as lists.
func (r *regionReader) nested(b io.Reader) error {
	var top map[string]map[string][]string
	if err := json.NewDecoder(b).Decode(&top); err != nil {
		return err
	}
	for province, parts := range top {
		r.edition.Uncoded = append(r.edition.Uncoded, province)
		for part, names := range parts {
			r.edition.Uncoded = append(r.edition.Uncoded, province+"/"+part)
			for _, n := range names {
				r.edition.Uncoded = append(r.edition.Uncoded, province+"/"+part+"/"+n)
			}
		}
	}
	slices.Sort(r.edition.Uncoded)
	return nil
}

package format

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/fault"
)

// xlsxReader streams one sheet of an XLSX workbook from disk. We read the format ourselves and not through excelize:
// that holds the packed workbook in memory, and gives dates in the display form of the cell ("07-28-23"), from which
// the day cannot be told, where the file holds it exactly.
//
// Dates come out as YYYY-MM-DD (with a time where they have one), numbers as plain decimals without the noise of
// binary fractions, booleans as true and false. A cell with a formula has the value that was last computed.
type xlsxReader struct {
	*file
	zip       *zip.Reader
	sheet     *xml.Decoder
	strings   []string
	dates     []bool // by cell style: whether the number is a date
	since1904 bool
	header    Header
	row       int
	cells     [][]byte
	arena     []byte
}

func openXLSX(f *file, in *prefix) (Reader, error) {
	at, size, err := f.spool(in)
	if err != nil {
		return nil, err
	}
	x := &xlsxReader{file: f}
	if x.zip, err = zip.NewReader(at, size); err != nil {
		return nil, fault.New(fault.Invalid, "intake.xlsx.zip", "the workbook cannot be opened: %v", err).
			With("check that the file was copied whole")
	}
	if err := x.isWorkbook(); err != nil {
		return nil, err
	}
	sheet, err := x.findSheet()
	if err != nil {
		return nil, err
	}
	if err := x.readStrings(); err != nil {
		return nil, err
	}
	if err := x.readStyles(); err != nil {
		return nil, err
	}
	part, err := x.part(sheet)
	if err != nil {
		return nil, err
	}
	if part == nil {
		return nil, fault.New(fault.Invalid, "intake.xlsx.sheet", "the workbook lacks its part %s", sheet).
			With("open it in a spreadsheet program and save it again")
	}
	x.sheet = xml.NewDecoder(part)
	return x, x.readHeader()
}

func (x *xlsxReader) isWorkbook() error {
	const mostParts = 10_000
	if len(x.zip.File) > mostParts {
		return limitFault("parts", "check which file was meant", "the archive has more than %d files", mostParts)
	}
	for _, f := range x.zip.File {
		switch {
		case f.Name == "xl/workbook.xml":
			return nil
		case f.Name == "xl/workbook.bin":
			return fault.New(fault.Invalid, "intake.format.foreign", "this is a binary workbook (.xlsb)").With("save it as .xlsx or CSV")
		case f.Name == "content.xml":
			return fault.New(fault.Invalid, "intake.format.foreign", "this is an OpenDocument file").With("save it as .xlsx or CSV")
		}
	}
	first := ""
	if len(x.zip.File) > 0 {
		first = fmt.Sprintf(" (%s first)", clip([]byte(x.zip.File[0].Name)))
	}
	return fault.New(fault.Invalid, "intake.format.foreign", "this is a ZIP archive of %d files%s, not a workbook", len(x.zip.File), first).
		With("unpack it and send the file inside")
}

// part opens a part of the workbook under the limits on decompression; nil where there is none.
func (x *xlsxReader) part(name string) (io.Reader, error) {
	for _, f := range x.zip.File {
		if f.Name != name {
			continue
		}
		l := &x.opt.Limits
		if f.UncompressedSize64 > uint64(l.Decompressed) {
			return nil, limitFault("decompressed", "split the file", "the part %s has more than %d bytes", name, l.Decompressed)
		}
		r, err := f.Open()
		if err != nil {
			return nil, brokenCompression("zip", err)
		}
		x.undo = append(x.undo, r.Close)
		return &zipPart{r: r, name: name, packed: int64(f.CompressedSize64), limits: l}, nil
	}
	return nil, nil
}

// zipPart holds what comes out of a part against the limits.
type zipPart struct {
	r         io.Reader
	name      string
	packed, n int64
	limits    *Limits
}

func (z *zipPart) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	z.n += int64(n)
	if z.n > z.limits.RatioFrom && z.n/z.limits.Ratio > z.packed {
		return 0, limitFault("ratio", "save the sheet as CSV", "%d bytes came out of %d in %s", z.n, z.packed, z.name)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = brokenCompression("zip", err)
	}
	return n, err
}

// walk calls start for each element of a part with its local name, and text for the character data inside it; either
// may be nil. Namespace prefixes are left out.
func (x *xlsxReader) walk(name string, start func(xml.StartElement) error, text func(elem string, b []byte) error, end func(elem string)) error {
	part, err := x.part(name)
	if err != nil || part == nil {
		return err
	}
	dec := xml.NewDecoder(part)
	var open []string
	for {
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return x.xmlFault(name, err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(open) >= x.opt.Limits.Depth {
				return x.xmlFault(name, errors.New("nested too deep"))
			}
			open = append(open, t.Name.Local)
			if start != nil {
				err = start(t)
			}
		case xml.EndElement:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
			if end != nil {
				end(t.Name.Local)
			}
		case xml.CharData:
			if text != nil && len(open) > 0 {
				err = text(open[len(open)-1], t)
			}
		case xml.Directive:
			err = errors.New("a document type definition is refused")
		}
		if err != nil {
			return x.xmlFault(name, err)
		}
	}
}

func (x *xlsxReader) xmlFault(part string, err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	return fault.New(fault.Invalid, "intake.xlsx.xml", "the part %s of the workbook is broken: %v", part, err).
		With("open it in a spreadsheet program and save it again")
}

func attr(t xml.StartElement, local string) string {
	for _, a := range t.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// findSheet gives the part of the sheet asked for, or of the first one that is shown.
func (x *xlsxReader) findSheet() (string, error) {
	var names []string
	found := ""
	err := x.walk("xl/workbook.xml", func(t xml.StartElement) error {
		switch t.Name.Local {
		case "workbookPr":
			v := attr(t, "date1904")
			x.since1904 = v == "1" || v == "true"
		case "sheet":
			name := attr(t, "name")
			names = append(names, name)
			wanted := name == x.opt.Sheet
			if x.opt.Sheet == "" {
				wanted = attr(t, "state") == ""
			}
			if wanted && found == "" {
				for _, a := range t.Attr {
					if a.Name.Local == "id" && a.Name.Space != "" {
						found = a.Value
					}
				}
			}
		}
		return nil
	}, nil, nil)
	if err != nil {
		return "", err
	}
	if found == "" {
		e := fault.New(fault.Invalid, "intake.xlsx.sheet", "the workbook has no sheet %q", x.opt.Sheet).
			With("its sheets are " + strings.Join(names, ", "))
		if x.opt.Sheet == "" {
			e.Text = "the workbook shows no sheet"
		}
		return "", e
	}
	target := ""
	err = x.walk("xl/_rels/workbook.xml.rels", func(t xml.StartElement) error {
		if t.Name.Local == "Relationship" && attr(t, "Id") == found {
			target = attr(t, "Target")
		}
		return nil
	}, nil, nil)
	if strings.HasPrefix(target, "/") {
		return target[1:], err
	}
	return path.Join("xl", target), err
}

// readStrings loads the shared strings. They are the one thing of a workbook that has to be in memory.
func (x *xlsxReader) readStrings() error {
	var b strings.Builder
	var total int64
	phonetic := false
	return x.walk("xl/sharedStrings.xml", func(t xml.StartElement) error {
		switch t.Name.Local {
		case "si":
			b.Reset()
		case "rPh":
			phonetic = true // how the text is read, not the text
		}
		return nil
	}, func(elem string, text []byte) error {
		if elem != "t" || phonetic {
			return nil
		}
		if total += int64(len(text)); total > x.opt.Limits.Strings {
			return limitFault("strings", "save the sheet as CSV", "the workbook's texts have more than %d bytes", x.opt.Limits.Strings)
		}
		b.Write(text)
		return nil
	}, func(elem string) {
		switch elem {
		case "si":
			x.strings = append(x.strings, b.String())
			total += 16
		case "rPh":
			phonetic = false
		}
	})
}

// readStyles finds which cell styles show numbers as dates.
func (x *xlsxReader) readStyles() error {
	custom := map[string]bool{}
	inCells := false
	return x.walk("xl/styles.xml", func(t xml.StartElement) error {
		switch t.Name.Local {
		case "numFmt":
			custom[attr(t, "numFmtId")] = dateFormat(attr(t, "formatCode"))
		case "cellXfs":
			inCells = true
		case "xf":
			if inCells {
				id := attr(t, "numFmtId")
				is, known := custom[id]
				if !known {
					is = builtInDate(id)
				}
				x.dates = append(x.dates, is)
			}
		}
		return nil
	}, nil, func(elem string) {
		if elem == "cellXfs" {
			inCells = false
		}
	})
}

// builtInDate tells whether a number format that every workbook has is one of a date (ECMA-376, 18.8.30, with those
// of East Asian editions). Formats of a time alone are not.
func builtInDate(id string) bool {
	n, err := strconv.Atoi(id)
	return err == nil && (n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 54 || n == 57 || n == 58)
}

// dateFormat tells whether a number format shows a date: it has a year or a day outside quotes and brackets.
func dateFormat(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == 'y' || c == 'Y' || c == 'd' || c == 'D' || c == 'e':
			return true
		case c == ';':
			return false // formats of negative numbers follow
		}
	}
	return false
}

// appendSerial writes a spreadsheet's day number as a date, with the time where there is one.
func (x *xlsxReader) appendSerial(b []byte, serial float64) ([]byte, bool) {
	const secondsOfDay = 86400
	seconds := int64(serial*secondsOfDay + 0.5)
	days, rest := seconds/secondsOfDay, seconds%secondsOfDay
	var d calendar.Day
	switch {
	case serial < 0 || serial > 2958465: // 9999-12-31
		return b, false
	case x.since1904:
		d = calendar.MustParse("1904-01-01") + calendar.Day(days)
	case days == 60:
		return b, false // 29 February 1900, which spreadsheets believe in
	case days > 60:
		d = calendar.MustParse("1899-12-30") + calendar.Day(days)
	default:
		d = calendar.MustParse("1899-12-31") + calendar.Day(days)
	}
	b = d.Append(b)
	if rest > 0 {
		b = fmt.Appendf(b, " %02d:%02d:%02d", rest/3600, rest/60%60, rest%60)
	}
	return b, true
}

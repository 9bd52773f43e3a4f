package demo

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"golang.org/x/text/encoding/simplifiedchinese"

	"probity/internal/catalogue"
)

// table is rows on their way into a file: the columns that are sent, under the supplier's headings.
type table struct {
	fields   []*catalogue.Field
	places   []int // of the fields in a row
	headings []string
	rows     [][]string
}

// tabulate leaves out the columns that no row fills and no contract asks for.
func (s *sheet) tabulate(t *dialect, rows [][]string) *table {
	used := make([]bool, len(s.contract.Fields))
	for _, row := range rows {
		for i, v := range row {
			if v != "" {
				used[i] = true
			}
		}
	}
	out := &table{rows: rows}
	for i := range s.contract.Fields {
		f := &s.contract.Fields[i]
		if used[i] || f.Required {
			out.fields, out.places = append(out.fields, f), append(out.places, i)
			out.headings = append(out.headings, t.heading(f))
		}
	}
	return out
}

// each gives every row as the supplier writes it. The slice is used again.
func (x *table) each(t *dialect, yield func(cells []string) error) error {
	cells := make([]string, len(x.fields))
	for _, row := range x.rows {
		for i, f := range x.fields {
			cells[i] = t.cell(f, row[x.places[i]])
		}
		if err := yield(cells); err != nil {
			return err
		}
	}
	return nil
}

// extension of a file in the dialect.
func (t *dialect) extension() string {
	if t.packing != "" {
		return "." + t.format + "." + t.packing
	}
	return "." + t.format
}

// encode writes the table. The bytes depend on nothing but the table and the dialect: no clock, no names of machines.
func (t *dialect) encode(x *table) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch t.format {
	case "ndjson":
		err = t.ndjson(&b, x)
	case "xlsx":
		err = t.xlsx(&b, x)
	case "parquet":
		err = t.parquet(&b, x)
	default:
		err = t.csv(&b, x)
	}
	if err != nil {
		return nil, err
	}
	return t.pack(b.Bytes())
}

func (t *dialect) csv(b *bytes.Buffer, x *table) error {
	var to io.Writer = b
	if t.encoding == "gb18030" {
		to = simplifiedchinese.GB18030.NewEncoder().Writer(b)
	}
	if t.mark {
		b.WriteString("\ufeff")
	}
	w := csv.NewWriter(to)
	w.Comma = t.delimiter
	if err := w.Write(x.headings); err != nil {
		return err
	}
	if err := x.each(t, w.Write); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func (t *dialect) ndjson(b *bytes.Buffer, x *table) error {
	keys := make([][]byte, len(x.headings))
	for i, h := range x.headings {
		key, err := json.Marshal(h)
		if err != nil {
			return err
		}
		keys[i] = key
	}
	return x.each(t, func(cells []string) error {
		b.WriteByte('{')
		first := true
		for i, v := range cells {
			if v == "" {
				continue
			}
			if !first {
				b.WriteByte(',')
			}
			first = false
			b.Write(keys[i])
			b.WriteByte(':')
			text, err := json.Marshal(v)
			if err != nil {
				return err
			}
			b.Write(text)
		}
		b.WriteString("}\n")
		return nil
	})
}

// xlsx writes a workbook of one sheet, all of it text, as exports from databases are.
func (t *dialect) xlsx(b *bytes.Buffer, x *table) error {
	const (
		head  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
		main  = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
		rels  = "http://schemas.openxmlformats.org/package/2006/relationships"
		doc   = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
		types = "http://schemas.openxmlformats.org/package/2006/content-types"
		kind  = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	)
	z := zip.NewWriter(b)
	for _, part := range [][2]string{
		{"[Content_Types].xml", head + `<Types xmlns="` + types + `"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + kind + `sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + kind + `worksheet+xml"/></Types>`},
		{"_rels/.rels", head + `<Relationships xmlns="` + rels + `"><Relationship Id="rId1" Type="` + doc + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", head + `<workbook xmlns="` + main + `" xmlns:r="` + doc + `"><sheets><sheet name="数据" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", head + `<Relationships xmlns="` + rels + `"><Relationship Id="rId1" Type="` + doc + `/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
	} {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = io.WriteString(w, part[1])
		}
		if err != nil {
			return err
		}
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	var sheet bytes.Buffer
	sheet.WriteString(head + `<worksheet xmlns="` + main + `"><sheetData>`)
	line := 0
	row := func(cells []string) error {
		line++
		fmt.Fprintf(&sheet, `<row r="%d">`, line)
		for i, v := range cells {
			if v == "" {
				continue
			}
			fmt.Fprintf(&sheet, `<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">`, column(i), line)
			if err := xml.EscapeText(&sheet, []byte(v)); err != nil {
				return err
			}
			sheet.WriteString(`</t></is></c>`)
		}
		sheet.WriteString("</row>")
		return nil
	}
	if err := row(x.headings); err != nil {
		return err
	}
	if err := x.each(t, row); err != nil {
		return err
	}
	sheet.WriteString("</sheetData></worksheet>")
	if _, err := w.Write(sheet.Bytes()); err != nil {
		return err
	}
	return z.Close()
}

// column is the letters of a column of a sheet: A to Z, AA and on.
func column(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

func (t *dialect) parquet(b *bytes.Buffer, x *table) error {
	group := parquet.Group{}
	for _, h := range x.headings {
		group[h] = parquet.Optional(parquet.String())
	}
	schema := parquet.NewSchema("rows", group)
	// A group orders its columns by name.
	at := make(map[string]int, len(x.headings))
	for i, path := range schema.Columns() {
		at[path[0]] = i
	}
	w := parquet.NewGenericWriter[any](b, schema, parquet.CreatedBy("agency", "1", "1"))
	row := make(parquet.Row, len(x.headings))
	err := x.each(t, func(cells []string) error {
		for i, v := range cells {
			c := at[x.headings[i]]
			if v == "" {
				row[c] = parquet.NullValue().Level(0, 0, c)
			} else {
				row[c] = parquet.ByteArrayValue([]byte(v)).Level(0, 1, c)
			}
		}
		_, err := w.WriteRows([]parquet.Row{row})
		return err
	})
	if err != nil {
		return err
	}
	return w.Close()
}

func (t *dialect) pack(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	var w io.WriteCloser
	switch t.packing {
	case "gz":
		g, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		if err != nil {
			return nil, err
		}
		w = g
	case "zst":
		z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			return nil, err
		}
		w = z
	default:
		return plain, nil
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

package format_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"probity/internal/intake/format"
)

// workbook writes a workbook as a spreadsheet program would.
func workbook(t testing.TB, fill func(w *excelize.File)) []byte {
	t.Helper()
	w := excelize.NewFile()
	fill(w)
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t testing.TB, w *excelize.File, sheet string, cells map[string]any) {
	t.Helper()
	for at, v := range cells {
		if err := w.SetCellValue(sheet, at, v); err != nil {
			t.Fatal(err)
		}
	}
}

func TestXLSX(t *testing.T) {
	t.Parallel()
	b := workbook(t, func(w *excelize.File) {
		set(t, w, "Sheet1", map[string]any{
			"A1": "Report of March", "A3": "文号", "B3": "name", "C3": "fine", "D3": "on", "E3": "ok",
			"A4": "沪〔2024〕9号", "B4": "上海示例 & <x>", "C4": 0.29, "D4": time.Date(2024, 3, 17, 0, 0, 0, 0, time.UTC), "E4": true,
			"A6": "second", "C6": 1234567890123, "D6": time.Date(2024, 3, 17, 15, 30, 0, 0, time.UTC),
			"A7": "beyond", "G7": "x",
			"A8": "error",
		})
		custom := `yyyy"年"m"月"d"日"`
		for cell, style := range map[string]*excelize.Style{"D4": {CustomNumFmt: &custom}, "D6": {NumFmt: 22}} {
			id, err := w.NewStyle(style)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.SetCellStyle("Sheet1", cell, cell, id); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.SetCellRichText("Sheet1", "B6", []excelize.RichTextRun{{Text: "rich "}, {Text: "text"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.NewSheet("Other"); err != nil {
			t.Fatal(err)
		}
		set(t, w, "Other", map[string]any{"A1": "x", "A2": 1})
	})
	for _, tt := range []struct {
		name string
		open func(t *testing.T) format.Reader
	}{
		{"Stream", func(t *testing.T) format.Reader {
			return open(t, string(b), "a.xlsx", format.Options{Skip: 2, TempDir: t.TempDir()})
		}},
		{"File", func(t *testing.T) format.Reader {
			name := filepath.Join(t.TempDir(), "a.xlsx")
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = f.Close() }) // it was only read
			rd, err := format.Open(f, name, format.Options{Skip: 2, TempDir: "/nonexistent"})
			if err != nil {
				t.Fatal(err)
			}
			return rd
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rd := tt.open(t)
			if diff := cmp.Diff([]string{"文号", "name", "fine", "on", "ok"}, rd.Header().Names); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			want := []seen{
				{Line: 4, Values: []string{"沪〔2024〕9号", "上海示例 & <x>", "0.29", "2024-03-17", "true"}},
				{Line: 6, Values: []string{"second", "rich text", "1234567890123", "2024-03-17 15:30:00", ""}},
				{Line: 7, Rule: "row.columns"},
				{Line: 8, Values: []string{"error", "", "", "", ""}},
			}
			if diff := cmp.Diff(want, readAll(t, rd)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("OtherSheet", func(t *testing.T) {
		rows := readAll(t, open(t, string(b), "a.xlsx", format.Options{Sheet: "Other"}))
		if diff := cmp.Diff([]seen{{Line: 2, Values: []string{"1"}}}, rows); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("NoSuchSheet", func(t *testing.T) {
		_, err := format.Open(bytes.NewReader(b), "a.xlsx", format.Options{Sheet: "Third"})
		if err == nil || !strings.Contains(err.Error(), `no sheet "Third"`) {
			t.Errorf("%v", err)
		}
	})
}

// zipOf writes an archive of named parts.
func zipOf(t testing.TB, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range parts {
		p, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(p, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bareWorkbook is a workbook of one sheet, as small as it can be.
func bareWorkbook(t testing.TB, sheet string) string {
	return zipOf(t, map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="x"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="x" Target="s.xml"/></Relationships>`,
		"xl/styles.xml":              `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/s.xml":                   sheet,
	})
}

func TestXLSXFaults(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"Archive", zipOf(t, map[string]string{"data.csv": "a\n1\n"}), "ZIP archive of 1 files (data.csv first)"},
		{"Binary", zipOf(t, map[string]string{"xl/workbook.bin": ""}), ".xlsb"},
		{"OpenDocument", zipOf(t, map[string]string{"content.xml": ""}), "OpenDocument"},
		{"Broken", "PK\x03\x04 and no more", "cannot be opened"},
		{"DTD", bareWorkbook(t, "<!DOCTYPE x><worksheet/>"), "document type"},
		{"CutOff", bareWorkbook(t, `<worksheet><row><c><v>a</v>`), "broken"},
		{"NoHeader", bareWorkbook(t, `<worksheet/>`), "no header row"},
		{"Bomb", bareWorkbook(t, `<worksheet><row r="1"><c t="str"><v>`+strings.Repeat("x", 4<<20)+`</v></c></row></worksheet>`), "bytes came out of"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rd, err := format.Open(strings.NewReader(tt.text), "a.xlsx", format.Options{
				TempDir: t.TempDir(), Limits: format.Limits{RatioFrom: 1 << 20, Ratio: 100},
			})
			for err == nil {
				err = rd.Next(&format.Row{})
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "a.xlsx") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestXLSXCells(t *testing.T) {
	t.Parallel()
	rows := readAll(t, open(t, bareWorkbook(t, `<worksheet><sheetData>
		<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="inlineStr"><is><t>b</t><rPh><t>no</t></rPh></is></c></row>
		<row r="2"><c r="A2" s="1"><v>45135</v></c><c r="B2" s="1"><v>60</v></c></row>
		<row r="3"><c r="B3"><v>0.28999999999999998</v></c></row>
		<row r="4"><c r="A4" t="e"><v>#N/A</v></c></row>
		<row r="5"><c r="A5" t="s"><v>7</v></c></row>
		<row r="9"><c r="A9" s="1"><v>1</v></c><c r="B9" t="b"><v>0</v></c></row>
	</sheetData></worksheet>`), "a.xlsx", format.Options{}))
	want := []seen{
		{Line: 2, Rule: "row.cell"},
		{Line: 3, Values: []string{"", "0.29"}},
		{Line: 4, Rule: "row.cell"},
		{Line: 5, Rule: "row.cell"},
		{Line: 9, Values: []string{"1900-01-01", "false"}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

type parquetRow struct {
	No    string    `parquet:"文号"`
	Name  *string   `parquet:"name,optional"`
	Fine  int64     `parquet:"fine,decimal(2:18)"`
	On    int32     `parquet:"on,date"`
	At    time.Time `parquet:"at,timestamp(millisecond)"`
	Share float64   `parquet:"share"`
	OK    bool      `parquet:"ok"`
	Tags  []string  `parquet:"tags,list"`
	In    struct {
		City string `parquet:"city"`
	} `parquet:"in"`
}

func parquetFile(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[parquetRow](&b, parquet.Compression(&parquet.Zstd))
	name := "示例"
	for i := range n {
		r := parquetRow{
			No: fmt.Sprint("沪", i), Fine: int64(i)*100 - 5, On: 19799 + int32(i), Share: 0.29, OK: true, Tags: []string{"a", `"b"`},
			At: time.Date(2024, 3, 17, 16, 0, 0, 0, time.UTC),
		}
		r.In.City = "Shanghai"
		if i == 0 {
			r.Name = &name
		}
		if _, err := w.Write([]parquetRow{r}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParquet(t *testing.T) {
	t.Parallel()
	rd := open(t, string(parquetFile(t, 700)), "a.parquet", format.Options{TempDir: t.TempDir()})
	names := []string{"文号", "name", "fine", "on", "at", "share", "ok", "tags", "in.city"}
	if diff := cmp.Diff(names, rd.Header().Names); diff != "" {
		t.Fatalf("header (-want +got):\n%s", diff)
	}
	rows := readAll(t, rd)
	if len(rows) != 700 {
		t.Fatalf("%d rows", len(rows))
	}
	want := []seen{
		{Line: 1, Values: []string{"沪0", "示例", "-0.05", "2024-03-17", "2024-03-17T16:00:00Z", "0.29", "true", `["a","\"b\""]`, "Shanghai"}},
		{Line: 2, Values: []string{"沪1", "", "0.95", "2024-03-18", "2024-03-17T16:00:00Z", "0.29", "true", `["a","\"b\""]`, "Shanghai"}},
	}
	if diff := cmp.Diff(want, rows[:2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := format.Open(bytes.NewReader(parquetFile(t, 700)), "a.parquet", format.Options{Limits: format.Limits{Spool: 100}}); err == nil ||
		!strings.Contains(err.Error(), "may have 100 bytes") {
		t.Errorf("over the limit: %v", err)
	}
}

func TestParquetFaults(t *testing.T) {
	t.Parallel()
	good := string(parquetFile(t, 3))
	tests := []struct{ name, text, want string }{
		{"Short", "PAR1PAR1", "too short"},
		{"CutOff", good[:len(good)-20], "does not end"},
		{"Directory", "PAR1\xff\xff\xff\x7fPAR1", "its directory should have 2147483647 bytes"},
		{"Middle", good[:30] + strings.Repeat("\xff", 60) + good[90:], "broken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rd, err := format.Open(strings.NewReader(tt.text), "a.parquet", format.Options{TempDir: t.TempDir()})
			for err == nil {
				err = rd.Next(&format.Row{})
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "a.parquet") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestParquetDamage: one wrong byte anywhere costs neither the process nor its memory.
func TestParquetDamage(t *testing.T) {
	good := parquetFile(t, 3)
	for i := 4; i < len(good)-8; i += 5 {
		b := bytes.Clone(good)
		b[i] ^= 0xff
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rd, err := format.Open(bytes.NewReader(b), "a.parquet", format.Options{TempDir: t.TempDir()})
		if err != nil {
			continue
		}
		var row format.Row
		for n := 0; rd.Next(&row) == nil; n++ {
			if n > 3 {
				t.Fatalf("byte %d: more rows than there are", i)
			}
		}
		if err := rd.Close(); err != nil {
			t.Errorf("byte %d: %v", i, err)
		}
		runtime.ReadMemStats(&after)
		const most = 64 << 20
		if got := after.TotalAlloc - before.TotalAlloc; got > most {
			t.Errorf("byte %d: %d bytes allocated", i, got)
		}
	}
}

func FuzzXLSX(f *testing.F) {
	f.Add(`<worksheet><row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="2"><c r="A2" s="1"><v>45135.5</v></c></row></worksheet>`)
	f.Add(`<row><c r="ZZZ1"><v>1e300</v></c></row><row/>`)
	f.Add(`<row r="9"><c t="s"><v>-1</v></c><c/><c r=""/></row>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		rd, err := format.Open(strings.NewReader(bareWorkbook(t, sheet)), "f.xlsx", format.Options{Limits: format.Limits{Columns: 100}})
		if err != nil {
			return
		}
		defer func() {
			if err := rd.Close(); err != nil {
				t.Error(err)
			}
		}()
		var row format.Row
		for rd.Next(&row) == nil {
			if len(row.Values) != len(rd.Header().Names) {
				t.Fatalf("%d values of %d", len(row.Values), len(rd.Header().Names))
			}
		}
	})
}

func FuzzParquet(f *testing.F) {
	f.Add(parquetFile(f, 3))
	f.Add([]byte("PAR1PAR1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !bytes.HasPrefix(b, []byte("PAR1")) {
			b = append([]byte("PAR1"), b...)
		}
		rd, err := format.Open(bytes.NewReader(b), "f.parquet", format.Options{})
		if err != nil {
			return
		}
		defer func() {
			if err := rd.Close(); err != nil {
				t.Error(err)
			}
		}()
		var row format.Row
		for rd.Next(&row) == nil {
		}
	})
}

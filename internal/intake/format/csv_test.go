package format_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"probity/internal/fault"
	"probity/internal/intake/format"
)

// seen is a row as tests compare it.
type seen struct {
	Line   int
	Values []string
	Rule   string
	Raw    string
}

func readAll(t *testing.T, rd format.Reader) []seen {
	t.Helper()
	var out []seen
	var row format.Row
	for {
		err := rd.Next(&row)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		s := seen{Line: row.Line}
		if row.Problem != nil {
			s.Rule = row.Problem.Rule
			s.Raw = string(row.Raw)
		} else {
			for _, v := range row.Values {
				s.Values = append(s.Values, string(v))
			}
		}
		out = append(out, s)
	}
}

func open(t *testing.T, text, name string, opt format.Options) format.Reader {
	t.Helper()
	rd, err := format.Open(strings.NewReader(text), name, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rd.Close(); err != nil {
			t.Error(err)
		}
	})
	return rd
}

func TestCSVRows(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		opt        format.Options
		header     []string
		rows       []seen
	}{
		{
			"Plain", "a,b\n1,2\n3,4\n", format.Options{},
			[]string{"a", "b"}, []seen{{2, []string{"1", "2"}, "", ""}, {3, []string{"3", "4"}, "", ""}},
		},
		{
			"MarkCRLFNoLastBreak", "\xef\xbb\xbfa;b\r\n1;2\r\n3;4", format.Options{},
			[]string{"a", "b"}, []seen{{2, []string{"1", "2"}, "", ""}, {3, []string{"3", "4"}, "", ""}},
		},
		{
			"Quotes", "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n \"p\" ,q\n1,5\" pipe\n", format.Options{},
			[]string{"a", "b"},
			[]seen{{2, []string{"x, y", `say "hi"`}, "", ""}, {3, []string{"p", "q"}, "", ""}, {4, []string{"1", `5" pipe`}, "", ""}},
		},
		{
			"BreakInsideQuotes", "a,b\n\"one\ntwo\r\nthree\",x\n1,2\n", format.Options{},
			[]string{"a", "b"}, []seen{{2, []string{"one\ntwo\r\nthree", "x"}, "", ""}, {5, []string{"1", "2"}, "", ""}},
		},
		{
			"TabsAndEmptyQuotes", "a\tb\tc\n\"\"\t\"\"\"\"\t3\n", format.Options{},
			[]string{"a", "b", "c"}, []seen{{2, []string{"", `"`, "3"}, "", ""}},
		},
		{
			"BlankRows", "\n\na,b\n\n,\n1,2\n\n", format.Options{},
			[]string{"a", "b"}, []seen{{6, []string{"1", "2"}, "", ""}},
		},
		{
			"SkipAndGivenDelimiter", "Report of 2024\na:b,c\n1:2,3\n", format.Options{Skip: 1, Delimiter: ':'},
			[]string{"a", "b,c"}, []seen{{3, []string{"1", "2,3"}, "", ""}},
		},
		{
			"SpreadsheetDelimiter", "sep=|\na|b\n1|2\n", format.Options{},
			[]string{"a", "b"}, []seen{{3, []string{"1", "2"}, "", ""}},
		},
		{
			"HeaderGiven", "1,2\n3,4\n", format.Options{Header: []string{"a", "b"}},
			[]string{"a", "b"}, []seen{{1, []string{"1", "2"}, "", ""}, {2, []string{"3", "4"}, "", ""}},
		},
		{
			"WrongNumberOfColumns", "a,b\n1\n1,2\n1,2,3\n5,6\n", format.Options{},
			[]string{"a", "b"},
			[]seen{{2, nil, "row.columns", "1"}, {3, []string{"1", "2"}, "", ""}, {4, nil, "row.columns", "1,2,3"}, {5, []string{"5", "6"}, "", ""}},
		},
		{
			"DelimitersAtTheEnd", "a,b\n1,2,\n3,4,,\n5,\n", format.Options{},
			[]string{"a", "b"},
			[]seen{{2, []string{"1", "2"}, "", ""}, {3, []string{"3", "4"}, "", ""}, {4, []string{"5", ""}, "", ""}},
		},
		{
			"StrayQuoteCostsOneRow", "a,b\n\"1,2\n3,4\n\"5,6\",7\n8,9\n", format.Options{},
			[]string{"a", "b"},
			[]seen{
				{2, nil, "row.quote", `"1,2`},
				{3, []string{"3", "4"}, "", ""},
				{4, []string{"5,6", "7"}, "", ""},
				{5, []string{"8", "9"}, "", ""},
			},
		},
		{
			"QuoteOpenAtEnd", "a,b\n1,2\n3,\"4\n5,6\n", format.Options{},
			[]string{"a", "b"},
			[]seen{{2, []string{"1", "2"}, "", ""}, {3, nil, "row.quote", `3,"4`}, {4, []string{"5", "6"}, "", ""}},
		},
		{
			"BadByteInUTF8", "a,b\n处罚,决定书\n处\xff罚,x\n许可,y\n", format.Options{Encoding: format.UTF8},
			[]string{"a", "b"},
			[]seen{{2, []string{"处罚", "决定书"}, "", ""}, {3, nil, "row.encoding", "处\xff罚,x"}, {4, []string{"许可", "y"}, "", ""}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rd := open(t, tt.text, "test.csv", tt.opt)
			if diff := cmp.Diff(tt.header, rd.Header().Names); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.rows, readAll(t, rd)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCSVIsTheSameAtAnyReadSize(t *testing.T) {
	t.Parallel()
	text := "甲,b\n\"x\"\"y\nz\",2\n\"bad\"x,1\n3,4\n"
	whole := readAll(t, open(t, text, "a.csv", format.Options{}))
	rd, err := format.Open(iotest.OneByteReader(strings.NewReader(text)), "a.csv", format.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, readAll(t, rd)); diff != "" {
		t.Errorf("(-whole +slow):\n%s", diff)
	}
}

// TestCSVHugeFields: fields of ten megabytes in every shape cost their row and leave the memory flat.
func TestCSVHugeFields(t *testing.T) {
	t.Parallel()
	huge := strings.Repeat("x", 10<<20)
	lines := strings.Repeat(strings.Repeat("y", 99)+"\n", 100<<10)
	tests := []struct{ name, row, rule string }{
		{"OneLine", "1," + huge, "row.size"},
		{"TwoMegabytes", "1," + huge[:2<<20], "row.field_size"},
		{"Quoted", `1,"` + huge + `"`, "row.size"},
		{"QuotedLines", `1,"` + lines + `"`, "row.field_size"},
		{"DoubledQuotes", `1,"` + strings.Repeat(`""`, 5<<20) + `"`, "row.size"},
		{"DoubledQuotesAndLines", `1,"` + strings.Repeat("\"\"\n", 2<<20) + `"`, "row.field_size"},
		{"StrayQuote", "\"1,2", "row.quote"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after := "3,4\n5,6\n"
			if tt.name == "StrayQuote" {
				after += strings.Repeat("7,8\n", 1<<20)
			}
			rd := open(t, "a,b\n"+tt.row+"\n"+after, "a.csv", format.Options{})
			var row format.Row
			if err := rd.Next(&row); err != nil {
				t.Fatal(err)
			}
			if row.Problem == nil || row.Problem.Rule != tt.rule {
				t.Fatalf("problem %+v, want %s", row.Problem, tt.rule)
			}
			if len(row.Raw) == 0 || len(row.Raw) > format.DefaultLimits.Raw {
				t.Errorf("%d raw bytes kept", len(row.Raw))
			}
			for _, want := range []string{"3", "5"} {
				if err := rd.Next(&row); err != nil || row.Problem != nil || string(row.Values[0]) != want {
					t.Fatalf("next row: %v %+v %q", err, row.Problem, row.Values)
				}
			}
			if want := 3 + strings.Count(tt.row, "\n") + 1; row.Line != want {
				t.Errorf("line %d, want %d", row.Line, want)
			}
		})
	}
}

func TestForeignFilesAreCalledByName(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"Empty", "", "empty"},
		{"PDF", "%PDF-1.7\n", "PDF"},
		{"PNG", "\x89PNG\r\n\x1a\n", "PNG"},
		{"Program", "\x7fELF\x02\x01\x01\x00", "program"},
		{"OldExcel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office"},
		{"WebPage", "<!DOCTYPE html>\n<html>", "web page"},
		{"Zeros", "a,b\n1,\x00\n", "zero byte at byte 7"},
		{"UTF16WithoutMark", "a\x00,\x00b\x00\n\x00", "UTF-16"},
		{"NeitherEncoding", "a,b\n1," + strings.Repeat("\xff\xfe\xff", 9) + "\n", "byte 7 is neither"},
		{"WesternEncoding", "name\nSoci\xe9t\xe9 G\xe9n\xe9rale\nCaf\xe9 \n", "byte 10 is neither"},
		{"CarriageReturns", "a,b\r1,2\r", "carriage return alone"},
		{"OnlyBlanks", "\n\n\n", "no header"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rd, err := format.Open(strings.NewReader(tt.text), "x.csv", format.Options{})
			for err == nil {
				err = rd.Next(&format.Row{})
			}
			var e *fault.Error
			if !errors.As(err, &e) {
				t.Fatalf("no fault: %v", err)
			}
			if !strings.Contains(e.Error(), tt.want) || !strings.HasPrefix(e.Error(), "x.csv") || e.Cure == "" || e.Code != fault.Invalid {
				t.Errorf("%v (cure %q)", e, e.Cure)
			}
		})
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a\n\"\"\"", "\"a\nb\",c\r\n\"x\" ,\"y\"z\n", "\xef\xbb\xbfa|b\n", "a,b\n\xc4\xe3,\xff\n", "sep=;\na;b\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rd, err := format.Open(bytes.NewReader(b), "f.csv", format.Options{
			Format: format.CSV, Limits: format.Limits{Field: 200, Row: 500, Raw: 100},
		})
		if err != nil {
			return
		}
		names := rd.Header().Names
		var row format.Row
		line, rows := 0, 0
		for {
			err := rd.Next(&row)
			if err != nil {
				break
			}
			if rows++; rows > len(b)+1 {
				t.Fatal("more rows than bytes")
			}
			if row.Line < line {
				t.Fatalf("line %d after %d", row.Line, line)
			}
			line = row.Line
			if row.Problem == nil && len(row.Values) != len(names) {
				t.Fatalf("%d values of %d", len(row.Values), len(names))
			}
			if row.Problem != nil && len(row.Raw) > 100 {
				t.Fatalf("%d raw bytes", len(row.Raw))
			}
			if row.Problem == nil {
				roundTrip(t, names, row.Values)
			}
		}
		if want := bytes.Count(b, []byte{'\n'}) + 1; line > want {
			t.Fatalf("line %d of %d", line, want)
		}
	})
}

// roundTrip prints a row as CSV and reads it again.
func roundTrip(t *testing.T, names []string, values [][]byte) {
	var b bytes.Buffer
	var want []string
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%s"`, strings.ReplaceAll(string(v), `"`, `""`))
		want = append(want, string(v))
	}
	rd, err := format.Open(&b, "again.csv", format.Options{Format: format.CSV, Delimiter: ',', Header: names, Encoding: format.UTF8})
	if err != nil {
		t.Fatalf("%q: %v", b.Bytes(), err)
	}
	var row format.Row
	if err := rd.Next(&row); err != nil || row.Problem != nil {
		t.Fatalf("%q: %v %+v", want, err, row.Problem)
	}
	for i := range want {
		if string(row.Values[i]) != want[i] {
			t.Fatalf("value %d is %q, was %q", i, row.Values[i], want[i])
		}
	}
}

func BenchmarkCSV(b *testing.B) {
	for _, bm := range []struct{ name, row string }{
		{"Plain", "91310000MA1FL0XX00,Shanghai Example Trading Company,2024-03-17,12000,fine,Market Supervision,2029-03-17,1\n"},
		{"Chinese", "91310000MA1FL0XX00,上海示例贸易有限公司,2024-03-17,12000,罚款,上海市市场监督管理局,2029-03-17,1\n"},
		{"Quoted", "91310000MA1FL0XX00,\"Shanghai Example, Trading Company\",2024-03-17,12000,fine,Market Supervision,2029-03-17,1\n"},
	} {
		b.Run(bm.name, func(b *testing.B) {
			text := []byte("a,b,c,d,e,f,g,h\n" + strings.Repeat(bm.row, 100_000))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				rd, err := format.Open(bytes.NewReader(text), "b.csv", format.Options{})
				if err != nil {
					b.Fatal(err)
				}
				var row format.Row
				for rd.Next(&row) == nil {
					if row.Problem != nil {
						b.Fatal(row.Problem)
					}
				}
			}
		})
	}
}

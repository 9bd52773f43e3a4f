package format_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/internal/fault"
	"probity/internal/intake/format"
)

func TestNDJSON(t *testing.T) {
	t.Parallel()
	text := `{"id":"1","name":"甲 \"乙\" \u4e2d\ud83d\ude00","fine":1.50E2}

{"id":"2","tags":["a","b"],"who":{"x":null},"ok":true,"name":null}
{"id":"3",}
{"id":"4","id":"5"}
[1]
{"id":"6"} x
{"name":"","id":7}`
	rd := open(t, text, "a.jsonl", format.Options{})
	got := readAll(t, rd)
	want := []seen{
		{Line: 1, Values: []string{"1", `甲 "乙" 中😀`, "150", "", "", ""}},
		{Line: 3, Values: []string{"2", "", "", `["a","b"]`, `{"x":null}`, "true"}},
		{Line: 4, Rule: "row.json", Raw: `{"id":"3",}`},
		{Line: 5, Rule: "row.json", Raw: `{"id":"4","id":"5"}`},
		{Line: 6, Rule: "row.json", Raw: `[1]`},
		{Line: 7, Rule: "row.json", Raw: `{"id":"6"} x`},
		{Line: 8, Values: []string{"7", "", "", "", "", ""}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"id", "name", "fine", "tags", "who", "ok"}, rd.Header().Names); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if rd.Progress().Blank != 1 {
		t.Errorf("%d blank lines", rd.Progress().Blank)
	}
}

// TestLateColumns: a name that comes after all that was looked at is a column from there on.
func TestLateColumns(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("{\"a\":1}\n", 100_000) + "{\"a\":2,\"late\":3}\n"
	rd := open(t, text, "a.jsonl", format.Options{})
	if diff := cmp.Diff([]string{"a"}, rd.Header().Names); diff != "" {
		t.Fatal(diff)
	}
	rows := readAll(t, rd)
	if diff := cmp.Diff([]string{"2", "3"}, rows[100_000].Values); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "late"}, rd.Header().Names); diff != "" {
		t.Error(diff)
	}
}

func TestJSONFaultsSayWhere(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, want string }{
		{`{"a":}`, "at byte 6 of the line: no value begins like this"},
		{`{"a" 1}`, "at byte 6 of the line: a colon is expected behind a name"},
		{`{"a":01}`, "at byte 8 of the line: this is not a number of JSON"},
		{`{"a":1.}`, "at byte 8 of the line: digits are expected behind the point"},
		{`{"a":"x`, "at byte 8 of the line: the line ends inside a text"},
		{`{"a":"\q"}`, `at byte 7 of the line: there is no escape \q`},
		{`{"a":"\ud800x"}`, "at byte 7 of the line: an escape holds half a surrogate pair"},
		{`{"a":1 "b":2}`, "at byte 8 of the line: a comma or } is expected"},
		{"{\"a\":\"x\ty\"}", "at byte 8 of the line: a control character stands in a text; write it as an escape"},
		{`{a:1}`, "at byte 2 of the line: a name in double quotes is expected"},
		{`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, "at byte 70 of the line: values are nested deeper than 64 levels"},
	}
	for _, tt := range tests {
		rd := open(t, "{}\n"+tt.line+"\n{\"a\":1}\n", "a.jsonl", format.Options{})
		var row format.Row
		for range 2 {
			if err := rd.Next(&row); err != nil {
				t.Fatal(err)
			}
		}
		if row.Problem == nil || row.Problem.Text != tt.want {
			t.Errorf("%s: %+v, want %s", tt.line, row.Problem, tt.want)
		}
		if err := rd.Next(&row); err != nil || row.Problem != nil {
			t.Errorf("%s: next row %v %+v", tt.line, err, row.Problem)
		}
	}
}

func TestJSONDocumentsAreNotLines(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"[\n{\"a\":1}\n]\n", "{\n\"a\": 1\n}\n", `[{"a":1},{"a":2}]`} {
		rd := open(t, text, "a.json", format.Options{})
		err := rd.Next(&format.Row{})
		var e *fault.Error
		if !errors.As(err, &e) || !strings.Contains(e.Cure, "jq") || e.Where != "a.json:1" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestHugeJSONLine(t *testing.T) {
	t.Parallel()
	rd := open(t, `{"a":"`+strings.Repeat("x", 10<<20)+"\"}\n"+`{"a":"`+strings.Repeat("x", 2<<20)+"\"}\n{\"a\":\"1\"}\n", "a.jsonl", format.Options{})
	got := readAll(t, rd)
	if len(got) != 3 || got[0].Rule != "row.size" || got[1].Rule != "row.field_size" || got[2].Values[0] != "1" || got[2].Line != 3 {
		t.Errorf("%.200v", got)
	}
}

// treeText writes what a path finds in a tree.
func treeText(t *format.Tree, path string) string {
	var out []string
	for _, n := range t.Find(nil, 0, format.ParsePath(path)) {
		out = append(out, string(t.Text(n)))
	}
	return strings.Join(out, "|")
}

func TestTrees(t *testing.T) {
	t.Parallel()
	rd := open(t, `{"id":"1","p":{"name":["a","b"],"addr":[{"city":"x"},{"city":"y","zip":9}]}}`, "a.jsonl", format.Options{Trees: true})
	var row format.Row
	if err := rd.Next(&row); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"id": "1", "p.name": "a|b", "p.addr.city": "x|y", "p/addr/zip": "9", "p.none": "", "id.x": "",
	} {
		if got := treeText(row.Tree, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

const leiLike = `<?xml version="1.0" encoding="utf-8"?>
<lei:LEIData xmlns:lei="urn:x">
  <lei:LEIHeader><lei:RecordCount>2</lei:RecordCount></lei:LEIHeader>
  <lei:LEIRecords>
    <lei:LEIRecord>
      <lei:LEI>5493001KJTIIGC8Y1R12</lei:LEI>
      <lei:Entity><lei:LegalName xml:lang="en">A &amp; B &lt;x&gt;</lei:LegalName><lei:Empty/>
        <lei:Other><lei:Name>one</lei:Name><lei:Name><![CDATA[two]]></lei:Name></lei:Other></lei:Entity>
    </lei:LEIRecord>
    <lei:LEIRecord><lei:LEI>HWUPKR0MPOU8FGXBT394</lei:LEI></lei:LEIRecord>
  </lei:LEIRecords>
</lei:LEIData>`

func TestXML(t *testing.T) {
	t.Parallel()
	rd := open(t, leiLike, "a.xml", format.Options{Record: "LEIData/LEIRecords/LEIRecord"})
	var row format.Row
	if err := rd.Next(&row); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"LEI": "5493001KJTIIGC8Y1R12", "Entity/LegalName": "A & B <x>", "Entity/LegalName/@lang": "en",
		"Entity/Other/Name": "one|two", "Entity/Empty": "",
	} {
		if got := treeText(row.Tree, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if row.Line != 5 || !strings.HasPrefix(string(row.Raw), "<lei:LEIRecord>") || !strings.HasSuffix(string(row.Raw), "</lei:LEIRecord>") {
		t.Errorf("line %d, raw %q", row.Line, row.Raw)
	}
	if err := rd.Next(&row); err != nil || row.Line != 10 || treeText(row.Tree, "LEI") != "HWUPKR0MPOU8FGXBT394" {
		t.Errorf("second record: %v line %d", err, row.Line)
	}
	if string(row.Raw) != "<lei:LEIRecord><lei:LEI>HWUPKR0MPOU8FGXBT394</lei:LEI></lei:LEIRecord>" {
		t.Errorf("raw %q", row.Raw)
	}
	if err := rd.Next(&row); !errors.Is(err, io.EOF) {
		t.Errorf("end: %v", err)
	}
}

func TestXMLFaults(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)
	tests := []struct{ name, text, record, want string }{
		{"NoRecordPath", "<a/>", "", "which element of the XML is one record"},
		{"DTD", "<!DOCTYPE a [<!ENTITY x \"y\">]>\n<a><r>1</r></a>", "a/r", "document type definition"},
		{"Entity", "<a>\n<r>&x;</r></a>", "a/r", "a.xml:2: the XML is broken: invalid character entity &x;"},
		{"CutOff", "<a>\n<r>1", "a/r", "the XML is broken"},
		{"Mismatch", "<a><r></b></a>", "a/r", "the XML is broken"},
		{"Elsewhere", "<a><b><c/></b></a>", "a/r", "there is no element a/r in the file"},
		{"Deep", deep, "b", "nested deeper than 64 levels"},
		{"DeepRecord", "<r>" + deep + "</r>", "r", "nested deeper than 64 levels"},
		{"Tag", "<a><r x=\"" + strings.Repeat("y", 2<<20) + "\"/></a>", "a/r", "longer than 1 MiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rd, err := format.Open(strings.NewReader(tt.text), "a.xml", format.Options{Record: tt.record})
			for err == nil {
				err = rd.Next(&format.Row{})
			}
			var e *fault.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "a.xml") || e.Cure == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestXMLHugeText(t *testing.T) {
	t.Parallel()
	text := "<a><r><n>" + strings.Repeat("x", 10<<20) + "</n></r>\n<r><n>1</n></r></a>"
	rd := open(t, text, "a.xml", format.Options{Record: "a/r"})
	var row format.Row
	if err := rd.Next(&row); err != nil {
		t.Fatal(err)
	}
	if row.Problem == nil || row.Problem.Rule != "row.field_size" || row.Problem.Field != "n" {
		t.Errorf("%+v", row.Problem)
	}
	if err := rd.Next(&row); err != nil || row.Problem != nil || treeText(row.Tree, "n") != "1" {
		t.Errorf("next: %v %+v", err, row.Problem)
	}
}

func FuzzNDJSON(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `{"a":[{"b":null}],"c":"\u00e4\n"}`, "{\n", `{"a":-1.5e-3}`, `{"":""}`, "[1]", `{"a":1e40}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, trees := range []bool{false, true} {
			rd, err := format.Open(strings.NewReader("{}\n"+string(b)), "f", format.Options{
				Format: format.NDJSON, Trees: trees, Limits: format.Limits{Field: 200, Row: 500, Raw: 100, Columns: 8, Depth: 5},
			})
			if err != nil {
				return
			}
			var row format.Row
			for n := 0; ; n++ {
				if err := rd.Next(&row); err != nil {
					break
				}
				if n > len(b)+1 {
					t.Fatal("more rows than bytes")
				}
				if row.Problem == nil && trees != (row.Tree != nil) {
					t.Fatal("tree or no tree")
				}
				if len(row.Values) > 8 {
					t.Fatalf("%d values", len(row.Values))
				}
			}
		}
	})
}

func FuzzXML(f *testing.F) {
	for _, s := range []string{"<a><r>1</r></a>", leiLike, "<a><r x='1'>t<b/>u</r><r/></a>", "<?xml version='1.0'?><!-- c --><a/>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rd, err := format.Open(strings.NewReader(string(b)), "f", format.Options{
			Format: format.XML, Record: "a/r", Limits: format.Limits{Field: 200, Row: 500, Raw: 100, Columns: 8, Depth: 5},
		})
		if err != nil {
			return
		}
		var row format.Row
		for n := 0; rd.Next(&row) == nil; n++ {
			if n > len(b) {
				t.Fatal("more records than bytes")
			}
			if len(row.Raw) > 500 {
				t.Fatal(fmt.Sprint(len(row.Raw), " raw bytes"))
			}
		}
	})
}

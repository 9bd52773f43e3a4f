package mapping_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/internal/fault"
	"probity/internal/intake/format"
	"probity/internal/intake/mapping"
)

func parse(t testing.TB, text string) *mapping.Mapping {
	t.Helper()
	m, err := mapping.Parse(strings.NewReader(text), "m.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// mapped is what a mapping made of a file: values by field, and problems as "rule field".
func mapped(t testing.TB, m *mapping.Mapping, r io.Reader, name string) (rows []map[string]string, problems []string) {
	t.Helper()
	rd, err := m.Open(r, name, format.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := rd.Close(); err != nil {
			t.Error(err)
		}
	}()
	var row format.Row
	for {
		err := rd.Next(&row)
		if errors.Is(err, io.EOF) {
			return rows, problems
		}
		if err != nil {
			t.Fatal(err)
		}
		if row.Problem != nil {
			problems = append(problems, row.Problem.Rule)
			continue
		}
		for _, n := range row.Notes {
			problems = append(problems, n.Rule+" "+n.Field+": "+n.Text)
		}
		got := map[string]string{}
		for i, v := range row.Values {
			if v != nil {
				got[rd.Header().Names[i]] = string(v)
			}
		}
		rows = append(rows, got)
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	m := parse(t, `
mapping: 1
file: {format: csv, skip: 1}
where:
  - {from: status, not_in: [draft]}
  - {from: City, present: true}
fields:
  no: number
  place: {concat: [{from: city}, {value: ", "}, {from: State, case: upper}]}
  country: {value: US}
  closed: {from: closing, date: [D-Mon-YY, YYYY/MM/DD], century: 1950}
  approved: {from: sas, date: days since 1960-01-01}
  amount: {from: amount, decimal: comma, empty: ["-", NULL]}
  kind: {from: kind, map: {C: enterprise, B: public_body}, else: other}
  note: {from: note, strip: "*", default: none}
  missing: {from: not there, optional: true}
others: keep
`)
	rows, problems := mapped(t, m, strings.NewReader(
		"a report\nnumber,City ,State,closing,sas,amount,kind,note,status,more\n"+
			`1,Elkhart,ks,28-Jul-23,15074,"1.234,50",C,*x*,final,yes`+"\n"+
			"2,Here,ks,2024/02/01,,-,?, ,final,\n"+
			"3,Gone,ks,,,,,,draft,\n"+
			"4,,ks,,,,,,final,\n"+
			"5,Bad,ks,30-Feb-51,x,1,C,,final,\n"+
			"6,Short\n"), "a.csv")
	want := []map[string]string{
		{
			"no": "1", "place": "Elkhart, KS", "country": "US", "closed": "2023-07-28", "approved": "2001-04-09",
			"amount": "1234.50", "kind": "enterprise", "note": "x", "more": "yes",
		},
		{"no": "2", "place": "Here, KS", "country": "US", "closed": "2024-02-01", "kind": "other", "note": "none", "more": ""},
		{"no": "5", "place": "Bad, KS", "country": "US", "amount": "1", "kind": "enterprise", "note": "none", "more": ""},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	wantProblems := []string{
		"mapping.date closed: the date names a day that does not exist",
		"mapping.date approved: the date is not a number of days",
		"row.columns",
	}
	if diff := cmp.Diff(wantProblems, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

const ftmMapping = `
mapping: 1
title: Donations to parties
file: {format: ndjson}
lookups:
  entity:
    key: id
    where: {from: schema, not_in: [Payment]}
where: {from: schema, in: [Payment]}
fields:
  id: id
  payer: {from: properties.payer, lookup: entity, get: {from: properties.name, many: first}}
  kind: {from: properties.payer, lookup: entity, get: schema, map: {Company: enterprise, Organization: association}}
  city:
    from: {from: properties.payer, lookup: entity, get: {from: properties.addressEntity, many: first}, missing: empty}
    lookup: entity
    get: properties.city
    missing: empty
  beneficiary: {from: properties.beneficiary, lookup: entity, get: properties.name}
  amount: properties.amountEur
  names: {from: properties.namesMentioned, join: " / "}
  day: properties.date
`

const ftmLines = `{"id":"p1","schema":"Payment","properties":{"amountEur":["80000"],"payer":["c1"],"beneficiary":["o1"],"date":["2011-12-22"],"namesMentioned":["A","B"]}}
{"id":"c1","schema":"Company","properties":{"name":["Firm One","Firm 1"],"addressEntity":["a1"]}}
{"id":"o1","schema":"Organization","properties":{"name":["Party"]}}
{"id":"a1","schema":"Address","properties":{"city":["Munich"]}}
{"id":"p2","schema":"Payment","properties":{"amountEur":["1","2"],"payer":["gone"],"beneficiary":["o1"]}}
{"id":"c1","schema":"Company","properties":{"name":["Second telling"]}}
`

func TestLookups(t *testing.T) {
	t.Parallel()
	m := parse(t, ftmMapping)
	want := []map[string]string{
		{
			"id": "p1", "payer": "Firm One", "kind": "enterprise", "city": "Munich", "beneficiary": "Party",
			"amount": "80000", "names": "A / B", "day": "2011-12-22",
		},
		{"id": "p2", "beneficiary": "Party"},
	}
	wantProblems := []string{
		"mapping.lookup payer: the file has no record of entity with this key",
		"mapping.lookup kind: the file has no record of entity with this key",
		"mapping.many amount: the record has 2 values where amount takes one",
	}
	check := func(t *testing.T, r io.Reader) {
		t.Helper()
		rows, problems := mapped(t, m, r, "f.jsonl")
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantProblems, problems); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
	}
	t.Run("Stream", func(t *testing.T) {
		t.Parallel()
		check(t, io.MultiReader(strings.NewReader(ftmLines)))
	})
	t.Run("File", func(t *testing.T) {
		t.Parallel()
		name := filepath.Join(t.TempDir(), "f.jsonl")
		if err := os.WriteFile(name, []byte(ftmLines), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }() // it was only read
		check(t, f)
	})
	t.Run("Limit", func(t *testing.T) {
		t.Parallel()
		_, err := m.Open(strings.NewReader(ftmLines), "f.jsonl", format.Options{Limits: format.Limits{Lookup: 2}})
		if err == nil || !strings.Contains(err.Error(), "f.jsonl:4: a lookup has more than 2 records") {
			t.Errorf("%v", err)
		}
	})
}

func TestEach(t *testing.T) {
	t.Parallel()
	nested := parse(t, `
mapping: 1
file: {record: a/r}
each: sites/site
fields:
  id: id
  city: $each/city
  kind: $each/@kind
`)
	rows, _ := mapped(t, nested, strings.NewReader(
		`<a><r><id>1</id><sites><site kind="x"><city>A</city></site><site><city>B</city></site></sites></r><r><id>2</id></r></a>`), "a.xml")
	if diff := cmp.Diff([]map[string]string{{"id": "1", "city": "A", "kind": "x"}, {"id": "1", "city": "B"}}, rows); diff != "" {
		t.Errorf("nested (-want +got):\n%s", diff)
	}
	flat := parse(t, `
mapping: 1
each: {from: alias, split: ";"}
fields:
  name: name
  alias: $each
`)
	rows, _ = mapped(t, flat, strings.NewReader("name,alias\nA,x; y ;\nB,\n"), "a.csv")
	if diff := cmp.Diff([]map[string]string{{"name": "A", "alias": "x"}, {"name": "A", "alias": "y"}}, rows); diff != "" {
		t.Errorf("flat (-want +got):\n%s", diff)
	}
}

// TestFaults: whoever writes a mapping learns what is wrong with it, where, and what to write.
func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"Empty", "", "m.yaml: this is not YAML: it is empty"},
		{"NoYAML", "mapping: [", "m.yaml: this is not YAML"},
		{"Version", "mapping: 7\nfields: {a: b}", `m.yaml:1: the version of the mapping language is "7"`},
		{"NoFields", "mapping: 1", "m.yaml:1: the mapping has no fields"},
		{"UnknownKey", "mapping: 1\nfeilds: {a: b}", `m.yaml:2: a mapping has no key "feilds"`},
		{"Twice", "mapping: 1\nfields:\n  a: b\n  a: c", `m.yaml:4: the key "a" stands twice`},
		{"Alias", "mapping: 1\nfields: &x\n  a: *x", "m.yaml:2: anchors and aliases are not used"},
		{"Deep", "mapping: 1\nfields: {a: " + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "}", "nested deeper than"},
		{"TwoSources", "mapping: 1\nfields: {a: {from: b, value: c}}", "m.yaml:2: the field a needs exactly one of from, value and concat"},
		{"Lookup", "mapping: 1\nfields: {a: {from: b, lookup: c, get: d}}", `m.yaml:2: there is no lookup "c"`},
		{"LookupCycle", "mapping: 1\nlookups: {x: {key: {from: a, lookup: x, get: b}}}\nfields: {a: b}", `there is no lookup "x"`},
		{"Date", "mapping: 1\nfields: {a: {from: b, date: DD-MM}}", `the date form "DD-MM" lacks the year`},
		{"Century", "mapping: 1\nfields: {a: {from: b, date: DD-MM-YY}}", "has years of two digits and no century beside it"},
		{"DateLetter", "mapping: 1\nfields: {a: {from: b, date: YYYY-MM-DDTHH}}", "has the letter T"},
		{"Each", "mapping: 1\nfields: {a: $each.b}", "m.yaml:2: $each means nothing here"},
		{"Format", "mapping: 1\nfile: {format: doc}\nfields: {a: b}", `m.yaml:2: there is no format "doc"`},
		{"Delimiter", "mapping: 1\nfile: {delimiter: ab}\nfields: {a: b}", "m.yaml:2: a delimiter is one ASCII character"},
		{"Filter", "mapping: 1\nwhere: {from: a}\nfields: {a: b}", "m.yaml:2: a filter tests nothing"},
		{"Documents", "mapping: 1\nfields: {a: b}\n---\nmapping: 1", "more than one document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := mapping.Parse(strings.NewReader(tt.text), "m.yaml")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("%v, want %s", err, tt.want)
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Cure == "" || f.Code != fault.Invalid {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestMissingColumnsAreNamed(t *testing.T) {
	t.Parallel()
	m := parse(t, "mapping: 1\nfields:\n  a: Name\n  b: street\n")
	_, err := m.Open(strings.NewReader("name,address\n1,2\n"), "a.csv", format.Options{})
	var f *fault.Error
	if !errors.As(err, &f) || f.Error() != `a.csv: the mapping reads columns that the file does not have: "street" (m.yaml:4)` ||
		!strings.Contains(f.Cure, `"name", "address"`) {
		t.Errorf("%v", err)
	}
}

// TestManual: every mapping in the manual is one, and does with the file beside it what the manual says.
func TestManual(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../../docs/mapping.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string][]string{}
	parts := strings.Split(string(b), "```")
	for i := 1; i < len(parts); i += 2 {
		kind, text, _ := strings.Cut(parts[i], "\n")
		blocks[kind] = append(blocks[kind], text)
	}
	if len(blocks["yaml"]) == 0 || len(blocks["yaml"]) != len(blocks["csv"])+len(blocks["json"])+len(blocks["xml"]) {
		t.Fatalf("%d mappings in the manual for %d files", len(blocks["yaml"]), len(blocks["csv"])+len(blocks["json"])+len(blocks["xml"]))
	}
	files := map[string]int{}
	for i, text := range blocks["yaml"] {
		m := parse(t, text)
		kind := m.Options(format.Options{}).Format
		name := map[format.Kind]string{format.CSV: "csv", format.NDJSON: "json", format.XML: "xml"}[kind]
		rows, problems := mapped(t, m, strings.NewReader(blocks[name][files[name]]), "manual."+name)
		files[name]++
		if len(problems) > 0 || len(rows) == 0 {
			t.Errorf("mapping %d: %d rows, problems %v", i+1, len(rows), problems)
		}
		var shown strings.Builder
		for _, row := range rows {
			for j, f := range m.Fields() {
				if j > 0 {
					shown.WriteString(" | ")
				}
				shown.WriteString(row[f])
			}
			shown.WriteString("\n")
		}
		if shown.String() != blocks["text"][i] {
			t.Errorf("mapping %d gives\n%s\nthe manual says\n%s", i+1, shown.String(), blocks["text"][i])
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("mapping: 1\nfields: {a: b}")
	f.Add(ftmMapping)
	f.Add("mapping: 1\neach: {from: a, split: \";\"}\nfields:\n  a: {concat: [{from: $each}, {value: x}], many: first}\n")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := mapping.Parse(strings.NewReader(text), "m.yaml")
		if err != nil {
			return
		}
		rd, err := m.Open(strings.NewReader("a,b\n1,2;3\n\"4,5\n"), "a.csv", format.Options{})
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
			if row.Problem == nil && len(row.Values) != len(rd.Header().Names) {
				t.Fatalf("%d values of %d", len(row.Values), len(rd.Header().Names))
			}
		}
	})
}

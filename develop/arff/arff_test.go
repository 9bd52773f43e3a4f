package arff_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"probity/develop/arff"
)

func read(text string) (names []string, rows [][]string, err error) {
	r, err := arff.NewReader(strings.NewReader(text))
	if err != nil {
		return nil, nil, err
	}
	for {
		values, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Names(), rows, nil
		} else if err != nil {
			return nil, nil, err
		}
		var row []string
		for _, v := range values {
			if v == nil {
				row = append(row, "<none>")
			} else {
				row = append(row, string(v))
			}
		}
		rows = append(rows, row)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	names, rows, err := read("% a remark\n@RELATION x\n@attribute 'net profit, all' numeric\n@attribute class {good, 'very bad'}\n@ATTRIBUTE\tname string\n\n@data\n" +
		"0.5, good ,?\n% another\n?,'very bad',\"it\\'s, \\\"x\\\"\"\n-1e3,'?',''\n")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(names, []string{"net profit, all", "class", "name"}) {
		t.Errorf("names %q", names)
	}
	want := [][]string{{"0.5", "good", "<none>"}, {"<none>", "very bad", `it's, "x"`}, {"-1e3", "?", ""}}
	if !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("rows %q, want %q", rows, want)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	const head = "@relation x\n@attribute a numeric\n@attribute b numeric\n@data\n"
	for text, want := range map[string]string{
		"":                          "the file ends before @data",
		"a,b\n1,2\n":                `line 1: "a,b" is no line of a header`,
		"@data\n":                   "there is no @attribute before @data",
		"@attribute a\n@data\n":     "has no type",
		"@attribute 'a numeric\n":   "no closing quote",
		"@attribute a relational\n": "relational attributes are not read",
		head + "1\n":                "line 5: 1 values for 2 attributes",
		head + "1,2,3\n":            "3 values for 2 attributes",
		head + "{0 1}\n":            "sparse rows are not read",
		head + "'1,2\n":             "no closing quote",
		head + "'1'x,2\n":           "follows a quoted value",
	} {
		_, _, err := read(text)
		var bad *arff.Error
		if !errors.As(err, &bad) || !strings.Contains(bad.Error(), want) || bad.Cure == "" {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// FuzzRead: whatever the file, reading ends, and every row has a value for every column.
func FuzzRead(f *testing.F) {
	f.Add("@relation x\n@attribute a numeric\n@attribute 'b c' {x,'y z'}\n@data\n1,'y z'\n?,x\n")
	f.Add("@attribute \"a\\\"\" string\n@data\n'\\n\\'', \n")
	f.Fuzz(func(t *testing.T, text string) {
		names, rows, err := read(text)
		if err != nil {
			return
		}
		for _, r := range rows {
			if len(r) != len(names) {
				t.Fatalf("%d values for %d columns", len(r), len(names))
			}
		}
	})
}

package pmml_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"probity/calendar"
	"probity/develop"
	"probity/develop/pmml"
	"probity/develop/table"
	"probity/scorecard"
	"probity/scorecard/tabular"
)

// refusals are the files of the collection that say what the model language does not, each with where and what.
var refusals = map[string]string{
	"BasicComplexPartialScore.pmml": "line 42: ComplexPartialScore: points that are computed of a row are not carried over",
}

// expected is a file of the collection and what its scorecard gives.
type expected struct {
	Document string `json:"document"`
	Cases    []struct {
		Inputs  map[string]any `json:"inputs"`
		Score   json.Number    `json:"score"`
		Reasons []string       `json:"reason_codes"`
	} `json:"cases"`
}

// outcome is what a row got: "" as score where it is not rated.
type outcome struct {
	score   string
	reasons []string
}

// TestExpectedResults loads the public scorecards and compares score and reasons of every row with what was published of
// them; a file that cannot be carried over is refused by name.
func TestExpectedResults(t *testing.T) {
	t.Parallel()
	data := os.Getenv("PROBITY_DATA")
	if data == "" {
		t.Skip("PROBITY_DATA names no folder of public data sets: the PMML scorecards are NOT checked against their published results")
	}
	folder := filepath.Join(data, "pmml-scorecards")
	text, err := os.ReadFile(filepath.Join(folder, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files []expected
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&files); err != nil {
		t.Fatal(err)
	}
	if len(files) < 6 {
		t.Fatalf("only %d files have expected results", len(files))
	}
	for _, f := range files {
		t.Run(f.Document, func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(filepath.Join(folder, f.Document))
			if err != nil {
				t.Fatal(err)
			}
			model, err := pmml.Import(source, about)
			if want, no := refusals[f.Document]; no {
				if err == nil || err.Error() != want {
					t.Fatalf("it is refused with %v, not %q", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var rows []map[string]string
			for _, c := range f.Cases {
				row := map[string]string{}
				for k, v := range c.Inputs {
					row[k] = fmt.Sprint(v)
				}
				rows = append(rows, row)
			}
			got := rate(t, model, rows)
			for i, c := range f.Cases {
				want, ok := table.Scaled([]byte(c.Score), 6)
				have, fine := table.Scaled([]byte(got[i].score), 6)
				if !ok || !fine || want != have {
					t.Errorf("row %d %v: %q, and %s was published", i+1, c.Inputs, got[i].score, c.Score)
				}
				if c.Reasons != nil && !slices.Equal(got[i].reasons, c.Reasons) {
					t.Errorf("row %d %v: %v, and %v were published", i+1, c.Inputs, got[i].reasons, c.Reasons)
				}
			}
			t.Logf("%d rows are as published", len(f.Cases))
		})
	}
}

// TestFileWithoutExpectations: the one file without published results, against results worked out by hand.
func TestFileWithoutExpectations(t *testing.T) {
	t.Parallel()
	data := os.Getenv("PROBITY_DATA")
	if data == "" {
		t.Skip("PROBITY_DATA names no folder of public data sets: test_scorecard.pmml is NOT checked")
	}
	source, err := os.ReadFile(filepath.Join(data, "pmml-scorecards", "test_scorecard.pmml"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := pmml.Import(source, about)
	if err != nil {
		t.Fatal(err)
	}
	row := func(age, occupation, state, licence string) map[string]string {
		return map[string]string{"age": age, "occupation": occupation, "residenceState": state, "validLicense": licence}
	}
	got := rate(t, model, []map[string]string{
		row("5", "SKYDIVER", "AP", "true"),    // 0.345 + 10 - 10 - 10 + 1
		row("5.001", "TEACHER", "KN", "true"), // 0.345 + 30 + 10 + 10 + 1
		row("12.5", "TEACHER", "KN", "true"),  // no attribute between 12 and 13
		row("50", "STUDENT", "KN", "true"),    // asked for, and not among the valid words
		row("50", "PROGRAMMER", "", "true"),   // no attribute for a missing value
		row("45", "PROGRAMMER", "TN", "false"),
	})
	want := []outcome{{"-8.655", []string{"CX2", "RES"}}, {"51.345", nil}, {}, {}, {}, {"34.345", []string{"LX00"}}}
	for i := range want {
		if got[i].score != want[i].score || !slices.Equal(got[i].reasons, want[i].reasons) {
			t.Errorf("row %d: %v, not %v", i+1, got[i], want[i])
		}
	}
}

var about = pmml.About{File: "x.pmml", Today: calendar.MustParse("2026-11-24")}

func compiled(t *testing.T, model []byte) *tabular.Plan {
	t.Helper()
	m, err := scorecard.Parse("model.yaml", model)
	if err != nil {
		t.Fatalf("%v in\n%s", err, model)
	}
	plan, err := tabular.Compile(m)
	if err != nil {
		t.Fatalf("%v in\n%s", err, model)
	}
	return plan
}

// rate rates rows by a model, each a value for each column.
func rate(t *testing.T, model []byte, rows []map[string]string) []outcome {
	t.Helper()
	plan := compiled(t, model)
	var names []string
	for _, c := range plan.Model().Table.Columns {
		if !slices.Contains(names, c.Column) {
			names = append(names, c.Column)
		}
	}
	names = append(names, "row number")
	b, err := table.NewBuilder(names)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		var cells [][]byte
		for _, n := range names[:len(names)-1] {
			cells = append(cells, []byte(r[n]))
		}
		if err := b.Add(i+2, append(cells, []byte(fmt.Sprint(i)))); err != nil {
			t.Fatal(err)
		}
	}
	tab := b.Table()
	read, err := develop.Rows(plan, tab)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]outcome, len(rows))
	texts := map[string]string{}
	for _, r := range plan.Model().Reasons {
		texts[r.Code.Text] = r.Title.EN
	}
	err = plan.Score(context.Background(), read, 1, func(first int, r *scorecard.Results) error {
		for i := range r.Len() {
			if r.Status(i) != scorecard.Rated {
				continue
			}
			out[first+i].score = table.Decimal(r.Score(i), int(plan.Model().Table.Decimals))
			for _, ch := range r.Reasons(i) {
				out[first+i].reasons = append(out[first+i].reasons, texts[r.ReasonCode(int(ch), i)])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

package woe_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"probity/examples/south-german-credit/woe"
)

// loans reads the published file.
func loans(t *testing.T) []woe.Loan {
	t.Helper()
	dir := os.Getenv("PROBITY_DATA")
	if dir == "" {
		t.Skip("PROBITY_DATA is not set: the model of South German Credit was NOT tested on the loans")
	}
	f, err := os.Open(filepath.Join(dir, "german-credit", "south_german_credit.asc"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := woe.ReadLoans(f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func model(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../model.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTheModelIsWhatTheFormulaMakes holds every point of the file to the loans.
func TestTheModelIsWhatTheFormulaMakes(t *testing.T) {
	t.Parallel()
	want := string(woe.Write(woe.Fit(loans(t))))
	if diff := cmp.Diff(want, string(model(t))); diff != "" {
		t.Errorf("the file is not what the loans make; run examples/south-german-credit with -write\n%s", diff)
	}
}

// TestFigures holds the figures of docs/real-input.md.
func TestFigures(t *testing.T) {
	t.Parallel()
	r, err := woe.Report(model(t), loans(t))
	if err != nil {
		t.Fatal(err)
	}
	have := fmt.Sprintf("%d bad; AUC %.3f KS %.3f in the sample; AUC %.3f KS %.3f in %d folds; %v",
		r.Bad, r.InSample.AUC, r.InSample.KS, r.Validated.AUC, r.Validated.KS, woe.Folds, r.Bands)
	const want = "300 bad; AUC 0.809 KS 0.483 in the sample; AUC 0.785 KS 0.471 in 5 folds; [{A 205 9} {B 372 64} {C 278 127} {D 145 100}]"
	if have != want {
		t.Errorf("have %s\nwant %s", have, want)
	}
}

// TestTheModelCompiles needs no data.
func TestTheModelCompiles(t *testing.T) {
	t.Parallel()
	plan, err := woe.Compile("model.yaml", model(t))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(plan.Model().Characteristics); n != 13 {
		t.Errorf("it has %d characteristics, want 13", n)
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	good := func(score int64) woe.Scored { return woe.Scored{Score: score, Good: true} }
	bad := func(score int64) woe.Scored { return woe.Scored{Score: score} }
	for name, c := range map[string]struct {
		list    []woe.Scored
		auc, ks float64
	}{
		"apart":         {[]woe.Scored{good(3), bad(1), good(4), bad(2)}, 1, 1},
		"upside down":   {[]woe.Scored{good(1), bad(3), good(2), bad(4)}, 0, 0},
		"all the same":  {[]woe.Scored{good(7), bad(7), good(7), bad(7)}, 0.5, 0},
		"one in four":   {[]woe.Scored{good(2), bad(1), good(4), bad(3)}, 0.75, 0.5},
		"a tie is half": {[]woe.Scored{good(2), bad(2), good(3), bad(1)}, 0.875, 0.5},
	} {
		d := woe.Measure(c.list)
		if math.Abs(d.AUC-c.auc) > 1e-12 || math.Abs(d.KS-c.ks) > 1e-12 {
			t.Errorf("%s: AUC %v KS %v, want %v and %v", name, d.AUC, d.KS, c.auc, c.ks)
		}
	}
}

const headings = "status duration credit_history purpose amount savings employment_duration installment_rate present_residence property other_installment_plans housing number_credits credit_risk\n"

func TestBadRowsAreNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "there are no headings",
		"status duration\n1 18\n": "there is no column credit_history",
		headings + "1 18\n":       "line 2: 2 values under 14 headings",
		headings + "1 18 4 2 1049 1 2 4 4 2 3 1 1 2\n": `line 2: credit_risk: "2" is neither 0 nor 1`,
		headings + "9 18 4 2 1049 1 2 4 4 2 3 1 1 1\n": `line 2: status: "9" is not in the code table`,
		headings + "1 x 4 2 1049 1 2 4 4 2 3 1 1 1\n":  `line 2: duration: "x" is not in the code table`,
	} {
		_, err := woe.ReadLoans(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if list, err := woe.ReadLoans(strings.NewReader(headings + "1 18 4 2 1049 1 2 4 4 2 3 1 1 1\n")); err != nil || len(list) != 1 || !list[0].Good {
		t.Errorf("a good row: %v, %v", list, err)
	}
}

// TestSplit: the folds part the loans, each with as many bad ones.
func TestSplit(t *testing.T) {
	t.Parallel()
	var list []woe.Loan
	for i := range 100 {
		list = append(list, woe.Loan{Good: i%10 < 7})
	}
	for k := range woe.Folds {
		fit, test := woe.Split(list, k, woe.Folds)
		bad := 0
		for _, l := range test {
			if !l.Good {
				bad++
			}
		}
		if len(fit) != 80 || len(test) != 20 || bad != 6 {
			t.Errorf("fold %d: %d to fit, %d to test, %d of them bad", k, len(fit), len(test), bad)
		}
	}
}

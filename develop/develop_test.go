package develop_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"probity/calendar"
	"probity/develop"
	"probity/develop/binning"
	"probity/develop/table"
	"probity/scorecard"
	"probity/scorecard/tabular"
)

// loans are rows whose outcome follows from income and job, with what else is in tables.
func loans(t testing.TB, rows int, change func(i int, row map[string]string)) *table.Table {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	names := []string{"id", "income", "job", "noise", "same", "born", "branch", "sex", "granted", "status"}
	b, err := table.NewBuilder(names)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		income := random.Float64() * 100
		job := []string{"fixed", "free lance", "none", "< 1 year"}[random.IntN(4)]
		risk := 0.5 - income/250
		if job == "none" {
			risk += 0.25
		}
		row := map[string]string{
			"id": fmt.Sprint(100_000 + i), "income": fmt.Sprintf("%.2f", income), "job": job, "noise": fmt.Sprint(random.IntN(50)), "same": "x",
			"born": calendar.Day(int64(random.IntN(9000))).String(), "branch": fmt.Sprintf("b%d", random.IntN(400)), "sex": []string{"f", "m"}[i%2],
			"granted": fmt.Sprint(2000 + i*20/rows), "status": "good",
		}
		if random.Float64() < risk {
			row["status"] = "bad"
		}
		if change != nil {
			change(i, row)
		}
		var values [][]byte
		for _, n := range names {
			values = append(values, []byte(row[n]))
		}
		if err := b.Add(i+2, values); err != nil {
			t.Fatal(err)
		}
	}
	return b.Table()
}

func options() develop.Options {
	return develop.Options{Code: "loans", Title: "Loans", File: "loans.csv", Today: calendar.MustParse("2026-11-24"), Target: "status", Penalty: -1, Seed: 1, Workers: 2}
}

func developed(t testing.TB, tab *table.Table, o develop.Options) *develop.Card {
	t.Helper()
	c, err := develop.Develop(context.Background(), tab, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTheModelIsTheCard: what the file says, carried out by the shared evaluator, is base and points of the card's bins, on
// every row.
func TestTheModelIsTheCard(t *testing.T) {
	t.Parallel()
	tab := loans(t, 3000, func(i int, row map[string]string) {
		if i%17 == 0 {
			row["income"] = ""
		}
		if i%23 == 0 {
			row["income"] = "999"
		}
	})
	o := options()
	o.Special = map[string][]string{"income": {"999"}}
	card := developed(t, tab, o)
	var columns []string
	for _, ch := range card.Characteristics {
		columns = append(columns, ch.Column)
	}
	if !slices.Contains(columns, "income") || !slices.Contains(columns, "job") || slices.Contains(columns, "noise") {
		t.Errorf("the model reads %v", columns)
	}
	m, err := scorecard.Parse("loans.yaml", card.Source())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := tabular.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	scores, err := develop.Score(context.Background(), plan, tab, 2)
	if err != nil {
		t.Fatal(err)
	}
	for r, have := range scores {
		want := card.Base
		for _, ch := range card.Characteristics {
			want += pointsOf(t, tab, ch, r)
		}
		if have != want {
			t.Fatalf("row %d: %d, and the card says %d", r, have, want)
		}
	}
	if card.Held.AUC < 0.6 || card.Held.Rows != 900 {
		t.Errorf("held out: %+v", card.Held.Figures)
	}
	if card.Rounding > float64(len(card.Characteristics)+1)/2 {
		t.Errorf("whole points are %v off", card.Rounding)
	}
}

// pointsOf finds the bin of a row by its label alone.
func pointsOf(t *testing.T, tab *table.Table, ch *develop.Characteristic, row int) int64 {
	t.Helper()
	c := tab.Column(ch.Column)
	text := c.Text(row)
	rare := int64(0)
	for _, b := range ch.Bins {
		switch b.Kind {
		case develop.MissingBin:
			if text == "" {
				return b.Points
			}
		case develop.RareBin:
			rare = b.Points
		case develop.SpecialBin:
			if text == b.Label {
				return b.Points
			}
		case develop.WordsBin:
			if slices.Contains(b.Words, text) {
				return b.Points
			}
		}
	}
	for _, b := range ch.Bins {
		if b.Kind == develop.RangeBin && text != "" && (b.From == nil || c.Numbers[row] >= *b.From) && (b.Below == nil || c.Numbers[row] < *b.Below) {
			return b.Points
		}
	}
	return rare
}

func TestPointsAreMonotoneAsDeclared(t *testing.T) {
	t.Parallel()
	o := options()
	o.Shapes = map[string]binning.Shape{"income": binning.Rising}
	card := developed(t, loans(t, 3000, nil), o)
	ch := card.Characteristics[slices.IndexFunc(card.Characteristics, func(c *develop.Characteristic) bool { return c.Column == "income" })]
	if ch.Shape != binning.Rising || len(ch.Bins) < 4 {
		t.Fatalf("income is %s in %d bins", ch.Shape, len(ch.Bins))
	}
	for i := 1; ch.Bins[i].Kind == develop.RangeBin; i++ {
		if ch.Bins[i].Points < ch.Bins[i-1].Points {
			t.Errorf("%s has fewer points than %s", ch.Bins[i].Label, ch.Bins[i-1].Label)
		}
	}
	if !bytes.Contains(card.Source(), []byte("direction: rising")) {
		t.Error("the model does not declare it")
	}
}

// TestTheSameSeedGivesTheSameModel: to the byte, for any number of workers.
func TestTheSameSeedGivesTheSameModel(t *testing.T) {
	t.Parallel()
	tab := loans(t, 2000, nil)
	o := options()
	one := developed(t, tab, o)
	o.Workers = 1
	if !bytes.Equal(one.Source(), developed(t, tab, o).Source()) {
		t.Error("another number of workers gives another model")
	}
	o.Seed = 2
	if bytes.Equal(one.Source(), developed(t, tab, o).Source()) {
		t.Error("another seed draws the same rows")
	}
}

func TestTimeHoldsTheLatestOut(t *testing.T) {
	t.Parallel()
	tab := loans(t, 2000, nil)
	o := options()
	o.Time = "granted"
	card := developed(t, tab, o)
	if card.Held.Rows != 600 || card.Fit.Rows != 1400 {
		t.Errorf("%d fitted to, %d held out", card.Fit.Rows, card.Held.Rows)
	}
	o.Time, o.Split, o.SplitHeld = "", "granted", "2019"
	if card := developed(t, tab, o); card.Held.Rows != 100 {
		t.Errorf("%d held out by the column", card.Held.Rows)
	}
}

// TestTheModelNeverSeesTheAudit: with the audited column turned round the model is the same, and the report is not.
func TestTheModelNeverSeesTheAudit(t *testing.T) {
	t.Parallel()
	o := options()
	o.Audit = []string{"sex"}
	plain := loans(t, 3000, nil)
	turned := loans(t, 3000, func(_ int, row map[string]string) {
		if row["status"] == "bad" {
			row["sex"] = "f"
		}
	})
	a, b := developed(t, plain, o), developed(t, turned, o)
	if !bytes.Equal(a.Source(), b.Source()) {
		t.Error("the model has changed with a column it does not see")
	}
	if len(a.Fairness) != 1 || len(a.Fairness[0].Groups) != 2 || a.Fairness[0].Groups[0].Rate == b.Fairness[0].Groups[0].Rate {
		t.Errorf("the fairness report has not: %+v", a.Fairness)
	}
}

func TestRejects(t *testing.T) {
	t.Parallel()
	tab := loans(t, 3000, func(i int, row map[string]string) {
		if row["job"] == "none" && i%3 > 0 {
			row["status"] = ""
		}
	})
	seen := map[string]bool{}
	for _, way := range develop.AllRejects {
		o := options()
		o.Rejects, o.RejectsWorse = way, 2
		card := developed(t, tab, o)
		if card.RejectRows == 0 || card.Held.Rows+card.Fit.Rows+card.RejectRows != 3000 {
			t.Errorf("%s: %d rows without an outcome, %d and %d with", way, card.RejectRows, card.Fit.Rows, card.Held.Rows)
		}
		digest := card.Digest
		if seen[digest] {
			t.Errorf("%s makes the same model as another way", way)
		}
		seen[digest] = true
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	tab := loans(t, 2000, func(i int, row map[string]string) {
		if i == 5 {
			row["born"] = "2031-01-01"
		}
	})
	card := developed(t, tab, options())
	var have []string
	for _, w := range card.Warnings {
		have = append(have, w.String())
	}
	all := strings.Join(have, "\n")
	for _, want := range []string{
		"id: left out: every value is another", "same: left out: all its values are the same", "born: 1 rows have a day after 2026-11-24", "born: left out: a day is no amount",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no warning %q in\n%s", want, all)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tab := loans(t, 1000, func(_ int, row map[string]string) {
		row["same"] = "paid " + row["status"] + " back"
	})
	for want, change := range map[string]func(*develop.Options){
		"tell the outcome by themselves, as only what was known afterwards does: same (AUC 1.000)": func(*develop.Options) {},
		`--target: there is no column "state"`:                                                     func(o *develop.Options) { o.Target = "state" },
		`no row of status is "dreadful"`:                                                           func(o *develop.Options) { o.Bad = "dreadful" },
		"does not speak for itself":                                                                func(o *develop.Options) { o.Target = "sex"; o.Exclude = nil },
		"more than two values":                                                                     func(o *develop.Options) { o.Target = "job" },
		`--audit: there is no column "age"`:                                                        func(o *develop.Options) { o.Audit = []string{"age"} },
		"a hold-out of 1.5 leaves nothing":                                                         func(o *develop.Options) { o.Holdout = 1.5 },
		"are good and 0 are bad":                                                                   func(o *develop.Options) { o.Exclude = []string{"same"}; o.Split, o.SplitHeld = "status", "bad" },
		"no column tells anything":                                                                 func(o *develop.Options) { o.Exclude = []string{"same"}; o.MinValue = 99 },
		"--time: the column job holds codes":                                                       func(o *develop.Options) { o.Exclude = []string{"same"}; o.Time = "job" },
		`"often" is no way to treat refused rows`:                                                  func(o *develop.Options) { o.Rejects = "often" },
	} {
		o := options()
		change(&o)
		_, err := develop.Develop(context.Background(), tab, o)
		var wrong *develop.Error
		if !errors.As(err, &wrong) || !strings.Contains(wrong.Text, want) || wrong.Cure == "" {
			t.Errorf("%v, want %q", err, want)
		}
	}
	one := loans(t, 500, func(_ int, row map[string]string) { row["status"] = "good" })
	if _, err := develop.Develop(context.Background(), one, options()); err == nil || !strings.Contains(err.Error(), "all rows have the same outcome, good") {
		t.Errorf("one outcome alone: %v", err)
	}
	o := options()
	o.Keep = []string{"same"}
	if card := developed(t, tab, o); card.Held.AUC < 0.99 {
		t.Errorf("what is kept is not taken in: AUC %v", card.Held.AUC)
	}
}

// TestPublicLoans develops on public loans, and holds what comes of it to what others reach on them.
func TestPublicLoans(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("PROBITY_DATA")
	if dir == "" {
		t.Skip("PROBITY_DATA is not set: no scorecard was developed from public loans")
	}
	for _, c := range []struct {
		file, target, bad string
		exclude           []string
		least             float64
	}{
		{"german-credit/statlog_german_named.csv", "creditability", "bad", nil, 0.72},
		{"credit-data-upc/credit_data.csv.gz", "Status", "bad", []string{"rownames"}, 0.81},
		{"lending-club-modeldata/lending_club.csv.gz", "Class", "bad", nil, 0.70},
	} {
		tab := public(t, filepath.Join(dir, c.file))
		o := options()
		o.Target, o.Bad, o.Exclude = c.target, c.bad, c.exclude
		card := developed(t, tab, o)
		t.Logf("%s: AUC %.4f held out, %.4f fitted to; penalty %v; %d characteristics", c.file, card.Held.AUC, card.Fit.AUC, card.Penalty, len(card.Characteristics))
		if card.Held.AUC < c.least {
			t.Errorf("%s: AUC %.4f, want %.2f or more", c.file, card.Held.AUC, c.least)
		}
	}
}

func public(t testing.TB, name string) *table.Table {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	b, err := table.NewBuilder(rows[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows[1:] {
		var values [][]byte
		for _, v := range r {
			values = append(values, []byte(v))
		}
		if err := b.Add(i+2, values); err != nil {
			t.Fatal(err)
		}
	}
	return b.Table()
}

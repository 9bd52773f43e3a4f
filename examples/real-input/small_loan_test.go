package main_test

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"probity/calendar"
	"probity/examples/south-german-credit/woe"
	"probity/internal/catalogue"
	"probity/scorecard"
)

// loan is a row of the SBA's case.
type loan struct {
	training, paid, realEstate, recession bool
	staff, gross, guaranteed              int64 // amounts in cents
}

// sbaLoans reads the case straight from its file, without the platform.
func sbaLoans(t *testing.T) []loan {
	t.Helper()
	dir := os.Getenv("PROBITY_DATA")
	if dir == "" {
		t.Skip("PROBITY_DATA is not set: the points of the small-loan model were NOT computed again")
	}
	f, err := os.Open(filepath.Join(dir, "sba-loans", "sba_case_ca_realestate.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(plain).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, h := range rows[0] {
		at[h] = i
	}
	var list []loan
	for _, r := range rows[1:] {
		whole := func(name string) int64 {
			n, err := strconv.ParseInt(r[at[name]], 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return n
		}
		list = append(list, loan{
			training: whole("Selected") == 1, paid: whole("Default") == 0,
			realEstate: whole("RealEstate") == 1, recession: whole("Recession") == 1,
			staff: whole("NoEmp"), gross: whole("GrAppv") * 100, guaranteed: whole("SBA_Appv") * 100,
		})
	}
	return list
}

// weight is the formula of the model file: 20 points of the weight of evidence to the doubling, over the training half.
func weight(list []loan, in func(loan) bool) int64 {
	var paid, lost, allPaid, allLost float64
	for _, l := range list {
		switch {
		case !l.training:
		case l.paid:
			allPaid++
			if in(l) {
				paid++
			}
		default:
			allLost++
			if in(l) {
				lost++
			}
		}
	}
	return int64(math.Round(20 / math.Ln2 * math.Log((paid+0.5)/allPaid/((lost+0.5)/allLost))))
}

// TestThePointsAreWhatTheFormulaMakes holds the model file to the training half of the loans.
func TestThePointsAreWhatTheFormulaMakes(t *testing.T) {
	t.Parallel()
	list := sbaLoans(t)
	half := func(l loan) bool { return l.guaranteed*1000/l.gross < 501 }
	staff := func(from, below int64) func(loan) bool {
		return func(l loan) bool { return l.staff >= from && l.staff < below }
	}
	not := func(f func(loan) bool) func(loan) bool { return func(l loan) bool { return !f(l) } }
	backed := func(l loan) bool { return l.realEstate }
	recession := func(l loan) bool { return l.recession }
	classes := map[string][]func(loan) bool{
		"real_estate":      {not(backed), backed},
		"guaranteed_share": {half, not(half)},
		"recession":        {not(recession), recession},
		"staff":            {staff(0, 5), staff(5, 10), staff(10, 15), staff(15, 20), staff(20, math.MaxInt64)},
	}
	m := smallLoan(t).Model()
	for i := range m.Characteristics {
		c := &m.Characteristics[i]
		for k := range c.Attributes {
			if want := weight(list, classes[c.Name.Text][k]); c.Attributes[k].Points != want {
				t.Errorf("%s, class %d: %d points, the loans make it %d", c.Name.Text, k, c.Attributes[k].Points, want)
			}
		}
	}
}

// TestHowWellTheModelTellsLoansApart holds the figures of docs/real-input.md, on the half it was not fitted to.
func TestHowWellTheModelTellsLoansApart(t *testing.T) {
	t.Parallel()
	list := sbaLoans(t)
	plan := smallLoan(t)
	b := scorecard.NewBuilder(plan.Layout())
	table := plan.Layout().Table("sba.loan")
	fields := plan.Layout().Reads()[table].Fields
	for n, l := range list {
		columns := map[string]int64{"staff": l.staff, "gross": l.gross, "guaranteed": l.guaranteed, "real_estate": yes(l.realEstate), "recession": yes(l.recession)}
		values := make([]int64, len(fields))
		for i := range fields {
			values[i] = columns[fields[i].Name]
		}
		b.Subject()
		b.Add(table, scorecard.Record{
			ID: int64(n + 1), Recorded: int64(n + 1), Occurred: calendar.MustParse("2006-01-01"),
			ValidFrom: calendar.None, ValidTo: calendar.None, Lapse: calendar.None,
		}, values...)
	}
	today := calendar.MustParse("2026-11-22")
	res := plan.NewEvaluator().Evaluate(b.Facts(), scorecard.At{AsOf: today, Seen: today})
	var fitted, other []woe.Scored
	for i, l := range list {
		s := woe.Scored{Score: res.Score(i), Good: l.paid}
		if l.training {
			fitted = append(fitted, s)
		} else {
			other = append(other, s)
		}
	}
	in, out := woe.Measure(fitted), woe.Measure(other)
	have := fmt.Sprintf("AUC %.3f KS %.3f fitted; AUC %.3f KS %.3f other", in.AUC, in.KS, out.AUC, out.KS)
	const want = "AUC 0.755 KS 0.423 fitted; AUC 0.737 KS 0.391 other"
	if have != want {
		t.Errorf("have %s\nwant %s", have, want)
	}
}

func yes(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// smallLoan compiles the model against the catalogue of the example.
func smallLoan(t *testing.T) *scorecard.Plan {
	t.Helper()
	cat, faults := catalogue.Extend(catalogue.BuiltIn(), os.DirFS("catalogue"))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("models/small-loan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := scorecard.Parse("small-loan.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scorecard.Compile(m, cat.Schema())
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

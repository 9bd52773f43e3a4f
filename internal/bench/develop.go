package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"probity/calendar"
	"probity/develop"
	"probity/develop/arff"
	"probity/develop/table"
	"probity/scorecard"
)

const (
	developRows    = 1_000_000
	developColumns = 50
	scoredRows     = 10_000_000
)

var developSeconds = Figure{
	Name: "develop.seconds",
	Unit: "s",
	What: "a scorecard from a million rows of fifty columns in memory, on two cores: bins, regression, points, and the validation of the hold-out",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		t := manyLoans(developRows)
		start := run.Now()
		card, err := develop.Develop(ctx, t, benchOptions())
		if err != nil {
			return Reading{}, err
		}
		seconds := run.Now().Sub(start).Seconds()
		run.Tell("  %d characteristics of %d columns, AUC %.4f held out", len(card.Characteristics), developColumns, card.Held.AUC)
		return Reading{Value: seconds}, nil
	},
}

var developScore = Figure{
	Name: "develop.score_rows_per_s",
	Unit: "rows/s",
	What: "ten million rows in memory rated by a scorecard developed from fifty columns, on two cores, with points and reasons for each",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		card, err := develop.Develop(ctx, manyLoans(50_000), benchOptions())
		if err != nil {
			return Reading{}, err
		}
		rows, err := develop.Rows(card.Plan(), manyLoans(100_000))
		if err != nil {
			return Reading{}, err
		}
		for i := range rows.Columns {
			c := &rows.Columns[i]
			c.Ints = slices.Repeat(c.Ints, scoredRows/rows.Len)
			c.Codes = slices.Repeat(c.Codes, scoredRows/rows.Len)
			if len(c.Codes) == 0 {
				c.Codes = nil
			}
		}
		rows.Len = scoredRows
		run.Tell("  %d characteristics", len(card.Characteristics))
		best := 0.0
		for range 3 {
			start := run.Now()
			err := card.Plan().Score(ctx, rows, 2, func(int, *scorecard.Results) error { return nil })
			if err != nil {
				return Reading{}, err
			}
			best = max(best, scoredRows/run.Now().Sub(start).Seconds())
		}
		return Reading{Value: best}, nil
	},
}

func benchOptions() develop.Options {
	return develop.Options{Code: "bench", Title: "bench", File: "made up", Today: calendar.MustParse("2026-11-24"), Target: "outcome", Bad: "bad", Penalty: -1, Seed: 1, Workers: 2}
}

// manyLoans makes rows up: forty columns of numbers, ten of words, of which half tell something.
func manyLoans(rows int) *table.Table {
	random := rand.New(rand.NewPCG(11, 12))
	t := &table.Table{Rows: rows}
	risk := make([]float64, rows)
	for i := range developColumns {
		c := table.Column{Name: fmt.Sprintf("c%02d", i)}
		told := float64(i%2) * 0.2
		if i%5 == 4 {
			c.Kind, c.Cells = table.Code, make([]uint32, rows)
			for w := range 20 {
				c.Values = append(c.Values, fmt.Sprintf("w%d", w))
			}
			for r := range rows {
				v := random.IntN(20)
				c.Cells[r] = uint32(v)
				risk[r] += told * (float64(v) - 9.5) / 6
			}
		} else {
			c.Kind, c.Scale, c.Numbers = table.Number, 2, make([]int64, rows)
			for r := range rows {
				v := random.NormFloat64()
				c.Numbers[r] = int64(v * 10_000)
				risk[r] += told * v
				if random.IntN(20) == 0 {
					c.Numbers[r] = scorecard.Missing
				}
			}
		}
		t.Columns = append(t.Columns, c)
	}
	outcome := table.Column{Name: "outcome", Kind: table.Code, Values: []string{"good", "bad"}, Cells: make([]uint32, rows)}
	for r := range rows {
		if random.NormFloat64()+risk[r] > 1.5 {
			outcome.Cells[r] = 1
		}
	}
	t.Columns = append(t.Columns, outcome)
	return t
}

// cardSet is a public set of loans or firms, and what of it is not to be looked at.
type cardSet struct {
	name, file, target, bad string
	delimiter               rune
	words, exclude          []string
}

var cardSets = []cardSet{
	{name: "statlog", file: "german-credit/statlog_german_named.csv", target: "creditability", bad: "bad"},
	{
		name: "south-german", file: "german-credit/south_german_credit.asc", target: "credit_risk", bad: "0", delimiter: ' ',
		words: []string{"status", "credit_history", "purpose", "savings", "employment_duration", "personal_status_sex", "other_debtors", "property", "other_installment_plans", "housing", "job", "telephone", "foreign_worker"},
	},
	{name: "upc", file: "credit-data-upc/credit_data.csv.gz", target: "Status", bad: "bad", exclude: []string{"rownames"}},
	{name: "lending-club", file: "lending-club-modeldata/lending_club.csv.gz", target: "Class", bad: "bad"},
	{name: "polish", file: "polish-bankruptcy/5year.arff.gz", target: "bankruptcy", bad: "1"},
	{
		name: "sba", file: "sba-loans/sba_case_ca_realestate.csv.gz", target: "Default", bad: "1",
		exclude: []string{"Selected", "LoanNr_ChkDgt", "City", "State", "Zip", "Bank", "ChgOffDate", "MIS_Status", "ChgOffPrinGr", "BalanceGross", "xx", "daysterm"},
	},
}

// cardSplits is how many hold-outs of each set are drawn.
const cardSplits = 5

var developOptbinning = Figure{
	Name: "develop.vs_optbinning",
	Unit: "x",
	What: "the least of six public sets' mean AUC of five hold-outs, over that of optbinning's scorecard of the same rows",
	Measure: func(ctx context.Context, run Run) (Reading, error) {
		python, data := os.Getenv("PROBITY_PYTHON"), os.Getenv("PROBITY_DATA")
		if python == "" || data == "" {
			return Reading{}, fmt.Errorf("%w: PROBITY_PYTHON names no Python with bench/peers/requirements.txt, or PROBITY_DATA no data", ErrNotMeasured)
		}
		least := Reading{}
		for _, set := range cardSets {
			ours, theirs, err := set.compare(ctx, run, python, data)
			if err != nil {
				return Reading{}, fmt.Errorf("%s: %w", set.name, err)
			}
			run.Tell("  %s: AUC %.4f, optbinning %.4f", set.name, ours, theirs)
			if r := ours / theirs; least.Ratio == 0 || r < least.Ratio {
				least = Reading{Value: ours, Rival: theirs, Ratio: r}
			}
		}
		return least, nil
	},
}

func (s *cardSet) compare(ctx context.Context, run Run, python, data string) (ours, theirs float64, err error) {
	names, rows, err := s.read(data)
	if err != nil {
		return 0, 0, err
	}
	type task struct {
		File   string   `json:"file"`
		Target string   `json:"target"`
		Bad    string   `json:"bad"`
		Split  string   `json:"split"`
		Words  []string `json:"words"`
	}
	var tasks []task
	target := slices.Index(names, s.target)
	for k := range cardSplits {
		random := rand.New(rand.NewPCG(uint64(k), 99))
		held := map[bool]int{}
		order := random.Perm(len(rows))
		all := map[bool]int{}
		for _, r := range rows {
			all[r[target] == s.bad]++
		}
		split := make([][]string, len(rows))
		for _, r := range order {
			bad, word := rows[r][target] == s.bad, "fit"
			if held[bad] < all[bad]*3/10 {
				held[bad]++
				word = "held"
			}
			split[r] = append(slices.Clone(rows[r]), word)
		}
		file := filepath.Join(run.Dir, fmt.Sprintf("%s-%d.csv", s.name, k))
		columns := append(slices.Clone(names), "split_of_rows")
		if err := writeCSV(file, columns, split); err != nil {
			return 0, 0, err
		}
		o := benchOptions()
		o.Target, o.Bad, o.Split, o.SplitHeld, o.Words = s.target, s.bad, "split_of_rows", "held", s.words
		t, err := tableOf(columns, split)
		if err != nil {
			return 0, 0, err
		}
		card, err := develop.Develop(ctx, t, o)
		if err != nil {
			return 0, 0, err
		}
		ours += card.Held.AUC / cardSplits
		tasks = append(tasks, task{file, s.target, s.bad, "split_of_rows", s.words})
	}
	in, err := json.Marshal(tasks)
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, python, "bench/peers/optbinning_cards.py") //nolint:gosec // G204: the user names the Python
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), run.Log
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("bench/peers/optbinning_cards.py: %w", err)
	}
	var list []float64
	if err := json.Unmarshal(out, &list); err != nil {
		return 0, 0, fmt.Errorf("bench/peers/optbinning_cards.py: %w", err)
	}
	for _, auc := range list {
		theirs += auc / float64(len(list))
	}
	return ours, theirs, nil
}

// read reads a set without the columns that are not looked at; what is missing is empty.
func (s *cardSet) read(data string) (names []string, rows [][]string, err error) {
	f, err := os.Open(filepath.Join(data, s.file)) //nolint:gosec // G703: the user names the folder of the data
	if err != nil {
		return nil, nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	var in io.Reader = f
	if strings.HasSuffix(s.file, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, nil, err
		}
	}
	if strings.Contains(s.file, ".arff") {
		names, rows, err = readARFF(in)
	} else {
		r := csv.NewReader(in)
		if s.delimiter != 0 {
			r.Comma = s.delimiter
		}
		if rows, err = r.ReadAll(); err == nil {
			names, rows = rows[0], rows[1:]
		}
	}
	if err != nil {
		return nil, nil, err
	}
	for i := len(names) - 1; i >= 0; i-- {
		if !slices.Contains(s.exclude, names[i]) {
			continue
		}
		names = slices.Delete(slices.Clone(names), i, i+1)
		for k := range rows {
			rows[k] = slices.Delete(rows[k], i, i+1)
		}
	}
	return names, rows, nil
}

func readARFF(in io.Reader) (names []string, rows [][]string, err error) {
	r, err := arff.NewReader(in)
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
			row = append(row, string(v))
		}
		rows = append(rows, row)
	}
}

func writeCSV(name string, columns []string, rows [][]string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(append([][]string{columns}, rows...)); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

func tableOf(columns []string, rows [][]string) (*table.Table, error) {
	b, err := table.NewBuilder(columns)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		var values [][]byte
		for _, v := range row {
			values = append(values, []byte(v))
		}
		if err := b.Add(i+2, values); err != nil {
			return nil, err
		}
	}
	return b.Table(), nil
}

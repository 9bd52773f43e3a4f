package developing

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"probity/develop"
	"probity/develop/binning"
	"probity/develop/report"
	"probity/internal/cli/console"
	"probity/internal/disk"
	"probity/internal/fault"
)

// Develop makes a scorecard of labelled rows.
type Develop struct {
	source
	Target    string   `required:"" placeholder:"COLUMN" help:"The column of outcomes. Rows without one are applications that were refused."`
	Bad       string   `placeholder:"VALUE" help:"The value of a bad outcome; needed where it does not speak for itself."`
	Exclude   []string `placeholder:"COLUMN" help:"Columns that are not looked at."`
	Audit     []string `placeholder:"COLUMN" help:"Columns that only the fairness report sees, and the model never."`
	Keep      []string `placeholder:"COLUMN" help:"Columns to take in although they look like the outcome itself, or like an identifier."`
	Time      string   `placeholder:"COLUMN" help:"A column of days or numbers: the latest rows are held out."`
	Split     string   `placeholder:"COLUMN=VALUE" help:"Hold out the rows with this value. Otherwise they are drawn, as many good and bad ones in proportion."`
	Holdout   float64  `default:"0.3" placeholder:"SHARE" help:"The share of rows held out."`
	Seed      uint64   `default:"1" placeholder:"N" help:"What is drawn is drawn alike for the same number."`
	Words     []string `placeholder:"COLUMN" help:"Columns whose numbers are codes and no amounts."`
	Special   []string `placeholder:"COLUMN=NUMBER" help:"Numbers that are no amounts, such as 9999; without a column for all."`
	Shape     string   `default:"auto" enum:"monotone,rising,falling,peak,valley,auto" help:"How points move as a value rises: monotone, rising, falling, peak, valley, or auto: monotone unless a turn tells a fifth more."`
	Shapes    []string `name:"shape-of" placeholder:"COLUMN=SHAPE" help:"The same for one column."`
	MostBins  int      `name:"max-bins" default:"10" placeholder:"N" help:"Most ranges of a column."`
	MinShare  float64  `name:"min-bin" default:"0.05" placeholder:"SHARE" help:"Least share of the rows in a range."`
	MinEvents float64  `name:"min-events" default:"1" placeholder:"N" help:"Fewest good and fewest bad rows in a range."`
	MinIV     float64  `name:"min-iv" default:"0.02" placeholder:"IV" help:"Least information value of a column."`
	MaxR      float64  `name:"max-correlation" default:"0.95" placeholder:"R" help:"Of two columns that are more alike, one is left out."`
	MaxVIF    float64  `name:"max-vif" default:"10" placeholder:"F" help:"Most variance inflation of a column by all others."`
	MostIn    int      `name:"max-columns" default:"100" placeholder:"N" help:"Most columns of the model."`
	Penalty   float64  `default:"-1" placeholder:"L2" help:"Penalty of the regression; chosen by cross-validation where it is below 0."`
	Score     int64    `default:"600" placeholder:"N" help:"The score at the odds of --odds."`
	Odds      int64    `default:"50" placeholder:"N" help:"Odds of good to 1 at the score of --score."`
	PDO       int64    `name:"pdo" default:"20" placeholder:"N" help:"Points that double the odds."`
	Rejects   string   `default:"none" enum:"none,fuzzy,parcelling,augmentation" help:"What is made of rows without an outcome: none, fuzzy, parcelling or augmentation."`
	Worse     float64  `name:"rejects-worse" default:"1" placeholder:"F" help:"By how much the odds of bad of refused rows are taken to be worse."`
	Name      string   `placeholder:"CODE" help:"The model's code; otherwise it is the name of --out."`
	Title     string   `placeholder:"TEXT" help:"The model's title."`
	Out       string   `required:"" short:"o" placeholder:"FILE" help:"Where the model goes, a YAML file."`
	Report    string   `placeholder:"FILE" help:"Write a report, too: one HTML file with charts and their tables."`
}

// Help shows the examples.
func (Develop) Help() string {
	return `Each column is parted into a few ranges, exactly and with points that only rise or only fall, unless a turn pays; a penalised regression on their weights of evidence is scaled to whole points. The rows held out test what came of it. The model is of the model language, over a plain table: it rates rows of a file, nobody in the register, and cannot be registered.

Examples:

    probity model develop loans.csv --target status --bad bad --out loans.yaml
    probity model develop loans.csv --target status --audit sex,age --out loans.yaml --report loans.html
    probity model develop firms.arff.gz --target bankruptcy --holdout 0.25 --seed 7 --out firms.yaml --json
    probity model develop loans.parquet --target default --time granted --exclude id,branch --out loans.yaml
    probity model score loans.yaml new.csv --out scores.csv`
}

// Run develops the model and writes it.
func (c Develop) Run(s *console.Session) error {
	options, err := c.options(s)
	if err != nil {
		return err
	}
	t, err := c.read(s)
	if err != nil {
		return err
	}
	bar := s.Progress("developing", "", 0)
	card, err := develop.Develop(s.Ctx, t, options)
	bar.Done()
	if err != nil {
		return refused(c.File, err)
	}
	if err := written(c.Out, disk.WriteBytes(c.Out, 0o600, card.Source())); err != nil {
		return err
	}
	if c.Report != "" {
		text, err := report.Write(card)
		if err != nil {
			return err
		}
		if err := written(c.Report, disk.WriteBytes(c.Report, 0o600, text)); err != nil {
			return err
		}
	}
	s.Result(card, func(w io.Writer) { printCard(w, card, c) })
	return nil
}

// refused is what develop finds wrong with rows or wishes, with its cure.
func refused(file string, err error) error {
	var wrong *develop.Error
	if errors.As(err, &wrong) {
		return fault.New(fault.Invalid, "develop.refused", "%s", wrong.Text).At(file).With(wrong.Cure)
	}
	return err
}

var notInCode = regexp.MustCompile(`[^\pL\pN_.+-]+`)

func (c Develop) options(s *console.Session) (develop.Options, error) {
	o := develop.Options{
		Code: c.Name, Title: c.Title, File: filepath.Base(c.File), Today: s.Today(),
		Target: c.Target, Bad: c.Bad, Exclude: c.Exclude, Audit: c.Audit, Keep: c.Keep, Words: c.Words, Time: c.Time, Holdout: c.Holdout, Seed: c.Seed,
		Shape: binning.Shape(c.Shape), MostBins: c.MostBins, MinShare: c.MinShare, MinOutcomes: c.MinEvents, MinValue: c.MinIV,
		MostCorrelation: c.MaxR, MostInflation: c.MaxVIF, MostColumns: c.MostIn, Penalty: c.Penalty, Score: c.Score, Odds: c.Odds, Doubling: c.PDO,
		Rejects: develop.Rejects(c.Rejects), RejectsWorse: c.Worse, Workers: runtime.GOMAXPROCS(0),
	}
	if o.Code == "" {
		o.Code = strings.Trim(notInCode.ReplaceAllString(strings.TrimSuffix(filepath.Base(c.Out), filepath.Ext(c.Out)), "-"), "-_.+")
	}
	if o.Code == "" || notInCode.MatchString(o.Code) {
		return o, console.Misuse("--name: %q cannot be a model's code", o.Code).With("use letters, digits, _ . + and -")
	}
	if o.Title == "" {
		o.Title = o.Code
	}
	if c.Split != "" {
		var ok bool
		if o.Split, o.SplitHeld, ok = strings.Cut(c.Split, "="); !ok {
			return o, console.Misuse("--split: %q names no value", c.Split).With("write COLUMN=VALUE")
		}
	}
	var err error
	if o.Special, err = byColumn("--special", c.Special, true); err != nil {
		return o, err
	}
	shapes, err := byColumn("--shape-of", c.Shapes, false)
	if err != nil {
		return o, err
	}
	o.Shapes = map[string]binning.Shape{}
	for column, list := range shapes {
		o.Shapes[column] = binning.Shape(list[len(list)-1])
	}
	if c.Out == c.File || c.Report != "" && (c.Report == c.File || c.Report == c.Out) {
		return o, console.Misuse("two of --out, --report and the rows are the same file").With("choose another name for what is written")
	}
	return o, nil
}

// byColumn reads COLUMN=VALUE; alone lets a value stand for all columns.
func byColumn(flag string, list []string, alone bool) (map[string][]string, error) {
	out := map[string][]string{}
	for _, entry := range list {
		column, value, ok := strings.Cut(entry, "=")
		if !ok && alone {
			column, value, ok = "", entry, true
		}
		if !ok || value == "" {
			return nil, console.Misuse("%s: %q names no value", flag, entry).With("write COLUMN=VALUE")
		}
		out[column] = append(out[column], value)
	}
	return out, nil
}

func printCard(w io.Writer, card *develop.Card, c Develop) {
	fmt.Fprintf(w, "%s: bad is %s = %s\n\n", card.Code, card.Target, card.Bad)
	rows := make([]console.Row, 0, 2)
	for _, p := range []struct {
		what string
		part *develop.Part
	}{{"fitted to", &card.Fit}, {"held out", &card.Held}} {
		rows = append(rows, console.Row{
			p.what, p.part.Rows, p.part.Bad, fmt.Sprintf("%.3f", p.part.AUC), fmt.Sprintf("%.3f to %.3f", p.part.Intervals.AUC.Low, p.part.Intervals.AUC.High),
			fmt.Sprintf("%.3f", p.part.Gini), fmt.Sprintf("%.3f", p.part.KS), fmt.Sprintf("%.4f", p.part.Brier),
		})
	}
	console.Columns(w, console.Row{"rows", "count", "bad", "AUC", "of 95 %", "Gini", "KS", "Brier"}, rows)
	fmt.Fprintf(w, "\nPSI between them %.4f (by chance below %.4f); whole points are at most %.1f off the exact ones\n\n", card.Stability, card.StabilityLimit, card.Rounding)
	rows = rows[:0]
	for _, ch := range card.Characteristics {
		low, high := ch.Bins[0].Points, ch.Bins[0].Points
		for _, b := range ch.Bins {
			low, high = min(low, b.Points), max(high, b.Points)
		}
		rows = append(rows, console.Row{ch.Column, len(ch.Bins), console.Either(string(ch.Shape), "words"), fmt.Sprintf("%.3f", ch.Value), fmt.Sprintf("%d to %d", low, high), fmt.Sprintf("%.4f", ch.Stability)})
	}
	console.Columns(w, console.Row{"column", "bins", "points", "IV", "worth", "CSI"}, rows)
	if n := len(card.LeftOut); n > 0 {
		fmt.Fprintf(w, "\n%s left out; the model says why\n", console.Plural(n, "column is", "columns are"))
	}
	for _, g := range card.Fairness {
		printFairness(w, g)
	}
	if len(card.Warnings) > 0 {
		fmt.Fprintln(w)
	}
	for _, warning := range card.Warnings {
		fmt.Fprintf(w, "warning: %s\n", warning)
	}
	fmt.Fprintf(w, "\nthe model is in %s; probity model score %s FILE rates the rows of a table by it\n", c.Out, c.Out)
	if c.Report != "" {
		fmt.Fprintf(w, "the report is in %s\n", c.Report)
	}
}

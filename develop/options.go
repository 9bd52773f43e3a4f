// Package develop is for whoever has labelled rows and wants a scorecard that anybody can read: it parts each column into
// a few ranges, exactly and monotone (package binning), fits a penalised logistic regression on their weights of evidence
// (package logit), scales it to whole points, and writes a model of the model language over a plain table.
//
// Floats live in here alone: what comes out is integers, carried out by package scorecard's evaluator, and every figure of
// the validation is of those integers and not of the floats behind them.
package develop

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"probity/calendar"
	"probity/develop/binning"
)

// Rejects says what is made of rows without an outcome, mostly applications that were refused.
type Rejects string

// The ways. Each is explained in docs/develop.md; none can find out what refused applicants would have done.
const (
	// IgnoreRejects leaves such rows out.
	IgnoreRejects Rejects = "none"
	// Fuzzy counts each of them as part good and part bad, as a first model has it.
	Fuzzy Rejects = "fuzzy"
	// Parcelling draws an outcome for each of them, by the bad rate of its band in a first model.
	Parcelling Rejects = "parcelling"
	// Augmentation leaves them out and gives rows that are like them more weight.
	Augmentation Rejects = "augmentation"
)

// AllRejects are all of them.
var AllRejects = []Rejects{IgnoreRejects, Fuzzy, Parcelling, Augmentation}

// Options say what is developed from a table. Zero values of numbers take the defaults of [Options.WithDefaults].
type Options struct {
	// Code and Title name the model; File is where the rows came from, for the model's source, and Today is the day of it.
	Code, Title, File string
	Today             calendar.Day
	// Target is the column of outcomes and Bad the value that is the bad one; "" takes it from words that speak for
	// themselves.
	Target, Bad string
	// Exclude are columns that are not looked at, Audit those that only the fairness report sees. Keep are taken in
	// although they look like the outcome itself or like an identifier.
	Exclude, Audit, Keep []string
	// Time is a column of days or numbers: the latest rows are held out. Split is a column whose value SplitHeld marks the
	// rows that are. Without either they are drawn.
	Time, Split, SplitHeld string
	// Holdout is the share that is held out, in (0, 1).
	Holdout float64
	Seed    uint64
	// Words are columns whose numbers are names of something and no amounts.
	Words []string
	// Special are values of number columns that are no amounts, by column; "" is for all columns.
	Special map[string][]string
	// Shapes overrides Shape by column.
	Shape  binning.Shape
	Shapes map[string]binning.Shape
	// MostBins bounds the ranges of a column; MinShare and MinOutcomes are the least part of all rows and the fewest good
	// and bad ones that a range holds.
	MostBins    int
	MinShare    float64
	MinOutcomes float64
	// Prior is how many average rows each range is credited with.
	Prior float64
	// MinValue is the least information value of a column that is taken in, MostCorrelation how alike two may be, MostInflation
	// how well one may follow from all others (variance inflation factor), MostColumns how many there may be.
	MinValue        float64
	MostCorrelation float64
	MostInflation   float64
	MostColumns     int
	// Penalty of the regression; below 0 it is chosen by cross-validation.
	Penalty float64
	// Score is the score of odds of Odds to 1 of being good, and Doubling how many points double them.
	Score, Odds, Doubling int64
	// Rejects says what is made of rows without an outcome; RejectsWorse multiplies the odds of bad of refused rows in Fuzzy and
	// Parcelling.
	Rejects      Rejects
	RejectsWorse float64
	Workers      int
}

// WithDefaults fills what was not given.
func (o Options) WithDefaults() Options {
	set := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	set(&o.Holdout, 0.3)
	set(&o.MinShare, 0.05)
	set(&o.MinOutcomes, 1)
	set(&o.Prior, 10)
	set(&o.MinValue, 0.02)
	set(&o.MostCorrelation, 0.95)
	set(&o.MostInflation, 10)
	set(&o.RejectsWorse, 1)
	if o.MostBins == 0 {
		o.MostBins = 10
	}
	if o.MostColumns == 0 {
		o.MostColumns = 100
	}
	if o.Score == 0 && o.Odds == 0 && o.Doubling == 0 {
		o.Score, o.Odds, o.Doubling = 600, 50, 20
	}
	if o.Shape == "" {
		o.Shape = binning.Auto
	}
	if o.Rejects == "" {
		o.Rejects = IgnoreRejects
	}
	o.Workers = max(o.Workers, 1)
	return o
}

// check refuses options that mean nothing.
func (o *Options) check() error {
	switch {
	case o.Holdout <= 0 || o.Holdout >= 1:
		return wrong("give a share such as 0.3", "a hold-out of %g leaves nothing to fit to or nothing to test on", o.Holdout)
	case o.Odds < 1 || o.Doubling < 1:
		return wrong("give --odds 50 --pdo 20, for example", "the scale needs odds and points of 1 or more")
	case o.MostBins < 2 || o.MostBins > 50:
		return wrong("give a number from 2 to 50", "%d ranges a column cannot be", o.MostBins)
	case math.IsNaN(o.MinShare) || o.MinShare < 0 || o.MinShare > 0.5:
		return wrong("give a share such as 0.05", "a range cannot hold at least %g of all rows", o.MinShare)
	case !slices.Contains(AllRejects, o.Rejects):
		return wrong("choose none, fuzzy, parcelling or augmentation", "%q is no way to treat refused rows", o.Rejects)
	case !slices.Contains(binning.Shapes, o.Shape):
		return wrong("choose monotone, rising, falling, peak, valley or auto", "%q is no shape", o.Shape)
	case o.Time != "" && o.Split != "":
		return wrong("keep one", "the hold-out is told by --time and by --split")
	}
	for column, s := range o.Shapes {
		if !slices.Contains(binning.Shapes, s) {
			return wrong("choose monotone, rising, falling, peak, valley or auto", "%s: %q is no shape", column, s)
		}
	}
	return nil
}

// Error is a table or a wish that no scorecard can be developed from, with what cures it.
type Error struct {
	Text, Cure string
}

func (e *Error) Error() string { return e.Text }

func wrong(cure, format string, args ...any) *Error {
	return &Error{fmt.Sprintf(format, args...), cure}
}

// Warning is something about the rows that whoever uses the model should know.
type Warning struct {
	// Column is the column it is about, "" for all.
	Column string `json:"column,omitempty"`
	// Rule names what was found in a stable way.
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// String is the warning in a line.
func (w Warning) String() string {
	if w.Column == "" {
		return w.Text
	}
	return w.Column + ": " + w.Text
}

// list joins names for a message, the first few of them.
func list(names []string) string {
	if len(names) > 8 {
		return strings.Join(names[:8], ", ") + fmt.Sprintf(" and %d more", len(names)-8)
	}
	return strings.Join(names, ", ")
}

package develop

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"probity/develop/logit"
	"probity/develop/table"
	"probity/scorecard/facts"
)

// development is the work on one scorecard.
type development struct {
	table    *table.Table
	options  Options
	sample   *sample
	all      []*Characteristic
	warnings []Warning
	words    []word
	// chosen are the characteristics in the model, fit what the regression made of them.
	chosen []*Characteristic
	fit    logit.Fit
}

// word is a column that could not be looked at, and why.
type word struct{ column, why string }

// Develop makes a scorecard of the rows. An [Error] says what stands against it; other errors are of the context.
func Develop(ctx context.Context, t *table.Table, o Options) (*Card, error) {
	o = o.WithDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	t, err := withWords(t, o.Words)
	if err != nil {
		return nil, err
	}
	s, err := outcomes(t, &o)
	if err != nil {
		return nil, err
	}
	d := &development{table: t, options: o, sample: s}
	if err := d.inspect(ctx); err != nil {
		return nil, err
	}
	if err := d.model(); err != nil {
		return nil, err
	}
	if len(s.rejects) > 0 && o.Rejects != IgnoreRejects {
		if err := d.infer(ctx); err != nil {
			return nil, err
		}
	}
	return d.card(ctx)
}

// withWords is the table with the columns taken as words.
func withWords(t *table.Table, words []string) (*table.Table, error) {
	if len(words) == 0 {
		return t, nil
	}
	own := *t
	own.Columns = slices.Clone(t.Columns)
	for _, w := range words {
		c := own.Column(w)
		if c == nil {
			return nil, unknownColumn(t, "--words", w)
		}
		*c = c.AsWords()
	}
	return &own, nil
}

// named are the columns that options speak of; each must be there.
func (d *development) named() (map[string]string, error) {
	why := map[string]string{d.options.Target: "it is the outcome"}
	for _, l := range []struct {
		option, why string
		names       []string
	}{
		{"--exclude", "excluded by whoever developed the model", d.options.Exclude},
		{"--audit", "only the fairness report sees it", d.options.Audit},
		{"--keep", "", d.options.Keep},
		{"--time", "it says when, and parts the rows", []string{d.options.Time}},
		{"--split", "it parts the rows", []string{d.options.Split}},
	} {
		for _, n := range l.names {
			if n == "" {
				continue
			}
			if d.table.Column(n) == nil {
				return nil, unknownColumn(d.table, l.option, n)
			}
			if l.why != "" && why[n] == "" {
				why[n] = l.why
			}
		}
	}
	return why, nil
}

// inspect bins every column that can be looked at, and says which are not and why.
func (d *development) inspect(ctx context.Context) error {
	why, err := d.named()
	if err != nil {
		return err
	}
	var todo []*table.Column
	for i := range d.table.Columns {
		c := &d.table.Columns[i]
		if w, out := why[c.Name]; out {
			if c.Name != d.options.Target {
				d.words = append(d.words, word{c.Name, w})
			}
			d.future(c)
			continue
		}
		if w, warn := d.useless(c); w != "" {
			d.words = append(d.words, word{c.Name, w})
			if warn {
				d.warn(c.Name, "column", "left out: %s", w)
			}
			continue
		}
		todo = append(todo, c)
	}
	done := make([]*Characteristic, len(todo))
	errs := make([]error, len(todo))
	var group sync.WaitGroup
	slots := make(chan struct{}, d.options.Workers)
	for i, c := range todo {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				done[i], errs[i] = d.bin(c)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	d.all = done
	return d.leaks()
}

func (d *development) warn(column, rule, format string, args ...any) {
	d.warnings = append(d.warnings, Warning{column, rule, fmt.Sprintf(format, args...)})
}

// future warns of days that are still to come.
func (d *development) future(c *table.Column) {
	if c.Kind != table.Day {
		return
	}
	n := 0
	for _, v := range c.Numbers {
		if v != facts.Missing && v > int64(d.options.Today) {
			n++
		}
	}
	if n > 0 {
		d.warn(c.Name, "future", "%d rows have a day after %s", n, d.options.Today)
	}
}

// useless says why a column cannot be a characteristic, and whether that is worth a warning.
func (d *development) useless(c *table.Column) (why string, warn bool) {
	d.future(c)
	switch c.Kind {
	case table.Empty:
		return "it holds no value", true
	case table.Day:
		return "a day is no amount: give an age or a duration in its place", true
	case table.Text:
		return fmt.Sprintf("it holds more than %d different words, or hardly one twice", table.MaxCodes), true
	}
	if constant(c) {
		return "all its values are the same", true
	}
	if !slices.Contains(d.options.Keep, c.Name) && identifies(c) {
		return "every value is another, as in an identifier; --keep " + c.Name + " takes it in", true
	}
	return "", false
}

func constant(c *table.Column) bool {
	if c.Cells != nil {
		return len(c.Values) == 1 && c.Missing() == 0
	}
	return !slices.ContainsFunc(c.Numbers, func(v int64) bool { return v != c.Numbers[0] })
}

// identifies tells whether a column of whole numbers has another value in every row.
func identifies(c *table.Column) bool {
	if c.Kind != table.Number || c.Scale > 0 || len(c.Numbers) < 100 {
		return false
	}
	// Most columns repeat themselves soon.
	for _, n := range []int{1000, len(c.Numbers)} {
		n = min(n, len(c.Numbers))
		seen := make(map[int64]struct{}, n)
		for _, v := range c.Numbers[:n] {
			if _, twice := seen[v]; twice || v == facts.Missing {
				return false
			}
			seen[v] = struct{}{}
		}
	}
	return true
}

const (
	// refusedAUC is the AUC of a column alone from which on it is the outcome by another name, suspectAUC that from which on
	// somebody should look.
	refusedAUC = 0.99
	suspectAUC = 0.85
)

// leaks refuses columns that tell the outcome by themselves: they were known only afterwards, or are made from it.
func (d *development) leaks() error {
	var refused []string
	for _, ch := range d.all {
		switch {
		case ch.raw >= refusedAUC && !slices.Contains(d.options.Keep, ch.Column):
			refused = append(refused, fmt.Sprintf("%s (AUC %.3f)", ch.Column, ch.raw))
		case ch.AUC >= suspectAUC:
			d.warn(ch.Column, "leak", "tells the outcome almost by itself (AUC %.3f): make sure that it was known before", ch.AUC)
		}
	}
	if len(refused) == 0 {
		return nil
	}
	return wrong("leave them out with --exclude, or --keep them if they were truly known before the outcome",
		"these columns tell the outcome by themselves, as only what was known afterwards does: %s", list(refused))
}

// model chooses characteristics and fits.
func (d *development) model() error {
	d.chosen = nil
	byValue := slices.Clone(d.all)
	slices.SortStableFunc(byValue, func(a, b *Characteristic) int { return cmp.Compare(b.Value, a.Value) })
	for _, ch := range byValue {
		ch.Left, ch.Coefficient = "", 0
		switch {
		case ch.Value < d.options.MinValue:
			ch.Left = fmt.Sprintf("it tells too little (information value %.4f, least %g)", ch.Value, d.options.MinValue)
		case len(d.chosen) == d.options.MostColumns:
			ch.Left = fmt.Sprintf("%d others tell more", d.options.MostColumns)
		default:
			if like, r := d.alike(ch); like != nil {
				ch.Left = fmt.Sprintf("%s says the same and more (correlation %.3f)", like.Column, r)
				continue
			}
			d.chosen = append(d.chosen, ch)
		}
	}
	if err := d.inflated(); err != nil {
		return err
	}
	if len(d.chosen) == 0 {
		return wrong("look at the columns with --json, or lower --min-iv", "no column tells anything about the outcome (information value at least %g)", d.options.MinValue)
	}
	penalty := d.options.Penalty
	if penalty < 0 {
		var err error
		if penalty, err = d.penalty(); err != nil {
			return err
		}
		d.options.Penalty = penalty
	}
	for {
		fit, err := logit.Solve(d.data(d.sample.fit), logit.Options{Penalty: penalty, Workers: d.options.Workers})
		if err != nil {
			return err
		}
		worst, at := 0.0, -1
		for i, b := range fit.Coefficients {
			if b <= worst {
				worst, at = b, i
			}
		}
		why := "beside the others its points would run against what it says alone"
		if at < 0 {
			at, why = d.pointless(fit), "beside the others it is worth less than a whole point"
		}
		if at < 0 {
			d.fit = fit
			break
		}
		d.chosen[at].Left = why
		d.chosen = slices.Delete(d.chosen, at, at+1)
		if len(d.chosen) == 0 {
			return wrong("look at the columns with --json", "no column keeps its sense beside the others")
		}
	}
	for i, ch := range d.chosen {
		ch.Coefficient = d.fit.Coefficients[i]
	}
	return nil
}

// pointless is a characteristic whose values are all worth about the same points, -1 where there is none.
func (d *development) pointless(fit logit.Fit) int {
	factor := float64(d.options.Doubling) / math.Ln2
	least, at := 1.0, -1
	for i, ch := range d.chosen {
		w := weights(ch)
		if spread := factor * fit.Coefficients[i] * (slices.Max(w) - slices.Min(w)); spread < least {
			least, at = spread, i
		}
	}
	return at
}

// data are the chosen characteristics for the regression.
func (d *development) data(rows []int32) logit.Data {
	data := logit.Data{Good: d.sample.good, Bad: d.sample.bad, Rows: rows}
	for _, ch := range d.chosen {
		data.Bins = append(data.Bins, ch.bins)
		data.Values = append(data.Values, weights(ch))
	}
	return data
}

func weights(ch *Characteristic) []float64 {
	v := make([]float64, len(ch.Bins))
	for i := range ch.Bins {
		v[i] = ch.Bins[i].Weight
	}
	return v
}

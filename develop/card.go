package develop

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"probity/develop/fairness"
	"probity/develop/table"
	"probity/develop/validate"
	"probity/scorecard"
	"probity/scorecard/tabular"
)

// Card is a developed scorecard with everything that was found out about it.
type Card struct {
	Code    string `json:"model"`
	Title   string `json:"title"`
	File    string `json:"file"`
	Target  string `json:"target"`
	Bad     string `json:"bad"`
	Rejects string `json:"rejects"`
	// RejectRows is how many rows have no outcome.
	RejectRows int  `json:"reject_rows"`
	Fit        Part `json:"fitted"`
	Held       Part `json:"held_out"`
	// Base is what every row begins with; Score, Odds and Doubling are the scale.
	Base     int64 `json:"base"`
	Score    int64 `json:"score"`
	Odds     int64 `json:"odds"`
	Doubling int64 `json:"doubling"`
	// Rounding is by how many points whole points differ from the exact ones, at most, over all rows held out.
	Rounding        float64           `json:"rounding"`
	Penalty         float64           `json:"penalty"`
	Characteristics []*Characteristic `json:"characteristics"`
	LeftOut         []Left            `json:"left_out"`
	Bands           []Band            `json:"bands"`
	// Stability is the population stability index between the rows fitted to and those held out, over ten groups;
	// StabilityLimit is what chance alone stays below.
	Stability      float64           `json:"psi"`
	StabilityLimit float64           `json:"psi_limit"`
	CutOff         int64             `json:"cut_off"`
	Fairness       []fairness.Report `json:"fairness,omitempty"`
	Warnings       []Warning         `json:"warnings"`
	// Digest is that of the model file.
	Digest string `json:"digest"`

	source []byte
	plan   *tabular.Plan
}

// Part is how the scores do on some of the rows.
type Part struct {
	Rows int `json:"rows"`
	Bad  int `json:"bad"`
	validate.Figures
	Intervals   validate.Intervals     `json:"intervals"`
	Brier       float64                `json:"brier"`
	Calibration []validate.Calibration `json:"calibration"`
	levels      []validate.Level
}

// Levels are the scores that occur with their outcomes, ascending.
func (p *Part) Levels() []validate.Level { return p.levels }

// Left is a column that is not in the model.
type Left struct {
	Column string  `json:"column"`
	Why    string  `json:"why"`
	Value  float64 `json:"iv"`
}

// Band is a band of the model, with what was found in it among the rows fitted to.
type Band struct {
	Name string `json:"name"`
	// From is the least score, nil in the last band.
	From *int64 `json:"from"`
	Rows int    `json:"rows"`
	Bad  int    `json:"bad"`
}

// Source is the model file.
func (c *Card) Source() []byte { return c.source }

// Plan is the model, compiled.
func (c *Card) Plan() *tabular.Plan { return c.plan }

// Chance is the chance of a bad outcome that a score means.
func (c *Card) Chance(score int64) float64 {
	return 1 / (1 + float64(c.Odds)*math.Exp2(float64(score-c.Score)/float64(c.Doubling)))
}

// card scales what was fitted, writes the model, rates all rows by it, and says how it does.
func (d *development) card(ctx context.Context) (*Card, error) {
	o := &d.options
	c := &Card{
		Code: o.Code, Title: o.Title, File: o.File, Target: o.Target, Bad: d.sample.badWord, Rejects: string(o.Rejects), RejectRows: len(d.sample.rejects),
		Score: o.Score, Odds: o.Odds, Doubling: o.Doubling, Penalty: o.Penalty, Characteristics: d.chosen, Warnings: d.warnings,
	}
	factor := float64(o.Doubling) / math.Ln2
	offset := float64(o.Score) - factor*math.Log(float64(o.Odds))
	exactBase := offset + factor*d.fit.Intercept
	c.Base = int64(math.Round(exactBase))
	names := newNames()
	for _, ch := range d.chosen {
		ch.Name = names.column(ch.Column)
		for i := range ch.Bins {
			ch.Bins[i].Points = int64(math.Round(factor * ch.Coefficient * ch.Bins[i].Weight))
		}
	}
	c.LeftOut = d.left()
	d.bands(c)
	c.source = d.write(c)
	model, err := scorecard.Parse(o.Code+".yaml", c.source)
	if err != nil {
		return nil, fmt.Errorf("the model that was developed is not of the language: %w", err)
	}
	if c.plan, err = tabular.Compile(model); err != nil {
		return nil, fmt.Errorf("the model that was developed cannot be carried out: %w", err)
	}
	c.Digest = model.Digest.String()
	scores, err := Score(ctx, c.plan, d.table, o.Workers)
	if err != nil {
		return nil, err
	}
	exact := func(r int32) float64 {
		s := exactBase
		for i, ch := range d.chosen {
			s += factor * d.fit.Coefficients[i] * ch.Bins[ch.bins[r]].Weight
		}
		return s
	}
	for _, r := range d.sample.held {
		c.Rounding = max(c.Rounding, math.Abs(exact(r)-float64(scores[r])))
	}
	c.Fit, c.Held = d.part(c, d.sample.fit, scores), d.part(c, d.sample.held, scores)
	d.stability(c, scores)
	d.fairness(c, scores)
	if c.Warnings == nil {
		c.Warnings = []Warning{}
	}
	return c, nil
}

// left are the columns that are not in the model, in the order of the table.
func (d *development) left() []Left {
	var out []Left
	for _, w := range d.words {
		out = append(out, Left{w.column, w.why, 0})
	}
	for _, ch := range d.all {
		if ch.Left != "" {
			out = append(out, Left{ch.Column, ch.Left, ch.Value})
		}
	}
	place := func(l Left) int {
		return slices.IndexFunc(d.table.Columns, func(c table.Column) bool { return c.Name == l.Column })
	}
	slices.SortStableFunc(out, func(a, b Left) int { return cmp.Compare(place(a), place(b)) })
	return out
}

// points are what a row is worth by its bins.
func (d *development) points(c *Card, r int32) int64 {
	s := c.Base
	for _, ch := range d.chosen {
		s += ch.Bins[ch.bins[r]].Points
	}
	return s
}

// bands parts the rows fitted to into up to five bands of about equal size.
func (d *development) bands(c *Card) {
	scores := make([]int64, 0, len(d.sample.fit))
	for _, r := range d.sample.fit {
		scores = append(scores, d.points(c, r))
	}
	slices.Sort(scores)
	var limits []int64
	for k := 4; k >= 1; k-- {
		v := scores[k*len(scores)/5]
		if v > scores[0] && (len(limits) == 0 || v < limits[len(limits)-1]) {
			limits = append(limits, v)
		}
	}
	for i := range len(limits) + 1 {
		b := Band{Name: string(rune('A' + i))}
		if i < len(limits) {
			b.From = &limits[i]
		}
		c.Bands = append(c.Bands, b)
	}
	for _, r := range d.sample.fit {
		s := d.points(c, r)
		for i := range c.Bands {
			if b := &c.Bands[i]; b.From == nil || s >= *b.From {
				b.Rows++
				if d.sample.bad[r] > d.sample.good[r] {
					b.Bad++
				}
				break
			}
		}
	}
}

const (
	calibrationGroups = 10
	bootstraps        = 1000
)

func (d *development) part(c *Card, rows []int32, scores []int64) Part {
	list := make([]validate.Scored, 0, len(rows))
	for _, r := range rows {
		if d.known(r) {
			list = append(list, validate.Scored{Score: scores[r], Bad: d.sample.bad[r] > 0})
		}
	}
	levels := validate.Levels(list)
	f := validate.Of(levels)
	return Part{
		Rows: f.Rows, Bad: f.Bad, Figures: f, Intervals: validate.Bootstrap(levels, bootstraps, d.options.Seed),
		Brier: validate.Brier(levels, c.Chance), Calibration: validate.Calibrate(levels, calibrationGroups, c.Chance), levels: levels,
	}
}

// known tells whether a row's outcome was observed and not inferred.
func (d *development) known(r int32) bool {
	_, reject := slices.BinarySearch(d.sample.rejects, r)
	return !reject
}

// stability compares the rows held out with those fitted to, in all and by characteristic.
func (d *development) stability(c *Card, scores []int64) {
	sorted := make([]int64, 0, len(d.sample.fit))
	for _, r := range d.sample.fit {
		sorted = append(sorted, scores[r])
	}
	slices.Sort(sorted)
	var limits []int64
	for k := 1; k < calibrationGroups; k++ {
		limits = append(limits, sorted[k*len(sorted)/calibrationGroups])
	}
	limits = slices.Compact(limits)
	count := func(rows []int32) []float64 {
		out := make([]float64, len(limits)+1)
		for _, r := range rows {
			out[above(limits, scores[r])]++
		}
		return out
	}
	c.Stability = validate.Stability(count(d.sample.fit), count(d.sample.held))
	c.StabilityLimit = validate.StabilityLimit(float64(len(d.sample.fit)), float64(len(d.sample.held)), len(limits)+1)
	if c.Stability > max(c.StabilityLimit, 0.1) {
		c.Warnings = append(c.Warnings, Warning{"", "shift", fmt.Sprintf("the rows held out are another population (PSI %.3f, by chance below %.3f)", c.Stability, c.StabilityLimit)})
	}
	for _, ch := range d.chosen {
		count := func(rows []int32) []float64 {
			out := make([]float64, len(ch.Bins))
			for _, r := range rows {
				out[ch.bins[r]]++
			}
			return out
		}
		fit, held := count(d.sample.fit), count(d.sample.held)
		ch.Stability = validate.Stability(fit, held)
		for i := range ch.Bins {
			if ch.Bins[i].Kind == RareBin && held[i] > 0 && fit[i] == 0 {
				c.Warnings = append(c.Warnings, Warning{ch.Column, "unseen", fmt.Sprintf("%.0f of the rows held out have a word that no row fitted to has", held[i])})
			}
		}
	}
}

// fairness holds the scores of the rows held out against the audited columns. The cut-off refuses as many of the rows fitted
// to as were bad.
func (d *development) fairness(c *Card, scores []int64) {
	sorted := make([]int64, 0, len(d.sample.fit))
	bad := 0
	for _, r := range d.sample.fit {
		if d.known(r) {
			sorted = append(sorted, scores[r])
			if d.sample.bad[r] > 0 {
				bad++
			}
		}
	}
	slices.Sort(sorted)
	c.CutOff = sorted[min(bad, len(sorted)-1)]
	for _, name := range d.options.Audit {
		column := d.table.Column(name)
		names, group := groupsOf(column, d.sample.held)
		rows := make([][]validate.Scored, len(names))
		for i, r := range d.sample.held {
			g := group[i]
			rows[g] = append(rows[g], validate.Scored{Score: scores[r], Bad: d.sample.bad[r] > 0})
		}
		report := fairness.Of(name, c.CutOff, names, rows, c.Chance)
		for i := range report.Groups {
			if g := &report.Groups[i]; g.Adverse() {
				c.Warnings = append(c.Warnings, Warning{name, "adverse-impact", fmt.Sprintf("%s is approved %.2f times as often as the group approved most often (%.2f to %.2f)", g.Name, g.Impact, g.ImpactInterval.Low, g.ImpactInterval.High)})
			}
		}
		c.Fairness = append(c.Fairness, report)
	}
}

// mostGroups is how many values of an audited number are groups of their own; more are parted into quarters.
const mostGroups = 8

// groupsOf names the groups of an audited column and the group of each of the rows.
func groupsOf(c *table.Column, rows []int32) (names []string, group []int) {
	place := map[string]int{}
	label := c.Text
	if c.Kind == table.Number || c.Kind == table.Day {
		label = quarters(c, rows)
	}
	for _, r := range rows {
		text := label(int(r))
		if text == "" {
			text = "missing"
		}
		if _, ok := place[text]; !ok {
			place[text] = len(names)
			names = append(names, text)
		}
		group = append(group, place[text])
	}
	return names, group
}

// quarters labels numbers by the quarter of the rows they are in, unless there are few different ones.
func quarters(c *table.Column, rows []int32) func(int) string {
	var values []int64
	for _, r := range rows {
		if v := c.Numbers[r]; v != scorecard.Missing {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	if len(slices.Compact(slices.Clone(values))) <= mostGroups {
		return c.Text
	}
	cuts := slices.Compact([]int64{values[len(values)/4], values[len(values)/2], values[3*len(values)/4]})
	return func(row int) string {
		v := c.Numbers[row]
		if v == scorecard.Missing {
			return ""
		}
		b := Bin{}
		k := above(cuts, v)
		if k > 0 {
			b.From = &cuts[k-1]
		}
		if k < len(cuts) {
			b.Below = &cuts[k]
		}
		return rangeLabel(&b, c.Scale)
	}
}

// Score rates all rows of a table by a model over such a table, and returns the scores by row. A column that the model
// reads must be there; words it does not know are unseen ones.
func Score(ctx context.Context, p *tabular.Plan, t *table.Table, workers int) ([]int64, error) {
	rows, err := Rows(p, t)
	if err != nil {
		return nil, err
	}
	scores := make([]int64, t.Rows)
	err = p.Score(ctx, rows, workers, func(first int, r *scorecard.Results) error {
		copy(scores[first:], r.Scores())
		return nil
	})
	return scores, err
}

// Package report is for whoever reads what came of a run: first what changed in four numbers and a picture, then who is
// better and worse off, then everything, with the policies in words, the fit of the population and every parameter with
// its source. It is one HTML page that asks no other host for anything, and the same as JSON and CSV. Every chart and every
// export says what it is not.
package report

import (
	"math"

	"probity/internal/lab/outcome"
	"probity/internal/lab/parameter"
	"probity/internal/lab/policy"
	"probity/internal/lab/population"
	"probity/internal/lab/run"
)

// Notice stands on every chart and export.
const Notice = "Generated population, not a prediction."

// Document is a report.
type Document struct {
	Notice      string                 `json:"notice"`
	Certificate population.Certificate `json:"certificate"`
	// Code, Parameters and the digests of the policies say what made the result; the same again gives the same.
	Code         string              `json:"code"`
	Command      string              `json:"command"`
	Parameters   string              `json:"parameters_digest"`
	Months       int                 `json:"months"`
	Replications int                 `json:"replications"`
	Start        string              `json:"start"`
	Sides        []Side              `json:"policies"`
	Changes      []policy.Change     `json:"changes,omitempty"`
	Metrics      []MetricRow         `json:"metrics"`
	Pairs        *Fortune            `json:"better_and_worse,omitempty"`
	Groups       []GroupRow          `json:"groups"`
	Fairness     []FairnessRow       `json:"fairness"`
	Rounds       int                 `json:"fit_rounds"`
	Fit          []population.FitRow `json:"fit"`
	Sources      []Source            `json:"parameters"`
}

// Side is one policy of a report.
type Side struct {
	Code   string        `json:"code"`
	Title  string        `json:"title"`
	Says   string        `json:"says"`
	Digest string        `json:"digest"`
	Words  []policy.Line `json:"words"`
	// Bands are the bands, the unrated first, with the share of people in each at the end; Moves the share of those in a band
	// who were in another a year later.
	Bands  []string     `json:"bands"`
	Shares []float64    `json:"shares"`
	Moves  [][]*float64 `json:"moves"`
}

// MetricRow is one measure for each policy, and the change between two, measured replication by replication.
type MetricRow struct {
	Code   string             `json:"code"`
	Title  string             `json:"title"`
	Unit   string             `json:"unit"`
	Better int                `json:"better"`
	Values []outcome.Interval `json:"values"`
	Change *outcome.Interval  `json:"change,omitempty"`
}

// Fortune is how many people of a hundred are better and worse off under the second policy.
type Fortune struct {
	Better float64 `json:"better"`
	Same   float64 `json:"same"`
	Worse  float64 `json:"worse"`
}

// GroupRow is a group of people under each policy. Groups of fewer than 100 people are suppressed: nothing is shown of them.
type GroupRow struct {
	Dimension  string      `json:"dimension"`
	Value      string      `json:"value"`
	Title      string      `json:"title"`
	Protected  bool        `json:"protected"`
	Suppressed bool        `json:"suppressed"`
	People     int64       `json:"people,omitempty"`
	Sides      []GroupSide `json:"policies,omitempty"`
	Pairs      *Fortune    `json:"better_and_worse,omitempty"`
}

// GroupSide is what a group lived through under one policy: shares in per cent, income in yuan a month, harm as in the metrics.
type GroupSide struct {
	Wrongful *float64 `json:"wrongful_restriction"`
	Harm     *float64 `json:"harm"`
	Credit   *float64 `json:"credit"`
	Income   *float64 `json:"income"`
	Low      *float64 `json:"low"`
}

// FairnessRow is how evenly a policy falls on the groups of one dimension.
type FairnessRow struct {
	Dimension string `json:"dimension"`
	// Gini is how unevenly harm lies over the groups; Impact the least share of unrestricted months of a group over the
	// largest (the adverse impact ratio, 1 is even), by policy; null where there is nothing to measure.
	Gini   []*float64 `json:"gini_of_harm"`
	Impact []*float64 `json:"adverse_impact_ratio"`
}

// Source is one parameter with where it comes from.
type Source struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Unit   string  `json:"unit"`
	Basis  string  `json:"basis"`
	Source string  `json:"source"`
	What   string  `json:"what"`
}

// OfRun makes the report of one policy.
func OfRun(r *run.Result) *Document {
	return document([]*run.Result{r}, nil)
}

// OfComparison makes the report of two policies.
func OfComparison(c *run.Comparison) *Document {
	return document([]*run.Result{&c.Before, &c.After}, c.Pairs)
}

func document(sides []*run.Result, pairs []outcome.Pair) *Document {
	c := sides[0].Config
	rounds, _ := c.World.Quality()
	d := &Document{
		Notice: Notice, Certificate: c.World.Certify(c.Seed, c.People), Code: run.Code(), Parameters: c.Parameters.Digest(), Months: c.Months,
		Replications: c.Replications, Start: c.Start.String(), Rounds: rounds, Fit: c.World.Fit(), Sources: Sources(c.Parameters),
	}
	totals := make([]*outcome.Tally, len(sides))
	for i, s := range sides {
		totals[i] = outcome.NewTally(c.World.Dimensions(), len(s.Config.Policy.Bands()))
		for _, t := range s.Replications {
			totals[i].Add(t)
		}
		d.Sides = append(d.Sides, side(s.Config.Policy, totals[i]))
	}
	if len(sides) == 2 {
		d.Changes = policy.Difference(sides[0].Config.Policy, sides[1].Config.Policy)
		d.Pairs = fortune(&pairs[0])
	}
	d.metrics(sides)
	d.groups(c.World.Dimensions(), totals, pairs)
	return d
}

// Sources lists parameters with their sources.
func Sources(set *parameter.Set) []Source {
	var rows []Source
	for _, name := range set.Names() {
		p, _ := set.Get(name)
		rows = append(rows, Source{name, p.Value.Value, p.Low.Value, p.High.Value, p.Unit, p.Basis, p.Source, p.What})
	}
	return rows
}

func side(p *policy.Policy, t *outcome.Tally) Side {
	s := Side{Code: p.Code(), Title: p.Name(), Says: p.About(), Digest: p.Digest(), Words: p.Words(), Bands: append([]string{"not rated"}, p.Bands()...)}
	sum := int64(0)
	for _, n := range t.Bands {
		sum += n
	}
	for _, n := range t.Bands {
		s.Shares = append(s.Shares, 100*float64(n)/float64(max(sum, 1)))
	}
	for _, row := range t.Moves {
		sum := int64(0)
		for _, n := range row {
			sum += n
		}
		cells := make([]*float64, len(row))
		for j, n := range row {
			if sum >= outcome.Least {
				cells[j] = number(100 * float64(n) / float64(sum))
			}
		}
		s.Moves = append(s.Moves, cells)
	}
	return s
}

func (d *Document) metrics(sides []*run.Result) {
	for _, m := range outcome.Metrics() {
		row := MetricRow{Code: m.Code, Title: m.Title, Unit: m.Unit, Better: m.Better}
		values := make([][]float64, len(sides))
		for i, s := range sides {
			for _, t := range s.Replications {
				values[i] = append(values[i], m.Of(t))
			}
			row.Values = append(row.Values, outcome.Of(values[i]))
		}
		if len(sides) == 2 {
			change := make([]float64, len(values[0]))
			for k := range change {
				change[k] = values[1][k] - values[0][k]
			}
			v := outcome.Of(change)
			row.Change = &v
		}
		d.Metrics = append(d.Metrics, row)
	}
}

func (d *Document) groups(dims []population.Dimension, totals []*outcome.Tally, pairs []outcome.Pair) {
	at := 1
	for _, dim := range dims {
		fair := FairnessRow{Dimension: dim.Title}
		for _, t := range totals {
			fair.add(t.Groups[at:][:len(dim.Values)])
		}
		d.Fairness = append(d.Fairness, fair)
		for v, title := range dim.Titles {
			row := GroupRow{Dimension: dim.Name, Value: dim.Values[v], Title: title, Protected: dim.Protected, People: totals[0].Groups[at].People}
			// The threshold is of people, not of people counted once in each replication.
			if row.People < int64(outcome.Least*d.Replications) {
				row.Suppressed, row.People = true, 0
			} else {
				for _, t := range totals {
					row.Sides = append(row.Sides, groupSide(&t.Groups[at]))
				}
				if pairs != nil {
					row.Pairs = fortune(&pairs[at])
				}
			}
			d.Groups = append(d.Groups, row)
			at++
		}
	}
}

func groupSide(g *outcome.Group) GroupSide {
	part := func(a, b int64, scale float64) *float64 { return number(scale * float64(a) / float64(b)) }
	return GroupSide{
		Wrongful: part(g.Wrong, g.Clear, 100), Harm: part(g.Harm, g.Months, 12), Credit: part(g.Approved, g.Applied, 100),
		Income: part(g.Income, g.Months, 0.01), Low: part(g.Low, g.Rated, 100),
	}
}

func (f *FairnessRow) add(groups []outcome.Group) {
	people, harm := make([]int64, len(groups)), make([]int64, len(groups))
	least, most := math.Inf(1), math.Inf(-1)
	for i := range groups {
		g := &groups[i]
		people[i], harm[i] = g.People, g.Harm
		if g.People >= outcome.Least {
			free := 1 - float64(g.Restricted)/float64(g.Months)
			least, most = min(least, free), max(most, free)
		}
	}
	f.Gini = append(f.Gini, number(outcome.Gini(people, harm)))
	f.Impact = append(f.Impact, number(least/most))
}

func fortune(p *outcome.Pair) *Fortune {
	n := float64(max(p.People(), 1)) / 100
	return &Fortune{float64(p.Better) / n, float64(p.Same) / n, float64(p.Worse) / n}
}

// number is nil for what is not a number.
func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

package page

import (
	"slices"
	"strconv"

	"probity/internal/catalogue"
	"probity/internal/impact"
)

// movers are organisations with the view that writes them.
type movers struct {
	View   *view
	Movers []impact.Mover
}

// Moved hands movers to the part of the template that writes them.
func (v *view) Moved(list []impact.Mover) movers { return movers{v, list} }

// greatestTerms is how many terms of a difference a row shows.
const greatestTerms = 4

// Greatest are the terms with the greatest parts, and one line for the rest, so that they still add up.
func (v *view) Greatest(list []impact.Through) []impact.Through {
	if len(list) <= greatestTerms+1 {
		return list
	}
	rest := impact.Through{Title: catalogue.Text{EN: "the rest", ZH: "其余"}}
	for _, t := range list[greatestTerms:] {
		rest.Points += t.Points
	}
	return append(slices.Clone(list[:greatestTerms]), rest)
}

// Flows are the flows of a group that the part has too: without a current model only two directions mean anything.
func (v *view) Flows(g impact.Group) []impact.Count {
	if !v.Report.First || len(g.Flows) == 0 {
		return g.Flows
	}
	return []impact.Count{g.Flows[len(g.Flows)-3], g.Flows[len(g.Flows)-1]}
}

// Charts are those of the part that are there.
func (v *view) Charts(p partView) []*bars {
	var list []*bars
	for _, c := range []*bars{p.Bands, p.Scores} {
		if c != nil {
			list = append(list, c)
		}
	}
	return list
}

var permille = []int{10, 50, 100, 250, 500, 750, 900, 950, 990}

// Permille are the headings of the quantiles.
func (v *view) Permille() []string {
	list := make([]string, len(permille))
	for i, p := range permille {
		list[i] = strconv.Itoa(p/10) + " %"
	}
	return list
}

type distributionRow struct {
	Name      string
	Of        *impact.Distribution
	Mean      string
	Quantiles []string
}

// Distributions are the rows of the table of quantiles.
func (v *view) Distributions(p *impact.Part) []distributionRow {
	var rows []distributionRow
	for _, x := range []struct {
		key string
		of  *impact.Distribution
	}{{"now", p.Distributions.Current}, {"then", p.Distributions.Candidate}, {"difference", p.Distributions.Difference}} {
		if x.of == nil {
			continue
		}
		r := distributionRow{Name: v.Say(x.key), Of: x.of}
		if x.of.Mean != nil {
			r.Mean = strconv.FormatFloat(*x.of.Mean, 'f', 1, 64)
		}
		for _, k := range permille {
			cell := ""
			if i := slices.IndexFunc(x.of.Quantiles, func(q impact.Quantile) bool { return q.Permille == k }); i >= 0 {
				cell = strconv.FormatInt(x.of.Quantiles[i].Score, 10)
			}
			r.Quantiles = append(r.Quantiles, cell)
		}
		rows = append(rows, r)
	}
	return rows
}

var whyNot = map[string]catalogue.Text{
	"only the candidate has it":              {EN: "only the candidate has it", ZH: "仅候选模型有"},
	"only the current model has it":          {EN: "only the current model has it", ZH: "仅现行模型有"},
	"the models part its values differently": {EN: "the models part its values differently", ZH: "两模型分档不同"},
	"the models have different bands":        {EN: "the models have different bands", ZH: "两模型等级不同"},
	"nobody is rated by the current model":   {EN: "nobody is rated by the current model", ZH: "现行模型无评价"},
	"one of the models rates nobody":         {EN: "one of the models rates nobody", ZH: "其中一个模型无评价"},
	"too few are rated":                      {EN: "too few are rated", ZH: "评价数过少"},
}

// Why says why there is no index.
func (v *view) Why(text string) string { return v.Lang.in(whyNot[text]) }

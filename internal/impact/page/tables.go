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

// Through says which terms make a difference, in one line.
func (v *view) Through(list []impact.Through) string {
	said := make([]string, 0, greatestTerms+1)
	for _, t := range v.Greatest(list) {
		said = append(said, v.In(t.Title)+" "+v.Whole(t.Points))
	}
	return v.listed(said)
}

// Band is what a band of either model is called; a short code stays as it is.
func (v *view) Band(name string) string {
	bands := v.Report.Candidate.Bands
	if was := v.Report.Current; was != nil {
		bands = slices.Concat(bands, was.Bands)
	}
	return v.bandNames(bands, []string{name}, false)[0]
}

// Taken are the counts of the directions that anybody of the part takes.
func (v *view) Taken(g groups, r groupRow) []impact.Count {
	counts := r.Group.Flows
	if v.Report.First && len(counts) > 0 { // without a current model only two directions mean anything
		counts = []impact.Count{counts[len(counts)-3], counts[len(counts)-1]}
	}
	list := make([]impact.Count, 0, len(g.Flows))
	for _, f := range g.Flows {
		if f < len(counts) {
			list = append(list, counts[f])
		}
	}
	return list
}

// reason is why subjects are not rated, now and under the candidate.
type reason struct {
	Title   string
	Was, Is impact.Count
}

// reasons are those of either model, in the order of the candidate's.
func (v *view) reasons(p *impact.Part) []reason {
	var list []reason
	places := map[string]int{}
	for _, side := range []string{"candidate", "current"} {
		for _, n := range p.NotRated {
			if n.Side != side {
				continue
			}
			for _, w := range n.Why {
				i, ok := places[w.Reason]
				if !ok {
					i = len(list)
					places[w.Reason], list = i, append(list, reason{Title: v.In(w.Title)})
				}
				if side == "candidate" {
					list[i].Is = w.Subjects
				} else {
					list[i].Was = w.Subjects
				}
			}
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
		r, score := distributionRow{Name: v.Say(x.key), Of: x.of}, grouped
		if x.key == "difference" {
			score = v.Whole
		}
		if x.of.Mean != nil {
			r.Mean = strconv.FormatFloat(*x.of.Mean, 'f', 1, 64)
			if x.key == "difference" {
				r.Mean = signed(r.Mean)
			}
		}
		for _, k := range permille {
			cell := ""
			if i := slices.IndexFunc(x.of.Quantiles, func(q impact.Quantile) bool { return q.Permille == k }); i >= 0 {
				cell = score(x.of.Quantiles[i].Score)
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

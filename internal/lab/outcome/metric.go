package outcome

import "math"

// Metric is one measure of what a policy did.
type Metric struct {
	Code, Title, Unit string
	// Better is 1 where more is better, -1 where less is, 0 where it is neither.
	Better int
	of     func(t *Tally) float64
}

// Of is the value for a tally; NaN where there is nothing to measure.
func (m *Metric) Of(t *Tally) float64 { return m.of(t) }

func ratio(a, b int64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// share is a ratio in per cent.
func share(a, b int64) float64 { return 100 * ratio(a, b) }

// Metrics are all measures, the four that open a report first.
func Metrics() []Metric {
	all := func(t *Tally) *Group { return &t.Groups[0] }
	m := []Metric{
		{"wrongful_restriction", "Months restricted among months in which nothing was owed", "per cent", -1, func(t *Tally) float64 { return share(all(t).Wrong, all(t).Clear) }},
		{"harm", "Index of harm: weighted months of measures for a hundred people a year", "points", -1, func(t *Tally) float64 { return 12 * ratio(all(t).Harm, all(t).Months) }},
		{"credit", "Applications for credit that are approved", "per cent", 1, func(t *Tally) float64 { return share(all(t).Approved, all(t).Applied) }},
		{"settled", "Debts in default that were settled within the run", "per cent", 1, func(t *Tally) float64 { return share(t.Sums.Performed, t.Sums.Debts) }},

		{"ever_wrongful", "People restricted at any time although they owed nothing", "per cent", -1, func(t *Tally) float64 { return share(all(t).EverWrong, all(t).People) }},
		{"months_wrongful", "Months wrongly restricted, of those who ever were", "months", -1, func(t *Tally) float64 { return ratio(all(t).Wrong, all(t).EverWrong) }},
		{"restricted", "Months restricted among all months", "per cent", -1, func(t *Tally) float64 { return share(all(t).Restricted, all(t).Months) }},
		{"spill_over", "Others in the household who feel it, for each restricted person", "persons", -1, func(t *Tally) float64 { return ratio(all(t).Spill, all(t).Restricted) }},
		{"rated", "Months in which a person has a rating", "per cent", 0, func(t *Tally) float64 { return share(all(t).Rated, all(t).Months) }},
		{"low", "Rated months in a low band", "per cent", -1, func(t *Tally) float64 { return share(all(t).Low, all(t).Rated) }},
		{"low_half_life", "Half-life of a low band", "months", -1, func(t *Tally) float64 { return halfLife(ratio(t.Sums.LowLeft, t.Sums.LowAtRisk)) }},
		{"mobility", "Mobility of bands over a year (Shorrocks)", "index", 0, mobility},
		{"recovery", "Months from the end of a debt to the end of the restrictions", "months", -1, func(t *Tally) float64 { return ratio(t.Sums.RecoveryMonths, t.Sums.Recoveries) }},
		{"default", "Loans that failed", "per cent", -1, func(t *Tally) float64 { return share(all(t).Defaults, all(t).Loans) }},
		{"profit", "Lenders' profit of a person and year", "yuan", 0, func(t *Tally) float64 { return 12 * ratio(t.Sums.Profit, all(t).Months) / 100 }},
		{"income", "Income of a person and month", "yuan", 1, func(t *Tally) float64 { return ratio(all(t).Income, all(t).Months) / 100 }},
		{"benefits", "Benefits paid for a rating, of a person and year", "yuan", 0, func(t *Tally) float64 { return 12 * ratio(t.Sums.Benefits, all(t).Months) / 100 }},
		{"with_error", "Borrowers with a wrong record on file at the end", "per cent", -1, func(t *Tally) float64 { return share(all(t).WithError, all(t).OnFile) }},
		{"tier_improved", "Rated borrowers whose band would be better without wrong records", "per cent", -1, func(t *Tally) float64 { return share(all(t).Improved, all(t).WithRating) }},
		{"disputes", "Disputes for a thousand people a year", "disputes", 0, func(t *Tally) float64 { return 12000 * ratio(t.Desk.Disputes, all(t).Months) }},
		{"dispute_wait", "Months a dispute waits", "months", -1, func(t *Tally) float64 {
			return ratio(t.Desk.WaitedMonths, t.Desk.Upheld+t.Desk.Rejected+t.Desk.Overdue)
		}},
		{"dispute_upheld", "Disputes upheld among those decided", "per cent", 0, func(t *Tally) float64 { return share(t.Desk.Upheld, t.Desk.Upheld+t.Desk.Rejected) }},
		{"offences", "Offences of a person and year", "offences", -1, func(t *Tally) float64 { return 12 * ratio(t.Sums.Offences, all(t).Months) }},
		{"service", "Months of voluntary service of a person and year", "months", 1, func(t *Tally) float64 { return 12 * ratio(t.Sums.ServiceDid, all(t).Months) }},
		{"legality_gap", "Measures in force that rest on no law", "per cent", -1, func(t *Tally) float64 { return share(t.Sums.LawlessMonths, t.Sums.MeasureMonths) }},
		{"listed", "People on the list of judgment defaulters, mean of the months", "per cent", 0, func(t *Tally) float64 { return share(t.Sums.ListMonths, all(t).Months) }},
	}
	return m
}

// Opening is how many of the metrics open a report.
const Opening = 4

func halfLife(hazard float64) float64 {
	if !(hazard > 0) || hazard >= 1 {
		return math.NaN()
	}
	return math.Ln2 / -math.Log1p(-hazard)
}

// mobility is Shorrocks' index over the bands: (n - trace) / (n - 1) of the yearly transition matrix. The unrated are left
// out, and bands that nobody was in.
func mobility(t *Tally) float64 {
	n, trace := 0, 0.0
	for i := 1; i < len(t.Moves); i++ {
		sum := int64(0)
		for j := 1; j < len(t.Moves); j++ {
			sum += t.Moves[i][j]
		}
		if sum == 0 {
			continue
		}
		n++
		trace += float64(t.Moves[i][i]) / float64(sum)
	}
	if n < 2 {
		return math.NaN()
	}
	return (float64(n) - trace) / float64(n-1)
}

// Gini is how unevenly a burden lies over groups of the given sizes: 0 is even.
func Gini(people, burden []int64) float64 {
	type row struct{ n, b float64 }
	var rows []row
	n, b := 0.0, 0.0
	for i := range people {
		if people[i] > 0 {
			rows = append(rows, row{float64(people[i]), float64(burden[i])})
			n += float64(people[i])
			b += float64(burden[i])
		}
	}
	if n == 0 || b == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, x := range rows {
		for _, y := range rows {
			sum += x.n * y.n * math.Abs(x.b/x.n-y.b/y.n)
		}
	}
	return sum / (2 * n * n * (b / n))
}

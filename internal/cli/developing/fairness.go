package developing

import (
	"fmt"
	"io"

	"probity/develop/fairness"
	"probity/internal/cli/console"
)

// printFairness prints what a cut-off means for the groups of a column.
func printFairness(w io.Writer, r fairness.Report) {
	fmt.Fprintf(w, "\n%s, which the model does not see, at the cut-off %d\n", r.Column, r.CutOff)
	rows := make([]console.Row, 0, len(r.Groups))
	for _, g := range r.Groups {
		rows = append(rows, console.Row{
			g.Name, g.Rows, g.Bad, fmt.Sprintf("%.2f", g.Approved), fmt.Sprintf("%.2f (%.2f to %.2f)", g.Impact, g.ImpactInterval.Low, g.ImpactInterval.High),
			fmt.Sprintf("%.2f", g.Opportunity), fmt.Sprintf("%.3f", g.Expected), fmt.Sprintf("%.3f", g.Rate),
		})
	}
	console.Columns(w, console.Row{"group", "rows", "bad", "approved", "impact", "of the good", "bad expected", "bad found"}, rows)
	if r.Suppressed > 0 {
		fmt.Fprintf(w, "%s of fewer than %d rows not shown\n", console.Plural(r.Suppressed, "group", "groups"), fairness.Least)
	}
}

package acts

import (
	"fmt"
	"io"
	"strings"

	"probity/calendar"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/measure/ceiling"
)

// orderCeilings shows the table of ceilings.
type orderCeilings struct {
	Measure string `arg:"" optional:"" placeholder:"CODE" complete:"measure" help:"One measure; all where it is not given."`
	On      string `placeholder:"DAY" help:"The editions in force on the day; today where it is not given."`
}

// Help shows the examples.
func (orderCeilings) Help() string {
	return `An order is judged by the edition in force on its first day. Conduct that is lighter than the tiers shown carries no such measure; where a least amount is shown, a smaller sum carries none either. A measure that is not shown is bound by the closed list alone.

Examples:

    probity order ceilings
    probity order ceilings consumption-limit --json`
}

// Run prints the table.
func (c orderCeilings) Run(s *console.Session) error {
	on, err := console.Day("on", c.On)
	if err != nil {
		return err
	}
	if on == calendar.None {
		on = s.Today()
	}
	table := ceiling.BuiltIn()
	r, err := s.Room()
	switch {
	case err == nil:
		table = r.Ceilings()
	case !fault.Is(err, fault.NotFound): // without a database those of the program are shown
		return err
	}
	shown := table.On(c.Measure, on)
	if len(shown) == 0 {
		return fault.New(fault.NotFound, "ceiling.none", "no law has a ceiling for %q on %s", c.Measure, on).
			With("see the measures with: probity catalogue list measures; what is not in this table is bound by the closed list alone")
	}
	s.Result(map[string]any{"ceilings": shown}, func(w io.Writer) {
		rows := []console.Row{}
		for i := range shown {
			for _, x := range shown[i].Tiers {
				least := "any amount"
				if x.Least > 0 {
					least = fmt.Sprintf("from %d fen", x.Least)
				}
				rows = append(rows, console.Row{shown[i].Measure, strings.Join(shown[i].Basis, "; "), x.Tier, x.Longest, least, shown[i].Source + " (" + shown[i].Checked + ")"})
			}
		}
		console.Columns(w, console.Row{"measure", "law", "conduct", "longest", "amount", "source"}, rows)
	})
	return nil
}

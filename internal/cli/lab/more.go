package lab

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"probity/internal/cli/console"
	"probity/internal/lab/report"
	"probity/internal/lab/run"
)

// traceCommand shows one life under one or more policies.
type traceCommand struct {
	Person   int      `arg:"" help:"The number of the person, from 0."`
	Policies []string `arg:"" help:"One policy, or several to lay side by side."`
	All      bool     `help:"Every month, and not only those in which something changes."`
	world
}

// Help shows the examples.
func (traceCommand) Help() string {
	return `The person is generated and meets the same luck under each policy: what differs is the policy's doing.

Examples:

    probity lab trace 20 law-bound-2026 coercive-score
    probity lab trace 20 my-policy.yaml --all --json`
}

// Run prints what changes from month to month.
func (c traceCommand) Run(s *console.Session) error {
	lives := map[string]*run.Life{}
	var order []string
	for _, name := range c.Policies {
		cfg, err := c.under(name)
		if err != nil {
			return err
		}
		l, err := run.Trace(cfg, c.Person)
		if err != nil {
			return err
		}
		if !c.All {
			l.Moments = turns(l.Moments)
		}
		lives[cfg.Policy.Code()] = l
		order = append(order, cfg.Policy.Code())
	}
	s.Result(map[string]any{"notice": report.Notice, "lives": lives}, func(w io.Writer) {
		l := lives[order[0]]
		fmt.Fprintf(w, "Person %d, %s (an identifier that belongs to nobody)\n%s\n%s\n", l.Person, l.Identifier, strings.Join(l.About, "; "), report.Notice)
		for _, code := range order {
			fmt.Fprintf(w, "\n%s\n", code)
			moments := lives[code].Moments
			rows := make([]console.Row, len(moments))
			for i, m := range moments {
				rows[i] = console.Row{m.Day, cmp.Or(m.Band, "not rated"), m.Score, strings.Join(m.Reasons, " "), m.Wrong, happened(m), cmp.Or(strings.Join(m.Measures, ", "), "none")}
			}
			console.Columns(w, console.Row{"day", "band", "score", "reasons", "wrong records", "life", "measures"}, rows)
		}
	})
	return nil
}

// turns are the months in which something is not as it was the month before.
func turns(all []run.Moment) []run.Moment {
	var kept []run.Moment
	for i, m := range all {
		if i == 0 {
			kept = append(kept, m)
			continue
		}
		p := all[i-1]
		if m.Band != p.Band || m.Score != p.Score || (m.Owes > 0) != (p.Owes > 0) || m.NoWork != p.NoWork || m.Listed != p.Listed ||
			m.Wrong != p.Wrong || !slices.Equal(m.Measures, p.Measures) {
			kept = append(kept, m)
		}
	}
	return kept
}

func happened(m run.Moment) string {
	var words []string
	if m.NoWork {
		words = append(words, "without work")
	}
	if m.Owes > 0 {
		words = append(words, fmt.Sprintf("owes %d yuan", m.Owes/100))
	}
	if m.Listed {
		words = append(words, "listed")
	}
	return cmp.Or(strings.Join(words, ", "), "-")
}

// sweepCommand finds what a measure depends on.
type sweepCommand struct {
	Policy string   `arg:"" help:"A preset, or a policy file."`
	Metric string   `default:"wrongful_restriction" placeholder:"CODE" help:"The measure that is watched (wrongful_restriction)."`
	Vary   []string `placeholder:"NAME" help:"The parameters that are moved over their ranges. Otherwise all of faults and disputes."`
	Paths  int      `default:"4" placeholder:"N" help:"How many walks through the ranges (4); each costs one run more than there are parameters."`
	world
}

// Help shows the examples.
func (sweepCommand) Help() string {
	return `Elementary effects after Morris: how much the measure moves while one parameter moves over its whole range, wherever the others stand. It says which assumptions an answer hangs on. Use few people; one run is made for each step.

Examples:

    probity lab sweep law-bound-2026 --people 10000 --months 24
    probity lab sweep coercive-score --metric harm --vary fault.wrong_record,loan.without_work --people 10000`
}

// Run prints the parameters, those that matter most first.
func (c sweepCommand) Run(s *console.Session) error {
	cfg, err := c.under(c.Policy)
	if err != nil {
		return err
	}
	if c.Paths < 1 || c.Paths > 1000 {
		return console.Misuse("--paths: %d walks cannot be made", c.Paths).With("give a number from 1 to 1000")
	}
	names := c.Vary
	if len(names) == 0 {
		names = slices.DeleteFunc(cfg.Parameters.Names(), func(n string) bool { return !strings.HasPrefix(n, "fault.") && !strings.HasPrefix(n, "dispute.") })
	}
	bar := s.Progress("runs", "", int64(c.Paths)*int64(len(names)))
	rows, err := run.Sweep(s.Ctx, cfg, c.Metric, names, c.Paths, func(done, of int) { bar.At(int64(done), int64(of)) })
	bar.Done()
	if err != nil {
		return err
	}
	slices.SortStableFunc(rows, func(a, b run.Effect) int { return cmp.Compare(b.Mean, a.Mean) })
	s.Result(map[string]any{"notice": report.Notice, "policy": cfg.Policy.Code(), "metric": c.Metric, "paths": c.Paths, "effects": rows}, func(w io.Writer) {
		table := make([]console.Row, len(rows))
		for i, r := range rows {
			table[i] = console.Row{r.Parameter, report.Value(r.Mean), report.Value(r.Spread)}
		}
		console.Columns(w, console.Row{"parameter", "moves " + c.Metric + " by", "spread"}, table)
		fmt.Fprintln(w, report.Notice)
	})
	return nil
}

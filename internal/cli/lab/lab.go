// Package lab holds the commands of the policy laboratory: what a policy would do, tried on people who are generated and
// belong to nobody. They open no database and know nothing of the live system (Charter C16).
package lab

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/lab/chance"
	"probity/internal/lab/outcome"
	"probity/internal/lab/parameter"
	"probity/internal/lab/policy"
	"probity/internal/lab/population"
	"probity/internal/lab/report"
	"probity/internal/lab/run"
)

// Commands are the commands of the laboratory.
type Commands struct {
	Run     runCommand     `cmd:"" help:"Run a policy on a generated population and report what it does."`
	Compare compareCommand `cmd:"" help:"Run two policies on the same people and report what changes, and for whom."`
	Sweep   sweepCommand   `cmd:"" help:"Find which assumptions an answer hangs on."`
	Trace   traceCommand   `cmd:"" help:"Show the life of one generated person, under one policy or several."`
	Presets presetsCommand `cmd:"" help:"List the policies that are built in, or show one as a file to start from."`
}

// world are the flags that say who is generated and for how long.
type world struct {
	People       int      `default:"100000" placeholder:"N" help:"How many people are generated (100000)."`
	Months       int      `default:"60" placeholder:"N" help:"For how many months (60)."`
	Seed         uint64   `default:"1" placeholder:"N" help:"The seed: the same gives the same bytes (1)."`
	Replications int      `default:"5" placeholder:"N" help:"How often, with seeds of their own, for the intervals (5)."`
	Start        string   `default:"2025-12-31" placeholder:"DAY" help:"The month's end before the first month (2025-12-31)."`
	Set          []string `placeholder:"NAME=VALUE" help:"Another value for a parameter, within its range."`
	Margins      string   `placeholder:"FILE" help:"Other published margins than those built in."`
	Workers      int      `default:"0" placeholder:"N" help:"How many cores work; the result is the same on any number (all of them)."`
	Out          string   `short:"o" placeholder:"DIR" help:"Write the report there: report.html, result.json, metrics.csv and groups.csv."`
}

// config brings the flags together.
func (w *world) config(p *policy.Policy) (run.Config, error) {
	c := run.Config{Policy: p, Seed: chance.Seed(w.Seed), People: w.People, Months: w.Months, Replications: w.Replications, Workers: w.Workers}
	if c.Workers < 1 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	var err error
	if c.Start, err = calendar.Parse(w.Start); err != nil {
		return c, console.Misuse("--start: %v", err).With("give the last day of a month, such as 2025-12-31")
	}
	if year, month, day := c.Start.Date(); day != calendar.DaysIn(year, month) || year < 1900 || year > 9000 {
		return c, console.Misuse("--start: %s is not the last day of a month of our time", w.Start).With("give the last day of a month, such as 2025-12-31")
	}
	if c.World, err = w.margins(); err != nil {
		return c, err
	}
	c.Parameters, err = w.parameters()
	return c, err
}

func (w *world) margins() (*population.World, error) {
	if w.Margins == "" {
		return population.Builtin()
	}
	text, err := console.ReadWhole(w.Margins)
	if err != nil {
		return nil, err
	}
	return population.Read(w.Margins, text)
}

func (w *world) parameters() (*parameter.Set, error) {
	set, err := run.Parameters()
	if err != nil {
		return nil, err
	}
	changes := map[string]parameter.Number{}
	for _, s := range w.Set {
		name, value, ok := strings.Cut(s, "=")
		v, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil || math.IsNaN(v) {
			return nil, console.Misuse("--set: %q is not NAME=VALUE", s).With("for example --set loan.incentive=0.2; probity lab presets --parameters lists the names")
		}
		changes[name] = parameter.Number{Value: v}
	}
	return set.With("--set", changes)
}

// under finds a policy and brings it together with the flags.
func (w *world) under(name string) (run.Config, error) {
	p, err := policyOf(name)
	if err != nil {
		return run.Config{}, err
	}
	return w.config(p)
}

// policyOf finds a preset by its name, or reads a policy file.
func policyOf(name string) (*policy.Policy, error) {
	if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
		return policy.Preset(name)
	}
	text, err := console.ReadWhole(name)
	if err != nil {
		return nil, err
	}
	return policy.Read(name, text, func(model string) ([]byte, string, error) {
		at := filepath.Join(filepath.Dir(name), model)
		if text, err := os.ReadFile(at); err == nil {
			return text, at, nil
		}
		return policy.BuiltinModel(model)
	})
}

// again is the command that gives the same result.
func (w *world) again(verb string, policies ...string) string {
	text := fmt.Sprintf("probity lab %s %s --people %d --months %d --seed %d --replications %d --start %s", verb, strings.Join(policies, " "), w.People, w.Months, w.Seed, w.Replications, w.Start)
	for _, s := range w.Set {
		text += " --set " + s
	}
	if w.Margins != "" {
		text += " --margins " + w.Margins
	}
	return text
}

// write puts the report into the folder, if one was named.
func (w *world) write(d *report.Document) error {
	if w.Out == "" {
		return nil
	}
	if err := os.MkdirAll(w.Out, 0o750); err != nil {
		return fault.New(fault.Unavailable, "lab.out", "the folder cannot be made").At(w.Out).By(err).With("choose a folder that you may write to")
	}
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{{"report.html", d.HTML}, {"result.json", d.JSON}, {"metrics.csv", d.MetricsCSV}, {"groups.csv", d.GroupsCSV}} {
		if err := writeFile(filepath.Join(w.Out, f.name), f.write); err != nil {
			return fault.New(fault.Unavailable, "lab.out", "the file cannot be written: %v", err).At(filepath.Join(w.Out, f.name)).With("choose a folder that you may write to")
		}
	}
	return nil
}

func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	return write(f)
}

// closing says where the report is.
func (w *world) closing(out io.Writer) {
	if w.Out == "" {
		fmt.Fprintln(out, "The whole report: add --out DIR.")
		return
	}
	fmt.Fprintf(out, "The whole report: %s\n", filepath.Join(w.Out, "report.html"))
}

// runCommand runs one policy.
type runCommand struct {
	Policy string `arg:"" help:"A preset (see probity lab presets), or a policy file that ends in .yaml."`
	world
}

// Help shows the examples.
func (runCommand) Help() string {
	return `The people are generated from published margins and belong to nobody; the ratings are made by the platform's own evaluator, every month, for everybody. What comes out is not a prediction: it says what the policy does in a world whose every assumption stands in the report, with its source.

Examples:

    probity lab run law-bound-2026
    probity lab run coercive-score --people 1000000 --months 120 --seed 7 --out coercive
    probity lab run my-policy.yaml --set fault.wrong_record=0.02 --json`
}

// Run prints the four opening measures and the rest as a table.
func (c runCommand) Run(s *console.Session) error {
	cfg, err := c.under(c.Policy)
	if err != nil {
		return err
	}
	bar := s.Progress("person-months", "", int64(c.People)*int64(c.Months)*int64(c.Replications))
	cfg.Progress = func(done int64) { bar.At(done, 0) }
	r, err := run.Run(s.Ctx, cfg)
	bar.Done()
	if err != nil {
		return err
	}
	d := report.OfRun(r)
	d.Command = c.again("run", c.Policy)
	if err := c.write(d); err != nil {
		return err
	}
	s.Result(d, func(w io.Writer) {
		fmt.Fprintf(w, "%s\n%s\n%s\n\n", cfg.Policy.Name(), cfg.Policy.About(), report.Notice)
		rows := make([]console.Row, len(d.Metrics))
		for i, m := range d.Metrics {
			rows[i] = console.Row{m.Title, report.Value(m.Values[0].Mean), report.Span(m.Values[0]), m.Unit}
		}
		console.Columns(w, console.Row{"measure", "mean", "95% interval", "unit"}, rows)
		fmt.Fprintf(w, "\n%s\nThe same again: %s\n", d.Certificate, d.Command)
		c.closing(w)
	})
	return nil
}

// compareCommand runs two policies on the same people.
type compareCommand struct {
	Before string `arg:"" help:"The policy to start from: a preset or a policy file."`
	After  string `arg:"" help:"The policy to compare with it."`
	Words  bool   `help:"Say only how the two differ, and run nothing."`
	world
}

// Help shows the examples.
func (compareCommand) Help() string {
	return `How the two differ is said in words before anything is run. Then the same people live under both with the same luck, so that what changes is the policy's doing; the change has an interval of its own.

Examples:

    probity lab compare law-bound-2026 coercive-score
    probity lab compare law-bound-2026 coercive-score --words
    probity lab compare law-bound-2026 my-reform.yaml --people 500000 --replications 20 --out reform`
}

// Run says what differs, runs both, and says what changed and for whom.
func (c compareCommand) Run(s *console.Session) error {
	before, err := policyOf(c.Before)
	if err != nil {
		return err
	}
	after, err := policyOf(c.After)
	if err != nil {
		return err
	}
	changes := policy.Difference(before, after)
	if c.Words {
		s.Result(map[string]any{"before": before.Code(), "after": after.Code(), "changes": changes}, func(w io.Writer) { say(w, before, after, changes) })
		return nil
	}
	if !s.JSON() {
		say(s.Process.Err, before, after, changes)
	}
	cfg, err := c.config(before)
	if err != nil {
		return err
	}
	bar := s.Progress("person-months", "", int64(c.People)*int64(c.Months)*int64(c.Replications))
	cfg.Progress = func(done int64) { bar.At(done, 0) }
	r, err := run.Compare(s.Ctx, cfg, after)
	bar.Done()
	if err != nil {
		return err
	}
	d := report.OfComparison(r)
	d.Command = c.again("compare", c.Before, c.After)
	if err := c.write(d); err != nil {
		return err
	}
	s.Result(d, func(w io.Writer) {
		for _, m := range d.Metrics[:outcome.Opening] {
			fmt.Fprintf(w, "%s: %s, from %s to %s %s\n", m.Title, report.Verdict(m), report.Value(m.Values[0].Mean), report.Value(m.Values[1].Mean), m.Unit)
		}
		fmt.Fprintf(w, "Of a hundred people %s fare better, %s worse, %s the same.\n%s\n\n", report.Value(d.Pairs.Better), report.Value(d.Pairs.Worse), report.Value(d.Pairs.Same), report.Notice)
		rows := make([]console.Row, len(d.Metrics))
		for i, m := range d.Metrics {
			rows[i] = console.Row{m.Title, report.Value(m.Values[0].Mean), report.Value(m.Values[1].Mean), report.Value(m.Change.Mean), report.Span(*m.Change), report.Verdict(m), m.Unit}
		}
		console.Columns(w, console.Row{"measure", "before", "after", "change", "95% interval", "", "unit"}, rows)
		fmt.Fprintf(w, "\n%s\nThe same again: %s\n", d.Certificate, d.Command)
		c.closing(w)
	})
	return nil
}

// say puts the difference of two policies in words.
func say(w io.Writer, before, after *policy.Policy, changes []policy.Change) {
	fmt.Fprintf(w, "From %q to %q:\n", before.Name(), after.Name())
	if len(changes) == 0 {
		fmt.Fprintln(w, "  nothing differs")
	}
	for _, c := range changes {
		fmt.Fprintf(w, "  %s\n    before: %s\n    after:  %s\n", c.Topic, c.Before, c.After)
	}
	fmt.Fprintln(w)
}

// presetsCommand lists the policies that are built in.
type presetsCommand struct {
	Preset     string `arg:"" optional:"" help:"Show this one, as a file to start from."`
	Parameters bool   `help:"List every parameter with its value, range and source instead."`
}

// Help shows the examples.
func (presetsCommand) Help() string {
	return `Examples:

    probity lab presets
    probity lab presets coercive-score > my-policy.yaml
    probity lab presets --parameters`
}

type presetRow struct {
	Preset string        `json:"preset"`
	Title  string        `json:"title"`
	Says   string        `json:"says"`
	Words  []policy.Line `json:"words"`
}

// Run lists the presets, shows the file of one, or lists the parameters.
func (c presetsCommand) Run(s *console.Session) error {
	if c.Parameters {
		return listParameters(s)
	}
	if c.Preset != "" && !s.JSON() {
		text, err := policy.PresetText(c.Preset)
		if err != nil {
			return err
		}
		return s.Raw(func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
	all, err := policy.Presets()
	if err != nil {
		return err
	}
	if c.Preset != "" {
		one, err := policy.Preset(c.Preset)
		if err != nil {
			return err
		}
		all = []*policy.Policy{one}
	}
	rows := make([]presetRow, len(all))
	for i, p := range all {
		rows[i] = presetRow{p.Code(), p.Name(), p.About(), p.Words()}
	}
	s.Result(map[string]any{"presets": rows}, func(w io.Writer) {
		for _, r := range rows {
			fmt.Fprintf(w, "%s: %s\n  %s\n", r.Preset, r.Title, r.Says)
		}
	})
	return nil
}

func listParameters(s *console.Session) error {
	set, err := run.Parameters()
	if err != nil {
		return err
	}
	all := report.Sources(set)
	s.Result(map[string]any{"parameters": all}, func(w io.Writer) {
		rows := make([]console.Row, len(all))
		for i, p := range all {
			rows[i] = console.Row{p.Name, p.Value, fmt.Sprintf("%v to %v", p.Low, p.High), p.Unit, p.Basis, p.What}
		}
		console.Columns(w, console.Row{"parameter", "value", "range", "unit", "basis", "what"}, rows)
	})
	return nil
}

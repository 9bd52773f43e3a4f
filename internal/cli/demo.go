package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"probity/calendar"
	"probity/internal/catalogue"
	"probity/internal/cli/console"
	"probity/internal/cli/serving"
	"probity/internal/demo"
	"probity/internal/subject"
)

// demoCommand makes the generated delta and serves it.
type demoCommand struct {
	Dir     string `arg:"" optional:"" default:"demo-data" help:"The folder it is made in: ${default} where none is named."`
	NoServe bool   `name:"no-serve" help:"End after the summary, without serving the page."`
	Fresh   bool   `help:"Take the demonstration that is there away first."`
	Seed    uint64 `default:"1" placeholder:"N" help:"Another world: the same seed gives the same files, byte for byte."`
	Share   int    `default:"1000" placeholder:"N" help:"How much of the delta, in thousandths."`
	On      string `placeholder:"DAY" help:"The last day of its story; 2026-11-22 where none is named, or today where that is earlier."`
	Listen  string `default:"127.0.0.1:8371" placeholder:"ADDRESS" help:"Where the page is served; an address of this machine."`
}

// Help shows the examples.
func (demoCommand) Help() string {
	return `Makes up the firms, public bodies, office holders and persons of Shanghai, Jiangsu, Zhejiang and Anhui, writes the files that agencies would send about them (DIR/files), takes the files in, records what persons agreed to, rates everybody who may be rated, says what came out, and serves the small page until Ctrl-C. Nobody in it exists: every identifier stands in a range that nobody can have, and the database (DIR/probity.db) is born a demonstration and can never become live.

In a folder where it was made before it only serves. Interrupted, it is finished by the same command. With --json it prints the summary as one object and ends.

Examples:

    probity demo
    probity demo --no-serve
    probity demo /tmp/delta --seed 7 --share 50 --json`
}

// Run makes the demonstration, or finds it made, and serves it.
func (c demoCommand) Run(s *console.Session) error {
	if c.Share < 1 || c.Share > 1000 {
		return console.Misuse("--share is %d", c.Share).With("name thousandths of the delta, from 1 to 1000")
	}
	if c.Fresh {
		if err := demo.Remove(c.Dir); err != nil {
			return err
		}
	}
	kept, err := demo.Look(c.Dir)
	if err != nil {
		return err
	}
	s.Flags.DB = demo.Database(c.Dir)
	if kept != nil && kept.Summary != nil {
		s.Note("the demonstration in %s is there already; --fresh makes it anew", c.Dir)
	} else if kept, err = c.create(s, kept); err != nil {
		return err
	}
	s.Result(kept.Summary, func(w io.Writer) { printDemo(w, c.Dir, kept.Summary) })
	if c.NoServe || s.JSON() {
		return nil
	}
	return serving.Pages(s, c.Listen)
}

// create makes the demonstration, or finishes one that was begun.
func (c demoCommand) create(s *console.Session, begun *demo.Kept) (*demo.Kept, error) {
	kept := begun
	if kept == nil {
		day, err := console.Day("on", c.On)
		if err != nil {
			return nil, err
		}
		if day == calendar.None {
			day = min(demo.LastDay, s.Today())
		}
		kept = &demo.Kept{Seed: c.Seed, On: day, Permille: c.Share}
		if err := kept.Keep(c.Dir); err != nil {
			return nil, err
		}
	}
	p := &progressOf{session: s, bar: &console.Bar{}}
	defer func() { p.bar.Done() }()
	run := &demo.Run{
		World: demo.New(kept.Seed, kept.On, demo.Part(kept.Permille), catalogue.BuiltIn()),
		Dir:   c.Dir, Now: s.Process.Now, Progress: p.at,
	}
	open, _, err := run.Make(s.Ctx)
	if open != nil {
		err = errors.Join(err, open.Close())
	}
	if err != nil {
		return nil, console.Resumable(err, "run the same command again: it finishes what was begun")
	}
	kept.Summary = &run.Summary
	return kept, kept.Keep(c.Dir)
}

// progressOf draws a bar for each step in turn.
type progressOf struct {
	session *console.Session
	step    string
	bar     *console.Bar
}

func (p *progressOf) at(step string, done, total int64) {
	if step != p.step {
		p.bar.Done()
		p.step, p.bar = step, p.session.Progress(step, "", total)
	}
	p.bar.At(done, total)
}

// mostRejects is how many files with rejected rows the summary names.
const mostRejects = 5

func printDemo(w io.Writer, dir string, x *demo.Summary) {
	fmt.Fprintf(w, "the delta of seed %d, up to %s, in %s\n", x.Seed, x.On, dir)
	fmt.Fprintf(w, "  %s sent %s of %s: %s rows\n", console.Plural(x.Agencies, "agency", "agencies"), console.Count(x.Files, "file"),
		console.Count(x.Datasets, "dataset"), console.Grouped(x.Rows))
	fmt.Fprintf(w, "  %s rows are in, %s were there already, %s wait in quarantine (%s were made bad on purpose)\n",
		console.Grouped(x.Stored), console.Grouped(x.Unchanged), console.Grouped(x.Rejected), console.Grouped(x.MeantBad))
	fmt.Fprintf(w, "  %s enterprises, %s public bodies, %s office holders, %s persons; %s consents\n",
		console.Grouped(x.Subjects[subject.Enterprise]), console.Grouped(x.Subjects[subject.PublicBody]),
		console.Grouped(x.Subjects[subject.OfficeHolder]), console.Grouped(x.Subjects[subject.Person]), console.Grouped(x.Consents))
	fmt.Fprintln(w, "\nratings")
	var rows [][]any
	for i := range x.Models {
		m := &x.Models[i]
		bands := ""
		for _, b := range m.Bands {
			bands += fmt.Sprintf("%s %s  ", b.Name, console.Grouped(b.Count))
		}
		rows = append(rows, console.Row{"  " + m.Model, console.Grouped(m.Rated) + " rated", console.Grouped(m.NotRated) + " not", bands})
	}
	console.Columns(w, nil, rows)
	fmt.Fprintln(w, "\nmost rows refused")
	rows = nil
	for _, r := range x.Rejects[:min(len(x.Rejects), mostRejects)] {
		see := fmt.Sprintf("probity quarantine list %d --agency %s --db %s", r.Submission, r.Agency, demo.Database(dir))
		rows = append(rows, console.Row{"  " + r.Dataset, fmt.Sprintf("%d of %d", r.Rejected, r.Rows), see})
	}
	console.Columns(w, nil, rows)
	fmt.Fprintln(w, "\nseconds")
	rows = nil
	total := 0.0
	for _, step := range x.Steps {
		total += step.Seconds
		rows = append(rows, console.Row{"  " + step.Name, fmt.Sprintf("%.1f", step.Seconds)})
	}
	console.Columns(w, nil, append(rows, console.Row{"  together", fmt.Sprintf("%.1f", total)}))
	fmt.Fprintln(w, "\ntry")
	for _, command := range x.Try {
		fmt.Fprintf(w, "  probity %s --db %s\n", command, demo.Database(dir))
	}
	if n := len(x.Try); n > 0 && strings.HasPrefix(x.Try[n-1], "rate ") {
		fmt.Fprintln(w, "the last is refused, as it must be: that person has agreed to no such rating")
	}
}

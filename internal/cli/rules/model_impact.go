package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/impact"
	"probity/internal/impact/page"
	"probity/internal/rating"
	"probity/internal/store/impacts"
	"probity/internal/store/rulebooks"
)

// modelImpact says what a version would do to everybody.
type modelImpact struct {
	version
	Snapshot    string `required:"" placeholder:"FOLDER" help:"The snapshot of everybody's facts: probity snapshot build."`
	Against     string `placeholder:"MODEL[@N]" help:"The model to compare with; the version in force where it is not given."`
	AsOf        string `name:"as-of" placeholder:"DAY" help:"The day whose state of affairs the candidate rates; that of the snapshot where it is not given."`
	AgainstAsOf string `name:"against-as-of" placeholder:"DAY" help:"The day that the other side rates; the same where it is not given."`
	Out         string `placeholder:"FOLDER" help:"Write the report into this new folder, and keep that it was made: an approval rests on it."`
}

// Help shows the examples.
func (modelImpact) Help() string {
	return `Everybody in the snapshot is rated by both sides in one pass: who goes from which band to which, by kind, region, industry and size; who moves most, and through which characteristic; who loses a benefit; who is not rated; how much hangs on each cut. Organisations are named by id. Of human beings there are counts alone, and small ones are not shown. Nothing is written into the database but that the report was made.

With --out the folder holds impact.json, the page in English and Chinese, movements.parquet with every organisation that moves, and counts.parquet. An official of the agency that set the platform up has to write it; it is an entry of the platform's own ledger. Delete it by the day it says.

Examples:

    probity snapshot build today.snapshot
    probity model impact customs-credit --version 1 --snapshot today.snapshot
    probity model impact my-model --version 2 --snapshot today.snapshot --out my-model-2.impact
    probity model impact tax-fee-credit --snapshot today.snapshot --as-of 2026-10-31 --against-as-of 2026-09-30`
}

// Run compares, prints what it comes to, and writes the report where it is asked for.
func (c modelImpact) Run(s *console.Session) error {
	ratings, err := s.Ratings()
	if err != nil {
		return err
	}
	found, err := c.find(s)
	if err != nil {
		return err
	}
	candidate, err := compiled(s, &found)
	if err != nil {
		return err
	}
	current, err := c.other(s, &found)
	if err != nil {
		return err
	}
	by, permit, err := c.mayWrite(s)
	if err != nil {
		return err
	}
	open, err := s.Opened.Snapshots(ratings).Open(c.Snapshot)
	if err != nil {
		return err
	}
	defer open.Close() //nolint:errcheck // it was only read
	sides, err := c.sides(candidate, current, open.AsOf)
	if err != nil {
		return err
	}
	q, err := s.Opened.Impact(s.Ctx, ratings, open, sides[0], sides[1])
	if err != nil {
		return err
	}
	bar := s.Progress("rating", "", 0)
	q.Progress = func(done, of int) { bar.At(int64(done), int64(of)) }
	if c.Out == "" {
		r, err := impact.Make(s.Ctx, q)
		bar.Done()
		if err != nil {
			return err
		}
		c.print(s, r, "", 0)
		return nil
	}
	kept := impacts.In(s.Opened.Store)
	if err := kept.Begin(s.Ctx, permit, digestOf(candidate), compared(q), s.Process.Now()); err != nil {
		return err
	}
	f, err := writeImpact(s, q, c.Out)
	bar.Done()
	if err != nil {
		return console.Resumable(err, "type it again: nothing was left behind")
	}
	made := impacts.Report{
		Digest: f.digest[:], Candidate: digestOf(candidate), MadeAt: f.report.MadeAt, MadeBy: by, Ledger: f.report.Population.Ledger, Snapshot: f.report.Population.Snapshot,
	}
	if current != nil {
		made.Current = digestOf(current)
	}
	if err := kept.Add(s.Ctx, permit, &made); err != nil {
		return errors.Join(err, os.RemoveAll(c.Out))
	}
	c.print(s, f.report, hex.EncodeToString(f.digest[:]), f.moved)
	return nil
}

// compared says in codes which models, and which snapshot, a report compares.
func compared(q *impact.Question) string {
	code := func(m *rating.Model) string { return m.Facts.Code + "@" + strconv.Itoa(m.Facts.Version) }
	of := code(q.Candidate.Model)
	if q.Current.Model != nil {
		of += " against=" + code(q.Current.Model)
	}
	return of + " snapshot=" + q.Population.Snapshot
}

func digestOf(m *rating.Model) []byte {
	d := m.Plan.Model().Digest
	return d[:]
}

// mayWrite asks whether a report may be written, where one is asked for: it names organisations.
func (c modelImpact) mayWrite(s *console.Session) (by string, permit charter.CopyPermit, err error) {
	if by, err = s.Official(); err != nil || c.Out == "" {
		return by, permit, err
	}
	if _, err := os.Stat(c.Out); !errors.Is(err, fs.ErrNotExist) {
		return "", permit, fault.New(fault.Conflict, "impact.folder", "there is a %s already", c.Out).With("name a folder that is not there yet")
	}
	credential, err := s.Acting()
	if err != nil {
		return "", permit, err
	}
	permit, err = s.Opened.Access.Copying(s.Ctx, credential, "impact", c.Model)
	return by, permit, err
}

func compiled(s *console.Session, m *rulebooks.Model) (*rating.Model, error) {
	return rating.NewModel(m.Code+".yaml", m.Body, s.Opened.Catalogue.Schema())
}

// other is the model to compare with: the one that is named, or the version in force; nil where there is none.
func (c modelImpact) other(s *console.Session, candidate *rulebooks.Model) (*rating.Model, error) {
	if c.Against != "" {
		v := version{Model: c.Against}
		if code, number, ok := strings.Cut(c.Against, "@"); ok {
			n, err := strconv.Atoi(number)
			if err != nil || n < 1 {
				return nil, fault.New(fault.Invalid, "impact.against", "--against: %q is no version", number).With("write --against MODEL@2")
			}
			v = version{code, n}
		}
		m, err := v.find(s)
		if err != nil {
			return nil, err
		}
		return compiled(s, &m)
	}
	models, err := rulebooks.In(s.Opened.Store).All(s.Ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(models, func(m rulebooks.Model) bool { return m.Code == candidate.Code && m.State == rulebooks.Active })
	switch {
	case i < 0:
		return nil, nil
	case models[i].Version == candidate.Version && c.AsOf == c.AgainstAsOf:
		return nil, fault.New(fault.Invalid, "impact.same", "version %d of %s is in force, and would be compared with itself", candidate.Version, candidate.Code).
			With("name another version, another model with --against, or another day with --against-as-of")
	}
	return compiled(s, &models[i])
}

// sides are the candidate and what it is compared with, each with its day. Neither day is later than the snapshot's.
func (c modelImpact) sides(candidate, current *rating.Model, asOf calendar.Day) (sides [2]impact.Side, err error) {
	days := [2]calendar.Day{asOf, asOf}
	for i, m := range []*rating.Model{candidate, current} {
		if m != nil { // what it says on that day: of a model that rates years, of the newest year
			days[i] = m.At(asOf).AsOf
		}
	}
	for i, x := range []struct{ flag, text string }{{"as-of", c.AsOf}, {"against-as-of", console.Either(c.AgainstAsOf, c.AsOf)}} {
		if x.text == "" {
			continue
		}
		if days[i], err = console.Day(x.flag, x.text); err != nil {
			return sides, err
		}
		if days[i] > asOf {
			return sides, fault.New(fault.Invalid, "impact.day", "--%s: the snapshot is as of %s, and %s is later", x.flag, asOf, days[i]).
				With("build a snapshot of that day: probity snapshot build --as-of")
		}
	}
	return [2]impact.Side{{Model: candidate, AsOf: days[0]}, {Model: current, AsOf: days[1]}}, nil
}

// reportFile is the report itself, in its folder; its digest is that of the report.
const reportFile = "impact.json"

// written is a report that stands in its folder.
type written struct {
	report *impact.Report
	digest [sha256.Size]byte
	moved  int64
}

// writeImpact makes the report and writes it into a new folder; where that fails, nothing is left behind.
func writeImpact(s *console.Session, q *impact.Question, dir string) (f written, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return f, fault.New(fault.Conflict, "impact.folder", "the folder %s cannot be made", dir).By(err).With("name a folder that is not there yet")
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	err = into(dir, "movements.parquet", func(w io.Writer) error {
		m := impact.NewMovements(w, q.DeleteBy)
		q.Moved = m.Add
		if f.report, err = impact.Make(s.Ctx, q); err != nil {
			return errors.Join(err, m.Close())
		}
		err := m.Close()
		f.moved = m.Written()
		return err
	})
	if err != nil {
		return f, err
	}
	text, err := json.MarshalIndent(f.report, "", " ")
	if err != nil {
		return f, err
	}
	text = append(text, '\n')
	f.digest = sha256.Sum256(text)
	files := map[string]func(io.Writer) error{
		reportFile:       func(w io.Writer) error { _, err := w.Write(text); return err },
		"counts.parquet": f.report.WriteCounts,
	}
	for _, l := range page.Languages {
		files["impact."+string(l)+".html"] = func(w io.Writer) error { return page.Write(w, f.report, hex.EncodeToString(f.digest[:]), l) }
	}
	for name, write := range files {
		if err := into(dir, name, write); err != nil {
			return f, err
		}
	}
	return f, nil
}

func into(dir, name string, write func(io.Writer) error) error {
	path := filepath.Join(dir, name)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "impact.write", "%s cannot be written", path).By(err)
	}
	return errors.Join(write(f), f.Sync(), f.Close())
}

// impactAnswer is a report in short; with --json and without --out it is whole.
type impactAnswer struct {
	Folder string         `json:"folder,omitempty"`
	Digest string         `json:"report_digest,omitempty"`
	Moved  int64          `json:"movements,omitempty"`
	Report *impact.Report `json:"report,omitempty"`
}

func (c modelImpact) print(s *console.Session, r *impact.Report, digest string, moved int64) {
	a := impactAnswer{Folder: c.Out, Digest: digest, Moved: moved}
	if c.Out == "" {
		a.Report = r
		for i := range r.Parts {
			r.Parts[i].Movers = nil // whoever is named stands in a report that is written, and entered in the ledger
		}
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "%s as of %s\n", nameOf(&r.Candidate), r.Candidate.AsOf)
		if r.First {
			fmt.Fprintln(w, "the first of its kind: nobody was rated by this model before, and there is nothing to compare with")
		} else {
			fmt.Fprintf(w, "against %s as of %s\n", nameOf(r.Current), r.Current.AsOf)
		}
		if len(r.NotHeld) > 0 {
			fmt.Fprintf(w, "persons and sole traders are not counted: the snapshot holds no records of theirs for %s, which is no longer in use\n", strings.Join(r.NotHeld, " and "))
		}
		if len(r.Parts) == 0 {
			fmt.Fprintln(w, "it rates nobody in the snapshot")
		}
		for i := range r.Parts {
			printPart(w, &r.Parts[i])
		}
		if c.Out == "" {
			fmt.Fprintln(w, "nothing was written: --out FOLDER writes the report, which an approval needs")
			return
		}
		fmt.Fprintf(w, "%s holds the report, and %s; delete it by %s\n", c.Out, console.Count(moved, "movement"), r.DeleteBy)
		fmt.Fprintf(w, "its digest is %s\n", digest)
	})
}

func nameOf(m *impact.ModelRef) string { return m.Model + " version " + strconv.Itoa(m.Version) }

const notShown = "not shown"

func shownCount(c impact.Count) string {
	if c.Hidden {
		return notShown
	}
	return console.Grouped(c.N)
}

var partTitles = map[string]string{impact.Organisations: "organisations", impact.HumanBeings: "human beings"}

var flowTitles = map[string]string{
	impact.Up: "go up", impact.Same: "stay", impact.Down: "go down", impact.Other: "go to a band neither better nor worse",
	impact.Gained: "are newly rated", impact.Lost: "are no longer rated", impact.Never: "are not rated by either",
}

func printPart(w io.Writer, p *impact.Part) {
	fmt.Fprintf(w, "\n%s: %s\n", partTitles[p.Name], shownCount(p.Subjects))
	for _, f := range p.Flows {
		if f.Direction == impact.Other && !f.Subjects.Hidden && f.Subjects.N == 0 {
			continue
		}
		share := ""
		if f.Share != nil {
			share = fmt.Sprintf(" (%.1f %%)", *f.Share*100)
		}
		fmt.Fprintf(w, "  %s %s%s\n", shownCount(f.Subjects), flowTitles[f.Direction], share)
	}
	if p.Matrix != nil {
		head := console.Row{"now \\ candidate"}
		for _, name := range p.Matrix.To {
			head = append(head, name)
		}
		rows := make([]console.Row, 0, len(p.Matrix.From))
		for i, line := range p.Matrix.Cells {
			row := console.Row{p.Matrix.From[i]}
			for _, cell := range line {
				row = append(row, shownCount(cell))
			}
			rows = append(rows, row)
		}
		console.Columns(w, head, rows)
	}
	for i, d := range p.Drivers {
		if i == 5 {
			break
		}
		if d.Mean != nil {
			fmt.Fprintf(w, "  %s: %+.2f points on the mean\n", console.Either(d.Name, d.Title.EN), *d.Mean)
		}
	}
	for _, x := range p.Consequences {
		fmt.Fprintf(w, "  benefit %s: %s gain it, %s lose it\n", x.Measure, shownCount(x.Gained), shownCount(x.Lost))
	}
}

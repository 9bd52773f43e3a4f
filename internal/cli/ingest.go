package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/intake"
	"probity/internal/intake/format"
	"probity/internal/intake/mapping"
	"probity/internal/record"
	"probity/internal/store"
)

// ingestCommand takes agencies' files in.
type ingestCommand struct {
	Files     []string `arg:"" name:"file" help:"The files. - is standard input."`
	Dataset   string   `required:"" placeholder:"CODE" complete:"dataset" help:"The dataset whose contract the rows keep."`
	Agency    string   `placeholder:"CODE" complete:"agency" help:"The supplier; the agency of the credential in use where it is not given. Officials of the agency that set the platform up act for any."`
	Mapping   string   `placeholder:"FILE" help:"The mapping that reads a foreign file as the dataset's own columns."`
	Correct   bool     `xor:"act" help:"The rows expressly correct what was sent before."`
	Retract   bool     `xor:"act" help:"The rows withdraw the records with their keys."`
	Format    string   `placeholder:"KIND" enum:",csv,ndjson,xlsx,parquet,xml" default:"" help:"csv, ndjson, xlsx, parquet or xml. Found from the content where it is not given."`
	Encoding  string   `placeholder:"NAME" enum:",utf-8,gb18030,utf-16le,utf-16be" default:"" help:"utf-8, gb18030, utf-16le or utf-16be. Found from the content where it is not given."`
	Delimiter string   `placeholder:"CHAR" help:"What separates the columns of a CSV file; tab for the tab character."`
	Sheet     string   `placeholder:"NAME" help:"The sheet of an XLSX file; the first where it is not given."`
	Signature string   `placeholder:"FILE" help:"The agency's detached signature over the file, as probity key sign makes it."`
	Skip      int      `placeholder:"N" help:"Lines before the line of column names."`
}

// Help shows the examples.
func (ingestCommand) Help() string {
	return `Good rows go in and become visible together, when the file is done; each bad row waits in quarantine with the rule it broke and a hint, and the exit code is then 4. A file with too many bad rows is held as a whole (exit code 1) until probity submission publish or discard.

The same file twice changes nothing. A killed or interrupted run is finished by the same command.

Examples:

    probity ingest penalties.csv --dataset samr.penalty --agency samr
    zcat 2026-06.csv.gz | probity ingest - --dataset samr.licence --agency samr
    probity ingest banklist.csv --mapping examples/fdic.yaml --dataset fdic.failure --agency fdic
    probity ingest mended.csv --dataset samr.penalty --agency samr --correct
    probity ingest penalties.csv --dataset samr.penalty --signature penalties.csv.jws`
}

// Run takes the files in.
func (c ingestCommand) Run(s *console.Session) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	job := intake.Job{Dataset: c.Dataset, Format: options, Act: c.act()}
	if c.Mapping != "" {
		m, err := readMapping(c.Mapping)
		if err != nil {
			return err
		}
		job.Mapping = m
	}
	return delivery{files: c.Files, agency: c.Agency, job: job, signature: c.Signature}.take(s)
}

func readMapping(name string) (*mapping.Mapping, error) {
	text, err := console.ReadWhole(name)
	if err != nil {
		return nil, err
	}
	return mapping.Parse(bytes.NewReader(text), name)
}

// delivery is some files to take in by the same job.
type delivery struct {
	files []string
	// from takes the place of standard input, for rows that were typed.
	from io.Reader
	// agency is the supplier; "" is that of the credential in use.
	agency string
	job    intake.Job
	// signature is the file of the agency's detached signature over the one file; "" where it was not signed.
	signature string
}

// take takes one file after the other. It stops at the first that cannot be taken as a whole; those before it are in.
func (d delivery) take(s *console.Session) error {
	desk, err := s.Intake()
	if err != nil {
		return err
	}
	if d.job.By, err = s.Supplier(d.agency); err != nil {
		return err
	}
	if err := d.sign(s); err != nil {
		return err
	}
	worst := console.ExitDone
	for _, name := range d.files {
		report, err := d.one(s, desk, name)
		if err != nil {
			return console.Resumable(err, "run the same command again: it takes the whole file in")
		}
		s.Result(reportAnswer{report, report.Places}, func(w io.Writer) { printReport(w, report) })
		switch {
		case report.State == store.SubmissionHeld:
			worst = console.ExitFailed
		case report.Counts.Rejected > 0 && worst == console.ExitDone:
			worst = console.ExitRejected
		}
	}
	if worst != console.ExitDone {
		return console.Exit(worst)
	}
	return nil
}

// sign reads the signature that came with the file.
func (d *delivery) sign(s *console.Session) error {
	if d.signature == "" {
		return nil
	}
	if len(d.files) != 1 {
		return console.Misuse("--signature is over one file, and there are %d", len(d.files)).With("take the files in one by one")
	}
	text, err := console.ReadWhole(d.signature)
	if err != nil {
		return err
	}
	d.job.Signed, err = s.Opened.FileSignature(s.Ctx, text, d.job.By.Agency())
	return err
}

func (d delivery) one(s *console.Session, desk *intake.Desk, name string) (*intake.Report, error) {
	job := d.job
	job.File, job.Source = name, s.Process.In
	switch {
	case d.from != nil:
		job.File, job.Source = "the command line", d.from
	case name == "-":
		job.File = "standard input"
	default:
		f, err := os.Open(name)
		if err != nil {
			return nil, console.Unreadable(name, err)
		}
		defer f.Close() //nolint:errcheck // it was only read
		if info, err := f.Stat(); err == nil {
			if info.IsDir() {
				return nil, console.Misuse("%s is a folder", name).With("name the files in it: " + name + "/*")
			}
			job.Format.Size = info.Size()
		}
		job.Source = f
	}
	show := &ingestProgress{session: s, reading: s.Progress("reading "+job.File, "bytes", job.Format.Size)}
	defer show.done()
	report, err := desk.Ingest(s.Ctx, job, show.at)
	if err == nil && job.Signed != nil {
		err = s.Opened.Promised(s.Ctx, report)
	}
	return report, err
}

// ingestProgress draws the two steps of taking a file in: reading it, and rating again whom it touched.
type ingestProgress struct {
	session         *console.Session
	reading, rating *console.Bar
}

func (p *ingestProgress) at(now intake.Progress) {
	if now.Step == "reading" {
		p.reading.At(now.Done, now.Total)
		return
	}
	if p.rating == nil {
		p.reading.Done()
		p.rating = p.session.Progress("rating again", "", now.Total)
	}
	p.rating.At(now.Done, now.Total)
}

func (p *ingestProgress) done() {
	p.reading.Done()
	if p.rating != nil {
		p.rating.Done()
	}
}

func (c ingestCommand) act() record.Status {
	switch {
	case c.Correct:
		return record.Corrected
	case c.Retract:
		return record.Retracted
	}
	return record.Reported
}

func (c ingestCommand) options() (format.Options, error) {
	o := format.Options{Format: format.Kind(c.Format), Encoding: format.Encoding(c.Encoding), Sheet: c.Sheet, Skip: c.Skip}
	switch {
	case c.Delimiter == "tab":
		o.Delimiter = '\t'
	case len(c.Delimiter) == 1:
		o.Delimiter = c.Delimiter[0]
	case c.Delimiter != "":
		return o, fault.New(fault.Invalid, "cli.delimiter", "--delimiter %q is not one character", c.Delimiter).
			With(`give one character, such as ";", or the word tab`)
	}
	return o, nil
}

// reportAnswer is what became of a file and, in a distributed database, how many rows each worker took.
type reportAnswer struct {
	*intake.Report
	Workers []intake.PlaceRows `json:"workers,omitempty"`
}

func printReport(w io.Writer, r *intake.Report) {
	fmt.Fprintf(w, "%s: submission %d to %s is %s", r.File, r.Submission, r.Dataset, r.State)
	switch {
	case r.Known:
		fmt.Fprint(w, "; the same file was sent before and nothing was done")
	case r.Resumed:
		fmt.Fprint(w, "; it was begun before and is finished now")
	}
	fmt.Fprintln(w)
	printCounts(w, &r.Counts)
	for _, at := range r.Places {
		fmt.Fprintf(w, "  worker %s took %s\n", at.Place, console.Count(at.Rows, "row"))
	}
	if r.Promise != "" {
		fmt.Fprintf(w, "  signed with %s; what came in is promised: probity submission proof %d\n", r.Key, r.Submission)
	}
	if r.Held != "" {
		fmt.Fprintf(w, "  held: %s\n", r.Held)
		fmt.Fprintf(w, "  next: probity quarantine list %d --agency %s, then probity submission publish or discard with the same words\n",
			r.Submission, r.Agency)
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(w, "  columns that the contract does not name were left out: %s\n", console.Brief(r.Unknown))
	}
	if r.Held == "" && r.Counts.Rejected+r.Counts.Unbound > 0 {
		fmt.Fprintf(w, "  next: probity quarantine list %d --agency %s\n", r.Submission, r.Agency)
	}
}

func printCounts(w io.Writer, c *store.Counts) {
	fmt.Fprintf(w, "  %s: %s stored, %s unchanged, %s rejected, %s unbound", console.Count(c.Read, "row"),
		console.Grouped(c.Stored), console.Grouped(c.Unchanged), console.Grouped(c.Rejected), console.Grouped(c.Unbound))
	if c.Warned > 0 {
		fmt.Fprintf(w, "; %s with warnings", console.Grouped(c.Warned))
	}
	fmt.Fprintln(w)
}

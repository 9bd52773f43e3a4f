// Package population holds the commands that concern everybody at once.
package population

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"probity/calendar"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/snapshot"
	"probity/internal/subject"
)

// Snapshots are the commands about snapshots.
type Snapshots struct {
	Build   buildCommand   `cmd:"" help:"Write everybody's facts as columns, to rate whole populations from."`
	Refresh refreshCommand `cmd:"" help:"Bring a snapshot up to date by what has changed since."`
	Info    infoCommand    `cmd:"" help:"Say what a snapshot holds, of when, and until when it may be used."`
	Verify  verifyCommand  `cmd:"" help:"Compare every file of a snapshot with its checksum."`
	Export  exportCommand  `cmd:"" help:"Write the organisations' facts as Parquet, for DuckDB, pandas and Spark."`
}

// desk is the desk of the database in use.
func desk(s *console.Session) (*snapshot.Desk, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	return s.Opened.Snapshots(ratings), nil
}

type buildCommand struct {
	Dir     string `arg:"" help:"The folder of the snapshot; one that is there is replaced."`
	AsOf    string `name:"as-of" placeholder:"DAY" help:"The day whose state of affairs is rated; today where it is not given."`
	KnownAt string `name:"known-at" placeholder:"DAY" help:"Leave out what was published after the end of this day."`
	Shards  bool   `help:"In a database on Citus: one snapshot for each shard, in FOLDER.parts."`
}

// Help shows the examples.
func (buildCommand) Help() string {
	return `One pass over the database, at one point, in memory that does not grow with it. Lapsed, disputed, erased, repaired and retracted records are not in it, nor those of persons beyond their own consent. A build that was interrupted goes on where it was if nothing has changed in the database since.

In a database on Citus --shards reads each shard on the worker where it stands, all workers at once, and leaves its snapshot beside the folder: over these rate --all and job run rate. Everything else needs the one snapshot of everybody.

Examples:

    probity snapshot build today.snapshot
    probity snapshot build spring.snapshot --as-of 2026-03-31 --known-at 2026-03-31
    probity snapshot build today.snapshot --shards`
}

// Run builds the snapshot.
func (c buildCommand) Run(s *console.Session) error {
	at := snapshot.Times{AsOf: calendar.None}
	if c.AsOf != "" {
		d, err := console.Day("as-of", c.AsOf)
		if err != nil {
			return err
		}
		at.AsOf = d
	}
	if c.KnownAt != "" {
		d, err := console.Day("known-at", c.KnownAt)
		if err != nil {
			return err
		}
		at.KnownAt = (d + 1).Start(calendar.Shanghai).Add(-1)
	}
	d, err := desk(s)
	if err != nil {
		return err
	}
	if c.Shards {
		return c.apart(s, d, at)
	}
	bar := s.Progress("reading", "", 0)
	m, err := d.Build(s.Ctx, c.Dir, at, bar.At)
	bar.Done()
	if err != nil {
		return console.Resumable(err, "type it again: it goes on where it was, unless the database has changed")
	}
	s.Result(summary(c.Dir, m), func(w io.Writer) { printSummary(w, c.Dir, m) })
	return nil
}

// shardsAnswer are the snapshots of the shards, by worker.
type shardsAnswer struct {
	Folder   string `json:"folder"`
	Subjects int64  `json:"subjects"`
	Records  int64  `json:"records"`
	Bytes    int64  `json:"bytes"`
	// Read is how many subjects were read again, Whole of how many shards everything was: of a refresh alone.
	Read    int64         `json:"read_again,omitempty"`
	Whole   int           `json:"whole,omitempty"`
	Workers []builtAnswer `json:"workers"`
}

type builtAnswer struct {
	Worker   string `json:"worker"`
	Near     bool   `json:"near"`
	Shards   int    `json:"shards"`
	Subjects int64  `json:"subjects"`
	Records  int64  `json:"records"`
}

// apart makes the snapshots of the shards, each by one, and adds them up.
func apart(s *console.Session, d *snapshot.Desk, folder string, one func(*snapshot.Desk, string) (*snapshot.Manifest, snapshot.Refreshed, error)) (shardsAnswer, error) {
	at, err := places(s)
	if err != nil {
		return shardsAnswer{}, err
	}
	if len(at) == 0 {
		return shardsAnswer{}, fault.New(fault.Invalid, "cli.shards", "%s stands in one place and has no shards", s.Opened.Store.Shown()).With("leave --shards out")
	}
	a := shardsAnswer{Folder: filepath.Clean(folder) + ".parts", Workers: make([]builtAnswer, len(at))}
	var mu sync.Mutex
	err = each(s, at, "reading shards", func(n int, of subject.Part) error {
		part, dir, err := d.Of(of, folder)
		if err != nil {
			return err
		}
		m, how, err := one(part, dir)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		a.Subjects += m.Subjects.Rows
		a.Records += m.Records
		a.Bytes += m.Bytes()
		a.Read += how.Read
		if how.Whole {
			a.Whole++
		}
		here := &a.Workers[n]
		here.Shards++
		here.Subjects += m.Subjects.Rows
		here.Records += m.Records
		return nil
	})
	for i := range at {
		a.Workers[i].Worker, a.Workers[i].Near = at[i].Name, at[i].Near
	}
	slices.SortFunc(a.Workers, func(x, y builtAnswer) int { return strings.Compare(x.Worker, y.Worker) })
	return a, err
}

func (a shardsAnswer) print(w io.Writer) {
	fmt.Fprintf(w, "%s holds %s of %s: %s bytes\n", a.Folder, console.Count(a.Records, "record"), console.Count(a.Subjects, "subject"), console.Grouped(a.Bytes))
	for _, b := range a.Workers {
		fmt.Fprintf(w, "  worker %s: %s of %s in %s\n", b.Worker, console.Count(b.Records, "record"), console.Count(b.Subjects, "subject"), console.Count(b.Shards, "shard"))
	}
}

// apart builds the snapshots of the shards.
func (c buildCommand) apart(s *console.Session, d *snapshot.Desk, times snapshot.Times) error {
	a, err := apart(s, d, c.Dir, func(part *snapshot.Desk, dir string) (*snapshot.Manifest, snapshot.Refreshed, error) {
		m, err := part.Build(s.Ctx, dir, times, nil)
		return m, snapshot.Refreshed{}, err
	})
	if err != nil {
		return console.Resumable(err, "type it again: every shard is built anew")
	}
	s.Result(a, a.print)
	return nil
}

type refreshCommand struct {
	Dir    string `arg:"" help:"The folder of the snapshot; it is replaced."`
	AsOf   string `name:"as-of" placeholder:"DAY" help:"The day whose state of affairs is rated; today where it is not given."`
	Shards bool   `help:"In a database on Citus: the snapshot of each shard, in FOLDER.parts."`
}

// Help shows the examples.
func (refreshCommand) Help() string {
	return `Only subjects whom a publication, an act or the passing of time has changed are read again; all others are copied column by column. The result is the snapshot that would be built: what was erased, withdrawn or disputed since is gone. Where nothing can be taken from the old one, because the program, the catalogue or the models have changed, the database was put back from a backup, or a file is damaged, everything is read. A refresh that was interrupted goes on where it was.

In a database on Citus --shards refreshes the snapshots of the shards, each on the worker where it stands, all workers at once. Where shards were cut anew since they were built, build them.

Examples:

    probity snapshot refresh today.snapshot
    probity snapshot refresh today.snapshot --shards`
}

// refreshAnswer is a snapshot and how it was made.
type refreshAnswer struct {
	snapshotAnswer
	Read  int64  `json:"read_again"`
	Whole bool   `json:"whole"`
	Why   string `json:"why,omitempty"`
}

// Run brings the snapshot up to date.
func (c refreshCommand) Run(s *console.Session) error {
	day := calendar.None
	if c.AsOf != "" {
		var err error
		if day, err = console.Day("as-of", c.AsOf); err != nil {
			return err
		}
	}
	d, err := desk(s)
	if err != nil {
		return err
	}
	if c.Shards {
		return c.apart(s, d, day)
	}
	bar := s.Progress("reading", "", 0)
	m, how, err := d.Refresh(s.Ctx, c.Dir, day, bar.At)
	bar.Done()
	if err != nil {
		return console.Resumable(err, "type it again: it goes on where it was, unless the database has changed")
	}
	s.Result(refreshAnswer{summary(c.Dir, m), how.Read, how.Whole, how.Why}, func(w io.Writer) {
		if how.Whole {
			fmt.Fprintf(w, "everything was read again: %s\n", how.Why)
		} else {
			fmt.Fprintf(w, "%s read again, all others copied\n", console.Count(how.Read, "subject"))
		}
		printSummary(w, c.Dir, m)
	})
	return nil
}

// apart refreshes the snapshots of the shards.
func (c refreshCommand) apart(s *console.Session, d *snapshot.Desk, day calendar.Day) error {
	a, err := apart(s, d, c.Dir, func(part *snapshot.Desk, dir string) (*snapshot.Manifest, snapshot.Refreshed, error) {
		return part.Refresh(s.Ctx, dir, day, nil)
	})
	if err != nil {
		return console.Resumable(err, "type it again: it goes on where it was, unless the database has changed")
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "%s read again, all others copied", console.Count(a.Read, "subject"))
		if a.Whole > 0 {
			fmt.Fprintf(w, "; of %s everything was read again", console.Count(a.Whole, "shard"))
		}
		fmt.Fprintln(w)
		a.print(w)
	})
	return nil
}

// snapshotAnswer is a snapshot in short.
type snapshotAnswer struct {
	Folder   string       `json:"folder"`
	BuiltAt  string       `json:"built_at"`
	AsOf     calendar.Day `json:"as_of"`
	Seen     calendar.Day `json:"seen"`
	DeleteBy calendar.Day `json:"delete_by"`
	Ledger   int64        `json:"ledger_position"`
	Subjects int64        `json:"subjects"`
	Records  int64        `json:"records"`
	Bytes    int64        `json:"bytes"`
	Datasets []setAnswer  `json:"datasets"`
}

type setAnswer struct {
	Dataset  string `json:"dataset"`
	Contract int    `json:"contract"`
	Records  int64  `json:"records"`
	SHA256   string `json:"sha256"`
}

func summary(dir string, m *snapshot.Manifest) snapshotAnswer {
	a := snapshotAnswer{
		Folder: dir, BuiltAt: console.Minute(m.BuiltAt), AsOf: m.AsOf, Seen: m.Seen, DeleteBy: m.DeleteBy, Ledger: m.Point.Ledger,
		Subjects: m.Subjects.Rows, Records: m.Records, Bytes: m.Bytes(), Datasets: []setAnswer{},
	}
	for _, set := range m.Datasets {
		if set.File != nil {
			a.Datasets = append(a.Datasets, setAnswer{set.Code, set.Contract, set.File.Rows, set.File.SHA256})
		}
	}
	return a
}

func printSummary(w io.Writer, dir string, m *snapshot.Manifest) {
	sets := 0
	for _, set := range m.Datasets {
		if set.File != nil {
			sets++
		}
	}
	fmt.Fprintf(w, "%s holds %s of %s in %s: %s bytes\n", dir, console.Count(m.Records, "record"), console.Count(m.Subjects.Rows, "subject"),
		console.Count(sets, "dataset"), console.Grouped(m.Bytes()))
	fmt.Fprintf(w, "as of %s, with what may be seen on %s; it may not be used on %s or later\n", m.AsOf, m.Seen, m.DeleteBy)
}

type infoCommand struct {
	Dir string `arg:"" help:"The folder of the snapshot."`
}

// Help shows the examples.
func (infoCommand) Help() string {
	return `Reads the manifest alone; the database is not needed.

Examples:

    probity snapshot info today.snapshot
    probity snapshot info today.snapshot --json`
}

// Run says what the snapshot holds.
func (c infoCommand) Run(s *console.Session) error {
	m, err := snapshot.Read(c.Dir)
	if err != nil {
		return err
	}
	s.Result(summary(c.Dir, m), func(w io.Writer) {
		printSummary(w, c.Dir, m)
		fmt.Fprintf(w, "built %s at entry %s of the ledger\n", console.Minute(m.BuiltAt), console.Grouped(m.Point.Ledger))
		rows := make([]console.Row, 0, len(m.Datasets))
		for _, set := range m.Datasets {
			if set.File != nil {
				rows = append(rows, console.Row{set.Code, set.Contract, set.File.Rows})
			}
		}
		if len(rows) > 0 {
			console.Columns(w, console.Row{"dataset", "contract", "records"}, rows)
		}
	})
	return nil
}

type verifyCommand struct {
	Dir string `arg:"" help:"The folder of the snapshot."`
}

// Help shows the examples.
func (verifyCommand) Help() string {
	return `Every byte is read. A file that is damaged, missing or foreign is named, and the exit code is 6. The database is not needed.

Examples:

    probity snapshot verify today.snapshot`
}

// Run compares the files.
func (c verifyCommand) Run(s *console.Session) error {
	m, err := snapshot.Read(c.Dir)
	if err != nil {
		return err
	}
	a := struct {
		Folder string   `json:"folder"`
		Bytes  int64    `json:"bytes"`
		Faults []string `json:"faults"`
	}{c.Dir, m.Bytes(), []string{}}
	for _, err := range m.Verify(c.Dir) {
		a.Faults = append(a.Faults, err.Error())
	}
	s.Result(a, func(w io.Writer) {
		for _, f := range a.Faults {
			fmt.Fprintln(w, f)
		}
		if len(a.Faults) == 0 {
			fmt.Fprintf(w, "every file of %s is as it was built: %s bytes\n", c.Dir, console.Grouped(a.Bytes))
		}
	})
	if len(a.Faults) > 0 {
		return console.Exit(console.ExitFaults)
	}
	return nil
}

type exportCommand struct {
	Dir string `arg:"" help:"The folder of the snapshot."`
	Out string `required:"" placeholder:"FOLDER" help:"The new folder for the Parquet files."`
}

// Help shows the examples.
func (exportCommand) Help() string {
	return `One Parquet file a dataset, one of the subjects, and export.json beside them. Records of human beings and of sole traders' businesses are left out: they leave one subject at a time. Every file says by when it has to be deleted. The export is an entry of the platform's own ledger.

Examples:

    probity snapshot export today.snapshot --out today.parquet
    duckdb -c "select field_result, count(*) from 'today.parquet/samr.inspection.parquet' group by 1"`
}

// Run writes the files.
func (c exportCommand) Run(s *console.Session) error {
	d, err := desk(s)
	if err != nil {
		return err
	}
	by, err := s.Acting()
	if err != nil {
		return err
	}
	permit, err := s.Opened.Access.Copying(s.Ctx, by, "export", "snapshot")
	if err != nil {
		return err
	}
	open, err := d.Open(c.Dir)
	if err != nil {
		return err
	}
	defer open.Close() //nolint:errcheck // it was only read
	if err := s.Opened.Exported(s.Ctx, permit, open.Manifest); err != nil {
		return err
	}
	bar := s.Progress("writing", "", 0)
	x, err := open.Export(s.Ctx, c.Out, bar.At)
	bar.Done()
	if err != nil {
		return console.Resumable(err, "type it again: nothing was left behind")
	}
	s.Result(x, func(w io.Writer) {
		fmt.Fprintf(w, "%s holds %s of %s in %s\n", c.Out, console.Count(x.Records, "record"), console.Count(x.Subjects, "organisation"),
			console.Count(len(x.Files), "file"))
		fmt.Fprintf(w, "left out: %s, human beings and sole traders, whose records leave one subject at a time\n", console.Count(x.LeftOut, "subject"))
		fmt.Fprintf(w, "delete it before %s: something in it must be gone by then\n", x.DeleteBy)
	})
	return nil
}

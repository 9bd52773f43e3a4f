package cli

import (
	"fmt"
	"io"
	"os"

	"probity/internal/access"
	"probity/internal/cli/console"
	"probity/internal/fault"
	"probity/internal/intake"
)

type quarantineCommands struct {
	List   quarantineList   `cmd:"" help:"List the rows of a submission that wait, with the rules they broke."`
	Export quarantineExport `cmd:"" help:"Write them as CSV, to be mended in place."`
	Replay quarantineReplay `cmd:"" help:"Send mended rows in again, alone."`
}

// waiting names a submission and who sent it: waiting rows are for their supplier alone.
type waiting struct {
	Submission int64  `arg:"" help:"The submission's number."`
	Agency     string `placeholder:"CODE" complete:"agency" help:"The supplier; the agency of the credential in use where it is not given. Officials of the agency that set the platform up act for any."`
}

// look opens the rows for the supplier for whom the credential in use may look into them, once it is written down that it does.
func (c waiting) look(s *console.Session) (access.Waiting, error) {
	permit, err := s.Supplier(c.Agency)
	if err != nil {
		return access.Waiting{}, err
	}
	return s.Opened.Access.LookIntoWaiting(s.Ctx, permit, c.Submission)
}

// quarantineList lists waiting rows.
type quarantineList struct{ waiting }

// Help shows the examples.
func (quarantineList) Help() string {
	return `With --json a line a row. The rows may tell of persons: that you looked is recorded.

Examples:

    probity quarantine list 3 --agency samr
    probity quarantine list 3 --agency samr --json | head`
}

// Run prints a row with its findings, one after the other.
func (c quarantineList) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	rows := 0
	look, err := c.look(s)
	if err != nil {
		return err
	}
	err = intake.EachWaiting(s.Ctx, r.Store, r.Vault, look, func(row *intake.WaitingRow) error {
		rows++
		s.Result(row, func(w io.Writer) { printWaiting(w, row) })
		return nil
	})
	if err != nil || s.JSON() {
		return err
	}
	s.Result(nil, func(w io.Writer) {
		if rows == 0 {
			fmt.Fprintln(w, "no row waits")
			return
		}
		fmt.Fprintf(w, "%s; to mend them: probity quarantine export %d --agency %s > mend.csv\n",
			console.Plural(rows, "row waits", "rows wait"), c.Submission, look.Agency())
	})
	return nil
}

func printWaiting(w io.Writer, r *intake.WaitingRow) {
	fmt.Fprintf(w, "line %d, %s\n", r.Line, r.State)
	for _, f := range r.Findings {
		fmt.Fprint(w, "  ")
		if f.Field != "" {
			fmt.Fprintf(w, "%s: ", f.Field)
		}
		fmt.Fprintf(w, "%s", f.Text)
		if f.Invariant != "" {
			fmt.Fprintf(w, " (Charter %s)", f.Invariant)
		}
		fmt.Fprintf(w, " [%s]\n", f.Rule)
		if f.Hint != "" {
			fmt.Fprintf(w, "    cure: %s\n", f.Hint)
		}
	}
}

// quarantineExport writes waiting rows.
type quarantineExport struct {
	waiting
	Output string `short:"o" placeholder:"FILE" help:"Where to; standard output where it is not given."`
}

// Help shows the examples.
func (quarantineExport) Help() string {
	return `The first columns say where each row stood, which rules it broke and what to do; leave them as they are and mend the others.

Examples:

    probity quarantine export 3 --agency samr -o mend.csv
    probity quarantine replay 3 mend.csv --agency samr`
}

// Run writes the file.
func (c quarantineExport) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	look, err := c.look(s)
	if err != nil {
		return err
	}
	export := func(w io.Writer) (int, error) {
		return intake.ExportWaiting(s.Ctx, r.Store, r.Vault, look, w)
	}
	if c.Output == "" {
		return s.Raw(func(w io.Writer) error {
			_, err := export(w)
			return err
		})
	}
	f, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // rows may tell of persons
	if err != nil {
		return fault.New(fault.Conflict, "cli.file.write", "cannot make the file: %v", err).At(c.Output).With("choose a name that is free")
	}
	rows, err := export(f)
	if closed := f.Close(); err == nil && closed != nil {
		err = fault.New(fault.Unavailable, "cli.file.write", "cannot write the file: %v", closed).At(c.Output)
	}
	if err != nil {
		return err
	}
	s.Result(map[string]any{"file": c.Output, "rows": rows}, func(w io.Writer) {
		fmt.Fprintf(w, "wrote %s to %s\n", console.Count(rows, "row"), c.Output)
	})
	return nil
}

// quarantineReplay sends mended rows in.
type quarantineReplay struct {
	Submission int64  `arg:"" help:"The number of the submission whose rows they are."`
	File       string `arg:"" help:"The mended file."`
	Agency     string `placeholder:"CODE" complete:"agency" help:"The supplier; the agency of the credential in use where it is not given. Officials of the agency that set the platform up act for any."`
}

// Help shows the examples.
func (quarantineReplay) Help() string {
	return `Rows that are right now go in under a submission of their own; rows that are bad again wait under that one.

Examples:

    probity quarantine replay 3 mend.csv --agency samr`
}

// Run takes the mended file in.
func (c quarantineReplay) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := r.Store.Submission(s.Ctx, c.Submission)
	if err != nil {
		return err
	}
	return delivery{files: []string{c.File}, agency: c.Agency, job: intake.Job{Dataset: sub.Dataset, Replays: c.Submission}}.take(s)
}

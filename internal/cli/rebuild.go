package cli

import (
	"fmt"
	"io"

	"probity/internal/cli/console"
	"probity/internal/rating"
	"probity/internal/store/listings"
)

// rebuildCommand makes all that is derived again.
type rebuildCommand struct {
	Snapshot []string `placeholder:"DIR" help:"Compare the snapshot in this folder too; may be given several times."`
}

// Help shows the examples.
func (rebuildCommand) Help() string {
	return `Every rating is computed again from records and consents, and what is public of every entry on a list from the steps of its procedure, and held against what is kept. With --snapshot a snapshot is brought up to date and compared, file by file, with one that is built from the database alone. All of that is derived, so there must be no difference: where there is one it is printed, what was computed is kept, and the exit code is 6.

Examples:

    probity rebuild
    probity rebuild --snapshot today.snapshot
    probity rebuild --json`
}

type rebuildAnswer struct {
	Subjects    int64               `json:"subjects"`
	Differences []rebuildDifference `json:"differences"`
}

// rebuildDifference names what did not come out as it was kept: a rating by subject and model, an entry on a list, a file of a
// snapshot. What it says stays where it is.
type rebuildDifference struct {
	Subject  string `json:"subject,omitempty"`
	Model    string `json:"model,omitempty"`
	Entry    string `json:"entry,omitempty"`
	Snapshot string `json:"snapshot,omitempty"`
	File     string `json:"file,omitempty"`
	What     string `json:"what"`
}

func (d *rebuildDifference) String() string {
	switch {
	case d.Model != "":
		return d.Subject + " by " + d.Model + " " + d.What
	case d.Entry != "":
		return "the entry " + d.Entry + " of " + d.Subject + " " + d.What
	}
	return d.File + " of the snapshot " + d.Snapshot + " " + d.What
}

// Run rebuilds.
func (c rebuildCommand) Run(s *console.Session) error {
	desk, err := s.Ratings()
	if err != nil {
		return err
	}
	a := rebuildAnswer{Differences: []rebuildDifference{}}
	b := s.Progress("computing ratings again", "", 0)
	defer b.Done()
	err = desk.Rebuild(s.Ctx, func(done, total int64) {
		a.Subjects = done
		b.At(done, total)
	}, func(d rating.Difference) {
		what := "comes out otherwise"
		if d.Gone {
			what = "is kept, and nobody may compute it any more"
		}
		a.Differences = append(a.Differences, rebuildDifference{Subject: d.Kept.Subject.String(), Model: d.Kept.Model, What: what})
	})
	b.Done()
	if err == nil {
		err = c.lists(s, &a)
	}
	if err == nil {
		err = c.snapshots(s, desk, &a)
	}
	if err != nil {
		return console.Resumable(err, "run the same command again")
	}
	s.Result(a, func(w io.Writer) {
		for i := range a.Differences {
			fmt.Fprintln(w, &a.Differences[i])
		}
		fmt.Fprintf(w, "computed the ratings of %s again: %s\n", console.Count(a.Subjects, "subject"), console.Count(len(a.Differences), "difference"))
	})
	if len(a.Differences) > 0 {
		return console.Exit(console.ExitFaults)
	}
	return nil
}

func (rebuildCommand) lists(s *console.Session, a *rebuildAnswer) error {
	return listings.In(s.Opened.Store).Rebuild(s.Ctx, func(d listings.Difference) {
		a.Differences = append(a.Differences, rebuildDifference{Subject: d.Subject.String(), Entry: d.Entry.String(), What: d.What})
	})
}

func (c rebuildCommand) snapshots(s *console.Session, ratings *rating.Desk, a *rebuildAnswer) error {
	for _, dir := range c.Snapshot {
		b := s.Progress("building "+dir+" again", "", 0)
		files, err := s.Opened.Snapshots(ratings).Rebuild(s.Ctx, dir, b.At)
		b.Done()
		if err != nil {
			return err
		}
		for _, f := range files {
			a.Differences = append(a.Differences, rebuildDifference{Snapshot: dir, File: f, What: "is not what the database makes it"})
		}
	}
	return nil
}

package cli

import (
	"fmt"
	"io"

	"probity/internal/cli/console"
	"probity/internal/rating"
)

// rebuildCommand computes all ratings again.
type rebuildCommand struct{}

// Help shows the examples.
func (rebuildCommand) Help() string {
	return `Every rating is computed again from records and consents and held against the one that is kept. Ratings are derived, so there must be no difference: where there is one it is printed, the computed rating is kept, and the exit code is 6.

Examples:

    probity rebuild
    probity rebuild --json`
}

type rebuildAnswer struct {
	Subjects    int64               `json:"subjects"`
	Differences []rebuildDifference `json:"differences"`
}

// rebuildDifference names a rating that did not come out as it was kept, by subject and model: what it says stays in
// the file.
type rebuildDifference struct {
	Subject string `json:"subject"`
	Model   string `json:"model"`
	What    string `json:"what"`
}

// Run rebuilds the ratings.
func (rebuildCommand) Run(s *console.Session) error {
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
		a.Differences = append(a.Differences, rebuildDifference{d.Kept.Subject.String(), d.Kept.Model, what})
	})
	if err != nil {
		return console.Resumable(err, "run the same command again")
	}
	b.Done()
	s.Result(a, func(w io.Writer) {
		for _, d := range a.Differences {
			fmt.Fprintf(w, "%s by %s %s\n", d.Subject, d.Model, d.What)
		}
		fmt.Fprintf(w, "computed the ratings of %s again: %s\n", console.Count(a.Subjects, "subject"), console.Count(len(a.Differences), "difference"))
	})
	if len(a.Differences) > 0 {
		return console.Exit(console.ExitFaults)
	}
	return nil
}

package cli

import (
	"fmt"
	"io"

	"probity/internal/api/form"
	"probity/internal/cli/console"
	"probity/internal/cli/keys"
	"probity/internal/store"
)

type submissionCommands struct {
	List    submissionList    `cmd:"" help:"List the files that came in, newest first."`
	Show    submissionShow    `cmd:"" help:"Show one submission."`
	Publish submissionPublish `cmd:"" help:"Let a held submission's good rows in all the same."`
	Discard submissionDiscard `cmd:"" help:"Give up a held or unfinished submission."`
	Proof   keys.Proof        `cmd:"" help:"Write what proves who sent a signed file, and that it was received."`
	Verify  keys.Verify       `cmd:"" help:"Check such a proof, without trusting us."`
}

// submissionList lists submissions.
type submissionList struct {
	Limit int `default:"20" placeholder:"N" help:"At most so many."`
}

// Help shows the examples.
func (submissionList) Help() string {
	return `Examples:

    probity submission list
    probity submission list --limit 1000 --json`
}

// Run prints a line a submission.
func (c submissionList) Run(s *console.Session) error {
	if c.Limit < 1 {
		return console.Misuse("--limit %d lists nothing", c.Limit).With("give a number from 1 on")
	}
	r, err := s.Room()
	if err != nil {
		return err
	}
	subs, err := r.Store.Submissions(s.Ctx, c.Limit)
	if err != nil {
		return err
	}
	answers := make([]form.Submission, 0, len(subs))
	rows := make([]console.Row, 0, len(subs))
	for i := range subs {
		a := form.SubmissionOf(&subs[i])
		answers = append(answers, a)
		rows = append(rows, console.Row{
			a.Submission, a.State, a.Dataset, console.Minute(a.StartedAt), console.Grouped(a.Counts.Read), console.Grouped(a.Counts.Stored),
			console.Grouped(a.Counts.Rejected), console.Grouped(a.Counts.Unbound), a.File,
		})
	}
	s.Result(map[string]any{"submissions": answers}, func(w io.Writer) {
		if len(rows) == 0 {
			fmt.Fprintln(w, "nothing was sent yet")
			return
		}
		console.Columns(w, console.Row{"no", "state", "dataset", "begun", "read", "stored", "rejected", "unbound", "file"}, rows)
	})
	return nil
}

// submissionShow shows one submission.
type submissionShow struct {
	Number int64 `arg:"" help:"Its number."`
}

// Help shows the examples.
func (submissionShow) Help() string {
	return `Examples:

    probity submission show 3`
}

// Run prints the submission.
func (c submissionShow) Run(s *console.Session) error {
	r, err := s.Room()
	if err != nil {
		return err
	}
	sub, err := r.Store.Submission(s.Ctx, c.Number)
	if err != nil {
		return err
	}
	printSubmission(s, &sub)
	return nil
}

func printSubmission(s *console.Session, sub *store.Submission) {
	a := form.SubmissionOf(sub)
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "submission %d: %s to %s by %s is %s\n", a.Submission, a.File, a.Dataset, a.Agency, a.State)
		fmt.Fprintf(w, "  begun %s", console.Minute(a.StartedAt))
		if a.Official != "" {
			fmt.Fprintf(w, " by %s", a.Official)
		}
		if a.PublishedAt != nil {
			fmt.Fprintf(w, ", published %s", console.Minute(*a.PublishedAt))
		}
		fmt.Fprintln(w)
		printCounts(w, &a.Counts)
		if a.Replays != 0 {
			fmt.Fprintf(w, "  brings back mended rows of submission %d\n", a.Replays)
		}
	})
}

// submissionPublish publishes a held submission.
type submissionPublish struct {
	Number int64  `arg:"" help:"Its number."`
	Agency string `placeholder:"CODE" complete:"agency" help:"The supplier; the agency of the credential in use where it is not given. Officials of the agency that set the platform up act for any."`
}

// Help shows the examples.
func (submissionPublish) Help() string {
	return `A file with too many bad rows is held as a whole, since that is mostly a mistake in the file. Where it is none, its sender publishes it; the bad rows go on waiting.

Examples:

    probity submission publish 3 --agency samr`
}

// Run publishes the submission.
func (c submissionPublish) Run(s *console.Session) error {
	desk, err := s.Intake()
	if err != nil {
		return err
	}
	permit, err := s.Supplier(c.Agency)
	if err != nil {
		return err
	}
	b := s.Progress("rating again", "", 0)
	defer b.Done()
	sub, err := desk.Release(s.Ctx, permit, c.Number, b.At)
	if err != nil {
		return console.Resumable(err, "the submission is published; probity rate --all finishes the ratings")
	}
	b.Done()
	printSubmission(s, &sub)
	return nil
}

// submissionDiscard gives a submission up.
type submissionDiscard struct {
	Number int64  `arg:"" help:"Its number."`
	Agency string `placeholder:"CODE" complete:"agency" help:"The supplier; the agency of the credential in use where it is not given. Officials of the agency that set the platform up act for any."`
}

// Help shows the examples.
func (submissionDiscard) Help() string {
	return `None of its rows is ever seen, and the same file may be sent anew.

Examples:

    probity submission discard 3 --agency samr`
}

// Run discards the submission.
func (c submissionDiscard) Run(s *console.Session) error {
	desk, err := s.Intake()
	if err != nil {
		return err
	}
	permit, err := s.Supplier(c.Agency)
	if err != nil {
		return err
	}
	sub, err := desk.Discard(s.Ctx, permit, c.Number)
	if err != nil {
		return err
	}
	printSubmission(s, &sub)
	return nil
}

package population

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/job"
)

// Jobs are the commands about work on everybody.
type Jobs struct {
	List   jobList   `cmd:"" help:"List the jobs, how far each has come, and what the schedule asks for."`
	Show   jobShow   `cmd:"" help:"Show one job."`
	Run    jobRun    `cmd:"" help:"Make the jobs that are due, and work on all that are open."`
	Pause  jobPause  `cmd:"" help:"Have nobody work on a job until it is taken up again."`
	Resume jobResume `cmd:"" help:"Take a paused job up again."`
	Cancel jobCancel `cmd:"" help:"End a job before its end; what was rated stays."`
}

type jobAnswer struct {
	Job     job.ID       `json:"job"`
	Plan    string       `json:"plan,omitempty"`
	Day     calendar.Day `json:"day"`
	Models  []string     `json:"models"`
	Due     bool         `json:"outdated_only"`
	State   job.State    `json:"state"`
	MadeBy  string       `json:"made_by"`
	Blocks  int64        `json:"blocks"`
	Ended   int64        `json:"blocks_ended"`
	Held    int64        `json:"blocks_held"`
	Rated   int64        `json:"ratings"`
	Changed int64        `json:"changed"`
	// Workers are, in a distributed database, what was done of it at each of them.
	Workers []workerAnswer `json:"workers,omitempty"`
}

// workerAnswer is what was done at one worker.
type workerAnswer struct {
	Worker  string `json:"worker"`
	Near    bool   `json:"near"`
	Blocks  int64  `json:"blocks"`
	Ended   int64  `json:"blocks_ended"`
	Rated   int64  `json:"ratings"`
	Changed int64  `json:"changed"`
}

// spread adds what was done at each worker.
func (a *jobAnswer) spread(s *console.Session, d *job.Desk) error {
	shares, err := d.Shares(s.Ctx, a.Job)
	for _, w := range shares {
		a.Workers = append(a.Workers, workerAnswer{w.Place, w.Near, w.Blocks, w.Ended, w.Rated, w.Changed})
	}
	return err
}

func (a *jobAnswer) print(w io.Writer) {
	fmt.Fprintln(w, a.line())
	for _, at := range a.Workers {
		near := ""
		if at.Near {
			near = ", which is near"
		}
		fmt.Fprintf(w, "  worker %s%s: %d of %s done, %s looked at, %d changed\n", at.Worker, near, at.Ended, console.Count(at.Blocks, "block"),
			console.Count(at.Rated, "rating"), at.Changed)
	}
}

func answerOf(j *job.Job) jobAnswer {
	return jobAnswer{j.ID, j.Plan, j.Day, append([]string{}, j.Models...), j.Outdated, j.State, j.MadeBy, j.Blocks, j.Ended, j.Held, j.Rated, j.Changed, nil}
}

func (a *jobAnswer) line() string {
	return fmt.Sprintf("job %d (%s, due %s) is %s: %d of %s done, %s looked at, %d changed", a.Job, console.Either(a.Plan, "by hand"), a.Day, a.State,
		a.Ended, console.Count(a.Blocks, "block"), console.Count(a.Rated, "rating"), a.Changed)
}

// jobDesk is the desk of the database in use, as this process.
func jobDesk(s *console.Session) (*job.Desk, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	return s.Opened.Jobs(ratings, process(), runtime.GOMAXPROCS(0))
}

// working is the permit of the official in use for work on everybody.
func working(s *console.Session, doing string) (charter.WorkPermit, error) {
	by, err := s.Acting()
	if err != nil {
		return charter.WorkPermit{}, err
	}
	return s.Opened.Access.Working(s.Ctx, by, doing)
}

type jobList struct{}

// Help shows the examples.
func (jobList) Help() string {
	return `Examples:

    probity job list
    probity job list --json`
}

// Run lists the jobs and the schedule.
func (jobList) Run(s *console.Session) error {
	d, err := jobDesk(s)
	if err != nil {
		return err
	}
	all, err := d.Store.Jobs(s.Ctx)
	if err != nil {
		return err
	}
	type planned struct {
		Plan   string       `json:"plan"`
		Title  string       `json:"title"`
		Due    calendar.Day `json:"due"`
		Source string       `json:"source"`
	}
	a := struct {
		Jobs  []jobAnswer `json:"jobs"`
		Plans []planned   `json:"plans"`
	}{[]jobAnswer{}, []planned{}}
	for i := range all {
		a.Jobs = append(a.Jobs, answerOf(&all[i]))
	}
	today := calendar.In(s.Process.Now(), calendar.Shanghai)
	for i := range d.Plans {
		if due, ok := d.Plans[i].Due(today); ok {
			a.Plans = append(a.Plans, planned{d.Plans[i].Code, d.Plans[i].Title.EN, due, d.Plans[i].Source})
		}
	}
	s.Result(a, func(w io.Writer) {
		for i := range a.Jobs {
			fmt.Fprintln(w, a.Jobs[i].line())
		}
		for _, p := range a.Plans {
			fmt.Fprintf(w, "plan %s: %s, due on %s\n", p.Plan, p.Title, p.Due)
		}
	})
	return nil
}

type oneJob struct {
	Job int64 `arg:"" help:"The number of the job."`
}

type jobShow struct{ oneJob }

// Help shows the examples.
func (jobShow) Help() string {
	return `Examples:

    probity job show 1`
}

// Run shows a job.
func (c jobShow) Run(s *console.Session) error { return c.show(s) }

func (c oneJob) show(s *console.Session) error {
	d, err := jobDesk(s)
	if err != nil {
		return err
	}
	j, err := d.Find(s.Ctx, job.ID(c.Job))
	if err != nil {
		return err
	}
	a := answerOf(&j)
	if err := a.spread(s, d); err != nil {
		return err
	}
	s.Result(a, a.print)
	return nil
}

type jobRun struct {
	Snapshot string   `required:"" placeholder:"FOLDER" help:"The folder of the snapshot to rate over; it is made, or brought up to date, first. Each process has its own."`
	Now      bool     `help:"Make a job by hand too, whatever the schedule says."`
	Model    []string `placeholder:"CODE" complete:"model" help:"With --now: the models; all in force where none is given."`
}

// Help shows the examples.
func (jobRun) Help() string {
	return `For a timer, every night: makes the jobs that the schedule asks for and rates everybody block by block. Several processes may run at once and share the blocks. One that is killed is replaced by any other: a block goes to the next when its holder has given no sign of life for half a minute, and goes on behind what was kept. Whose rating changes is told, as always.

Examples:

    probity job run --snapshot nightly.snapshot
    probity job run --snapshot nightly.snapshot --now --model enterprise-credit`
}

// Run works until no block is left that nobody holds.
func (c jobRun) Run(s *console.Session) error {
	if len(c.Model) > 0 && !c.Now {
		return console.Misuse("--model says what a job by hand rates").With("add --now, or leave --model out")
	}
	d, err := jobDesk(s)
	if err != nil {
		return err
	}
	permit, err := working(s, "job")
	if err != nil {
		return err
	}
	if _, err := d.Due(s.Ctx, permit); err != nil {
		return err
	}
	if c.Now {
		if _, err := d.Order(s.Ctx, permit, c.Model); err != nil {
			return err
		}
	}
	all, err := d.Store.Jobs(s.Ctx)
	if err != nil {
		return err
	}
	answers := []jobAnswer{}
	for i := len(all) - 1; i >= 0; i-- { // the oldest first
		if all[i].State != job.Open {
			continue
		}
		bar := s.Progress(fmt.Sprintf("job %d", all[i].ID), "", 0)
		j, err := d.Work(s.Ctx, permit, all[i].ID, c.Snapshot, bar.At)
		bar.Done()
		if err != nil {
			return console.Resumable(err, "type it again: it goes on where it was")
		}
		a := answerOf(&j)
		if err := a.spread(s, d); err != nil {
			return err
		}
		answers = append(answers, a)
	}
	trials, err := countTrials(s, permit, c.Snapshot)
	if err != nil {
		return err
	}
	s.Result(map[string]any{"jobs": answers, "trials": trials}, func(w io.Writer) {
		defer printTrials(w, trials)
		if len(answers) == 0 {
			fmt.Fprintln(w, "nothing is due")
		}
		for i := range answers {
			answers[i].print(w)
			if answers[i].State == job.Open {
				fmt.Fprintf(w, "  %s held by other processes\n", console.Count(answers[i].Held, "block"))
			}
		}
	})
	return nil
}

func (c oneJob) move(s *console.Session, to job.State) error {
	d, err := jobDesk(s)
	if err != nil {
		return err
	}
	permit, err := working(s, "job")
	if err == nil {
		err = d.Move(s.Ctx, permit, job.ID(c.Job), to)
	}
	if err != nil {
		return err
	}
	return c.show(s)
}

type jobPause struct{ oneJob }

// Help shows the examples.
func (jobPause) Help() string { return example("pause") }

// Run pauses the job.
func (c jobPause) Run(s *console.Session) error { return c.move(s, job.Paused) }

type jobResume struct{ oneJob }

// Help shows the examples.
func (jobResume) Help() string { return example("resume") }

// Run takes the job up again.
func (c jobResume) Run(s *console.Session) error { return c.move(s, job.Open) }

type jobCancel struct{ oneJob }

// Help shows the examples.
func (jobCancel) Help() string { return example("cancel") }

// Run cancels the job.
func (c jobCancel) Run(s *console.Session) error { return c.move(s, job.Cancelled) }

func example(verb string) string {
	return strings.ReplaceAll(`An official of the agency that set the platform up does it, and it stands in the platform's ledger. What is being kept at that moment is kept or refused whole.

Examples:

    probity job VERB 1`, "VERB", verb)
}

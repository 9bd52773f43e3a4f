package rules

import (
	"fmt"
	"io"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/impact"
	"probity/internal/shadow"
	"probity/internal/store/rulebooks"
)

// modelShadow tries a version beside the one in force.
type modelShadow struct {
	version
	Until  string `placeholder:"DAY" help:"Begin a trial, and let it end by itself after this day; at most twelve months from today."`
	End    bool   `help:"End the trial before its last day."`
	Report bool   `help:"Show what was counted in the newest run; with --json, in every run."`
}

// Help shows the examples.
func (modelShadow) Help() string {
	return `A version that was never in force is tried beside the one that is: whenever everybody is rated by a job (probity job run), once a day, both rate everybody in the snapshot, and the differences are counted. A trial has no effect: what the version says of a subject is kept nowhere, is in no answer, decision, list or notice, and cannot become a rating. Persons and sole traders count only under their own consent, which has to cover this version; of human beings there are counts alone, small ones are not shown, and they are counted once a month at most. Whom it bears on sees in the own file that it is on trial.

An official of the agency that set the platform up begins it, and not the version's author. It ends by itself after its last day, when the version comes into force or is given up, or with --end. Each step is an entry of the platform's own ledger. Without a flag the command says where the trial stands.

Examples:

    probity model shadow my-model --version 2 --until 2027-02-28 --as wang-min
    probity model shadow my-model
    probity model shadow my-model --report
    probity model shadow my-model --report --json
    probity model shadow my-model --end --as wang-min`
}

// trialAnswer is a trial with what was counted in it.
type trialAnswer struct {
	Model   string       `json:"model"`
	Version int          `json:"version"`
	State   shadow.State `json:"state"`
	InForce int          `json:"in_force,omitempty"`
	From    calendar.Day `json:"from"`
	Until   calendar.Day `json:"until"`
	By      string       `json:"by"`
	EndedBy string       `json:"ended_by,omitempty"`
	Counted int64        `json:"runs"`
	Runs    []trialRun   `json:"counts,omitempty"`
}

type trialRun struct {
	Day      calendar.Day  `json:"day"`
	Against  int           `json:"against"`
	Snapshot string        `json:"snapshot"`
	Ledger   int64         `json:"ledger_position"`
	Parts    []shadow.Part `json:"parts"`
}

// Run begins or ends a trial, or shows it.
func (c modelShadow) Run(s *console.Session) error {
	if c.Until != "" && (c.End || c.Report) || c.End && c.Report {
		return console.Misuse("--until begins a trial, --end ends one, and --report shows one").With("give one of the three")
	}
	ratings, err := s.Ratings()
	if err != nil {
		return err
	}
	desk := s.Opened.Shadows(ratings)
	m, err := c.meant(s, desk)
	if err != nil {
		return err
	}
	var t shadow.Trial
	switch {
	case c.Until != "":
		day, err := console.Day("until", c.Until)
		if err != nil {
			return err
		}
		permit, err := working(s, "trial")
		if err != nil {
			return err
		}
		if t, err = desk.Begin(s.Ctx, permit, m.Code, m.Version, day); err != nil {
			return err
		}
	case c.End:
		permit, err := working(s, "trial")
		if err != nil {
			return err
		}
		if t, err = desk.End(s.Ctx, permit, m.Code, m.Version); err != nil {
			return err
		}
	default:
		if t, err = desk.Find(s.Ctx, m.Code, m.Version); err != nil {
			return err
		}
	}
	var runs []shadow.Run
	if c.Report {
		if runs, err = desk.Store.Runs(s.Ctx, t.ID); err != nil {
			return err
		}
	}
	c.say(s, &t, runs, calendar.In(s.Process.Now(), calendar.Shanghai))
	return nil
}

// meant is the version that is named; where none is, that of the newest trial, and for a new trial the newest version.
func (c modelShadow) meant(s *console.Session, desk *shadow.Desk) (rulebooks.Model, error) {
	if c.Version == 0 && c.Until == "" {
		all, err := desk.Store.Trials(s.Ctx)
		if err != nil {
			return rulebooks.Model{}, err
		}
		for i := range all {
			if all[i].Model == c.Model {
				c.Version = all[i].Version
				break
			}
		}
	}
	return c.find(s)
}

// working is the permit of the official in use for what concerns everybody.
func working(s *console.Session, doing string) (charter.WorkPermit, error) {
	by, err := s.Acting()
	if err != nil {
		return charter.WorkPermit{}, err
	}
	return s.Opened.Access.Working(s.Ctx, by, doing)
}

var trialStates = map[shadow.State]string{
	shadow.Running: "is on trial", shadow.Over: "was on trial", shadow.Ended: "was on trial", shadow.Decided: "was on trial, and is decided on",
	shadow.Alone: "is on trial, and no version is in force beside which it could be counted",
}

func (c modelShadow) say(s *console.Session, t *shadow.Trial, runs []shadow.Run, today calendar.Day) {
	a := trialAnswer{
		Model: t.Model, Version: t.Version, State: t.State(today), InForce: t.InForce, From: t.From, Until: t.Until, By: t.By, EndedBy: t.EndedBy, Counted: t.Runs,
	}
	for i := range runs {
		r := &runs[i]
		a.Runs = append(a.Runs, trialRun{r.Day, r.Against, r.Snapshot, r.Ledger, r.Parts})
	}
	s.Result(a, func(w io.Writer) {
		fmt.Fprintf(w, "%s version %d %s, from %s to %s", a.Model, a.Version, trialStates[a.State], a.From, a.Until)
		if a.State == shadow.Ended {
			fmt.Fprintf(w, "; %s ended it on %s", a.EndedBy, calendar.In(t.EndedAt, calendar.Shanghai))
		}
		if a.State == shadow.Running {
			fmt.Fprintf(w, ", beside version %d", a.InForce)
		}
		fmt.Fprintf(w, "; counted %s\n", times(a.Counted))
		switch {
		case !c.Report && a.Counted > 0:
			fmt.Fprintf(w, "what was counted: probity model shadow %s --version %d --report\n", a.Model, a.Version)
		case a.Counted == 0 && a.State == shadow.Running:
			fmt.Fprintln(w, "it is counted with the next probity job run")
		}
		if len(a.Runs) > 0 {
			printRun(w, a.Model, a.Version, &a.Runs[0])
			printHumans(w, a.Runs)
		}
	})
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return console.Grouped(n) + " times"
}

func printRun(w io.Writer, model string, version int, r *trialRun) {
	fmt.Fprintf(w, "\non %s, %s version %d against version %d:\n", r.Day, model, version, r.Against)
	for i := range r.Parts {
		printTrialPart(w, &r.Parts[i])
	}
	if len(r.Parts) == 0 {
		fmt.Fprintln(w, "neither rates anybody")
	}
}

// printHumans shows the newest counts of human beings, where the newest run has none.
func printHumans(w io.Writer, runs []trialRun) {
	for i := range runs {
		for n := range runs[i].Parts {
			if p := &runs[i].Parts[n]; p.Name == impact.HumanBeings {
				if i > 0 {
					fmt.Fprintf(w, "\ncounted on %s, once a month at most:", runs[i].Day)
					printTrialPart(w, p)
				}
				return
			}
		}
	}
}

// printTrialPart prints a part as that of an impact report, with how many moved.
func printTrialPart(w io.Writer, p *shadow.Part) {
	printPart(w, &impact.Part{
		Name: p.Name, Subjects: p.Subjects, Flows: p.Flows, Matrix: p.Matrix, Drivers: p.Drivers, Consequences: p.Consequences,
	})
	fmt.Fprintf(w, "  %s in all would be rated otherwise\n", shownCount(p.Moved))
	for _, x := range p.NotRated {
		for _, why := range x.Why {
			fmt.Fprintf(w, "  not rated (%s), %s: %s\n", x.Side, console.Either(why.Title.EN, why.Reason), shownCount(why.Subjects))
		}
	}
}

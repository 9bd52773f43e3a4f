package population

import (
	"fmt"
	"io"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/cli/console"
	"probity/internal/impact"
	"probity/internal/shadow"
)

// trialAnswer is a trial in which everybody was counted.
type trialAnswer struct {
	Model   string       `json:"model"`
	Version int          `json:"version"`
	Against int          `json:"against"`
	Day     calendar.Day `json:"day"`
	// Organisations and Moved are how many there are, and how many of them would be rated otherwise.
	Organisations impact.Count `json:"organisations"`
	Moved         impact.Count `json:"moved"`
}

// countTrials counts everybody in the trials of model versions that are due, over the snapshot, beside the rating of all.
func countTrials(s *console.Session, permit charter.WorkPermit, dir string) ([]trialAnswer, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	desk := s.Opened.Shadows(ratings)
	trials, err := desk.RunningOn(s.Ctx)
	if err != nil || len(trials) == 0 {
		return []trialAnswer{}, err
	}
	bar := s.Progress("on trial", "", 0)
	runs, err := desk.Count(s.Ctx, permit, dir, bar.At)
	bar.Done()
	if err != nil {
		return nil, console.Resumable(err, "type it again: what was counted stays")
	}
	answers := []trialAnswer{}
	for i := range runs {
		for _, t := range trials {
			if t.ID == runs[i].Trial {
				answers = append(answers, answerOfRun(&t, &runs[i]))
			}
		}
	}
	return answers, nil
}

// Uncounted are the versions on trial, CODE@N, for which everybody is still to be counted today: who rates everybody by hand
// counts none.
func Uncounted(s *console.Session) ([]string, error) {
	ratings, err := s.Ratings()
	if err != nil {
		return nil, err
	}
	trials, err := s.Opened.Shadows(ratings).RunningOn(s.Ctx)
	today := calendar.In(s.Process.Now(), calendar.Shanghai)
	list := []string{}
	for i := range trials {
		if trials[i].Due(today) {
			list = append(list, fmt.Sprintf("%s@%d", trials[i].Model, trials[i].Version))
		}
	}
	return list, err
}

func answerOfRun(t *shadow.Trial, r *shadow.Run) trialAnswer {
	a := trialAnswer{Model: t.Model, Version: t.Version, Against: r.Against, Day: r.Day}
	for i := range r.Parts {
		if p := &r.Parts[i]; p.Name == impact.Organisations {
			a.Organisations, a.Moved = p.Subjects, p.Moved
		}
	}
	return a
}

func printTrials(w io.Writer, list []trialAnswer) {
	for _, a := range list {
		fmt.Fprintf(w, "on trial: %s version %d would rate %s of %s otherwise than version %d; probity model shadow %s --report\n",
			a.Model, a.Version, console.Grouped(a.Moved.N), console.Count(a.Organisations.N, "organisation"), a.Against, a.Model)
	}
}

package run

import (
	"fmt"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/lab/population"
	"probity/scorecard"
)

// Moment is one month in the life of one person.
type Moment struct {
	Month int    `json:"month"`
	Day   string `json:"day"`
	// Band is "" where there is no rating; Reasons are the reason codes of the rating; Measures those in force from now on.
	Band     string   `json:"band"`
	Score    int32    `json:"score"`
	Reasons  []string `json:"reasons,omitempty"`
	Measures []string `json:"measures,omitempty"`
	Owes     int64    `json:"owes_fen"`
	NoWork   bool     `json:"without_work"`
	Listed   bool     `json:"listed"`
	Wrong    int      `json:"wrong_records"`
}

// Life is one generated person through a run.
type Life struct {
	Person int `json:"person"`
	// Identifier is of a range that cannot belong to anyone.
	Identifier string `json:"identifier"`
	// About are the person's attributes, in words.
	About   []string `json:"about"`
	Moments []Moment `json:"months"`
}

// Trace is the life of one person under the policy, in the first replication: the same person, and the same luck, under any.
func Trace(c Config, person int) (*Life, error) {
	if person < 0 || person >= c.People {
		return nil, fault.New(fault.Invalid, "lab.person", "there is no person %d", person).At("--person").With(fmt.Sprintf("give a number from 0 to %d", c.People-1))
	}
	c.Replications = 1
	p, err := prepare(&c)
	if err != nil {
		return nil, err
	}
	w := newWorker(p)
	l := &Life{Person: person}
	i := person % population.PanelSize
	w.watch = func(month int, today calendar.Day, r *scorecard.Results) {
		l.Moments = append(l.Moments, w.moment(i, month, today, r))
	}
	if _, err := w.panel(0, person/population.PanelSize); err != nil {
		return nil, err
	}
	for d, dim := range w.dims {
		l.About = append(l.About, dim.Title+": "+dim.Titles[w.panelOf.Column[d][i]])
	}
	l.Identifier, err = c.World.Identifier(&w.panelOf, i, c.Start)
	return l, err
}

func (w *worker) moment(i, month int, today calendar.Day, r *scorecard.Results) Moment {
	m := Moment{
		Month: month + 1, Day: today.String(), Score: w.people.Score[i], Measures: w.people.Mask[i].Names(),
		Owes: w.people.Owes(i), NoWork: w.people.WithoutWork(i), Listed: w.people.Listed(i), Wrong: int(w.desk.Errors(i)),
	}
	if band := w.people.Band[i]; band > 0 {
		m.Band = w.c.Policy.Bands()[band-1]
		o := w.desk.Ordinal(i)
		for _, c := range r.Reasons(o) {
			m.Reasons = append(m.Reasons, r.ReasonCode(int(c), o))
		}
	}
	return m
}

// Package shadow is for whoever tries a new version of a model beside the one in force before deciding on it: until a
// stated day everybody is rated by both whenever everybody is rated, and the differences are counted.
//
// A trial has no effect. What the version on trial says of a subject is computed, counted and forgotten: it is kept
// nowhere, answered to nobody and told to nobody, and no decision rests on it. Whoever has to consent to being rated counts
// only while the own consent covers the version on trial (Charter C1). Of human beings the counts are those of an impact
// report, none so small that somebody could be known by it.
package shadow

import (
	"time"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/impact"
)

// ID numbers a trial.
type ID int64

// Trial is one model version being tried.
type Trial struct {
	ID      ID
	Model   string
	Version int
	// From is the day on which it began, Until its last day.
	From, Until calendar.Day
	BegunAt     time.Time
	// By began it: agency/official. EndedAt and EndedBy are set where somebody ended it before its last day.
	By      string
	EndedAt time.Time
	EndedBy string
	// Fresh: the version was never in force. InForce is the version of the model that is, 0 where none is.
	Fresh   bool
	InForce int
	// Runs is how many times everybody was counted, Last the day of the newest; calendar.None where there was none.
	Runs int64
	Last calendar.Day
}

// State is where a trial stands.
type State string

// The states. A trial that is not running never runs again.
const (
	Running State = "running"
	// Over: its last day is past.
	Over State = "over"
	// Ended: somebody ended it.
	Ended State = "ended"
	// Decided: the version came into force, or was given up.
	Decided State = "decided"
	// Alone: no version is in force beside which it could be tried.
	Alone State = "alone"
)

// State tells where the trial stands on a day.
func (t *Trial) State(today calendar.Day) State {
	switch {
	case !t.EndedAt.IsZero():
		return Ended
	case !t.Fresh:
		return Decided
	case today > t.Until:
		return Over
	case t.InForce == 0:
		return Alone
	}
	return Running
}

// Due tells whether everybody is to be counted on the day: once a day while it is running.
func (t *Trial) Due(today calendar.Day) bool { return t.State(today) == Running && t.Last < today }

// Run is one counting of everybody.
type Run struct {
	Trial ID
	Day   calendar.Day
	At    time.Time
	// Against is the version that was in force.
	Against int
	// Snapshot is the digest of the snapshot, Ledger its place in the ledger.
	Snapshot string
	Ledger   int64
	// Parts are organisations and human beings, as far as somebody of them is rated by one of the versions.
	Parts []Part
}

// Part is what differs among organisations, or among human beings. Its counts are those of an impact report.
type Part struct {
	Name     string       `json:"name"`
	Subjects impact.Count `json:"subjects"`
	// Moved are those whose band differs, or who are rated by one of the two alone; hidden where a part of them is.
	Moved        impact.Count         `json:"moved"`
	Flows        []impact.Flow        `json:"flows"`
	Matrix       *impact.Matrix       `json:"matrix"`
	NotRated     []impact.NotRated    `json:"not_rated"`
	Drivers      []impact.Driver      `json:"drivers"`
	Consequences []impact.Consequence `json:"consequences"`
}

// humansEvery is after how long human beings are counted again in a trial, a number of our own. Two counts of neighbouring
// days differ by a few people, of whom it is often known who they are; counts a month apart differ by many.
var humansEvery = calendar.Period{Months: 1}

// partsOf are the counts of a report that a run keeps: nothing that names anybody. Without human beings, these are left out.
func partsOf(r *impact.Report, humans bool) []Part {
	list := []Part{}
	for i := range r.Parts {
		p := &r.Parts[i]
		if p.Name == impact.HumanBeings && !humans {
			continue
		}
		list = append(list, Part{
			Name: p.Name, Subjects: p.Subjects, Moved: moved(p.Flows), Flows: p.Flows, Matrix: p.Matrix, NotRated: p.NotRated, Drivers: p.Drivers,
			Consequences: p.Consequences,
		})
	}
	return list
}

// moved adds up the directions that lead elsewhere.
func moved(list []impact.Flow) (sum impact.Count) {
	for _, f := range list {
		switch f.Direction {
		case impact.Up, impact.Down, impact.Other, impact.Gained, impact.Lost:
			sum.N += f.Subjects.N
			sum.Hidden = sum.Hidden || f.Subjects.Hidden
		}
	}
	if sum.Hidden {
		sum.N = 0
	}
	return sum
}

// humansDue tells whether human beings are counted in the next run, by the runs there were.
func humansDue(runs []Run, today calendar.Day) bool {
	for i := range runs {
		for _, p := range runs[i].Parts {
			if p.Name == impact.HumanBeings && runs[i].Day.Add(humansEvery) > today {
				return false
			}
		}
	}
	return true
}

// None is the error of who asks for a trial that there is not.
func None(model string, version int) error {
	return fault.New(fault.NotFound, "shadow.none", "version %d of %s is not on trial", version, model).
		With("probity model shadow " + model + " --until DAY begins one")
}

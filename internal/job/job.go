// Package job is for whoever has everybody rated again, by plan or by order: as a job in blocks of subjects, which any number
// of processes share and which goes on where it was, whoever is killed.
//
// A job keeps ratings through package everybody: they are those that would be computed one by one, with the same history and
// notices. What is done to a job, and its end, are entries of the platform's ledger.
package job

import (
	"fmt"
	"time"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/subject"
)

// ID numbers a job.
type ID int64

// State is where a job stands.
type State string

// The states. A job that is open is worked on by whoever takes blocks of it; paused, nobody gets one. Cancelled, what was rated
// stays.
const (
	Open      State = "open"
	Paused    State = "paused"
	Cancelled State = "cancelled"
	Done      State = "done"
)

// Job is work on everybody.
type Job struct {
	ID ID
	// Plan is the code of the plan in the schedule, "" where somebody asked for it; Day is the day on which it was due.
	Plan string
	Day  calendar.Day
	// Models are their codes; none is every model in force.
	Models []string
	// Outdated: only those are rated whose ratings are outdated.
	Outdated bool
	State    State
	MadeAt   time.Time
	MadeBy   string
	// EndedAt is the zero time until it is done or cancelled.
	EndedAt time.Time
	// Blocks are all, Ended those that are done, Held those that somebody works on. Rated and Changed count ratings.
	Blocks, Ended, Held int64
	Rated, Changed      int64
}

// Hold is a block that somebody works on.
type Hold struct {
	Job    ID
	Number int64
	// Fence grows with every holder of the block.
	Fence int64
	// The subjects behind Last, up to To, are still to be done; of these, in a distributed database, those of the part.
	Last, To subject.ID
	Part     subject.Part
	// Until is when the block goes to somebody else, unless something of it is kept before.
	Until time.Time
}

// Lost is the error of who keeps something of a block that it does not hold any more: another process has it, or the job was
// paused or cancelled. Nothing was kept.
func Lost(h *Hold) error {
	return fault.New(fault.Conflict, "job.lost", "block %d of job %d is held by another process, or the job was paused or cancelled", h.Number, h.Job).
		With("nothing of it was lost: probity job run goes on")
}

// next are the states into which a job may be brought.
var next = map[State][]State{Open: {Paused, Cancelled, Done}, Paused: {Open, Cancelled}}

// May holds that a job may be brought from one state into another.
func May(id ID, from, to State) error {
	for _, s := range next[from] {
		if s == to {
			return nil
		}
	}
	return fault.New(fault.Conflict, "job.state", "job %d is %s and cannot become %s", id, from, to).
		With("an open job is paused or cancelled, a paused one is taken up again or cancelled: probity job list")
}

// Detail is how the ledger names a job.
func (j *Job) Detail() string {
	models := "all"
	if len(j.Models) > 0 {
		models = fmt.Sprint(j.Models)
	}
	whom := "everybody"
	if j.Outdated {
		whom = "outdated"
	}
	return fmt.Sprintf("job=%d plan=%s day=%s models=%s of=%s", j.ID, j.Plan, j.Day, models, whom)
}

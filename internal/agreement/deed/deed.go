// Package deed says what an agreement on reading is: which agency may read what about which subjects, for which one
// purpose, until when and how often a day; what it answered when it was asked what could go wrong; and where the matter
// stands. An agreement opens nothing by itself: each read still states its official, its basis and its case (Charter C11).
package deed

import (
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/subject"
)

// ID numbers an agreement.
type ID int64

// String is the id as people and JSON see it: g and 13 characters.
func (id ID) String() string { return subject.Encode('g', int64(id)) }

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// ParseID reads the form of String.
func ParseID(text string) (ID, bool) {
	n, ok := subject.Decode('g', text)
	return ID(n), ok
}

// Share is what is shared of one dataset.
type Share struct {
	Dataset string `json:"dataset"`
	// Fields are those that are shown; none is all of them. A list never opens what is kept sealed.
	Fields []string `json:"fields,omitempty"`
}

// Wish is what is asked for, and granted as it was asked or not at all.
type Wish struct {
	// Reader is the agency that wants to read, Grantor the one that lets it: the supplier of the datasets, or, for ratings
	// and decisions, the agency that set the platform up.
	Reader  string `json:"reader"`
	Grantor string `json:"grantor"`
	// Purpose is one of the closed list, Basis the law it rests on.
	Purpose string `json:"purpose"`
	Basis   string `json:"basis"`
	// Reads are what is read: file, rating, decision, explanation, history.
	Reads []string       `json:"reads"`
	Kinds []subject.Kind `json:"kinds"`
	// Shares are the datasets whose records may be read, for a file; Models the models whose ratings, none is every one.
	Shares []Share  `json:"shares,omitempty"`
	Models []string `json:"models,omitempty"`
	// From is the first day, To the first day on which it is over.
	From calendar.Day `json:"from"`
	To   calendar.Day `json:"to"`
	// PerDay is how often the reader may read for the purpose on one day.
	PerDay int64 `json:"per_day"`
	// Certified is the dataset in which the reader's own record must be in force, such as its licence; "" demands none.
	Certified string `json:"certified,omitempty"`
	Risk      Risk   `json:"risk"`
}

// Act is a step in the life of an agreement.
type Act string

// The steps. What an agreement is on a day follows from them; see [Agreement.On].
const (
	Asked     Act = "asked"
	Fit       Act = "fit"       // the purpose was judged before anybody granted anything
	Unfit     Act = "unfit"     // and found wanting
	Granted   Act = "granted"   // the grantor agreed
	Refused   Act = "refused"   // the grantor did not
	Suspended Act = "suspended" // held up by the grantor or the platform
	Resumed   Act = "resumed"
	Ended     Act = "ended"   // by either side, before its last day
	Deleted   Act = "deleted" // the reader says that its copies are gone
)

// Step is one step, by a named official, for a reason.
type Step struct {
	Act    Act       `json:"act"`
	At     time.Time `json:"at"`
	By     string    `json:"by"` // agency/official
	Reason string    `json:"reason,omitempty"`
}

// Agreement is a wish and what became of it.
type Agreement struct {
	ID ID `json:"id"`
	Wish
	Steps []Step `json:"steps"`
}

// State is where an agreement stands on a day.
type State string

// The states.
const (
	Waiting   State = "waiting"     // for a judgement of its purpose
	Judged    State = "judged"      // the purpose is fit; the grantor has not answered
	Turned    State = "refused"     // unfit, or refused by the grantor
	Future    State = "future"      // granted, and not begun
	InForce   State = "in_force"    // good for reading
	Expiring  State = "expiring"    // in force, and near its end
	HeldUp    State = "suspended"   // by hand
	Uncertain State = "uncertified" // the record that its reader must have is not in force
	Over      State = "over"        // its time has passed, or somebody ended it
	Closed    State = "closed"      // over, and the reader has said that its copies are gone
)

// Reads tells whether an agreement in this state lets its reader read.
func (s State) Reads() bool { return s == InForce || s == Expiring }

// last is the newest step but suspensions, and whether the agreement is suspended.
func (a *Agreement) last() (act Act, suspended bool) {
	for i := range a.Steps {
		switch a.Steps[i].Act {
		case Suspended:
			suspended = true
		case Resumed:
			suspended = false
		default:
			act = a.Steps[i].Act
		}
	}
	return act, suspended
}

// On is the state on a day. certified tells whether the reader's own record that the agreement rests on is in force; it is
// not looked at where none is demanded.
func (a *Agreement) On(day calendar.Day, certified bool) State {
	act, suspended := a.last()
	switch {
	case act == Asked:
		return Waiting
	case act == Fit:
		return Judged
	case act == Unfit || act == Refused:
		return Turned
	case act == Deleted:
		return Closed
	case act == Ended || day >= a.To:
		return Over
	case day < a.From:
		return Future
	case suspended:
		return HeldUp
	case a.Certified != "" && !certified:
		return Uncertain
	case day >= a.To-calendar.Day(BuiltIn().Warn(day)):
		return Expiring
	}
	return InForce
}

// DeleteBy is the last day on which the reader may hold copies once the agreement is over; None while it is not.
func (a *Agreement) DeleteBy(day calendar.Day) calendar.Day {
	end, granted := a.To, false
	for i := range a.Steps {
		switch s := &a.Steps[i]; s.Act {
		case Granted:
			granted = true
		case Ended:
			end = min(end, calendar.In(s.At, calendar.Shanghai))
		default:
		}
	}
	if !granted || day < end {
		return calendar.None
	}
	return end + calendar.Day(BuiltIn().Delete(end))
}

// Asker is the official who asked.
func (a *Agreement) Asker() string {
	if len(a.Steps) == 0 {
		return ""
	}
	return a.Steps[0].By
}

// Judge is the official who judged the purpose; "" while nobody has.
func (a *Agreement) Judge() string {
	for i := range a.Steps {
		if s := &a.Steps[i]; s.Act == Fit || s.Act == Unfit {
			return s.By
		}
	}
	return ""
}

// Holder is the official who suspended the agreement; "" while it is not suspended.
func (a *Agreement) Holder() (by string) {
	for i := range a.Steps {
		switch s := &a.Steps[i]; s.Act {
		case Suspended:
			by = s.By
		case Resumed:
			by = ""
		default:
		}
	}
	return by
}

// Lets tells whether the agreement is about such a read, whatever its state: model is that of the rating asked for, "" where
// the read names none.
func (a *Agreement) Lets(reader, purpose, read, model string, kind subject.Kind) bool {
	return a.Reader == reader && a.Purpose == purpose && slices.Contains(a.Reads, read) && slices.Contains(a.Kinds, kind) &&
		(model == "" || len(a.Models) == 0 || slices.Contains(a.Models, model))
}

// Package clock is the table of time limits that the law and the Charter set: within how many days a dispute is answered, an
// annulled penalty withdrawn, a defaulter's entry removed. Each limit is dated data with its source; the shortest in force
// counts. Days that only authorities work on are counted by the calendar of public holidays.
//
// How it counts. The day of the event is not counted (Civil Code art. 201). A limit of months or years ends on the day of
// the same number, and where the month has none on its last day (art. 202): a year from 29 February ends on 28 February.
// A limit that binds an authority or a supplier is never moved because its last day is a holiday; the subject's own time
// is moved to the next working day (art. 203). An instant becomes a day in the zone of whoever is bound, through
// [calendar.In]; in here there are days only.
package clock

import (
	"cmp"
	"fmt"
	"slices"

	"probity/calendar"
	"probity/internal/fault"
)

// Event is what a clock runs for; the events are those of the table.
type Event string

// The events that this application runs clocks for. The table has more, for the records and for whoever asks.
const (
	WithdrawAnnulledPenalty Event = "withdraw-annulled-penalty"
	ListCriteriaComment     Event = "list-criteria-comment"
	ListObjection           Event = "list-objection"
	ListTerm                Event = "list-term"
	ListEarlyRemoval        Event = "list-early-removal"
	RemoveAbnormalEntry     Event = "remove-abnormal-entry"
	RemoveDefaulter         Event = "remove-defaulter"
	HearingRequest          Event = "hearing-request"
	Reconsideration         Event = "reconsideration"
	AdministrativeSuit      Event = "administrative-suit"
	OrderObjection          Event = "order-objection"
	OrderAnswer             Event = "order-answer"
	OrderReviewRequest      Event = "order-review-request"
	OrderReview             Event = "order-review"
	DisputeAnswer           Event = "dispute-answer"
	DisputeComplaint        Event = "dispute-complaint"
	DisputeForwarded        Event = "dispute-forwarded"
	DisputeResultNotice     Event = "dispute-result-notice"
	ReinsertionNotice       Event = "reinsertion-notice"
	RepairForwarded         Event = "repair-forwarded"
	RepairDecision          Event = "repair-decision"
	RepairAnswer            Event = "repair-answer"
	AmnestyReview           Event = "amnesty-review"
	AdversePersonalLapse    Event = "adverse-personal-lapse"
	Ruling                  Event = "ruling"
	RulingReviewRequest     Event = "ruling-review-request"
	RulingReview            Event = "ruling-review"
	SubjectRequest          Event = "subject-request"
	LiftAcknowledgement     Event = "lift-acknowledgement"
	CorrectionAcknowledged  Event = "correction-acknowledgement"
	DeletionAcknowledged    Event = "deletion-acknowledgement"
)

// Jurisdiction is whose law sets a limit. The Charter's own limits hold in every one.
type Jurisdiction string

// The jurisdictions of the built-in table.
const (
	Charter       Jurisdiction = "charter"
	China         Jurisdiction = "cn"
	EuropeanUnion Jurisdiction = "eu"
	UnitedStates  Jurisdiction = "us"
)

// Sense says which way a limit binds.
type Sense string

const (
	// AtMost: it must happen within the limit; of several in force the shortest counts.
	AtMost Sense = "at_most"
	// AtLeast: it may not be over sooner; of several in force the longest counts.
	AtLeast Sense = "at_least"
)

// Bound is whose time a limit is.
type Bound string

const (
	// Handler is an authority, a supplier, an operator or the platform.
	Handler Bound = "handler"
	// Subject is the subject itself: the limit never ends on a day on which nobody works.
	Subject Bound = "subject"
)

// Unit is what a limit is counted in.
type Unit string

// The units.
const (
	Days        Unit = "day"
	WorkingDays Unit = "working_day"
	Months      Unit = "month"
	Years       Unit = "year"
)

// Length is a number of units; the zero Length is no length.
type Length struct {
	N    int
	Unit Unit
}

// String is the length in words: "20 day", "3 working_day".
func (l Length) String() string {
	if l == (Length{}) {
		return ""
	}
	return fmt.Sprintf("%d %s", l.N, l.Unit)
}

// MarshalText writes the form of String.
func (l Length) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the form of String; an empty text is no length.
func (l *Length) UnmarshalText(b []byte) error {
	*l = Length{}
	if len(b) == 0 {
		return nil
	}
	var n int
	var unit Unit
	if _, err := fmt.Sscanf(string(b), "%d %s", &n, &unit); err != nil || n < 0 || n > maxLength ||
		!slices.Contains([]Unit{Days, WorkingDays, Months, Years}, unit) || fmt.Sprintf("%d %s", n, unit) != string(b) {
		return fmt.Errorf("%q is no length of time; write one as \"20 day\", \"3 working_day\", \"6 month\" or \"5 year\"", b)
	}
	*l = Length{n, unit}
	return nil
}

// maxLength bounds a length, so that a slip of the pen is refused and not obeyed.
const maxLength = 999

// Limit is one line of the table.
type Limit struct {
	Event        Event        `yaml:"event" json:"event"`
	Sense        Sense        `yaml:"sense" json:"sense"`
	Binds        Bound        `yaml:"binds" json:"binds"`
	Length       Length       `yaml:"limit" json:"limit"`
	Extension    Length       `yaml:"extension" json:"extension,omitzero"`
	Jurisdiction Jurisdiction `yaml:"jurisdiction" json:"jurisdiction"`
	// From is the edition's first day in force, To the first day on which it no longer is, None while it holds.
	From   calendar.Day `yaml:"from" json:"from"`
	To     calendar.Day `yaml:"to" json:"to"`
	Source string       `yaml:"source" json:"source"`
	// Checked is "verified" where the rule was read in a public copy, "recalled" where it is general knowledge of the
	// field and must be confirmed before anybody relies on it, "own" where the number is this platform's.
	Checked string `yaml:"checked" json:"checked"`
}

// InForce tells whether the edition is in force on the day.
func (l *Limit) InForce(on calendar.Day) bool {
	return on >= l.From && (l.To == calendar.None || on < l.To)
}

// Deadline is when a clock runs out.
type Deadline struct {
	// Day is the last day on which it is in time; what happens on it is in time. For a limit of the sense AtLeast it is
	// the first day on which it may be over.
	Day   calendar.Day `json:"day"`
	Limit Limit        `json:"limit"`
	// Assumed is true where working days of a year that the calendar of public holidays does not know were counted as
	// Monday to Friday. The day is reckoned again when the year is known.
	Assumed bool `json:"assumed,omitempty"`
}

// Passed tells whether the clock has run out on the day.
func (d Deadline) Passed(today calendar.Day) bool { return today > d.Day }

// Due is when the clock of the event, started by what happened on the day from, runs out: by the shortest of the limits
// of the Charter and of the named jurisdictions that are in force on that day, for an event of the sense AtLeast by the
// longest. Without a jurisdiction every one in the table counts. Where none is in force, and for calendar.None, the fault is
// NotFound.
func (t *Table) Due(event Event, from calendar.Day, in ...Jurisdiction) (Deadline, error) {
	best, found := Deadline{}, false
	if from != calendar.None {
		for i := range t.limits {
			l := &t.limits[i]
			if l.Event != event || !l.InForce(from) || !(len(in) == 0 || l.Jurisdiction == Charter || slices.Contains(in, l.Jurisdiction)) {
				continue
			}
			d := t.reckon(l, from)
			if !found || l.Sense == AtMost && d.Day < best.Day || l.Sense == AtLeast && d.Day > best.Day {
				best, found = d, true
			}
		}
	}
	if !found {
		return Deadline{}, fault.New(fault.NotFound, "clock.none", "no time limit for %q is in force on %s", event, from).
			With("see the limits with: probity clock list")
	}
	return best, nil
}

// Extended is the deadline with the extension its rule allows; the same where it allows none.
func (t *Table) Extended(d Deadline, from calendar.Day) Deadline {
	if d.Limit.Extension == (Length{}) {
		return d
	}
	first, known := t.add(&d.Limit, from, d.Limit.Length)
	day, later := t.add(&d.Limit, first, d.Limit.Extension)
	return t.end(&d.Limit, day, known && later)
}

// reckon counts one limit from a day.
func (t *Table) reckon(l *Limit, from calendar.Day) Deadline {
	day, known := t.add(l, from, l.Length)
	return t.end(l, day, known)
}

// end moves the subject's own time to a working day.
func (t *Table) end(l *Limit, day calendar.Day, known bool) Deadline {
	if l.Binds == Subject {
		var sure bool
		day, sure = t.worked(l.Jurisdiction).OnOrAfter(day)
		known = known && sure
	}
	return Deadline{Day: day, Limit: *l, Assumed: !known}
}

func (t *Table) add(l *Limit, from calendar.Day, by Length) (day calendar.Day, known bool) {
	switch by.Unit {
	case WorkingDays:
		return t.worked(l.Jurisdiction).After(from, by.N)
	case Months:
		return from.Add(calendar.Period{Months: by.N}), true
	case Years:
		return from.Add(calendar.Period{Years: by.N}), true
	case Days:
		return from.Add(calendar.Period{Days: by.N}), true
	}
	return from, true
}

// Limits are the lines of the table, those out of force among them, by event, jurisdiction and first day.
func (t *Table) Limits() []Limit {
	list := slices.Clone(t.limits)
	slices.SortStableFunc(list, func(a, b Limit) int {
		return cmp.Or(cmp.Compare(a.Event, b.Event), cmp.Compare(a.Jurisdiction, b.Jurisdiction), cmp.Compare(a.From, b.From))
	})
	return list
}

// Package entry answers where an organisation's entry on a list stands: what was done in the procedure, by whom, on what
// document, what may be done next, and whether the entry may be used today.
//
// An entry is only ever added to: each step of the procedure is a line of its own and no line is changed. Whether an
// entry counts is judged on the day of the reading, so that one that has come to its end is gone from every answer
// without anybody sweeping. Nothing here has a field for a rating, a score or anything derived from one (Charter C4).
package entry

import (
	"fmt"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/listing/criteria"
	"probity/internal/measure/order"
	"probity/internal/subject"
)

// ID numbers an entry: time-ordered, positive, never reused. 0 is no entry.
type ID int64

// String is the id as people and JSON see it: e and 13 characters; "" for no entry.
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	return subject.Encode('e', int64(id))
}

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String.
func (id *ID) UnmarshalText(b []byte) error {
	*id = 0
	if len(b) == 0 {
		return nil
	}
	n, ok := subject.Decode('e', string(b))
	if !ok {
		return fmt.Errorf("%q is no id of an entry on a list", b)
	}
	*id = ID(n)
	return nil
}

// State is where the procedure stands.
type State string

// The states of the procedure.
const (
	None      State = "" // there is no entry yet
	Draft     State = "draft"
	Notified  State = "notified"
	Objected  State = "objected"
	Hearing   State = "hearing" // a hearing was asked for and not yet held
	Answered  State = "answered"
	Decided   State = "decided"
	Approved  State = "approved"
	Dropped   State = "dropped"
	Published State = "published"
	Requested State = "removal_requested"
	Removed   State = "removed"
)

// Act is a step of the procedure.
type Act string

// The acts, in the order of the procedure.
const (
	ToDraft   Act = "draft"   // the keeper states ground, elements and law
	Notify    Act = "notify"  // the subject was served with the advance notice
	Object    Act = "object"  // the subject objects
	AskToHear Act = "hearing" // the subject asks for a hearing
	Hear      Act = "hear"    // the hearing was held
	Answer    Act = "answer"  // the keeper answers the objections with reasons
	Grace     Act = "grace"   // the keeper gives a respite
	Decide    Act = "decide"  // the keeper decides to list, with reasons and a fixed end
	Approve   Act = "approve" // the next higher body approves the decision
	Drop      Act = "drop"    // the keeper gives the draft up
	Publish   Act = "publish" // the decision was served and is published
	Request   Act = "request" // the subject asks for removal
	Accept    Act = "accept"  // the keeper removes the entry for that cause
	Refuse    Act = "refuse"  // the keeper refuses with reasons
	Expire    Act = "expire"  // the end has come
	Revoke    Act = "revoke"  // the keeper or the body above it takes the decision back on review
	Annul     Act = "annul"   // a court or the body above the keeper says it should never have been
)

// Acts lists every act in the order of the procedure.
var Acts = []Act{
	ToDraft, Notify, Object, AskToHear, Hear, Answer, Grace, Decide, Approve, Drop, Publish, Request, Accept, Refuse, Expire, Revoke, Annul,
}

// after is the procedure: what may be done in each state, and the state it leads to. Object and AskToHear add to what is
// open; Grace changes no state.
var after = map[State]map[Act]State{
	None:      {ToDraft: Draft},
	Draft:     {Notify: Notified, Drop: Dropped},
	Notified:  {Object: Objected, AskToHear: Hearing, Grace: Notified, Decide: Decided, Drop: Dropped},
	Objected:  {Object: Objected, AskToHear: Hearing, Grace: Objected, Answer: Answered, Drop: Dropped},
	Hearing:   {Object: Hearing, Hear: Objected, Grace: Hearing, Drop: Dropped},
	Answered:  {Object: Objected, AskToHear: Hearing, Grace: Answered, Decide: Decided, Drop: Dropped},
	Decided:   {Approve: Approved, Publish: Published, Drop: Dropped, Revoke: Removed, Annul: Removed},
	Approved:  {Publish: Published, Revoke: Removed, Annul: Removed},
	Published: {Request: Requested, Expire: Removed, Revoke: Removed, Annul: Removed},
	Requested: {Accept: Removed, Refuse: Published, Expire: Removed, Revoke: Removed, Annul: Removed},
	Removed:   {Annul: Removed},
	Dropped:   {},
}

// Next is the state to which the act leads; ok is false where the procedure does not allow it.
func (s State) Next(a Act) (next State, ok bool) {
	next, ok = after[s][a]
	return next, ok
}

// Allowed are the acts that the procedure allows in the state, in its order.
func (s State) Allowed() []Act {
	return slices.DeleteFunc(slices.Clone(Acts), func(a Act) bool {
		_, ok := after[s][a]
		return !ok
	})
}

// Fact is one element of a ground as the draft states it; Value is as the element's kind asks.
type Fact struct {
	Element string `json:"element"`
	Value   string `json:"value"`
}

// Step is one act of the procedure.
type Step struct {
	// Seq counts the entry's steps from 1; At is when the step was recorded, Day the day on which it was done.
	Seq int          `json:"seq"`
	Act Act          `json:"act"`
	At  time.Time    `json:"at"`
	Day calendar.Day `json:"day"`
	// Agency and Official did it; both are empty where the subject itself acted, or, with Expire, nobody.
	Agency   string `json:"agency,omitempty"`
	Official string `json:"official,omitempty"`
	// Basis is the law the step rests on, Document its paper.
	Basis    order.Basis    `json:"basis"`
	Document order.Document `json:"document,omitzero"`
	// Reasons are the keeper's reasons, or what the subject says.
	Reasons string `json:"reasons,omitempty"`
	// Cause is the code of the cause of removal that is asked for.
	Cause string `json:"cause,omitempty"`
	// Until is the deadline the step sets: the last day to object, to answer, of the respite, to contest, to remove.
	Until calendar.Day `json:"until,omitzero"`
	// End is the first day on which a decided entry no longer stands; set with Decide alone.
	End calendar.Day `json:"end,omitzero"`
	// Excluded are the exemptions of the list of which the keeper found, deciding, that none applies.
	Excluded []string `json:"excluded,omitempty"`
}

// Entry is an organisation on its way onto a list, on it, or off it. Of a human being there is one only where a court
// ordered it.
type Entry struct {
	ID      ID         `json:"entry"`
	Subject subject.ID `json:"subject"`
	// List is the list's code; the edition of Drafted judges the entry for good.
	List    string          `json:"list"`
	Colour  criteria.Colour `json:"colour"`
	Drafted calendar.Day    `json:"drafted"`
	// Keeper is the agency whose entry it is.
	Keeper string `json:"keeper"`
	Ground string `json:"ground"`
	Facts  []Fact `json:"facts"`
	// Tier is how serious the conduct was found to be.
	Tier string `json:"tier,omitempty"`
	// Measures are the measures of class II that follow while it is published.
	Measures []string `json:"measures,omitempty"`
	// Order is the court's order that a human being's entry rests on; 0 for organisations.
	Order order.ID `json:"order,omitempty"`
	Steps []Step   `json:"steps"`
	// Gone tells that the entry had ended, and that a backup older than its end was put back: it stands no more.
	Gone bool `json:"gone,omitempty"`
}

// State is where the procedure stands by its steps alone; see StateOn.
func (e *Entry) State() State {
	s := None
	for i := range e.Steps {
		if next, ok := s.Next(e.Steps[i].Act); ok {
			s = next
		}
	}
	return s
}

// last is the newest step of the act, nil where there is none.
func (e *Entry) last(act Act) *Step {
	for i := len(e.Steps) - 1; i >= 0; i-- {
		if e.Steps[i].Act == act {
			return &e.Steps[i]
		}
	}
	return nil
}

// Last is the newest step of the act, nil where there is none.
func (e *Entry) Last(act Act) *Step { return e.last(act) }

// End is the first day on which a decided entry no longer stands; None before it is decided.
func (e *Entry) End() calendar.Day {
	if d := e.last(Decide); d != nil {
		return d.End
	}
	return calendar.None
}

// Began is the day of publication, None before.
func (e *Entry) Began() calendar.Day {
	if p := e.last(Publish); p != nil {
		return p.Day
	}
	return calendar.None
}

// Undecided is until when nothing may be decided: the later of the window to object and of the respite; None before the
// advance notice. On that day itself the subject may still act.
func (e *Entry) Undecided() calendar.Day {
	until := calendar.None
	for i := range e.Steps {
		if a := e.Steps[i].Act; a == Notify || a == Grace {
			until = max(until, e.Steps[i].Until)
		}
	}
	return until
}

// StateOn is the state on the day: a published entry whose end has come is removed, whether or not anybody wrote it down.
func (e *Entry) StateOn(on calendar.Day) State {
	s := e.State()
	if (s == Published || s == Requested) && (e.Gone || on >= e.End()) {
		return Removed
	}
	return s
}

// Overdue tells that removal was asked for and its keeper let the deadline pass.
func (e *Entry) Overdue(on calendar.Day) bool {
	return e.StateOn(on) == Requested && on > e.last(Request).Until
}

// Stands tells whether the entry may be used on the day: it is published, its end has not come, and it is not out of use
// because its keeper let a request for removal lie, where the list says that this takes it out of use.
func (e *Entry) Stands(on calendar.Day, l *criteria.List) bool {
	s := e.StateOn(on)
	if s != Published && s != Requested || on < e.Began() {
		return false
	}
	return !e.Overdue(on) || !e.lapses(l)
}

func (e *Entry) lapses(l *criteria.List) bool {
	if l == nil {
		return true
	}
	c := l.Cause(e.last(Request).Cause)
	return c == nil || c.Lapses
}

// NextChange is the first day after the given one on which Stands can change by the mere passing of days; None where
// none can.
func (e *Entry) NextChange(after calendar.Day) calendar.Day {
	s := e.StateOn(after)
	if s != Published && s != Requested {
		return calendar.None
	}
	next := e.End()
	if began := e.Began(); after < began {
		next = min(next, began)
	}
	if s == Requested {
		if d := e.last(Request).Until + 1; after < d {
			next = min(next, d)
		}
	}
	return next
}

// Ending says how an entry that was published ended.
type Ending string

// The endings.
const (
	Expired  Ending = "expired"
	Repaired Ending = "repaired"
	Revoked  Ending = "revoked"
	Annulled Ending = "annulled"
)

// EndedOn is how and on which day the entry ended, as of the day on; "" and None while it has not. An annulment outweighs
// what came before it: the entry counts as never having been.
func (e *Entry) EndedOn(on calendar.Day) (Ending, calendar.Day) {
	if e.StateOn(on) != Removed {
		return "", calendar.None
	}
	for _, x := range []struct {
		act Act
		how Ending
	}{{Annul, Annulled}, {Revoke, Revoked}, {Accept, Repaired}} {
		if s := e.last(x.act); s != nil {
			return x.how, s.Day
		}
	}
	if s := e.last(Expire); s != nil {
		return Expired, s.Day // before its end where a court's order behind it ended
	}
	return Expired, min(on, e.End())
}

// Carries tells whether the entry carries the measure on the day, and until which day: by the entry's end, by the list's
// ceiling for the measure, and by the measure's own.
func (e *Entry) Carries(measure string, own calendar.Period, l *criteria.List, on calendar.Day) (until calendar.Day, ok bool) {
	if l == nil || !e.Stands(on, l) || !slices.Contains(e.Measures, measure) {
		return calendar.None, false
	}
	m := l.Measure(measure)
	if m == nil || e.Colour != criteria.Black {
		return calendar.None, false
	}
	until = min(e.End(), e.Began().Add(m.Ceiling), e.Began().Add(own))
	return until, on < until
}

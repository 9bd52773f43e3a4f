// Package contest is the words in which a dispute is spoken of: on which ground something is contested, who has to answer
// it until when, what came of it. Package charter judges in these words; package dispute does the work.
package contest

import (
	"fmt"
	"time"

	"probity/calendar"
	"probity/internal/record"
	"probity/internal/subject"
)

// ID numbers a dispute: time-ordered and positive.
type ID int64

// String is the id as people and JSON see it: q and 13 characters.
func (id ID) String() string { return subject.Encode('q', int64(id)) }

// ParseID reads the form of String; ok is false for any other text.
func ParseID(s string) (id ID, ok bool) {
	n, ok := subject.Decode('q', s)
	return ID(n), ok
}

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String.
func (id *ID) UnmarshalText(b []byte) error {
	n, ok := ParseID(string(b))
	if !ok {
		return fmt.Errorf("%q is not a dispute id", b)
	}
	*id = n
	return nil
}

// Layer is what is contested: a record, the link by which records came to the subject, the use of a model on it, or a
// decision about it. It decides who can mend it.
type Layer string

// The layers.
const (
	Record   Layer = "record"
	Link     Layer = "link"
	ModelUse Layer = "model"
	Decision Layer = "decision"
)

// Ground is what is wrong, in the subject's view; a closed list.
type Ground string

// The grounds. The first seven are of records.
const (
	NotMine         Ground = "not-mine"
	WrongValue      Ground = "wrong-value"
	WrongStatus     Ground = "wrong-status"
	Outdated        Ground = "outdated"
	Duplicate       Ground = "duplicate"
	AlreadyRepaired Ground = "already-repaired"
	NoLegalBasis    Ground = "no-legal-basis"
	WrongLink       Ground = "wrong-link"
	WrongModelUse   Ground = "wrong-model-use"
	WrongDecision   Ground = "wrong-decision" // of an official's decision, or of an order
)

// Grounds lists every ground in a fixed order.
var Grounds = []Ground{
	NotMine, WrongValue, WrongStatus, Outdated, Duplicate, AlreadyRepaired, NoLegalBasis, WrongLink, WrongModelUse, WrongDecision,
}

// Layer is what the ground contests; "" for a ground that is not on the list.
func (g Ground) Layer() Layer {
	switch g {
	case NotMine, WrongValue, WrongStatus, Outdated, Duplicate, AlreadyRepaired, NoLegalBasis:
		return Record
	case WrongLink:
		return Link
	case WrongModelUse:
		return ModelUse
	case WrongDecision:
		return Decision
	}
	return ""
}

// Outcome is what came of a dispute, or of a complaint about its result.
type Outcome string

// The outcomes. A dispute of a record ends in one of the first four; those of the other layers in Corrected or Verified.
const (
	// Corrected: it was wrong and is right now.
	Corrected Outcome = "corrected"
	// Deleted: it should not be there and is out of use for good.
	Deleted Outcome = "deleted"
	// Verified: it was checked and stands.
	Verified Outcome = "verified"
	// Unverifiable: it could not be shown to be right, and is out of use.
	Unverifiable Outcome = "unverifiable"
	// Withdrawn: the subject contests it no longer.
	Withdrawn Outcome = "withdrawn"
	// Upheld and Rejected are those of a complaint; an upheld one puts the record out of use.
	Upheld   Outcome = "upheld"
	Rejected Outcome = "rejected"
)

// Bars tells whether the outcome puts a record out of use until somebody certifies it.
func (o Outcome) Bars() bool { return o == Deleted || o == Unverifiable || o == Upheld }

// Act is one thing that happened to a dispute after it was opened.
type Act string

// The acts.
const (
	Result    Act = "result"    // who can mend it has answered
	Complaint Act = "complaint" // the subject complained about the result, or that none came
	Answer    Act = "answer"    // the complaint was answered
	Reinstate Act = "reinstate" // a barred record was certified and is back in use
	Reminder  Act = "reminder"  // nobody answered in time, and both sides were told so
)

// Step is one act with its reasons.
type Step struct {
	Seq int       `json:"seq"`
	Act Act       `json:"act"`
	At  time.Time `json:"at"`
	// Outcome is empty where the act has none.
	Outcome Outcome `json:"outcome,omitempty"`
	// Agency and Official are who did it, empty where the subject did.
	Agency   string `json:"agency,omitempty"`
	Official string `json:"official,omitempty"`
	// Handler is who has to answer the step until Due; "" and None where nobody has.
	Handler string       `json:"handler,omitempty"`
	Due     calendar.Day `json:"due,omitzero"`
	// Reasons are the words of who did it.
	Reasons string `json:"reasons,omitempty"`
	// Document is the SHA-256 of the document behind it, zero where there is none.
	Document [32]byte `json:"-"`
}

// Evidence is a file that came with a dispute, without its content.
type Evidence struct {
	Seq    int      `json:"seq"`
	Name   string   `json:"name"`
	Digest [32]byte `json:"-"`
	Bytes  int64    `json:"bytes"`
}

// Dispute is one thing contested by its subject, with all that happened since.
type Dispute struct {
	ID      ID         `json:"dispute"`
	Subject subject.ID `json:"subject"`
	Ground  Ground     `json:"ground"`
	// Target is what is contested: the id of a record, an order or a decision, of the subject that was merged, or the
	// code of a model.
	Target string `json:"target"`
	// Handler is the agency that can mend it; Except the official, agency/name, who took what is contested and may not
	// decide on it again.
	Handler string `json:"handler"`
	Except  string `json:"-"`
	// OpenedBy is the subject's own credential, or the two officials before whom it signed.
	OpenedAt time.Time `json:"opened_at"`
	OpenedBy string    `json:"opened_by"`
	// Due is the last day on which an answer is in time, Clock the rule that says so.
	Due   calendar.Day `json:"due"`
	Clock string       `json:"clock"`
	// Suspends tells that the records contested are out of use meanwhile.
	Suspends bool `json:"suspends"`
	// Account is what the subject says is wrong, Claims what it says would be right.
	Account  string     `json:"account"`
	Claims   string     `json:"claims,omitempty"`
	Evidence []Evidence `json:"evidence"`
	Steps    []Step     `json:"steps"`
}

// Layer is what is contested.
func (d *Dispute) Layer() Layer { return d.Ground.Layer() }

// Record is the record contested; 0 where another layer is.
func (d *Dispute) Record() record.ID {
	var id record.ID
	if d.Layer() != Record || id.UnmarshalText([]byte(d.Target)) != nil {
		return 0
	}
	return id
}

// last is the newest step of the act; nil where there is none.
func (d *Dispute) last(act Act) *Step {
	for i := len(d.Steps) - 1; i >= 0; i-- {
		if d.Steps[i].Act == act {
			return &d.Steps[i]
		}
	}
	return nil
}

// Result is how the dispute was settled; nil while it is not.
func (d *Dispute) Result() *Step { return d.last(Result) }

// Complaint is the subject's complaint, Answer what came of it; nil where there is none.
func (d *Dispute) Complaint() *Step { return d.last(Complaint) }

// Answer is what came of the complaint; nil while nothing has.
func (d *Dispute) Answer() *Step { return d.last(Answer) }

// Reminded tells that both sides were told that the answer is late.
func (d *Dispute) Reminded() bool { return d.last(Reminder) != nil }

// Barred tells that the record contested is out of use until somebody certifies it.
func (d *Dispute) Barred() bool {
	barred := false
	for i := range d.Steps {
		switch s := &d.Steps[i]; {
		case s.Outcome.Bars():
			barred = true
		case s.Act == Reinstate:
			barred = false
		}
	}
	return barred
}

// State is where a dispute stands.
type State string

// The states.
const (
	Open     State = "open"
	Overdue  State = "overdue"  // nobody answered in time; what was contested is suppressed
	Settled  State = "settled"  // answered
	Appealed State = "appealed" // a complaint waits for its answer
	Closed   State = "closed"   // the complaint was answered too
)

// State is where the dispute stands on the day.
func (d *Dispute) State(today calendar.Day) State {
	switch {
	case d.Complaint() != nil && d.Answer() == nil:
		return Appealed
	case d.Answer() != nil:
		return Closed
	case d.Result() != nil:
		return Settled
	case today > d.Due:
		return Overdue
	}
	return Open
}

// Statement is the subject's own words, which travel with what they are about.
type Statement struct {
	// Record is what it is about; 0 is the whole file.
	Record record.ID `json:"record,omitzero"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`
}

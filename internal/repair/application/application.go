// Package application is the types of an application for repair: what a subject asked for, what it brought, and the steps
// that followed, from the question to the last receipt. It holds no I/O; what is lawful is decided by package charter.
package application

import (
	"fmt"
	"slices"
	"time"

	"probity/calendar"
	"probity/internal/measure/order"
	"probity/internal/record"
	"probity/internal/subject"
)

// ID numbers an application: time-ordered, positive, never reused. 0 is none.
type ID int64

// String is the id as people and JSON see it: m and 13 characters.
func (id ID) String() string { return subject.Encode('m', int64(id)) }

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String.
func (id *ID) UnmarshalText(b []byte) error {
	n, ok := subject.Decode('m', string(b))
	if !ok {
		return fmt.Errorf("%q is not the id of a repair", b)
	}
	*id = ID(n)
	return nil
}

// Act is a step of the procedure.
type Act string

// The acts.
const (
	// Forward: the application went to the body that listed the matter, at once.
	Forward Act = "forwarded"
	// Grant: the matter is repaired; everything it carried ends. It also answers the review of a refusal or a withdrawal.
	Grant Act = "granted"
	// Refuse: not repaired, with reasons and the conditions that are not met.
	Refuse Act = "refused"
	// AskReview: the subject asks that another official look at the refusal or the withdrawal.
	AskReview Act = "review-requested"
	// Uphold: the review leaves the refusal or the withdrawal as it is, with reasons.
	Uphold Act = "upheld"
	// Withdraw: a granted repair is taken back, since what the subject vouched for was false; the record counts again.
	Withdraw Act = "withdrawn"
)

// Step is one thing that happened.
type Step struct {
	Act Act       `json:"act"`
	At  time.Time `json:"at"`
	// Agency and Official are who did it; both are empty for the subject itself, Official for the platform's own doing.
	Agency   string `json:"agency,omitempty"`
	Official string `json:"official,omitempty"`
	// Due is the last day for the step that must follow; None where none must.
	Due calendar.Day `json:"due"`
	// Reasons are the official's own, or the subject's where it asks for a review.
	Reasons string `json:"reasons,omitempty"`
	// Unmet are the codes of the conditions that a refusal finds not met, or that a withdrawal finds falsely vouched for.
	Unmet []string `json:"unmet,omitempty"`
	// Finding is the SHA-256, in hexadecimal, of the document that a withdrawal stands on.
	Finding string `json:"finding,omitempty"`
	// Lifted are the orders that were lifted with the grant.
	Lifted []order.ID `json:"lifted,omitempty"`
}

// Proof is a document that shows the cure, handed in whole.
type Proof struct {
	Seq    int      `json:"seq"`
	Name   string   `json:"name"`
	Digest [32]byte `json:"-"`
	SHA256 string   `json:"sha256"`
	Bytes  int64    `json:"bytes"`
}

// Receipt is what one consumer has said about taking the repaired matter back or, after a withdrawal, about reading it anew.
type Receipt struct {
	Recipient string       `json:"recipient"`
	Due       calendar.Day `json:"due"`
	// Acknowledged is zero until the consumer acknowledged.
	Acknowledged time.Time `json:"acknowledged,omitzero"`
}

// Application is one application with its history.
type Application struct {
	ID      ID         `json:"repair"`
	Subject subject.ID `json:"subject"`
	Record  record.ID  `json:"record"`
	Dataset string     `json:"dataset"`
	// Regime is the code of the rules that open the repair, Earliest the day from which they do.
	Regime   string       `json:"regime"`
	Tier     record.Tier  `json:"tier"`
	Earliest calendar.Day `json:"earliest"`
	// Handler is the agency that listed the matter, and so decides.
	Handler string    `json:"handler"`
	AskedAt time.Time `json:"asked_at"`
	// AskedBy is "own" for the subject's own act, else the two officials before whom it signed.
	AskedBy string `json:"asked_by"`
	// DecideBy is the last day for the decision, AnswerBy for the answer to the subject.
	DecideBy calendar.Day `json:"decide_by"`
	AnswerBy calendar.Day `json:"answer_by"`
	// Commitment is the public credit commitment in the subject's words, Cure what it says it has done.
	Commitment string    `json:"commitment,omitempty"`
	Cure       string    `json:"cure,omitempty"`
	Proofs     []Proof   `json:"proofs"`
	Steps      []Step    `json:"steps"`
	Receipts   []Receipt `json:"receipts"`
}

// State is where an application stands.
type State string

// The states.
const (
	// Deciding: with the body that listed the matter.
	Deciding State = "deciding"
	// Synchronising: granted and in effect; not every consumer has acknowledged yet.
	Synchronising State = "synchronising"
	// Done: granted, and every consumer has acknowledged.
	Done State = "done"
	// Refused: with reasons; a review may be asked for, or a new application made once the reasons are met.
	Refused State = "refused"
	// Reviewing: with another official.
	Reviewing State = "reviewing"
	// Upheld: the refusal, or the withdrawal, stands after review.
	Upheld State = "upheld"
	// Withdrawn: it was granted, and taken back; the record counts again.
	Withdrawn State = "withdrawn"
)

// State is where the application stands.
func (a *Application) State() State {
	switch a.last().Act {
	case Grant:
		if slices.ContainsFunc(a.Receipts, func(r Receipt) bool { return r.Acknowledged.IsZero() }) {
			return Synchronising
		}
		return Done
	case Refuse:
		return Refused
	case AskReview:
		return Reviewing
	case Uphold:
		return Upheld
	case Withdraw:
		return Withdrawn
	case Forward:
	}
	return Deciding
}

func (a *Application) last() Step {
	if len(a.Steps) == 0 {
		return Step{Due: calendar.None}
	}
	return a.Steps[len(a.Steps)-1]
}

// follows are the acts that may follow each act; what is not here ends the procedure.
var follows = map[Act][]Act{
	"":        {Forward},
	Forward:   {Grant, Refuse},
	Grant:     {Withdraw},
	Withdraw:  {AskReview},
	Refuse:    {AskReview},
	AskReview: {Grant, Uphold},
}

// Allowed are the acts that may come next; none where the procedure is over.
func (a *Application) Allowed() []Act { return slices.Clone(follows[a.last().Act]) }

// Open tells that somebody still has to decide.
func (a *Application) Open() bool {
	s := a.State()
	return s == Deciding || s == Reviewing
}

// Due is the last day for the step that must follow, None where nobody has to do anything.
func (a *Application) Due() calendar.Day {
	if !a.Open() {
		return calendar.None
	}
	return a.last().Due
}

// Overdue tells that who must act has let the day pass.
func (a *Application) Overdue(today calendar.Day) bool {
	due := a.Due()
	return due != calendar.None && today > due
}

// Decider is the official who took the decision under review, as agency/name; "" before there is one.
func (a *Application) Decider() string {
	for _, s := range slices.Backward(a.Steps) {
		if s.Act == Refuse || s.Act == Grant || s.Act == Withdraw {
			return s.Agency + "/" + s.Official
		}
	}
	return ""
}

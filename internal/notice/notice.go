// Package notice is what the platform tells a subject: what happened to it, on which facts, what counted in its favour,
// by which law, and how to contest it until when (Charter C7). An act that needs a notice is written in one transaction
// with it, so that it is not effective before the notice is recorded; bringing the notice to the subject's door is the
// work of package post.
package notice

import (
	"encoding/json"
	"time"

	"probity/calendar"
	"probity/internal/fault"
	"probity/internal/subject"
)

// Occasion is why somebody is told; a closed list.
type Occasion string

// The occasions.
const (
	RatingChanged    Occasion = "rating-changed"
	OrderEntered     Occasion = "order-entered"
	OrderEnded       Occasion = "order-ended"
	ListStep         Occasion = "list-step"
	Restricted       Occasion = "restricted"       // a decision answered that a restriction is in force
	DecisionRefused  Occasion = "decision-refused" // a refusal that used the subject's data
	AdverseFurnished Occasion = "adverse-furnished"
	ConsentGiven     Occasion = "consent-given"
	ConsentWithdrawn Occasion = "consent-withdrawn"
	DisputeStep      Occasion = "dispute-step"
	Corrected        Occasion = "corrected"
	Reinserted       Occasion = "reinserted"
	RepairStep       Occasion = "repair-step"
	RulingStep       Occasion = "ruling-step"
	LinkChanged      Occasion = "link-changed"
	Erased           Occasion = "erased"
	ReadRevealed     Occasion = "read-revealed" // a read whose showing a court had delayed
)

// Fact is one thing the notice states: Name is a key of the notice's wordings, Value stands as it is.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Notice is what is told, in no language yet.
type Notice struct {
	// Subject is who is told; At is when it was recorded.
	Subject  subject.ID
	Occasion Occasion
	At       time.Time
	// About names what it tells of: an order, a model, a dispute, by its id or code.
	About string
	// By is the agency whose act it is, "" for the platform or the subject itself.
	By string
	// Facts are those the act rests on, Favour what counted in the subject's favour.
	Facts, Favour []Fact
	// Law is the law with its article.
	Law string
	// Contest is how it can be contested: the key of a route of the notice's wordings, or a text as an order states it.
	Contest string
	// Until is the last day to contest it; calendar.None where there is no end.
	Until calendar.Day
}

// Sealer seals what is told to a human being under that subject's key.
type Sealer interface {
	Seal(of subject.ID, place string, plain []byte) ([]byte, error)
}

// Clerk writes notices. It is safe for concurrent use.
type Clerk struct{ sealer Sealer }

// NewClerk makes a clerk; the sealer holds the subjects' keys.
func NewClerk(s Sealer) *Clerk { return &Clerk{s} }

// Written is a notice that may be recorded beside the act it tells of. Only a Clerk writes one.
type Written struct {
	notice Notice
	body   []byte
	sealed bool
}

// Notice is what was written.
func (w Written) Notice() Notice { return w.notice }

// Body is what the store keeps of it, sealed where the subject is a human being.
func (w Written) Body() (body []byte, sealed bool) { return w.body, w.sealed }

// place is where a notice is sealed, so that no sealed text can be taken for another.
const place = "notice"

// Write makes a notice ready to be recorded. It refuses one that lacks what a subject must be told (Charter C7). sub is
// the register's entry of whom it tells.
func (c *Clerk) Write(sub subject.Subject, n Notice) (Written, error) {
	body, err := json.Marshal(told{n.Facts, n.Favour, n.Law, n.Contest, n.Until})
	if err != nil {
		return Written{}, fault.New(fault.Internal, "notice.body", "a notice cannot be written").By(err)
	}
	w := Written{notice: n, body: body, sealed: sub.Natural()}
	if w.sealed {
		if w.body, err = c.sealer.Seal(n.Subject, place, body); err != nil {
			return Written{}, err
		}
	}
	return w, nil
}

// told is the part of a notice that is kept in its body.
type told struct {
	Facts   []Fact       `json:"facts,omitempty"`
	Favour  []Fact       `json:"favour,omitempty"`
	Law     string       `json:"law"`
	Contest string       `json:"contest"`
	Until   calendar.Day `json:"until,omitzero"`
}

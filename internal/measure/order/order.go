// Package order answers one question about a restriction: who ordered it, on what ground, and does it hold today?
//
// An order is the act of a court or a competent authority on one subject. It is the only thing from which a
// restriction can come (Charter C4). Nothing here has a field for a rating, a score or anything derived from one, and
// the package imports no package that knows of ratings; a test holds both.
package order

import (
	"fmt"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/subject"
)

// ID numbers an order: time-ordered, positive, never reused. 0 is no order.
type ID int64

// String is the id as people and JSON see it: o and 13 characters; "" for no order.
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	return subject.Encode('o', int64(id))
}

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = 0
		return nil
	}
	n, ok := subject.Decode('o', string(b))
	if !ok {
		return fmt.Errorf("%q is not an order id", b)
	}
	*id = ID(n)
	return nil
}

// Basis names the legal basis: a law by its code in the catalogue, and the article.
type Basis struct {
	Law     string `json:"law"`
	Article string `json:"article"`
}

// String is "code article", as the files of the catalogue write it.
func (b Basis) String() string { return strings.TrimSpace(b.Law + " " + b.Article) }

// Document is the paper an act stands on: the number its author gave it and the SHA-256 of the signed document.
type Document struct {
	Number string   `json:"number"`
	Digest [32]byte `json:"-"`
}

// Order is a restriction as its author ordered it. What was ordered never changes; how it ended is told by the Ending.
type Order struct {
	ID      ID         `json:"id"`
	Subject subject.ID `json:"subject"`
	// Issuer is the code of the court or authority in the catalogue.
	Issuer   string   `json:"issuer"`
	Document Document `json:"document"`
	Basis    Basis    `json:"basis"`
	// Measure is the code of an entry of the closed list of measures.
	Measure string `json:"measure"`
	// Tier is how grave the order found the conduct: minor, general or serious. Amount is what is owed or was fined, in
	// fen; 0 where the order turns on no amount. They bound the measure, see package ceiling.
	Tier   string `json:"tier"`
	Amount int64  `json:"amount,omitempty"`
	// Scope bounds the restriction: the territory, the business, the goods; "" is all that the measure covers.
	Scope string `json:"scope,omitempty"`
	// Start is the first day of the restriction, End the first day on which it no longer holds. Where End is
	// calendar.None, Review is set: the day on which the order stops holding unless its author orders anew.
	Start  calendar.Day `json:"start"`
	End    calendar.Day `json:"end"`
	Review calendar.Day `json:"review"`
	// Appeal says how, where and by when the subject can contest the order.
	Appeal string `json:"appeal"`
	// Served is the day on which the subject was served with notice of it.
	Served calendar.Day `json:"served"`
	// EnteredAt and EnteredBy say when the order came into the platform, and by which official of the issuer.
	EnteredAt time.Time `json:"entered_at"`
	EnteredBy string    `json:"entered_by"`
	// Ended is nil while nobody has lifted or annulled the order.
	Ended *Ending `json:"ended,omitempty"`
	// Steps are those by which the subject contested it and was answered, oldest first; see [Order.Phase]. They change
	// nothing about whether the order holds.
	Steps []Step `json:"steps,omitempty"`
}

// Act is how an order ends before its time.
type Act string

const (
	// Lift ends the order from its day on: the duty is done, the ground is gone.
	Lift Act = "lifted"
	// Annul says the order should never have been: it counts as never having held, whatever the day.
	Annul Act = "annulled"
)

// Ending is the act by which an order ended before its time.
type Ending struct {
	Act Act `json:"act"`
	// Day is the first day on which the order no longer holds; an annulment reaches back to the start whatever Day says.
	Day      calendar.Day `json:"day"`
	Agency   string       `json:"agency"`
	Official string       `json:"official"`
	Document Document     `json:"document"`
	Reason   string       `json:"reason"`
	At       time.Time    `json:"at"`
}

// State is where an order stands on a day.
type State string

const (
	// Entered: complete and served, and its first day has not come.
	Entered State = "entered"
	// InForce: the restriction holds.
	InForce State = "in_force"
	// Lifted and Annulled: ended by an act, see Ending.
	Lifted   State = "lifted"
	Annulled State = "annulled"
	// Expired: its end or its review day has come.
	Expired State = "expired"
)

// From is the first day on which the order can hold: not before its start, and not before the subject was served
// (Charter C7). calendar.None where it was never served, and then it never holds.
func (o *Order) From() calendar.Day {
	if o.Served == calendar.None || o.Start == calendar.None {
		return calendar.None
	}
	return max(o.Start, o.Served)
}

// term is the first day on which the order no longer holds if nobody ends it before.
func (o *Order) term() calendar.Day {
	if o.Review != calendar.None && (o.End == calendar.None || o.Review < o.End) {
		return o.Review
	}
	return o.End
}

// Until is the first day on which the order no longer holds as things stand: its end, its review day or the day it was
// lifted, whichever comes first. calendar.None where it names neither end nor review, and then it never holds.
func (o *Order) Until() calendar.Day {
	until := o.term()
	if o.Ended != nil && until != calendar.None && o.Ended.Day < until {
		return o.Ended.Day
	}
	return until
}

// State judges the order on the day. It is asked at every reading; no sweep is needed for an order to expire.
func (o *Order) State(on calendar.Day) State {
	until := o.Until()
	switch {
	case o.Ended != nil && o.Ended.Act == Annul:
		return Annulled
	case until == calendar.None:
		return Expired
	case on >= until && until < o.term():
		return Lifted
	case on >= until:
		return Expired
	case o.From() == calendar.None || on < o.From():
		return Entered
	}
	return InForce
}

// Over tells that the order no longer holds on the day and never will again: lifted, annulled or expired.
func (o *Order) Over(on calendar.Day) bool {
	switch o.State(on) {
	case Lifted, Annulled, Expired:
		return true
	case Entered, InForce:
	}
	return false
}

// Next is the first day after the given one on which State gives another answer; calendar.None where nothing changes
// any more by the mere passing of days.
func (o *Order) Next(after calendar.Day) calendar.Day {
	until := o.Until()
	if until == calendar.None || after >= until || (o.Ended != nil && o.Ended.Act == Annul) {
		return calendar.None
	}
	if from := o.From(); after < from && from < until {
		return from
	}
	return until
}

// Package event tells agencies' systems that something has changed, as it happens: signed calls (webhooks), a topic of the
// deployment's own bus (CloudEvents over Kafka), or a list that the system asks for.
//
// What has happened is not written down a second time for it. What a subject is told stands numbered among its notices, in the
// transaction of the act itself; what recipients must take back stands among the recalls. Those are the outbox. A subscription
// gives each of them a position of its own as it comes to it, in the order of the subject's numbers, and goes on from there.
//
// An event is thin: what kind of thing has changed, whose, and when. It holds no value. Telling it is a reading of that subject,
// judged and recorded as one before it leaves (Charter C11); whoever is told comes back for the answer, which is another.
package event

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"probity/calendar"
	"probity/internal/charter"
	"probity/internal/notice"
	"probity/internal/recall"
	"probity/internal/subject"
)

// ID numbers a subscription.
type ID int64

// String is the id as people and JSON see it: w and 13 characters.
func (id ID) String() string { return subject.Encode('w', int64(id)) }

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// ParseID reads the form of String.
func ParseID(text string) (ID, bool) {
	n, ok := subject.Decode('w', text)
	return ID(n), ok
}

// Type is what kind of thing has changed.
type Type string

// The types; a closed list.
const (
	// RatingChanged: a reader would be answered another rating by a model.
	RatingChanged Type = "rating.changed"
	// MeasureChanged: an order was entered, or ended.
	MeasureChanged Type = "measure.changed"
	// ListChanged: an entry on a list was published, or is over. Steps before publication are nobody else's.
	ListChanged Type = "list.changed"
	// DisputeChanged: a record is contested, or no longer.
	DisputeChanged Type = "dispute.changed"
	// RecordCorrected: a record was corrected or taken back, or put back in use.
	RecordCorrected Type = "record.corrected"
	// ConsentWithdrawn: a consent was withdrawn, and the agency is to delete what it had under it.
	ConsentWithdrawn Type = "consent.withdrawn"
	// DemandMade: the agency is told to correct, delete, lift, decide or review something else.
	DemandMade Type = "demand.made"
)

// Types are all of them.
func Types() []Type {
	return []Type{RatingChanged, MeasureChanged, ListChanged, DisputeChanged, RecordCorrected, ConsentWithdrawn, DemandMade}
}

// Own tells that an event of the type is the agency's own matter, which it is told without watching anybody.
func (t Type) Own() bool { return t == ConsentWithdrawn || t == DemandMade }

// Reads is what a reader is told who is told of the change, "" for the agency's own matters.
func (t Type) Reads() charter.What {
	switch t {
	case RatingChanged:
		return charter.ReadRating
	case MeasureChanged, ListChanged:
		return charter.ReadDecision
	case DisputeChanged, RecordCorrected:
		return charter.ReadFile
	case ConsentWithdrawn, DemandMade:
	}
	return ""
}

// ofNotice says which type a notice tells others of; "" where it is for its subject alone. What a step of a dispute or of a list
// means to others, Told says.
func ofNotice(o notice.Occasion) Type {
	switch o {
	case notice.RatingChanged:
		return RatingChanged
	case notice.OrderEntered, notice.OrderEnded:
		return MeasureChanged
	case notice.ListStep:
		return ListChanged
	case notice.DisputeStep:
		return DisputeChanged
	case notice.Corrected, notice.Reinserted:
		return RecordCorrected
	default:
		return ""
	}
}

// published are the steps of a list by which others see something else than before.
var published = []string{"published", "expired", "repaired", "revoked", "annulled", "removed"}

// Seen is a notice as it lies in the outbox: what is kept of it in the clear.
type Seen struct {
	Occasion notice.Occasion
	// About is what it tells of. Target is what a dispute contests; Step is that of a list. Both are "" elsewhere, and where it
	// cannot be told any more.
	About, Target, Step string
}

// Of says which type of event a notice is for others and what it is about; "" where it is for its subject alone.
func Of(s Seen) (Type, string) {
	t, thing := ofNotice(s.Occasion), s.About
	switch t {
	case ListChanged:
		if !slices.Contains(published, s.Step) {
			return "", ""
		}
	case DisputeChanged:
		// What is contested may be a decision about somebody's affair with another agency: of records alone others see the mark.
		if _, record := subject.Decode('r', s.Target); !record {
			return "", ""
		}
		thing = s.Target
	default:
	}
	return t, thing
}

// Withdrawn says which demands tell of a withdrawn consent; every other one is of the type DemandMade.
func Withdrawn() (recall.Kind, string) { return recall.Delete, "withdrawn" }

// OfDemand says which type of event a demand is for its recipient.
func OfDemand(kind recall.Kind, ground string) Type {
	if k, g := Withdrawn(); kind == k && ground == g {
		return ConsentWithdrawn
	}
	return DemandMade
}

// State is whether a subscription goes on.
type State string

// The states.
const (
	Active  State = "active"
	Paused  State = "paused"   // by an official, or since the database was put back from a backup
	GivenUp State = "given_up" // nothing arrived for days; an official can have it go on
	Ended   State = "ended"    // for good
)

// Subscription is one way on which an agency is told.
type Subscription struct {
	ID ID `json:"subscription"`
	// Agency is who is told; Official ordered the readings by the credential, and answers for them.
	Agency     string `json:"agency"`
	Official   string `json:"official"`
	Credential string `json:"-"`
	// Way is one of those of package sharing. Address is where calls go, or the topic; "" for an agency that asks.
	Way     string `json:"way"`
	Address string `json:"address,omitempty"`
	Types   []Type `json:"types"`
	// Models are those whose ratings are told; none is every one.
	Models  []string  `json:"models,omitempty"`
	Purpose string    `json:"purpose"`
	Basis   string    `json:"basis"`
	Case    string    `json:"case,omitempty"`
	MadeAt  time.Time `json:"made_at"`
	State   State     `json:"state"`
	// Why says why nothing arrives, "" where it does.
	Why string `json:"why,omitempty"`
	// Top is the newest position, Done the last that was taken; what lies between is waiting.
	Top  int64 `json:"top"`
	Done int64 `json:"done"`
	// Attempts counts those at the next event; FailingAt is since when nothing arrives, Due when it is tried again.
	Attempts  int       `json:"attempts,omitempty"`
	FailingAt time.Time `json:"failing_at,omitzero"`
	Due       time.Time `json:"-"`
	// Watches counts the subjects.
	Watches int `json:"watches"`
}

// Wants tells whether the subscription tells of the thing.
func (s *Subscription) Wants(t Type, thing string) bool {
	return t != "" && slices.Contains(s.Types, t) && (t != RatingChanged || len(s.Models) == 0 || slices.Contains(s.Models, thing))
}

// Event is one change on its way to one subscription.
type Event struct {
	Subscription ID
	Position     int64
	Subject      subject.ID
	// Source is "notice", or of a demand what is to be done. Number is that of the notice among its subject's, or the instant of the
	// demand in microseconds.
	Source string
	Number int64
	Type   Type
	// Thing is what it is about, by id or code.
	Thing string
	At    time.Time
	// Ground and Due are those of a demand.
	Ground string
	Due    calendar.Day
	// Entry is that of the reading in the subject's ledger, "" where there is none, or not yet.
	Entry string
}

// SourceNotice is the source of an event that is no demand.
const SourceNotice = "notice"

// Key names an event for ever, whichever position it has and however often it is sent: receivers know by it what they have.
func (e *Event) Key() string {
	parts := []string{e.Subscription.String(), e.Subject.String(), subject.Encode('n', e.Number)}
	if e.Source != SourceNotice {
		parts = append(parts, e.Source, e.Thing)
	}
	return strings.Join(parts, ".")
}

// Envelope is an event as CloudEvents 1.0 has it, in its structured form.
type Envelope struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Subject     string    `json:"subject"`
	Time        time.Time `json:"time"`
	ContentType string    `json:"datacontenttype"`
	Data        Data      `json:"data"`
}

// Data is what an event says: never a value.
type Data struct {
	Subscription ID     `json:"subscription"`
	Position     int64  `json:"position"`
	Thing        string `json:"thing,omitempty"`
	// Act, Ground and Due are those of a demand: correct, delete, lift, decide or review, why, and by which day.
	Act    string `json:"act,omitempty"`
	Ground string `json:"ground,omitempty"`
	Due    string `json:"due,omitempty"`
	// Access is the entry under which the reading stands in the subject's ledger.
	Access string `json:"access,omitempty"`
}

// prefix begins the types of events outside, so that they are nobody else's.
const prefix = "probity."

// Envelope puts the event into the form in which it leaves; origin is the address under which the platform is reached.
func (e *Event) Envelope(origin string) Envelope {
	if origin == "" {
		origin = "probity"
	}
	d := Data{Subscription: e.Subscription, Position: e.Position, Thing: e.Thing, Ground: e.Ground, Access: e.Entry}
	if e.Source != SourceNotice {
		d.Act = e.Source
		if e.Due != calendar.None {
			d.Due = e.Due.String()
		}
	}
	return Envelope{
		SpecVersion: "1.0", ID: e.Key(), Source: origin, Type: prefix + string(e.Type), Subject: e.Subject.String(), Time: e.At.UTC(),
		ContentType: "application/json", Data: d,
	}
}

// JSON is the envelope as it is sent.
func (v *Envelope) JSON() ([]byte, error) { return json.Marshal(v) }

// Package verdict is the types of a human decision about a person: what an official decided on a proposal, why in that
// official's own words, and the review by another. It holds no I/O; what is lawful is decided by package charter.
package verdict

import (
	"fmt"
	"time"

	"probity/calendar"
	"probity/internal/subject"
)

// ID numbers a ruling: time-ordered, positive, never reused. 0 is none.
type ID int64

// String is the id as people and JSON see it: v and 13 characters; "" for none.
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	return subject.Encode('v', int64(id))
}

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String; an empty text is none.
func (id *ID) UnmarshalText(b []byte) error {
	*id = 0
	if len(b) == 0 {
		return nil
	}
	n, ok := subject.Decode('v', string(b))
	if !ok {
		return fmt.Errorf("%q is not the id of a ruling", b)
	}
	*id = ID(n)
	return nil
}

// Outcome is what was decided: the words are those of a benefit's decision.
type Outcome string

// The outcomes.
const (
	Granted    Outcome = "granted"
	NotGranted Outcome = "not_granted"
)

// Ruling is one decision of a named official. It is never changed: a review is a ruling of its own.
type Ruling struct {
	ID      ID         `json:"ruling"`
	Subject subject.ID `json:"subject"`
	// Decision is the id of the proposal ruled on, Measure and Model what it was about and drew on.
	Decision string `json:"decision"`
	Measure  string `json:"measure"`
	Model    string `json:"model"`
	// Proposed is what the rating's cut-off alone would have answered, Outcome what the official decided.
	Proposed Outcome   `json:"proposed"`
	Outcome  Outcome   `json:"outcome"`
	Agency   string    `json:"agency"`
	Official string    `json:"official"`
	At       time.Time `json:"at"`
	// Reasons are the official's own; Considered are the facts looked at, Favour what counted for the person.
	Reasons    string   `json:"reasons,omitempty"`
	Considered []string `json:"considered,omitempty"`
	Favour     []string `json:"favour,omitempty"`
	// Reviews is the ruling that this one reviews, 0 for the first.
	Reviews ID `json:"reviews,omitzero"`
	// ReviewUntil is the last day on which a review can be asked for, None on a review itself.
	ReviewUntil calendar.Day `json:"review_until"`
	// Review is the request for a review of this ruling, nil where there is none.
	Review *Review `json:"review"`
}

// By is the official as ledgers name one: agency/official.
func (r *Ruling) By() string { return r.Agency + "/" + r.Official }

// Review is a person's request that another official look at a ruling.
type Review struct {
	At time.Time `json:"at"`
	// Due is the last day for the answer.
	Due calendar.Day `json:"due"`
	// Account is why the person asks.
	Account string `json:"account,omitempty"`
	// Answer is the ruling that answers it, 0 while it is open.
	Answer ID `json:"answer,omitzero"`
}

// Overdue tells that the review was not answered in time.
func (r *Review) Overdue(today calendar.Day) bool { return r.Answer == 0 && today > r.Due }

// InEffect is the ruling that counts for a proposal, of all that were made on it, oldest first: the newest.
func InEffect(list []Ruling) *Ruling {
	if len(list) == 0 {
		return nil
	}
	return &list[len(list)-1]
}

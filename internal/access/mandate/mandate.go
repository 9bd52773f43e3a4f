// Package mandate is what a mandate is: that one subject acts for another, such as a company's clerk for the company or a
// guardian for who cannot act. It holds types only; who gives a mandate, and what is done by it, stands in package access.
package mandate

import (
	"slices"
	"time"

	"probity/internal/fault"
	"probity/internal/subject"
)

// Act is a kind of act that a mandate may cover. What is not on the list nobody does for another: to consent and to withdraw a
// consent (Charter C1), to close a file, to have it erased, and to choose how its subject is told.
type Act string

// The acts.
const (
	// Read is to read the whole file, the log of who looked and the notices.
	Read Act = "read"
	// Contest is to contest records, orders, entries of lists and decisions, and to state the subject's own words.
	Contest Act = "contest"
	// Repair is to ask for repairs.
	Repair Act = "repair"
)

// All are the acts, in the order in which they are listed.
var All = []Act{Read, Contest, Repair}

// Longest is how long a mandate may be given for; after that it is given anew.
const Longest = 2 * 366 * 24 * time.Hour

// ID is the number of a mandate.
type ID int64

// String is the id as people and JSON see it: m and 13 characters.
func (id ID) String() string { return subject.Encode('m', int64(id)) }

// MarshalText writes the form of String; nothing for 0.
func (id ID) MarshalText() ([]byte, error) {
	if id == 0 {
		return nil, nil
	}
	return []byte(id.String()), nil
}

// ParseID reads the form of String.
func ParseID(text string) (ID, error) {
	n, ok := subject.Decode('m', text)
	if !ok {
		return 0, fault.New(fault.Invalid, "access.mandate.id", "%q is no mandate", text).With("name it by its id: probity mandate list shows them")
	}
	return ID(n), nil
}

// Mandate is that the holder acts for the principal.
type Mandate struct {
	ID                ID
	Principal, Holder subject.ID
	Acts              []Act
	// Proof is the SHA-256 in hexadecimal of the document by which the principal, or who speaks for it by law, gave it.
	Proof string
	// From is its first instant, Until the first at which it is over; Given when it was entered, By and With by whom.
	From, Until, Given time.Time
	By, With           string
	// EndedAt is zero until it is ended by hand, by EndedBy.
	EndedAt time.Time
	EndedBy string
}

// Good tells whether somebody may act by it at the instant.
func (m *Mandate) Good(now time.Time) bool {
	return m.ID != 0 && m.EndedAt.IsZero() && !now.Before(m.From) && now.Before(m.Until)
}

// Over tells whether nobody may act by it any more.
func (m *Mandate) Over(now time.Time) bool { return !m.EndedAt.IsZero() || !now.Before(m.Until) }

// Covers tells whether the act is one of its acts.
func (m *Mandate) Covers(a Act) bool { return slices.Contains(m.Acts, a) }

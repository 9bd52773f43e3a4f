// Package record is what an agency reported about a subject: one fact, its versions, and what we knew when.
//
// Records are bitemporal and insert-only. What the record says happened is Occurred and the valid interval; when we
// knew it is the publication instant of the submission that brought the version. A correction, a retraction and an
// erasure are versions; nothing is overwritten.
package record

import (
	"fmt"
	"time"

	"probity/calendar"
	"probity/internal/subject"
)

// ID numbers a record: time-ordered, positive, the same through all its versions.
type ID int64

// String is the id as people and JSON see it: r and 13 characters.
func (id ID) String() string { return subject.Encode('r', int64(id)) }

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String.
func (id *ID) UnmarshalText(b []byte) error {
	n, ok := subject.Decode('r', string(b))
	if !ok {
		return fmt.Errorf("%q is not a record id", b)
	}
	*id = ID(n)
	return nil
}

// Status says what a version does to the record.
type Status uint8

const (
	// Reported is the record as first sent, or sent again with other content by its supplier.
	Reported Status = 1
	// Corrected is a version the supplier sent expressly to correct an earlier one.
	Corrected Status = 2
	// Retracted ends the record: the supplier withdraws it, an authority annulled it, or it went to another subject.
	Retracted Status = 3
)

var statusNames = [...]string{1: "reported", 2: "corrected", 3: "retracted"}

// String is the status in the words of the data contract.
func (s Status) String() string {
	if int(s) < len(statusNames) && statusNames[s] != "" {
		return statusNames[s]
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// MarshalText writes the form of String.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Tier is how grave a matter is, in the three tiers of the rules on repair; it decides publication and lapse.
type Tier uint8

const (
	NoTier  Tier = 0 // not adverse, or not tiered
	Minor   Tier = 1
	General Tier = 2
	Serious Tier = 3
)

var tierNames = [...]string{"", "minor", "general", "serious"}

// String is the tier's name, "" for NoTier.
func (t Tier) String() string {
	if int(t) < len(tierNames) {
		return tierNames[t]
	}
	return fmt.Sprintf("tier(%d)", uint8(t))
}

// MarshalText writes the form of String.
func (t Tier) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// ParseTier reads a tier's name; "" is NoTier.
func ParseTier(s string) (Tier, bool) {
	for i, n := range tierNames {
		if n == s {
			return Tier(i), true
		}
	}
	return NoTier, false
}

// Version is one state of a record as its supplier stated it.
type Version struct {
	Subject subject.ID
	Record  ID
	// Seq counts a record's versions from 1.
	Seq int
	// Dataset is the contract's code, Contract the number of the contract version the row was checked against.
	Dataset  string
	Contract int
	Agency   string
	// SourceKey is the row's key at its supplier, unique within agency and dataset.
	SourceKey string
	Status    Status
	// Occurred is the event day. From and To bound the valid interval; To is calendar.None while open.
	Occurred, From, To calendar.Day
	Tier               Tier
	Adverse            bool
	// Lapse is the first day on which adverse information may no longer be seen; None where nothing ends it yet.
	Lapse calendar.Day
	// Payload is the row's fields as canonical JSON, see payload.go. Sealed is what only the subject's key opens.
	Payload, Sealed []byte
	// Submission and Line say where it came from: the submission's number and the line or row of its file.
	Submission int64
	Line       int
	// RecordedAt is the publication instant of the submission: when we knew. It increases strictly from one
	// publication to the next.
	RecordedAt time.Time
	// Contest is how a dispute bears on the record today; it stands with the newest version alone.
	Contest Contest
}

// Held tells whether there is something to see on the day: the version is not a retraction and has not lapsed. The
// newest version of a record decides for all of them.
func (v *Version) Held(today calendar.Day) bool {
	return v.Status != Retracted && (v.Lapse == calendar.None || today < v.Lapse)
}

// Visible tells whether others than the subject may see the version on the day: it is held, and no dispute suppresses it.
func (v *Version) Visible(today calendar.Day) bool {
	return v.Held(today) && !v.Contest.Suppressed(today)
}

// SealedPlace is the place that a version's sealed fields are bound to in the vault.
const SealedPlace = "record.sealed"

// Package subject says who a record is about: what kinds of subject there are, which identifiers lead to one, and how
// two subjects that turn out to be one are joined, and parted again.
//
// A human being is a subject only because a strong identifier was seen: names never make, find or join one (Charter C15).
// An organisation without a code may be one by the name and address that its supplier wrote, where the contract says so.
package subject

import (
	"fmt"
	"strings"

	"probity/internal/fault"
)

// Kind is what a subject is, and so which rules of the Charter bind what is done to it.
type Kind string

const (
	// Enterprise is a company, a co-operative or a sole trader's business on its business records.
	Enterprise Kind = "enterprise"
	// PublicBody is an organ of the state, a public institution or a body controlled by one.
	PublicBody Kind = "public_body"
	// OfficeHolder is a person in one office of the published list, inside the term and on acts of that office only.
	// Each appointment is a subject of its own: a later post does not inherit what was found in an earlier one.
	OfficeHolder Kind = "office_holder"
	// Person is a natural person in private life: rated by own consent only.
	Person Kind = "person"
)

// Kinds lists every kind in a fixed order.
var Kinds = []Kind{Enterprise, PublicBody, OfficeHolder, Person}

// Natural tells whether a human being stands behind the kind, so that rules made for persons bind.
func (k Kind) Natural() bool { return k == OfficeHolder || k == Person }

// Known tells whether k is one of Kinds.
func (k Kind) Known() bool {
	return k == Enterprise || k == PublicBody || k == OfficeHolder || k == Person
}

// ID is a subject's pseudonymous number: time-ordered, positive, never reused. 0 is no subject.
type ID int64

// Scheme names a system of identifiers: one of the constants, or a supplier's own ("fdic") that a data contract
// declares strong for organisations.
type Scheme string

const (
	USCC        Scheme = "uscc"    // unified social credit code, GB 32100
	OrgCode     Scheme = "orgcode" // organisation code, GB 11714
	LEI         Scheme = "lei"     // legal entity identifier, ISO 17442
	ResidentID  Scheme = "id"      // resident identity number, GB 11643; kept only as keyed hash and sealed value
	Appointment Scheme = "post"    // office code "/" resident identity number; kept as ResidentID is
	// Named is no strong identifier and shown by nobody: a supplier's name and address of an organisation without a code,
	// under a keyless hash, so that the same words lead to the same subject. It neither joins two nor keeps them apart.
	Named Scheme = "named"
)

const ownSchemeMax = 32

// Personal tells whether values of the scheme identify a human being and are therefore never kept in the clear.
func (s Scheme) Personal() bool { return s == ResidentID || s == Appointment }

// Own tells whether the scheme is a supplier's own.
func (s Scheme) Own() bool {
	switch s {
	case USCC, OrgCode, LEI, ResidentID, Appointment, Named:
		return false
	}
	return true
}

// Valid tells whether s is well formed: lower-case letters, digits and hyphens, at most 32, starting with a letter.
func (s Scheme) Valid() bool {
	if s == "" || len(s) > ownSchemeMax || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// Identifier is a value within a scheme, normalised.
type Identifier struct {
	Scheme Scheme
	Value  string
}

// String is the form SCHEME:VALUE; a personal value shows only its last two characters, as this text reaches logs.
func (i Identifier) String() string {
	v := i.Value
	if i.Scheme.Personal() && len(v) > 2 {
		v = strings.Repeat("*", len(v)-2) + v[len(v)-2:]
	}
	return string(i.Scheme) + ":" + v
}

// ParseIdentifier reads SCHEME:VALUE. It checks the form only: check digits are for package identifier, and whether
// an own scheme exists is for the catalogue.
func ParseIdentifier(s string) (Identifier, error) {
	scheme, value, ok := strings.Cut(s, ":")
	id := Identifier{Scheme(scheme), strings.TrimSpace(value)}
	if !ok || !id.Scheme.Valid() || id.Value == "" {
		return Identifier{}, fault.New(fault.Invalid, "subject.form", "%q names no subject", s).
			With("write SCHEME:VALUE, for example uscc:91310000MA1FL0XX00 or lei:5493001KJTIIGC8Y1R12, or a subject id such as s0f3k…")
	}
	return id, nil
}

// alphabet is Crockford's base 32: no I, L, O or U, so that an id survives being read aloud.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// Encode writes a positive number behind a letter that says what it numbers, in 13 characters of base 32; ids of one
// kind sort as their numbers do.
func Encode(letter byte, n int64) string {
	var b [14]byte
	b[0] = letter
	for i := 13; i > 0; i-- {
		b[i] = alphabet[n&31]
		n >>= 5
	}
	return string(b[:])
}

// Decode is the inverse of Encode; ok is false for any other text.
func Decode(letter byte, s string) (n int64, ok bool) {
	if len(s) != 14 || s[0] != letter {
		return 0, false
	}
	for i := 1; i < 14; i++ {
		v := strings.IndexByte(alphabet, s[i])
		if v < 0 || (i == 1 && v > 7) {
			return 0, false
		}
		n = n<<5 | int64(v)
	}
	return n, n > 0
}

// String is the id as people and JSON see it: s and 13 characters. JSON carries ids as text, since they exceed the
// whole numbers that JavaScript can hold.
func (id ID) String() string { return Encode('s', int64(id)) }

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String.
func (id *ID) UnmarshalText(b []byte) error {
	n, ok := Decode('s', string(b))
	if !ok {
		return fmt.Errorf("%q is not a subject id", b)
	}
	*id = ID(n)
	return nil
}

// Subject is one row of the register of subjects.
type Subject struct {
	ID   ID
	Kind Kind
	// Sole marks an enterprise that is one human being's business (a sole trader): a person for C1, C4, C7, C10, C14,
	// C15 and for search, whatever anybody declares.
	Sole bool
	// Region is the GB/T 2260 code the identifier carries, or "".
	Region string
	// Redirect is the subject this one was merged into, or 0.
	Redirect ID
}

// Natural tells whether rules made for persons bind this subject.
func (s Subject) Natural() bool { return s.Kind.Natural() || s.Sole }

// SealedIdentifier is the place that sealed identifiers are bound to in the vault.
const SealedIdentifier = "subject.identifier"

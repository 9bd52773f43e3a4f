// Package candidate says what two subjects are that may be one: who found it and why, and what officials said of it. A
// candidate joins nobody (Charter C15).
package candidate

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"probity/internal/fault"
	"probity/internal/subject"
	"probity/linkage"
	"probity/linkage/field"
)

// Verdict is what an official says of two subjects.
type Verdict string

const (
	// Waits: nobody has said anything that holds.
	Waits Verdict = ""
	// Same: they are one. Different: they are not, which outlives whatever is found later. Unclear: it cannot be told.
	Same      Verdict = "same"
	Different Verdict = "different"
	Unclear   Verdict = "unclear"
)

// Known tells whether v is something that can be said.
func (v Verdict) Known() bool { return v == Same || v == Different || v == Unclear }

// Way is what follows from a candidate before anybody has judged it.
type Way string

const (
	// Look: an official looks at it. Hold: and until then the supplier's rows on the second of the pair, the newer, wait.
	Look Way = "look"
	Hold Way = "hold"
	// Beside: the rows on the second are in, on a subject of its own beside the other, because the two are as likely one as the
	// supplier's contract states.
	Beside Way = "beside"
)

// Pair are two subjects, the lower number first.
type Pair struct{ One, Other subject.ID }

// Of is the pair of two subjects.
func Of(a, b subject.ID) Pair { return Pair{min(a, b), max(a, b)} }

// String is the pair as people and JSON see it: both ids with a sign between them.
func (p Pair) String() string { return p.One.String() + "+" + p.Other.String() }

// MarshalText writes the form of String.
func (p Pair) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// ParsePair reads the form of String, in either order.
func ParsePair(text string) (Pair, error) {
	a, b, ok := strings.Cut(text, "+")
	var x, y subject.ID
	if !ok || x.UnmarshalText([]byte(a)) != nil || y.UnmarshalText([]byte(b)) != nil || x == y {
		return Pair{}, fault.New(fault.Invalid, "candidate.form", "%q names no two subjects", text).
			With("probity review list shows those that wait; write both ids with a + between them")
	}
	return Of(x, y), nil
}

// Candidate are two subjects that may be one.
type Candidate struct {
	Pair    Pair      `json:"candidate"`
	FoundAt time.Time `json:"found_at"`
	// By is the official who looked or proposed, Model the digest of the model, "" where a human being proposed the two.
	By    string `json:"by"`
	Model string `json:"model,omitempty"`
	// Probability that the two are one, and the evidence behind it: fields, levels and bits, never a value.
	Probability float64            `json:"probability"`
	Evidence    []linkage.Evidence `json:"evidence,omitempty"`
	Way         Way                `json:"way"`
	// Contract states, where Way is Beside, from which probability on rows do not wait, Stated which.
	Contract string  `json:"contract,omitempty"`
	Stated   float64 `json:"stated,omitempty"`
	// Verdict is what holds, Waits where nothing does yet; of human beings two officials must say the same.
	Verdict Verdict `json:"verdict"`
}

// Step is what one official said.
type Step struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Verdict Verdict   `json:"verdict"`
	// Reason is sealed where it tells of a human being.
	Reason string `json:"reason"`
	Sealed []byte `json:"-"`
}

// Party is what a supplier wrote of an organisation that others may be recognised by.
type Party struct {
	Subject subject.ID
	Name    string
	Address string
	Phone   string
}

// Values are those of Columns.
func (p Party) Values() []string { return []string{p.Name, p.Address, p.Phone} }

// Named is the identifier under which a supplier's writing of an organisation without a code leads to its subject: the same
// words of the same supplier, however they are spaced and cased, are the same organisation.
func Named(agency string, p Party) subject.Identifier {
	sum := sha256.Sum256([]byte(agency + "\x00" + field.Fold(p.Name) + "\x00" + field.Fold(p.Address)))
	return subject.Identifier{Scheme: subject.Named, Value: agency + "/" + hex.EncodeToString(sum[:16])}
}

// leastName is how many letters a name must have to be taken for an organisation's: what is shorter may be a human being's.
const leastName = 5

// Organisation tells whether a name may be taken for that of an organisation. The business of a sole trader is a human
// being's, and what is as short as a human being's name may be one.
func Organisation(name string) bool {
	folded := field.Fold(name)
	return utf8.RuneCountInString(folded) >= leastName && !strings.Contains(folded, "个体")
}

// Columns are by what organisations are recognised.
func Columns() []string { return []string{"name", "address", "phone"} }

// Model is what was learnt of how organisations are written, in force until the next.
type Model struct {
	Number  int64
	At      time.Time
	By      string
	Digest  string
	Records int
	Body    []byte
}

// Percent writes a probability for people.
func Percent(p float64) string { return strconv.FormatFloat(100*p, 'f', 2, 64) + " %" }

// Package identifier answers the first question about any row: is this a proper identifier, of which kind, and if
// not, what exactly is wrong with it and what should its supplier do?
//
// It knows four kinds: the unified social credit code of organisations in China (GB 32100-2015, with the
// organisation code of GB 11714-1997 nested in it), the organisation code alone, the Legal Entity Identifier
// (ISO 17442), and the resident identity number (GB 11643-1999, 18 digits or the older 15).
//
// The package is pure: no input or output, no clock, no table that changes. It does not know whether six digits were
// a county on some day (that is dated data, and the catalogue's), nor whether a number was ever issued to anybody.
//
// What the check digits detect, as the tests hold it:
//
//   - USCC and 18-digit resident number: every change of one character and every swap of two unlike neighbours.
//   - LEI: every change of a digit to a digit or of a letter to a letter, and every such swap of neighbours. A digit
//     changed to a letter (or back) shifts the number under the check and is missed about once in 97.
//   - Organisation code: a change by a multiple of 11 in a character's value (0 to B, 1 to C, ...) is missed. Inside
//     a USCC the outer check catches it.
//   - The 15-digit resident number has no check digit at all.
//
// A resident number shows birth date and sex to whoever reads it. A [Verdict] on one holds personal data: keep it out
// of logs. No [Problem] ever quotes the value, so problems may be logged.
package identifier

import (
	"log/slog"
	"slices"
)

// Kind names a scheme of identifiers, as it is written in contracts and before the colon of a subject.
type Kind string

// The kinds known here.
const (
	USCC       Kind = "uscc"    // unified social credit code, GB 32100-2015
	OrgCode    Kind = "orgcode" // organisation code, GB 11714-1997
	LEI        Kind = "lei"     // Legal Entity Identifier, ISO 17442
	ResidentID Kind = "id"      // resident identity number, GB 11643-1999
)

// Kinds lists every kind, in the order of the constants.
func Kinds() []Kind { return []Kind{USCC, OrgCode, LEI, ResidentID} }

// ParseKind reads the name of a kind as it is written in contracts; the error is an [*Error].
func ParseKind(s string) (Kind, error) {
	if k := Kind(s); slices.Contains(Kinds(), k) {
		return k, nil
	}
	return "", &Error{Field: "kind", Text: "is none of the kinds of identifier", Cure: kindCure}
}

// Person tells whether identifiers of the kind belong to natural persons.
func (k Kind) Person() bool { return k == ResidentID }

// Status is what may be done with an identifier.
type Status string

const (
	// Valid: the form, the known parts and every check digit are right.
	Valid Status = "valid"
	// Warning: the check digits that there are are right, but something deserves a look (see [Problem]).
	Warning Status = "warning"
	// Placeholder: not an identifier but a filler for a missing one, such as 17 zeros and X.
	Placeholder Status = "placeholder"
	// Synthetic: well formed with right check digits, in a range that cannot belong to anyone. A live database
	// refuses it; a demo database takes nothing else for persons.
	Synthetic Status = "synthetic"
	// Invalid: the form or a check digit is wrong.
	Invalid Status = "invalid"
)

// WellFormed tells whether form and check digits are right: the statuses valid, warning and synthetic.
func (s Status) WellFormed() bool { return s == Valid || s == Warning || s == Synthetic }

// Verdict is all that can be said of one value without asking a register.
type Verdict struct {
	Kind  Kind   `json:"kind,omitempty"` // empty where no kind was given and none could be guessed
	Input string `json:"input"`
	// Normalised is the value as [Normalise] writes it; empty where the input is far too long for any kind.
	Normalised string `json:"normalised,omitempty"`
	Status     Status `json:"status"`
	// Valid is Status.WellFormed(). It is true of a synthetic identifier; whoever must not take those asks Status.
	Valid bool `json:"valid"`
	// Problem is zero where Status is valid, and only there.
	Problem Problem `json:"problem,omitzero"`
	// LooksLike is the kind under which an invalid value would be well formed: a resident number in the column of
	// the credit code, for example.
	LooksLike Kind `json:"looks_like,omitempty"`
	// Parts is filled as soon as length and characters are right, so also for a value with a wrong check digit.
	Parts Parts `json:"parts,omitzero"`
}

// Check judges a value as an identifier of the given kind, after folding it with [Normalise]. It never fails: an
// unknown kind is a problem like any other. A normalised, valid value costs no allocation.
func Check(kind Kind, value string) Verdict {
	var f folded
	fold(kind, value, &f)
	found := judge(kind, &f)
	v := Verdict{Kind: kind, Input: value, Status: found.status, Valid: found.status.WellFormed()}
	if !f.overflow {
		v.Normalised = Normalise(kind, value)
	}
	v.Parts.BirthDate = noBirthDate
	if found.shaped() {
		v.Parts = parts(kind, v.Normalised)
	}
	if found.code != "" {
		v.Problem = explain(kind, f, found)
	}
	if found.status == Invalid {
		v.LooksLike = looksLike(kind, value)
	}
	return v
}

// StatusOf is the Status that [Check] would give, without the explanation and without any allocation. It is the same
// judgement, not a second one.
func StatusOf[T ~string | ~[]byte](kind Kind, value T) Status {
	var f folded
	fold(kind, value, &f)
	return judge(kind, &f).status
}

// Guess lists the kinds whose length and alphabet fit a value, likeliest first; none where nothing fits. Eighteen
// digits with a possible birth date in the middle are guessed to be a resident number before a credit code, which
// errs on the side of the person.
func Guess(value string) []Kind {
	var kinds []Kind
	for _, k := range []Kind{ResidentID, USCC, OrgCode, LEI} {
		var f folded
		fold(k, value, &f)
		if found := judge(k, &f); found.shaped() || found.status == Placeholder {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) > 1 && kinds[0] == ResidentID && Check(ResidentID, value).Parts.BirthDate == noBirthDate {
		kinds[0], kinds[1] = kinds[1], kinds[0]
	}
	return kinds
}

// CheckAny judges a value of unknown kind under the guessed kind that suits it best: a valid one before a synthetic
// one, a warning, a placeholder and an invalid one; between equals, the likelier by [Guess].
func CheckAny(value string) Verdict {
	var best Verdict
	for _, k := range Guess(value) {
		if v := Check(k, value); best.Kind == "" || rank(v.Status) < rank(best.Status) {
			best = v
		}
	}
	if best.Kind != "" {
		return best
	}
	return unguessed(value)
}

func rank(s Status) int {
	return slices.Index([]Status{Valid, Synthetic, Warning, Placeholder, Invalid}, s)
}

// unguessed is the verdict on a value that has the form of no kind. Where its length is that of one kind only, that
// kind can still say which character is wrong.
func unguessed(value string) Verdict {
	var f folded
	fold("", value, &f)
	switch {
	case f.overflow:
	case f.n == 9:
		return Check(OrgCode, value)
	case f.n == 10 && f.b[8] == '-':
		return Check(OrgCode, value)
	case f.n == 15:
		return Check(ResidentID, value)
	case f.n == 18:
		return Check(USCC, value)
	case f.n == 20:
		return Check(LEI, value)
	}
	v := Verdict{Input: value, Status: Invalid}
	if !f.overflow {
		v.Normalised = Normalise("", value)
	}
	found := judge("", &f)
	v.Problem = explain("", f, found)
	return v
}

// looksLike is another kind under which an invalid value is well formed, or empty.
func looksLike(kind Kind, value string) Kind {
	for _, k := range Kinds() {
		if k != kind && StatusOf(k, value).WellFormed() {
			return k
		}
	}
	return ""
}

// Allowing is the verdict under a contract that takes credit codes with a wrong check digit for a warning: some codes
// that pilot cities issued early in 2015 fail the check of the standard published later that year and are nonetheless
// their holders' real codes. Only a USCC whose last character is its sole fault is let through: its nested
// organisation code, registration authority and entity class must be right and its range not synthetic. Any other
// verdict, and any other code, comes back unchanged.
func (v Verdict) Allowing(codes ...Code) Verdict {
	if v.Kind != USCC || v.Status != Invalid || v.Problem.Code != CodeCheckDigit || !slices.Contains(codes, CodeCheckDigit) {
		return v
	}
	if v.Parts.Class.Code == "" || unreal([]byte(v.Normalised)) {
		return v
	}
	v.Status, v.Valid = Warning, true
	return v
}

// Canonical is the form under which two writings of one identifier are equal: the normalised form, and for a 15-digit
// resident number its 18-digit upgrade where that is certain. It is empty where the verdict is not well formed.
func (v Verdict) Canonical() string {
	switch {
	case !v.Valid:
		return ""
	case v.Parts.Upgraded != "":
		return v.Parts.Upgraded
	}
	return v.Normalised
}

// String is kind, status and problem without the value, so that a verdict that strays into a log tells nothing of a
// person.
func (v Verdict) String() string {
	s := string(v.Kind) + ": " + string(v.Status)
	if v.Problem.Code != "" {
		s += " (" + string(v.Problem.Code) + ": " + v.Problem.Text + ")"
	}
	return s
}

// LogValue is String: a logger that would write the fields of a value writes none of these.
func (v Verdict) LogValue() slog.Value { return slog.StringValue(v.String()) }

// Error says which argument of a call is out of its range and what to give instead.
type Error struct {
	Field string
	Text  string
	Cure  string
}

func (e *Error) Error() string { return "identifier: " + e.Field + " " + e.Text + "; " + e.Cure }

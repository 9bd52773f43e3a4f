// Package fault is the one error model of the application: what went wrong in a word a program can test, a key under
// which each face finds its text, where it happened, and what cures it.
//
// A fault is made where it is understood and translated once, at the edge: the command line, the pages and the API
// each have one translator. Wrap with %w on the way; test with [Is] or errors.As, never by comparing text.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code says what kind of answer a fault is.
type Code string

const (
	// Invalid: the request or the input is wrong as it stands; sending it again changes nothing.
	Invalid Code = "invalid"
	// NotFound: we looked, and there is no such thing, or none that this reader may know of.
	NotFound Code = "not_found"
	// Conflict: it contradicts what is already there (another version, a claimed key, a state that forbids it).
	Conflict Code = "conflict"
	// Unauthenticated: no usable credential was shown.
	Unauthenticated Code = "unauthenticated"
	// Refused: the Charter forbids it; Invariant, Missing and Cure say why and what would be lawful.
	Refused Code = "refused"
	// Unavailable: we could not look. It is never the same answer as NotFound.
	Unavailable Code = "unavailable"
	// Internal: a fault of our own; its text is for the log and not for the reader.
	Internal Code = "internal"
)

// Error is a fault. Only Code, Key and Text are always set.
type Error struct {
	Code Code
	// Key names the message in the locale files, for example "intake.row.date".
	Key string
	// Text is the message in English, complete in itself: what is wrong, with the value.
	Text string
	// Where is the place: a file, a line, a field, as far as known ("penalties.csv:17: CF_JDRQ").
	Where string
	// Cure says what to do about it.
	Cure string
	// Invariant is the Charter's id ("C1") where Code is Refused; Missing names the element that is not there.
	Invariant string
	Missing   string
	// Fields are the values behind Text, for faces that translate.
	Fields map[string]string
	// Cause is what lies beneath; it is logged, and shown to nobody where Code is Internal.
	Cause error
}

// Error is the place and the text, without the cure: faces set the cure on a line of its own.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Where != "" {
		b.WriteString(e.Where)
		b.WriteString(": ")
	}
	if e.Invariant != "" {
		fmt.Fprintf(&b, "refused by the Charter (%s): ", e.Invariant)
	}
	b.WriteString(e.Text)
	if e.Cause != nil && e.Code == Internal {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes a fault; the text is formatted as by fmt.Sprintf.
func New(code Code, key, format string, args ...any) *Error {
	return &Error{Code: code, Key: key, Text: fmt.Sprintf(format, args...)}
}

// Refuse makes a refusal by the Charter: the invariant, what is missing for the act to be lawful, what happened, and
// what would be lawful instead.
func Refuse(invariant, missing, text, cure string) *Error {
	return &Error{
		Code: Refused, Key: "charter." + strings.ToLower(invariant), Text: text,
		Invariant: invariant, Missing: missing, Cure: cure,
	}
}

// At adds the place, in front of one that is already there, and returns e.
func (e *Error) At(where string) *Error {
	if e.Where != "" {
		where += ": " + e.Where
	}
	e.Where = where
	return e
}

// With adds the cure and returns e.
func (e *Error) With(cure string) *Error {
	e.Cure = cure
	return e
}

// By adds the cause and returns e.
func (e *Error) By(cause error) *Error {
	e.Cause = cause
	return e
}

// CodeOf is the code of the first fault in err's chain: "" for nil, Internal where there is none.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var f *Error
	if errors.As(err, &f) {
		return f.Code
	}
	return Internal
}

// Is tells whether err carries a fault of the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

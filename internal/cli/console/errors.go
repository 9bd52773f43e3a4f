package console

import (
	"context"
	"errors"
	"strings"

	"probity/identifier"
	"probity/internal/fault"
)

// Message is an error as users meet it, on the terminal and under "error" in JSON.
type Message struct {
	Code      string            `json:"code"`
	Key       string            `json:"key,omitempty"`
	Text      string            `json:"text"`
	Where     string            `json:"where,omitempty"`
	Cure      string            `json:"cure,omitempty"`
	Invariant string            `json:"invariant,omitempty"`
	Missing   string            `json:"missing,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`
	Exit      int               `json:"exit"`
}

// String is the message on lines of its own: what, where, what is missing, the cure.
func (m Message) String() string {
	var b strings.Builder
	line := func(before, text string) {
		if text = strings.TrimSpace(text); text != "" {
			b.WriteString(before + strings.ReplaceAll(text, "\n", "\n    ") + "\n")
		}
	}
	if m.Invariant != "" {
		line("probity: refused by the Charter ("+m.Invariant+"): ", m.Text)
	} else {
		line("probity: ", m.Text)
	}
	line("  ", m.Where)
	line("  missing: ", m.Missing)
	line("  cure: ", m.Cure)
	return b.String()
}

// exitOf is the exit code for each code of a fault.
func exitOf(c fault.Code) int {
	switch c {
	case fault.Invalid, fault.Unauthenticated:
		return ExitMisuse
	case fault.Refused:
		return ExitRefused
	case fault.Unavailable:
		return ExitUnavailable
	case fault.NotFound, fault.Conflict, fault.Internal:
		return ExitFailed
	}
	return ExitFailed
}

// Translate is the command line's one translator of errors. What wraps a fault may say more about the place, and that
// is kept; an error that is no fault is one of ours.
func Translate(err error) Message {
	var f *fault.Error
	var id *identifier.Error
	switch {
	case errors.Is(err, context.Canceled):
		return interrupted(err)
	case errors.As(err, &f):
		return ofFault(f)
	case errors.As(err, &id):
		return Message{Code: string(fault.Invalid), Text: id.Field + " " + id.Text, Cure: id.Cure, Exit: ExitMisuse}
	}
	return Message{
		Code: string(fault.Internal), Text: err.Error(), Exit: ExitFailed,
		Cure: "this is a fault of the program and not of your input; please report it with the command you typed",
	}
}

func ofFault(f *fault.Error) Message {
	m := Message{
		Code: string(f.Code), Key: f.Key, Text: f.Text, Where: f.Where, Cure: f.Cure,
		Invariant: f.Invariant, Missing: f.Missing, Fields: f.Fields, Exit: exitOf(f.Code),
	}
	if f.Code == fault.Internal {
		if f.Cause != nil {
			m.Text += ": " + f.Cause.Error()
		}
		m.Cure = Either(m.Cure, "this is a fault of the program and not of your input; please report it with the command you typed")
	}
	return m
}

// interrupted says what Ctrl-C left behind. Commands that can be taken up again say so by wrapping the error with
// resumable.
func interrupted(err error) Message {
	m := Message{Code: "interrupted", Text: "interrupted; nothing was left half done", Exit: ExitFailed}
	var r *resumption
	if errors.As(err, &r) {
		m.Cure = r.how
	}
	return m
}

// resumption is an interruption that says how to go on.
type resumption struct {
	how string
	err error
}

// Error is what was interrupted.
func (r *resumption) Error() string { return r.err.Error() }

// Unwrap gives the interruption.
func (r *resumption) Unwrap() error { return r.err }

// Resumable adds to an interruption how to take the work up again; any other error passes unchanged.
func Resumable(err error, how string) error {
	if errors.Is(err, context.Canceled) {
		return &resumption{how, err}
	}
	return err
}

// Misuse is a mistake in what was typed.
func Misuse(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "cli.use", format, args...)
}

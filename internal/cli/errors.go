package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"probity/identifier"
	"probity/internal/fault"
)

// message is an error as users meet it, on the terminal and under "error" in JSON.
type message struct {
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
func (m message) String() string {
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
		return exitMisuse
	case fault.Refused:
		return exitRefused
	case fault.Unavailable:
		return exitUnavailable
	case fault.NotFound, fault.Conflict, fault.Internal:
		return exitFailed
	}
	return exitFailed
}

// translate is the command line's one translator of errors. What wraps a fault may say more about the place, and that
// is kept; an error that is no fault is one of ours.
func translate(err error) message {
	var f *fault.Error
	var id *identifier.Error
	switch {
	case errors.Is(err, context.Canceled):
		return interrupted(err)
	case errors.As(err, &f):
		return ofFault(f)
	case errors.As(err, &id):
		return message{Code: string(fault.Invalid), Text: id.Field + " " + id.Text, Cure: id.Cure, Exit: exitMisuse}
	}
	return message{
		Code: string(fault.Internal), Text: err.Error(), Exit: exitFailed,
		Cure: "this is a fault of the program and not of your input; please report it with the command you typed",
	}
}

func ofFault(f *fault.Error) message {
	m := message{
		Code: string(f.Code), Key: f.Key, Text: f.Text, Where: f.Where, Cure: f.Cure,
		Invariant: f.Invariant, Missing: f.Missing, Fields: f.Fields, Exit: exitOf(f.Code),
	}
	if f.Code == fault.Internal {
		if f.Cause != nil {
			m.Text += ": " + f.Cause.Error()
		}
		m.Cure = either(m.Cure, "this is a fault of the program and not of your input; please report it with the command you typed")
	}
	return m
}

// interrupted says what Ctrl-C left behind. Commands that can be taken up again say so by wrapping the error with
// resumable.
func interrupted(err error) message {
	m := message{Code: "interrupted", Text: "interrupted; nothing was left half done", Exit: exitFailed}
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

// resumable adds to an interruption how to take the work up again; any other error passes unchanged.
func resumable(err error, how string) error {
	if errors.Is(err, context.Canceled) {
		return &resumption{how, err}
	}
	return err
}

// misuseOf is a mistake in what was typed.
func misuseOf(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "cli.use", format, args...)
}

// misuse turns an error of the parser into ours. The parser's suggestion ("did you mean ...?") becomes the cure.
func misuse(err error) error {
	var own *fault.Error
	if errors.As(err, &own) {
		return own
	}
	what, guess, _ := strings.Cut(err.Error(), ", did you mean ")
	command := "probity"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if n := parse.Context.Selected(); n != nil {
			command = n.FullPath()
		}
	}
	f := misuseOf("%s", what).With(fmt.Sprintf("%s --help shows what it takes", command))
	if guess != "" {
		f.Cure = "did you mean " + strings.ReplaceAll(guess, `"`, "") + " Otherwise: " + f.Cure
	}
	return f
}

// Package console is what every command of the command line stands on: the terminal and the rules for what is printed
// there, the database in use, and who acts.
package console

import (
	"context"
	"errors"
	"io"
	"time"

	"probity/internal/deployment"
)

// Process is everything that a command may touch of the process it runs in.
type Process struct {
	// Args are the words after the program's name.
	Args []string
	In   io.Reader
	// Out takes results and Err takes messages and progress; either may be a terminal.
	Out, Err io.Writer
	// Env gives the value of an environment variable, "" where it is not set.
	Env func(string) string
	// Now is the clock.
	Now func() time.Time
}

// Flags are the flags that every command has, beside --help.
type Flags struct {
	DB   string `name:"db" default:"${db}" placeholder:"ADDRESS" group:"everywhere" help:"The database: sqlite:FILE, or postgres://USER@HOST/DATABASE. Otherwise $$PROBITY_DB, otherwise sqlite:probity.db."`
	As   string `name:"as" default:"${as}" placeholder:"CREDENTIAL" complete:"credential" group:"everywhere" help:"Act by this local credential. Otherwise $$PROBITY_AS, otherwise the database's default one."`
	For  string `name:"for" placeholder:"SUBJECT" group:"everywhere" help:"Act for this subject, by a mandate that the credential in use holds."`
	JSON bool   `name:"json" group:"everywhere" help:"Answer in JSON, errors too."`
}

// Session is one run of the program: the process, the flags that every command has, and what was opened so far.
type Session struct {
	Ctx     context.Context //nolint:containedctx // a session lives exactly as long as its context
	Process Process
	// Flags are set once the command line is parsed.
	Flags *Flags
	// Opened is the database in use, nil until a command asks for it with Room.
	Opened *deployment.Deployment

	printer printer
	closers []func() error // last opened first
}

// New begins a session. It knows from the raw words whether answers are to be JSON, so that even a mistake in the words
// themselves is reported in the form that was asked for.
func New(ctx context.Context, p Process) *Session {
	return &Session{Ctx: ctx, Process: p, printer: printer{out: p.Out, err: p.Err, json: wantsJSON(p.Args)}}
}

func wantsJSON(args []string) bool {
	for _, a := range args {
		switch a {
		case "--":
			return false
		case "--json":
			return true
		}
	}
	return false
}

// Close ends what the commands opened.
func (s *Session) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// JSON tells whether answers are JSON.
func (s *Session) JSON() bool { return s.printer.json }

// Result prints one answer: v as JSON with --json, and otherwise what text writes. JSON field names are those of v's
// tags. text may be nil for answers that are nothing but "done".
func (s *Session) Result(v any, text func(w io.Writer)) { s.printer.result(v, text) }

// Raw copies a document that has a form of its own (a contract, a script) to standard output as it is.
func (s *Session) Raw(write func(w io.Writer) error) error { return s.printer.raw(write) }

// Note prints a message for the person at the terminal; it is no result and is silent with --json.
func (s *Session) Note(format string, args ...any) { s.printer.note(format, args...) }

// Finish prints err, if there is one to print, and gives the exit code.
func (s *Session) Finish(err error) int { return s.printer.finish(err) }

// Package cli is the command line: it reads what was typed, calls the service that does it, and says what came of it.
// It holds no rule of the field. Whatever it prints or exits with, the rules for that are at the top of output.go.
//
// There is one file for each noun (identifier.go, catalogue.go, subject.go, ...). A command is a struct whose fields
// are its arguments and flags and whose Run calls the service; grammar.go lists them all, open.go is the one place
// where services are put together.
package cli

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/alecthomas/kong"

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

// Main runs the one command that p.Args asks for and returns the exit code, which is one of those in output.go. It
// ends early, leaving nothing half done, when ctx is cancelled.
func Main(ctx context.Context, p Process) int {
	s := &session{process: p, ctx: ctx}
	s.out = &printer{out: p.Out, err: p.Err, json: wantsJSON(p.Args)}
	err := s.run()
	if closed := s.close(); err == nil {
		err = closed
	}
	return s.out.finish(err)
}

// run parses and runs; panics of the libraries below are not caught: they are bugs and should be seen as such.
func (s *session) run() error {
	var g grammar
	parser, err := newParser(&g, s.process)
	if err != nil {
		return err
	}
	s.parser, s.flags = parser, &g.everywhere
	if len(s.process.Args) == 0 {
		return s.showOverview()
	}
	parsed, err := parser.Parse(s.process.Args)
	if errors.Is(err, errHelpShown) {
		return nil
	}
	if err != nil {
		return misuse(err)
	}
	return parsed.Run(s)
}

// session is one run of the program: the process, the flags that every command has, and the rooms opened so far.
type session struct {
	process Process
	ctx     context.Context
	parser  *kong.Kong
	flags   *everywhere
	out     *printer
	opened  *deployment.Deployment // nil until a command asks for it
	// closers end what the command opened, last opened first.
	closers []func() error
}

// close ends what the command opened.
func (s *session) close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// wantsJSON tells from the raw words whether answers are to be JSON, so that even a mistake in the words themselves is
// reported in the form that was asked for.
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
